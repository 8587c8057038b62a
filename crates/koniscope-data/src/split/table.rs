//! `split.csv`: which film was in which part.

use std::{collections::BTreeSet, path::Path};

use super::{Kind, Part, Split, Test};
use crate::{
    Error, LabeledRow, patient_key,
    table::{Row, Table},
};

const PART: &str = "part";
const SET: &str = "set";
const PATIENT: &str = "patient_id";

impl Split {
    /// The parts as a table: `part,set,patient_id,image`.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        write(&mut csv, [PART, SET, PATIENT, "image"]);
        rows(&mut csv, &self.training);
        rows(&mut csv, &self.tuning);
        rows(&mut csv, &self.test);
        csv.into_inner().expect("memory takes every row")
    }
}

fn rows<P: Kind>(csv: &mut csv::Writer<Vec<u8>>, part: &Part<P, LabeledRow>) {
    for row in part.iter() {
        write(csv, [P::NAME, &row.set, &row.patient, &row.id]);
    }
}

fn write(csv: &mut csv::Writer<Vec<u8>>, cells: [&str; 4]) {
    csv.write_record(cells).expect("rows of equal length, written to memory");
}

/// A film's row of a `split.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// `training`, `tuning` or `test`.
    pub part: String,
    /// The patient, by [`LabeledRow::patient_key`].
    pub patient: String,
}

/// Reads the `split.csv` of a run.
///
/// # Errors
/// [`Error::Table`] if it cannot be read or is no such table.
pub fn read_split(path: &Path) -> Result<Vec<Assigned>, Error> {
    let table = Table::read(path)?;
    if let Some(missing) = [PART, SET, PATIENT].into_iter().find(|column| !table.has(column)) {
        let detail = format!("no column {missing}; the split.csv of a training run was expected");
        return Err(Error::table(path, detail));
    }
    table.require([])?;
    let assigned = |row: Row| Assigned {
        part: row.cell(PART).to_owned(),
        patient: patient_key(row.cell(SET), row.cell(PATIENT)),
    };
    Ok(table.rows().map(assigned).collect())
}

/// Patients that a run learnt from or tuned on, by [`LabeledRow::patient_key`], from its `split.csv`.
///
/// # Errors
/// As [`read_split`].
pub fn seen_by(split: &Path) -> Result<BTreeSet<String>, Error> {
    let rows = read_split(split)?.into_iter();
    let learnt = rows.filter(|row| row.part != Test::<LabeledRow>::NAME);
    Ok(learnt.map(|row| row.patient).collect())
}
