//! Other films of the same patient, by what DICOM headers say. Who the patient is stays here: what is kept is
//! a fingerprint, and no page has it.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::Path as FilePath,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    extract::{Path, State},
};
use koniscope_data::digest::sha256;
use koniscope_dicom::{Container, Limits, Source, tags};
use serde::Serialize;

use super::{film_api::film_of, films::App, guard::Fault};

/// Bytes of a file in which its header is looked for.
const HEADER: u64 = 1 << 20;

/// Whose film it is, of when, and of which kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Study {
    /// Fingerprint of the patient's number and of who gave it; nothing where the file names none.
    pub(super) patient: Option<String>,
    /// As `2026-11-30`, where the file tells it.
    pub(super) date: Option<String>,
    /// Whether results can be written into its study.
    pub(super) is_dicom: bool,
}

impl Study {
    /// Of a file. What is no DICOM names no patient.
    pub(super) fn of(path: &FilePath) -> Self {
        let source = source(path);
        let date = source.as_ref().and_then(Source::date).map(|date| {
            let [year, month, day] = [&date[..4], &date[4..6], &date[6..]];
            format!("{year}-{month}-{day}")
        });
        Self { patient: source.as_ref().and_then(patient), date, is_dicom: source.is_some() }
    }
}

/// What results copy from a DICOM file.
pub(super) fn source(path: &FilePath) -> Option<Source> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(HEADER).read_to_end(&mut bytes).ok()?;
    if !koniscope_dicom::recognizes(&bytes) {
        return None;
    }
    Some(Source::of(
        &Container::open(&bytes, &Limits { pixels: 0, inflated_bytes: 16 << 20 }).ok()?,
    ))
}

fn patient(source: &Source) -> Option<String> {
    let text = |tag| {
        let bytes = source.elements().get(tag).unwrap_or_default();
        String::from_utf8_lossy(bytes).trim_matches(['\0', ' ']).to_owned()
    };
    let number = text(tags::PATIENT_ID);
    (!number.is_empty())
        .then(|| sha256(format!("{}\0{number}", text(tags::ISSUER_OF_PATIENT_ID)).as_bytes()))
}

/// Studies of films, each looked at once.
#[derive(Default)]
pub(super) struct Studies(Mutex<HashMap<usize, Study>>);

impl Studies {
    /// Of a film of this page.
    pub(super) fn of(&self, film: usize, path: &FilePath) -> Study {
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(study) = held().get(&film) {
            return study.clone();
        }
        let study = Study::of(path);
        held().insert(film, study.clone());
        study
    }
}

#[derive(Serialize)]
pub(super) struct Others {
    /// Whether the file names a patient.
    known: bool,
    /// Other films of the patient, the latest of the earlier ones first.
    films: Vec<Other>,
}

#[derive(Serialize)]
struct Other {
    id: usize,
    name: String,
    date: Option<String>,
    /// Whether it was taken before this film.
    earlier: bool,
}

fn others(app: &App, id: usize) -> Others {
    let films = app.all();
    let study = |id: usize| app.studies.of(id, &films[id].path);
    let own = study(id);
    let Some(patient) = &own.patient else { return Others { known: false, films: Vec::new() } };
    let mut found: Vec<Other> = (0..films.len())
        .filter(|other| *other != id)
        .map(|other| (other, study(other)))
        .filter(|(_, study)| study.patient.as_ref() == Some(patient))
        .map(|(other, Study { date, .. })| Other {
            id: other,
            name: films[other].name.clone(),
            earlier: date.is_some() && own.date.is_some() && date < own.date,
            date,
        })
        .collect();
    found.sort_by(|a, b| (b.earlier, &b.date).cmp(&(a.earlier, &a.date)));
    Others { known: true, films: found }
}

/// Other films of the patient whose film this is.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
) -> Result<Json<Others>, Fault> {
    film_of(&app, id)?;
    let others = tokio::task::spawn_blocking(move || others(&app, id));
    Ok(Json(others.await.map_err(Fault::internal)?))
}
