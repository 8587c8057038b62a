//! One page, without script and without any other file; it prints on A4.

mod data;
mod figures;
mod methods;
mod page;
mod readers;

use maud::{Markup, html};

pub(crate) use data::true_stages;
pub use figures::table as figure_table;
pub use page::{page, plots, section, terms};

use super::{Evaluation, paper, plots as of_evaluation};
use crate::figures::{Section, named};

/// `report.html`.
pub fn html(evaluation: &Evaluation) -> String {
    let body = html! {
        (section("Data", &data::data(evaluation)))
        (section("Figures", &main_figures(evaluation)))
        (section("Plots", &html! {
            p { "All films that were read." }
            (plots(of_evaluation::plots(evaluation)))
        }))
        @if !evaluation.readers.is_empty() {
            (section("Readers", &readers::readers(evaluation)))
        }
        (section("Subgroups", &figures::subgroups(evaluation)))
        @if !evaluation.worst.is_empty() {
            (section("Films farthest from their labels", &worst(evaluation)))
        }
        (section("Methods", &methods::methods(evaluation)))
        (section("Checklists", &methods::checklists()))
        (section("Films that were not read", &data::failures(evaluation)))
    };
    page("Evaluation", &evaluation.warnings(), &body)
}

const SECTIONS: [(Section, &str); 8] = [
    (Section::Detection, "Detection"),
    (Section::Calibration, "Calibration"),
    (Section::Stage, "Stages"),
    (Section::Ilo, "ILO Classification"),
    (Section::Zones, "Zones"),
    (Section::Lungs, "Lungs"),
    (Section::Decisions, "Decisions at the site"),
    (Section::Robustness, "Robustness"),
];

fn main_figures(evaluation: &Evaluation) -> Markup {
    let all = &evaluation.groups[0];
    html! {
        p {
            "All films that were read: " (all.data) ". With 95 % intervals. The paper's figures are those \
             of " (paper::REFERENCE) ", on " (paper::DATA) ": they cannot be compared as if the films were \
             the same."
        }
        @for (section, title) in SECTIONS {
            @let figures = evaluation.of(&all.by, &all.name, section);
            @if figures.is_empty() {
                h3 { (title) }
                p { (why_none(section)) }
            } @else if section == Section::Robustness {
                (figures::variations(title, &figures))
            } @else {
                (figures::table(title, &figures))
            }
        }
    }
}

fn why_none(section: Section) -> &'static str {
    match section {
        Section::Detection | Section::Calibration => "No film that was read has a label.",
        Section::Stage => "No film has both a true stage and one that was read.",
        Section::Ilo => "No film was read by a zone grader.",
        Section::Zones => "No film has both six graded zones and six that were read.",
        Section::Lungs => "No film that was read has a mask.",
        Section::Decisions => "Read without a site's file (--site).",
        Section::Readers => "No film that was read has a reader.",
        Section::Robustness => "Not asked for (--robustness).",
    }
}

fn worst(evaluation: &Evaluation) -> Markup {
    html! {
        div.worst {
            @for picture in evaluation.worst {
                @let film = &evaluation.films[picture.film];
                @let name = film.case.row.image.to_string_lossy();
                @let label = if film.case.truth.disease == Some(true) { "with" } else { "without" };
                @let p = film.answer().map_or(0.0, |answer| answer.probability);
                figure {
                    img src=(picture.address) width=(picture.size[0]) height=(picture.size[1])
                        alt={ (name) ", as read" };
                    figcaption {
                        (name) br;
                        (named(&film.case.row.set, film.case.simulated)) ": labeled " (label)
                        " disease, probability " (format!("{p:.2}"))
                    }
                }
            }
        }
    }
}
