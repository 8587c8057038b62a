//! `koniscope train zones`: films with zone grades, stages or both to a zone grader with its
//! calibration and scores.

use std::path::Path;

use koniscope::{
    grading::{Grades, OUTPUTS, Pooling, ZoneCalibration, ZoneOutput, output_names},
    manifest::{CalibrationRecord, Input, Manifest, Platt, Region},
    model::{Device, compute},
    reader::{LUNGS_MANIFEST, ZONES_MANIFEST},
    stage::{Correlation, StageCalibration, gbz70::Stage},
    weights::{load_graph, load_lungs},
};

use burn::module::Module;
use koniscope_data::{
    LabeledRow,
    labels::ZoneLabels,
    read_labels,
    split::{Kind, Part, Split, Test, Training},
};

use super::{
    Figure, Options, Outcome,
    crops::{Crops, LungSource},
    folder, report_failures,
    stages::{Staged, stage_figures},
    trained_on::trained_on,
};
use crate::{
    Error,
    calibrate::{
        doubt::{Known, fit_correlation},
        platt::fit_platt,
        stages::fit_stages,
    },
    loss::zones::answers,
    network::{Compute, Missing, resnet::ResNet},
    optimizer::adamw,
    recipe::{ZoneRecipe, data_sources},
    run_log::Observer,
    training::zones::{LabeledZones, ZoneTask},
    write::write_atomic,
};

/// Trains the zone grader, writes `zones.toml` with its weights into the run's folder and scores
/// them, as written, on the test part. With no epochs the weights to start from are calibrated and scored
/// as they are; what they learnt from is then told by the manifest that lies beside them.
///
/// # Errors
/// [`Error`] of any step, also if there are neither epochs nor weights to start from; a film that cannot be
/// used is noted and left out.
pub fn train(
    recipe: &ZoneRecipe,
    options: &Options,
    lungs: &LungSource,
    observer: &mut dyn Observer,
) -> Result<(Outcome, Vec<Staged>), Error> {
    let is_learning = recipe.training.epochs > 0;
    if !is_learning && options.init.is_none() {
        let detail = "training.epochs is 0, and there are no weights to start from (--init)".into();
        return Err(Error::Recipe { path: options.recipe.clone(), detail });
    }
    folder::open(&options.out, recipe, options.resume)?;
    let split = split(recipe, options, observer)?;
    write_atomic(&options.out.join("split.csv"), &split.to_csv())?;

    // Weights that do not fit should not show after minutes of cutting.
    let network = network(recipe, options)?;
    let segmenter = load_lungs(&lungs.models.join(LUNGS_MANIFEST), &Device::cpu())?;
    let crops = Crops::of(&segmenter, Region::Zones, recipe.crop, lungs);
    let train = match is_learning {
        true => labeled(&crops, split.training(), observer)?,
        false => Training::empty(),
    };
    let tuning = labeled(&crops, split.tuning(), observer)?;

    let [width, height] = recipe.crop;
    let (scaling, training) = (recipe.scaling, &recipe.training);
    let mut task = ZoneTask {
        train,
        tuning,
        input: Input {
            width,
            height,
            channels: 3,
            mean: scaling.mean,
            std: scaling.std,
            detail: recipe.detail,
        },
        augment: recipe.augment.clone(),
        spread: recipe.spread,
        pooling: Pooling { peaks: true, mirrored: recipe.mirrored },
        batch: training.batch,
        seed: training.seed,
        device: options.device.clone(),
    };
    let best = if is_learning {
        let optimizer = adamw(training.weight_decay, training.clip, &Default::default());
        options.fit(&mut task, network, training, optimizer, observer)?.0
    } else {
        network.valid()
    };

    let outputs = task.outputs(&Compute::new(best.clone(), &options.device)?, &task.tuning)?;
    let platt = calibration(&task.tuning, &outputs);
    let correlation = correlation(&task.tuning, &outputs, platt)?;
    let stages = stages(&task.tuning, &outputs, &ZoneCalibration::new(platt, correlation))?;
    let (origin, trained) = match &options.init {
        Some(weights) if !is_learning => folder::origin_of(weights)?,
        _ => {
            let films = split.training().iter().map(|c| (c.set.as_str(), c.patient.as_str()));
            let origin = options.origin(&split, data_sources(films, &recipe.licences));
            (origin, Some(trained_on(split.training())))
        }
    };
    let tuned = trained_on(split.tuning());
    let manifest = Manifest {
        id: recipe.id.clone(),
        file: String::new(),
        sha256: String::new(),
        notice: recipe.notice.clone(),
        target: Some("pneumoconiosis".into()),
        trained_on: trained,
        calibrated_on: Some(tuned).filter(|of| Some(*of) != trained),
        classes: output_names(recipe.context),
        network: recipe.network.clone(),
        region: Region::Zones,
        peaks: task.pooling.peaks,
        mirrored: task.pooling.mirrored,
        input: task.input.clone(),
        calibration: Some(CalibrationRecord {
            temperature: 1.0,
            films: task.tuning.len(),
            outputs: platt.to_vec(),
            correlation: Some(correlation),
            stages: Some(stages),
        }),
        training: Some(origin),
        scores: Vec::new(),
    };
    let mut manifest = folder::write_model(&options.out, ZONES_MANIFEST, &best, manifest)?;

    let path = options.out.join(ZONES_MANIFEST);
    let staged = score(&crops, split.test(), &path, &task, observer)?;
    write_atomic(&options.out.join("test.csv"), &table(&staged)?)?;
    let figures = stage_figures(&staged, recipe.split.seed);
    manifest.scores = figures.iter().map(Figure::score).collect();
    folder::write_manifest(&path, &manifest)?;
    Ok((Outcome { manifest: path, figures }, staged))
}

/// The network to train. With context the outputs on the lung begin at 0 where the weights to start
/// from have none. Where nothing is learnt all else must be there: a random head would be calibrated.
fn network(recipe: &ZoneRecipe, options: &Options) -> Result<ResNet, Error> {
    let resnet =
        |classes, missing| options.resnet(&recipe.network, classes, recipe.training.seed, missing);
    let head = if recipe.training.epochs > 0 { Missing::KeepHead } else { Missing::Refuse };
    let own = OUTPUTS.len();
    if !recipe.context {
        return resnet(own, head);
    }
    if options.init.is_some()
        && let Ok(network) = resnet(own, Missing::Refuse)
    {
        return Ok(network.with_more_classes(own));
    }
    resnet(2 * own, head)
}

/// Reads the tables and splits the films; the stratum of a film is its stage, where it has one.
fn split(
    recipe: &ZoneRecipe,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Split, Error> {
    let mut cases = Vec::new();
    for table in &options.tables {
        let mut rows = read_labels(table, None)?;
        for case in &mut rows {
            case.class = ZoneLabels::of(case).ok().and_then(|labels| labels.stage);
        }
        observer.note(&format!("{}: {} films", table.display(), rows.len()));
        cases.extend(rows);
    }
    options.split(cases, &recipe.split, &recipe.test_only, observer)
}

fn labeled<P: Kind>(
    crops: &Crops,
    films: &Part<P>,
    observer: &mut dyn Observer,
) -> Result<Part<P, LabeledZones>, Error> {
    let labeled =
        crops.labeled(films, observer, |row| Ok((ZoneLabels::of(row)?, crops.opacities(row))))?;
    let film = |(pictures, (labels, told)): (_, (_, Result<Result<_, _>, Error>))| {
        let opacities = told?.unwrap_or_else(|failure| {
            report_failures(&[failure], observer);
            None
        });
        Ok(LabeledZones { pictures, labels, opacities })
    };
    labeled.map(film).transpose()
}

/// Slope and intercept of each output, from the answers that are known in the tuning part.
fn calibration(films: &[LabeledZones], outputs: &[Vec<ZoneOutput>]) -> [Platt; OUTPUTS.len()] {
    let mut cases: [(Vec<f64>, Vec<bool>); OUTPUTS.len()] = Default::default();
    for (film, zones) in films.iter().zip(outputs) {
        for (zone, output) in zones.iter().enumerate() {
            for (k, answer) in answers(&film.labels, zone).into_iter().enumerate() {
                if let Some(answer) = answer {
                    cases[k].0.push(f64::from(output.logits[k]));
                    cases[k].1.push(answer);
                }
            }
        }
    }
    cases.map(|(logits, answers)| fit_platt(&logits, &answers))
}

/// What the doubts about zones have in common, from the tuning films.
fn correlation(
    films: &[LabeledZones],
    outputs: &[Vec<ZoneOutput>],
    platt: [Platt; OUTPUTS.len()],
) -> Result<Correlation, Error> {
    let alone = ZoneCalibration::new(platt, Correlation::default());
    let mut known = Vec::new();
    for (film, zones) in films.iter().zip(outputs) {
        let grades = Grades::of(zones, &alone)?;
        let told = match (film.labels.grades, film.labels.stage) {
            (Some(truth), _) => Known::Grades(truth),
            (_, Some(stage)) => {
                Known::Stage(Stage::ALL[stage], grades.aggregation(), grades.large())
            }
            _ => continue,
        };
        known.push((grades.zones.map(|zone| zone.profusion), told));
    }
    Ok(fit_correlation(&known))
}

/// What calibrates the stage, from the tuning films.
fn stages(
    films: &[LabeledZones],
    outputs: &[Vec<ZoneOutput>],
    calibration: &ZoneCalibration,
) -> Result<StageCalibration, Error> {
    let mut known = Vec::new();
    for (film, zones) in films.iter().zip(outputs) {
        if let Some(stage) = film.labels.stage {
            known.push((Grades::of(zones, calibration)?.stage().probabilities, Stage::ALL[stage]));
        }
    }
    Ok(fit_stages(&known))
}

/// Stages of the test films by the weights as they were written.
fn score(
    crops: &Crops,
    test: &Test,
    manifest: &Path,
    task: &ZoneTask,
    observer: &mut dyn Observer,
) -> Result<Vec<Staged>, Error> {
    let (graph, manifest) = load_graph(manifest)?;
    let network = Compute::Engine(compute::Compute::new(graph, &Device::cpu())?);
    let calibration = ZoneCalibration::of(&manifest)?;
    let label = |row: &LabeledRow| Ok((ZoneLabels::of(row)?, row.clone()));
    let (films, failures) = crops.load(test, observer, label)?.partition();
    report_failures(&failures, observer);
    let (films, rows): (Vec<LabeledZones>, Vec<&LabeledRow>) = films
        .iter()
        .map(|(pictures, (labels, row))| {
            let (pictures, labels) = (pictures.clone(), labels.clone());
            (LabeledZones { pictures, labels, opacities: None }, row)
        })
        .unzip();
    let outputs = task.outputs(&network, &films)?;
    let mut staged = Vec::with_capacity(films.len());
    for ((film, case), outputs) in films.iter().zip(rows).zip(&outputs) {
        let grades = Grades::of(outputs, &calibration)?;
        let found = grades.zones.map(|zone| zone.grade());
        let Some(stage) = film.labels.stage else { continue };
        staged.push(Staged {
            set: case.set.clone(),
            patient: case.patient.clone(),
            id: case.id.clone(),
            stage,
            probabilities: grades.stage().probabilities,
            zones: film.labels.grades.map(|truth| std::array::from_fn(|i| [truth[i], found[i]])),
        });
    }
    Ok(staged)
}

/// Films, their stage, its probabilities and zone grades as CSV.
pub(super) fn table(staged: &[Staged]) -> Result<Vec<u8>, Error> {
    let path = Path::new("test.csv");
    let mut csv = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| Error::file(path, e);
    let head = ["set", "patient_id", "id", "stage", "found"].map(str::to_owned);
    let stages = Stage::ALL.map(|stage| format!("p_{}", stage.name()));
    let zones =
        koniscope::zones::Zone::NAMES.iter().flat_map(|z| [(*z).into(), format!("{z}_found")]);
    csv.write_record(head.into_iter().chain(stages).chain(zones)).map_err(fault)?;
    for film in staged {
        let name = |stage: usize| Stage::ALL[stage].name().to_owned();
        let cells = [
            film.set.clone(),
            film.patient.clone(),
            film.id.clone(),
            name(film.stage),
            name(film.found()),
        ];
        let probabilities = film.probabilities.iter().map(|p| format!("{p:.6}"));
        let zones = (0..12)
            .map(|i| film.zones.map(|zones| zones[i / 2][i % 2].to_string()).unwrap_or_default());
        csv.write_record(cells.into_iter().chain(probabilities).chain(zones)).map_err(fault)?;
    }
    csv.into_inner().map_err(|e| Error::file(path, e))
}
