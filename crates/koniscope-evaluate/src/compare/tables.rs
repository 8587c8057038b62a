//! What a comparison finds, as rows: the same for the page and the terminal.

use koniscope::stage::gbz70::Stage;

use super::{
    Beside, Better, Comparison, Difference, Disagreement, Films, Party, Table as Right, View,
};
use crate::{
    figures::named,
    report::{Cell, Table, difference, value_of},
};

/// Every figure of both; what other methods say of one stands below it.
pub(super) fn differences(comparison: &Comparison) -> Table {
    let head =
        ["Figure", "A", "B", "A less B, 95 % interval", "p", "p (Holm)", "Films", "Patients"];
    let mut table = Table::new(head.into_iter().chain(["Data", "Interval by; test"]));
    for row in &comparison.differences {
        let figure = |value: Option<f64>| value.map(|v| format!("{v:.3}")).unwrap_or_default();
        let p = |p: Option<f64>| Cell::number(p.map(p_value).unwrap_or_default());
        let test = row.test.iter().filter(|test| **test != row.method);
        let by: Vec<&str> = std::iter::once(&row.method).chain(test).map(String::as_str).collect();
        table.row([
            name(row).into(),
            Cell::whole(figure(row.a)),
            Cell::number(figure(row.b)),
            Cell::number(apart(row)),
            p(row.p),
            p(row.p_holm),
            Cell::number(row.n),
            Cell::number(row.patients),
            Cell::from(&row.data),
            by.join("; ").into(),
        ]);
        for other in &row.beside {
            let method = format!("beside: {}", other.method);
            let mut cells = vec![Cell::from(""); 10];
            (cells[3], cells[4]) = (Cell::number(interval(other)), p(other.p));
            cells[9] = method.into();
            table.beside(cells);
        }
    }
    table
}

/// Columns of [`differences`] that a terminal has room for.
pub(super) const NARROW: usize = 8;

/// A and B.
pub(super) fn parties(comparison: &Comparison) -> Table {
    let head = ["", "Second stage", "Lungs", "Site's file", "Evaluation", "Films", "Read"];
    let mut table = Table::new(head);
    for (letter, party) in comparison.parties() {
        let Party { models, at_site, folder, films, read, .. } = party;
        let model = |id: &str, sha256: &str| Cell::from(format!("{id} ({sha256:.8})"));
        table.row([
            letter.into(),
            model(&models.classifier.id, &models.classifier.sha256),
            model(&models.lungs.id, &models.lungs.sha256),
            if *at_site { "with one" } else { "without" }.into(),
            folder.into(),
            films.into(),
            read.into(),
        ]);
    }
    table
}

/// How many films there are.
pub(super) fn films(films: &Films) -> Table {
    let head = ["Data", "Films of both", "Read by both", "Patients", "With disease", "Without"];
    let mut table = Table::new(head.into_iter().chain(["In A alone", "In B alone"]));
    let counts = [films.matched, films.compared, films.patients, films.with_disease];
    let counts =
        counts.into_iter().chain([films.without_disease, films.only_a.len(), films.only_b.len()]);
    table.row([Cell::from(&films.data)].into_iter().chain(counts.map(Cell::from)));
    table
}

/// Films on which they disagree, the farthest apart first.
pub(super) fn disagreements(films: &[Disagreement]) -> Table {
    let head = ["Film", "Data", "True", "A, stage (P of disease)", "B", "Right"];
    let mut table = Table::new(head);
    for film in films {
        table.row([
            Cell::from(&film.image),
            named(&film.source, film.simulated).into(),
            truth(film).into(),
            view(film.a).into(),
            view(film.b).into(),
            film.right.map_or("unknown", |right| right.word()).into(),
        ]);
    }
    table
}

/// Films in no figure, and why.
pub(super) fn left_out(films: &Films) -> Table {
    let mut table = Table::new(["Film", "Why"]);
    for (images, why) in [(&films.only_a, "in A alone"), (&films.only_b, "in B alone")] {
        for image in images {
            table.row([image.into(), why.into()]);
        }
    }
    for film in &films.not_read {
        let not = |why: &Option<String>| why.clone().unwrap_or_else(|| "read".into());
        table.row([
            Cell::from(&film.image),
            format!("A: {}; B: {}", not(&film.a), not(&film.b)).into(),
        ]);
    }
    table
}

/// A figure's name, with which way it is better where that is down.
pub(super) fn name(row: &Difference) -> String {
    match row.better {
        Better::Higher => row.name.clone(),
        Better::Lower => format!("{} (lower is better)", row.name),
    }
}

/// A less B with its interval, or why there is none.
fn apart(row: &Difference) -> String {
    value_of(row.difference, row.low.zip(row.high), row.absent.as_deref(), true)
}

/// The interval of another method.
pub(super) fn interval(other: &Beside) -> String {
    format!("{} to {}", difference(other.low), difference(other.high))
}

/// As papers write it.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") }
}

/// Films by who is right, in words.
pub(super) fn counts(table: &Right) -> String {
    let Right { both, a_alone, b_alone, neither, exact, mid_p } = table;
    let p = |p: &Option<f64>| p.map_or_else(|| "none".into(), p_value);
    format!(
        "both right {both}, A alone {a_alone}, B alone {b_alone}, neither {neither}; McNemar, films \
         taken as independent: exact p {}, mid-p {}",
        p(exact),
        p(mid_p)
    )
}

/// What a film shows, as far as it is known.
fn truth(film: &Disagreement) -> &'static str {
    match (film.stage, film.disease) {
        (Some(stage), _) => Stage::ALL[stage.min(3)].name(),
        (None, Some(true)) => "with disease",
        (None, Some(false)) => "without disease",
        (None, None) => "unknown",
    }
}

/// Stage and probability as one read them.
fn view(view: View) -> String {
    match view.stage {
        Some(stage) => format!("{} (P {:.2})", Stage::ALL[stage.min(3)].name(), view.probability),
        None => format!("P {:.2}", view.probability),
    }
}
