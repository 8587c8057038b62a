//! Kernels beside memory that may not be touched: reading or writing past an end ends the test.
#![allow(unsafe_code)]

use std::ptr::null_mut;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

use crate::{
    LANES,
    conv::{Convolution, Finish},
    geometry::{self, Window},
    layout::Layout,
    network::plain_slots,
    tests_conv::values,
    tests_gradient::all_kernels,
    weight_gradient::{Room, WeightGradient},
    weights::{Packed, Slots, Weight},
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

#[test]
fn nothing_outside_is_touched() {
    for kernels in all_kernels() {
        for (c, out, h, w, k, stride) in [
            (1, 16, 9, 13, 3, 1),
            (3, 40, 15, 11, 7, 2),
            (16, 16, 5, 1, 3, 1),
            (33, 70, 7, 29, 3, 1),
            (20, 33, 8, 15, 1, 2),
            (17, 20, 9, 12, 3, 2),
        ] {
            let window = Window { kh: k, kw: k, stride, padding: k / 2 };
            let (xl, taps) = (Layout::input([2, c, h, w], k / 2), k * k);
            let yl = Layout::new([2, out, h.div_ceil(stride), w.div_ceil(stride)], 1);
            let mut x = Guarded::new(&values(xl.len(), 1));
            let mut y = Guarded::new(&values(yl.len(), 3));
            let weight = values(out * c * taps, 2);
            let all = plain_slots(c);
            let channels = if xl.lanes == LANES { &all[..] } else { &all[..c] };
            let inputs = Slots { channels, lanes: xl.lanes };
            let weight = Weight { values: &weight, b: c, taps };
            let packed = Packed::rows(&kernels, weight, out, inputs, None);
            let reads = geometry::forward(&xl, &window);
            let writes = geometry::all(&yl);
            // Convolutions of bf16 read on within the room that buffers have after their end.
            if kernels.pairs.is_none() {
                for way in [Convolution::plain, Convolution::fewer] {
                    let conv = way(&kernels, reads.clone(), writes.clone(), &packed);
                    conv.run(&kernels, &packed, x.slice(), Finish::default(), y.slice());
                }
            }
            for way in [WeightGradient::plain, WeightGradient::fewer] {
                let gradient = way(&kernels, reads.clone(), writes.clone(), packed.blocks);
                let mut room = Room::default();
                gradient.run(&kernels, x.slice(), y.slice(), &mut room);
                assert!(room.dw.iter().any(|v| *v != 0.0), "{:?}", kernels.level);
            }
        }
    }
}
