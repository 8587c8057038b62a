//! The two functions that tails of distributions need.

/// Terms after which the continued fraction is given up. It takes about the root of the larger
/// argument, so this serves counts up to some hundred million.
const TERMS: u32 = 20_000;

/// Probability that a standard normal number is as far from 0 as `z`, on either side.
pub(crate) fn two_sided_normal(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Regularized incomplete beta function `I_x(a, b)`, `a` and `b` above 0, by its continued fraction
/// (DLMF 8.17.22). Nothing if it does not converge.
pub(crate) fn incomplete_beta(a: f64, b: f64, x: f64) -> Option<f64> {
    if x <= 0.0 {
        return Some(0.0);
    }
    if x >= 1.0 {
        return Some(1.0);
    }
    let front =
        (a * x.ln() + b * (-x).ln_1p() + libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b))
            .exp();
    // It converges fast only on one side of about the mean; the other side is its mirror image.
    if x < (a + 1.0) / (a + b + 2.0) {
        Some(front / a / fraction(a, b, x)?)
    } else {
        Some(1.0 - front / b / fraction(b, a, 1.0 - x)?)
    }
}

/// `1 + d1 / (1 + d2 / (1 + ...))` by the way of Lentz (1976).
fn fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    for term in 1..=TERMS {
        let m = f64::from(term / 2);
        let coefficient = if term % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        d = 1.0 / away_from_zero(1.0 + coefficient * d);
        c = away_from_zero(1.0 + coefficient / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            return Some(value);
        }
    }
    None
}

/// The `x` at which [`incomplete_beta`] is `share`: a quantile of the beta distribution.
pub(crate) fn beta_quantile(a: f64, b: f64, share: f64) -> Option<f64> {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high || high - low < 1e-15 * low {
            return Some(middle);
        }
        if incomplete_beta(a, b, middle)? < share {
            low = middle;
        } else {
            high = middle;
        }
    }
}
