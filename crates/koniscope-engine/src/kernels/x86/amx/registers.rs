//! The processor's own tiles. Their instructions are written out, since the intrinsics are not yet
//! stable Rust.
//!
//! Eight tile registers: 0 to 3 hold sums, 4 and 5 rows, 6 and 7 weights. Between
//! [`zeros`](Tiles::zeros) and [`store`](Tiles::store) sums stay in the registers from one `asm!`
//! block to the next. Rust does not promise that registers outlive a block, so this is a contract
//! of this file, and it holds because
//!
//! 1. blocks are not reordered or dropped: none of them is `pure`;
//! 2. no other instruction changes a tile: the compiler makes AMX instructions of AMX intrinsics
//!    alone, and this crate has none; what is called between the blocks is this crate's own code,
//!    inlined, and uses no tile;
//! 3. a thread keeps its tiles: the system saves and restores them, which it was asked to permit.
#![allow(unsafe_code)]

use std::arch::asm;

use crate::kernels::x86::tiles::{ROWS, Tiles};

/// Proof that tiles are configured for as many rows as were asked for.
pub(in crate::kernels::x86) struct Registers(());

/// Shapes of the eight tiles (Intel 64 manual, LDTILECFG).
#[repr(C, align(64))]
struct Config([u8; 64]);

impl Config {
    /// For `p` rows in two groups: tiles 0, 1 and 4 have up to 16 of them, tiles 2, 3 and 5 the
    /// others; so nothing beyond the last row is read. Tiles 6 and 7 have 16 rows of weights. A row
    /// has 64 bytes.
    const fn of(p: usize) -> Self {
        assert!(0 < p && p <= 2 * ROWS);
        let first = if p < ROWS { p } else { ROWS };
        let second = p - first;
        let rows = [first, first, second, second, first, second, ROWS, ROWS];
        let mut bytes = [0; 64];
        bytes[0] = 1;
        let mut tile = 0;
        while tile < 8 {
            if rows[tile] > 0 {
                bytes[16 + 2 * tile] = 64;
                bytes[48 + tile] = rows[tile] as u8;
            }
            tile += 1;
        }
        Self(bytes)
    }
}

impl Tiles for Registers {
    #[inline(always)]
    unsafe fn zeros<const P: usize>() -> Self {
        let config = const { &Config::of(P) };
        // SAFETY: AMX is there and permitted. Loading the configuration zeroes all tiles.
        unsafe { asm!("ldtilecfg [{}]", in(reg) config, options(nostack, readonly)) }
        Self(())
    }

    #[inline(always)]
    unsafe fn add<const P: usize, const N: usize>(
        &mut self,
        a: [*const f32; 2],
        a_step: usize,
        b: *const f32,
    ) {
        // SAFETY: tiles are configured for `P` rows, which the caller promises to be readable.
        unsafe {
            match (P > ROWS, N) {
                (true, 2) => asm!(
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
                (true, _) => asm!(
                    "tileloadd tmm4, [{a} + {s}]",
                    "tileloadd tmm6, [{b} + {t}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm5, [{c} + {s}]",
                    "tdpbf16ps tmm2, tmm5, tmm6",
                    a = in(reg) a[0], c = in(reg) a[1], s = in(reg) a_step,
                    b = in(reg) b, t = in(reg) 64usize, options(nostack, readonly)
                ),
                (false, 2) => asm!(
                    "tileloadd tmm4, [{a} + {s}]",
                    "tileloadd tmm6, [{b} + {t}]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [{b} + {t} + 64]",
                    "tdpbf16ps tmm1, tmm4, tmm7",
                    a = in(reg) a[0], s = in(reg) a_step,
                    b = in(reg) b, t = in(reg) 128usize, options(nostack, readonly)
                ),
                (false, _) => asm!(
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
    unsafe fn store<const P: usize, const N: usize>(self, to: &mut [f32; 1024]) {
        let step = 64 * N;
        macro_rules! store {
            ($tile:literal to $to:expr) => {
                asm!(
                    concat!("tilestored [{a} + {s}], ", $tile),
                    a = in(reg) $to, s = in(reg) step, options(nostack)
                )
            };
        }
        let first = to.as_mut_ptr();
        // SAFETY: tiles are configured; 32 rows of 32 floats are writable. The tiles are released,
        // so that the system has less to save.
        unsafe {
            let second = first.add(ROWS * 16 * N);
            store!("tmm0" to first);
            if N == 2 {
                store!("tmm1" to first.add(16));
            }
            if P > ROWS {
                store!("tmm2" to second);
            }
            if P > ROWS && N == 2 {
                store!("tmm3" to second.add(16));
            }
            asm!("tilerelease", options(nostack));
        }
    }
}
