//! `koniscope node check`: whether a peer does what is asked of it, by doing it: one step after another, each
//! with a traffic light, its time, and what helps.

mod compare;
mod ears;
mod steps;
mod test_film;

use std::{fmt, sync::Arc, time::Instant};

use serde::Serialize;
pub(crate) use test_film::{PATIENT_ID, number_of};

use crate::{Log, config::Config, scu::ScuError};

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    /// Well.
    Green,
    /// It works, and something is to be known or done.
    Yellow,
    /// It does not work.
    Red,
}

impl fmt::Display for Light {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        })
    }
}

/// One step, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// How it went.
    pub light: Light,
    /// What was done.
    pub step: String,
    /// What came of it, in plain words; empty where there is no more to say.
    pub words: String,
    /// What helps, where something does.
    pub remedy: Option<String>,
    /// Milliseconds that it took.
    pub ms: u64,
}

/// All steps.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What this is for.
    pub disclaimer: &'static str,
    /// Name of the peer.
    pub peer: String,
    /// The worst of the lights.
    pub light: Light,
    /// In their order; one without which the next make no sense is the last.
    pub steps: Vec<Step>,
}

impl Report {
    /// As text, a step a line, and what helps below it.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for Step { light, step, words, remedy, ms } in &self.steps {
            let told = if words.is_empty() { String::new() } else { format!(": {words}") };
            lines.push(format!("{light:6}  {step}{told} ({ms} ms)"));
            lines.extend(remedy.iter().map(|remedy| format!("        -> {remedy}")));
        }
        lines.push(format!("{:6}  {} as a whole", self.light, self.peer));
        lines.push(self.disclaimer.to_owned());
        lines.join("\n") + "\n"
    }
}

/// What came of a step: well, well but, or not.
enum Came {
    Well(String),
    But(String, String),
    Not(String, String),
}

impl From<ScuError> for Came {
    fn from(error: ScuError) -> Self {
        Self::Not(error.with_words(), error.remedy().to_owned())
    }
}

/// The steps so far.
struct Steps(Vec<Step>);

impl Steps {
    /// Notes a step that began at a time. Whether it went well enough to go on.
    fn note(&mut self, begun: Instant, step: impl Into<String>, came: Came) -> bool {
        let (light, words, remedy) = match came {
            Came::Well(words) => (Light::Green, words, None),
            Came::But(words, remedy) => (Light::Yellow, words, Some(remedy)),
            Came::Not(words, remedy) => (Light::Red, words, Some(remedy)),
        };
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.push(Step { light, step: step.into(), words, remedy, ms });
        light < Light::Red
    }
}

/// Checks a peer of the configuration with a film, or with a test film of the program's own.
///
/// # Errors
/// If there is no such peer, or the film is no DICOM file.
pub async fn peer(
    config: Arc<Config>,
    name: &str,
    film: Option<Vec<u8>>,
    log: Log,
) -> Result<Report, String> {
    let peer = config.peer(name)?.clone();
    let mut steps = Steps(Vec::new());
    steps::all(&mut steps, &config, (name, &peer), film, log).await?;
    let light = steps.0.iter().map(|step| step.light).max().unwrap_or(Light::Red);
    let disclaimer = "Research use only. Not a medical device; not for diagnosis.";
    Ok(Report { disclaimer, peer: name.to_owned(), light, steps: steps.0 })
}
