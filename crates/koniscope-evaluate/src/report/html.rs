//! One page, without script and without any other file; it prints on A4.

mod data;
mod figures;
mod page;
mod readers;

use std::fmt::Write;

pub use page::page;

pub use figures::table as figure_table;

use super::{Evaluation, checklist, paper, plots};
use crate::{
    THRESHOLD,
    figures::{Section, named},
    svg::escape,
};

/// `report.html`.
pub fn html(evaluation: &Evaluation) -> String {
    let mut body = data::section(evaluation);
    body += &main_figures(evaluation);
    body += "<section>\n<h2>Plots</h2>\n<p>All films that were read.</p>\n<div class=\"plots\">\n";
    for plot in plots::plots(evaluation) {
        let _ = writeln!(body, "<figure>{plot}</figure>");
    }
    body += "</div>\n</section>\n";
    body += &readers::section(evaluation);
    body += &figures::subgroups(evaluation);
    body += &worst(evaluation);
    body += &methods(evaluation);
    body += &items();
    body += &data::failures(evaluation);
    page("Evaluation", &evaluation.warnings(), &body)
}

const SECTIONS: [(Section, &str); 7] = [
    (Section::Detection, "Detection"),
    (Section::Calibration, "Calibration"),
    (Section::Stage, "Stages"),
    (Section::Zones, "Zones"),
    (Section::Lungs, "Lungs"),
    (Section::Decisions, "Decisions at the site"),
    (Section::Robustness, "Robustness"),
];

fn main_figures(evaluation: &Evaluation) -> String {
    let all = &evaluation.groups[0];
    let mut out = format!(
        "<section>\n<h2>Figures</h2>\n<p>All films that were read: {}. With 95 % intervals. The \
         paper's figures are those of {}, on {}: they cannot be compared as if the films were the \
         same.</p>\n",
        escape(&all.data),
        paper::REFERENCE,
        paper::DATA
    );
    for (section, title) in SECTIONS {
        let figures = evaluation.of(&all.by, &all.name, section);
        if figures.is_empty() {
            let _ = writeln!(out, "<h3>{title}</h3>\n<p>{}</p>", why_none(section));
        } else if section == Section::Robustness {
            out += &figures::variations(title, &figures);
        } else {
            out += &figures::table(title, &figures);
        }
    }
    out + "</section>\n"
}

fn why_none(section: Section) -> &'static str {
    match section {
        Section::Detection | Section::Calibration => "No film that was read has a label.",
        Section::Stage => "No film has both a true stage and one that was read.",
        Section::Zones => "No film has both six graded zones and six that were read.",
        Section::Lungs => "No film that was read has a mask.",
        Section::Decisions => "Read without a site's file (--site).",
        Section::Readers => "No film that was read has a reader.",
        Section::Robustness => "Not asked for (--robustness).",
    }
}

fn worst(evaluation: &Evaluation) -> String {
    if evaluation.worst.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<section>\n<h2>Films farthest from their labels</h2>\n<div class=\"worst\">\n",
    );
    for picture in evaluation.worst {
        let film = &evaluation.films[picture.film];
        let name = escape(&film.case.row.image.to_string_lossy());
        let label = match film.case.truth.disease {
            Some(true) => "with disease",
            _ => "without disease",
        };
        let p = film.answer().map_or(0.0, |answer| answer.probability);
        let [width, height] = picture.size;
        let _ = writeln!(
            out,
            "<figure><img src=\"{}\" width=\"{width}\" height=\"{height}\" alt=\"{name}, as read\">\
             <figcaption>{name}<br>{}: labeled {label}, probability {p:.2}</figcaption></figure>",
            picture.address,
            escape(&named(&film.case.row.set, film.case.simulated)),
        );
    }
    out + "</div>\n</section>\n"
}

fn methods(evaluation: &Evaluation) -> String {
    let options = evaluation.options;
    let [lungs, grader] =
        [evaluation.reader.segmenter().manifest(), evaluation.reader.second_stage().manifest()];
    let mut out = String::from("<section>\n<h2>Methods</h2>\n<dl>\n");
    let mut say = |term: &str, text: String| {
        let _ = writeln!(out, "<dt>{term}</dt><dd>{text}</dd>");
    };
    say("Command", format!("<code>{}</code>", escape(&options.command)));
    let commit = options.commit.as_deref().map(|commit| format!(", commit <code>{commit}</code>"));
    let version = env!("CARGO_PKG_VERSION");
    say("Program", format!("Koniscope {version}{}", commit.unwrap_or_default()));
    for (term, manifest) in [("Lungs", lungs), ("Second stage", grader)] {
        let (id, hash) = (escape(&manifest.id), escape(&manifest.sha256));
        say(term, format!("{id}, SHA-256 <code>{hash}</code>"));
    }
    let target = grader.target.as_deref().unwrap_or("pneumoconiosis");
    say("Trained to find", escape(target));
    let label = options.label.as_deref().map_or_else(
        || {
            "column pneumoconiosis, else stage I and above (of GBZ 70 where zones alone are \
             graded), else a profusion of 1/0 and above"
                .into()
        },
        |label| format!("column {}", escape(label)),
    );
    say("Disease", label);
    say(
        "Films",
        "decoded, normalized, segmented and read by the code and weights of <code>koniscope \
         read</code>, in f32"
            .into(),
    );
    say(
        "Threshold",
        format!(
            "{THRESHOLD}, the reader's own, fixed before. Figures at a given sensitivity or \
             specificity choose theirs on these films, which flatters them"
        ),
    );
    say(
        "Intervals",
        format!(
            "95 %. AUC: DeLong, DeLong and Clarke-Pearson 1988, films taken as independent. All \
             else: percentiles of 2000 bootstrap resamples of patients, seed {}. Bins of the \
             reliability diagram: Wilson 1927",
            options.seed
        ),
    );
    say("Prevalence", format!("{} for predictive values, as stated", options.prevalence));
    let time = format!("{}; {:.0} s", escape(&options.processor), evaluation.seconds);
    say("Processor, wall time", time);
    out + "</dl>\n</section>\n"
}

fn items() -> String {
    let mut out = String::from(
        "<section>\n<h2>Checklists</h2>\n<p>Themes of CLAIM (2024), STARD-AI (2025) and TRIPOD+AI \
         (2024), in our own words and without the \
         numbers of items, and where this page answers them.</p>\n<table>\n<thead><tr>\
         <th>Theme</th><th>Asked for by</th><th>Answered</th></tr></thead>\n<tbody>\n",
    );
    for checklist::Item { theme, asked_by, answered } in checklist::ITEMS {
        let open = if answered == checklist::AUTHOR { " class=\"open\"" } else { "" };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{asked_by}</td><td{open}>{}</td></tr>",
            escape(theme),
            escape(answered)
        );
    }
    out + "</tbody>\n</table>\n</section>\n"
}
