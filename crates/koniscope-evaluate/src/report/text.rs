//! The main figures as text.

use std::fmt::Write;

use koniscope::reading::DISCLAIMER;

use super::{Evaluation, value};
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
    let figures = evaluation.figures.iter().filter(main);
    let width = figures.clone().map(|figure| figure.name.len()).max().unwrap_or(0);
    for figure in figures {
        let _ = writeln!(out, "{:width$}  {}  n {}", figure.name, value(figure), figure.n);
    }
    let read = evaluation.films.iter().filter(|film| film.outcome.is_ok()).count();
    let _ = writeln!(out, "\n{} films: {read} read, {} not read", evaluation.films.len(), {
        evaluation.films.len() - read
    });
    out + DISCLAIMER + "\n"
}
