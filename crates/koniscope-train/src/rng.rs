//! Random numbers that depend on what they are for.

pub(crate) use koniscope_metrics::rng::rng_for;
