//! Files to stored values to film, against pydicom, against twins, and against bad bytes.

#![allow(clippy::unwrap_used)]

mod build;
mod film;
mod golden;
mod hostile;
mod odd;
mod people;
mod raster;
mod twins;
