//! The experiment for people and programs: all models side by side.

use std::{collections::BTreeSet, fmt::Write};

use koniscope::{checked_manifest::CheckedManifest, files::write_atomic, reading::DISCLAIMER};
use koniscope_evaluate::{
    THRESHOLD,
    figures::Figure,
    report::{
        Cell, REPORT_FILE, SIMULATED, Software, Table, figure_table, page, paper, section, terms,
        value,
    },
};
use koniscope_train::run_log::RunLog;
use maud::{Markup, html};
use serde::Serialize;

use crate::{
    Error, Lungs, Options, Settings,
    answers::{Asked, Measured, PREVALENCE},
    cohort::Cohort,
    model::{Model, Question},
    run::REHEARSAL,
    step::{Step, lung_manifest},
};

/// Films of the paper.
const THEIR_FILMS: &str = "1,760";

/// All that the report tells, as `report.json` has it.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    disclaimer: &'static str,
    /// Whether any film comes from the simulator.
    simulated: bool,
    /// Whether small networks were trained for moments, so that no figure means anything.
    rehearsal: bool,
    /// What must be known first, the gravest before.
    warnings: Vec<String>,
    software: Software,
    settings: &'a Settings,
    command: &'a str,
    processor: &'a str,
    prevalence: f64,
    films: usize,
    /// Films of the table without a label, which were left out.
    without_label: usize,
    questions: &'a [Asked],
    /// Models that the films do not allow, with the reason.
    not_done: &'a [(Model, String)],
    folds: Vec<Fold>,
    paper: paper::Paper,
}

/// A network of one fold.
#[derive(Serialize)]
struct Fold {
    model: Model,
    fold: usize,
    /// Films that were learnt from, that chose the epoch, and that were tested.
    training: usize,
    tuning: usize,
    test: usize,
    /// Epochs trained, the best of them (from 1), its score on the tuning films, and the seconds of all.
    epochs: usize,
    best_epoch: usize,
    tuning_score: f64,
    seconds: f64,
    /// Of its weights, and of what makes probabilities of their logits.
    sha256: String,
    calibration_sha256: String,
}

impl<'a> Report<'a> {
    /// Of these models, each of which is done.
    pub(crate) fn new(
        options: &'a Options,
        cohort: &Cohort,
        models: &[Model],
        not_done: &'a [(Model, String)],
        questions: &'a [Asked],
    ) -> Result<Self, Error> {
        let of_folds = models.iter().flat_map(|model| (0..cohort.folds).map(|f| (*model, f)));
        Ok(Self {
            disclaimer: DISCLAIMER,
            simulated: cohort.simulated(),
            rehearsal: options.settings.quick,
            warnings: warnings(options, cohort, questions)?,
            software: Software::this(options.commit.as_deref()),
            settings: &options.settings,
            command: &options.command,
            processor: &options.processor,
            prevalence: PREVALENCE,
            films: cohort.cases.len(),
            without_label: cohort.unlabeled,
            questions,
            not_done,
            folds: of_folds
                .map(|(model, fold)| Fold::of(options, cohort, model, fold))
                .collect::<Result<_, _>>()?,
            paper: paper::PAPER,
        })
    }

    /// Writes the page and the JSON, which is given back.
    pub(crate) fn write(&self, options: &Options) -> Result<String, Error> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|e| Error::file(REPORT_FILE.as_ref(), e))?
            + "\n";
        for (name, text) in [("report.html", &self.html()), (REPORT_FILE, &json)] {
            let path = options.out.join(name);
            write_atomic(&path, text.as_bytes()).map_err(|e| Error::file(&path, e))?;
        }
        Ok(json)
    }

    /// The tables of models as text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for warning in &self.warnings {
            let _ = writeln!(out, "{warning}");
        }
        for asked in self.questions {
            let _ = writeln!(out, "\n{}\n{}", about(asked), side_by_side(asked).text(3));
        }
        for (model, reason) in self.not_done {
            let _ = writeln!(out, "\n{model} is not done: {reason}");
        }
        out + "\n" + DISCLAIMER + "\n"
    }

    /// One page, without script and without any other file.
    fn html(&self) -> String {
        let body = html! {
            @for asked in self.questions {
                (section(asked.question.title(), &html! {
                    p {
                        (about(asked))
                        @if self.simulated { " SIMULATED films." }
                        " With 95 % intervals. The paper's figures are those of " (paper::REFERENCE) ", on "
                        (paper::DATA) ": never the same data, so the difference from them says nothing of \
                        the method."
                    }
                    (side_by_side(asked).html())
                }))
            }
            @if !self.not_done.is_empty() {
                (section("Not done", &html! {
                    @for (model, reason) in self.not_done { p { (model) ": " (reason) } }
                }))
            }
            (section("Every figure", &html! {
                p { "Over all films; by source and view they stand in report.json." }
                @for asked in self.questions {
                    @for measured in &asked.models {
                        @let title = format!("{}: {}", measured.model, asked.question.title());
                        (figure_table(&title, &of_all(measured)))
                    }
                }
            }))
            (section("Networks", &self.networks().html()))
            (section("Methods", &self.methods()))
        };
        page("The paper's experiment", &self.warnings, &body)
    }

    fn networks(&self) -> Table {
        let head = ["Model", "Fold", "Films: training, tuning, test", "Best epoch", "Tuning score"];
        let mut table =
            Table::new(head.into_iter().chain(["Hours", "SHA-256 of weights and calibration"]));
        for fold in &self.folds {
            table.row([
                Cell::from(fold.model),
                fold.fold.into(),
                format!("{}, {}, {}", fold.training, fold.tuning, fold.test).into(),
                format!("{} of {}", fold.best_epoch, fold.epochs).into(),
                format!("{:.3}", fold.tuning_score).into(),
                format!("{:.1}", fold.seconds / 3600.0).into(),
                format!("{} {}", fold.sha256, fold.calibration_sha256).into(),
            ]);
        }
        table
    }

    fn methods(&self) -> Markup {
        let settings = self.settings;
        let init = settings.init.as_deref().map_or_else(
            || "random weights (the paper's start from ImageNet)".into(),
            |file| file.display().to_string(),
        );
        let lungs = match settings.lungs {
            Lungs::Shipped => "by the U-Net that ships, the same for all folds",
            Lungs::Train => "by a U-Net a fold, trained on masks of the fold's training films",
        };
        let rows = [
            ("Command", self.command.to_owned()),
            ("Program", format!("{}, on {}", self.software.in_words(), self.processor)),
            ("Films", serde_json::to_string(&settings.source).unwrap_or_default()),
            ("Left out", format!("{} films of the table without a label", self.without_label)),
            (
                "Folds",
                format!(
                    "{}, of patients, the same for all models: one tests, the next chooses epoch and \
                 calibration, the others are learnt from. Dealt, as all is drawn, by seed {}",
                    settings.folds, settings.seed
                ),
            ),
            ("Lungs", lungs.into()),
            ("ResNets start from", init),
            ("Read by", "koniscope's reader, in f32; whole films by the trainer".into()),
            (
                "Intervals",
                format!(
                    "95 %, by DeLong 1988 for AUC, else by 2000 bootstrap resamples of patients. They do not \
                 tell how much another training would change. Predictive values at a prevalence of \
                 {PREVALENCE}"
                ),
            ),
        ];
        terms(rows.map(|(term, text)| (term.to_owned(), html! { (text) })))
    }
}

impl Fold {
    fn of(options: &Options, cohort: &Cohort, model: Model, fold: usize) -> Result<Self, Error> {
        let folder = Step::Fold(model, fold).folder(&options.out);
        let log = RunLog::open(&folder, usize::MAX)?;
        let best = log.records().last().map_or(0, |record| record.best_epoch);
        let manifest = CheckedManifest::read(&folder.join(model.manifest()))?;
        Ok(Self {
            model,
            fold,
            training: cohort.training(fold).len(),
            tuning: cohort.tuning(fold).len(),
            test: cohort.test(fold).len(),
            epochs: log.records().len(),
            best_epoch: best + 1,
            tuning_score: log.records().get(best).map_or(0.0, |record| record.score),
            seconds: log.records().iter().map(|record| record.seconds).sum(),
            sha256: manifest.sha256.clone(),
            calibration_sha256: manifest.calibration_sha256(),
        })
    }
}

fn warnings(options: &Options, cohort: &Cohort, questions: &[Asked]) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    if options.settings.quick {
        warnings.push(REHEARSAL.to_owned());
    }
    if cohort.simulated() {
        warnings.push(SIMULATED.to_owned());
    }
    if options.settings.lungs == Lungs::Shipped {
        let lungs = CheckedManifest::read(&lung_manifest(options, 0))?;
        let sets: BTreeSet<&str> = cohort.cases.iter().map(|c| c.row.set.as_str()).collect();
        let trained = lungs.training.iter().flat_map(|training| &training.data);
        let seen = trained.filter(|data| sets.iter().any(|s| s.eq_ignore_ascii_case(&data.name)));
        warnings.extend(seen.map(|data| {
            format!(
                "{} was trained on films of {}: its lungs may be better here than on films it never \
                 saw. --lungs train avoids that",
                lungs.id, data.name
            )
        }));
    }
    for asked in questions.iter().filter(|asked| asked.left_out > 0) {
        warnings.push(format!(
            "{}: {} of {} films could not be answered by every model and are in no figure; the \
             reasons stand in each model's cases.csv",
            asked.question.title(),
            asked.left_out,
            asked.left_out + asked.films
        ));
    }
    Ok(warnings)
}

/// What a question's figures are of.
fn about(asked: &Asked) -> String {
    format!(
        "{}: {} films of {} patients that every model answered, each by the model that did not see \
         its patient.",
        asked.question.title(),
        asked.films,
        asked.patients
    )
}

/// The main figures of a question's models, one row per model, and the paper's.
fn side_by_side(asked: &Asked) -> Table {
    let columns = columns(asked.question);
    let names = columns.iter().map(String::as_str);
    let mut table = Table::new(["Model", "n"].into_iter().chain(names));
    let theirs = [format!("the paper, {}", paper::DATA).into(), Cell::whole(THEIR_FILMS)];
    let figures = columns.iter().map(|c| paper::figure(c).map_or("-".into(), Cell::from));
    table.row(theirs.into_iter().chain(figures));
    for measured in &asked.models {
        let own = format!("{}: {}", measured.model, measured.title);
        let all = of_all(measured);
        let figure =
            |name: &String| all.iter().find(|f| f.name == *name).map_or("-".into(), |f| value(f));
        let figures = columns.iter().map(|name| Cell::from(figure(name)));
        table.row([own.into(), Cell::from(asked.films)].into_iter().chain(figures));
    }
    table
}

/// Figures that stand side by side.
fn columns(question: Question) -> [String; 4] {
    match question {
        Question::Disease => [
            "AUC (ROC)".into(),
            format!("accuracy at {THRESHOLD}"),
            format!("sensitivity at {THRESHOLD}"),
            format!("specificity at {THRESHOLD}"),
        ],
        Question::Stage => [
            "accuracy of four stages".into(),
            "balanced accuracy of four stages".into(),
            "quadratic weighted kappa".into(),
            "mean absolute error, stages".into(),
        ],
    }
}

/// Figures of all films.
fn of_all(measured: &Measured) -> Vec<&Figure> {
    measured.figures.iter().filter(|figure| figure.by == "all").collect()
}
