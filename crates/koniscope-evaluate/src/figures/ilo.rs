//! Fields of the ILO Classification: profusion, shape, large opacities.

use koniscope::stage::ilo::{LargeCategory, Profusion};
use koniscope_metrics::{
    agreement::quadratic_kappa,
    calibration::{BINS, brier, expected_calibration_error},
    proportion::wilson,
};

use super::{Figure, Group, Section, Sheet, WILSON, patients};
use crate::{THRESHOLD, cases::EvaluatedCase};

/// From here on a film is positive by the standard.
const POSITIVE: &str = "profusion 1/0 and above";

/// Figures of films that a zone grader read; those that need a truth, of the films that have it.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let mut sheet = Sheet::new(group, Section::Ilo, seed);
    let told: Vec<f64> = group.films.iter().filter_map(|f| f.answer()?.ilo_positive).collect();
    if told.is_empty() {
        return Vec::new();
    }
    // Of all films, labeled or not: of normal ones it is the share of false alarms.
    let above = told.iter().filter(|p| **p >= THRESHOLD).count();
    let name = format!("P({POSITIVE}) of {THRESHOLD} and more");
    sheet.add(name, wilson(above, told.len()), told.len(), WILSON, "");
    positive(group, &mut sheet);
    profusion(group, &mut sheet);
    shapes_and_large(&mut sheet);
    sheet.done()
}

/// P(1/0 and above) against the truth.
fn positive(group: &Group, sheet: &mut Sheet) {
    let is_positive = |ilo: u8| ilo >= Profusion::POSITIVE.index();
    let known = |film: &&EvaluatedCase| {
        Some((film.answer()?.ilo_positive?, is_positive(film.case.truth.ilo?)))
    };
    let films: Vec<&EvaluatedCase> =
        group.films.iter().copied().filter(|film| known(film).is_some()).collect();
    if films.is_empty() {
        return;
    }
    let (scores, truth): (Vec<f64>, Vec<bool>) = films.iter().filter_map(known).unzip();
    sheet.auc(format!("AUC of {POSITIVE}"), &scores, &truth);
    for sick in [true, false] {
        let name = if sick { "sensitivity" } else { "specificity" };
        sheet.share(format!("{name} for {POSITIVE} at {THRESHOLD}"), |film| {
            let (p, is_positive) = known(&film)?;
            (is_positive == sick).then_some((p >= THRESHOLD) == sick)
        });
    }
    type Measure = fn(&[f64], &[bool]) -> Option<f64>;
    let measures: [(String, Measure); 2] = [
        (format!("ECE of P({POSITIVE}), {BINS} bins of equal width"), expected_calibration_error),
        (format!("Brier score of P({POSITIVE})"), brier),
    ];
    for (name, measure) in measures {
        sheet.bootstrap(name, &patients(&films), "", |chosen| {
            let (p, t): (Vec<f64>, Vec<bool>) =
                chosen.iter().map(|i| (scores[*i], truth[*i])).unzip();
            measure(&p, &t)
        });
    }
}

/// The category of profusion, of the middles of the zones' grades: minor ones are not graded.
fn profusion(group: &Group, sheet: &mut Sheet) {
    let known =
        |film: &&EvaluatedCase| Some((film.case.truth.ilo?, film.answer()?.profusion()?.index()));
    let films: Vec<&EvaluatedCase> =
        group.films.iter().copied().filter(|film| known(film).is_some()).collect();
    if films.is_empty() {
        return;
    }
    let pairs: Vec<(usize, usize)> =
        films.iter().filter_map(known).map(|(t, p)| (t.into(), p.into())).collect();
    let name = "quadratic weighted kappa of profusion, 12 categories";
    sheet.bootstrap(name, &patients(&films), "two categories at least are needed", |chosen| {
        quadratic_kappa(&chosen.iter().map(|i| pairs[*i]).collect::<Vec<_>>(), 12)
    });
    sheet.share("major category of profusion right", |film| {
        let (truth, read) = known(&film)?;
        Some(Profusion::new(truth).major() == Profusion::new(read).major())
    });
    sheet.share("profusion within one minor category", |film| {
        let (truth, read) = known(&film)?;
        Some(truth.abs_diff(read) <= 1)
    });
}

/// Shape and size of most small opacities, where both have some; large opacities.
fn shapes_and_large(sheet: &mut Sheet) {
    let shapes = |film: &EvaluatedCase| Some((film.case.truth.shape?, film.answer()?.shape?));
    sheet.share("primary shape and size right", |film| {
        let (truth, read) = shapes(film)?;
        Some(truth == read)
    });
    sheet.share("rounded or irregular right", |film| {
        let (truth, read) = shapes(film)?;
        Some(truth.is_irregular() == read.is_irregular())
    });
    let found = |film: &EvaluatedCase| Some(film.answer()?.large_opacity? != LargeCategory::O);
    sheet.share("films with large opacities found so", |film| {
        film.case.truth.large?.then_some(found(film)?)
    });
    sheet.share("films without large opacities found so", |film| {
        (!film.case.truth.large?).then_some(!found(film)?)
    });
    sheet.share("category of large opacities (O, A, B, C) right", |film| {
        Some(film.case.truth.large_category? == film.answer()?.large_opacity?)
    });
}
