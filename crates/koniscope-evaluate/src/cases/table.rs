//! The table of cases: a row a film, as CSV and as Parquet. Its columns are named here, for the writers
//! and the reader.

mod as_parquet;
mod read;

use koniscope::zones::Zone;
use koniscope_data::table::no_formula;

pub use read::{Recorded, Said, read_table};

use super::EvaluatedCase;
use crate::Error;

const IMAGE: &str = "image";
const PATIENT: &str = "patient_id";
const SOURCE: &str = "source";
const SIMULATED: &str = "simulated";
const LABEL: &str = "label";
const PROBABILITY: &str = "probability";
const STAGE: &str = "stage";
const STAGE_READ: &str = "predicted_stage";
const ERROR: &str = "error";

fn stage_probability(stage: usize) -> String {
    format!("probability_stage_{stage}")
}

fn zone_read(zone: &str) -> String {
    format!("{zone}_predicted")
}

/// File of the table as CSV.
pub const CSV_FILE: &str = "cases.csv";

/// File of the same table as Parquet.
pub const PARQUET_FILE: &str = "cases.parquet";

/// A column, a value a film.
struct Column {
    name: String,
    values: Values,
}

/// Values of one type; an unknown one is nothing.
enum Values {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
    Whole(Vec<Option<i32>>),
    Yes(Vec<Option<bool>>),
}

impl Values {
    /// As a cell of CSV; an unknown value is empty, yes is 1 and no 0.
    fn cell(&self, row: usize) -> String {
        let cell = match self {
            Self::Text(values) => values[row].as_deref().map(|text| no_formula(text).into_owned()),
            Self::Number(values) => values[row].map(|v| v.to_string()),
            Self::Whole(values) => values[row].map(|v| v.to_string()),
            Self::Yes(values) => values[row].map(|v| u8::from(v).to_string()),
        };
        cell.unwrap_or_default()
    }
}

/// The table of all films, in their order, as CSV.
///
/// # Errors
/// [`Error::Write`] if a row cannot be written.
pub fn csv(films: &[EvaluatedCase]) -> Result<Vec<u8>, Error> {
    let fail = |e: csv::Error| Error::write(CSV_FILE.as_ref(), e);
    let columns = columns(films);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns.iter().map(|column| &column.name)).map_err(fail)?;
    for row in 0..films.len() {
        csv.write_record(columns.iter().map(|column| column.values.cell(row))).map_err(fail)?;
    }
    csv.into_inner().map_err(|e| Error::write(CSV_FILE.as_ref(), e))
}

/// The same table as Parquet, without compression: columns of numbers in double precision, of whole
/// numbers in 32 bits, of yes and no, and of text in UTF-8; unknown values are null.
///
/// # Errors
/// [`Error::Write`] if it cannot be written.
pub fn parquet(films: &[EvaluatedCase]) -> Result<Vec<u8>, Error> {
    as_parquet::written(&columns(films)).map_err(|e| Error::write(PARQUET_FILE.as_ref(), e))
}

fn columns(films: &[EvaluatedCase]) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut add = |name: &str, values: Values| columns.push(Column { name: name.into(), values });
    let text =
        |of: fn(&EvaluatedCase) -> Option<String>| Values::Text(films.iter().map(of).collect());
    let number =
        |of: &dyn Fn(&EvaluatedCase) -> Option<f64>| Values::Number(films.iter().map(of).collect());
    let whole = |of: &dyn Fn(&EvaluatedCase) -> Option<usize>| {
        let whole = |film| of(film).and_then(|v| i32::try_from(v).ok());
        Values::Whole(films.iter().map(whole).collect())
    };
    let yes = |of: fn(&EvaluatedCase) -> Option<bool>| Values::Yes(films.iter().map(of).collect());

    add(IMAGE, text(|f| Some(f.case.row.image.to_string_lossy().into_owned())));
    add(PATIENT, text(|f| Some(f.case.row.patient.clone())));
    add(SOURCE, text(|f| Some(f.case.row.set.clone())));
    add(SIMULATED, yes(|f| Some(f.case.simulated)));
    add(LABEL, yes(|f| f.case.truth.disease));
    add(PROBABILITY, number(&|f| Some(f.answer()?.probability)));
    add(STAGE, whole(&|f| f.case.truth.stage));
    add(STAGE_READ, whole(&|f| f.answer()?.stage));
    for stage in 0..4 {
        add(&stage_probability(stage), number(&|f| Some(f.answer()?.stages?[stage])));
    }
    for (i, zone) in Zone::NAMES.into_iter().enumerate() {
        add(zone, whole(&|f| Some(f.case.truth.zones?[i].into())));
    }
    for (i, zone) in Zone::NAMES.into_iter().enumerate() {
        add(&zone_read(zone), whole(&|f| Some(f.answer()?.zones?[i].into())));
    }
    let overlap = |f: &EvaluatedCase| f.answer()?.overlap.as_ref()?.as_ref().ok().copied();
    add("dice", number(&|f| Some(overlap(f)?.dice)));
    add("jaccard", number(&|f| Some(overlap(f)?.jaccard)));
    add("hausdorff_95_px", number(&|f| overlap(f)?.hausdorff_px));
    add("hausdorff_95_mm", number(&|f| overlap(f)?.hausdorff_mm));
    add("mask_error", text(|f| f.answer()?.overlap.as_ref()?.as_ref().err().cloned()));
    add("flags", text(flags));
    add(
        ERROR,
        text(|f| Some(f.outcome.as_ref().err()?).map(|e| format!("{}: {}", e.kind, e.message))),
    );
    columns
}

/// Words of the flags, with a space between.
fn flags(film: &EvaluatedCase) -> Option<String> {
    let words = film.answer()?.flags.iter().filter_map(|flag| serde_json::to_value(flag).ok());
    let words: Vec<String> = words.filter_map(|word| word.as_str().map(str::to_owned)).collect();
    Some(words.join(" "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
