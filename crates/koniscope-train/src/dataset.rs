//! Films with labels: from `labels.csv` to pictures and masks at the network's size.

mod labels;
mod mask;
pub mod opacities;
pub mod place;
pub mod zones;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use koniscope::{
    Radiograph,
    decode::{Limits, decode},
    normalize::normalize,
    plane::Plane,
};
use rayon::prelude::*;

pub use labels::{LabelColumn, read_labels};
pub use mask::{IGNORE, Mask};

use crate::Error;

/// One film, its labels, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The table's column `id`, else the picture's file stem.
    pub id: String,
    /// The set it belongs to: the column `source`, else the name of the table's folder.
    pub set: String,
    /// Patient, unique within the set.
    pub patient: String,
    /// The picture.
    pub image: PathBuf,
    /// Its lung mask, where it has one.
    pub mask: Option<PathBuf>,
    /// The file that tells where each of its opacities is, where it has one.
    pub opacities: Option<PathBuf>,
    /// Index of its class, where it has one.
    pub class: Option<usize>,
    /// All cells of its row by column, trimmed.
    pub fields: BTreeMap<String, String>,
}

impl Case {
    /// The patient, unique over all sets.
    pub fn patient_key(&self) -> String {
        patient_key(&self.set, &self.patient)
    }
}

/// A patient of a set, unique over all sets.
pub fn patient_key(set: &str, patient: &str) -> String {
    format!("{set}/{patient}")
}

/// A picture and its mask, both at the network's size.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Values in `[0, 1]`, `[height, width]`.
    pub picture: Plane,
    /// 0 background, 1 right lung, 2 left lung, [`IGNORE`] where it does not count;
    /// `[height, width]`.
    pub target: Vec<u8>,
}

/// A film that could not be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub reason: String,
}

/// Decodes and normalizes one film by the reader's own rooms.
///
/// # Errors
/// [`Failure`] with the named error.
pub fn load_film(path: &Path) -> Result<Radiograph, Failure> {
    let fail = |reason: String| Failure { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
    let raw = decode(&bytes, &Limits::default()).map_err(|e| fail(e.to_string()))?;
    normalize(&raw).map_err(|e| fail(e.to_string()))
}

/// Loads films with their masks at `width x height`, in order, and says which could not be used.
///
/// `behind_heart` names the sets whose lungs reach behind the heart: there the pixels about the
/// mediastinum are ignored ([`Mask::ignoring_mediastinum`]).
///
/// # Errors
/// [`Error::NoFilms`] if none could be used.
pub fn load_samples(
    cases: &[Case],
    part: &'static str,
    [width, height]: [usize; 2],
    behind_heart: &[String],
) -> Result<(Vec<Sample>, Vec<Failure>), Error> {
    let results: Vec<Result<Sample, Failure>> = cases
        .par_iter()
        .map(|case| {
            let film = load_film(&case.image)?;
            let mut mask = load_mask(case)?;
            if behind_heart.contains(&case.set) {
                mask = mask.ignoring_mediastinum();
            }
            Ok(Sample {
                picture: film.pixels().resize(width, height),
                target: mask.resized(width, height),
            })
        })
        .collect();
    partition(results, cases.len(), part)
}

/// The mask of a case.
///
/// # Errors
/// [`Failure`] if it has none, or one that is no mask.
pub fn load_mask(case: &Case) -> Result<Mask, Failure> {
    let path = case.mask.as_ref().ok_or_else(|| Failure {
        path: case.image.clone(),
        reason: "it has no mask in the table".into(),
    })?;
    Mask::read(path).map_err(|reason| Failure { path: path.clone(), reason })
}

/// What could be used and what not; an error if nothing could.
pub(crate) fn partition<T>(
    results: Vec<Result<T, Failure>>,
    films: usize,
    part: &'static str,
) -> Result<(Vec<T>, Vec<Failure>), Error> {
    let (mut good, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(failure) => failures.push(failure),
        }
    }
    if good.is_empty() {
        let first = failures
            .first()
            .map_or("there are no films".into(), |f| format!("{}: {}", f.path.display(), f.reason));
        return Err(Error::NoFilms { films, part, first });
    }
    Ok((good, failures))
}
