//! Several tests at once.

/// Holm's adjusted p (Scandinavian Journal of Statistics 1979;6:65), in the order given: to call
/// those below a level different errs anywhere among them with that probability at most, however the
/// tests depend on each other. Nothing if one is not within `[0, 1]`.
pub fn holm(p: &[f64]) -> Option<Vec<f64>> {
    if p.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return None;
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, i) in order.into_iter().enumerate() {
        least = least.max((p.len() - rank) as f64 * p[i]).min(1.0);
        adjusted[i] = least;
    }
    Some(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let found = holm(&[0.5, 0.01, 0.04, 0.03]);
        assert_eq!(found, Some(vec![0.5, 0.04, 0.09, 0.09]));
        assert_eq!(holm(&[0.6, 0.7]), Some(vec![1.0, 1.0]));
        assert_eq!(holm(&[]), Some(Vec::new()));
        assert_eq!(holm(&[f64::NAN]), None);
        assert_eq!(holm(&[1.5]), None);
    }
}
