//! Words that several reports share.

use super::FilmReport;
use crate::{
    large::LargeOpacity,
    manifest::TrainedOn,
    quality::Flag,
    reading::{CalibratedOn, Detection, Gbz70, Graded, Ilo, Lung, Reading, SecondStageKind},
    segmentation::Side,
    zones::Zone,
};

/// As `Probability of tuberculosis, calibrated on films of patients`.
pub(crate) fn probability_title(detection: &Detection) -> String {
    format!("Probability of {}, {}", detection.target, calibrated(detection))
}

/// Edges of the bands in which probabilities are told that were not calibrated on films of patients.
const BANDS: [f64; 5] = [0.05, 0.20, 0.50, 0.80, 0.95];

/// A probability for people. Two digits where it was calibrated on films of patients with the disease;
/// elsewhere a band, since more than a band is not known: as `<0.05`, `0.20-0.50`, `>0.95`.
pub fn probability(p: f64, detection: &Detection) -> String {
    if matches!(detection.calibrated_on, Some(CalibratedOn::Patients | CalibratedOn::Site)) {
        return format!("{p:.2}");
    }
    let [lowest, .., highest] = BANDS;
    match BANDS.iter().filter(|edge| p >= **edge).count() {
        0 => format!("<{lowest:.2}"),
        n if n == BANDS.len() => format!(">{highest:.2}"),
        n => format!("{:.2}-{:.2}", BANDS[n - 1], BANDS[n]),
    }
}

/// A name without what steers a terminal or turns the direction of what follows it: control
/// characters, and those of bidirectional text.
pub(crate) fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '?' } else { c }).collect()
}

/// What a probability was calibrated on, as `calibrated on simulated films`; never that it is calibrated.
pub fn calibrated(detection: &Detection) -> String {
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
pub fn notices(reading: &Reading) -> Vec<String> {
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
pub(crate) fn all_notices(films: &[FilmReport]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for notice in films.iter().filter_map(FilmReport::reading).flat_map(notices) {
        if !all.contains(&notice) {
            all.push(notice);
        }
    }
    all
}

/// As `5 films: 3 read, 2 not read`.
pub(crate) fn counts(films: &[FilmReport]) -> String {
    let read = films.iter().filter(|film| film.outcome.is_ok()).count();
    let noun = if films.len() == 1 { "film" } else { "films" };
    format!("{} {noun}: {read} read, {} not read", films.len(), films.len() - read)
}

/// Area for people: cm2, or pixels where the spacing is unknown.
pub(crate) fn area(lung: &Lung) -> String {
    match lung.area_mm2 {
        Some(mm2) => format!("{:.0} cm2", mm2 / 100.0),
        None => format!("{} px", lung.area_px),
    }
}

/// A flag's stable word, as in JSON.
pub(crate) fn flag_word(flag: Flag) -> String {
    match serde_json::to_value(flag) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{flag:?}"),
    }
}

/// What the second stage is called.
pub(crate) fn grader(reading: &Reading) -> &'static str {
    match reading.models.grader {
        SecondStageKind::Paper => "Classifier",
        SecondStageKind::Zones => "Zone grader",
    }
}

/// What a stage is called: by which rule, where one gave it.
pub(crate) fn stage_title(is_by_rule: bool) -> &'static str {
    if is_by_rule { "Stage (GBZ 70)" } else { "Stage" }
}

/// The likeliest stage, as `II, P 0.62`.
pub(crate) fn stage(reading: &Reading) -> Option<String> {
    let (class, p) = likeliest_stage(reading)?;
    Some(format!("{class}, P {}", probability(p, &reading.pneumoconiosis)))
}

/// All stages, as `0 0.10, I 0.20, II 0.62, III 0.08`.
pub(crate) fn stages(reading: &Reading) -> Option<String> {
    let stage = reading.stage.as_ref()?;
    let pairs = stage.classes.iter().zip(&stage.probabilities);
    let pairs = pairs.map(|(c, p)| format!("{c} {}", probability(*p, &reading.pneumoconiosis)));
    Some(pairs.collect::<Vec<_>>().join(", "))
}

/// The clause of the rule, and the stage it gives where a site's calibration has made another one
/// the likeliest.
pub(crate) fn clause(reading: &Reading) -> Option<String> {
    let Gbz70 { stage, clause_text, .. } = &reading.graded.as_ref()?.gbz70;
    Some(match likeliest_stage(reading) {
        Some((class, _)) if class != stage.name() => {
            format!("by the rule alone {}: {clause_text}", stage.name())
        }
        _ => clause_text.to_string(),
    })
}

/// What a site's threshold and coverage make of the film, as `positive from 0.31`,
/// `stages I to II`.
pub(crate) fn decisions(reading: &Reading) -> Vec<String> {
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
pub(crate) fn abstention(reading: &Reading) -> Option<String> {
    reading.abstained.as_ref().map(|abstained| format!("Abstained: {}", abstained.reason))
}

/// As `shapes q/t, large opacities A`.
pub(crate) fn ilo(ilo: &Ilo) -> String {
    let shape = ilo.shape.map_or(String::new(), |shape| {
        format!("shapes {}/{}, ", shape.primary.name(), shape.secondary.name())
    });
    let large = ilo.large_opacity.map_or("not told without mm".into(), |c| format!("{c:?}"));
    format!("{shape}large opacities {large}")
}

/// All large opacities, as `right upper 31 x 22 mm; left lower 15 x 12 mm`.
pub(crate) fn large_opacities(graded: &Graded) -> String {
    let each = graded.large_opacities.iter().map(large_opacity);
    each.collect::<Vec<_>>().join("; ")
}

/// As `right upper 31 x 22 mm`, or in pixels where the spacing is unknown.
fn large_opacity(opacity: &LargeOpacity) -> String {
    let zone = Zone { side: opacity.side, level: opacity.zone }.name().replace('_', " ");
    format!("{zone} {}", axes(opacity))
}

/// As `31 x 22 mm`, or in pixels where the spacing is unknown.
pub(crate) fn axes(opacity: &LargeOpacity) -> String {
    match (opacity.long_axis_mm, opacity.short_axis_mm) {
        (Some(long), Some(short)) => format!("{long:.0} x {short:.0} mm"),
        _ => format!("{:.0} x {:.0} px", opacity.long_axis_px, opacity.short_axis_px),
    }
}

/// Grades of one lung from above, as `2 1 0`.
pub(crate) fn grades(reading: &Reading, side: Side) -> Option<String> {
    let zones = &reading.graded.as_ref()?.zones;
    let own = Zone::ALL.into_iter().filter(|zone| zone.side == side);
    Some(own.map(|zone| zones.get(zone).grade.to_string()).collect::<Vec<_>>().join(" "))
}

/// The likeliest stage and its probability, where the second stage tells stages.
pub(crate) fn likeliest_stage(reading: &Reading) -> Option<(&str, f64)> {
    let stage = reading.stage.as_ref()?;
    let pairs = stage.classes.iter().zip(&stage.probabilities);
    pairs.max_by(|a, b| a.1.total_cmp(b.1)).map(|(class, p)| (class.as_str(), *p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_only_where_they_are_known() {
        let mut detection = Detection {
            probability: 0.0,
            calibrated_on: Some(CalibratedOn::Simulated),
            positive: None,
            threshold: None,
            target: "pneumoconiosis".into(),
            trained_on: Some(TrainedOn::Simulated),
        };
        let cases = [
            (0.0, "<0.05"),
            (0.05, "0.05-0.20"),
            (0.36, "0.20-0.50"),
            (0.5, "0.50-0.80"),
            (0.9499, "0.80-0.95"),
            (0.95, ">0.95"),
            (1.0, ">0.95"),
        ];
        for (p, band) in cases {
            assert_eq!(probability(p, &detection), band);
        }
        detection.calibrated_on = Some(CalibratedOn::Site);
        assert_eq!(probability(0.36, &detection), "0.36");
        assert_eq!(calibrated(&detection), "calibrated on the site's films");
    }

    #[test]
    fn a_name_steers_nothing() {
        assert_eq!(plain("a\u{1b}[2J\n\u{202e}gnp.\u{2066}b\u{e9}"), "a?[2J??gnp.?b\u{e9}");
    }
}
