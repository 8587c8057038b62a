//! From a set's folder to its `labels.csv`.

mod place;
mod summary;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use place::{cell_of, written};
pub use summary::Summary;

use koniscope_data::labels::LABELS_FILE;

use crate::{
    Error, Set,
    files::write_atomic,
    film::{Film, Mask, Picture},
    folder::{Folder, written_for},
    pictures,
    table::{Row, is_ours, labels},
};

/// Writes the table of a set: to `table`, or `labels.csv` in its folder. Films stay where they are;
/// what cannot be read as it is, is written beside the table into `koniscope-NAME/films` and
/// `koniscope-NAME/masks`. The same folder gives the same table.
///
/// A table is written over if this set's adapter wrote it, or with `force`.
///
/// # Errors
/// [`Error::NotOurs`], [`Error::Layout`], [`Error::Data`], [`Error::NoFilms`],
/// [`Error::TooManyFiles`], [`Error::Io`], [`Error::Encode`]. The table is written last: after an
/// error there is none, or the old one.
pub fn write_labels(
    set: &Set,
    folder: &Path,
    table: Option<&Path>,
    force: bool,
) -> Result<Summary, Error> {
    let table = place::table(folder, table.unwrap_or(&folder.join(LABELS_FILE)))?;
    if !force && table.exists() && !is_ours(set, &table) {
        return Err(Error::NotOurs { path: table, set: set.name });
    }
    let folder = Folder::open(folder, &table)?;
    let mut found = (set.find)(&folder)?;
    let beside = table.parent().unwrap_or(Path::new("")).to_owned();
    let made = beside.join(written_for(set.name));
    let mut rows = Vec::with_capacity(found.films.len());
    for film in &found.films {
        let name = film.picture.path().display();
        match picture(film, &made).and_then(|path| cell_of(&path, &beside)) {
            Ok(image) => {
                let mask = mask(film, &made)
                    .and_then(|mask| mask.map(|path| cell_of(&path, &beside)).transpose());
                let mask = mask.unwrap_or_else(|why| {
                    found.notes.push(format!("{name}: no mask: {why}"));
                    None
                });
                rows.push(Row { image, mask, film });
            }
            Err(why) => found.left_out.push(format!("{name}: {why}")),
        }
    }
    if rows.is_empty() {
        let left_out = found.left_out.len();
        let first = found.left_out.into_iter().next();
        let first = first.unwrap_or_else(|| "the set's tables have no row".into());
        return Err(Error::NoFilms { left_out, first });
    }
    write_atomic(&table, &labels(set, &rows)?)?;
    let used: HashSet<&PathBuf> = rows
        .iter()
        .flat_map(|row| {
            let masks = row.film.mask.as_ref().map_or(&[][..], Mask::paths);
            masks.iter().chain([row.film.picture.path()])
        })
        .chain(&found.read)
        .collect();
    let ignored = folder.files().iter().filter(|file| !used.contains(file)).count();
    let films: Vec<&Film> = rows.iter().map(|row| row.film).collect();
    let masks = rows.iter().filter(|row| row.mask.is_some()).count();
    let mut summary = Summary::of(set, table, &films, masks, ignored);
    summary.left_out = found.left_out;
    summary.notes = found.notes;
    Ok(summary)
}

/// The film's file, written where its own cannot be read.
fn picture(film: &Film, made: &Path) -> Result<PathBuf, String> {
    match &film.picture {
        Picture::File(path) => Ok(path.clone()),
        Picture::JsrtRaw(path) => {
            let png = pictures::jsrt_to_png(path).map_err(|e| e.to_string())?;
            written(&made.join("films"), path, &png)
        }
    }
}

/// The film's mask, written where it is two.
fn mask(film: &Film, made: &Path) -> Result<Option<PathBuf>, String> {
    match &film.mask {
        None => Ok(None),
        Some(Mask::File(path)) => Ok(Some(path.clone())),
        Some(Mask::TwoLungs(paths)) => {
            let shape = match &film.picture {
                Picture::File(path) => pictures::shape_of(path)?,
                Picture::JsrtRaw(_) => [pictures::JSRT_SIDE; 2],
            };
            let map = pictures::label_map(paths, shape)?;
            written(&made.join("masks"), film.picture.path(), &map).map(Some)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
