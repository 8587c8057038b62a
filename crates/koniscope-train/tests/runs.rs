//! Whole runs on drawn films: they learn, they resume to the same result, and the reader that
//! ships reads with what they wrote.
#![allow(clippy::unwrap_used)]

mod drawn;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use drawn::{CLASSIFIER, LUNGS, Watcher, ZONES, draw_films, options, written};
use koniscope::{checked_manifest::CheckedManifest, model::Device, reader::load_reader};
use koniscope_train::{
    recipe::{ClassifierRecipe, LungRecipe, ZoneRecipe},
    run::{LungSource, Options, Outcome, classifier, lungs, stages::Staged, zones},
};

fn train_lungs(table: &Path, out: &Path, resume: bool, watcher: &mut Watcher) -> Outcome {
    let recipe = written(out, LUNGS, |path| LungRecipe::read(path).unwrap());
    lungs::train(&recipe, &options(table, out.to_owned(), resume), watcher).unwrap()
}

#[test]
fn both_networks_learn_resume_and_read() {
    let folder = tempfile::tempdir().unwrap();
    // A fixed name: how patients are dealt depends on that of their set.
    let films = folder.path().join("drawn");
    fs::create_dir(&films).unwrap();
    let table = draw_films(&films);
    let whole = folder.path().join("whole");
    let mut watcher = Watcher::default();
    let outcome = train_lungs(&table, &whole, false, &mut watcher);
    let dice = outcome.figures[0].estimate;
    assert!(dice.value > 0.9 && dice.n >= 10, "{:?}", outcome.figures);
    assert!(watcher.notes.iter().any(|n| n.contains("broken.png")), "{:?}", watcher.notes);
    for file in ["split.csv", "log.jsonl", "curves.svg", "recipe.toml", "test.csv"] {
        assert!(whole.join(file).is_file(), "{file}");
    }

    // The same run, cut off in its eleventh epoch, right after the size changed.
    let cut = folder.path().join("cut");
    let mut watcher = Watcher { falls_in_epoch: Some(10), ..Watcher::default() };
    let fell = catch_unwind(AssertUnwindSafe(|| train_lungs(&table, &cut, false, &mut watcher)));
    assert!(fell.is_err() && !cut.join("lungs.toml").exists());
    let recipe = written(&cut, LUNGS, |path| LungRecipe::read(path).unwrap());
    let again = lungs::train(&recipe, &options(&table, cut.clone(), false), &mut watcher);
    assert!(again.unwrap_err().to_string().contains("--resume"));
    train_lungs(&table, &cut, true, &mut Watcher::default());
    let weights = |run: &Path| fs::read(run.join("drawn-lungs.safetensors")).unwrap();
    assert!(weights(&whole) == weights(&cut), "a resumed run must give the same weights");

    // The second stage on the first, and both in the reader that ships.
    let out = folder.path().join("sick");
    let recipe = written(&out, CLASSIFIER, |path| ClassifierRecipe::read(path).unwrap());
    let source = LungSource { models: whole.clone(), cache: folder.path().join("c") };
    let (outcome, scored) =
        classifier::train(&recipe, &options(&table, out.clone(), false), &source, &mut watcher)
            .unwrap();
    assert!(outcome.figures[0].estimate.value > 0.9, "{:?}", outcome.figures);
    fs::copy(whole.join("lungs.toml"), out.join("lungs.toml")).unwrap();
    fs::copy(whole.join("drawn-lungs.safetensors"), out.join("drawn-lungs.safetensors")).unwrap();
    let reader = load_reader(&out, &Device::cpu(), None).unwrap();
    for film in scored.iter().take(3) {
        // Too small for a real reading: the rooms one by one, as training used them.
        let bytes = fs::read(films.join(format!("{}.png", film.id))).unwrap();
        let raw = reader.decode(&bytes).unwrap();
        let radiograph = koniscope::normalize::normalize(&raw).unwrap();
        let mask = reader.segmenter().lungs(&radiograph).unwrap();
        let p = reader.probabilities(&radiograph, &mask).unwrap()[1];
        assert!((p - film.probabilities[1]).abs() < 1e-4, "{} {p} {film:?}", film.id);
    }

    // The zone grader, from zone grades and from stages alone, and a reader with it.
    let out = folder.path().join("zones");
    let recipe = written(&out, ZONES, |path| ZoneRecipe::read(path).unwrap());
    let (outcome, staged) =
        zones::train(&recipe, &options(&table, out.clone(), false), &source, &mut watcher).unwrap();
    let figure = |name: &str| {
        outcome.figures.iter().find(|f| f.name.starts_with(name)).unwrap().estimate.value
    };
    assert!(figure("AUC") > 0.9 && figure("accuracy") > 0.6, "{:?}", outcome.figures);
    assert!(staged.iter().any(|film| film.zones.is_some()));
    assert!(staged.iter().any(|film| film.zones.is_none()), "films with a stage alone count too");
    reads_as_scored(&whole, &out, &films, &staged);

    // The same weights as they are: nothing is learnt, all else is done, and comes out the same.
    let given = folder.path().join("given");
    let mut recipe = written(&given, ZONES, |path| ZoneRecipe::read(path).unwrap());
    recipe.training.epochs = 0;
    let nothing = options(&table, given.clone(), false);
    let refused = zones::train(&recipe, &nothing, &source, &mut watcher).unwrap_err().to_string();
    assert!(refused.contains("--init"), "{refused}");
    let weights = |run: &Path| run.join("drawn-zones.safetensors");
    let start = Options { init: Some(weights(&out)), ..options(&table, given.clone(), false) };
    let (outcome, again) = zones::train(&recipe, &start, &source, &mut watcher).unwrap();
    assert!(fs::read(weights(&out)).unwrap() == fs::read(weights(&given)).unwrap());
    assert!(!given.join("log.jsonl").exists(), "no epoch");
    assert!(!outcome.figures.is_empty());
    let origin = |run: &Path| {
        CheckedManifest::read(&run.join("zones.toml")).unwrap().training.clone().unwrap()
    };
    let of_run = origin(&out);
    assert_eq!(of_run.commit.as_deref(), Some("c0ffee"));
    assert_eq!(of_run.reading_version, Some(koniscope::READING_VERSION));
    assert_eq!(origin(&given), of_run, "of the run that learnt");
    // Weights were rounded to 16 bits in between.
    let near = |a: &Staged, b: &Staged| (a.disease() - b.disease()).abs() < 0.02;
    assert!(staged.len() == again.len() && staged.iter().zip(&again).all(|(a, b)| near(a, b)));
    reads_as_scored(&whole, &given, &films, &again);

    // What zones say of their lung begins at nothing, is learnt, and is read as it was scored.
    let scored_with = |name: &str, mirrored, epochs, init: &Path, watcher: &mut Watcher| {
        let run = folder.path().join(name);
        let mut recipe = written(&run, ZONES, |path| ZoneRecipe::read(path).unwrap());
        (recipe.context, recipe.mirrored, recipe.training.epochs) = (true, mirrored, epochs);
        let init = Some(weights(init));
        let start = Options { init, ..options(&table, run.clone(), false) };
        let staged = zones::train(&recipe, &start, &source, watcher).unwrap().1;
        reads_as_scored(&whole, &run, &films, &staged);
        (run, staged)
    };
    let with_context = |name: &str, epochs, init: &Path, watcher: &mut Watcher| {
        scored_with(name, false, epochs, init, watcher)
    };
    let (grown, begun) = with_context("grown", 0, &given, &mut watcher);
    assert!(again.iter().zip(&begun).all(|(a, b)| near(a, b)));
    let (learnt, staged) = with_context("learnt", 1, &grown, &mut watcher);
    assert!(begun.iter().zip(&staged).any(|(a, b)| a.zones != b.zones || !near(a, b)));
    let (_, again) = with_context("learnt-given", 0, &learnt, &mut watcher);
    assert!(staged.iter().zip(&again).all(|(a, b)| near(a, b)));
    // So are zones with their mirror images.
    let (both, of_both) = scored_with("both", true, 0, &learnt, &mut watcher);
    assert!(CheckedManifest::read(&both.join("zones.toml")).unwrap().mirrored);
    assert!(again.iter().zip(&of_both).any(|(a, b)| a.disease() != b.disease()));

    // Of weights without their manifest nothing is told but the name.
    let apart = folder.path().join("apart");
    fs::create_dir(&apart).unwrap();
    fs::copy(weights(&grown), weights(&apart)).unwrap();
    let (of_unknown, _) = with_context("of-unknown", 0, &apart, &mut watcher);
    let told = origin(&of_unknown);
    assert_eq!((told.recipe.as_str(), told.data.len()), ("not known", 0));
    assert_eq!(told.init, "drawn-zones.safetensors");

    // Calibrated by a recipe without it, the head would be a random one.
    let wrong = folder.path().join("wrong");
    let mut recipe = written(&wrong, ZONES, |path| ZoneRecipe::read(path).unwrap());
    recipe.training.epochs = 0;
    let start = Options { init: Some(weights(&learnt)), ..options(&table, wrong.clone(), false) };
    let refused = zones::train(&recipe, &start, &source, &mut watcher).unwrap_err().to_string();
    assert!(refused.contains("fc.weight has shape [24, "), "{refused}");
}

/// A reader with a run's zone grader gives its test films the probabilities that the run told.
fn reads_as_scored(lungs: &Path, run: &Path, films: &Path, staged: &[Staged]) {
    for file in ["lungs.toml", "drawn-lungs.safetensors"] {
        fs::copy(lungs.join(file), run.join(file)).unwrap();
    }
    let reader = load_reader(run, &Device::cpu(), None).unwrap();
    for film in staged.iter().take(3) {
        let bytes = fs::read(films.join(format!("{}.png", film.id))).unwrap();
        let radiograph = koniscope::normalize::normalize(&reader.decode(&bytes).unwrap()).unwrap();
        let mask = reader.segmenter().lungs(&radiograph).unwrap();
        let healthy = reader.probabilities(&radiograph, &mask).unwrap()[0];
        let off = 1.0 - healthy - film.disease();
        assert!(off.abs() < 1e-4, "{} {off} {film:?}", film.id);
    }
}
