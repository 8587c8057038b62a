//! Convolutions against plain sums in f64.

use proptest::prelude::*;

use super::values;
use crate::{
    LANES,
    buffer::Buffer,
    conv::Convolution,
    geometry::{self, Finish, Reads, Writes},
    kernels::{Kernels, Level, Precision},
    layout::Layout,
    weights::{Packed, Slots, Weight},
    window::Window,
};

/// `[n, out, oh, ow]` of a convolution, in f64.
pub(crate) fn naive(
    x: &[f32],
    [n, c, h, w]: [usize; 4],
    weight: &[f32],
    out: usize,
    k: &Window,
) -> (Vec<f64>, [usize; 4]) {
    let oh = (h + 2 * k.padding - k.kh) / k.stride + 1;
    let ow = (w + 2 * k.padding - k.kw) / k.stride + 1;
    let mut y = Vec::with_capacity(n * out * oh * ow);
    for i in 0..n * out * oh * ow {
        let (ox, oy, o, b) = (i % ow, i / ow % oh, i / (ow * oh) % out, i / (ow * oh * out));
        let mut sum = 0.0;
        for ci in 0..c {
            for (ky, kx) in k.taps() {
                let iy = (oy * k.stride + ky).wrapping_sub(k.padding);
                let ix = (ox * k.stride + kx).wrapping_sub(k.padding);
                if iy < h && ix < w {
                    sum += f64::from(x[((b * c + ci) * h + iy) * w + ix])
                        * f64::from(weight[((o * c + ci) * k.kh + ky) * k.kw + kx]);
                }
            }
        }
        y.push(sum);
    }
    (y, [n, out, oh, ow])
}

fn pack(k: &Kernels, weight: &[f32], out: usize, b: usize, lanes: usize, taps: usize) -> Packed {
    let slots: Vec<Option<usize>> =
        (0..b.next_multiple_of(lanes)).map(|s| (s < b).then_some(s)).collect();
    let inputs = Slots { channels: &slots, lanes };
    Packed::rows(k, Weight { values: weight, b, taps }, out, inputs, None)
}

type Way = fn(&Kernels, Reads, Writes, &Packed) -> Convolution;

fn check(
    way: Way,
    kernels: &Kernels,
    shape: [usize; 4],
    out: usize,
    k: Window,
    (seed, relu): (u64, bool),
) {
    let [n, c, ..] = shape;
    let x = values(shape.iter().product(), seed);
    let weight = values(out * c * k.kh * k.kw, seed + 1);
    let (expected, y_shape) = naive(&x, shape, &weight, out, &k);
    let bias = values(out, seed + 2);
    let skip = values(expected.len(), seed + 3);

    let layout = Layout::input(shape, k.padding);
    let mut memory = Buffer::zeros(layout.len());
    layout.store(&x, &mut memory);
    let y_layout = Layout::new(y_shape, 1);
    let mut residual = Buffer::zeros(y_layout.len());
    y_layout.store(&skip, &mut residual);
    let packed = pack(kernels, &weight, out, c, layout.lanes, k.kh * k.kw);
    let mut blocked_bias = Buffer::zeros(out.next_multiple_of(LANES));
    blocked_bias[..out].copy_from_slice(&bias);
    let (reads, writes) = (geometry::forward(&layout, &k), geometry::all(&y_layout));
    let conv = way(kernels, reads, writes, &packed);
    let mut y = Buffer::zeros(y_layout.len());
    let finish =
        Finish { bias: Some(&blocked_bias), residual: Some(&residual), relu, ..Finish::default() };
    conv.run(kernels, &packed, &memory, finish, &mut y);
    let found = y_layout.load(&y);
    let pixels = y_shape[2] * y_shape[3];
    let terms = (c * k.kh * k.kw) as f64;
    for i in 0..expected.len() {
        let o = i / pixels % out;
        let mut e = expected[i] + f64::from(bias[o]) + f64::from(skip[i]);
        if relu {
            e = e.max(0.0);
        }
        let difference = (f64::from(found[i]) - e).abs();
        assert!(
            difference < 1e-6 * terms.max(4.0),
            "{:?} {shape:?} {out} {k:?}: {i}",
            kernels.level()
        );
    }
    // Neither the border nor lanes without a channel are written to with anything but zero.
    let total: f64 = y.iter().map(|v| f64::from(*v).abs()).sum();
    let meant: f64 = found.iter().map(|v| f64::from(*v).abs()).sum();
    assert!((total - meant).abs() < 1e-6 * meant.max(1.0));
    assert!(n > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_level_convolves_as_a_plain_sum(
        n in 1usize..3, c in prop_oneof![1usize..4, 5usize..40], out in 1usize..70,
        h in 1usize..20, w in 1usize..34, kernel in prop_oneof![Just(1usize), Just(3), Just(7)],
        stride in 1usize..3, seed in 0u64..1000, relu in any::<bool>(),
    ) {
        let window = Window { kh: kernel, kw: kernel, stride, padding: kernel / 2 };
        for kernels in Kernels::all().iter().filter(|kernels| kernels.pairs.is_none()) {
            check(Convolution::plain, kernels, [n, c, h, w], out, window, (seed, relu));
        }
    }

    #[test]
    fn winograds_sums_are_the_plain_sum(
        n in 1usize..4, c in 5usize..70, out in 1usize..70, h in 1usize..20, w in 1usize..34,
        seed in 0u64..1000, relu in any::<bool>(),
    ) {
        let window = Window { kh: 3, kw: 3, stride: 1, padding: 1 };
        let way: Way = |kernels, reads, writes, packed| {
            let conv = Convolution::winograd(kernels, reads, writes, packed);
            assert!(conv.is_winograd());
            conv
        };
        for kernels in Kernels::all().iter().filter(|kernels| kernels.pairs.is_none()) {
            check(way, kernels, [n, c, h, w], out, window, (seed, relu));
        }
    }
}

#[test]
fn winograds_sums_are_made_where_they_pay() {
    let kernels = Kernels::of(Level::Portable, Precision::F32).expect("always there");
    let winograd = |channels: usize, size: usize, kernel: usize, stride: usize| {
        let k = Window { kh: kernel, kw: kernel, stride, padding: kernel / 2 };
        let x = Layout::input([1, channels, size, size], k.padding);
        let y = Layout::new([1, channels, size / stride, size / stride], 1);
        let weight = vec![0.0; channels * channels * kernel * kernel];
        let packed = pack(&kernels, &weight, channels, channels, x.lanes, kernel * kernel);
        let (reads, writes) = (geometry::forward(&x, &k), geometry::all(&y));
        Convolution::new(&kernels, reads, writes, &packed).is_winograd()
    };
    assert!(winograd(64, 56, 3, 1));
    assert!(!winograd(512, 7, 3, 1), "weights are read for few pixels");
    assert!(!winograd(64, 56, 3, 2) && !winograd(64, 56, 1, 1), "there are no such squares");
}

/// A convolution of bf16 by given loops, against a plain sum of the rounded values.
fn check_bf16(kernels: &Kernels, shape: [usize; 4], out: usize, k: Window, wide: bool, seed: u64) {
    let rounded = |v: Vec<f32>| -> Vec<f32> {
        v.into_iter().map(|v| crate::bf16::get(crate::bf16::word(v, 0.0), 0)).collect()
    };
    let c = shape[1];
    let taps = k.kh * k.kw;
    let x = rounded(values(shape.iter().product(), seed));
    let weight = rounded(values(out * c * taps, seed + 1));
    let (expected, y_shape) = naive(&x, shape, &weight, out, &k);
    let skip = rounded(values(expected.len(), seed + 3));
    let layout = Layout::new(shape, k.padding).with(Precision::Bf16);
    let mut memory = Buffer::zeros(layout.len());
    layout.store(&x, &mut memory);
    let precision = if wide { Precision::F32 } else { Precision::Bf16 };
    let y_layout = Layout::new(y_shape, 1).with(precision);
    let mut residual = Buffer::zeros(y_layout.len());
    y_layout.store(&skip, &mut residual);
    let slots = |n: usize, to: usize| -> Vec<Option<usize>> {
        (0..n.next_multiple_of(to)).map(|s| (s < n).then_some(s)).collect()
    };
    let value = |o: usize, i: usize, t: usize| weight[(o * c + i) * taps + t];
    let packed = Packed::bf16(kernels, &slots(out, LANES), &slots(c, 2 * LANES), taps, &value);
    let mut bias = Buffer::zeros(out.next_multiple_of(LANES));
    bias[..out].copy_from_slice(&values(out, seed + 2));
    let reads = geometry::forward(&layout, &k);
    let conv = Convolution::new(kernels, reads, geometry::all(&y_layout), &packed);
    let mut y = Buffer::zeros(y_layout.len());
    let finish =
        Finish { bias: Some(&bias), residual: Some(&residual), relu: true, ..Finish::default() };
    conv.run(kernels, &packed, &memory, finish, &mut y);
    let pixels = y_shape[2] * y_shape[3];
    for (i, found) in y_layout.load(&y).into_iter().enumerate() {
        let o = i / pixels % out;
        let e = (expected[i] + f64::from(bias[o]) + f64::from(skip[i])).max(0.0);
        let tolerance = if wide { 1e-4 } else { e / 256.0 + 1e-4 };
        assert!(
            (f64::from(found) - e).abs() <= tolerance,
            "{shape:?} {out} {k:?}: {i} {found} {e}"
        );
    }
    let border: f32 = (0..shape[0]).map(|n| y[y_layout.plane_at(n, 0)].abs()).sum();
    assert_eq!(border, 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_precision_convolves_as_a_plain_sum(
        n in 1usize..3, c in 1usize..70, out in 1usize..70, h in 1usize..12, w in 1usize..50,
        kernel in prop_oneof![Just(1usize), Just(3)], stride in 1usize..3, wide in any::<bool>(),
        seed in 0u64..1000,
    ) {
        let window = Window { kh: kernel, kw: kernel, stride, padding: kernel / 2 };
        for kernels in &Kernels::all() {
            match kernels.pairs {
                Some(_) => check_bf16(kernels, [n, c, h, w], out, window, wide, seed),
                None => check(Convolution::new, kernels, [n, c, h, w], out, window, (seed, wide)),
            }
        }
    }
}

/// Few and small, so that Miri can run them: `cargo xtask test miri`.
#[test]
fn small_ones() {
    let kernels = Kernels::of(Level::Portable, Precision::F32).expect("always there");
    for (shape, out, kernel, stride) in [
        ([1, 1, 3, 4], 3, 3, 1),
        ([2, 3, 5, 4], 17, 3, 2),
        ([1, 17, 2, 3], 5, 1, 1),
        ([2, 5, 6, 3], 17, 3, 1),
    ] {
        let window = Window { kh: kernel, kw: kernel, stride, padding: kernel / 2 };
        check(Convolution::winograd, &kernels, shape, out, window, (1, true));
    }
}
