//! Pictures of a film: a preview, its pixels, and the layers over it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use koniscope::{normalize::Display, report};
use tokio::task::spawn_blocking;

use super::{film_api::film_of, films::App, guard::Fault, machine::Layer, rights::Who};

/// Longer side of a preview, in pixels.
const PREVIEW: usize = 1024;

async fn display(app: Arc<App>, id: usize) -> Result<Arc<Display>, Fault> {
    film_of(&app, id)?;
    let decoded = spawn_blocking(move || app.display(id)).await.map_err(Fault::internal)?;
    decoded.map_err(|why| Fault(StatusCode::UNPROCESSABLE_ENTITY, why))
}

fn png(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "image/png")], bytes).into_response()
}

/// An 8-bit picture of at most 1,024 pixels, in the film's first window.
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
) -> Result<Response, Fault> {
    preview_of(display(app, id).await?).await
}

/// As [`preview`], of any film.
pub(super) async fn preview_of(display: Arc<Display>) -> Result<Response, Fault> {
    let encoded = spawn_blocking(move || {
        let (width, height, gray) = display.preview(PREVIEW);
        report::gray(&gray, width, height)
    });
    let encoded = encoded.await.map_err(Fault::internal)?;
    Ok(png(encoded.map_err(|failure| Fault::internal(failure.message))?))
}

/// All pixels: 16 bits each, low byte first, row by row. Headers say the rest.
pub(super) async fn pixels(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
) -> Result<Response, Fault> {
    pixels_of(&*display(app, id).await?)
}

/// As [`pixels`], of any film.
pub(super) fn pixels_of(display: &Display) -> Result<Response, Fault> {
    let bytes: Vec<u8> = display.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut response =
        ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response();
    let pair = |[center, width]: [f64; 2]| format!("{center} {width}");
    for (name, value) in [
        ("x-film-size", format!("{} {}", display.width, display.height)),
        ("x-film-auto", pair(display.auto)),
        ("x-film-window", display.window.map(pair).unwrap_or_default()),
        ("x-film-spacing", display.spacing_mm.map(|mm| mm.to_string()).unwrap_or_default()),
    ] {
        let value = HeaderValue::from_str(&value).map_err(Fault::internal)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

async fn layer(app: Arc<App>, id: usize, who: &Who, layer: Layer) -> Result<Response, Fault> {
    let film = film_of(&app, id)?;
    Ok(png(app.layer(&film, layer, who).ok_or_else(|| Fault::missing("such picture"))?))
}

/// Outlines of the lungs and their zones.
pub(super) async fn lungs(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
    who: Who,
) -> Result<Response, Fault> {
    layer(app, id, &who, Layer::Lungs).await
}

/// Local probability.
pub(super) async fn heat(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
    who: Who,
) -> Result<Response, Fault> {
    layer(app, id, &who, Layer::Heat).await
}
