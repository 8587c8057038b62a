//! The inner loops for each kind of processor, and the choice among them at run time.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod bf16;
pub(crate) mod pairs;
#[cfg(target_arch = "x86_64")]
mod pairs_x86;
mod portable;
pub(crate) mod rows;
pub(crate) mod square;
mod tile;

pub(crate) use pairs::Pairs;
pub(crate) use tile::{GradientTile, Tile};

pub(crate) use square::{Square, Squares, Sums};

use crate::Error;

/// A kind of processor, from the plainest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Any processor.
    Portable,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512F.
    Avx512,
    /// x86-64 with AMX, for bf16; f32 is computed as on [`Avx512`](Self::Avx512).
    Amx,
}

impl Level {
    /// All levels, the plainest first.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Avx2, Self::Avx512, Self::Amx];

    /// Its name, as `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Amx => "amx",
        }
    }

    /// Registers that hold sixteen floats.
    pub(crate) fn registers_per_vector(self) -> usize {
        match self {
            Self::Portable => 4,
            Self::Avx2 => 2,
            Self::Avx512 | Self::Amx => 1,
        }
    }

    /// The levels that this processor has; the widest last.
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_there()).collect()
    }

    /// The level that computes fastest here.
    pub fn best(precision: Precision) -> Self {
        let found = Self::ALL.into_iter().rfind(|level| precision.is_there(*level));
        found.unwrap_or(Self::Portable)
    }

    #[cfg(target_arch = "x86_64")]
    fn is_there(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            Self::Amx => has_avx512_bf16() && amx::is_there(),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_there(self) -> bool {
        self == Self::Portable
    }
}

impl std::str::FromStr for Level {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or_else(|| absent(name))
    }
}

pub(crate) fn absent(wanted: &str) -> Error {
    let there: Vec<&str> = Level::available().into_iter().map(Level::name).collect();
    Error::Kernels { wanted: wanted.to_owned(), there: there.join(", ") }
}

/// How numbers are kept between layers. Sums are always made in f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits: the upper half of f32, rounded to the nearest.
    Bf16,
}

impl Precision {
    /// Its name, as `bf16`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }

    /// Channels in 16 words of memory.
    pub(crate) fn per_block(self) -> usize {
        match self {
            Self::F32 => crate::LANES,
            Self::Bf16 => 2 * crate::LANES,
        }
    }

    /// Whether this processor computes so at a level.
    #[cfg(target_arch = "x86_64")]
    pub fn is_there(self, level: Level) -> bool {
        level.is_there()
            && match self {
                Self::F32 => level != Level::Amx,
                Self::Bf16 => level >= Level::Avx512 && has_avx512_bf16(),
            }
    }

    /// Whether this processor computes so at a level.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_there(self, level: Level) -> bool {
        level.is_there() && self == Self::F32
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx512_bf16() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bf16")
        && is_x86_feature_detected!("avx512bw")
}

/// A convolution's inner loop. To be called as [`tile::convolve`] demands.
pub(crate) type TileFn = unsafe fn(&Tile);

/// A weight gradient's inner loop. To be called as [`tile::gradient`] demands.
pub(crate) type GradientFn = unsafe fn(&GradientTile);

/// The inner loops of a level that this processor has.
#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    pub(crate) level: Level,
    /// Blocks of 16 output channels that a tile computes at most.
    pub(crate) blocks: usize,
    /// Inputs of a weight gradient's tile.
    pub(crate) inputs: usize,
    /// Widths of tiles that there are, for input channels per pixel and rows.
    pub(crate) widths: fn(lanes: usize, rows: usize) -> &'static [usize],
    /// The loop for rows, width, blocks, step and words per pixel.
    pub(crate) tile: fn(usize, usize, usize, usize, usize) -> Option<TileFn>,
    /// [`tile`](Self::tile) where the input, the output or both are bf16.
    pub(crate) narrow: Narrow,
    /// The loop for inputs, blocks, and whether the inputs are neighbors.
    pub(crate) gradient: fn(usize, usize, bool) -> Option<GradientFn>,
    /// Weight gradients on bf16, where that was asked for.
    pub(crate) pairs: Option<Pairs>,
    /// The transforms of Winograd's convolution.
    pub(crate) squares: Squares,
}

/// Loops for other precisions than f32 throughout, by that of input and output.
pub(crate) type Narrow = fn([Precision; 2], usize, usize, usize, usize, usize) -> Option<TileFn>;

impl Kernels {
    /// The loop for precisions of input and output, rows, width, blocks, step and words per pixel.
    pub(crate) fn select(
        &self,
        precision: [Precision; 2],
        [rows, width, blocks, step, lanes]: [usize; 5],
    ) -> Option<TileFn> {
        match precision {
            [Precision::F32, Precision::F32] => (self.tile)(rows, width, blocks, step, lanes),
            _ => (self.narrow)(precision, rows, width, blocks, step, lanes),
        }
    }

    /// The inner loops of a level.
    ///
    /// # Errors
    /// [`Error::Kernels`] if this processor lacks it.
    pub(crate) fn of(level: Level, precision: Precision) -> Result<Self, Error> {
        if !precision.is_there(level) {
            return Err(absent(&format!("{} with {}", level.name(), precision.name())));
        }
        Ok(match level {
            Level::Portable => portable::KERNELS,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => avx2::KERNELS,
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                let pairs = (precision == Precision::Bf16)
                    .then_some(pairs_x86::with_tiles::<pairs_x86::Vectors>());
                Self { narrow: bf16::narrow, pairs, ..avx512::KERNELS }
            }
            #[cfg(target_arch = "x86_64")]
            Level::Amx => Self {
                level,
                narrow: amx::NARROW,
                widths: amx::widths,
                pairs: Some(amx::PAIRS),
                ..avx512::KERNELS
            },
            #[cfg(not(target_arch = "x86_64"))]
            _ => return Err(absent(level.name())),
        })
    }
}

/// [`Level::Amx`] with its instructions emulated, where those around them are there.
#[cfg(all(test, target_arch = "x86_64"))]
pub(crate) fn emulated_amx() -> Option<Kernels> {
    let level = Level::Amx;
    has_avx512_bf16().then_some(Kernels {
        level,
        narrow: amx::emulated::NARROW,
        widths: amx::widths,
        pairs: Some(amx::emulated::PAIRS),
        ..avx512::KERNELS
    })
}

/// Compiles the loops of [`tile`] for a level, in the sizes given.
macro_rules! instantiate {
    (
        vector: $vector:ty,
        features: [$($feature:literal),*],
        name: $name:literal,
        blocks: $blocks:tt,
        one_row: [$($one:literal),*],
        two_rows: [$($two:literal),*],
        three_rows: [$($three:literal),*],
        few_channels: [$($few:literal),*],
        inputs: $inputs:literal,
    ) => {
        use super::{
            GradientFn, GradientTile, Kernels, Square, Squares, Sums, Tile, TileFn, square, tile,
        };

        $(#[target_feature(enable = $feature)])*
        unsafe fn convolve<
            const R: usize, const P: usize, const N: usize, const S: usize, const C: usize,
        >(t: &Tile) {
            // SAFETY: the caller's promise; the features are those of the vector.
            unsafe { tile::convolve::<$vector, R, P, N, S, C>(t) }
        }

        $(#[target_feature(enable = $feature)])*
        unsafe fn gradient<const K: usize, const N: usize, const DENSE: bool>(t: &GradientTile) {
            // SAFETY: the caller's promise; the features are those of the vector.
            unsafe { tile::gradient::<$vector, K, N, DENSE>(t) }
        }

        macro_rules! square {
            ($map:ident) => {{
                $(#[target_feature(enable = $feature)])*
                unsafe fn transform(s: &Square) {
                    // SAFETY: the caller's promise; the features are those of the vector.
                    unsafe { square::transform::<square::$map, $vector, _, _>(s) }
                }
                transform
            }};
        }

        $(#[target_feature(enable = $feature)])*
        unsafe fn sums(s: &Sums) {
            // SAFETY: the caller's promise; the features are those of the vector.
            unsafe { square::sums_of::<$vector>(s) }
        }

        #[allow(unreachable_patterns)]
        fn sized<const N: usize>(rows: usize, width: usize, step: usize, lanes: usize)
            -> Option<TileFn>
        {
            Some(match (rows, width, step, lanes) {
                $((1, $one, 1, 16) => convolve::<1, $one, N, 1, 16>,)*
                $((1, $one, 2, 16) => convolve::<1, $one, N, 2, 16>,)*
                $((2, $two, 1, 16) => convolve::<2, $two, N, 1, 16>,)*
                $((2, $two, 2, 16) => convolve::<2, $two, N, 2, 16>,)*
                $((3, $three, 1, 16) => convolve::<3, $three, N, 1, 16>,)*
                $((3, $three, 2, 16) => convolve::<3, $three, N, 2, 16>,)*
                $((1, $few, 1, 1) => convolve::<1, $few, N, 1, 1>,)*
                $((1, $few, 2, 1) => convolve::<1, $few, N, 2, 1>,)*
                $((1, $few, 1, 3) => convolve::<1, $few, N, 1, 3>,)*
                $((1, $few, 2, 3) => convolve::<1, $few, N, 2, 3>,)*
                _ => return None,
            })
        }

        fn widths(lanes: usize, rows: usize) -> &'static [usize] {
            match (lanes, rows) {
                (16, 1) => &[$($one),*],
                (16, 2) => &[$($two),*],
                (16, 3) => &[$($three),*],
                (1 | 3, 1) => &[$($few),*],
                _ => &[],
            }
        }

        #[allow(unreachable_patterns)]
        pub(super) const KERNELS: Kernels = Kernels {
            level: super::level_of($name),
            narrow: super::no_narrow,
            pairs: None,
            blocks: $blocks,
            inputs: $inputs,
            widths,
            squares: Squares {
                image: square!(Image),
                window: square!(Window),
                sums,
                spread: square!(Spread),
                gather: square!(Gather),
            },
            tile: |rows, width, blocks, step, lanes| match blocks {
                1 => sized::<1>(rows, width, step, lanes),
                $blocks => sized::<$blocks>(rows, width, step, lanes),
                _ => None,
            },
            gradient: |inputs, blocks, dense| -> Option<GradientFn> {
                Some(match (inputs, blocks, dense) {
                    ($inputs, 1, true) => gradient::<$inputs, 1, true>,
                    ($inputs, 1, false) => gradient::<$inputs, 1, false>,
                    ($inputs, $blocks, true) => gradient::<$inputs, $blocks, true>,
                    ($inputs, $blocks, false) => gradient::<$inputs, $blocks, false>,
                    _ => return None,
                })
            },
        };
    };
}
use instantiate;

fn no_narrow(
    _: [Precision; 2],
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
) -> Option<TileFn> {
    None
}

/// The level of a name that is known when the program is compiled.
const fn level_of(name: &str) -> Level {
    match name.as_bytes() {
        b"avx512" => Level::Avx512,
        b"avx2" => Level::Avx2,
        _ => Level::Portable,
    }
}
