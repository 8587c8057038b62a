//! Each film again, varied as films vary: what stays of the answer?

mod variation;

use std::{collections::BTreeMap, path::Path};

use koniscope::{
    Reader, files::bytes_of, many::in_order, normalize::normalize, quality::check_film,
    report::Failure,
};
use koniscope_metrics::{bootstrap::mean_by_patient, roc::auc_delong};
use serde::{Deserialize, Serialize};

pub use variation::Variation;

use crate::{
    Error,
    cases::Film,
    figures::{BOOTSTRAP, DELONG, Figure, Group, Section, Sheet, patients},
    keep::Keep,
};

/// Folder of the varied answers, in the evaluation's.
const FOLDER: &str = "robustness";

/// Probability of disease of one film by variation; of one that was refused, why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Varied(pub BTreeMap<Variation, Result<f64, String>>);

/// Reads every film of `films` that was read, under every variation. Kept like the answers.
///
/// # Errors
/// [`Error::Write`] if the folder cannot be made, [`Error::Threads`].
pub fn read(
    reader: &Reader,
    films: &[Film],
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
    let bytes = bytes_of(image, reader.limits.file_bytes)?;
    let key = keep.key(&bytes, None);
    if let Some(varied) = keep.find(&key) {
        return Ok(varied);
    }
    let raw = reader.decode(&bytes)?;
    let film = normalize(&raw)?;
    check_film(&raw, &film)?;
    let probability = |variation: Variation| {
        // Lungs are blanked where they were found: blank ones would be found nowhere.
        if variation == Variation::LungsBlanked {
            let (film, mask) = reader.find_lungs(film.clone(), &mut Vec::new())?;
            return reader.probability(&variation::blanked(&film, &mask), &mask);
        }
        let varied = variation::varied(&film, variation);
        let (film, mask) = reader.find_lungs(varied, &mut Vec::new())?;
        reader.probability(&film, &mask)
    };
    let of = |v: &Variation| (*v, probability(*v).map_err(|e| e.kind().to_owned()));
    let varied = Varied(Variation::ALL.iter().map(of).collect());
    keep.put(&key, &varied).map_err(|e| Failure::write(&e))
}

/// AUC under each variation, and by how much the probability changes, over all films of `group`,
/// which are in the order of `varied` without those that were not read.
pub fn figures(group: &Group, varied: &[Varied], seed: u64) -> Vec<Figure> {
    let mut sheet = Sheet::new(group, Section::Robustness);
    for variation in Variation::ALL {
        let found = |i: usize| varied.get(i)?.0.get(&variation)?.as_ref().ok().copied();
        let kept: Vec<usize> = (0..group.films.len()).filter(|i| found(*i).is_some()).collect();
        let films: Vec<&Film> = kept.iter().map(|i| group.films[*i]).collect();
        let now: Vec<f64> = kept.iter().filter_map(|i| found(*i)).collect();
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
        let refused: Vec<f64> =
            (0..group.films.len()).map(|i| f64::from(u8::from(found(i).is_none()))).collect();
        let share = mean_by_patient(&refused, &patients(&group.films), seed);
        sheet.add(format!("share refused, {name}"), share, refused.len(), BOOTSTRAP, none);
    }
    sheet.done()
}
