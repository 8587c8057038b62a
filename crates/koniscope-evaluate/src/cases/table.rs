//! `cases.csv`: a row a film.

use koniscope::zones::Zone;

use super::Film;
use crate::Error;

/// The table of all films, in their order, as CSV.
///
/// # Errors
/// [`Error::Write`] if a row cannot be written.
pub fn table(films: &[Film]) -> Result<Vec<u8>, Error> {
    let fail = |e: csv::Error| Error::write("cases.csv".as_ref(), e);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns()).map_err(fail)?;
    for film in films {
        csv.write_record(row(film)).map_err(fail)?;
    }
    csv.into_inner().map_err(|e| Error::write("cases.csv".as_ref(), e))
}

/// Names of the columns, in order.
pub(crate) fn columns() -> Vec<String> {
    let first = ["image", "patient_id", "source", "simulated", "label", "probability"];
    let mut columns: Vec<String> = first.map(String::from).to_vec();
    columns.extend(["stage", "predicted_stage"].map(String::from));
    columns.extend((0..4).map(|stage| format!("probability_stage_{stage}")));
    for suffix in ["", "_predicted"] {
        columns.extend(Zone::NAMES.map(|zone| format!("{zone}{suffix}")));
    }
    let last =
        ["dice", "jaccard", "hausdorff_95_px", "hausdorff_95_mm", "mask_error", "flags", "error"];
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
