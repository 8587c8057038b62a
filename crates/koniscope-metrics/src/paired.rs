//! Two readings of the same films, right or wrong.

use std::collections::BTreeMap;

use crate::special::incomplete_beta;

/// More films that one reading alone has right than this would take minutes.
const MOST_DISCORDANT: usize = 100_000;

/// McNemar's test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Exact two-sided p, by the binomial distribution.
    pub exact: f64,
    /// Two-sided mid-p, which counts what was seen half (Lancaster 1961): less cautious than
    /// `exact`, whose level is mostly below the one named (Fagerland, Lydersen, Laake 2013).
    pub mid_p: f64,
}

/// McNemar's test (1947) that two readings are equally often right: `b` films where the first alone
/// is right, `c` where the second alone is. Both p are twice the smaller tail, at most 1; 1 without
/// such films. Nothing for more than some hundred million of them.
pub fn mcnemar(b: usize, c: usize) -> Option<McNemar> {
    let n = b.checked_add(c)? as f64;
    let k = b.min(c) as f64;
    if b == c {
        return Some(McNemar { exact: 1.0, mid_p: 1.0 });
    }
    // P(X <= k) and P(X < k) of a binomial distribution of share one half; half of both is the tail
    // with what was seen counted half.
    let tail = incomplete_beta(n - k, k + 1.0, 0.5)?;
    let beyond = if k == 0.0 { 0.0 } else { incomplete_beta(n - k + 1.0, k, 0.5)? };
    Some(McNemar { exact: (2.0 * tail).min(1.0), mid_p: (tail + beyond).min(1.0) })
}

/// McNemar's exact test where a patient has several films: of each patient the films that the first
/// reading alone has right less those that the second alone has. Were both equally often right, each
/// such difference would as well be its opposite; two-sided p is the share of all these
/// sign changes that make a sum as far from 0 as the one found (Fisher's randomization test of pairs,
/// 1935, with patients as pairs). With one film a patient it is [`mcnemar`]'s exact p. Nothing if the
/// slices differ in length, or for more than 100,000 such films.
pub fn mcnemar_by_patient(a: &[bool], b: &[bool], patients: &[String]) -> Option<f64> {
    if a.len() != b.len() || a.len() != patients.len() {
        return None;
    }
    let mut apart: BTreeMap<&str, isize> = BTreeMap::new();
    for ((a, b), patient) in a.iter().zip(b).zip(patients) {
        *apart.entry(patient).or_default() += isize::from(*a) - isize::from(*b);
    }
    let found = apart.values().sum::<isize>().unsigned_abs();
    let sizes: Vec<usize> =
        apart.values().map(|d| d.unsigned_abs()).filter(|size| *size > 0).collect();
    let most: usize = sizes.iter().sum();
    if most > MOST_DISCORDANT {
        return None;
    }
    // Probability of each sum, `most` being 0: of all patients so far, whatever their signs.
    let mut chances = vec![0.0; 2 * most + 1];
    chances[most] = 1.0;
    let mut reach = 0;
    for size in sizes {
        let before = chances[most - reach..=most + reach].to_vec();
        chances[most - reach..=most + reach].fill(0.0);
        for (place, chance) in before.iter().enumerate() {
            let sum = most - reach + place;
            chances[sum - size] += chance / 2.0;
            chances[sum + size] += chance / 2.0;
        }
        reach += size;
    }
    let tail: f64 = chances[most + found..].iter().sum();
    Some(if found == 0 { 1.0 } else { (2.0 * tail).min(1.0) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_by_hand() {
        // Five films, all for one side: 2 / 32, and half of it as mid-p.
        let five = mcnemar(5, 0).unwrap();
        assert!((five.exact - 2.0 / 32.0).abs() < 1e-14 && (five.mid_p - 1.0 / 32.0).abs() < 1e-14);
        assert_eq!(mcnemar(0, 0), Some(McNemar { exact: 1.0, mid_p: 1.0 }));
        assert_eq!(mcnemar(4, 4), Some(McNemar { exact: 1.0, mid_p: 1.0 }));
        assert_eq!(mcnemar(3, 9), mcnemar(9, 3));
        assert_eq!(mcnemar(usize::MAX, 1), None);
    }

    #[test]
    fn patients_count_not_films() {
        // Three patients of two films each, all for the first: 2 of 8 sign changes are as far.
        let (a, b) = ([true; 6], [false; 6]);
        let three: Vec<String> = (0..6).map(|i| (i / 2).to_string()).collect();
        let six: Vec<String> = (0..6).map(|i| i.to_string()).collect();
        assert_eq!(mcnemar_by_patient(&a, &b, &three), Some(0.25));
        assert_eq!(mcnemar_by_patient(&a, &b, &six), Some(2.0 / 64.0));
        // Sums of +-2 +-1: one of four is as large as 3, and one as small.
        let uneven = ["p", "p", "q"].map(String::from);
        assert_eq!(mcnemar_by_patient(&[true; 3], &[false; 3], &uneven), Some(0.5));
        // A patient with one film for either has nothing to say.
        let halves = [true, false];
        let one = ["p", "p"].map(String::from);
        assert_eq!(mcnemar_by_patient(&halves, &halves.map(|r| !r), &one), Some(1.0));
        assert_eq!(mcnemar_by_patient(&[], &[], &[]), Some(1.0));
        assert_eq!(mcnemar_by_patient(&a, &b[..5], &six), None);
    }
}
