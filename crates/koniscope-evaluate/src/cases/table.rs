//! `cases.csv`: a row a film. Its columns are named here, for the writer and the reader.

mod read;

use koniscope::zones::Zone;

pub use read::{Recorded, Said, read_table};

use super::Film;
use crate::Error;

/// The table's name in an evaluation's folder.
pub const CASES_FILE: &str = "cases.csv";

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

/// The table of all films, in their order, as CSV.
///
/// # Errors
/// [`Error::Write`] if a row cannot be written.
pub fn table(films: &[Film]) -> Result<Vec<u8>, Error> {
    let fail = |e: csv::Error| Error::write(CASES_FILE.as_ref(), e);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns()).map_err(fail)?;
    for film in films {
        csv.write_record(row(film)).map_err(fail)?;
    }
    csv.into_inner().map_err(|e| Error::write(CASES_FILE.as_ref(), e))
}

/// Names of the columns, in order.
fn columns() -> Vec<String> {
    let first = [IMAGE, PATIENT, SOURCE, SIMULATED, LABEL, PROBABILITY, STAGE, STAGE_READ];
    let mut columns: Vec<String> = first.map(String::from).to_vec();
    columns.extend((0..4).map(stage_probability));
    columns.extend(Zone::NAMES.map(String::from));
    columns.extend(Zone::NAMES.map(zone_read));
    let last =
        ["dice", "jaccard", "hausdorff_95_px", "hausdorff_95_mm", "mask_error", "flags", ERROR];
    columns.extend(last.map(String::from));
    columns
}

/// Cells of one film; an unknown one is empty.
fn row(film: &Film) -> Vec<String> {
    let (truth, answer) = (&film.case.truth, film.answer());
    let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let whole = |value: Option<usize>| value.map(|v| v.to_string()).unwrap_or_default();
    let mut row = vec![
        film.case.row.image.to_string_lossy().into_owned(),
        film.case.row.patient.clone(),
        film.case.row.set.clone(),
        u8::from(film.case.simulated).to_string(),
        whole(truth.disease.map(usize::from)),
        number(answer.map(|a| a.probability)),
        whole(truth.stage),
        whole(answer.and_then(|a| a.stage)),
    ];
    let stages = answer.and_then(|a| a.stages);
    row.extend((0..4).map(|stage| number(stages.map(|s| s[stage]))));
    for zones in [truth.zones, answer.and_then(|a| a.zones)] {
        row.extend((0..6).map(|zone| whole(zones.map(|z| usize::from(z[zone])))));
    }
    let compared = answer.and_then(|a| a.overlap.as_ref());
    let overlap = compared.and_then(|o| o.as_ref().ok());
    let flags = answer.map(|a| a.flags.as_slice()).unwrap_or_default();
    let words = flags.iter().filter_map(|flag| serde_json::to_value(flag).ok());
    let words: Vec<String> = words.filter_map(|word| word.as_str().map(str::to_owned)).collect();
    row.extend([
        number(overlap.map(|o| o.dice)),
        number(overlap.map(|o| o.jaccard)),
        number(overlap.and_then(|o| o.hausdorff_px)),
        number(overlap.and_then(|o| o.hausdorff_mm)),
        compared.and_then(|o| o.as_ref().err()).cloned().unwrap_or_default(),
        words.join(" "),
        film.outcome
            .as_ref()
            .err()
            .map(|e| format!("{}: {}", e.kind, e.message))
            .unwrap_or_default(),
    ]);
    row
}
