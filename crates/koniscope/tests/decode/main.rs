//! Files to stored values to film, against pydicom, against twins, and against bad bytes.

#![allow(clippy::unwrap_used)]

mod build;
mod golden;
mod hostile;
mod raster;
mod twins;
