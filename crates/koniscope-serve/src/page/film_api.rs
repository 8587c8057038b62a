//! One film as data, and the way of its form from draft to signature.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use koniscope::{
    form::{
        Decisions, Forms, Proposal,
        consensus::Consensus,
        gbz70::Outcome,
        niosh_2_8::Field,
        signed::{Circumstances, Draft, Mode, Signed, Wanting},
    },
    report::LargeShape,
    zones::Zone,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    api::Summary,
    films::{App, Film, NotKept},
    guard::Fault,
    machine::Machine,
    rights::Who,
    store::Kept,
    time::utc,
};

type Answer<T> = Result<T, Fault>;

pub(super) fn film_of(app: &App, id: usize) -> Answer<Arc<Film>> {
    app.film(id).ok_or_else(|| Fault::missing("such film"))
}

#[derive(Serialize)]
pub(super) struct Detail {
    id: usize,
    films: usize,
    name: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    mode: Mode,
    /// SHA-256 of its file, by which a draft of it is known; nothing where the file is gone.
    sha256: Option<String>,
    /// Whether the film is a DICOM object, so that its signed forms are to be had as reports of its study.
    dicom: bool,
    /// Records of one's own.
    signed: Vec<Signed>,
    /// Others' records, once they may be seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Signed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consensus: Option<Consensus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<Said>,
}

/// What the machine says of one film.
#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    summary: Summary,
    /// Its answers by field.
    proposal: serde_json::Map<String, Value>,
    zones: Vec<Grade>,
    large: Vec<LargeShape>,
    models: Vec<String>,
}

#[derive(Serialize)]
struct Grade {
    zone: &'static str,
    grade: u8,
    at: Option<[f64; 2]>,
}

fn said(machine: &Machine) -> Said {
    let reading = &machine.reading;
    let zone = |zone: &Zone| {
        let grade = reading.graded.as_ref()?.zones.get(*zone).grade;
        Some(Grade { zone: zone.name(), grade, at: machine.centers[zone.index()] })
    };
    let proposal = machine.proposal.as_ref().map(answers).unwrap_or_default();
    Said {
        summary: Summary::of(machine),
        proposal,
        zones: Zone::ALL.iter().filter_map(zone).collect(),
        large: machine.large.clone(),
        models: vec![reading.models.lungs.id.clone(), reading.models.classifier.id.clone()],
    }
}

fn answers(proposal: &Proposal) -> serde_json::Map<String, Value> {
    let decisions = proposal.decided(&proposal.forms, &Default::default());
    decisions.into_iter().map(|(field, decided)| (field, decided.proposed)).collect()
}

pub(super) async fn film(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
    who: Who,
) -> Answer<Json<Detail>> {
    let film = film_of(&app, id)?;
    let now = (app.clock)();
    film.opened_at(&who, now);
    let standing = film.standing(&app.options.study, &who);
    let machine = film.machine(app.mode(), &who);
    let records = |kept: &[Arc<Kept>]| kept.iter().map(|kept| kept.0.clone()).collect();
    Ok(Json(Detail {
        id,
        films: app.count(),
        name: film.name.clone(),
        state: standing.word,
        reason: standing.reason,
        mode: app.mode(),
        sha256: film.sha256().ok(),
        dicom: app.studies.of(id, &film.path).is_dicom,
        signed: records(&standing.own),
        others: records(&standing.others),
        consensus: standing.consensus,
        machine: machine.map(|machine| said(&machine)),
    }))
}

/// What the rules make of a draft.
#[derive(Serialize)]
pub(super) struct Checked {
    /// Both forms without what may not be answered.
    #[serde(flatten)]
    forms: Forms,
    /// Fields that may not be answered.
    closed: Vec<String>,
    wanting: Vec<Wanting>,
    decisions: Decisions,
    stage: Option<Outcome>,
    clause: Option<&'static str>,
    /// What the rule of GBZ 70 still wants.
    missing: Vec<&'static str>,
}

fn draft_of(body: &Bytes) -> Answer<Draft> {
    // Serde takes a list for a struct too.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Fault(StatusCode::BAD_REQUEST, "no form: an object was expected".into()));
    }
    // The words of serde_json name a field and a place; they repeat no more than one word of it.
    serde_json::from_slice(body)
        .map_err(|e| Fault(StatusCode::BAD_REQUEST, format!("no form: {e}")))
}

pub(super) async fn check(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
    who: Who,
    body: Bytes,
) -> Answer<Json<Checked>> {
    let machine = film_of(&app, id)?.machine(app.mode(), &who);
    let draft = draft_of(&body)?;
    let proposal = machine.as_ref().and_then(|machine| machine.proposal.as_ref());
    let forms = draft.forms();
    let stage = forms.gbz70.outcome();
    Ok(Json(Checked {
        closed: Forms::fields().filter(|field| !forms.is_open(field)).collect(),
        wanting: draft.wanting(proposal),
        decisions: proposal.map(|p| p.decided(&forms, &draft.said)).unwrap_or_default(),
        clause: stage.as_ref().map(|stage| stage.clause.text()),
        stage,
        missing: if forms.is_open("gbz70.large") { forms.gbz70.missing() } else { Vec::new() },
        forms,
    }))
}

/// The form of a normal study, and the answers that it would erase.
pub(super) async fn normal(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
    body: Bytes,
) -> Answer<Json<Value>> {
    film_of(&app, id)?;
    let niosh = draft_of(&body)?.niosh.settled();
    let lost: Vec<String> = niosh
        .lost_by_normal_study()
        .iter()
        .map(|f: &Field| format!("niosh.{}", f.word()))
        .collect();
    Ok(Json(json!({ "niosh": niosh.normal_study(), "lost": lost })))
}

/// Signs a draft as record `number` of its film.
pub(super) async fn sign(
    State(app): State<Arc<App>>,
    Path((id, number)): Path<(usize, usize)>,
    who: Who,
    body: Bytes,
) -> Answer<Response> {
    let film = film_of(&app, id)?;
    let draft = draft_of(&body)?;
    let standing = film.standing(&app.options.study, &who);
    let overtaken = || {
        let why = "you signed this film meanwhile, elsewhere; load the page again: the draft stays";
        Fault(StatusCode::CONFLICT, why.into())
    };
    if number != standing.own.len() + 1 {
        return Err(overtaken());
    }
    let shown = film.machine(app.mode(), &who);
    let machine = shown.as_ref().and_then(|machine| {
        machine.proposal.as_ref().map(|proposal| (proposal, &machine.reading.models))
    });
    let now = (app.clock)();
    let about = Circumstances {
        film: app.identity(&film).map_err(Fault::internal)?,
        mode: app.mode(),
        machine,
        times: [film.opened_at(&who, now), utc(now)],
        account: who.name.clone(),
        seen: standing.others.iter().map(|kept| kept.1.clone()).collect(),
        before: standing.own.last().map(|kept| (&kept.0, kept.1.clone())),
    };
    let signed = match Signed::sign(&draft, about) {
        Ok(signed) => signed,
        Err(wanting) => {
            let told = Json(json!({ "error": "the form is not complete", "wanting": wanting }));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, told).into_response());
        }
    };
    match app.keep(&film, signed.clone()) {
        Ok(()) => Ok((StatusCode::CREATED, Json(signed)).into_response()),
        Err(NotKept::Overtaken) => Err(overtaken()),
        Err(NotKept::Disk(why)) => Err(Fault::internal(why)),
    }
}
