//! `koniscope train classifier`: films with classes to a ResNet with temperature and scores.

use koniscope::{
    calibration::Calibration,
    manifest::{CalibrationRecord, Input, Manifest, TrainedOn},
    model::{Device, compute},
    reader::{CLASSIFIER_MANIFEST, LUNGS_MANIFEST},
    weights::{load_graph, load_lungs},
};
use koniscope_data::{
    LabelColumn, LabeledRow, read_labels,
    split::{Kind, Part, Split, Test},
};
use koniscope_metrics::{bootstrap::mean_by_patient, roc::auc_delong};

use super::{
    Figure, Options, Outcome,
    crops::{Crops, LungSource},
    folder, report_failures,
    stages::{Staged, stage_figures},
    trained_on::trained_on,
};
use crate::{
    Error,
    calibrate::fit_temperature,
    network::{Compute, Missing},
    optimizer::{adamw, freeze},
    recipe::{ClassifierRecipe, data_sources},
    run_log::Observer,
    training::classification::{Graded, StageTask},
    write::write_atomic,
};

/// One test film.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Set it belongs to.
    pub set: String,
    /// Patient, unique within the set.
    pub patient: String,
    /// Film.
    pub id: String,
    /// Its class.
    pub class: usize,
    /// Calibrated probability per class.
    pub probabilities: Vec<f64>,
}

impl Scored {
    /// As a film with a stage, where there are four classes.
    fn staged(&self) -> Option<Staged> {
        Some(Staged {
            set: self.set.clone(),
            patient: self.patient.clone(),
            id: self.id.clone(),
            stage: self.class,
            probabilities: self.probabilities.as_slice().try_into().ok()?,
            zones: None,
        })
    }
}

/// Trains the second stage, writes `classifier.toml` with its weights into the run's folder and
/// scores them, as written, on the test part.
///
/// # Errors
/// [`Error`] of any step; a film that cannot be used is noted and left out.
pub fn train(
    recipe: &ClassifierRecipe,
    options: &Options,
    lungs: &LungSource,
    observer: &mut dyn Observer,
) -> Result<(Outcome, Vec<Scored>), Error> {
    folder::open(&options.out, recipe, options.resume)?;
    let split = split(recipe, options, observer)?;
    write_atomic(&options.out.join("split.csv"), &split.to_csv())?;

    // Weights that do not fit should not show after minutes of cutting.
    let network = options.resnet(
        &recipe.network,
        recipe.classes.len(),
        recipe.training.seed,
        Missing::KeepHead,
    )?;
    let segmenter = load_lungs(&lungs.models.join(LUNGS_MANIFEST), &Device::cpu())?;
    let crops = Crops::of(&segmenter, recipe.region, recipe.crop, lungs);
    let train = graded(&crops, split.training(), observer)?;
    let tuning = graded(&crops, split.tuning(), observer)?;

    let network = freeze(network, &recipe.freeze);
    let [width, height] = recipe.crop;
    let scaling = recipe.scaling;
    let training = &recipe.training;
    let mut task = StageTask {
        train,
        tuning,
        classes: recipe.classes.len(),
        input: Input {
            width,
            height,
            channels: 3,
            mean: scaling.mean,
            std: scaling.std,
            detail: recipe.detail,
        },
        augment: recipe.augment.clone(),
        balance: recipe.balance,
        batch: training.batch,
        seed: training.seed,
        device: options.device.clone(),
    };
    let optimizer = adamw(training.weight_decay, training.clip, &recipe.lr_scale);
    let (best, _) = options.fit(&mut task, network, training, optimizer, observer)?;

    let logits = task.logits(&Compute::new(best.clone(), &options.device)?, &task.tuning)?;
    let classes: Vec<usize> = task.tuning.iter().map(|c| c.class).collect();
    let trained = split.training().iter().map(|c| (c.set.as_str(), c.patient.as_str()));
    let manifest = Manifest {
        id: recipe.id.clone(),
        file: String::new(),
        sha256: String::new(),
        notice: recipe.notice.clone(),
        target: Some(recipe.target.clone()),
        trained_on: Some(match recipe.stand_in {
            true => TrainedOn::StandIn,
            false => trained_on(split.training()),
        }),
        calibrated_on: None,
        classes: recipe.classes.clone(),
        network: recipe.network.clone(),
        region: recipe.region,
        peaks: false,
        mirrored: false,
        input: task.input.clone(),
        calibration: Some(CalibrationRecord {
            temperature: fit_temperature(&logits, &classes),
            films: classes.len(),
            outputs: Vec::new(),
            correlation: None,
            stages: None,
        }),
        training: Some(options.origin(&split, data_sources(trained, &recipe.licences))),
        scores: Vec::new(),
    };
    let mut manifest = folder::write_model(&options.out, CLASSIFIER_MANIFEST, &best, manifest)?;

    let path = options.out.join(CLASSIFIER_MANIFEST);
    let scored = score(&crops, split.test(), &path, &task, observer)?;
    write_atomic(&options.out.join("test.csv"), &table(&scored, &recipe.classes)?)?;
    let figures = figures(&scored, recipe.split.seed);
    manifest.scores = figures.iter().map(Figure::score).collect();
    folder::write_manifest(&path, &manifest)?;
    Ok((Outcome { manifest: path, figures }, scored))
}

fn split(
    recipe: &ClassifierRecipe,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Split, Error> {
    let label = LabelColumn { name: &recipe.label, classes: &recipe.classes };
    let mut cases = Vec::new();
    for table in &options.tables {
        let rows = read_labels(table, Some(label))?;
        let all = rows.len();
        let labeled: Vec<LabeledRow> = rows.into_iter().filter(|c| c.class.is_some()).collect();
        observer.note(&format!("{}: {} of {all} films labeled", table.display(), labeled.len()));
        cases.extend(labeled);
    }
    options.split(cases, &recipe.split, &recipe.test_only, observer)
}

/// Crops with the class of each case; what could not be used is noted.
fn graded<P: Kind>(
    crops: &Crops,
    films: &Part<P>,
    observer: &mut dyn Observer,
) -> Result<Part<P, Graded>, Error> {
    let labeled = crops.labeled(films, observer, class_of)?;
    Ok(labeled
        .flat_map(|(pictures, class)| pictures.into_iter().map(move |crop| Graded { crop, class })))
}

fn class_of(row: &LabeledRow) -> Result<usize, String> {
    row.class.ok_or_else(|| "it has no label in the table".to_owned())
}

/// Probabilities of the test films by the weights as they were written.
fn score(
    crops: &Crops,
    test: &Test,
    manifest: &std::path::Path,
    task: &StageTask,
    observer: &mut dyn Observer,
) -> Result<Vec<Scored>, Error> {
    let (graph, manifest) = load_graph(manifest)?;
    let network = Compute::Engine(compute::Compute::new(graph, &Device::cpu())?);
    let calibration = Calibration::of(&manifest)?;
    let label = |row: &LabeledRow| Ok((class_of(row)?, row.clone()));
    let (films, failures) = crops.load(test, observer, label)?.partition();
    report_failures(&failures, observer);
    let (graded, rows): (Vec<Graded>, Vec<LabeledRow>) = films
        .iter()
        .flat_map(|(pictures, (class, row))| {
            pictures.iter().map(|crop| (Graded { crop: crop.clone(), class: *class }, row.clone()))
        })
        .unzip();
    let logits = task.logits(&network, &graded)?;
    let films = rows.into_iter().zip(graded).zip(logits);
    Ok(films
        .map(|((row, graded), logits)| Scored {
            set: row.set,
            patient: row.patient,
            id: row.id,
            class: graded.class,
            probabilities: calibration.probabilities(&logits),
        })
        .collect())
}

/// Films, their class and probabilities as CSV.
fn table(scored: &[Scored], classes: &[String]) -> Result<Vec<u8>, Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| Error::file(std::path::Path::new("test.csv"), e);
    let head = ["set", "patient_id", "id", "class"].map(str::to_owned);
    csv.write_record(head.iter().chain(classes)).map_err(fault)?;
    for film in scored {
        let cells =
            [film.set.clone(), film.patient.clone(), film.id.clone(), film.class.to_string()];
        let probabilities = film.probabilities.iter().map(|p| format!("{p:.6}"));
        csv.write_record(cells.into_iter().chain(probabilities)).map_err(fault)?;
    }
    csv.into_inner().map_err(|e| Error::file(std::path::Path::new("test.csv"), e))
}

/// AUC of disease (any class but the first) and accuracy of the likeliest class, over all films
/// and per set; of four classes the figures of staging.
pub fn figures(scored: &[Scored], seed: u64) -> Vec<Figure> {
    let staged: Option<Vec<Staged>> = scored.iter().map(Scored::staged).collect();
    if let Some(staged) = staged.filter(|films| !films.is_empty()) {
        return stage_figures(&staged, seed);
    }
    let mut sets: Vec<&str> = scored.iter().map(|s| s.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    let mut groups: Vec<(String, Vec<&Scored>)> = vec![(sets.join(" + "), scored.iter().collect())];
    if sets.len() > 1 {
        groups.extend(
            sets.iter()
                .map(|set| ((*set).to_owned(), scored.iter().filter(|s| s.set == *set).collect())),
        );
    }
    let mut figures = Vec::new();
    for (data, films) in groups {
        let disease: Vec<f64> = films.iter().map(|f| 1.0 - f.probabilities[0]).collect();
        let truth: Vec<bool> = films.iter().map(|f| f.class > 0).collect();
        let right: Vec<f64> = films.iter().map(|f| f64::from(u8::from(is_right(f)))).collect();
        let patients: Vec<String> =
            films.iter().map(|f| format!("{}/{}", f.set, f.patient)).collect();
        let estimates = [
            ("AUC", auc_delong(&disease, &truth)),
            ("accuracy", mean_by_patient(&right, &patients, seed)),
        ];
        for (name, estimate) in estimates {
            if let Some(estimate) = estimate {
                figures.push(Figure { name: name.into(), data: data.clone(), estimate });
            }
        }
    }
    figures
}

fn is_right(film: &Scored) -> bool {
    let best = (0..film.probabilities.len())
        .max_by(|a, b| film.probabilities[*a].total_cmp(&film.probabilities[*b]));
    best == Some(film.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_for_all_films_and_for_each_set() {
        let film = |set: &str, i: usize, class: usize, p: f64| Scored {
            set: set.into(),
            patient: i.to_string(),
            id: i.to_string(),
            class,
            probabilities: vec![1.0 - p, p],
        };
        let scored: Vec<Scored> = (0..20)
            .map(|i| film(["A", "B"][i % 2], i, usize::from(i >= 8), i as f64 / 20.0))
            .collect();
        let figures = figures(&scored, 1);
        let names: Vec<(&str, &str)> =
            figures.iter().map(|f| (f.name.as_str(), f.data.as_str())).collect();
        assert_eq!(
            names,
            [
                ("AUC", "A + B"),
                ("accuracy", "A + B"),
                ("AUC", "A"),
                ("accuracy", "A"),
                ("AUC", "B"),
                ("accuracy", "B"),
            ]
        );
        assert_eq!(figures[0].estimate.value, 1.0);
        let accuracy = figures[1].estimate.value;
        assert!((accuracy - 0.9).abs() < 1e-12, "two sick films lie below 0.5: {accuracy}");
    }
}
