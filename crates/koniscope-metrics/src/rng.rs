//! Random numbers that depend on what they are for, never on the order they are asked in.

use rand::{SeedableRng, rngs::StdRng};

/// A generator for one draw of one epoch, or one resample. Equal arguments give equal numbers, so
/// that a run that is resumed, or spread over threads, draws what any other would have.
pub fn rng_for(seed: u64, epoch: u64, draw: u64) -> StdRng {
    StdRng::seed_from_u64(mix(mix(mix(seed) ^ epoch) ^ draw))
}

/// One step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): neighbors in, strangers out.
pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn draws_depend_on_every_argument() {
        let first = |s, e, d| rng_for(s, e, d).random::<u64>();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let all = [first(1, 2, 3), first(2, 2, 3), first(1, 3, 3), first(1, 2, 4), first(1, 3, 2)];
        assert!((0..all.len()).all(|i| !all[..i].contains(&all[i])));
    }
}
