//! Percentile bootstrap over patients (Efron and Tibshirani 1993, chapter 13).

use std::collections::BTreeMap;

use rand::Rng;

use super::Estimate;
use crate::rng::rng_for;

/// Resamples.
const RESAMPLES: usize = 2000;

/// Mean of `values` with a 95 % interval over patients: `patients[i]` is whose `values[i]` is,
/// and all values of a patient are drawn together. Nothing if there are no values.
pub fn mean_by_patient(values: &[f64], patients: &[String], seed: u64) -> Option<Estimate> {
    let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (value, patient) in values.iter().zip(patients) {
        groups.entry(patient).or_default().push(*value);
    }
    let groups: Vec<(f64, usize)> =
        groups.into_values().map(|v| (v.iter().sum(), v.len())).collect();
    if groups.is_empty() {
        return None;
    }
    let mut rng = rng_for(seed, 0, 0);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let (mut sum, mut n) = (0.0, 0);
            for _ in 0..groups.len() {
                let (group_sum, group_n) = groups[rng.random_range(0..groups.len())];
                sum += group_sum;
                n += group_n;
            }
            sum / n as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((share * RESAMPLES as f64) as usize).min(RESAMPLES - 1)];
    Some(Estimate {
        value: values.iter().sum::<f64>() / values.len() as f64,
        low: at(0.025),
        high: at(0.975),
        n: values.len(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_wide() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let patients: Vec<String> = (0..400).map(|i| i.to_string()).collect();
        let e = mean_by_patient(&values, &patients, 1).unwrap();
        let expected = 1.96 * 0.5 / 20.0;
        assert_eq!(e.value, 0.5);
        assert!((e.high - 0.5 - expected).abs() < 0.01 && (0.5 - e.low - expected).abs() < 0.01);
    }

    #[test]
    fn films_of_one_patient_do_not_count_as_many() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i / 20 % 2)).collect();
        let many: Vec<String> = (0..400).map(|i| i.to_string()).collect();
        let few: Vec<String> = (0..400).map(|i| (i / 20).to_string()).collect();
        let width = |p| mean_by_patient(&values, p, 1).map(|e| e.high - e.low).unwrap();
        assert!(width(&few) > 3.0 * width(&many));
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(mean_by_patient(&[], &[], 1), None);
    }
}
