//! The comparison as text.

use std::fmt::Write;

use koniscope::{reading::DISCLAIMER, stage::gbz70::Stage};

use super::{Beside, Better, Comparison, Difference, Disagreement, Table, View};
use crate::{
    THRESHOLD,
    report::{difference, value_of},
};

/// Films on which they disagree that are listed; all stand in the JSON.
const LISTED: usize = 5;

/// Who is compared, warnings, a row a figure, notes, films on which they disagree, the disclaimer.
pub(super) fn text(comparison: &Comparison) -> String {
    let mut out = String::new();
    for (letter, party) in comparison.parties() {
        let _ = writeln!(out, "{letter}: {}, {}", party.name(), party.folder);
    }
    for warning in &comparison.warnings {
        let _ = writeln!(out, "{warning}");
    }
    let films = &comparison.films;
    let _ = writeln!(
        out,
        "\n{} films of {} patients, read by both: {}\n",
        films.compared, films.patients, films.data
    );
    out += &table(&comparison.differences);
    for row in &comparison.differences {
        for other in &row.beside {
            let p = other.p.map(|p| format!(", p {}", p_value(p))).unwrap_or_default();
            let _ = writeln!(out, "{}, {}: {}{p}", row.name, other.method, interval(other));
        }
    }
    for row in &comparison.differences {
        if let Some(table) = &row.table {
            let _ = writeln!(out, "{}: {}", row.name, counts(table));
        }
    }
    out.push('\n');
    for note in &comparison.notes {
        let _ = writeln!(out, "{note}.");
    }
    out += &disagreements(&comparison.disagreements, films.compared);
    out + DISCLAIMER + "\n"
}

fn table(differences: &[Difference]) -> String {
    let head = ["", "A", "B", "A less B, 95 % interval", "p", "p (Holm)", "films", "patients"];
    let mut rows = vec![head.map(String::from)];
    rows.extend(differences.iter().map(|row| {
        [
            name(row),
            figure(row.a),
            figure(row.b),
            apart(row),
            row.p.map(p_value).unwrap_or_default(),
            row.p_holm.map(p_value).unwrap_or_default(),
            row.n.to_string(),
            row.patients.to_string(),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut out = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    out
}

fn disagreements(films: &[Disagreement], compared: usize) -> String {
    let mut out = format!(
        "\nThey disagree on {} of {compared} films, in stage or at {}",
        films.len(),
        THRESHOLD
    );
    if films.is_empty() {
        return out + ".\n";
    }
    out += "; farthest apart first:\n";
    for film in films.iter().take(LISTED) {
        let right = film.right.map(|right| format!(", right: {}", right.word()));
        let _ = writeln!(
            out,
            "{}  true {}, A {}, B {}{}",
            film.image,
            truth(film),
            view(film.a),
            view(film.b),
            right.unwrap_or_default()
        );
    }
    if films.len() > LISTED {
        let _ = writeln!(out, "and {} more: --out or --json lists all", films.len() - LISTED);
    }
    out
}

/// A figure's name, with which way it is better where that is down.
pub(super) fn name(row: &Difference) -> String {
    match row.better {
        Better::Higher => row.name.clone(),
        Better::Lower => format!("{} (lower is better)", row.name),
    }
}

pub(super) fn figure(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.3}")).unwrap_or_default()
}

/// A less B with its interval, or why there is none.
pub(super) fn apart(row: &Difference) -> String {
    value_of(row.difference, row.low.zip(row.high), row.absent.as_deref(), true)
}

/// The interval of another method.
pub(super) fn interval(other: &Beside) -> String {
    format!("{} to {}", difference(other.low), difference(other.high))
}

/// As papers write it.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") }
}

pub(super) fn counts(table: &Table) -> String {
    let Table { both, a_alone, b_alone, neither, exact, mid_p } = table;
    let p = |p: &Option<f64>| p.map_or_else(|| "none".into(), p_value);
    format!(
        "both right {both}, A alone {a_alone}, B alone {b_alone}, neither {neither}; McNemar, films \
         taken as independent: exact p {}, mid-p {}",
        p(exact),
        p(mid_p)
    )
}

/// What a film shows, as far as it is known.
pub(super) fn truth(film: &Disagreement) -> String {
    match (film.stage, film.disease) {
        (Some(stage), _) => Stage::ALL[stage.min(3)].name().into(),
        (None, Some(true)) => "with disease".into(),
        (None, Some(false)) => "without disease".into(),
        (None, None) => "unknown".into(),
    }
}

/// Stage and probability as one read them.
pub(super) fn view(view: View) -> String {
    match view.stage {
        Some(stage) => format!("{} (P {:.2})", Stage::ALL[stage.min(3)].name(), view.probability),
        None => format!("P {:.2}", view.probability),
    }
}
