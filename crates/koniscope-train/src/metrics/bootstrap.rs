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

/// Any `statistic` of films, given by their places, with a 95 % interval over patients. Nothing if
/// it has no value on the films as they are; resamples on which it has none are left out.
pub fn by_patient(
    patients: &[String],
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Estimate> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, patient) in patients.iter().enumerate() {
        groups.entry(patient).or_default().push(i);
    }
    let groups: Vec<Vec<usize>> = groups.into_values().collect();
    let all: Vec<usize> = (0..patients.len()).collect();
    let value = statistic(&all)?;
    let mut rng = rng_for(seed, 0, 0);
    let mut drawn = Vec::with_capacity(patients.len());
    let mut values: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            drawn.clear();
            for _ in 0..groups.len() {
                drawn.extend(&groups[rng.random_range(0..groups.len())]);
            }
            statistic(&drawn)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[((share * values.len() as f64) as usize).min(last)];
    Some(Estimate { value, low: at(0.025), high: at(0.975), n: patients.len() })
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
    fn any_statistic_has_the_interval_that_the_mean_has() {
        let values: Vec<f64> = (0..300).map(|i| f64::from(i * 37 % 101)).collect();
        let patients: Vec<String> = (0..300).map(|i| (i / 2).to_string()).collect();
        let mean = mean_by_patient(&values, &patients, 4).unwrap();
        let same = by_patient(&patients, 4, |films| {
            Some(films.iter().map(|i| values[*i]).sum::<f64>() / films.len() as f64)
        });
        let same = same.unwrap();
        assert!((mean.low - same.low).abs() < 1e-9 && (mean.high - same.high).abs() < 1e-9);
        assert_eq!(by_patient(&patients, 4, |_| None), None);
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(mean_by_patient(&[], &[], 1), None);
    }
}
