//! Films with their truth, and what the reader says of each.

mod answer;
mod choice;
mod table;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use koniscope::{FilmReading, Reader, decode::Told, files::bytes_of, report::Failure};
use koniscope_data::{
    LabeledRow, Mask,
    labels::{SameImage, same_image},
    read_labels,
};

pub use answer::Answer;
pub(crate) use answer::likeliest;
pub use choice::{Choice, TEST};
pub use table::{CSV_FILE, PARQUET_FILE, Recorded, Said, csv, parquet, read_table};

use crate::{
    Error,
    keep::{Keep, each},
    overlap::Overlap,
    raters::{self, consensus},
    truth::{self, Truth},
};

/// Folder of the answers, in the evaluation's.
const READINGS: &str = "readings";

/// One film of the tables.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its row.
    pub row: LabeledRow,
    /// What its labels say; without any, the consensus of its readers.
    pub truth: Truth,
    /// Where that comes from.
    pub origin: Origin,
    /// What each of its readers says.
    pub readers: raters::Said,
    /// Whether it comes from the simulator.
    pub simulated: bool,
}

/// Where a film's truth comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Labels of the table.
    Table,
    /// Labels of the table that were made of what its readers say.
    Readers,
    /// The consensus of its readers, for want of labels.
    Consensus,
}

/// What tables hold.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Films with a label, a reader or a mask.
    pub cases: Vec<Case>,
    /// Films without.
    pub unlabeled: usize,
    /// Columns that begin like those of a reader and are none.
    pub unknown: BTreeSet<String>,
    /// Files that hold the same bytes as another film's, with that film.
    pub copies: Vec<String>,
}

/// A film and what came of it.
#[derive(Clone, Debug)]
pub struct EvaluatedCase {
    /// Its row and truth.
    pub case: Case,
    /// What the reader said, or why it said nothing.
    pub outcome: Result<Answer, Failure>,
}

/// All films, and where their answers come from.
#[derive(Clone, Debug)]
pub struct Films {
    /// In the order of the tables.
    pub films: Vec<EvaluatedCase>,
    /// Answers taken from an earlier run.
    pub kept: usize,
}

/// Films of the tables that are chosen and have a label, a reader or a mask.
///
/// # Errors
/// [`Error::Labels`] and [`Error::Truth`] for rows that cannot be used, [`Error::Tables`] where a
/// film stands in the tables twice, a column of `subgroups` in none of them, no film is chosen, or none
/// of the chosen has a label.
pub fn find(
    tables: &[PathBuf],
    label: Option<&str>,
    subgroups: &[String],
    choice: &Choice,
) -> Result<Found, Error> {
    let mut rows = Vec::new();
    for table in tables {
        rows.extend(read_labels(table, None)?);
    }
    for column in subgroups {
        if !rows.iter().any(|row| row.fields.contains_key(column)) {
            return Err(Error::Tables(format!("--subgroup {column}: no table has this column")));
        }
    }
    let rows = choice.of(rows)?;
    let mut found = Found::default();
    for SameImage { rows: [first, second], is_one_file } in same_image(&rows) {
        let [first, second] = [first, second].map(|i| rows[i].image.display());
        if is_one_file {
            return Err(Error::Tables(format!(
                "{second} stands in the tables twice, and would count twice. Leave out one row"
            )));
        }
        found.copies.push(format!("{second} of {first}"));
    }
    for row in rows {
        let image = row.image.clone();
        let unknown = raters::unknown(&row, label);
        found.unknown.extend(unknown.map(str::to_owned));
        let case = Case::of(row, label).map_err(|detail| Error::Truth { image, detail })?;
        let says_nothing = case.truth.is_empty() && case.readers.is_empty();
        if says_nothing && case.row.mask.is_none() && !choice.unlabeled {
            found.unlabeled += 1;
        } else {
            found.cases.push(case);
        }
    }
    if found.cases.is_empty() {
        return Err(Error::Tables(format!(
            "none of the {} films has a label (column {}, stage, {}, or six zones), a reader's \
             (the same after reader_NAME_) or a mask. Name the column with --label",
            found.unlabeled,
            label.unwrap_or(truth::LABEL),
            truth::ILO,
        )));
    }
    Ok(found)
}

impl Case {
    /// A row's labels and readers.
    ///
    /// # Errors
    /// The column, what it holds and what was expected.
    pub fn of(mut row: LabeledRow, label: Option<&str>) -> Result<Self, String> {
        // Readers may have a column of the disease where the table has none of its own.
        if let Some(label) = label.filter(|label| raters::has_column(&row, label)) {
            row.fields.entry(label.into()).or_default();
        }
        let said = raters::of(&row, label)?;
        let mut truth = Truth::of(&row, label)?;
        let mut origin = if truth::is_of_readers(&row)? { Origin::Readers } else { Origin::Table };
        if truth.is_empty() && !said.is_empty() {
            (truth, origin) = (consensus::truth(&said), Origin::Consensus);
        }
        let simulated = row.is_simulated();
        Ok(Self { row, truth, origin, readers: said, simulated })
    }

    /// What its table tells the reader: what is not to be seen. Sizes of pixels are not told, so that a film
    /// is read as `koniscope read` reads its file.
    pub(crate) fn told(&self) -> Told {
        Told { cover: self.row.cover, spacing_mm: None }
    }
}

/// Reads every film, or takes its answer from `out`, where an earlier run kept it.
///
/// # Errors
/// [`Error::Write`] if the folder of answers cannot be made, [`Error::Threads`].
pub fn read(
    reader: &Reader,
    cases: Vec<Case>,
    out: &Path,
    done: &(dyn Fn() + Sync),
) -> Result<Films, Error> {
    let keep = Keep::new(out, READINGS, reader)?;
    let made = each(&cases, done, |case| {
        let bytes = bytes_of(&case.row.image, reader.file_limit())?;
        let mask = case.row.mask.as_deref();
        // A mask that is not there is said where it is read.
        let mask_bytes = mask.and_then(|mask| bytes_of(mask, reader.file_limit()).ok());
        let told = case.told();
        let beside: Vec<Vec<u8>> = mask_bytes.into_iter().chain(told.bytes()).collect();
        keep.or_make(&bytes, &beside, || {
            let film = reader.read_told(&bytes, &told, &|| 0.0)?;
            Ok(Answer::of(&film.reading, mask.map(|mask| overlap(mask, &film))))
        })
    })?;
    let kept = made.iter().filter(|made| matches!(made, Ok((_, true)))).count();
    let films = cases.into_iter().zip(made);
    let films = films.map(|(case, made)| EvaluatedCase { case, outcome: made.map(|m| m.0) });
    Ok(Films { films: films.collect(), kept })
}

fn overlap(mask: &Path, film: &FilmReading) -> Result<Overlap, String> {
    let truth = Mask::read(mask).map_err(|e| format!("{}: {e}", mask.display()))?;
    // Both lie in the file's pixels; of a turned film the mask's sides are not known.
    film.film.grid().mask_window([truth.width, truth.height]).map_err(|e| e.to_string())?;
    let found = film.lungs_in_file();
    Ok(Overlap::of(&found, &truth, film.reading.film.spacing_mm))
}

impl EvaluatedCase {
    /// The answer, where there is one.
    pub fn answer(&self) -> Option<&Answer> {
        self.outcome.as_ref().ok()
    }

    /// Projection: the table's column `view` or `view_position`, else what the film's header says.
    pub fn view(&self) -> Option<&str> {
        let column = |name: &str| self.case.row.fields.get(name).map(String::as_str);
        let said = ["view", "view_position"].into_iter().find_map(column);
        said.filter(|v| !v.is_empty()).or_else(|| self.answer()?.view.as_deref())
    }

    /// `|label - probability|`, where both are known.
    pub fn error(&self) -> Option<f64> {
        let disease = f64::from(u8::from(self.case.truth.disease?));
        Some((disease - self.answer()?.probability).abs())
    }
}
