//! Real films to put opacities into.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::{
    Radiograph,
    decode::{Limits, Told, decode},
    normalize::normalize,
    plane::resize_labels,
    segmentation::LungMask,
};
use koniscope_data::{
    LabeledRow, Mask,
    labels::{LABELS_FILE, read_labels},
    mask::IGNORE,
};

use crate::Error;

/// Endings of pictures, in lower case, in a folder without a table.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "tif", "tiff", "dcm", "dicom"];

/// Finds the lungs of a film: gives the film, turned if it was inverted, and its lungs.
pub type FindLungs<'a> =
    dyn Fn(Radiograph) -> Result<(Radiograph, LungMask), koniscope::Error> + Sync + 'a;

/// A real film.
#[derive(Clone, Debug, PartialEq)]
pub struct RealFilm {
    /// The picture.
    pub image: PathBuf,
    /// Its name in the table, or its file name.
    pub name: String,
    /// Whose it is.
    pub patient_id: String,
    /// The set it belongs to.
    pub source: String,
    /// Its lungs, where they are given.
    pub mask: Option<PathBuf>,
    /// What the table tells of its picture.
    pub told: Told,
}

/// The films of a folder: the rows of its `labels.csv` (columns `image`, `patient_id`, and where
/// there are `source`, `mask`, `spacing_x_mm` with `spacing_y_mm`, and `cover`; paths from the folder) that hold the wanted values, or without
/// one all pictures in it, each of its own patient.
///
/// # Errors
/// [`Error::Data`] with what was expected, [`Error::NoFilms`] if none is left, [`Error::Io`].
pub fn find(folder: &Path, wanted: &[(String, String)]) -> Result<Vec<RealFilm>, Error> {
    let table = folder.join(LABELS_FILE);
    let films = if table.is_file() {
        rows(&table, wanted)?
    } else if wanted.is_empty() {
        pictures(folder)?
    } else {
        let detail = format!("no {LABELS_FILE}, whose columns could be asked for");
        return Err(Error::NoFilms { folder: folder.to_owned(), detail });
    };
    if films.is_empty() {
        let detail = if table.is_file() {
            format!("no row of {LABELS_FILE} holds what was asked for")
        } else {
            format!("neither {LABELS_FILE} nor a picture ({})", ENDINGS.join(", "))
        };
        return Err(Error::NoFilms { folder: folder.to_owned(), detail });
    }
    Ok(films)
}

/// Loads a film and its lungs.
///
/// # Errors
/// [`Error::Io`], [`Error::Film`], or [`Error::Unusable`] if its mask is none or there is nobody
/// to find the lungs.
pub fn load(film: &RealFilm, lungs: Option<&FindLungs>) -> Result<(Radiograph, LungMask), Error> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { doing: "read", path, source }
    };
    let bytes = fs::read(&film.image).map_err(io(&film.image))?;
    let picture = normalize(&film.told.of(decode(&bytes, &Limits::default())?))?;
    match (&film.mask, lungs) {
        (Some(path), _) => {
            let mask = Mask::read(path)
                .map_err(|detail| Error::Unusable(format!("{}: {detail}", path.display())))?;
            let on_film = picture.grid().mask_window([mask.width, mask.height])?;
            let mask = mask.part([on_film.x, on_film.y], [on_film.width, on_film.height]);
            let [width, height] = [picture.width(), picture.height()];
            Ok((picture, lungs_of(&mask, [width, height])))
        }
        (None, Some(find)) => Ok(find(picture)?),
        (None, None) => {
            Err(Error::Unusable("it has no mask, and no network to find its lungs".into()))
        }
    }
}

/// A given mask at the film's size `[width, height]`. What the mask ignores is no lung.
fn lungs_of(mask: &Mask, [width, height]: [usize; 2]) -> LungMask {
    let mut labels = resize_labels(&mask.labels, [mask.width, mask.height], [width, height]);
    labels.iter_mut().filter(|label| **label == IGNORE).for_each(|label| *label = 0);
    LungMask::new(width, height, labels)
}

fn name_of(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn pictures(folder: &Path) -> Result<Vec<RealFilm>, Error> {
    let fail = |source| Error::Io { doing: "read", path: folder.to_owned(), source };
    let mut films = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let image = entry.map_err(fail)?.path();
        let ending = image.extension().map(|e| e.to_string_lossy().to_lowercase());
        let (Some(ending), Some(name), Some(stem)) = (ending, image.file_name(), image.file_stem())
        else {
            continue;
        };
        if ENDINGS.contains(&ending.as_str()) && image.is_file() {
            films.push(RealFilm {
                name: name.to_string_lossy().into_owned(),
                patient_id: stem.to_string_lossy().into_owned(),
                source: name_of(folder),
                mask: None,
                told: Told::default(),
                image,
            });
        }
    }
    films.sort_by(|a, b| a.image.cmp(&b.image));
    Ok(films)
}

fn rows(table: &Path, wanted: &[(String, String)]) -> Result<Vec<RealFilm>, Error> {
    let rows = read_labels(table, None)?;
    if let Some((column, value)) =
        wanted.iter().find(|(column, _)| !rows.iter().any(|row| row.fields.contains_key(column)))
    {
        let there = rows.first().map_or(String::new(), |row| {
            row.fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
        });
        let detail = format!("--where {column}={value}: no column {column}; it has {there}");
        let path = table.to_owned();
        return Err(koniscope_data::Error::Table { path, line: Some(1), detail }.into());
    }
    let is_wanted = |row: &LabeledRow| {
        wanted.iter().all(|(column, value)| row.cell(column).unwrap_or("") == value)
    };
    let film = |row: LabeledRow| RealFilm {
        name: row.fields["image"].clone(),
        image: row.image,
        patient_id: row.patient,
        source: row.set,
        mask: row.mask,
        told: Told { spacing_mm: row.spacing_mm, cover: row.cover },
    };
    Ok(rows.into_iter().filter(is_wanted).map(film).collect())
}
