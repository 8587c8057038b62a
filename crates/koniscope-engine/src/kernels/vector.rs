//! Sixteen floats at once: what the inner loops are written over.
#![allow(unsafe_code)]

/// Sixteen floats. A level implements it with what the processor has.
///
/// # Safety
/// Every method may be called only where the level's instructions exist, with addresses of sixteen
/// floats that need not be aligned.
pub(crate) trait Vector: Copy {
    /// `value` in all lanes.
    unsafe fn splat(value: f32) -> Self;
    /// Sixteen floats from `from`, which must be readable.
    unsafe fn load(from: *const f32) -> Self;
    /// Sixteen floats to `to`, which must be writable.
    unsafe fn store(self, to: *mut f32);
    /// `self + a * b`.
    unsafe fn fma(self, a: Self, b: Self) -> Self;
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `max(self, 0)`; 0 where a lane is not a number.
    unsafe fn relu(self) -> Self;

    /// Adds what lies at `residual`, unless that is null, takes the maximum with 0 if `relu`, and
    /// writes one pixel of `N` blocks of 16 channels to `y`, the blocks `block` floats apart.
    #[inline(always)]
    unsafe fn finish<const N: usize>(
        sums: [Self; N],
        residual: *const f32,
        relu: bool,
        y: *mut f32,
        block: usize,
    ) {
        for (j, mut value) in sums.into_iter().enumerate() {
            // SAFETY: the addresses are the caller's promise.
            unsafe {
                if !residual.is_null() {
                    value = value.add(Self::load(residual.add(j * block)));
                }
                if relu {
                    value = value.relu();
                }
                value.store(y.add(j * block));
            }
        }
    }
}
