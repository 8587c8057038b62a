//! Memory for activations and weights, aligned to a cache line, and its sharing among threads.

use std::marker::PhantomData;

use crate::LANES;

/// Floats after the end that may be read: a tile of 16 pixels, two apart, reads on where a row of
/// fewer ends.
const SLACK: usize = 32 * LANES;

/// Floats that start on a cache line, as a vector of the widest kernels does.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    floats: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    /// `len` zeros. Of many floats no memory is touched before it is used.
    pub(crate) fn zeros(len: usize) -> Self {
        let floats = vec![0.0; LANES + len.next_multiple_of(LANES) + SLACK];
        let start = floats.as_ptr().addr().wrapping_neg() % (LANES * size_of::<f32>());
        huge_pages(&floats);
        Self { floats, start: start / size_of::<f32>(), len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// At least `len` floats: those that are there, or zeros.
    pub(crate) fn grow(&mut self, len: usize) {
        if self.len < len {
            *self = Self::zeros(len);
        }
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl std::ops::Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.floats[self.start..][..self.len]
    }
}

impl std::ops::DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.floats[self.start..][..self.len]
    }
}

/// Asks for large pages, which come to be in a five hundredth of the steps.
#[cfg(all(target_os = "linux", not(miri)))]
#[allow(unsafe_code)]
fn huge_pages(floats: &[f32]) {
    use rustix::mm::{Advice, madvise};
    const HUGE: usize = 2 << 20;
    const PAGE: usize = 4096;
    if size_of_val(floats) < 2 * HUGE {
        return;
    }
    let start = floats.as_ptr().addr().next_multiple_of(PAGE);
    let end = (floats.as_ptr().addr() + size_of_val(floats)) / PAGE * PAGE;
    let from = floats.as_ptr().cast_mut().wrapping_byte_add(start - floats.as_ptr().addr());
    // SAFETY: whole pages of the slice; the advice changes nothing that can be read or written.
    // Where it is not taken, all is as before.
    let _ = unsafe { madvise(from.cast(), end - start, Advice::LinuxHugepage) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn huge_pages(_: &[f32]) {}

/// A mutable slice that several threads write, each its own part.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    start: *mut f32,
    len: usize,
    slice: PhantomData<&'a mut [f32]>,
}

// SAFETY: access goes through `range` and `as_mut_ptr`, whose callers promise disjoint parts.
#[allow(unsafe_code)]
unsafe impl Send for Shared<'_> {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Shared<'_> {}

#[allow(unsafe_code)]
impl<'a> Shared<'a> {
    pub(crate) fn new(slice: &'a mut [f32]) -> Self {
        Self { start: slice.as_mut_ptr(), len: slice.len(), slice: PhantomData }
    }

    pub(crate) fn as_mut_ptr(&self) -> *mut f32 {
        self.start
    }

    /// Part of the slice.
    ///
    /// # Safety
    /// While the result lives, nobody else may use any of its elements.
    ///
    /// # Panics
    /// If it reaches beyond the slice.
    pub(crate) unsafe fn range(&self, at: usize, len: usize) -> &'a mut [f32] {
        assert!(at.checked_add(len).is_some_and(|end| end <= self.len), "{at} + {len}");
        // SAFETY: within the slice by the assertion, alone by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), len) }
    }
}
