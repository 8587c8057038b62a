//! `compare.html`: one page, without script and without any other file; it prints on A4.

use maud::{Markup, html};

use super::{
    Comparison, Key,
    plots::Plots,
    tables::{self, counts},
};
use crate::{
    THRESHOLD,
    report::{page, plots_of, section, terms, true_stages},
};

/// Films that a list shows; the rest stands in `compare.json`.
const LISTED: usize = 100;

/// File of the rest.
const REST: &str = "compare.json";

pub(super) fn html(comparison: &Comparison, plots: Plots) -> String {
    let Comparison { films, differences, disagreements, .. } = comparison;
    let body = html! {
        (section("A and B", &tables::parties(comparison).html()))
        (section("Data", &html! { (tables::films(films).html()) (true_stages(films.stages)) }))
        (section("Differences", &html! {
            p { "Of the films that both read. Above 0 the figure of A is the higher one." }
            (tables::differences(comparison).html())
            @for note in &comparison.notes { p { (note) "." } }
        }))
        (section("Plots", &plots_of(plots.roc.into_iter().chain([plots.differences]))))
        @if !plots.tables.is_empty() {
            (section("Right and wrong", &html! {
                p {
                    "Films by who reads them right. McNemar's test looks at those that one alone has right. \
                     Shares are of a row."
                }
                @let rows = differences.iter().filter_map(|row| Some((row, row.table.as_ref()?)));
                div class="plots small" {
                    @for ((row, table), plot) in rows.zip(plots.tables) {
                        figure { (plot) figcaption { (row.name) ": " (counts(table)) "." } }
                    }
                }
            }))
        }
        (section("Films on which A and B disagree", &html! {
            p {
                (disagreements.len()) " of " (films.compared) " films: another stage, or another side of "
                (THRESHOLD) ". By stages between them, then by probability."
            }
            (tables::disagreements(disagreements).first(LISTED, REST))
        }))
        (section("Films left out", &tables::left_out(films).first(LISTED, REST)))
        (section("Methods", &methods(comparison)))
    };
    page("Comparison", &comparison.warnings, &body)
}

fn methods(comparison: &Comparison) -> Markup {
    let made_by = comparison.parties().map(|(letter, party)| {
        let label = party.label.as_deref().unwrap_or("pneumoconiosis, or the stage");
        let [grader, lungs] = [&party.models.classifier, &party.models.lungs];
        let text = html! {
            (party.software.in_words()) ", " code { (party.command) } "; disease: column " (label)
            "; SHA-256 of the second stage " code { (grader.sha256) } ", of its calibration "
            code { (grader.calibration_sha256.as_deref().unwrap_or("unknown")) } ", of the lungs "
            code { (lungs.sha256) }
        };
        (format!("{letter} was made by"), text)
    });
    let key = match comparison.run.key {
        Key::Image => "the picture's path in the tables",
        Key::Name => "the picture's file name",
        Key::Patient => "the patient, each with one film",
    };
    let said = |term: &str, text: String| (term.to_owned(), html! { (text) });
    let rest = [
        said(
            "Films",
            format!(
                "matched by {key}; labels and patients are the same in both. That the pictures are the \
                 same is not checked"
            ),
        ),
        said("Threshold", format!("{THRESHOLD}, the readers' own, fixed before")),
        said(
            "AUC",
            "DeLong, DeLong and Clarke-Pearson 1988, paired. Where patients have several films, by \
             Obuchowski's variance of sums over patients (1997), which is the same with one film each"
                .into(),
        ),
        said(
            "Shares of right films",
            "McNemar 1947, exact. Where patients have several films, p is the share of all changes of \
             sign of the patients' differences that make their sum as large: the same with one film each"
                .into(),
        ),
        said(
            "Other intervals",
            format!(
                "percentiles of 2000 bootstrap resamples of patients, the same for A and B, seed {}",
                comparison.run.seed
            ),
        ),
        said("Several tests", "Holm 1979, over all p of this page but those beside".into()),
    ];
    let own = [
        ("Command".to_owned(), html! { code { (comparison.run.command) } }),
        said("Program", comparison.software.in_words()),
    ];
    terms(own.into_iter().chain(made_by).chain(rest))
}
