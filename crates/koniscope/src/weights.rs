//! Weights from files.
