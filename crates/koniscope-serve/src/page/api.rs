//! The list and its tables, as data.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use koniscope::{
    form::{
        axt,
        signed::{Mode, Signed},
        table,
    },
    report,
};
use serde::Serialize;

use super::{
    films::{App, Film},
    time::utc,
};

#[derive(Serialize)]
pub(super) struct List {
    version: u64,
    mode: Mode,
    films: Vec<Row>,
}

/// One row of the list.
#[derive(Serialize)]
struct Row {
    id: usize,
    name: String,
    /// When it came.
    came: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Records signed.
    signed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<Summary>,
}

/// What the machine says, in a line.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) stage: Option<&'static str>,
    pub(super) probability: f64,
    /// The probability as people are told it: a band where no more is known.
    pub(super) told: String,
    /// What it was calibrated on.
    pub(super) calibrated: String,
    /// What to know of the weights.
    pub(super) notices: Vec<String>,
    pub(super) clause: Option<String>,
    pub(super) flags: Vec<String>,
    pub(super) abstained: Option<String>,
}

impl Summary {
    pub(super) fn of(film: &Film, mode: Mode) -> Option<Self> {
        let machine = film.machine(mode)?;
        let reading = &machine.reading;
        let detection = &reading.pneumoconiosis;
        let gbz70 = reading.graded.as_ref().map(|graded| &graded.gbz70);
        Some(Self {
            stage: gbz70.map(|gbz70| gbz70.stage.name()),
            probability: detection.probability,
            told: report::probability(detection.probability, detection),
            calibrated: report::calibrated(detection),
            notices: report::notices(reading),
            clause: gbz70.map(|gbz70| gbz70.clause_text.to_string()),
            flags: reading.quality.flags.iter().map(|flag| flag.message.to_string()).collect(),
            abstained: reading.abstained.as_ref().map(|abstained| abstained.reason.clone()),
        })
    }
}

pub(super) async fn films(State(app): State<Arc<App>>) -> Json<List> {
    let version = app.version();
    let row = |(id, film): (usize, &Arc<Film>)| {
        let standing = film.standing();
        Row {
            id,
            name: film.name.clone(),
            came: utc(film.came),
            state: standing.word,
            reason: standing.reason,
            signed: standing.signed.len(),
            machine: Summary::of(film, app.mode()),
        }
    };
    Json(List { version, mode: app.mode(), films: app.all().iter().enumerate().map(row).collect() })
}

pub(super) async fn signed_csv(State(app): State<Arc<App>>) -> Response {
    let films = app.all();
    let signed = films.iter().flat_map(|film| film.standing().signed);
    let records: Vec<Signed> = signed.map(|(signed, _)| signed).collect();
    file("text/csv; charset=utf-8", "signed.csv", table::csv(&records))
}

/// The last record of each film.
pub(super) async fn signed_axt(State(app): State<Arc<App>>) -> Response {
    let films = app.all();
    let last = films.iter().filter_map(|film| film.standing().signed.pop());
    let records: Vec<axt::Record> = last.map(|(signed, _)| axt::Record::of(&signed)).collect();
    file("text/csv; charset=utf-8", "signed.axt", axt::write(&records))
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers =
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}
