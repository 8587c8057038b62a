//! AMX: products of 16 pixels by 16 outputs over 32 channels at once.
//!
//! Memory is as for [`super::bf16`]: a pixel's 16 words are one row of a tile of inputs, and the
//! packed weights of a block and tap are one tile of weights for every 16 outputs. The
//! instructions are written out, since their intrinsics are not yet stable Rust.
#![allow(unsafe_code)]

use std::{arch::asm, sync::OnceLock};

use super::{Narrow, Pairs, Precision, Tile, TileFn, bf16, pairs_x86, tile::Vector};

/// Rows of a tile.
const ROWS: usize = 16;

/// Four tiles of sums: two groups of rows by two blocks of outputs. A row is a pixel, or in a
/// gradient an input.
pub(super) trait Tiles {
    /// To begin with.
    const NEW: Self;

    /// All sums become 0.
    unsafe fn clear(&mut self);

    /// Adds the products of `G` tiles of rows at `a`, which lie `a_step` bytes apart and need not
    /// be aligned, and `N` tiles of weights at `b`, 64 bytes apart, whose rows lie `64 * N` bytes apart.
    unsafe fn add<const G: usize, const N: usize>(
        &mut self,
        a: [*const f32; 2],
        a_step: usize,
        b: *const f32,
    );

    /// Writes the sums, `[16 * G][16 * N]`.
    unsafe fn store<const G: usize, const N: usize>(&mut self, to: &mut [f32; 1024]);
}

/// The processor's own.
struct Registers;

/// Eight tiles of 16 rows of 64 bytes (Intel 64 manual, LDTILECFG).
#[repr(C, align(64))]
struct Config([u8; 64]);

static CONFIG: Config = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = ROWS as u8;
        tile += 1;
    }
    Config(bytes)
};

impl Tiles for Registers {
    const NEW: Self = Self;

    #[inline(always)]
    unsafe fn clear(&mut self) {
        // SAFETY: AMX is there and permitted. Loading the configuration zeroes all tiles; no code
        // but this file's uses them.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const CONFIG, options(nostack)) }
    }

    #[inline(always)]
    unsafe fn add<const G: usize, const N: usize>(
        &mut self,
        a: [*const f32; 2],
        a_step: usize,
        b: *const f32,
    ) {
        // SAFETY: AMX is there and configured; the caller promises that all rows are readable.
        unsafe {
            match (G, N) {
                (2, 2) => asm!(
                    "tileloadd tmm4, [{a} + {s}]",
                    "tileloadd tmm6, [{b} + {t}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [{b} + {t} + 64]",
                    "tdpbf16ps tmm1, tmm4, tmm7",
                    "tileloadd tmm5, [{c} + {s}]",
                    "tdpbf16ps tmm2, tmm5, tmm6",
                    "tdpbf16ps tmm3, tmm5, tmm7",
                    a = in(reg) a[0], c = in(reg) a[1], s = in(reg) a_step,
                    b = in(reg) b, t = in(reg) 128usize, options(nostack, readonly)
                ),
                (2, _) => asm!(
                    "tileloadd tmm4, [{a} + {s}]",
                    "tileloadd tmm6, [{b} + {t}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm5, [{c} + {s}]",
                    "tdpbf16ps tmm2, tmm5, tmm6",
                    a = in(reg) a[0], c = in(reg) a[1], s = in(reg) a_step,
                    b = in(reg) b, t = in(reg) 64usize, options(nostack, readonly)
                ),
                (_, 2) => asm!(
                    "tileloadd tmm4, [{a} + {s}]",
                    "tileloadd tmm6, [{b} + {t}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [{b} + {t} + 64]",
                    "tdpbf16ps tmm1, tmm4, tmm7",
                    a = in(reg) a[0], s = in(reg) a_step,
                    b = in(reg) b, t = in(reg) 128usize, options(nostack, readonly)
                ),
                _ => asm!(
                    "tileloadd tmm4, [{a} + {s}]",
                    "tileloadd tmm6, [{b} + {t}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    a = in(reg) a[0], s = in(reg) a_step,
                    b = in(reg) b, t = in(reg) 64usize, options(nostack, readonly)
                ),
            }
        }
    }

    #[inline(always)]
    unsafe fn store<const G: usize, const N: usize>(&mut self, to: &mut [f32; 1024]) {
        let (to, step) = (to.as_mut_ptr(), 64 * N);
        // SAFETY: AMX is there and configured; 32 rows of 32 floats are writable. The tiles are
        // released, so that the system has less to save.
        unsafe {
            let second = to.add(ROWS * 16 * N);
            asm!("tilestored [{a} + {s}], tmm0", a = in(reg) to, s = in(reg) step, options(nostack));
            if N == 2 {
                asm!("tilestored [{a} + {s} + 64], tmm1", a = in(reg) to, s = in(reg) step, options(nostack));
            }
            if G == 2 {
                asm!("tilestored [{a} + {s}], tmm2", a = in(reg) second, s = in(reg) step, options(nostack));
            }
            if G == 2 && N == 2 {
                asm!("tilestored [{a} + {s} + 64], tmm3", a = in(reg) second, s = in(reg) step, options(nostack));
            }
            asm!("tilerelease", options(nostack));
        }
    }
}

/// One row of `P` pixels, of up to 32; the last tile's rows after them are computed and not used.
///
/// # Safety
/// As [`super::tile::convolve`]; also, the pixels up to the next multiple of 16 must be readable.
#[inline(always)]
unsafe fn convolve<
    T: Tiles,
    const OUTPUT: bool,
    const P: usize,
    const G: usize,
    const N: usize,
    const S: usize,
>(
    t: &Tile,
) {
    let mut tiles = T::NEW;
    // SAFETY: the caller's promise.
    unsafe {
        tiles.clear();
        let mut w = t.weights;
        for block in 0..t.blocks {
            let x = t.x.add(block * t.x_block);
            for tap in t.taps {
                let x = x.add(*tap);
                tiles.add::<G, N>([x, x.wrapping_add(ROWS * S * 16)], S * 64, w);
                w = w.add(16 * 16 * N);
            }
        }
        let mut sums = [0.0; 1024];
        tiles.store::<G, N>(&mut sums);
        for (p, sums) in sums.chunks_exact(16 * N).take(P).enumerate() {
            let at = p * t.y_pixel;
            let residual = if t.residual.is_null() { t.residual } else { t.residual.add(at) };
            let mut pixel = [bf16::Sum::<true, OUTPUT>::splat(0.0); N];
            for (j, pixel) in pixel.iter_mut().enumerate() {
                *pixel = bf16::Sum::load(sums.as_ptr().add(16 * j));
                if !t.bias.is_null() {
                    *pixel = pixel.add(bf16::Sum::load(t.bias.add(16 * j)));
                }
            }
            bf16::Sum::finish::<N>(pixel, residual, t.relu, t.y.add(at), t.y_block);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn run<
    T: Tiles,
    const OUTPUT: bool,
    const P: usize,
    const G: usize,
    const N: usize,
    const S: usize,
>(
    t: &Tile,
) {
    // SAFETY: the caller's promise.
    unsafe { convolve::<T, OUTPUT, P, G, N, S>(t) }
}

/// Widths of tiles: what fills registers, and what is left of a row.
const WIDTHS: &[usize] = &[1, 2, 4, 7, 8, 14, 16, 28, 32];

pub(super) fn widths(lanes: usize, rows: usize) -> &'static [usize] {
    match (lanes, rows) {
        (16, 1) => WIDTHS,
        (16, _) => &[],
        _ => (super::avx512::KERNELS.widths)(lanes, rows),
    }
}

fn sized<T: Tiles, const OUTPUT: bool, const N: usize, const S: usize>(
    width: usize,
) -> Option<TileFn> {
    Some(match width {
        1 => run::<T, OUTPUT, 1, 1, N, S>,
        2 => run::<T, OUTPUT, 2, 1, N, S>,
        4 => run::<T, OUTPUT, 4, 1, N, S>,
        7 => run::<T, OUTPUT, 7, 1, N, S>,
        8 => run::<T, OUTPUT, 8, 1, N, S>,
        14 => run::<T, OUTPUT, 14, 1, N, S>,
        16 => run::<T, OUTPUT, 16, 1, N, S>,
        28 => run::<T, OUTPUT, 28, 2, N, S>,
        32 => run::<T, OUTPUT, 32, 2, N, S>,
        _ => return None,
    })
}

fn stepped<T: Tiles, const OUTPUT: bool>(
    width: usize,
    blocks: usize,
    step: usize,
) -> Option<TileFn> {
    match (blocks, step) {
        (1, 1) => sized::<T, OUTPUT, 1, 1>(width),
        (1, 2) => sized::<T, OUTPUT, 1, 2>(width),
        (2, 1) => sized::<T, OUTPUT, 2, 1>(width),
        (2, 2) => sized::<T, OUTPUT, 2, 2>(width),
        _ => None,
    }
}

fn with_tiles<T: Tiles>(
    [input, output]: [Precision; 2],
    rows: usize,
    width: usize,
    blocks: usize,
    step: usize,
    lanes: usize,
) -> Option<TileFn> {
    match (input, output) {
        (Precision::Bf16, Precision::Bf16) => stepped::<T, true>(width, blocks, step),
        (Precision::Bf16, Precision::F32) => stepped::<T, false>(width, blocks, step),
        _ => bf16::narrow([input, output], rows, width, blocks, step, lanes),
    }
}

/// Loops on the processor's tiles.
pub(super) const NARROW: Narrow = with_tiles::<Registers>;

/// Loops of weight gradients on them.
pub(super) const PAIRS: Pairs = pairs_x86::with_tiles::<Registers>();

/// Whether the processor has AMX with bf16, and the system lets this process use it.
pub(super) fn is_there() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| has_instructions() && is_permitted())
}

/// CPUID leaf 7: AMX-BF16 and AMX-TILE.
fn has_instructions() -> bool {
    const BF16: u32 = 1 << 22;
    const TILE: u32 = 1 << 24;
    let leaf = std::arch::x86_64::__cpuid_count(7, 0);
    leaf.edx & (BF16 | TILE) == BF16 | TILE
}

/// Asks Linux for the tiles' memory: `arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA)`.
#[cfg(target_os = "linux")]
fn is_permitted() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: u64 = 0x1023;
    const XFEATURE_XTILEDATA: u64 = 18;
    let result: i64;
    // SAFETY: the call reads and writes no memory of this process.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") ARCH_PRCTL => result,
            in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") XFEATURE_XTILEDATA,
            out("rcx") _, out("r11") _,
            options(nostack)
        );
    }
    result == 0
}

#[cfg(not(target_os = "linux"))]
fn is_permitted() -> bool {
    false
}

/// The same loops with tiles in plain memory: shows that they address and add what they should,
/// on processors without AMX too.
#[cfg(test)]
pub(super) mod emulated {
    use super::{Narrow, Pairs, ROWS, Tiles, pairs_x86};

    struct Memory([[f32; 256]; 4]);

    impl Tiles for Memory {
        const NEW: Self = Self([[0.0; 256]; 4]);

        unsafe fn clear(&mut self) {
            self.0 = [[0.0; 256]; 4];
        }

        unsafe fn add<const G: usize, const N: usize>(
            &mut self,
            a: [*const f32; 2],
            a_step: usize,
            b: *const f32,
        ) {
            let half = |word: f32, k: usize| crate::bf16::get(word, 16 * k as u32);
            for (g, a) in a.into_iter().enumerate().take(G) {
                for j in 0..N {
                    for row in 0..ROWS {
                        for word in 0..16 {
                            // SAFETY: as for the registers: the caller's promise.
                            let x = unsafe { a.byte_add(row * a_step).add(word).read_unaligned() };
                            for out in 0..16 {
                                // SAFETY: as above.
                                let w = unsafe { *b.add(word * 16 * N + 16 * j + out) };
                                let sum = &mut self.0[2 * g + j][row * 16 + out];
                                *sum += half(x, 0) * half(w, 0) + half(x, 1) * half(w, 1);
                            }
                        }
                    }
                }
            }
        }

        unsafe fn store<const G: usize, const N: usize>(&mut self, to: &mut [f32; 1024]) {
            for g in 0..G {
                for j in 0..N {
                    for row in 0..ROWS {
                        let at = (g * ROWS + row) * 16 * N + 16 * j;
                        to[at..at + 16].copy_from_slice(&self.0[2 * g + j][row * 16..][..16]);
                    }
                }
            }
        }
    }

    /// Loops on tiles in plain memory.
    pub(in crate::kernels) const NARROW: Narrow = super::with_tiles::<Memory>;
    pub(in crate::kernels) const PAIRS: Pairs = pairs_x86::with_tiles::<Memory>();
}
