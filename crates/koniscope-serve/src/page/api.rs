//! The list and its tables, as data.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{Uri, header},
    response::{IntoResponse, Response},
};
use koniscope::{
    Reading,
    form::{
        axt,
        consensus::Consensus,
        signed::{Mode, Signed},
        table,
    },
    report,
    stage::gbz70::Stage,
};
use serde::Serialize;

use super::{
    films::{App, Film, Standing},
    machine::Machine,
    rights::Who,
    store::Kept,
    time::utc,
};

/// See [`Summary::priority`].
fn priority(reading: &Reading) -> u8 {
    let has_stage = reading.graded.as_ref().is_some_and(|graded| graded.gbz70.stage != Stage::Zero);
    if has_stage || reading.pneumoconiosis.positive == Some(true) {
        1
    } else if reading.abstained.is_some() || !reading.quality.flags.is_empty() {
        2
    } else {
        3
    }
}

#[derive(Serialize)]
pub(super) struct List {
    version: u64,
    mode: Mode,
    /// Nothing, where nothing has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    films: Option<Vec<Row>>,
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
    /// Records signed, as far as they may be seen.
    signed: usize,
    /// Whether a reading of one's own is among them.
    own: bool,
    /// Whether a reading of one's own is wanted.
    wanted: bool,
    /// What the readers come to, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    consensus: Option<Consensus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<Summary>,
}

/// What the machine says, in a line.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) stage: Option<&'static str>,
    pub(super) probability: f64,
    /// Whether it is to be looked at first (1), is in doubt (2), or neither (3).
    pub(super) priority: u8,
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
    pub(super) fn of(machine: &Machine) -> Self {
        let reading = &machine.reading;
        let detection = &reading.pneumoconiosis;
        let gbz70 = reading.graded.as_ref().map(|graded| &graded.gbz70);
        Self {
            stage: gbz70.map(|gbz70| gbz70.stage.name()),
            probability: detection.probability,
            priority: priority(reading),
            told: report::probability(detection.probability, detection),
            calibrated: report::calibrated(detection),
            notices: report::notices(reading),
            clause: gbz70.map(|gbz70| gbz70.clause_text.to_string()),
            flags: reading.quality.flags.iter().map(|flag| flag.message.to_string()).collect(),
            abstained: reading.abstained.as_ref().map(|abstained| abstained.reason.clone()),
        }
    }
}

pub(super) async fn films(State(app): State<Arc<App>>, uri: Uri, who: Who) -> Json<List> {
    let (version, study) = (app.version(), &app.options.study);
    let row = |(id, film): (usize, &Arc<Film>)| {
        let standing = film.standing(study, &who);
        Row {
            id,
            name: film.name.clone(),
            came: utc(film.came),
            state: standing.word,
            reason: standing.reason,
            signed: standing.own.len() + standing.others.len(),
            own: !standing.own.is_empty(),
            wanted: standing.is_wanted,
            consensus: standing.consensus.filter(|_| study.readings > 1),
            machine: film.machine(app.mode(), &who).as_deref().map(Summary::of),
        }
    };
    // Who knows this version is told that it is the last.
    let since = uri.query().and_then(|query| query.strip_prefix("since="));
    let is_known = since.and_then(|since| since.parse().ok()) == Some(version);
    let films = (!is_known).then(|| app.all().iter().enumerate().map(row).collect());
    Json(List { version, mode: app.mode(), films })
}

/// The records that somebody may see, film by film, in the order in which they were signed.
pub(super) fn records(app: &App, who: &Who) -> Vec<Vec<Arc<Kept>>> {
    let of = |film: &Arc<Film>| {
        let Standing { own, others, .. } = film.standing(&app.options.study, who);
        let mut all = [own, others].concat();
        all.sort_by(|a, b| a.0.signed_at.cmp(&b.0.signed_at));
        all
    };
    app.all().iter().map(of).collect()
}

pub(super) async fn signed_csv(State(app): State<Arc<App>>, who: Who) -> Response {
    let records = records(&app, &who).concat();
    let records: Vec<Signed> = records.iter().map(|kept| kept.0.clone()).collect();
    file("text/csv; charset=utf-8", "signed.csv", table::csv(&records))
}

/// The last record of each reader, of each film.
pub(super) async fn signed_axt(State(app): State<Arc<App>>, who: Who) -> Response {
    let mut last: Vec<Arc<Kept>> = Vec::new();
    for film in records(&app, &who) {
        for (i, kept) in film.iter().enumerate() {
            if !film[i + 1..].iter().any(|later| later.0.account == kept.0.account) {
                last.push(kept.clone());
            }
        }
    }
    let records: Vec<axt::Record> = last.iter().map(|kept| axt::Record::of(&kept.0)).collect();
    file("text/csv; charset=utf-8", "signed.axt", axt::write(&records))
}

pub(super) fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers =
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}
