//! What a reader must know before the figures, and how to take them.

use super::{Difference, Films, evaluated::Evaluated, pairs::Matched};
use crate::report::{SIMULATED, Software};

/// The gravest first.
pub(super) fn warnings([a, b]: [&Evaluated; 2], matched: &Matched) -> Vec<String> {
    let mut warnings = Vec::new();
    if matched.pairs.iter().any(|pair| pair.film.simulated) {
        warnings.push(SIMULATED.to_owned());
    }
    // Of the reports; whether films are simulated is asked of those that are compared.
    let of = |side: &Evaluated| -> Vec<String> {
        side.made_with.warnings.iter().filter(|w| *w != SIMULATED).cloned().collect()
    };
    let (of_a, of_b) = (of(a), of(b));
    warnings
        .extend(of_a.iter().map(|w| if of_b.contains(w) { w.clone() } else { format!("A: {w}") }));
    warnings.extend(of_b.iter().filter(|w| !of_a.contains(w)).map(|w| format!("B: {w}")));
    for (who, side) in [("A", a), ("B", b)] {
        if side.at_site {
            warnings.push(format!(
                "{who} was read with a site's file; where that was fitted to these films, they \
                 flatter {who}"
            ));
        }
    }
    let [only_a, only_b] = &matched.only;
    if only_a.len() + only_b.len() > 0 {
        warnings.push(format!(
            "{} films are in A alone and {} in B alone; they are in no figure",
            only_a.len(),
            only_b.len()
        ));
    }
    if !matched.not_read.is_empty() {
        let refused =
            |of: fn(&super::NotRead) -> bool| matched.not_read.iter().filter(|f| of(f)).count();
        warnings.push(format!(
            "{} films of both are in no figure, as A did not read {} of them and B {}: a reader \
             that refuses what is hard looks better than it is",
            matched.not_read.len(),
            refused(|film| film.a.is_some()),
            refused(|film| film.b.is_some())
        ));
    }
    if matched.renamed {
        warnings.push("B calls sources of these films otherwise; they are named as in A".into());
    }
    let [of_a, of_b] = [a, b].map(|side| &side.made_with.software);
    let version = |of: &Software| (of.version.clone(), of.reading_version);
    if version(of_a) != version(of_b) {
        warnings.push(format!("A was read by {}, B by {}", of_a.in_words(), of_b.in_words()));
    }
    if matched.pairs.iter().all(|pair| pair.said[0] == pair.said[1]) {
        warnings.push("A and B say the same of every film".into());
    }
    warnings
}

pub(super) fn notes(films: &Films, differences: &[Difference]) -> Vec<String> {
    let made = differences.iter().filter(|row| row.difference.is_some()).count();
    let tested = differences.iter().filter(|row| row.p.is_some()).count();
    let mut notes = vec![format!(
        "{made} comparisons are made, {tested} of them with a p. p (Holm) is adjusted for these \
         {tested} together (Holm 1979). Intervals are of 95 % each and not adjusted: of twenty of \
         equal readers about one leaves out 0"
    )];
    if films.patients < films.compared {
        notes.push(format!(
            "{} films are of {} patients, and films of a patient resemble each other: intervals and \
             p are by patient. What takes films as independent stands beside, and may be too sure",
            films.compared, films.patients
        ));
    }
    notes
}
