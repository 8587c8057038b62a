//! Variance of the AUC where a patient has several films (Obuchowski, Biometrics 1997;53:567).

use std::collections::BTreeMap;

use super::delong::{Components, PairedAuc, paired};

/// [`delong_paired`](super::delong_paired) where films of one patient resemble each other:
/// `patients[i]` is whose film `i` is. The variance is that of sums over patients, by Obuchowski's
/// extension of DeLong's; with one film a patient both are the same. Nothing if fewer than two
/// patients have films of a class.
pub fn delong_paired_by_patient(
    a: &[f64],
    b: &[f64],
    truth: &[bool],
    patients: &[String],
) -> Option<PairedAuc> {
    if patients.len() != truth.len() {
        return None;
    }
    paired(a, b, truth, |components| variance(components, truth, patients))
}

/// What the films of one patient add: of the sick, of the healthy.
#[derive(Clone, Copy, Default)]
struct Sum {
    films: [usize; 2],
    /// Components less the area.
    apart: [f64; 2],
}

fn variance(components: &Components, truth: &[bool], patients: &[String]) -> Option<f64> {
    let area = components.auc();
    let (mut v10, mut v01) = (components.v10.iter(), components.v01.iter());
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for (sick, patient) in truth.iter().zip(patients) {
        let (class, component) = if *sick { (0, v10.next()?) } else { (1, v01.next()?) };
        let sum = sums.entry(patient).or_default();
        sum.films[class] += 1;
        sum.apart[class] += component - area;
    }
    let films = [components.v10.len() as f64, components.v01.len() as f64];
    // I / (I - 1), of the patients that have films of a class.
    let corrected =
        |patients: usize| (patients > 1).then(|| patients as f64 / (patients - 1) as f64);
    let mut variance = 0.0;
    for class in [0, 1] {
        let with = sums.values().filter(|sum| sum.films[class] > 0).count();
        let squares: f64 = sums.values().map(|sum| sum.apart[class].powi(2)).sum();
        variance += corrected(with)? * squares / films[class].powi(2);
    }
    let products: f64 = sums.values().map(|sum| sum.apart[0] * sum.apart[1]).sum();
    variance += 2.0 * corrected(sums.len())? * products / (films[0] * films[1]);
    // Below 0 by rounding alone.
    Some(variance.max(0.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::roc::delong_paired;

    const A: [f64; 6] = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9];
    const B: [f64; 6] = [0.2, 0.3, 0.5, 0.6, 0.1, 0.4];
    const TRUTH: [bool; 6] = [false, false, false, true, true, true];

    fn names(of: impl Fn(usize) -> usize, films: usize) -> Vec<String> {
        (0..films).map(|i| of(i).to_string()).collect()
    }

    #[test]
    fn one_film_a_patient_is_delongs() {
        let plain = delong_paired(&A, &B, &TRUTH).unwrap();
        let same = delong_paired_by_patient(&A, &B, &TRUTH, &names(|i| i, 6)).unwrap();
        assert!((plain.p - same.p).abs() < 1e-12 && (plain.z - same.z).abs() < 1e-12);
        assert!((plain.difference.low - same.difference.low).abs() < 1e-12);
        assert!((plain.a.high - same.a.high).abs() < 1e-12);
    }

    /// The same film twice says nothing new: the error stays about what it was.
    #[test]
    fn copies_of_films_do_not_make_it_surer() {
        let twice = |values: &[f64]| values.repeat(2);
        let truth = TRUTH.repeat(2);
        let (a, b) = (twice(&A), twice(&B));
        let width = |found: PairedAuc| found.a.value - found.a.low;
        let once = width(delong_paired(&A, &B, &TRUTH).unwrap());
        let by_patient = delong_paired_by_patient(&a, &b, &truth, &names(|i| i % 6, 12)).unwrap();
        assert!((width(by_patient) - once).abs() < 1e-12);
        assert!(width(delong_paired(&a, &b, &truth).unwrap()) < 0.9 * once);
    }

    #[test]
    fn one_patient_of_a_class_has_no_variance() {
        assert_eq!(delong_paired_by_patient(&A, &B, &TRUTH, &names(|i| i / 3, 6)), None);
        assert_eq!(delong_paired_by_patient(&A, &B, &TRUTH, &names(|i| i, 5)), None);
    }
}
