//! Signed readings for others: the form as PDF, as a report in the film's study, and all as a table of labels.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use koniscope::{
    form::labels::{self, LabeledFilm},
    output::dicom::signed_form,
    report::form_pdf,
};
use tokio::task::spawn_blocking;

use super::{
    api::{file, records},
    film_api::film_of,
    films::App,
    guard::Fault,
    others,
    rights::Who,
    store::Kept,
    text::Look,
};

fn words(key: &str) -> String {
    Look::english().text(key).to_owned()
}

/// A record of a film that somebody may see: number 1 is the first of one's own, those of others follow.
fn record(app: &App, who: &Who, id: usize, number: usize) -> Result<Arc<Kept>, Fault> {
    let standing = film_of(app, id)?.standing(&app.options.study, who);
    let mut seen = standing.own.into_iter().chain(standing.others);
    let record = number.checked_sub(1).and_then(|i| seen.nth(i));
    record.ok_or_else(|| Fault::missing("such signed reading"))
}

pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    Path((id, number)): Path<(usize, usize)>,
    who: Who,
) -> Result<Response, Fault> {
    let record = record(&app, &who, id, number)?;
    let made = spawn_blocking(move || form_pdf(&record.0, &record.1, &words));
    let bytes = made.await.map_err(Fault::internal)?;
    let bytes = bytes.map_err(|failure| Fault::internal(failure.message))?;
    let shown = format!("inline; filename=\"form-{id}-{number}.pdf\"");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, shown),
    ];
    Ok((headers, bytes).into_response())
}

pub(super) async fn sr(
    State(app): State<Arc<App>>,
    Path((id, number)): Path<(usize, usize)>,
    who: Who,
) -> Result<Response, Fault> {
    let record = record(&app, &who, id, number)?;
    let path = film_of(&app, id)?.path.clone();
    let cannot = |why: String| Fault(StatusCode::UNPROCESSABLE_ENTITY, why);
    let made = spawn_blocking(move || {
        let source = others::source(&path).ok_or_else(|| {
            let why =
                "the film is no DICOM object, and no report can belong to its study; take the PDF";
            cannot(why.into())
        })?;
        signed_form(&source, &record.0, &record.1, &words).map_err(|e| cannot(e.to_string()))
    });
    let object = made.await.map_err(Fault::internal)??;
    Ok(file("application/dicom", &format!("form-{id}-{number}.dcm"), object.bytes))
}

/// The last record of each film that somebody may see. A patient is told by a fingerprint; where the file names none, by the film.
pub(super) async fn table(State(app): State<Arc<App>>, who: Who) -> Result<Response, Fault> {
    let made = spawn_blocking(move || {
        let films = app.all();
        let records = records(&app, &who);
        let rows = films.iter().zip(records).enumerate().filter_map(|(id, (film, records))| {
            let signed = records.last()?.0.clone();
            let known = app.studies.of(id, &film.path).patient;
            let patient = known.map_or_else(
                || film.name.clone(),
                |print| format!("patient-{}", print.get(..16).unwrap_or(&print)),
            );
            let image = std::path::absolute(&film.path).unwrap_or_else(|_| film.path.clone());
            Some(LabeledFilm { image: image.to_string_lossy().into_owned(), patient, signed })
        });
        labels::csv(&rows.collect::<Vec<_>>())
    });
    Ok(file("text/csv; charset=utf-8", "labels.csv", made.await.map_err(Fault::internal)?))
}
