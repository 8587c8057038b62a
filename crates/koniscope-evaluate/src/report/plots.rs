//! The plots of the page.

use koniscope::stage::gbz70::Stage;
use koniscope_metrics::{
    calibration::{BINS, reliability},
    counts::Counts,
    decision_curve::NetBenefit,
    precision_recall, roc,
};
use maud::Markup;

use super::Evaluation;
use crate::{
    THRESHOLD,
    figures::{
        Section,
        detection::{Labeled, net_benefit},
        stages::confusion,
    },
    svg::{Dot, Line, Mark, Plot, dots, matrix, round_step},
};

const UNIT: [f64; 2] = [0.0, 1.0];

/// Plots of all films: those for which there is enough.
pub(super) fn plots(evaluation: &Evaluation) -> Vec<Markup> {
    let labeled = Labeled::of(&evaluation.groups[0]);
    let n = labeled.films.len();
    let about = format!("n = {n}, {} with disease", labeled.sick());
    let prevalence = evaluation.options.prevalence;
    let of_disease = [
        roc_curve(&labeled, &about),
        pr_curve(&labeled, &about),
        reliability_diagram(&labeled, &about),
        net_benefit(&labeled, None)
            .map(|curve| decision(&curve, &format!("prevalence of the films, n = {n}"))),
        net_benefit(&labeled, Some(prevalence))
            .map(|curve| decision(&curve, &format!("prevalence {prevalence}, n = {n}"))),
    ];
    of_disease
        .into_iter()
        .flatten()
        .chain(stage_matrix(evaluation))
        .chain(zone_kappas(evaluation))
        .collect()
}

fn roc_curve(labeled: &Labeled, about: &str) -> Option<Markup> {
    let curve = roc::curve(&labeled.scores, &labeled.truth);
    let here = Counts::at(&labeled.scores, &labeled.truth, THRESHOLD)?;
    let point = [1.0 - here.specificity()?, here.sensitivity()?];
    let points = curve.iter().map(|p| [1.0 - p.specificity, p.sensitivity]).collect();
    let plot = Plot {
        title: format!("ROC curve ({about})"),
        labels: ["1 - specificity".into(), "sensitivity".into()],
        ranges: [UNIT, UNIT],
        lines: vec![
            Line { name: "the reader".into(), points, steps: false },
            Line { name: "chance".into(), points: vec![[0.0, 0.0], [1.0, 1.0]], steps: false },
        ],
        marks: vec![Mark { at: point, interval: None, line: 0 }],
        marks_name: format!("its threshold, {THRESHOLD}"),
    };
    (!curve.is_empty()).then(|| plot.svg())
}

fn pr_curve(labeled: &Labeled, about: &str) -> Option<Markup> {
    let curve = precision_recall::curve(&labeled.scores, &labeled.truth);
    let first = curve.first()?;
    let mut points = vec![[0.0, first.precision]];
    points.extend(curve.iter().map(|p| [p.recall, p.precision]));
    let prevalence = labeled.sick() as f64 / labeled.films.len() as f64;
    let level = vec![[0.0, prevalence], [1.0, prevalence]];
    let here = Counts::at(&labeled.scores, &labeled.truth, THRESHOLD)?;
    let mark = here.sensitivity().zip(here.ppv()).map(|(x, y)| Mark {
        at: [x, y],
        interval: None,
        line: 0,
    });
    let plot = Plot {
        title: format!("Precision and recall ({about})"),
        labels: ["recall (sensitivity)".into(), "precision (PPV)".into()],
        ranges: [UNIT, UNIT],
        lines: vec![
            Line { name: "the reader".into(), points, steps: true },
            Line { name: "share with disease".into(), points: level, steps: false },
        ],
        marks: mark.into_iter().collect(),
        marks_name: format!("its threshold, {THRESHOLD}"),
    };
    Some(plot.svg())
}

fn reliability_diagram(labeled: &Labeled, about: &str) -> Option<Markup> {
    let bins = reliability(&labeled.scores, &labeled.truth, BINS)?;
    let marks = bins.iter().map(|bin| Mark {
        at: [bin.mean, bin.share.value],
        interval: Some([bin.share.low, bin.share.high]),
        line: 0,
    });
    let plot = Plot {
        title: format!("Reliability ({about})"),
        labels: ["mean probability of a bin".into(), "share with disease".into()],
        ranges: [UNIT, UNIT],
        lines: vec![
            Line {
                name: "the reader".into(),
                points: bins.iter().map(|bin| [bin.mean, bin.share.value]).collect(),
                steps: false,
            },
            Line { name: "perfect".into(), points: vec![[0.0, 0.0], [1.0, 1.0]], steps: false },
        ],
        marks: marks.collect(),
        marks_name: format!("bin of {BINS}, Wilson's interval"),
    };
    Some(plot.svg())
}

fn decision(curve: &[NetBenefit], about: &str) -> Markup {
    let line = |name: &str, of: fn(&NetBenefit) -> f64| Line {
        name: name.into(),
        points: curve.iter().map(|point| [point.threshold, of(point)]).collect(),
        steps: false,
    };
    let most = curve.iter().map(|p| p.model.max(p.all)).fold(0.01, f64::max);
    let least = curve.iter().map(|p| p.model).fold(0.0, f64::min);
    let step = round_step(most / 4.0);
    // Below, what acting costs is seen as far as what it gains.
    let low = (least / step).floor().clamp(-(most / step).ceil(), -1.0);
    Plot {
        title: format!("Decision curve ({about})"),
        labels: ["threshold probability".into(), "net benefit".into()],
        ranges: [[0.0, 0.6], [low * step, (most / step).ceil() * step]],
        lines: vec![
            line("act on the reader", |p| p.model),
            line("act on all", |p| p.all),
            line("act on none", |_| 0.0),
        ],
        ..Plot::default()
    }
    .svg()
}

fn stage_matrix(evaluation: &Evaluation) -> Option<Markup> {
    let confusion = confusion(&evaluation.groups[0])?;
    let names = Stage::ALL.map(Stage::name);
    let title = format!("Stages (n = {})", confusion.n());
    Some(matrix(&title, ["true stage", "stage read"], &names, confusion.counts()))
}

fn zone_kappas(evaluation: &Evaluation) -> Option<Markup> {
    let all = &evaluation.groups[0];
    let figures = evaluation.of(&all.by, &all.name, Section::Zones);
    let kappas: Vec<Dot> = figures
        .iter()
        .filter_map(|figure| {
            Some(Dot {
                name: figure.name.strip_prefix("quadratic weighted kappa, ")?.into(),
                value: figure.value?,
                interval: figure.interval(),
            })
        })
        .collect();
    let n = figures.first().map_or(0, |figure| figure.n);
    let title = format!("Zone grades (n = {n})");
    (!kappas.is_empty()).then(|| dots(&title, "quadratic weighted kappa", [-0.2, 1.0], &kappas))
}
