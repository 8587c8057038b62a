//! Against films that set a standard, as those of the ILO: which zones have opacities, and the category of
//! the film as the highest grade of its zones.

use koniscope::stage::ilo::Profusion;
use koniscope_metrics::{agreement::quadratic_kappa, roc::auc};

use super::{Figure, Group, Section, Sheet, patients};
use crate::{THRESHOLD, cases::EvaluatedCase};

/// Figures of films that a zone grader read; nothing where neither profusion nor zones are known.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let mut figures = category(group, seed);
    figures.extend(zones(group, seed));
    figures
}

/// Category 0 to 3: of the film's profusion, and the highest grade of a zone.
fn category(group: &Group, seed: u64) -> Vec<Figure> {
    let known = |film: &&EvaluatedCase| {
        let truth = Profusion::new(film.case.truth.ilo?).major();
        Some((usize::from(truth), usize::from(film.answer()?.zones?.into_iter().max()?)))
    };
    let films: Vec<&EvaluatedCase> =
        group.films.iter().copied().filter(|film| known(film).is_some()).collect();
    if films.is_empty() {
        return Vec::new();
    }
    let mut sheet = Sheet::new(group, Section::Ilo, seed);
    let of = "category as the highest grade of a zone";
    sheet.share(format!("{of}, right"), |film| known(&film).map(|(truth, read)| truth == read));
    sheet.share(format!("{of}, within one"), |film| {
        known(&film).map(|(truth, read)| truth.abs_diff(read) <= 1)
    });
    sheet.mean(format!("{of}, mean error"), |film| {
        known(&film).map(|(truth, read)| read as f64 - truth as f64)
    });
    let pairs: Vec<(usize, usize)> = films.iter().filter_map(known).collect();
    let absent = "two categories at least are needed";
    let name = format!("{of}, quadratic weighted kappa");
    sheet.bootstrap(name, &patients(&films), absent, |chosen| {
        quadratic_kappa(&chosen.iter().map(|i| pairs[*i]).collect::<Vec<_>>(), 4)
    });
    sheet.done()
}

/// Zones with and without opacities, by the probability of grade 1 and above. `n` counts zones; resamples are
/// of patients.
fn zones(group: &Group, seed: u64) -> Vec<Figure> {
    let known = |film: &&EvaluatedCase| {
        let truth = film.case.truth;
        let affected = truth.affected.or(truth.zones.map(|zones| zones.map(|grade| grade > 0)))?;
        Some((affected, film.answer()?.affected?))
    };
    let films: Vec<&EvaluatedCase> =
        group.films.iter().copied().filter(|film| known(film).is_some()).collect();
    if films.is_empty() {
        return Vec::new();
    }
    let told: Vec<([bool; 6], [f64; 6])> = films.iter().filter_map(known).collect();
    let patients = patients(&films);
    let of = |chosen: &[usize]| -> (Vec<f64>, Vec<bool>) {
        chosen.iter().flat_map(|i| told[*i].1.into_iter().zip(told[*i].0)).unzip()
    };
    let (_, truth) = of(&(0..films.len()).collect::<Vec<_>>());
    let mut sheet = Sheet::new(group, Section::Zones, seed);
    let absent = "zones with and without opacities are needed";
    sheet.bootstrap_of(truth.len(), "AUC of affected zones", &patients, absent, |chosen| {
        let (scores, truth) = of(chosen);
        auc(&scores, &truth)
    });
    for (is_affected, name) in [(true, "affected zones"), (false, "free zones")] {
        let name = format!("{name} called affected at {THRESHOLD}");
        let n = truth.iter().filter(|affected| **affected == is_affected).count();
        sheet.bootstrap_of(n, name, &patients, "there is no such zone", |chosen| {
            let (scores, truth) = of(chosen);
            let picked = scores.iter().zip(&truth).filter(|(_, truth)| **truth == is_affected);
            let called: Vec<bool> = picked.map(|(p, _)| *p >= THRESHOLD).collect();
            let hits = called.iter().filter(|called| **called).count();
            (!called.is_empty()).then(|| hits as f64 / called.len() as f64)
        });
    }
    sheet.done()
}
