//! One slice written by several threads, each in its own part.

use std::marker::PhantomData;

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
