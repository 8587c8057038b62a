//! One page, without script and without any other file; it prints on A4.

use koniscope::stage::gbz70::Stage;
use koniscope_evaluate::{
    figures::{Section, named},
    report::{Cell, Software, Table, figure_table, page, paper, plots_of, section, terms},
};
use maud::{Markup, html};

use super::{Experiment, columns, plots};
use crate::{
    Error,
    model::Question,
    plan::duration,
    pooled::{Asked, Measured, PREVALENCE},
};

/// Films of the paper.
const THEIR_FILMS: &str = "1,760";

/// `report.html`.
pub(super) fn html(experiment: &Experiment) -> Result<String, Error> {
    let plots: Vec<Vec<Markup>> =
        experiment.questions.iter().map(plots::plots).collect::<Result<_, _>>()?;
    let body = html! {
        (section("Data", &data(experiment)))
        @for (asked, plots) in experiment.questions.iter().zip(plots) {
            (section(asked.question.title(), &html! {
                (side_by_side(experiment, asked))
                (plots_of(plots))
            }))
        }
        @if !experiment.not_done.is_empty() { (section("Not done", &not_done(experiment).html())) }
        (section("Every figure", &html! {
            p {
                "Over all films; by source and view they stand in report.json. Answers of single films: \
                 cases.csv in each model's folder."
            }
            @for asked in experiment.questions {
                @for measured in &asked.models { (every_figure(asked.question, measured)) }
            }
        }))
        (section("Networks", &networks(experiment).html()))
        (section("Time", &time(experiment)))
        (section("Methods", &methods(experiment)))
    };
    Ok(page("The paper's experiment", &experiment.warnings, &body))
}

fn data(experiment: &Experiment) -> Markup {
    let cohort = experiment.cohort;
    let mut sets: Vec<&str> = cohort.cases.iter().map(|c| c.row.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    let head = ["Source", "Films", "Patients", "With disease", "Without"].map(String::from);
    let stages = Stage::ALL.map(|stage| format!("Stage {}", stage.name()));
    let mut table = Table::new(head.into_iter().chain(stages));
    for set in sets {
        let films: Vec<_> = cohort.cases.iter().filter(|c| c.row.set == set).collect();
        let mut patients: Vec<&str> = films.iter().map(|c| c.row.patient.as_str()).collect();
        patients.sort_unstable();
        patients.dedup();
        let count = |sick| films.iter().filter(|c| c.truth.disease == Some(sick)).count();
        let stages = (0..4).map(|s| films.iter().filter(|c| c.truth.stage == Some(s)).count());
        let counts = [films.len(), patients.len(), count(true), count(false)];
        let name = named(set, films.iter().any(|c| c.simulated));
        table
            .row([name.into()].into_iter().chain(counts.into_iter().chain(stages).map(Cell::from)));
    }
    html! {
        (table.html())
        p {
            "Patients are assigned to " (cohort.folds) " folds, stratified by source and stage, the same for \
             all models. A network of a fold learns from the films of all but two folds, the next fold \
             chooses its epoch and its calibration, and it is tested on the fold itself: every film is \
             tested once, by a network that saw no film of its patient. " (cohort.unlabeled)
            " films of the table without a label were left out."
        }
    }
}

fn side_by_side(experiment: &Experiment, asked: &Asked) -> Markup {
    let columns = columns(asked.question);
    let seconds = experiment.seconds();
    let names = columns.iter().map(String::as_str);
    let mut table = Table::new(["Model", "n"].into_iter().chain(names).chain(["Wall time"]));
    let theirs = [format!("the paper, {}", paper::DATA).into(), Cell::whole(THEIR_FILMS)];
    let figures = columns.iter().map(|c| paper::figure(c).map_or("-".into(), Cell::from));
    table.row(theirs.into_iter().chain(figures).chain(["-".into()]));
    for measured in &asked.models {
        let model = measured.model;
        let own = [format!("{model}: {}", model.title()).into(), Cell::from(asked.films)];
        let figures = columns.iter().map(|column| measured.cell(column).into());
        let time = seconds.get(&model).map_or_else(|| "-".into(), |s| duration(*s));
        table.row(own.into_iter().chain(figures).chain([time.into()]));
    }
    html! {
        p {
            (asked.films) " films of " (asked.patients) " patients that every model answered, each by the model \
             that did not see its patient."
            @if experiment.cohort.simulated() { " SIMULATED films." }
            " With 95 % intervals. The paper's figures are those of " (paper::REFERENCE) ", on "
            (paper::DATA) ": never the same data, so the difference from them says nothing of the method."
        }
        (table.html())
    }
}

fn not_done(experiment: &Experiment) -> Table {
    let mut table = Table::new(["Model", "Why"]);
    for (model, reason) in experiment.not_done {
        table.row([model.into(), reason.into()]);
    }
    table
}

fn every_figure(question: Question, measured: &Measured) -> Markup {
    let sections = [
        (Section::Detection, "detection"),
        (Section::Calibration, "calibration"),
        (Section::Stage, "stages"),
        (Section::Ilo, "ILO Classification"),
        (Section::Zones, "zones"),
        (Section::Lungs, "lungs"),
    ];
    let all = measured.of_all();
    html! {
        @for (section, name) in sections {
            @let figures: Vec<_> = all.iter().copied().filter(|f| f.section == section).collect();
            @if !figures.is_empty() {
                (figure_table(&format!("{} ({}): {name}", measured.model, question.title()), &figures))
            }
        }
    }
}

fn networks(experiment: &Experiment) -> Table {
    let head = ["Model", "Fold", "Films: training, tuning, test", "Best epoch", "Tuning score"];
    let mut table = Table::new(head.into_iter().chain(["SHA-256 of its weights"]));
    for fold in &experiment.folds {
        table.row([
            Cell::from(fold.model),
            fold.fold.into(),
            format!("{}, {}, {}", fold.training, fold.tuning, fold.test).into(),
            format!("{} of {}", fold.best_epoch, fold.epochs).into(),
            format!("{:.3}", fold.tuning_score).into(),
            Cell::from(&fold.sha256),
        ]);
    }
    table
}

fn time(experiment: &Experiment) -> Markup {
    let all: f64 = experiment.records.iter().map(|(_, record)| record.seconds).sum();
    let mut table = Table::new(["Step", "Films", "Wall time"]);
    for (_, record) in experiment.records {
        table.row([Cell::from(&record.step), record.films.into(), duration(record.seconds).into()]);
    }
    html! {
        p { (duration(all)) " of wall time in all, on " (experiment.options.processor) "." }
        (table.html())
    }
}

fn methods(experiment: &Experiment) -> Markup {
    let options = experiment.options;
    let settings = &options.settings;
    let init = settings.init.as_deref().map_or_else(
        || "random weights (the paper's start from ImageNet)".into(),
        |file| format!("{}", file.display()),
    );
    let source = serde_json::to_string(&settings.source).unwrap_or_default();
    let rows = [
        ("Command", options.command.clone()),
        ("Program", Software::this(options.commit.as_deref()).in_words()),
        ("Films", source),
        ("Lungs", experiment.lungs()),
        ("ResNets start from", init),
        ("Recipes", "as run, in the folder recipes; each network's own beside its weights".into()),
        (
            "Films read",
            "paper and zones by the code of koniscope read, in f32; whole by the \
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
    terms(rows.map(|(term, text)| (term.to_owned(), html! { (text) })))
}
