//! Kernels beside memory that may not be touched: reading or writing past an end ends the test.
#![allow(unsafe_code)]

use std::ptr::null_mut;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use super::values;
use crate::{
    LANES, Precision,
    conv::Convolution,
    geometry::{self, Finish},
    kernels::Kernels,
    layout::Layout,
    weight_gradient::{WeightGradient, Workspace},
    weights::{Packed, Slots, Weight, plain_slots},
    window::Window,
};

const PAGE: usize = 4096;

/// Floats between two pages that may not be touched, ending right before the second.
struct Guarded {
    start: *mut u8,
    pages: usize,
    len: usize,
}

impl Guarded {
    fn new(values: &[f32]) -> Self {
        let pages = (values.len() * 4).div_ceil(PAGE);
        // SAFETY: fresh memory; only its first and last page are forbidden.
        let start = unsafe {
            let all = (pages + 2) * PAGE;
            let flags = MapFlags::PRIVATE;
            let start = mmap_anonymous(null_mut(), all, ProtFlags::READ | ProtFlags::WRITE, flags)
                .expect("memory")
                .cast::<u8>();
            for page in [start, start.add((pages + 1) * PAGE)] {
                mprotect(page.cast(), PAGE, MprotectFlags::empty()).expect("protection");
            }
            start
        };
        let mut guarded = Self { start, pages, len: values.len() };
        guarded.slice().copy_from_slice(values);
        guarded
    }

    fn slice(&mut self) -> &mut [f32] {
        // SAFETY: `len` floats end where the last page begins; all memory began as zeros.
        unsafe {
            let end = self.start.add((self.pages + 1) * PAGE);
            std::slice::from_raw_parts_mut(end.sub(self.len * 4).cast(), self.len)
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and no slice of it is left.
        unsafe { munmap(self.start.cast(), (self.pages + 2) * PAGE).expect("it was mapped") }
    }
}

/// Input channels, output channels, rows, columns, kernel and step.
const CASES: [[usize; 6]; 8] = [
    [1, 16, 9, 13, 3, 1],
    [3, 40, 15, 11, 7, 2],
    [16, 16, 5, 1, 3, 1],
    [33, 70, 7, 29, 3, 1],
    [20, 33, 8, 15, 1, 2],
    [17, 20, 9, 12, 3, 2],
    [40, 33, 1, 62, 1, 2],
    [64, 64, 3, 33, 3, 1],
];

/// The windows of a case, and the layouts of its input and output.
fn laid_out([c, out, h, w, k, stride]: [usize; 6]) -> (Window, Layout, Layout) {
    let window = Window { kh: k, kw: k, stride, padding: k / 2 };
    let y = Layout::new([2, out, h.div_ceil(stride), w.div_ceil(stride)], 1);
    (window, Layout::input([2, c, h, w], k / 2), y)
}

#[test]
fn nothing_outside_is_touched() {
    for kernels in &Kernels::all() {
        for case in CASES {
            match kernels.pairs {
                Some(_) => convolve_bf16(kernels, case),
                None => convolve(kernels, case),
            }
            learn(kernels, case);
        }
    }
}

/// Weights `[out, c, k, k]` of a case, packed for its input in f32.
fn packed([c, out, _, _, k, _]: [usize; 6], kernels: &Kernels, lanes: usize) -> Packed {
    let weight = values(out * c * k * k, 2);
    let all = plain_slots(c);
    let channels = if lanes == LANES { &all[..] } else { &all[..c] };
    let weight = Weight { values: &weight, b: c, taps: k * k };
    Packed::rows(kernels, weight, out, Slots { channels, lanes }, None)
}

fn convolve(kernels: &Kernels, case: [usize; 6]) {
    let (window, xl, yl) = laid_out(case);
    let mut x = Guarded::new(&values(xl.len(), 1));
    let mut y = Guarded::new(&values(yl.len(), 3));
    let packed = packed(case, kernels, xl.lanes);
    for way in [Convolution::plain, Convolution::winograd] {
        let (reads, writes) = (geometry::forward(&xl, &window), geometry::all(&yl));
        let conv = way(kernels, reads, writes, &packed);
        conv.run(kernels, &packed, x.slice(), Finish::default(), y.slice());
    }
}

/// On AVX512-BF16, on AMX, and on AMX emulated: rows of fewer pixels than a tile has.
fn convolve_bf16(kernels: &Kernels, case @ [c, out, _, _, k, _]: [usize; 6]) {
    let (window, xl, yl) = laid_out(case);
    let weight = values(out * c * k * k, 2);
    let value = |o: usize, i: usize, t: usize| weight[(o * c + i) * k * k + t];
    let slots: Vec<Option<usize>> =
        (0..c.next_multiple_of(2 * LANES)).map(|s| (s < c).then_some(s)).collect();
    let (xl, packed) = match xl.lanes {
        LANES => (
            xl.with(Precision::Bf16),
            Packed::bf16(kernels, &plain_slots(out), &slots, k * k, &value),
        ),
        few => (xl, packed(case, kernels, few)),
    };
    for precision in [Precision::F32, Precision::Bf16] {
        let yl = yl.with(precision);
        let mut x = Guarded::new(&vec![0.0; xl.len()]);
        xl.store(&values(2 * c * xl.h * xl.w, 1), x.slice());
        let mut y = Guarded::new(&vec![0.0; yl.len()]);
        let (reads, writes) = (geometry::forward(&xl, &window), geometry::all(&yl));
        let conv = Convolution::new(kernels, reads, writes, &packed);
        conv.run(kernels, &packed, x.slice(), Finish::default(), y.slice());
        assert!(y.slice().iter().any(|v| *v != 0.0), "{:?}", kernels.level());
    }
}

fn learn(kernels: &Kernels, case: [usize; 6]) {
    let (window, xl, yl) = laid_out(case);
    let mut x = Guarded::new(&values(xl.len(), 1));
    let mut dy = Guarded::new(&values(yl.len(), 3));
    for way in [WeightGradient::plain, WeightGradient::winograd] {
        let (reads, writes) = (geometry::forward(&xl, &window), geometry::all(&yl));
        let gradient = way(kernels, reads, writes, yl.blocks());
        let mut workspace = Workspace::default();
        gradient.run(kernels, x.slice(), dy.slice(), &mut workspace);
        assert!(workspace.dw.iter().any(|v| *v != 0.0), "{:?}", kernels.level());
    }
}
