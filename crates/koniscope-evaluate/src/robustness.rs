//! Each film again, varied as films vary: what stays of the answer?

mod film;
mod lungs;
mod variation;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use koniscope::{
    Radiograph, Reader, decode::Told, files::bytes_of, normalize::normalize, quality::check_film,
    report::Failure, segmentation::LungMask,
};
use serde::{Deserialize, Serialize};

pub use variation::Variation;

use crate::{
    Error,
    cases::{EvaluatedCase, likeliest},
    figures::{Figure, Group, Section, Sheet},
    keep::{Keep, each},
};

/// Folder of the varied answers, in the evaluation's.
const FOLDER: &str = "robustness";

/// Probability of each class of one film by variation, as [`Reader::probabilities`] gives them; of one
/// that was refused, why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Varied(pub BTreeMap<Variation, Result<Vec<f64>, String>>);

/// Reads every film of `films` that was read, under every variation. Kept like the answers.
///
/// # Errors
/// [`Error::Write`] if the folder cannot be made, [`Error::Threads`].
pub fn read(
    reader: &Reader,
    films: &[EvaluatedCase],
    out: &Path,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Option<Varied>>, Error> {
    let keep = Keep::new(out, FOLDER, reader)?;
    let varied = each(films, done, |film| {
        // A film that was not read has nothing to vary.
        film.outcome.as_ref().map_err(Clone::clone)?;
        let bytes = bytes_of(&film.case.row.image, reader.file_limit())?;
        let told = film.case.told();
        let beside: Vec<Vec<u8>> = told.bytes().into_iter().collect();
        Ok(keep.or_make(&bytes, &beside, || vary(reader, &bytes, &told))?.0)
    })?;
    Ok(varied.into_iter().map(Result::ok).collect())
}

fn vary(reader: &Reader, bytes: &[u8], told: &Told) -> Result<Varied, Failure> {
    let raw = told.of(reader.decode(bytes)?);
    let film = normalize(&raw)?;
    check_film(&raw, &film)?;
    let found = reader.find_lungs(film.clone(), &mut Vec::new());
    let of = |v: Variation| {
        let read = match film::varied(&film, v) {
            Some(varied) => reader.find_lungs(varied, &mut Vec::new()),
            // Lungs are blanked and changed where they were found; blank ones would be found nowhere.
            None => found.clone().and_then(|(film, mask)| with_lungs(reader, film, mask, v)),
        };
        let read = read.and_then(|(film, mask)| reader.probabilities(&film, &mask));
        (v, read.map_err(|e| e.kind().to_owned()))
    };
    Ok(Varied(Variation::all().map(of).collect()))
}

/// What is read under a variation that asks where the lungs are.
fn with_lungs(
    reader: &Reader,
    film: Radiograph,
    mask: LungMask,
    variation: Variation,
) -> Result<(Radiograph, LungMask), koniscope::Error> {
    Ok(match variation {
        Variation::LungsBlanked => (lungs::blanked(&film, &mask), mask),
        Variation::LungsEroded => (film, lungs::eroded(&mask)),
        Variation::LungsDilated => (film, lungs::dilated(&mask)),
        Variation::LungsAside => (film, lungs::moved(&mask, false)),
        Variation::LungsDown => (film, lungs::moved(&mask, true)),
        Variation::MarkerRemoved => {
            return reader.find_lungs(lungs::without_markers(&film, &mask), &mut Vec::new());
        }
        _ => (film, mask),
    })
}

/// AUC under each variation, and by how much the probability and how often the stage changes, over all films
/// of `group`, which are in the order of `varied` without those that were not read.
pub fn figures(group: &Group, varied: &[Varied], seed: u64) -> Vec<Figure> {
    let mut sheet = Sheet::new(group, Section::Robustness, seed);
    let of_film: HashMap<&Path, &Varied> =
        group.films.iter().map(|film| film.case.row.image.as_path()).zip(varied).collect();
    for variation in Variation::all() {
        let name = variation.name();
        let found = |film: &EvaluatedCase| {
            of_film.get(film.case.row.image.as_path())?.0.get(&variation)?.as_ref().ok()
        };
        let now = |film: &EvaluatedCase| Some(1.0 - found(film)?.first()?);
        let labeled = group.films.iter().filter_map(|f| Some((now(f)?, f.case.truth.disease?)));
        let (scores, truth): (Vec<f64>, Vec<bool>) = labeled.unzip();
        sheet.auc(format!("AUC (ROC), {name}"), &scores, &truth);
        let change = |film: &EvaluatedCase| Some(now(film)? - film.answer()?.probability);
        sheet.mean(format!("mean change of probability, {name}"), change);
        sheet.mean(format!("mean size of the change, {name}"), |film| change(film).map(f64::abs));
        sheet.share(format!("share of stages changed, {name}"), |film| {
            let stages = <[f64; 4]>::try_from(found(film)?.as_slice()).ok()?;
            Some(likeliest(stages) != film.answer()?.stage?)
        });
        sheet.share(format!("share refused, {name}"), |film| Some(found(film).is_none()));
    }
    sheet.done()
}
