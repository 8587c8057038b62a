//! Agreement of ordered categories.

/// Cohen's kappa with quadratic weights (Cohen 1968): 1 for agreement, 0 for what chance gives.
/// `pairs` holds two ratings of each film, below `categories`. Nothing where chance alone agrees
/// always, as when all ratings are one category, or there are no pairs.
pub fn quadratic_kappa(pairs: &[(usize, usize)], categories: usize) -> Option<f64> {
    let n = pairs.len() as f64;
    let mut margins = vec![[0.0; 2]; categories];
    for (a, b) in pairs {
        margins[*a][0] += 1.0;
        margins[*b][1] += 1.0;
    }
    let weight = |a: usize, b: usize| (a.abs_diff(b) as f64).powi(2);
    let observed: f64 = pairs.iter().map(|(a, b)| weight(*a, *b)).sum::<f64>() / n;
    let mut expected = 0.0;
    for (a, of_a) in margins.iter().enumerate() {
        for (b, of_b) in margins.iter().enumerate() {
            expected += weight(a, b) * of_a[0] * of_b[1] / (n * n);
        }
    }
    (expected > 0.0).then(|| 1.0 - observed / expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_scikit_learns() {
        // reference/metrics_golden.py, scikit-learn 1.9.1
        let a = [0, 1, 2, 3, 3, 2, 1, 0, 0, 2];
        let b = [0, 1, 1, 3, 2, 2, 0, 0, 1, 3];
        let pairs: Vec<(usize, usize)> = a.into_iter().zip(b).collect();
        let kappa = quadratic_kappa(&pairs, 4);
        assert!(kappa.is_some_and(|k| (k - 0.796_747_967_479_674_8).abs() < 1e-12), "{kappa:?}");
    }

    #[test]
    fn agreement_is_one_and_one_category_alone_is_nothing() {
        let same: Vec<(usize, usize)> = (0..8).map(|i| (i % 4, i % 4)).collect();
        assert_eq!(quadratic_kappa(&same, 4), Some(1.0));
        assert_eq!(quadratic_kappa(&[(1, 1), (1, 1)], 4), None);
        assert_eq!(quadratic_kappa(&[], 4), None);
    }
}
