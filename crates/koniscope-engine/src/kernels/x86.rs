//! x86-64: what the processor has, and the loops for it.

mod amx;
mod avx2;
mod avx512;
mod bf16;
mod pairs;
mod tiles;

use super::{Kernels, Level, Precision, Supported, portable};

/// Whether the processor has every instruction that the loops of a level are compiled for.
pub(super) fn has(level: Level, precision: Precision) -> bool {
    let avx2 = || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = || avx2() && is_x86_feature_detected!("avx512f");
    let avx512_bf16 = || {
        avx512() && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512bf16")
    };
    match (level, precision) {
        (Level::Portable, Precision::F32) => true,
        (Level::Avx2, Precision::F32) => avx2(),
        (Level::Avx512, Precision::F32) => avx512(),
        (Level::Avx512, Precision::Bf16) => avx512_bf16(),
        (Level::Amx, Precision::Bf16) => avx512_bf16() && amx::is_there(),
        (Level::Portable | Level::Avx2, Precision::Bf16) | (Level::Amx, Precision::F32) => false,
    }
}

/// The loops of what was detected.
pub(super) fn kernels(supported: Supported) -> Kernels {
    match (supported.level(), supported.precision()) {
        (Level::Portable, _) => portable::kernels(supported),
        (Level::Avx2, _) => avx2::kernels(supported),
        (Level::Avx512, Precision::F32) => avx512::kernels(supported),
        (Level::Avx512, Precision::Bf16) => Kernels {
            narrow: bf16::narrow,
            pairs: Some(pairs::with_tiles::<pairs::Vectors>()),
            ..avx512::kernels(supported)
        },
        (Level::Amx, _) => amx::kernels::<amx::Registers>(supported),
    }
}

/// The loops of AMX with its instructions emulated, where those around them are there.
#[cfg(test)]
pub(super) fn emulated_amx() -> Option<Kernels> {
    Supported::emulated_amx().map(amx::kernels::<amx::Memory>)
}
