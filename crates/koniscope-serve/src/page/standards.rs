//! Standard films of the ILO beside a film: the ILO's own files, as `koniscope standards import` took them.
//!
//! They are shown as their files say, and whoever looks can zoom and pan, no more. A file that is not the
//! one that was taken is not shown.

use std::{
    io,
    path::{Path as FilePath, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use koniscope::{
    files::bytes_of,
    normalize::{Display, unaltered},
    report::Failure,
};
use koniscope_data::digest::sha256;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{films::App, guard::Fault, pictures};

/// The table of a folder of standard films.
pub const INDEX: &str = "standards.json";

/// Bytes of the table, and of a film, at most.
const MOST: [u64; 2] = [1 << 20, 256 << 20];

/// One standard film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Letters and figures of its name, as `11pp`, `a`, `pleural`.
    pub name: String,
    /// What people call it, as `1/1 p/p`.
    pub title: String,
    /// Profusion by the ILO's panel, as `1/1`; empty where it gives none.
    pub profusion: String,
    /// Shapes and sizes, as `p/p`; empty where there are none.
    pub shapes: String,
    /// The file, in the folder of the table.
    pub file: String,
    /// SHA-256 of the file as it was taken.
    pub sha256: String,
}

/// Standard films of a folder.
#[derive(Default)]
pub(super) struct Standards {
    folder: PathBuf,
    all: Vec<Standard>,
    /// The one shown last.
    held: Mutex<Option<(usize, Arc<Display>)>>,
}

impl Standards {
    /// Of a folder; without a table in it there are none.
    ///
    /// # Errors
    /// A table that cannot be read, or that names a file outside of its folder.
    pub(super) fn open(folder: &FilePath) -> io::Result<Self> {
        let table = folder.join(INDEX);
        if !table.is_file() {
            return Ok(Self::default());
        }
        let told = |why: String| {
            let remedy = "import the standard films again";
            io::Error::other(format!("{}: {why}; {remedy}", table.display()))
        };
        let bytes = bytes_of(&table, MOST[0]).map_err(|e| told(e.to_string()))?;
        let all: Vec<Standard> = serde_json::from_slice(&bytes).map_err(|e| told(e.to_string()))?;
        if let Some(odd) = all.iter().find(|one| FilePath::new(&one.file).components().count() != 1)
        {
            return Err(told(format!("{:?} is no name of a file", odd.file)));
        }
        Ok(Self { folder: folder.to_owned(), all, held: Mutex::default() })
    }

    /// The film for the screen, unaltered.
    fn display(&self, i: usize) -> Result<Arc<Display>, Fault> {
        let standard = self.all.get(i).ok_or_else(|| Fault::missing("such standard film"))?;
        let held = || self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, display)) = held().as_ref().filter(|(held, _)| *held == i) {
            return Ok(display.clone());
        }
        let not_shown = |why: &str| {
            let why = format!("{}: {why}; import the standard films again", standard.file);
            Fault(StatusCode::UNPROCESSABLE_ENTITY, why)
        };
        let bytes = bytes_of(&self.folder.join(&standard.file), MOST[1])
            .map_err(|e| not_shown(&e.to_string()))?;
        if sha256(&bytes) != standard.sha256 {
            return Err(not_shown("this is not the file that was imported"));
        }
        let decoded = Failure::caught(|| {
            let raw = koniscope::decode::decode(&bytes, &Default::default())?;
            Ok(Arc::new(unaltered(&raw)?))
        });
        let display = decoded.map_err(|failure| not_shown(&failure.message))?;
        *held() = Some((i, display.clone()));
        Ok(display)
    }
}

#[derive(Serialize)]
struct Row<'a> {
    id: usize,
    name: &'a str,
    title: &'a str,
    profusion: &'a str,
    shapes: &'a str,
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Json<serde_json::Value> {
    let row = |(id, one): (usize, &Standard)| {
        let Standard { name, title, profusion, shapes, .. } = one;
        serde_json::json!(Row { id, name, title, profusion, shapes })
    };
    let rows: Vec<_> = app.standards.all.iter().enumerate().map(row).collect();
    Json(serde_json::json!({ "standards": rows }))
}

async fn display(app: Arc<App>, id: usize) -> Result<Arc<Display>, Fault> {
    spawn_blocking(move || app.standards.display(id)).await.map_err(Fault::internal)?
}

pub(super) async fn preview(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
) -> Result<Response, Fault> {
    pictures::preview_of(display(app, id).await?).await
}

pub(super) async fn pixels(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
) -> Result<Response, Fault> {
    pictures::pixels_of(&*display(app, id).await?)
}
