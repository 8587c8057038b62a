//! Tables of figures.

use maud::{Markup, html};

use super::super::{Cell, Evaluation, Table, paper, value};
use crate::{
    THRESHOLD,
    figures::{Figure, Section, detection::Labeled},
};

/// Figures of one section, with the paper's beside where it has them.
pub fn table(title: &str, figures: &[&Figure]) -> Markup {
    let papers = figures.iter().any(|figure| paper::figure(&figure.name).is_some());
    let head = ["Figure", "Value (95 % interval)", "n", "Data", "Interval by"];
    let mut table = Table::new(head.into_iter().chain(papers.then_some("The paper's")));
    for figure in figures {
        let paper = paper::figure(&figure.name).map(|v| v.to_string()).unwrap_or_default();
        let cells = [
            Cell::from(&figure.name),
            Cell::number(value(figure)),
            Cell::number(figure.n),
            Cell::from(&figure.data),
            Cell::from(&figure.method),
        ];
        table.row(cells.into_iter().chain(papers.then(|| Cell::number(paper))));
    }
    html! { h3 { (title) } (table.html()) }
}

/// Figures of variations, one row for each: their names are a measure, a comma and the variation.
pub(super) fn variations(title: &str, figures: &[&Figure]) -> Markup {
    let parted = |figure: &&Figure| {
        let (measure, variation) = figure.name.split_once(", ")?;
        Some((measure.to_owned(), variation.to_owned()))
    };
    let known: Vec<&Figure> = figures.iter().copied().filter(|f| parted(f).is_some()).collect();
    let rows = || known.chunk_by(|a, b| parted(a).map(|p| p.1) == parted(b).map(|p| p.1));
    let measures = rows().next().unwrap_or_default().iter().filter_map(parted);
    let head = std::iter::once("Variation".to_owned()).chain(measures.map(|(measure, _)| measure));
    let mut table = Table::new(head.chain(["n".into()]));
    for row in rows() {
        let name = parted(&row[0]).map(|(_, variation)| variation).unwrap_or_default();
        let values = row.iter().map(|figure| value(figure).into());
        table.row([name.into()].into_iter().chain(values).chain([Cell::number(row[0].n)]));
    }
    html! {
        h3 { (title) }
        (table.html())
        p {
            "After each variation the film is read anew. With the lungs blanked the AUC should be that of \
             chance, 0.5: what remains is read from outlines. Where lungs are moved, grown or shrunk, the \
             film is as it was and its lungs are those found, changed by 2 % of their height, some 5 mm of \
             an adult's."
        }
    }
}

/// The main figures of every group but the first, one table for each column.
pub(super) fn subgroups(evaluation: &Evaluation) -> Markup {
    let groups = &evaluation.groups[1..];
    if groups.is_empty() {
        return html! {
            p {
                "All films are of one source and one known view, and no column was named with --subgroup."
            }
        };
    }
    let columns = [
        (Section::Detection, "AUC (ROC)".to_owned()),
        (Section::Detection, format!("sensitivity at {THRESHOLD}")),
        (Section::Detection, format!("specificity at {THRESHOLD}")),
        (Section::Stage, "quadratic weighted kappa".into()),
        (Section::Lungs, "mean Dice of the lungs".into()),
    ];
    let heads = columns.each_ref().map(|(section, name)| match section {
        Section::Stage => "quadratic kappa of stages",
        _ => name,
    });
    html! {
        @for groups in groups.chunk_by(|a, b| a.by == b.by) {
            @let by = &groups[0].by;
            @let mut table = Table::new([by.as_str(), "Films, with disease"].into_iter().chain(heads));
            @for group in groups {
                @let simulated = if group.data.contains("(SIMULATED)") { " (SIMULATED)" } else { "" };
                @let about = format!("{}, {}", group.films.len(), Labeled::of(group).sick());
                @let figures = columns.iter().map(|(section, name)| {
                    let of_group = evaluation.of(&group.by, &group.name, *section);
                    let figure = of_group.into_iter().find(|figure| figure.name == *name);
                    Cell::from(figure.map_or_else(|| "-".into(), value))
                });
                @let name = format!("{}{simulated}", group.name);
                @let () = table.row([name.into(), about.into()].into_iter().chain(figures));
            }
            h3 { "By " (by) }
            (table.html())
        }
        p { "Every figure of every part stands in report.json." }
    }
}
