//! What a site's file makes of films: the threshold, sets of stages, abstention.

use koniscope::stage::gbz70::Stage;
use koniscope_metrics::proportion::wilson;

use super::{Figure, Group, Section, Sheet, WILSON, patients};
use crate::cases::EvaluatedCase;

/// Share of all films, labeled or not. Wilson's interval holds where none is positive, as may be of
/// normal films; a bootstrap has none there.
const POSITIVE: &str = "called positive at the site's threshold";

/// Figures of decisions; nothing where films were read without a site's file.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let films: Vec<&EvaluatedCase> =
        group.films.iter().copied().filter(|f| is_at_site(f)).collect();
    if films.is_empty() {
        return Vec::new();
    }
    let mut sheet = Sheet::new(group, Section::Decisions);
    let called: Vec<bool> = films.iter().filter_map(|f| f.answer()?.positive).collect();
    if !called.is_empty() {
        let positive = called.iter().filter(|positive| **positive).count();
        sheet.add(POSITIVE, wilson(positive, called.len()), called.len(), WILSON, "");
    }
    let mut share = |name: String, of: &dyn Fn(&EvaluatedCase) -> Option<f64>| {
        let known: Vec<(&EvaluatedCase, f64)> =
            films.iter().filter_map(|f| Some((*f, of(f)?))).collect();
        if known.is_empty() {
            return;
        }
        let owners = patients(&known.iter().map(|(film, _)| *film).collect::<Vec<_>>());
        sheet.bootstrap(name, &owners, seed, "", |chosen| {
            Some(chosen.iter().map(|i| known[*i].1).sum::<f64>() / chosen.len() as f64)
        });
    };
    let yes = |holds: bool| f64::from(u8::from(holds));
    let positive = |film: &EvaluatedCase| film.answer()?.positive;
    let disease = |film: &EvaluatedCase| film.case.truth.disease;
    share("sensitivity at the site's threshold".into(), &|film| {
        disease(film)?.then_some(yes(positive(film)?))
    });
    share("specificity at the site's threshold".into(), &|film| {
        (!disease(film)?).then_some(yes(!positive(film)?))
    });
    let covered = |film: &EvaluatedCase| {
        Some(yes(film.answer()?.set.as_ref()?.contains(&film.case.truth.stage?)))
    };
    share("coverage of sets of stages".into(), &covered);
    for (place, stage) in Stage::ALL.into_iter().enumerate() {
        share(format!("coverage of sets, stage {}", stage.name()), &|film| {
            (film.case.truth.stage? == place).then_some(covered(film)?)
        });
    }
    share("stages in a set".into(), &|film| Some(film.answer()?.set.as_ref()?.len() as f64));
    share("abstained".into(), &|film| Some(yes(film.answer()?.abstained.is_some())));
    share("abstained, unfamiliar".into(), &|film| {
        let kind = film.answer()?.abstained.as_deref();
        Some(yes(kind == Some("unfamiliar")))
    });
    sheet.done()
}

fn is_at_site(film: &EvaluatedCase) -> bool {
    film.answer().is_some_and(|a| a.positive.is_some() || a.set.is_some() || a.abstained.is_some())
}
