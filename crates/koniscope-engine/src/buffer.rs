//! Memory for activations and weights, aligned to a cache line.

use crate::LANES;

/// Floats that start on a cache line, as a vector of the widest kernels does.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    floats: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    /// `len` zeros. Where they are many, no memory is touched before it is used.
    pub(crate) fn zeros(len: usize) -> Self {
        let floats = vec![0.0; LANES + len];
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

/// Asks for large pages: one fault of 2 MiB in place of five hundred of 4 KiB.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_starts_on_a_cache_line_and_is_zero() {
        for len in [0, 1, 16, 1000, 3 << 20] {
            let mut buffer = Buffer::zeros(len);
            assert_eq!((buffer.len(), buffer.as_ptr().addr() % 64), (len, 0));
            assert!(buffer.iter().all(|v| *v == 0.0));
            buffer.fill(1.0);
            assert_eq!(buffer.clone()[..], buffer[..]);
        }
    }
}
