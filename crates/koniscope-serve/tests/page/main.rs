//! The page over HTTP: who may do what, and what is kept.
#![allow(clippy::unwrap_used)]

mod client;
mod form;
mod people;
mod second;
mod tls;
mod upload;
