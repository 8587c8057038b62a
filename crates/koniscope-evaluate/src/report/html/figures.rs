//! Tables of figures.

use std::fmt::Write;

use super::super::{Evaluation, paper, value};
use crate::{
    THRESHOLD,
    figures::{Figure, Section, detection::Labeled},
    svg::escape,
};

/// Figures of one section, with the paper's beside where it has them.
pub fn table(title: &str, figures: &[&Figure]) -> String {
    let papers = figures.iter().any(|figure| paper::figure(&figure.name).is_some());
    let head = if papers { "<th>The paper's</th>" } else { "" };
    let mut out = format!(
        "<h3>{title}</h3>\n<table>\n<thead><tr><th>Figure</th><th>Value (95 % interval)</th>\
         <th>n</th><th>Data</th><th>Interval by</th>{head}</tr></thead>\n<tbody>\n"
    );
    for figure in figures {
        let paper = paper::figure(&figure.name).map(|v| v.to_string()).unwrap_or_default();
        let paper =
            if papers { format!("<td class=\"number\">{paper}</td>") } else { String::new() };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td>\
             <td>{}</td>{paper}</tr>",
            escape(&figure.name),
            escape(&value(figure)),
            figure.n,
            escape(&figure.data),
            escape(&figure.method),
        );
    }
    out + "</tbody>\n</table>\n"
}

/// Figures of variations, a row a variation: their names are a measure, a comma and the variation.
pub(super) fn variations(title: &str, figures: &[&Figure]) -> String {
    let mut rows: Vec<(&str, Vec<&Figure>)> = Vec::new();
    for figure in figures {
        let Some((_, variation)) = figure.name.split_once(", ") else { continue };
        match rows.last_mut() {
            Some((name, row)) if *name == variation => row.push(figure),
            _ => rows.push((variation, vec![figure])),
        }
    }
    let mut out = format!("<h3>{title}</h3>\n<table>\n<thead><tr><th>Variation</th>");
    for figure in rows.first().map_or(&[][..], |(_, row)| row) {
        let measure = figure.name.split_once(", ").map_or("", |(measure, _)| measure);
        let _ = write!(out, "<th>{}</th>", escape(measure));
    }
    out += "<th>n</th></tr></thead>\n<tbody>\n";
    for (variation, row) in rows {
        let _ = write!(out, "<tr><td>{}</td>", escape(variation));
        for figure in &row {
            let _ = write!(out, "<td>{}</td>", escape(&value(figure)));
        }
        let _ = writeln!(out, "<td class=\"number\">{}</td></tr>", row[0].n);
    }
    out + "</tbody>\n</table>\n<p>After each variation the film is read anew. With the lungs \
           blanked the AUC should be that of chance, 0.5: what remains is read from outlines. Where lungs are \
           moved, grown or shrunk, the film is as it was and its lungs are those found, changed by 2 % \
           of their height, some 5 mm of an adult's.</p>\n"
}

/// The main figures of every group but the first, a table a column.
pub(super) fn subgroups(evaluation: &Evaluation) -> String {
    let mut out = String::from("<section>\n<h2>Subgroups</h2>\n");
    let groups = &evaluation.groups[1..];
    if groups.is_empty() {
        return out
            + "<p>All films are of one source and one known view, and no column was named with \
               --subgroup.</p>\n</section>\n";
    }
    let names = [
        "AUC (ROC)".to_owned(),
        format!("sensitivity at {THRESHOLD}"),
        format!("specificity at {THRESHOLD}"),
    ];
    for groups in groups.chunk_by(|a, b| a.by == b.by) {
        let by = escape(&groups[0].by);
        let _ = write!(
            out,
            "<h3>By {by}</h3>\n<table>\n<thead><tr><th>{by}</th><th>Films, with disease</th>"
        );
        for name in &names {
            let _ = write!(out, "<th>{}</th>", escape(name));
        }
        out +=
            "<th>Quadratic kappa of stages</th><th>Dice of the lungs</th></tr></thead>\n<tbody>\n";
        for group in groups {
            let labeled = Labeled::of(group);
            let _ = write!(
                out,
                "<tr><td>{}{}</td><td>{}, {}</td>",
                escape(&group.name),
                if group.data.contains("(SIMULATED)") {
                    " <span class=\"whole\">(SIMULATED)</span>"
                } else {
                    ""
                },
                group.films.len(),
                labeled.sick()
            );
            let of = |section: Section, name: &str| {
                let figures = evaluation.of(&group.by, &group.name, section);
                let figure = figures.into_iter().find(|figure| figure.name == name);
                figure.map_or_else(|| "-".into(), |figure| escape(&value(figure)))
            };
            for name in &names {
                let _ = write!(out, "<td>{}</td>", of(Section::Detection, name));
            }
            let _ = writeln!(
                out,
                "<td>{}</td><td>{}</td></tr>",
                of(Section::Stage, "quadratic weighted kappa"),
                of(Section::Lungs, "mean Dice of the lungs")
            );
        }
        out += "</tbody>\n</table>\n";
    }
    out + "<p>Every figure of every part stands in report.json.</p>\n</section>\n"
}
