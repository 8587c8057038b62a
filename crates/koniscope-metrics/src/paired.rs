//! Two readings of the same films, right or wrong.

use crate::special::incomplete_beta;

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
}
