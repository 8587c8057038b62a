//! The table of all films.

use maud::{Markup, html};

use super::{anchor, link};
use crate::{
    reading::{FlagEntry, Lung, Reading},
    report::{
        Failure, FilmReport, READING_FILE,
        words::{self, flag_word, likeliest_stage, plain, probability, probability_title},
    },
};

pub(super) fn table(films: &[FilmReport]) -> Markup {
    let read = || films.iter().filter_map(FilmReport::reading);
    let title =
        read().next().map_or("Probability".into(), |r| probability_title(&r.pneumoconiosis));
    let staged = read().any(|reading| reading.stage.is_some());
    let by_rule = read().any(|reading| reading.graded.is_some());
    let stage = staged.then(|| words::stage_title(by_rule).to_owned());
    let heads = ["Film".to_owned(), title].into_iter().chain(stage);
    let heads = heads.chain(["Right lung", "Left lung", "Quality"].map(str::to_owned));
    html! {
        table {
            caption { "All films" }
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for (number, film) in films.iter().enumerate() {
                    @match &film.outcome {
                        Ok(reading) => (row(number, film, reading, staged)),
                        Err(failure) => (failed(film, failure, if staged { 5 } else { 4 })),
                    }
                }
            }
        }
    }
}

fn row(number: usize, film: &FilmReport, reading: &Reading, staged: bool) -> Markup {
    let Reading { lungs, pneumoconiosis, quality, .. } = reading;
    let p = pneumoconiosis.probability;
    html! {
        tr {
            th scope="row" { a href={ "#" (anchor(number)) } { (plain(&film.path)) } }
            td data-order=(format!("{p:.6}")) {
                span.bar { span style=(format!("width:{:.1}%", 100.0 * p)) {} } " "
                span.number { (probability(p, pneumoconiosis)) }
                @for line in words::abstention(reading).into_iter().chain(words::decisions(reading)) {
                    (small(&line))
                }
            }
            @if staged { (stage(reading)) }
            @for lung in [&lungs.right, &lungs.left] {
                td.number data-order=(format!("{:.0}", lung.area_mm2.unwrap_or(lung.area_px as f64))) {
                    (area(lung))
                }
            }
            td { @for flag in &quality.flags { (shown_flag(flag)) " " } }
        }
    }
}

fn failed(film: &FilmReport, failure: &Failure, cells: usize) -> Markup {
    html! {
        tr.failed {
            th scope="row" { (plain(&film.path)) }
            td colspan=(cells) {
                b { "Not read" } " " code { (failure.kind) } " "
                (plain(failure.message.trim_end_matches('.'))) "."
                @if let Some(folder) = &film.folder {
                    " " a href=(link(folder, READING_FILE)) { "JSON" }
                }
            }
        }
    }
}

/// The stage, ordered by its mean, with the clause that gave it.
fn stage(reading: &Reading) -> Markup {
    let (Some(stage), Some((class, p))) = (&reading.stage, likeliest_stage(reading)) else {
        return html! { td {} };
    };
    let mean: f64 = stage.probabilities.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
    html! {
        td data-order=(format!("{mean:.6}")) {
            span.number {
                strong { (class) } ", P " (probability(p, &reading.pneumoconiosis))
            }
            @if let Some(clause) = words::clause(reading) { (small(&clause)) }
        }
    }
}

/// A line below, in small letters.
fn small(line: &str) -> Markup {
    html! { br; small { (line) } }
}

/// As `250 cm2`, or in pixels where the spacing is unknown.
pub(super) fn area(lung: &Lung) -> Markup {
    match words::area(lung).strip_suffix("cm2") {
        Some(number) => html! { (number) "cm" sup { "2" } },
        None => html! { (words::area(lung)) },
    }
}

fn shown_flag(flag: &FlagEntry) -> Markup {
    html! { span.flag title=(flag.message) { (flag_word(flag.kind).replace('_', " ")) } }
}
