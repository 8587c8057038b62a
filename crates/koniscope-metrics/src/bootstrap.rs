//! Percentile bootstrap over patients (Efron and Tibshirani 1993, chapter 13).
//!
//! Equal seeds and patients give equal resamples, on any number of threads: figures of one seed are
//! figures of the same resamples.

use std::collections::BTreeMap;

use rand::Rng;
use rayon::prelude::*;

use crate::{Estimate, rng::rng_for};

/// Resamples.
const RESAMPLES: u64 = 2000;

/// Any `statistic` of films, given by their places, with a 95 % interval over patients:
/// `patients[i]` is whose film `i` is, and all films of a patient are drawn together. Resamples on
/// which it has no value are left out. Nothing if it has none on the films as they are, or on most
/// of the resamples.
pub fn by_patient(
    patients: &[String],
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64> + Sync,
) -> Option<Estimate> {
    let statistic = |films: &[usize]| statistic(films).filter(|value| value.is_finite());
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, patient) in patients.iter().enumerate() {
        groups.entry(patient).or_default().push(i);
    }
    let groups: Vec<Vec<usize>> = groups.into_values().collect();
    let all: Vec<usize> = (0..patients.len()).collect();
    let value = statistic(&all)?;
    if groups.is_empty() {
        return None;
    }
    let resampled = |resample: u64| {
        let mut rng = rng_for(seed, 0, resample);
        let drawn: Vec<usize> = (0..groups.len())
            .flat_map(|_| &groups[rng.random_range(0..groups.len())])
            .copied()
            .collect();
        statistic(&drawn)
    };
    let mut values: Vec<f64> = (0..RESAMPLES).into_par_iter().filter_map(resampled).collect();
    values.sort_unstable_by(f64::total_cmp);
    (values.len() as u64 > RESAMPLES / 2).then(|| Estimate {
        value,
        low: quantile(&values, 0.025),
        high: quantile(&values, 0.975),
        n: patients.len(),
    })
}

/// Mean of `values` with a 95 % interval over patients: `patients[i]` is whose `values[i]` is.
/// Nothing if there are no values, or one is not finite.
pub fn mean_by_patient(values: &[f64], patients: &[String], seed: u64) -> Option<Estimate> {
    if values.len() != patients.len() {
        return None;
    }
    let mean = |films: &[usize]| films.iter().map(|i| values[*i]).sum::<f64>() / films.len() as f64;
    by_patient(patients, seed, |films| Some(mean(films)))
}

/// Difference of two statistics of the same films, `a` less `b`, as of two models: both are taken of
/// each resample, so that films which are hard for both do not widen the interval. Nothing where
/// [`by_patient`] has nothing for either.
pub fn difference_by_patient(
    patients: &[String],
    seed: u64,
    a: impl Fn(&[usize]) -> Option<f64> + Sync,
    b: impl Fn(&[usize]) -> Option<f64> + Sync,
) -> Option<Estimate> {
    by_patient(patients, seed, |films| Some(a(films)? - b(films)?))
}

/// Quantile of sorted values, of which there is one at least; on the line between two of them
/// (Hyndman and Fan 1996, definition 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
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
    fn the_number_of_threads_changes_nothing() {
        let values: Vec<f64> = (0..300).map(|i| f64::from(i * 37 % 101)).collect();
        let patients: Vec<String> = (0..300).map(|i| (i / 2).to_string()).collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| mean_by_patient(&values, &patients, 4))
        };
        assert!(on(1).is_some());
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn films_that_are_hard_for_both_do_not_widen_a_difference() {
        let patients: Vec<String> = (0..200).map(|i| i.to_string()).collect();
        let mean = |films: &[usize]| films.iter().sum::<usize>() as f64 / films.len() as f64;
        let apart = difference_by_patient(&patients, 1, |f| Some(mean(f) + 2.0), |f| Some(mean(f)));
        let apart = apart.unwrap();
        assert!((apart.value - 2.0).abs() < 1e-9 && apart.high - apart.low < 1e-9);
    }

    #[test]
    fn no_value_has_no_interval() {
        let patients: Vec<String> = (0..9).map(|i| i.to_string()).collect();
        assert_eq!(mean_by_patient(&[], &[], 1), None);
        assert_eq!(mean_by_patient(&[1.0], &patients, 1), None);
        assert_eq!(mean_by_patient(&[f64::NAN; 9], &patients, 1), None);
        assert_eq!(by_patient(&patients, 1, |_| None), None);
        assert_eq!(by_patient(&[], 1, |_| Some(1.0)), None);
        // A value on the films as they are, and on next to no resample.
        let rare = |films: &[usize]| films.iter().enumerate().all(|(i, f)| i == *f).then_some(1.0);
        assert_eq!(by_patient(&patients, 1, rare), None);
    }
}
