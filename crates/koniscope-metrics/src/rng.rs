//! Random numbers that depend on what they are for, never on the order they are asked in.

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

/// A generator for one draw of one epoch, or one resample. Equal arguments give equal numbers, so
/// that a run that is resumed, or spread over threads, draws what any other would have.
pub fn rng_for(seed: u64, epoch: u64, draw: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(mix(mix(mix(seed) ^ epoch) ^ draw))
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

    /// Written by reference/chacha12.py.
    #[test]
    fn seeds_give_the_numbers_that_they_always_gave() {
        let golden: [(u64, [u64; 3]); 3] = [
            (0, [0xbb2a_3fb2_cd2c_6f7f, 0xc601_7c94_8e27_697b, 0xaa77_ac12_532f_c768]),
            (1, [0xf968_1a64_d330_1861, 0xb0f4_d125_cc0d_694a, 0xca96_5a0b_d7e9_4e48]),
            (20211, [0x18cc_3302_eb95_62c8, 0x88d7_78a3_2476_1d83, 0x8cd3_5260_0d5a_19d1]),
        ];
        for (seed, numbers) in golden {
            let mut rng = ChaCha12Rng::seed_from_u64(seed);
            let drawn: Vec<u64> = (0..40).map(|_| rng.random()).collect();
            assert_eq!([drawn[0], drawn[1], drawn[39]], numbers, "seed {seed}");
        }
    }

    #[test]
    fn draws_depend_on_every_argument() {
        let first = |s, e, d| rng_for(s, e, d).random::<u64>();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let all = [first(1, 2, 3), first(2, 2, 3), first(1, 3, 3), first(1, 2, 4), first(1, 3, 2)];
        assert!((0..all.len()).all(|i| !all[..i].contains(&all[i])));
    }
}
