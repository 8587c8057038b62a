//! SHA-256 as text.

pub use koniscope_data::digest::sha256;
