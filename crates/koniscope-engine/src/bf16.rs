//! Two bf16 in a word: the upper halves of two f32, rounded to the nearest, to even where two are
//! as near.

/// Bits of a value as bf16.
pub(crate) fn bits(value: f32) -> u32 {
    let bits = value.to_bits();
    if value.is_nan() {
        return bits >> 16 | 0x40;
    }
    (bits + 0x7fff + (bits >> 16 & 1)) >> 16
}

/// A word of two values, the first in its lower half.
pub(crate) fn word(low: f32, high: f32) -> f32 {
    f32::from_bits(bits(low) | bits(high) << 16)
}

/// A word with the half at `shift` set.
pub(crate) fn set(word: f32, shift: u32, value: f32) -> f32 {
    f32::from_bits(word.to_bits() & !(0xffff << shift) | bits(value) << shift)
}

/// The half of a word at `shift`.
pub(crate) fn get(word: f32, shift: u32) -> f32 {
    f32::from_bits(word.to_bits() >> shift << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_the_nearest_and_keeps_halves_apart() {
        // 1 + 2^-8 lies between two numbers of 8 bits: to even.
        assert_eq!(get(word(1.0 + 1.0 / 256.0, -2.5), 0), 1.0);
        assert_eq!(get(word(1.0 + 3.0 / 256.0, -2.5), 0), 1.0 + 4.0 / 256.0);
        assert_eq!(get(word(7.0, -2.5), 16), -2.5);
        assert_eq!(get(set(word(7.0, -2.5), 16, 3.0), 16), 3.0);
        assert_eq!(get(set(word(7.0, -2.5), 16, 3.0), 0), 7.0);
        assert!(get(word(f32::NAN, 1.0), 0).is_nan());
        assert_eq!(get(word(f32::INFINITY, 1.0), 0), f32::INFINITY);
    }
}
