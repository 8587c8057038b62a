//! The main figures as text.

use std::fmt::Write;

use koniscope::reading::DISCLAIMER;

use super::{Cell, Evaluation, Table, value};
use crate::{
    agreement::figures::main_names,
    figures::{Figure, Section},
};

/// Warnings, the figures of all films, and the disclaimer.
pub fn text(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    for warning in evaluation.warnings() {
        let _ = writeln!(out, "{warning}");
    }
    let all = &evaluation.groups[0];
    let _ = writeln!(out, "\n{}", all.data);
    let main_names = main_names();
    let main = |f: &&Figure| match f.section {
        _ if f.by != all.by => false,
        Section::Zones => false,
        Section::Readers => main_names.contains(&f.name),
        Section::Robustness => f.name.starts_with("AUC"),
        _ => true,
    };
    let mut table = Table::new([""; 3]);
    for figure in evaluation.figures.iter().filter(main) {
        table.row([
            Cell::from(&figure.name),
            value(figure).into(),
            format!("n {}", figure.n).into(),
        ]);
    }
    out += &table.text(3);
    let read = evaluation.films.iter().filter(|film| film.outcome.is_ok()).count();
    let _ = writeln!(out, "\n{} films: {read} read, {} not read", evaluation.films.len(), {
        evaluation.films.len() - read
    });
    out + DISCLAIMER + "\n"
}
