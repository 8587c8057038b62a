//! Compiles the loops that are written over [`Vector`](super::vector::Vector) for a level.

/// Defines `kernels(Supported) -> Kernels` with the loops for a vector and its features, in the
/// sizes of tiles given.
macro_rules! instantiate {
    (
        vector: $vector:ty,
        features: [$($feature:literal),*],
        blocks: $blocks:tt,
        one_row: [$($one:literal),*],
        two_rows: [$($two:literal),*],
        three_rows: [$($three:literal),*],
        few_channels: [$($few:literal),*],
        inputs: $inputs:literal,
    ) => {
        use $crate::kernels::{
            GradientFn, GradientTile, Kernels, OutputSquare, Square, Supported, Tile, TileFn,
            Transforms, gradient, no_narrow, tile, winograd,
        };

        $(#[target_feature(enable = $feature)])*
        unsafe fn convolve<
            const R: usize, const P: usize, const N: usize, const S: usize, const C: usize,
        >(t: &Tile) {
            // SAFETY: the caller's promise; the features are those of the vector.
            unsafe { tile::convolve::<$vector, R, P, N, S, C>(t) }
        }

        $(#[target_feature(enable = $feature)])*
        unsafe fn gradient_tile<const K: usize, const N: usize, const DENSE: bool>(
            t: &GradientTile,
        ) {
            // SAFETY: the caller's promise; the features are those of the vector.
            unsafe { gradient::gradient::<$vector, K, N, DENSE>(t) }
        }

        macro_rules! transform {
            ($map:ident) => {{
                $(#[target_feature(enable = $feature)])*
                unsafe fn transform(s: &Square) {
                    // SAFETY: the caller's promise; the features are those of the vector.
                    unsafe { winograd::transform::<winograd::$map, $vector, _, _>(s) }
                }
                transform
            }};
        }

        $(#[target_feature(enable = $feature)])*
        unsafe fn output_transform(s: &OutputSquare) {
            // SAFETY: the caller's promise; the features are those of the vector.
            unsafe { winograd::output_transform::<$vector>(s) }
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

        /// Widths of tiles, for words of an input pixel and rows.
        pub(super) fn widths(lanes: usize, rows: usize) -> &'static [usize] {
            match (lanes, rows) {
                (16, 1) => &[$($one),*],
                (16, 2) => &[$($two),*],
                (16, 3) => &[$($three),*],
                (1 | 3, 1) => &[$($few),*],
                _ => &[],
            }
        }

        /// The loops, for a processor that has their instructions.
        #[allow(unreachable_patterns)]
        pub(super) fn kernels(supported: Supported) -> Kernels {
            Kernels {
                supported,
                narrow: no_narrow,
                pairs: None,
                blocks: $blocks,
                inputs: $inputs,
                widths,
                transforms: Transforms {
                    input: transform!(Input),
                    filter: transform!(Filter),
                    output: output_transform,
                    output_gradient: transform!(OutputGradient),
                    filter_gradient: transform!(FilterGradient),
                },
                tile: |rows, width, blocks, step, lanes| match blocks {
                    1 => sized::<1>(rows, width, step, lanes),
                    $blocks => sized::<$blocks>(rows, width, step, lanes),
                    _ => None,
                },
                gradient: |inputs, blocks, dense| -> Option<GradientFn> {
                    Some(match (inputs, blocks, dense) {
                        ($inputs, 1, true) => gradient_tile::<$inputs, 1, true>,
                        ($inputs, 1, false) => gradient_tile::<$inputs, 1, false>,
                        ($inputs, $blocks, true) => gradient_tile::<$inputs, $blocks, true>,
                        ($inputs, $blocks, false) => gradient_tile::<$inputs, $blocks, false>,
                        _ => return None,
                    })
                },
            }
        }
    };
}
pub(super) use instantiate;
