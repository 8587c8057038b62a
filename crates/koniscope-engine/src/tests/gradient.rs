//! Weight gradients against plain sums in f64.

use proptest::prelude::*;

use super::values;
use crate::{
    LANES,
    buffer::Buffer,
    geometry::{self, Reads, Writes},
    kernels::Kernels,
    layout::Layout,
    weight_gradient::{Grad, WeightGradient, Workspace},
    weights::{Slots, Weight, plain_slots},
    window::Window,
};

/// `[out, c, kh, kw]` of a convolution's input and output gradient, in f64; also the sums of the
/// products' sizes, by which rounding is judged.
fn naive(
    x: &[f32],
    [n, c, h, w]: [usize; 4],
    dy: &[f32],
    [out, oh, ow]: [usize; 3],
    k: &Window,
) -> Vec<(f64, f64)> {
    let mut all = Vec::new();
    for i in 0..out * c {
        for (ky, kx) in k.taps() {
            let (mut sum, mut size) = (0.0, 0.0);
            for p in 0..n * oh * ow {
                let (b, oy, ox) = (p / (oh * ow), p / ow % oh, p % ow);
                let iy = (oy * k.stride + ky).wrapping_sub(k.padding);
                let ix = (ox * k.stride + kx).wrapping_sub(k.padding);
                if iy < h && ix < w {
                    let product = f64::from(x[((b * c + i % c) * h + iy) * w + ix])
                        * f64::from(dy[((b * out + i / c) * oh + oy) * ow + ox]);
                    sum += product;
                    size += product.abs();
                }
            }
            all.push((sum, size));
        }
    }
    all
}

type Way = fn(&Kernels, Reads, Writes, usize) -> WeightGradient;

/// The engine's, by PyTorch's axes.
#[allow(clippy::too_many_arguments)]
fn gradient(
    way: Way,
    kernels: &Kernels,
    x: &[f32],
    shape: [usize; 4],
    dy: &[f32],
    [out, oh, ow]: [usize; 3],
    k: &Window,
) -> Vec<f32> {
    let [n, c, ..] = shape;
    let (xl, yl) = (Layout::input(shape, k.padding), Layout::new([n, out, oh, ow], 1));
    let (mut x_memory, mut dy_memory) = (Buffer::zeros(xl.len()), Buffer::zeros(yl.len()));
    xl.store(x, &mut x_memory);
    yl.store(dy, &mut dy_memory);
    let (reads, writes) = (geometry::forward(&xl, k), geometry::all(&yl));
    let gradient = way(kernels, reads, writes, yl.blocks());
    let mut workspace = Workspace::default();
    // Twice: what is there from before must not matter.
    for _ in 0..2 {
        gradient.run(kernels, &x_memory, &dy_memory, &mut workspace);
    }
    let taps = k.kh * k.kw;
    let mut values = vec![0.0; out * c * taps];
    let all = plain_slots(c);
    let channels = if xl.lanes == LANES { &all[..] } else { &all[..c] };
    let shape = Weight { values: &[], b: c, taps };
    let mut to = Grad { values: &mut values, shape, transposed: false, tap: 0 };
    gradient.unpack(&workspace.dw, Slots { channels, lanes: xl.lanes }, out, &mut to);
    values
}

/// Errors are judged by the size of what is summed, of at least `least`.
fn check(
    (way, least): (Way, f64),
    shape: [usize; 4],
    out: usize,
    k: Window,
    whole: bool,
    seed: u64,
) {
    let [n, _, h, w] = shape;
    let size = |size: usize, kernel: usize| (size + 2 * k.padding - kernel) / k.stride + 1;
    let y = [out, size(h, k.kh), size(w, k.kw)];
    // Whole numbers are exact in bf16, and so are sums of their products in f32; other values
    // are rounded before.
    let prepared = |count: usize, seed: u64| -> Vec<f32> {
        let prepare = |v: f32| match whole {
            true => (v * 8.0).round(),
            false => crate::bf16::get(crate::bf16::word(v, 0.0), 0),
        };
        values(count, seed).into_iter().map(prepare).collect()
    };
    let (x, dy) = (
        prepared(shape.iter().product(), seed),
        prepared(n * y.iter().product::<usize>(), seed + 1),
    );
    let expected = naive(&x, shape, &dy, y, &k);
    for kernels in Kernels::all() {
        let found = gradient(way, &kernels, &x, shape, &dy, y, &k);
        for (i, (found, (sum, size))) in found.iter().zip(&expected).enumerate() {
            let tolerance = if whole { 0.0 } else { 1e-5 * size.max(least) };
            assert!(
                (f64::from(*found) - sum).abs() <= tolerance,
                "{:?} {:?} {shape:?} {out} {k:?}: {i} {found} {sum}",
                kernels.level(),
                kernels.pairs.map(|_| "bf16"),
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn weight_gradients_are_plain_sums(
        n in 1usize..4, c in prop_oneof![1usize..4, 5usize..70], out in 1usize..70,
        h in 1usize..20, w in 1usize..40, kernel in prop_oneof![Just(1usize), Just(3), Just(7)],
        stride in 1usize..3, seed in 0u64..1000, whole in any::<bool>(),
    ) {
        let window = Window { kh: kernel, kw: kernel, stride, padding: kernel / 2 };
        check((WeightGradient::plain, 0.0), [n, c, h, w], out, window, whole, seed);
    }

    #[test]
    fn winograds_sums_are_the_plain_sums(
        n in 1usize..4, c in 5usize..70, out in 1usize..70, h in 1usize..20, w in 1usize..40,
        seed in 0u64..1000,
    ) {
        let window = Window { kh: 3, kw: 3, stride: 1, padding: 1 };
        let way: Way = |kernels, reads, writes, blocks| {
            let gradient = WeightGradient::winograd(kernels, reads, writes, blocks);
            assert_eq!(gradient.is_winograd(), kernels.pairs.is_none());
            gradient
        };
        // What is transformed is rounded by the size of its neighbors, at most 1 each.
        check((way, 1.0), [n, c, h, w], out, window, false, seed);
    }
}

/// Rows of several strips, the last one shorter.
#[test]
fn images_of_many_strips() {
    for (h, stride, padding) in [(71, 1, 1), (139, 2, 1), (70, 1, 0)] {
        let window = Window { kh: 3, kw: 3, stride, padding };
        check((WeightGradient::plain, 0.0), [2, 17, h, 250 * stride], 5, window, true, 1);
    }
}

/// Few and small, so that Miri can run them: `cargo xtask test miri`.
#[test]
fn small_ones() {
    let window = |stride| Window { kh: 3, kw: 3, stride, padding: 1 };
    check((WeightGradient::plain, 0.0), [1, 1, 3, 4], 3, window(1), true, 1);
    check((WeightGradient::plain, 0.0), [2, 3, 3, 4], 17, window(2), true, 1);
    check((WeightGradient::winograd, 1.0), [2, 5, 3, 2], 3, window(1), false, 1);
}
