//! Each film again, varied as films vary: what stays of the answer?

mod film;
mod lungs;
mod variation;

use std::{collections::BTreeMap, path::Path};

use koniscope::{
    Radiograph, Reader, files::bytes_of, many::in_order, normalize::normalize, quality::check_film,
    report::Failure, segmentation::LungMask,
};
use koniscope_metrics::{bootstrap::mean_by_patient, roc::auc_delong};
use serde::{Deserialize, Serialize};

pub use variation::Variation;

use crate::{
    Error,
    cases::{EvaluatedCase, likeliest},
    figures::{BOOTSTRAP, DELONG, Figure, Group, Section, Sheet, patients},
    keep::Keep,
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
    in_order(films.len(), |i| {
        let varied = films[i].answer().and_then(|_| {
            Failure::caught(|| read_one(reader, &films[i].case.row.image, &keep)).ok()
        });
        done();
        varied
    })
    .map_err(|e| Error::Threads(e.to_string()))
}

fn read_one(reader: &Reader, image: &Path, keep: &Keep) -> Result<Varied, Failure> {
    let bytes = bytes_of(image, reader.file_limit())?;
    let key = keep.key(&bytes, None);
    if let Some(varied) = keep.find(&key) {
        return Ok(varied);
    }
    let raw = reader.decode(&bytes)?;
    let film = normalize(&raw)?;
    check_film(&raw, &film)?;
    let found = reader.find_lungs(film.clone(), &mut Vec::new());
    let of = |v: &Variation| {
        let read = match film::varied(&film, *v) {
            Some(varied) => reader.find_lungs(varied, &mut Vec::new()),
            // Lungs are blanked and changed where they were found; blank ones would be found nowhere.
            None => found.clone().and_then(|(film, mask)| with_lungs(reader, film, mask, *v)),
        };
        let read = read.and_then(|(film, mask)| reader.probabilities(&film, &mask));
        (*v, read.map_err(|e| e.kind().to_owned()))
    };
    let varied = Varied(Variation::ALL.iter().map(of).collect());
    keep.put(&key, &varied).map_err(|e| Failure::write(&e))
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

/// AUC under each variation, and by how much the probability and how often the stage changes, over all films of `group`,
/// which are in the order of `varied` without those that were not read.
pub fn figures(group: &Group, varied: &[Varied], seed: u64) -> Vec<Figure> {
    let mut sheet = Sheet::new(group, Section::Robustness);
    for variation in Variation::ALL {
        let found = |i: usize| varied.get(i)?.0.get(&variation)?.as_ref().ok();
        let kept: Vec<usize> = (0..group.films.len()).filter(|i| found(*i).is_some()).collect();
        let films: Vec<&EvaluatedCase> = kept.iter().map(|i| group.films[*i]).collect();
        let now: Vec<f64> = kept.iter().filter_map(|i| Some(1.0 - found(*i)?.first()?)).collect();
        let name = variation.name();
        let labeled = films
            .iter()
            .zip(&now)
            .filter_map(|(film, p)| film.case.truth.disease.map(|truth| (*p, truth)));
        let (scores, truth): (Vec<f64>, Vec<bool>) = labeled.unzip();
        let few = "two films at least with and without disease are needed";
        let auc = auc_delong(&scores, &truth);
        sheet.add(format!("AUC (ROC), {name}"), auc, scores.len(), DELONG, few);
        let change: Vec<f64> = films
            .iter()
            .zip(&now)
            .filter_map(|(film, p)| Some(p - film.answer()?.probability))
            .collect();
        let owners = patients(&films);
        let none = "every varied film was refused";
        let mean = mean_by_patient(&change, &owners, seed);
        sheet.add(
            format!("mean change of probability, {name}"),
            mean,
            films.len(),
            BOOTSTRAP,
            none,
        );
        let size: Vec<f64> = change.iter().map(|change| change.abs()).collect();
        let mean = mean_by_patient(&size, &owners, seed);
        sheet.add(format!("mean size of the change, {name}"), mean, films.len(), BOOTSTRAP, none);
        let moved = kept.iter().filter_map(|i| {
            let stages = <[f64; 4]>::try_from(found(*i)?.as_slice()).ok()?;
            Some((group.films[*i], likeliest(stages) != group.films[*i].answer()?.stage?))
        });
        let (staged, moved): (Vec<&EvaluatedCase>, Vec<bool>) = moved.unzip();
        if !staged.is_empty() {
            let moved: Vec<f64> =
                moved.into_iter().map(|moved| f64::from(u8::from(moved))).collect();
            let share = mean_by_patient(&moved, &patients(&staged), seed);
            let name = format!("share of stages changed, {name}");
            sheet.add(name, share, staged.len(), BOOTSTRAP, none);
        }
        let refused: Vec<f64> =
            (0..group.films.len()).map(|i| f64::from(u8::from(found(i).is_none()))).collect();
        let share = mean_by_patient(&refused, &patients(&group.films), seed);
        sheet.add(format!("share refused, {name}"), share, refused.len(), BOOTSTRAP, none);
    }
    sheet.done()
}
