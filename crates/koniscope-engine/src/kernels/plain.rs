//! Processors that have no loops of their own here, as ARM: plain code in f32.

use super::{Kernels, Level, Precision, Supported, portable};

pub(super) fn has(level: Level, precision: Precision) -> bool {
    (level, precision) == (Level::Portable, Precision::F32)
}

pub(super) fn kernels(supported: Supported) -> Kernels {
    debug_assert!(has(supported.level(), supported.precision()), "{supported:?}");
    portable::kernels(supported)
}
