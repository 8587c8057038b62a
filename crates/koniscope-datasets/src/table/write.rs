//! `labels.csv`, as training and evaluation read it.

use std::{collections::BTreeSet, path::Path};

use koniscope_data::labels::LABELS_FILE;

use crate::{Error, Set};

/// The last column: which set's adapter wrote the table, and so may write it again.
const MARK: &str = "koniscope_set";

/// A film's row. Paths are relative to the table, with `/`.
pub(crate) struct Row<'a> {
    pub(crate) image: String,
    pub(crate) mask: Option<String>,
    pub(crate) film: &'a crate::film::Film,
}

/// The table as CSV. Columns: `image`, `patient_id`, `source`, `mask` where a film has one, those
/// of the set, those of readers, and the mark.
///
/// # Errors
/// [`Error::Encode`].
pub(crate) fn labels(set: &Set, rows: &[Row]) -> Result<Vec<u8>, Error> {
    let fail = |e: csv::Error| Error::Encode { what: LABELS_FILE, detail: e.to_string() };
    let masks = rows.iter().any(|row| row.mask.is_some());
    let columns = || set.labels.iter().chain(set.more).copied();
    let readers: BTreeSet<&str> =
        rows.iter().flat_map(|row| row.film.readers.keys()).map(String::as_str).collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    let head = ["image", "patient_id", "source"].into_iter().chain(masks.then_some("mask"));
    csv.write_record(head.chain(columns()).chain(readers.iter().copied()).chain([MARK]))
        .map_err(fail)?;
    for row in rows {
        let head = [row.image.as_str(), &row.film.patient_id, set.title];
        let mask = masks.then(|| row.mask.as_deref().unwrap_or_default());
        let cells = columns().map(|c| row.film.cells.get(c).map_or("", String::as_str));
        let read = readers.iter().map(|c| row.film.readers.get(*c).map_or("", String::as_str));
        let all = head.into_iter().chain(mask).chain(cells).chain(read).chain([set.name]);
        csv.write_record(all).map_err(fail)?;
    }
    csv.into_inner().map_err(|e| Error::Encode { what: LABELS_FILE, detail: e.to_string() })
}

/// Whether a table carries this set's mark in each row. What cannot be read does not.
pub(crate) fn is_ours(set: &Set, table: &Path) -> bool {
    let Ok(mut reader) = csv::Reader::from_path(table) else { return false };
    let marked = reader.headers().is_ok_and(|head| head.iter().next_back() == Some(MARK));
    marked
        && reader.records().all(|row| row.is_ok_and(|row| row.iter().next_back() == Some(set.name)))
}
