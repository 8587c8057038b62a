//! Lung masks of the test part against hand-drawn ones, by the rooms that ship.

use std::{collections::BTreeMap, fs, path::Path};

use koniscope::{plane::resize_labels, segmentation::LungSegmenter};
use koniscope_data::{
    LabeledRow, Mask,
    mask::{label_dice, lung_dice},
    split::Test,
};
use koniscope_metrics::bootstrap::mean_by_patient;

use super::{Figure, pictures};
use crate::{
    Error,
    dataset::{load_film, load_mask},
    run_log::Observer,
    write::write_atomic,
};

/// Films below this are shown as pictures.
const SHOWN_BELOW: f64 = 0.90;

/// One test film.
pub(super) struct Scored {
    case: LabeledRow,
    /// Dice of both lungs together, right and left; all pixels of the hand-drawn mask.
    dice: [f64; 3],
    /// Dice of both lungs where the conventions of outlines agree, for sets that draw the lung
    /// behind the heart.
    dice_agreeing: Option<f64>,
    /// Why it has no lungs, where none were found: its Dice is 0 then.
    error: String,
    /// Film, truth and what was found, where it is to be shown.
    picture: Option<Vec<u8>>,
}

/// Segments every test film and measures it; a film without found lungs counts as 0.
pub(super) fn score_films(
    segmenter: &dyn LungSegmenter,
    test: &Test,
    behind_heart: &[String],
    observer: &mut dyn Observer,
) -> Vec<Scored> {
    let mut scored = Vec::new();
    for case in test.iter() {
        match score(segmenter, case, behind_heart.contains(&case.set)) {
            Ok(film) => scored.push(film),
            Err(failure) => super::report_failures(&[failure], observer),
        }
    }
    scored
}

fn score(
    segmenter: &dyn LungSegmenter,
    case: &LabeledRow,
    behind_heart: bool,
) -> Result<Scored, crate::dataset::Failure> {
    let film = load_film(case)?;
    let mask = load_mask(case, &film)?;
    let (w, h) = (film.width(), film.height());
    let resized = |mask: &Mask| resize_labels(&mask.labels, [mask.width, mask.height], [w, h]);
    let truth = resized(&mask);
    let agreeing = behind_heart.then(|| resized(&mask.ignoring_mediastinum()));
    let found = segmenter.lungs(&film);
    let (labels, error) = match found {
        Ok(mask) => (mask.labels().to_vec(), String::new()),
        Err(error) => (vec![0; w * h], error.to_string()),
    };
    let dice = [
        lung_dice(&labels, &truth),
        label_dice(&labels, &truth, 1),
        label_dice(&labels, &truth, 2),
    ];
    let dice_agreeing = agreeing.map(|truth| lung_dice(&labels, &truth));
    let shown = dice_agreeing.unwrap_or(dice[0]) < SHOWN_BELOW;
    let picture = shown.then(|| pictures::outlines(&film, &truth, &labels));
    Ok(Scored { case: case.clone(), dice, dice_agreeing, error, picture })
}

/// Mean Dice per set with its interval, over patients.
pub(super) fn figures(scored: &[Scored], seed: u64) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut sets: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
    for film in scored {
        sets.entry(&film.case.set).or_default().push(film);
    }
    for (set, films) in sets {
        let patients: Vec<String> = films.iter().map(|f| f.case.patient.clone()).collect();
        let mut add = |name: &str, values: Vec<f64>| {
            if let Some(estimate) = mean_by_patient(&values, &patients, seed) {
                figures.push(Figure { name: name.into(), data: set.to_owned(), estimate });
            }
        };
        add("mean Dice of the lungs", films.iter().map(|f| f.dice[0]).collect());
        if films.iter().all(|f| f.dice_agreeing.is_some()) {
            add(
                "mean Dice of the lungs, away from the mediastinum",
                films.iter().filter_map(|f| f.dice_agreeing).collect(),
            );
        }
    }
    figures
}

/// `test.csv`, and `worst/` with a picture of every film below [`SHOWN_BELOW`].
pub(super) fn write_scores(out: &Path, scored: &[Scored]) -> Result<(), Error> {
    let path = out.join("test.csv");
    let mut csv = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| Error::file(&path, e);
    csv.write_record([
        "set",
        "patient_id",
        "id",
        "dice",
        "dice_right",
        "dice_left",
        "dice_agreeing",
        "error",
    ])
    .map_err(fault)?;
    for film in scored {
        let [both, right, left] = film.dice.map(|d| format!("{d:.5}"));
        let agreeing = film.dice_agreeing.map(|d| format!("{d:.5}")).unwrap_or_default();
        let LabeledRow { set, patient, id, .. } = &film.case;
        csv.write_record([set, patient, id, &both, &right, &left, &agreeing, &film.error])
            .map_err(fault)?;
    }
    let bytes = csv.into_inner().map_err(|e| Error::file(&path, e))?;
    write_atomic(&path, &bytes)?;
    let worst = out.join("worst");
    if worst.exists() {
        fs::remove_dir_all(&worst).map_err(|e| Error::file(&worst, e))?;
    }
    fs::create_dir_all(&worst).map_err(|e| Error::file(&worst, e))?;
    for film in scored {
        if let Some(png) = &film.picture {
            let name = format!("{:.3}-{}-{}.png", film.dice[0], film.case.set, film.case.id);
            write_atomic(&worst.join(name.replace(['/', '\\'], "_")), png)?;
        }
    }
    Ok(())
}
