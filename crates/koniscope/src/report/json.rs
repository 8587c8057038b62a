//! `reading.json`, one document for many films, and both read back.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, from_value};

use super::{Failure, FilmReport};
use crate::reading::{DISCLAIMER, Reading, SCHEMA_VERSION, SecondStageKind, Software};

/// One film as JSON text: its reading, or an `error` with `kind` and `message` in its place.
pub fn film(report: &FilmReport) -> String {
    pretty(report)
}

/// Many films as one JSON text: `{ schema_version, disclaimer, software, films: [...] }`, a film as in
/// [`film`].
pub fn document(reports: &[FilmReport]) -> String {
    pretty(&Document {
        schema_version: SCHEMA_VERSION,
        disclaimer: DISCLAIMER,
        software: Software::this(),
        films: reports,
    })
}

/// Reads what [`film`] wrote.
///
/// # Errors
/// What is wrong and where, also if it is of another [`SCHEMA_VERSION`].
pub fn parse(text: &str) -> Result<FilmReport, String> {
    serde_json::from_str(text).map_err(|e| format!("no reading: {e}"))
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_else(|e| {
        // Only maps with keys that are no strings fail, and there are none.
        unreachable!("a report of strings and numbers is JSON: {e}")
    });
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    disclaimer: &'static str,
    software: Software,
    films: &'a [FilmReport],
}

#[derive(Serialize)]
struct FilmDocument<'a> {
    file: FileEntry<'a>,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

/// The file as it was given, and the folder of its results.
#[derive(Serialize, Deserialize)]
struct FileEntry<'a> {
    path: Cow<'a, str>,
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Read(&'a Reading),
    NotRead {
        schema_version: u32,
        disclaimer: &'static str,
        software: Software,
        error: &'a Failure,
    },
}

impl Serialize for FilmReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let file = FileEntry {
            path: self.path.as_str().into(),
            name: self.file_name().into(),
            folder: self.folder.as_deref().map(Cow::from),
        };
        let outcome = match &self.outcome {
            Ok(reading) => Outcome::Read(reading),
            Err(error) => Outcome::NotRead {
                schema_version: SCHEMA_VERSION,
                disclaimer: DISCLAIMER,
                software: Software::this(),
                error,
            },
        };
        FilmDocument { file, outcome }.serialize(serializer)
    }
}

/// What was written, before it is known of which kind it is.
#[derive(Deserialize)]
struct Written {
    schema_version: u32,
    file: FileEntry<'static>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl<'de> Deserialize<'de> for FilmReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { schema_version, file, mut rest } = Written::deserialize(deserializer)?;
        if schema_version != SCHEMA_VERSION {
            return Err(D::Error::custom(format!(
                "schema_version is {schema_version}; {SCHEMA_VERSION} was expected"
            )));
        }
        let outcome = match rest.remove("error") {
            Some(error) => Err(from_value(error).map_err(D::Error::custom)?),
            None => {
                rest.insert("schema_version".into(), schema_version.into());
                let reading: Reading = from_value(Value::Object(rest)).map_err(D::Error::custom)?;
                // A part that is not there and one that is damaged look alike to serde.
                let is_graded = reading.models.grader == SecondStageKind::Zones;
                if is_graded != reading.graded.is_some() {
                    return Err(D::Error::custom("its zones are missing or damaged"));
                }
                Ok(reading)
            }
        };
        let folder = file.folder.map(Cow::into_owned);
        Ok(Self { path: file.path.into_owned(), folder, outcome })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod schema;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
