//! How the figures were made, and where the page answers the checklists.

use maud::{Markup, html};

use super::{
    super::{Cell, Evaluation, MadeWith, Table, checklist, json::made_with},
    terms,
};
use crate::THRESHOLD;

pub(super) fn methods(evaluation: &Evaluation) -> Markup {
    let MadeWith { software, run, models, .. } = made_with(evaluation);
    let label = run.label.map_or_else(
        || {
            "column pneumoconiosis, else stage I and above (of GBZ 70 where zones alone are graded), else \
             a profusion of 1/0 and above"
                .into()
        },
        |label| format!("column {label}"),
    );
    let target = models.classifier.target.as_deref().unwrap_or("pneumoconiosis");
    let said = |term: &str, text: &str| (term.to_owned(), html! { (text) });
    let network = |term: &str, model: &crate::report::Model| {
        let calibration = model.calibration_sha256.as_deref().unwrap_or("unknown");
        let text = html! {
            (model.id) ", SHA-256 " code { (model.sha256) } ", of its calibration " code { (calibration) }
        };
        (term.to_owned(), text)
    };
    terms([
        ("Command".to_owned(), html! { code { (run.command) } }),
        ("Program".to_owned(), html! { (software.in_words()) }),
        network("Lungs", &models.lungs),
        network("Second stage", &models.classifier),
        said("Trained to find", target),
        said("Disease", &label),
        (
            "Films".to_owned(),
            html! {
                "decoded, normalized, segmented and read by the code and weights of "
                code { "koniscope read" } ", in " (run.precision)
            },
        ),
        said(
            "Threshold",
            &format!(
                "{THRESHOLD}, the reader's own, fixed before. Figures at a given sensitivity or \
                 specificity choose theirs on these films, which flatters them"
            ),
        ),
        said(
            "Intervals",
            &format!(
                "95 %. AUC: DeLong, DeLong and Clarke-Pearson 1988, films taken as independent. All \
                 else: percentiles of 2000 bootstrap resamples of patients, seed {}. Bins of the \
                 reliability diagram: Wilson 1927",
                run.seed
            ),
        ),
        said("Prevalence", &format!("{} for predictive values, as stated", run.prevalence)),
        said("Processor, wall time", &format!("{}; {:.0} s", run.processor, run.seconds)),
    ])
}

pub(super) fn checklists() -> Markup {
    let mut table = Table::new(["Theme", "Asked for by", "Answered"]);
    for (theme, asked_by, answered) in checklist::ITEMS {
        let is_open = answered == checklist::AUTHOR;
        let answered = if is_open { Cell::open(answered) } else { answered.into() };
        table.row([theme.into(), asked_by.into(), answered]);
    }
    html! {
        p {
            "Themes of CLAIM (2024), STARD-AI (2025) and TRIPOD+AI (2024), in our own words and without \
             the numbers of items, and where this page answers them."
        }
        (table.html())
    }
}
