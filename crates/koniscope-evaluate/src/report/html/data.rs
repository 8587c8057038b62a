//! What the films are, and which were not read.

use maud::{Markup, html};

use super::super::{Cell, Evaluation, Set, Table};
use crate::figures::named;

/// Films not read that are listed; the rest stands in `cases.csv`.
const LISTED: usize = 100;

/// Films, patients and classes, one row per source.
pub(super) fn data(evaluation: &Evaluation) -> Markup {
    let head = ["Source", "Films", "Patients", "With disease", "Without", "Prevalence", "Read"];
    let mut table = Table::new(head.into_iter().chain(["Not read"]));
    let sets = evaluation.sets();
    let mut all = Set::default();
    for (name, set) in &sets {
        table.row(cells(&named(name, set.simulated), set));
        all.films += set.films;
        all.patients += set.patients;
        all.sick += set.sick;
        all.healthy += set.healthy;
        all.read += set.read;
    }
    if sets.len() > 1 {
        table.row(cells("all", &all));
    }
    let stages = std::array::from_fn(|stage| {
        evaluation.films.iter().filter(|f| f.case.truth.stage == Some(stage)).count()
    });
    html! {
        (table.html())
        (true_stages(stages))
        @if evaluation.unlabeled > 0 {
            p {
                (evaluation.unlabeled)
                " further films of the tables have neither label nor mask and were left out."
            }
        }
    }
}

/// How many films there are of each stage; nothing where none is known.
pub(crate) fn true_stages(stages: [usize; 4]) -> Markup {
    let [zero, one, two, three] = stages;
    html! {
        @if stages.iter().sum::<usize>() > 0 {
            p { "True stages: 0: " (zero) ", I: " (one) ", II: " (two) ", III: " (three) " films." }
        }
    }
}

fn cells(name: &str, set: &Set) -> [Cell; 8] {
    let prevalence = match set.sick + set.healthy {
        0 => "no labels".into(),
        labeled => format!("{:.1} %", 100.0 * set.sick as f64 / labeled as f64),
    };
    [
        name.into(),
        set.films.into(),
        set.patients.into(),
        set.sick.into(),
        set.healthy.into(),
        prevalence.into(),
        set.read.into(),
        (set.films - set.read).into(),
    ]
}

/// Films that were not read, and masks that could not be compared.
pub(super) fn failures(evaluation: &Evaluation) -> Markup {
    let mut table = Table::new(["Film", "Why"]);
    for film in evaluation.films {
        let reason = match &film.outcome {
            Err(failure) => format!("{}: {}", failure.kind, failure.message),
            Ok(answer) => match &answer.overlap {
                Some(Err(reason)) => format!("read, but not its mask: {reason}"),
                _ => continue,
            },
        };
        table.row([film.case.row.image.to_string_lossy().into(), reason.into()]);
    }
    table.first(LISTED, "cases.csv")
}
