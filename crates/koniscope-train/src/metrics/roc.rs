//! Area under the ROC curve and its interval.

use super::Estimate;

/// Probability that a positive scores above a negative, ties counted half (Hanley and McNeil
/// 1982). Nothing if a class is missing or a score is no number.
pub fn auc(scores: &[f64], truth: &[bool]) -> Option<f64> {
    components(scores, truth).map(|(auc, _)| auc)
}

/// AUC with DeLong's 95 % interval (DeLong, DeLong, Clarke-Pearson 1988), cut to `[0, 1]`.
/// Nothing if a class has fewer than two films.
pub fn auc_delong(scores: &[f64], truth: &[bool]) -> Option<Estimate> {
    let (auc, [v10, v01]) = components(scores, truth)?;
    if v10.len() < 2 || v01.len() < 2 {
        return None;
    }
    let variance =
        sample_variance(&v10) / v10.len() as f64 + sample_variance(&v01) / v01.len() as f64;
    let half = 1.959_963_984_540_054 * variance.sqrt();
    Some(Estimate {
        value: auc,
        low: (auc - half).max(0.0),
        high: (auc + half).min(1.0),
        n: scores.len(),
    })
}

/// The AUC and DeLong's structural components: of each positive the share of negatives below
/// it, of each negative the share of positives above it.
fn components(scores: &[f64], truth: &[bool]) -> Option<(f64, [Vec<f64>; 2])> {
    if scores.iter().any(|s| s.is_nan()) {
        return None;
    }
    let of = |class| {
        let pairs = scores.iter().zip(truth).filter(move |(_, t)| **t == class);
        let mut values: Vec<f64> = pairs.map(|(s, _)| *s).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let (positives, negatives) = (of(true), of(false));
    if positives.is_empty() || negatives.is_empty() {
        return None;
    }
    let v10: Vec<f64> = positives.iter().map(|x| share_below(*x, &negatives)).collect();
    let v01: Vec<f64> = negatives.iter().map(|y| 1.0 - share_below(*y, &positives)).collect();
    Some((v10.iter().sum::<f64>() / v10.len() as f64, [v10, v01]))
}

/// Share of sorted values below `x`, those equal to it counted half.
fn share_below(x: f64, sorted: &[f64]) -> f64 {
    let below = sorted.partition_point(|v| *v < x);
    let not_above = sorted.partition_point(|v| *v <= x);
    (below + not_above) as f64 / 2.0 / sorted.len() as f64
}

fn sample_variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn by_hand_with_a_tie() {
        let scores = [0.1, 0.4, 0.4, 0.8];
        let truth = [false, false, true, true];
        assert_eq!(auc(&scores, &truth), Some((1.0 + 0.5 + 1.0 + 1.0) / 4.0));
        assert_eq!(auc(&scores, &[true; 4]), None);
        assert_eq!(auc(&[f64::NAN, 1.0], &[true, false]), None);
    }

    proptest! {
        #[test]
        fn a_monotone_map_changes_nothing(
            cases in proptest::collection::vec((-5.0f64..5.0, any::<bool>()), 2..60)
        ) {
            let (scores, truth): (Vec<f64>, Vec<bool>) = cases.into_iter().unzip();
            let mapped: Vec<f64> = scores.iter().map(|s| s.exp() * 3.0 - 1.0).collect();
            prop_assert_eq!(auc(&scores, &truth), auc(&mapped, &truth));
            let flipped: Vec<bool> = truth.iter().map(|t| !t).collect();
            if let (Some(a), Some(b)) = (auc(&scores, &truth), auc(&scores, &flipped)) {
                prop_assert!((a + b - 1.0).abs() < 1e-12);
            }
        }
    }
}
