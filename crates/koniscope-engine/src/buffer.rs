//! Memory for activations and weights, aligned to a cache line, and its sharing among threads.

use std::marker::PhantomData;

use crate::LANES;

/// One vector of the widest kernels, one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f32; LANES]);

/// Lines after the end that may be read: a tile of 16 pixels, two apart, reads on where a row of
/// fewer ends.
const SLACK: usize = 32;

/// Floats that start on a cache line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    lines: Vec<Line>,
    len: usize,
}

impl Buffer {
    /// `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        Self { lines: vec![Line([0.0; LANES]); len.div_ceil(LANES) + SLACK], len }
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

#[allow(unsafe_code)]
impl std::ops::Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: `lines` holds at least `len` initialized floats without gaps: `Line` is an
        // array of floats whose size is its alignment.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

#[allow(unsafe_code)]
impl std::ops::DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as for `deref`, and `self` is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

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
