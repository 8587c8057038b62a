//! The plots of the page.

use koniscope::stage::gbz70::Stage;
use koniscope_evaluate::{
    figures::{detection::Labeled, groups, stages::confusion},
    svg::{Line, Plot, matrix},
};
use koniscope_metrics::roc;
use maud::Markup;

use crate::{
    Error,
    model::{Kind, Question},
    pooled::Asked,
};

/// Plots of a question: the ROC curves of all models, or how each took stages for others.
pub(super) fn plots(asked: &Asked) -> Result<Vec<Markup>, Error> {
    // The majority class has one answer for all films: no curve, and a table of one column.
    let models = asked.models.iter().filter(|measured| measured.model.kind != Kind::Majority);
    let mut plots = Vec::new();
    let mut lines = Vec::new();
    for measured in models {
        let groups = groups(&measured.films, &[])?;
        let Some(all) = groups.first() else { continue };
        if asked.question == Question::Disease {
            let labeled = Labeled::of(all);
            let curve = roc::curve(&labeled.scores, &labeled.truth);
            let points = curve.iter().map(|p| [1.0 - p.specificity, p.sensitivity]).collect();
            lines.push(Line { name: measured.model.name().into(), points, steps: false });
        } else if let Some(confusion) = confusion(all) {
            let title = format!("{} (n = {})", measured.model, confusion.n());
            let names = Stage::ALL.map(Stage::name);
            plots.push(matrix(&title, ["true stage", "stage found"], &names, confusion.counts()));
        }
    }
    if !lines.is_empty() {
        let plot = Plot {
            title: format!("ROC curves (n = {})", asked.films),
            labels: ["1 - specificity".into(), "sensitivity".into()],
            ranges: [[0.0, 1.0]; 2],
            lines,
            ..Plot::default()
        };
        plots.push(plot.svg());
    }
    Ok(plots)
}
