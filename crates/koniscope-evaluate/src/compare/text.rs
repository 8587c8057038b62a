//! The comparison as text.

use std::fmt::Write;

use koniscope::reading::DISCLAIMER;

use super::{
    Comparison,
    tables::{self, NARROW, counts, interval, p_value},
};
use crate::THRESHOLD;

/// Films on which they disagree that are listed; all stand in the JSON.
const LISTED: usize = 5;

/// Who is compared, warnings, one row per figure, notes, films on which they disagree, the disclaimer.
pub(super) fn text(comparison: &Comparison) -> String {
    let Comparison { films, differences, disagreements, .. } = comparison;
    let mut out = String::new();
    for (letter, party) in comparison.parties() {
        let _ = writeln!(out, "{letter}: {}, {}", party.name(), party.folder);
    }
    for warning in &comparison.warnings {
        let _ = writeln!(out, "{warning}");
    }
    let _ = writeln!(
        out,
        "\n{} films of {} patients, read by both: {}\n",
        films.compared, films.patients, films.data
    );
    out += &tables::differences(comparison).text(NARROW);
    for row in differences {
        for other in &row.beside {
            let p = other.p.map(|p| format!(", p {}", p_value(p))).unwrap_or_default();
            let _ = writeln!(out, "{}, {}: {}{p}", row.name, other.method, interval(other));
        }
    }
    for (row, table) in differences.iter().filter_map(|row| Some((row, row.table.as_ref()?))) {
        let _ = writeln!(out, "{}: {}", row.name, counts(table));
    }
    out.push('\n');
    for note in &comparison.notes {
        let _ = writeln!(out, "{note}.");
    }
    let _ = writeln!(
        out,
        "\nThey disagree on {} of {} films, in stage or at {THRESHOLD}; farthest apart first:",
        disagreements.len(),
        films.compared
    );
    let first = &disagreements[..disagreements.len().min(LISTED)];
    out += &tables::disagreements(first).text(usize::MAX);
    if disagreements.len() > LISTED {
        let more = disagreements.len() - LISTED;
        let _ = writeln!(out, "and {more} more: --out or --json lists all");
    }
    out + DISCLAIMER + "\n"
}
