//! The plots of the page.

use koniscope_metrics::{counts::Counts, roc};
use maud::Markup;

use super::{Comparison, Table, pairs::Pair, tables::name};
use crate::{
    THRESHOLD,
    svg::{Dot, Line, Mark, Plot, dots, matrix, round_step},
};

const UNIT: [f64; 2] = [0.0, 1.0];

/// An axis of differences that are all smaller would show noise as if it were large.
const LEAST: f64 = 0.02;

/// The plots, as SVG.
pub(super) struct Plots {
    /// Both ROC curves; nothing where a class is missing.
    pub(super) roc: Option<Markup>,
    /// Every difference with its interval.
    pub(super) differences: Markup,
    /// Tables of right and wrong.
    pub(super) tables: Vec<Markup>,
}

pub(super) fn plots(comparison: &Comparison, pairs: &[Pair]) -> Plots {
    let tables = comparison.differences.iter();
    Plots {
        roc: roc_curves(pairs),
        differences: forest(comparison),
        tables: tables.filter_map(|row| Some(right_or_wrong(&row.name, row.table?))).collect(),
    }
}

fn roc_curves(pairs: &[Pair]) -> Option<Markup> {
    let labeled = pairs.iter().filter_map(|pair| Some((pair, pair.film.truth.disease?)));
    let (labeled, truth): (Vec<&Pair>, Vec<bool>) = labeled.unzip();
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for (side, letter) in ["A", "B"].into_iter().enumerate() {
        let scores: Vec<f64> = labeled.iter().map(|pair| pair.said[side].probability).collect();
        let curve = roc::curve(&scores, &truth);
        let area = roc::auc(&scores, &truth)?;
        let points = curve.iter().map(|p| [1.0 - p.specificity, p.sensitivity]).collect();
        lines.push(Line { name: format!("{letter}, AUC {area:.3}"), points, steps: false });
        let here = Counts::at(&scores, &truth, THRESHOLD)?;
        let at = [1.0 - here.specificity()?, here.sensitivity()?];
        marks.push(Mark { at, interval: None, line: side });
    }
    lines.push(Line { name: "chance".into(), points: vec![[0.0, 0.0], [1.0, 1.0]], steps: false });
    let sick = truth.iter().filter(|sick| **sick).count();
    let plot = Plot {
        title: format!("ROC curves (n = {}, {sick} with disease)", truth.len()),
        labels: ["1 - specificity".into(), "sensitivity".into()],
        ranges: [UNIT, UNIT],
        lines,
        marks,
        marks_name: format!("at {THRESHOLD}; of B a square"),
    };
    Some(plot.svg())
}

fn forest(comparison: &Comparison) -> Markup {
    let values: Vec<Dot> = comparison
        .differences
        .iter()
        .filter_map(|row| {
            let interval = row.low.zip(row.high).map(|(low, high)| [low, high]);
            Some(Dot { name: name(row), value: row.difference?, interval })
        })
        .collect();
    let ends = values.iter().flat_map(|dot| dot.interval.unwrap_or([dot.value; 2]));
    let most = round_step(ends.map(f64::abs).fold(LEAST, f64::max));
    let films = &comparison.films;
    let title = format!("A less B ({} films, {} patients)", films.compared, films.patients);
    dots(&title, "A less B, 95 % interval", [-most, most], &values)
}

fn right_or_wrong(name: &str, table: Table) -> Markup {
    let Table { both, a_alone, b_alone, neither, .. } = table;
    let counts = [vec![both, a_alone], vec![b_alone, neither]];
    let title = format!("{name} (n = {})", both + a_alone + b_alone + neither);
    matrix(&title, ["A", "B"], &["right", "wrong"], &counts)
}
