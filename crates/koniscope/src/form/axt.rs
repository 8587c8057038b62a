//! AXT, the table that NIOSH's BViewer reads and writes: 86 columns, one row per film.
//!
//! Columns and bits are those of BViewer's own description (*AXT File Contents*, February 2019) and of
//! its source. Assumed, as neither says it: the text is UTF-8; cells with a comma, a quote or a
//! line break are quoted as in RFC 4180. Known from the source: days are `11/30/2026`, an empty one
//! is `  /  /    `; times are `20261130_224455`. BViewer's times are local, those written here UTC.
//!
//! AXT has no column for whether someone was notified (the day alone), none for the form of GBZ 70, and
//! BViewer reads a row line by line: line breaks in a text are written as spaces. A type of reading
//! other than A, B and F is read as none.

mod cells;

use std::{fmt, path::Path};

use koniscope_data::table::{Row, Table};

use super::{Date, niosh_2_8::Form, signed::Signed, table::written};

/// All columns, in order.
pub const COLUMNS: [&str; 86] = [
    "PatientLastName",
    "PatientFirstName",
    "PatientID",
    "PatientsBirthDate",
    "PatientsSex",
    "PatientComments",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "InstitutionName",
    "ReferringPhysiciansName",
    "StudyID",
    "StudyDescription",
    "Modality",
    "SeriesNumber",
    "Laterality",
    "SeriesDate",
    "SeriesTime",
    "ProtocolName",
    "SeriesDescription",
    "BodyPartExamined",
    "PatientPosition",
    "PatientOrientation",
    "InstanceNumber",
    "ContentDate",
    "ContentTime",
    "AcquisitionNumber",
    "ImageType",
    "InstanceCreationDate",
    "InstanceCreationTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Rows",
    "Columns",
    "PixelAspectRatio",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "WindowCenter",
    "WindowWidth",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "ReaderLastName",
    "PrintedSignatureName",
    "IDNumber",
    "Initials",
    "StreetAddress",
    "City",
    "State",
    "ZipCode",
    "AE_TITLE",
    "WorkerSSN",
    "DateOfRadiograph",
    "DateOfReading",
    "TypeOfReading",
    "FacilityIDNumber",
    "PhysicianNotificationStatus",
    "DatePhysicianContacted",
    "ImageQuality",
    "ImageDefectOther",
    "AnyParenchymalAbnorm",
    "ParenchymalAbnormalities",
    "AnyPleuralAbnormalities",
    "PleuralPlaqueSites",
    "PleuralCalcificationSites",
    "PlaqueExtent",
    "PlaqueWidth",
    "CostophrenicAngleOblit",
    "PleuralThickeningSites",
    "ThickenCalcificationSites",
    "ThickeningExtent",
    "ThickeningWidth",
    "AnyOtherAbnormalities",
    "OtherSymbols",
    "OtherAbnormalities",
    "OtherAbnormalitiesComments",
    "AdjustedWindowWidth",
    "AdjustedWindowCenter",
    "MaxGrayscaleValue",
    "AdjustedGamma",
    "TimeStudyFirstOpened",
    "TimeReportApproved",
];

/// One film with its form.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Columns of the DICOM header that the form does not have, by name; others are left out.
    pub film: Vec<(String, String)>,
    /// The form.
    pub form: Form,
    /// How the film was shown.
    pub shown: Shown,
    /// When the film was first opened and the report approved: as `2026-11-30T22:44:55Z`; empty where
    /// it is not known.
    pub times: [String; 2],
}

impl Record {
    /// Of a signed form.
    pub fn of(signed: &Signed) -> Self {
        let [columns, rows] = match signed.film.size {
            Some(size) => size.map(|side| side.to_string()),
            None => [String::new(), String::new()],
        };
        let uid = signed.film.sop_instance_uid.clone().unwrap_or_default();
        let film = [("Rows", rows), ("Columns", columns), ("SOPInstanceUID", uid)];
        let shown = signed.view.map_or_else(Shown::default, |view| Shown {
            width: view.width,
            center: view.center,
            max: 65_536.0,
            gamma: 1.0,
        });
        Self {
            film: film.map(|(column, cell)| (column.to_owned(), cell)).to_vec(),
            form: signed.forms.niosh.clone(),
            shown,
            times: [signed.opened_at.clone(), signed.signed_at.clone()],
        }
    }
}

/// How a film was shown: what BViewer notes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// Window Width.
    pub width: f64,
    /// Window Center.
    pub center: f64,
    /// Highest gray.
    pub max: f64,
    /// Gamma of the screen.
    pub gamma: f64,
}

impl Default for Shown {
    /// BViewer's own values for a film that nobody has opened.
    fn default() -> Self {
        Self { width: 0.0, center: 0.0, max: 256.0, gamma: 1.0 }
    }
}

/// Why a table is not read: line, column, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    /// No cell is repeated: it may name a patient.
    fn of(row: &Row<'_>, column: &str, expected: impl fmt::Display) -> Self {
        Self(format!("line {}, {column}: {expected} was expected", row.line()))
    }
}

/// The table of some films.
pub fn write(records: &[Record]) -> Vec<u8> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(records.iter().map(row));
    written(&rows, false)
}

fn row(record: &Record) -> Vec<String> {
    let mut cells = vec![String::new(); COLUMNS.len()];
    let mut set = |column: &str, cell: String| {
        if let Some(i) = COLUMNS.iter().position(|name| *name == column) {
            cells[i] = cell.replace(['\r', '\n'], " ");
        }
    };
    for (column, cell) in record.film.iter().filter(|(column, _)| is_of_film(column)) {
        set(column, cell.clone());
    }
    for (column, cell) in cells::of_form(&record.form) {
        set(column, cell);
    }
    let Shown { width, center, max, gamma } = record.shown;
    for (column, number) in SHOWN.into_iter().zip([width, center, max, gamma]) {
        set(column, format!("{number:.1}"));
    }
    for (column, time) in TIMES.into_iter().zip(&record.times) {
        set(column, compact(time));
    }
    cells
}

const SHOWN: [&str; 4] =
    ["AdjustedWindowWidth", "AdjustedWindowCenter", "MaxGrayscaleValue", "AdjustedGamma"];
const TIMES: [&str; 2] = ["TimeStudyFirstOpened", "TimeReportApproved"];

/// Whether a column is of the DICOM header and not of the form.
fn is_of_film(column: &str) -> bool {
    COLUMNS[..46].contains(&column) && !cells::OF_HEADING.contains(&column)
}

/// Reads a table. Columns may stand in any order and may be missing, but for `ImageQuality` and
/// `SOPInstanceUID`, without which it is some other table. Bits may have zeros before them.
///
/// # Errors
/// [`Error`]: the line, the column and what was expected there. No cell is repeated.
pub fn read(bytes: &[u8]) -> Result<Vec<Record>, Error> {
    let table = Table::parse(Path::new("AXT"), bytes).map_err(|e| Error(e.to_string()))?;
    table.require_columns(["ImageQuality", "SOPInstanceUID"]).map_err(|_| {
        Error("no AXT: the columns ImageQuality and SOPInstanceUID were expected".into())
    })?;
    table.rows().map(|row| record(&row)).collect()
}

fn record(row: &Row<'_>) -> Result<Record, Error> {
    let film = COLUMNS.iter().filter(|column| is_of_film(column));
    let film = film.filter_map(|column| Some((column.to_string(), row.filled(column)?.to_owned())));
    let number = |column: &str, default: f64| match row.filled(column) {
        None => Ok(default),
        Some(cell) => {
            let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| Error::of(row, column, "a number"))
        }
    };
    let time = |column: &str| match row.filled(column) {
        None => Ok(String::new()),
        Some(cell) => spread(cell).ok_or_else(|| Error::of(row, column, "20261130_224455")),
    };
    let none = Shown::default();
    let [width, center, max, gamma] = SHOWN;
    Ok(Record {
        film: film.collect(),
        form: cells::form_of(row)?,
        shown: Shown {
            width: number(width, none.width)?,
            center: number(center, none.center)?,
            max: number(max, none.max)?,
            gamma: number(gamma, none.gamma)?,
        },
        times: [time(TIMES[0])?, time(TIMES[1])?],
    })
}

/// `2026-11-30T22:44:55Z` as `20261130_224455`.
fn compact(time: &str) -> String {
    time.replace(['-', ':', 'Z'], "").replace('T', "_")
}

/// The inverse of [`compact`].
fn spread(cell: &str) -> Option<String> {
    let (day, time) = cell.split_once('_')?;
    let is_digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(day, 8) || !is_digits(time, 6) {
        return None;
    }
    let date = Date::parse(&format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]))?;
    let [hour, minute, second] = [&time[..2], &time[2..4], &time[4..]];
    (hour < "24" && minute < "60" && second < "60")
        .then(|| format!("{date}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
