//! Real films to put opacities into.

mod mask;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use koniscope::{
    Radiograph,
    decode::{Limits, decode},
    normalize::normalize,
    segmentation::LungMask,
};

use crate::Error;

/// Endings of pictures, in lower case, in a folder without a table.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "tif", "tiff", "dcm", "dicom"];

/// Table of a folder of films.
pub const LABELS_FILE: &str = "labels.csv";

/// Finds the lungs of a film: gives the film, turned if it was inverted, and its lungs.
pub type FindLungs<'a> =
    dyn Fn(Radiograph) -> Result<(Radiograph, LungMask), koniscope::Error> + Sync + 'a;

/// A real film.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// The films of a folder: the rows of its `labels.csv` (columns `image`, `patient_id`, and where
/// there are `source` and `mask`; paths from the folder) that hold the wanted values, or without
/// one all pictures in it, each of its own patient.
///
/// # Errors
/// [`Error::Labels`] with what was expected, [`Error::NoFilms`] if none is left, [`Error::Io`].
pub fn find(folder: &Path, wanted: &[(String, String)]) -> Result<Vec<RealFilm>, Error> {
    let table = folder.join(LABELS_FILE);
    let films = if table.is_file() {
        rows(folder, &table, wanted)?
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
    let picture = normalize(&decode(&bytes, &Limits::default())?)?;
    match (&film.mask, lungs) {
        (Some(path), _) => {
            let bytes = fs::read(path).map_err(io(path))?;
            let mask = mask::of_bytes(&bytes, [picture.width(), picture.height()])
                .map_err(|detail| Error::Unusable(format!("{}: {detail}", path.display())))?;
            Ok((picture, mask))
        }
        (None, Some(find)) => Ok(find(picture)?),
        (None, None) => {
            Err(Error::Unusable("it has no mask, and no network to find its lungs".into()))
        }
    }
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
                image,
            });
        }
    }
    films.sort_by(|a, b| a.image.cmp(&b.image));
    Ok(films)
}

fn rows(folder: &Path, table: &Path, wanted: &[(String, String)]) -> Result<Vec<RealFilm>, Error> {
    let fault = |detail: String| Error::Labels { path: table.to_owned(), detail };
    let mut reader = csv::Reader::from_path(table).map_err(|e| fault(e.to_string()))?;
    let columns: BTreeMap<String, usize> = reader
        .headers()
        .map_err(|e| fault(e.to_string()))?
        .iter()
        .enumerate()
        .map(|(i, name)| (name.trim_start_matches('\u{feff}').trim().to_owned(), i))
        .collect();
    let needed = ["image", "patient_id"].into_iter().chain(wanted.iter().map(|w| w.0.as_str()));
    for column in needed {
        if !columns.contains_key(column) {
            let names: Vec<&str> = columns.keys().map(String::as_str).collect();
            return Err(fault(format!("no column {column}; it has {}", names.join(", "))));
        }
    }
    let mut films = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|e| fault(e.to_string()))?;
        let cell = |column: &str| {
            let value = columns.get(column).and_then(|i| row.get(*i)).map(str::trim);
            value.filter(|v| !v.is_empty())
        };
        if wanted.iter().any(|(column, value)| cell(column).unwrap_or("") != value) {
            continue;
        }
        let line = row.position().map_or(0, csv::Position::line);
        let needed = |column: &str| {
            cell(column).ok_or_else(|| fault(format!("line {line}: the column {column} is empty")))
        };
        let image = needed("image")?;
        films.push(RealFilm {
            image: folder.join(image),
            name: image.to_owned(),
            patient_id: needed("patient_id")?.to_owned(),
            source: cell("source").map_or_else(|| name_of(folder), str::to_owned),
            mask: cell("mask").map(|mask| folder.join(mask)),
        });
    }
    Ok(films)
}
