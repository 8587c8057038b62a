//! What the films are, and which were not read.

use std::fmt::Write;

use super::super::{Evaluation, Set};
use crate::{figures::named, svg::escape};

/// Films not read that are listed; the rest stands in `cases.csv`.
const LISTED: usize = 100;

/// Films, patients and classes, a row a source.
pub(super) fn section(evaluation: &Evaluation) -> String {
    let mut out = String::from(
        "<section>\n<h2>Data</h2>\n<table>\n<thead><tr><th>Source</th><th>Films</th>\
         <th>Patients</th><th>With disease</th><th>Without</th><th>Prevalence</th><th>Read</th>\
         <th>Not read</th></tr></thead>\n<tbody>\n",
    );
    let sets = evaluation.sets();
    let mut all = Set::default();
    for (name, set) in &sets {
        out += &row(&named(name, set.simulated), set);
        all.films += set.films;
        all.patients += set.patients;
        all.sick += set.sick;
        all.healthy += set.healthy;
        all.read += set.read;
    }
    if sets.len() > 1 {
        out += &row("all", &all);
    }
    out += "</tbody>\n</table>\n";
    let stages: [usize; 4] = std::array::from_fn(|stage| {
        evaluation.films.iter().filter(|f| f.case.truth.stage == Some(stage)).count()
    });
    if stages.iter().sum::<usize>() > 0 {
        let [zero, one, two, three] = stages;
        let _ = writeln!(
            out,
            "<p>True stages: 0: {zero}, I: {one}, II: {two}, III: {three} films.</p>"
        );
    }
    if evaluation.unlabeled > 0 {
        let _ = writeln!(
            out,
            "<p>{} further films of the tables have neither label nor mask and were left out.</p>",
            evaluation.unlabeled
        );
    }
    out + "</section>\n"
}

fn row(name: &str, set: &Set) -> String {
    let labeled = set.sick + set.healthy;
    let prevalence = match labeled {
        0 => "no labels".into(),
        _ => format!("{:.1} %", 100.0 * set.sick as f64 / labeled as f64),
    };
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{prevalence}</td><td>{}</td>\
         <td>{}</td></tr>\n",
        escape(name),
        set.films,
        set.patients,
        set.sick,
        set.healthy,
        set.read,
        set.films - set.read
    )
}

/// Films that were not read, and masks that could not be compared.
pub(super) fn failures(evaluation: &Evaluation) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for film in evaluation.films {
        let image = film.case.row.image.to_string_lossy().into_owned();
        match &film.outcome {
            Err(failure) => rows.push((image, format!("{}: {}", failure.kind, failure.message))),
            Ok(answer) => {
                if let Some(Err(reason)) = &answer.overlap {
                    rows.push((image, format!("read, but not its mask: {reason}")));
                }
            }
        }
    }
    let mut out = String::from("<section>\n<h2>Films that were not read</h2>\n");
    if rows.is_empty() {
        return out + "<p>None.</p>\n</section>\n";
    }
    out += "<table>\n<thead><tr><th>Film</th><th>Why</th></tr></thead>\n<tbody>\n";
    for (image, reason) in rows.iter().take(LISTED) {
        let _ = writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", escape(image), escape(reason));
    }
    out += "</tbody>\n</table>\n";
    if rows.len() > LISTED {
        let _ = writeln!(out, "<p>And {} more, in cases.csv.</p>", rows.len() - LISTED);
    }
    out + "</section>\n"
}
