//! Films with labels: from `labels.csv` to pictures and masks at the network's size.

pub mod opacities;
pub mod place;

use std::path::PathBuf;

use koniscope::{
    Radiograph,
    decode::{Limits, Told, decode},
    normalize::normalize,
    plane::{Plane, resize_labels},
};
use koniscope_data::{
    LabeledRow, Mask,
    split::{Kind, Part},
};

use crate::Error;

/// A picture and its mask, both at the network's size.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Values in `[0, 1]`, `[height, width]`.
    pub picture: Plane,
    /// 0 background, 1 right lung, 2 left lung, [`IGNORE`](koniscope_data::mask::IGNORE) where it does not count;
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

/// Decodes and normalizes one film by the reader's own rooms, with what its row tells of the picture.
///
/// # Errors
/// [`Failure`] with the named error.
pub fn load_film(row: &LabeledRow) -> Result<Radiograph, Failure> {
    let fail = |reason: String| Failure { path: row.image.clone(), reason };
    let bytes = std::fs::read(&row.image).map_err(|e| fail(e.to_string()))?;
    let raw = decode(&bytes, &Limits::default()).map_err(|e| fail(e.to_string()))?;
    normalize(&told(row).of(raw)).map_err(|e| fail(e.to_string()))
}

/// What a row tells of its picture.
pub fn told(row: &LabeledRow) -> Told {
    Told { spacing_mm: row.spacing_mm, cover: row.cover }
}

/// Loads films with their masks at `width x height`, in order, and says which could not be used.
///
/// `behind_heart` names the sets whose lungs reach behind the heart: there the pixels about the
/// mediastinum are ignored ([`Mask::ignoring_mediastinum`]).
///
/// # Errors
/// [`Error::NoFilms`] if none could be used.
pub fn load_samples<P: Kind>(
    films: &Part<P>,
    [width, height]: [usize; 2],
    behind_heart: &[String],
) -> Result<(Part<P, Sample>, Vec<Failure>), Error> {
    partition(films.par_map(|row| {
        let film = load_film(row)?;
        let mut mask = load_mask(row, &film)?;
        if behind_heart.contains(&row.set) {
            mask = mask.ignoring_mediastinum();
        }
        Ok(Sample {
            picture: film.pixels().resize(width, height),
            target: resize_labels(&mask.labels, [mask.width, mask.height], [width, height]),
        })
    }))
}

/// The mask of a film as the film is read, without what lies in its frame; of any size.
///
/// # Errors
/// [`Failure`] if it has none, one that is no mask, or the film is turned when it is read.
pub fn load_mask(row: &LabeledRow, film: &Radiograph) -> Result<Mask, Failure> {
    let path = row.mask.as_ref().ok_or_else(|| Failure {
        path: row.image.clone(),
        reason: "it has no mask in the table".into(),
    })?;
    let fail = |reason: String| Failure { path: path.clone(), reason };
    let mask = Mask::read(path).map_err(fail)?;
    let on_film = film.grid().mask_window([mask.width, mask.height]);
    let on_film = on_film.map_err(|e| fail(e.to_string()))?;
    Ok(mask.part([on_film.x, on_film.y], [on_film.width, on_film.height]))
}

/// What could be used and what not; an error if nothing could.
pub(crate) fn partition<P: Kind, T>(
    results: Part<P, Result<T, Failure>>,
) -> Result<(Part<P, T>, Vec<Failure>), Error> {
    let films = results.len();
    let (good, failures) = results.partition();
    if good.is_empty() {
        let first = failures
            .first()
            .map_or("there are no films".into(), |f| format!("{}: {}", f.path.display(), f.reason));
        return Err(Error::NoFilms { films, part: P::NAME, first });
    }
    Ok((good, failures))
}
