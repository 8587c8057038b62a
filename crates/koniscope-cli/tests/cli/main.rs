//! `koniscope` as its users run it: arguments in, files, streams and exit code out.
#![allow(clippy::unwrap_used)]

mod bench;
mod beside;
mod browser;
mod compare;
mod devtools;
mod dicom_results;
#[cfg(unix)]
mod ended;
mod evaluate;
mod export;
mod exports;
mod films;
mod labels;
mod open;
mod output;
mod page;
mod pages;
mod people;
mod program;
mod read;
mod reader;
mod reports;
mod shipped;
mod simulate;
mod site;
mod tiny_models;
mod trainer;
mod viewer;
mod web;
mod zones;
