//! Words that several reports share.

use super::FilmReport;
use crate::{
    quality::Flag,
    reading::{Detection, Lung, Reading},
};

/// What the probability is one of, as `Probability of tuberculosis`.
pub(super) fn probability_of(detection: &Detection) -> String {
    format!("Probability of {}", detection.target)
}

/// What a reader must know of the weights behind a reading: their notices and, for a stand-in
/// without one, a sentence of ours.
pub(super) fn notices(reading: &Reading) -> Vec<String> {
    let models = [&reading.models.classifier, &reading.models.lungs];
    let mut notices: Vec<String> = models.iter().filter_map(|m| m.notice.clone()).collect();
    let Detection { target, stand_in, .. } = &reading.pneumoconiosis;
    if *stand_in && reading.models.classifier.notice.is_none() {
        notices.insert(
            0,
            format!(
                "Stand-in: this classifier was trained to find {target}, not pneumoconiosis. Its \
                 probability says nothing about dust disease."
            ),
        );
    }
    notices
}

/// The notices of all films, each once.
pub(super) fn all_notices(films: &[FilmReport]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for notice in films.iter().filter_map(FilmReport::reading).flat_map(notices) {
        if !all.contains(&notice) {
            all.push(notice);
        }
    }
    all
}

/// As `5 films: 3 read, 2 not read`.
pub(super) fn counts(films: &[FilmReport]) -> String {
    let read = films.iter().filter(|film| film.outcome.is_ok()).count();
    let noun = if films.len() == 1 { "film" } else { "films" };
    format!("{} {noun}: {read} read, {} not read", films.len(), films.len() - read)
}

/// Area for people: cm2, or pixels where the spacing is unknown.
pub(super) fn area(lung: &Lung) -> String {
    match lung.area_mm2 {
        Some(mm2) => format!("{:.0} cm2", mm2 / 100.0),
        None => format!("{} px", lung.area_px),
    }
}

/// A flag's stable word, as in JSON.
pub(super) fn flag_word(flag: Flag) -> String {
    match serde_json::to_value(flag) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{flag:?}"),
    }
}

/// The likeliest stage and its probability, where the classifier has stages.
pub(super) fn likeliest_stage(reading: &Reading) -> Option<(&str, f64)> {
    let stage = reading.stage.as_ref()?;
    let pairs = stage.classes.iter().zip(&stage.probabilities);
    pairs.max_by(|a, b| a.1.total_cmp(b.1)).map(|(class, p)| (class.as_str(), *p))
}
