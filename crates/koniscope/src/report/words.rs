//! Words that several reports share.

use super::FilmReport;
use crate::{
    large::LargeOpacity,
    manifest::TrainedOn,
    quality::Flag,
    reading::{
        CalibratedOn, Detection, Gbz70, Ilo, Lung, Reading, SecondStageKind, StageProbabilities,
    },
    segmentation::Side,
    zones::Zone,
};

/// What the probability is one of, as `Probability of tuberculosis`.
pub(super) fn probability_of(detection: &Detection) -> String {
    format!("Probability of {}", detection.target)
}

/// As `Probability of tuberculosis, calibrated on films of patients`.
pub(super) fn probability_title(detection: &Detection) -> String {
    format!("{}, {}", probability_of(detection), calibrated(detection))
}

/// What a probability was calibrated on, as `calibrated on simulated films`; never that it is calibrated.
pub(super) fn calibrated(detection: &Detection) -> String {
    match detection.calibrated_on {
        Some(CalibratedOn::Patients) => "calibrated on films of patients".into(),
        Some(CalibratedOn::Simulated) => "calibrated on simulated films".into(),
        Some(CalibratedOn::StandIn) => format!("calibrated on films of {}", detection.target),
        Some(CalibratedOn::Site) => "calibrated on the site's films".into(),
        None => "calibrated on films that are not known".into(),
    }
}

/// What a reader must know of the weights behind a reading: their notices, and a sentence of ours for a
/// second stage that has none and has not learnt from patients.
pub(super) fn notices(reading: &Reading) -> Vec<String> {
    let models = [&reading.models.classifier, &reading.models.lungs];
    let mut notices: Vec<String> = models.iter().filter_map(|m| m.notice.clone()).collect();
    let Detection { target, trained_on, .. } = &reading.pneumoconiosis;
    let own = match trained_on {
        Some(TrainedOn::Patients) => None,
        Some(TrainedOn::Simulated) => {
            Some(format!("Trained on simulated films: none of a person with {target} was seen."))
        }
        Some(TrainedOn::StandIn) => Some(format!(
            "Stand-in: this classifier was trained to find {target}, not pneumoconiosis. Its \
             probability says nothing about dust disease."
        )),
        None => Some("It is not known whose films the second stage has learnt from.".into()),
    };
    if reading.models.classifier.notice.is_none() {
        notices.splice(0..0, own);
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

/// What the second stage is called.
pub(super) fn grader(reading: &Reading) -> &'static str {
    match reading.models.grader {
        SecondStageKind::Paper => "Classifier",
        SecondStageKind::Zones => "Zone grader",
    }
}

/// What a stage is called: by which rule, where one gave it.
pub(super) fn stage_title(is_by_rule: bool) -> &'static str {
    if is_by_rule { "Stage (GBZ 70)" } else { "Stage" }
}

/// The likeliest stage, as `II, P 0.62`.
pub(super) fn stage(reading: &Reading) -> Option<String> {
    likeliest_stage(reading).map(|(class, p)| format!("{class}, P {p:.2}"))
}

/// All stages, as `0 0.10, I 0.20, II 0.62, III 0.08`.
pub(super) fn stages(stage: &StageProbabilities) -> String {
    let pairs = stage.classes.iter().zip(&stage.probabilities);
    pairs.map(|(class, p)| format!("{class} {p:.2}")).collect::<Vec<_>>().join(", ")
}

/// The clause of the rule, and the stage it gives where a site's calibration has made another one
/// the likeliest.
pub(super) fn clause(reading: &Reading) -> Option<String> {
    let Gbz70 { stage, clause_text, .. } = &reading.graded.as_ref()?.gbz70;
    Some(match likeliest_stage(reading) {
        Some((class, _)) if class != stage.name() => {
            format!("by the rule alone {}: {clause_text}", stage.name())
        }
        _ => (*clause_text).to_owned(),
    })
}

/// What a site's threshold and coverage make of the film, as `positive from 0.31`,
/// `stages I to II`.
pub(super) fn decisions(reading: &Reading) -> Vec<String> {
    let mut said = Vec::new();
    let Detection { positive, threshold, .. } = &reading.pneumoconiosis;
    if let (Some(positive), Some(threshold)) = (positive, threshold) {
        let word = if *positive { "positive" } else { "negative" };
        said.push(format!("{word} (threshold {threshold:.2})"));
    }
    if let Some([first, .., last]) = reading.stage.as_ref().and_then(|s| s.set.as_deref()) {
        said.push(format!("stages {first} to {last} possible"));
    }
    said
}

/// Why nothing should be concluded.
pub(super) fn abstention(reading: &Reading) -> Option<String> {
    reading.abstained.as_ref().map(|abstained| format!("Abstained: {}", abstained.reason))
}

/// As `profusion 2/2 (positive), shapes q/t, large opacities A`.
pub(super) fn ilo(ilo: &Ilo) -> String {
    let positive = if ilo.positive { "positive" } else { "negative" };
    let shape = ilo.shape.map_or(String::new(), |shape| {
        format!(", shapes {}/{}", shape.primary.name(), shape.secondary.name())
    });
    let large = ilo.large_opacity.map_or("not told without mm".into(), |c| format!("{c:?}"));
    format!("profusion {} ({positive}){shape}, large opacities {large}", ilo.profusion)
}

/// As `right upper 31 x 22 mm`, or in pixels where the spacing is unknown.
pub(super) fn large_opacity(opacity: &LargeOpacity) -> String {
    let zone = Zone { side: opacity.side, level: opacity.zone }.name().replace('_', " ");
    format!("{zone} {}", axes(opacity))
}

/// As `31 x 22 mm`, or in pixels where the spacing is unknown.
pub(super) fn axes(opacity: &LargeOpacity) -> String {
    match (opacity.long_axis_mm, opacity.short_axis_mm) {
        (Some(long), Some(short)) => format!("{long:.0} x {short:.0} mm"),
        _ => format!("{:.0} x {:.0} px", opacity.long_axis_px, opacity.short_axis_px),
    }
}

/// Grades of one lung from above, as `2 1 0`.
pub(super) fn grades(reading: &Reading, side: Side) -> Option<String> {
    let zones = &reading.graded.as_ref()?.zones;
    let own = Zone::ALL.into_iter().filter(|zone| zone.side == side);
    Some(own.map(|zone| zones.get(zone).grade.to_string()).collect::<Vec<_>>().join(" "))
}

/// The likeliest stage and its probability, where the second stage tells stages.
pub(super) fn likeliest_stage(reading: &Reading) -> Option<(&str, f64)> {
    let stage = reading.stage.as_ref()?;
    let pairs = stage.classes.iter().zip(&stage.probabilities);
    pairs.max_by(|a, b| a.1.total_cmp(b.1)).map(|(class, p)| (class.as_str(), *p))
}
