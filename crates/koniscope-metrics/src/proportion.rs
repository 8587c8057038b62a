//! Intervals of a share, as sensitivity is one.

use crate::{Estimate, Z95, special::beta_quantile};

/// Share `k / n` with Wilson's 95 % interval (1927), which is right on average and sound for few
/// films. Nothing if `n` is 0 or below `k`.
pub fn wilson(k: usize, n: usize) -> Option<Estimate> {
    if n == 0 || k > n {
        return None;
    }
    let (films, share) = (n as f64, k as f64 / n as f64);
    let z2 = Z95 * Z95;
    let middle = share + z2 / (2.0 * films);
    let half = Z95 * (share * (1.0 - share) / films + z2 / (4.0 * films * films)).sqrt();
    let scale = 1.0 + z2 / films;
    Some(Estimate {
        value: share,
        // Both ends are exact where rounding would leave the value outside.
        low: if k == 0 { 0.0 } else { (middle - half) / scale },
        high: if k == n { 1.0 } else { (middle + half) / scale },
        n,
    })
}

/// Share `k / n` with the exact 95 % interval of Clopper and Pearson (1934), which never covers less
/// than it says, and often more. Nothing if `n` is 0, below `k`, or above some hundred million.
pub fn clopper_pearson(k: usize, n: usize) -> Option<Estimate> {
    if n == 0 || k > n {
        return None;
    }
    let (hits, misses) = (k as f64, (n - k) as f64);
    Some(Estimate {
        value: hits / n as f64,
        low: if k == 0 { 0.0 } else { beta_quantile(hits, misses + 1.0, 0.025)? },
        high: if k == n { 1.0 } else { beta_quantile(hits + 1.0, misses, 0.975)? },
        n,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn none_and_all_have_ends_in_closed_form() {
        // With no hit, the upper end of Clopper and Pearson is 1 - 0.025^(1/n).
        let none = clopper_pearson(0, 10).unwrap();
        assert_eq!((none.value, none.low), (0.0, 0.0));
        assert!((none.high - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12);
        let all = clopper_pearson(10, 10).unwrap();
        assert!((all.low - 0.025_f64.powf(0.1)).abs() < 1e-12 && all.high == 1.0);
        assert!((wilson(0, 10).unwrap().high - Z95 * Z95 / (10.0 + Z95 * Z95)).abs() < 1e-12);
    }

    #[test]
    fn no_films_have_no_share() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
        assert_eq!(clopper_pearson(0, 0), None);
        assert_eq!(clopper_pearson(3, 2), None);
        // Far beyond what the continued fraction reaches: an end, not a wrong figure.
        assert_eq!(clopper_pearson(usize::MAX / 2, usize::MAX), None);
    }
}
