//! The networks, in burn.
