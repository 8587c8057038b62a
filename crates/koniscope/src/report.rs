//! A reading for people and programs: JSON, text, HTML and pictures. Pure: values in, bytes and
//! strings out; the door writes the files.

mod canvas;
mod colors;
mod contour;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fake;
mod font;
mod html;
mod json;
mod layers;
mod overlay;
mod pdf;
mod png;
mod text;
pub(crate) mod words;

pub use html::{card, index};
#[cfg(test)]
pub(crate) use json::schema;
pub use json::{document, film, parse};
pub use layers::{LargeShape, heat_layer, large_shapes, lungs_layer, zone_centers};
pub use overlay::{overlay, overlay_rgb};
pub use pdf::{form_pdf, pdf};
pub use png::{gray, label_map};
pub use text::text;
pub use words::{calibrated, notices, probability};

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Error, Reading, panics};

/// Name of a film's JSON file.
pub const READING_FILE: &str = "reading.json";

/// Name of a film's label map.
pub const LUNGS_FILE: &str = "lungs.png";

/// Name of a film's picture for people.
pub const OVERLAY_FILE: &str = "overlay.png";

/// Name of the page that shows all films.
pub const INDEX_FILE: &str = "index.html";

/// One film in a report: where it came from and what came of it. As JSON, see docs/reference/reading-json.md.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmReport {
    /// Path as the user gave it.
    pub path: String,
    /// Folder of its files, beside [`INDEX_FILE`]; none where no file is written.
    pub folder: Option<String>,
    /// The reading, or why there is none.
    pub outcome: Result<Reading, Failure>,
}

impl FilmReport {
    /// The path's last part.
    fn file_name(&self) -> &str {
        self.path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(&self.path)
    }

    fn reading(&self) -> Option<&Reading> {
        self.outcome.as_ref().ok()
    }
}

/// Why a film has no reading: an [`Error`], or what went wrong around the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable word: of [`Error::kind`], or `write`, `stopped` or `internal`.
    pub kind: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
}

impl Failure {
    /// The result could not be written.
    pub fn write(detail: &dyn std::fmt::Display) -> Self {
        Self {
            kind: "write".into(),
            message: format!("read, but its result is not kept: {detail}"),
        }
    }

    /// The film was not begun.
    pub fn stopped() -> Self {
        let message = "not read: the run was ended before it. Give the same command again".into();
        Self { kind: "stopped".into(), message }
    }

    /// A fault of this program.
    pub fn internal(detail: &dyn std::fmt::Display) -> Self {
        let message = format!("a fault of this program, not of the film: {detail}. Report it");
        Self { kind: "internal".into(), message }
    }

    /// Runs `step`; a fault of this program ends one film, not the whole run.
    ///
    /// # Errors
    /// Those of `step`, and [`Failure::internal`] for a panic in it.
    pub fn caught<T>(step: impl FnOnce() -> Result<T, Self>) -> Result<T, Self> {
        panics::caught(step).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Self::internal(&text.unwrap_or_else(|| "no message".into())))
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { kind: error.kind().into(), message: error.to_string() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_named_failure() {
        let failure = Failure::caught::<()>(|| panic!("index {}", 7)).unwrap_err();
        assert_eq!(failure.kind, "internal");
        assert!(failure.message.contains("index 7"), "{failure:?}");
    }
}
