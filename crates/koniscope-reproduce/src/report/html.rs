//! One page, without script and without any other file; it prints on A4.

use std::fmt::Write;

use koniscope::stage::gbz70::Stage;
use koniscope_evaluate::{
    figures::{Section, named},
    report::{figure_table, page, paper},
    svg::escape,
};

use super::{Experiment, columns, plots};
use crate::{
    Error,
    model::Question,
    plan::duration,
    pooled::{Asked, Measured, PREVALENCE},
};

/// Films of the paper.
const THEIR_FILMS: &str = "<span class=\"whole\">1,760</span>";

/// `report.html`.
pub(super) fn html(experiment: &Experiment) -> Result<String, Error> {
    let mut body = data(experiment);
    for asked in experiment.questions {
        body += &side_by_side(experiment, asked);
        body += "<div class=\"plots\">\n";
        for plot in plots::plots(asked)? {
            let _ = writeln!(body, "<figure>{plot}</figure>");
        }
        body += "</div>\n</section>\n";
    }
    body += &not_done(experiment);
    body += "<section>\n<h2>Every figure</h2>\n<p>Over all films; by source and view they stand in \
             report.json. Answers of single films: cases.csv in each model's folder.</p>\n";
    for asked in experiment.questions {
        for measured in &asked.models {
            body += &every_figure(asked.question, measured);
        }
    }
    body += "</section>\n";
    body += &networks(experiment);
    body += &time(experiment);
    body += &methods(experiment);
    Ok(page("The paper's experiment", &experiment.warnings, &body))
}

/// A table: names of columns, then rows of cells that are markup.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = String::from("<table>\n<thead><tr>");
    for name in head {
        let _ = write!(out, "<th>{}</th>", escape(name));
    }
    out += "</tr></thead>\n<tbody>\n";
    for row in rows {
        out += "<tr>";
        for cell in row {
            let _ = write!(out, "<td>{cell}</td>");
        }
        out += "</tr>\n";
    }
    out + "</tbody>\n</table>\n"
}

fn data(experiment: &Experiment) -> String {
    let cohort = experiment.cohort;
    let mut sets: Vec<&str> = cohort.cases.iter().map(|c| c.row.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    let rows = sets.into_iter().map(|set| {
        let films: Vec<_> = cohort.cases.iter().filter(|c| c.row.set == set).collect();
        let mut patients: Vec<&str> = films.iter().map(|c| c.row.patient.as_str()).collect();
        patients.sort_unstable();
        patients.dedup();
        let count = |sick| films.iter().filter(|c| c.truth.disease == Some(sick)).count();
        let stages = (0..4).map(|s| films.iter().filter(|c| c.truth.stage == Some(s)).count());
        let mut row = vec![escape(&named(set, films.iter().any(|c| c.simulated)))];
        let counts = [films.len(), patients.len(), count(true), count(false)];
        row.extend(counts.into_iter().chain(stages).map(|n| n.to_string()));
        row
    });
    let head = ["Source", "Films", "Patients", "With disease", "Without"];
    let stages = Stage::ALL.map(|stage| format!("Stage {}", stage.name()));
    let head: Vec<&str> = head.into_iter().chain(stages.iter().map(String::as_str)).collect();
    format!(
        "<section>\n<h2>Data</h2>\n{}<p>Patients are dealt into {} folds, stratified by source and \
         stage, the same for all models. A network of a fold learns from the films of all but two \
         folds, the next fold chooses its epoch and its calibration, and it is tested on the fold \
         itself: every film is tested once, by a network that saw no film of its patient. {} films \
         of the table without a label were left out.</p>\n</section>\n",
        table(&head, rows),
        cohort.folds,
        cohort.unlabeled
    )
}

fn side_by_side(experiment: &Experiment, asked: &Asked) -> String {
    let columns = columns(asked.question);
    let seconds = experiment.seconds();
    let mut rows = vec![{
        let mut row = vec![format!("the paper, {}", paper::DATA), THEIR_FILMS.into()];
        let figures = columns.iter().map(|c| paper::figure(c).map(|v| v.to_string()));
        row.extend(figures.map(|figure| figure.unwrap_or_else(|| "-".into())));
        row.push("-".into());
        row
    }];
    for measured in &asked.models {
        let model = measured.model;
        let mut row = vec![format!("{model}: {}", escape(model.title())), asked.films.to_string()];
        row.extend(columns.iter().map(|column| escape(&measured.cell(column))));
        row.push(seconds.get(&model).map_or_else(|| "-".into(), |s| duration(*s)));
        rows.push(row);
    }
    let mut head = vec!["Model", "n"];
    head.extend(columns.iter().map(String::as_str));
    head.push("Wall time");
    let simulated = if experiment.cohort.simulated() { " SIMULATED films." } else { "" };
    format!(
        "<section>\n<h2>{}</h2>\n<p>{} films of {} patients that every model answered, each by the \
         model that did not see its patient.{simulated} With 95 % intervals. The paper's figures \
         are those of {}, on {}: never the same data, so the difference from them says nothing of \
         the method.</p>\n{}",
        asked.question.title(),
        asked.films,
        asked.patients,
        paper::REFERENCE,
        paper::DATA,
        table(&head, rows)
    )
}

fn not_done(experiment: &Experiment) -> String {
    if experiment.not_done.is_empty() {
        return String::new();
    }
    let rows = experiment.not_done.iter();
    let rows = rows.map(|(model, reason)| vec![model.to_string(), escape(reason)]);
    format!("<section>\n<h2>Not done</h2>\n{}</section>\n", table(&["Model", "Why"], rows))
}

fn every_figure(question: Question, measured: &Measured) -> String {
    let sections = [
        (Section::Detection, "detection"),
        (Section::Calibration, "calibration"),
        (Section::Stage, "stages"),
        (Section::Zones, "zones"),
        (Section::Lungs, "lungs"),
    ];
    let all = measured.of_all();
    let mut out = String::new();
    for (section, name) in sections {
        let figures: Vec<_> = all.iter().copied().filter(|f| f.section == section).collect();
        if !figures.is_empty() {
            let title = format!("{} ({}): {name}", measured.model, question.title());
            out += &figure_table(&title, &figures);
        }
    }
    out
}

fn networks(experiment: &Experiment) -> String {
    let rows = experiment.folds.iter().map(|fold| {
        vec![
            fold.model.to_string(),
            fold.fold.to_string(),
            format!("{}, {}, {}", fold.training, fold.tuning, fold.test),
            format!("{} of {}", fold.best_epoch, fold.epochs),
            format!("{:.3}", fold.tuning_score),
            format!("<code>{}</code>", escape(&fold.sha256)),
        ]
    });
    let head = ["Model", "Fold", "Films: training, tuning, test", "Best epoch", "Tuning score"];
    let head: Vec<&str> = head.into_iter().chain(["SHA-256 of its weights"]).collect();
    format!("<section>\n<h2>Networks</h2>\n{}</section>\n", table(&head, rows))
}

fn time(experiment: &Experiment) -> String {
    let all: f64 = experiment.records.iter().map(|(_, record)| record.seconds).sum();
    let rows = experiment.records.iter().map(|(_, record)| {
        vec![escape(&record.step), record.films.to_string(), duration(record.seconds)]
    });
    format!(
        "<section>\n<h2>Time</h2>\n<p>{} of wall time in all, on {}.</p>\n{}</section>\n",
        duration(all),
        escape(&experiment.options.processor),
        table(&["Step", "Films", "Wall time"], rows)
    )
}

fn methods(experiment: &Experiment) -> String {
    let options = experiment.options;
    let settings = &options.settings;
    let init = settings.init.as_deref().map_or_else(
        || "random weights (the paper's start from ImageNet)".into(),
        |file| format!("{}", file.display()),
    );
    let source = serde_json::to_string(&settings.source).unwrap_or_default();
    let rows = [
        ("Command", format!("<code>{}</code>", escape(&options.command))),
        ("Films", format!("<code>{}</code>", escape(&source))),
        ("Lungs", escape(&experiment.lungs())),
        ("ResNets start from", escape(&init)),
        ("Recipes", "as run, in the folder recipes; each network's own beside its weights".into()),
        (
            "Films read",
            "paper and zones by the code of <code>koniscope read</code>, in f32; whole by the \
             trainer's, since a reader gives lung crops alone"
                .into(),
        ),
        (
            "Texture",
            "of each zone mean, standard deviation, skewness and kurtosis of gray, and the last \
             three of detail in two bands; multinomial logistic regression, its penalty chosen by \
             the tuning films"
                .into(),
        ),
        (
            "Intervals",
            format!(
                "95 %. AUC: DeLong, DeLong and Clarke-Pearson 1988, films taken as independent. All \
                 else: percentiles of 2000 bootstrap resamples of patients. They do not tell how \
                 much another seed of training would change. Predictive values at a prevalence of \
                 {PREVALENCE}"
            ),
        ),
        (
            "Seed",
            format!(
                "{}, of simulation, folds, weights, variation and resamples. The same seed, films \
                 and program on the same kind of processor and number of threads give the same \
                 figures; others add gradients in another order, and round otherwise",
                settings.seed
            ),
        ),
    ];
    let mut out = String::from("<section>\n<h2>Methods</h2>\n<dl>\n");
    for (term, text) in rows {
        let _ = writeln!(out, "<dt>{term}</dt><dd>{text}</dd>");
    }
    out + "</dl>\n</section>\n"
}
