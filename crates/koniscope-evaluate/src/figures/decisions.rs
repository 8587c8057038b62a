//! What a site's file makes of films: the threshold, sets of stages, abstention.

use koniscope::stage::gbz70::Stage;
use koniscope_metrics::proportion::wilson;

use super::{Figure, Group, Section, Sheet, WILSON};
use crate::cases::{Answer, EvaluatedCase};

/// Share of all films, labeled or not. Wilson's interval holds where none is positive, as may be of
/// normal films; a bootstrap has none there.
const POSITIVE: &str = "called positive at the site's threshold";

/// Figures of decisions; nothing where films were read without a site's file.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let mut sheet = Sheet::new(group, Section::Decisions, seed);
    let called: Vec<bool> = group.films.iter().filter_map(|f| f.answer()?.positive).collect();
    if !called.is_empty() {
        let positive = called.iter().filter(|positive| **positive).count();
        sheet.add(POSITIVE, wilson(positive, called.len()), called.len(), WILSON, "");
    }
    let positive = |film: &EvaluatedCase| film.answer()?.positive;
    let disease = |film: &EvaluatedCase| film.case.truth.disease;
    sheet.share("sensitivity at the site's threshold", |film| {
        disease(film)?.then_some(positive(film)?)
    });
    sheet.share("specificity at the site's threshold", |film| {
        (!disease(film)?).then_some(!positive(film)?)
    });
    let covered =
        |film: &EvaluatedCase| Some(film.answer()?.set.as_ref()?.contains(&film.case.truth.stage?));
    sheet.share("coverage of sets of stages", covered);
    for (place, stage) in Stage::ALL.into_iter().enumerate() {
        sheet.share(format!("coverage of sets, stage {}", stage.name()), |film| {
            (film.case.truth.stage? == place).then_some(covered(film)?)
        });
    }
    sheet.mean("stages in a set", |film| Some(film.answer()?.set.as_ref()?.len() as f64));
    // Only a site's file makes a reader abstain.
    let decided = |film: &EvaluatedCase| film.answer().cloned().filter(is_at_site);
    sheet.share("abstained", |film| Some(decided(film)?.abstained.is_some()));
    sheet.share("abstained, unfamiliar", |film| {
        Some(decided(film)?.abstained.as_deref() == Some("unfamiliar"))
    });
    sheet.done()
}

fn is_at_site(answer: &Answer) -> bool {
    answer.positive.is_some() || answer.set.is_some() || answer.abstained.is_some()
}
