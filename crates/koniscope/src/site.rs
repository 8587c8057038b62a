//! A reader set to a site: its probabilities calibrated on the site's own films, its threshold, sets
//! of stages with a stated coverage, and the films that it knows.
//!
//! A small file, made by `koniscope calibrate` and `koniscope operating-point` from an evaluation, and given
//! to whatever reads. What the file does not hold is not said of a film.

mod conformal;
mod familiar;
mod operating;
mod recalibration;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use conformal::Conformal;
pub use familiar::{Range, Unfamiliar};
pub use operating::{Criterion, OperatingPoint};
pub use recalibration::Recalibration;

use crate::{Error, features::Features, files::text_of};

/// Most bytes of a site's file.
const SITE_BYTES: u64 = 1 << 20;

/// All that a site sets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Name and version of the second stage that it was made for.
    pub model: String,
    /// SHA-256 of its weights: with others the file says nothing.
    pub model_sha256: String,
    /// SHA-256 of their calibration: calibrated anew the same weights tell other probabilities.
    #[serde(default)]
    pub calibration_sha256: String,
    /// The films that it was made from.
    pub films: Films,
    /// One each of "class k and above" for `k` from 1, in order; empty: probabilities stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<Recalibration>,
    /// From which probability a film is called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operating: Option<OperatingPoint>,
    /// How sets of classes are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformal: Option<Conformal>,
    /// What the films looked like, a measure each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub familiar: Vec<Range>,
}

/// The films that a site's file was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Films {
    /// Names of the sets, with `SIMULATED` where they are.
    pub data: String,
    /// Films.
    pub films: usize,
    /// Patients.
    pub patients: usize,
    /// Films of each class.
    pub per_class: Vec<usize>,
}

/// What a site makes of one film.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Probability of each class; they sum to 1.
    pub probabilities: Vec<f64>,
    /// Whether the probability of all classes but the first reaches the threshold.
    pub positive: Option<bool>,
    /// The classes that the film may have, by their places, without gaps.
    pub set: Option<Vec<usize>>,
    /// Why nothing should be concluded.
    pub abstained: Option<Abstention>,
}

/// Why a reader abstains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Abstention {
    /// A stable word.
    pub kind: AbstentionKind,
    /// A sentence for people.
    pub reason: String,
}

/// The kinds of [`Abstention`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbstentionKind {
    /// The film is unlike those that the reader was set on.
    Unfamiliar,
    /// Both disease and its absence lie within the stated coverage.
    Undecided,
}

impl Site {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`Error::Model`] with what is wrong and what was expected.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let fault = |why: String| Error::Model {
            detail: format!("cannot use the site file {}: {why}", path.display()),
        };
        let text = text_of(path, SITE_BYTES).map_err(|e| fault(e.to_string()))?;
        let site: Self = toml::from_str(&text).map_err(|e| fault(e.to_string()))?;
        site.check().map_err(fault)?;
        Ok(site)
    }

    fn check(&self) -> Result<(), String> {
        for calibration in &self.calibration {
            calibration.check()?;
        }
        if let Some(operating) = &self.operating {
            operating.check()?;
        }
        if let Some(conformal) = &self.conformal {
            conformal.check()?;
        }
        self.familiar.iter().try_for_each(Range::check)
    }

    /// Whether it was made for this second stage, by name, SHA-256 of its weights and of their
    /// calibration, with so many classes.
    ///
    /// # Errors
    /// [`Error::Model`] with what does not fit.
    pub fn fits(&self, [id, sha256, calibration]: [&str; 3], classes: usize) -> Result<(), Error> {
        let fault = |detail: String| Err(Error::Model { detail });
        if (self.model.as_str(), self.model_sha256.as_str()) != (id, sha256) {
            return fault(format!(
                "the site file was made for {} with weights {}, the reader has {id} with {sha256}. Make \
                 one for it with `koniscope evaluate` and `koniscope calibrate`",
                self.model, self.model_sha256
            ));
        }
        if self.calibration_sha256 != calibration {
            return fault(format!(
                "the site file was made for another calibration of {id}, which tells other probabilities. \
                 Make one for it with `koniscope evaluate` and `koniscope calibrate`"
            ));
        }
        if !self.calibration.is_empty() && self.calibration.len() != classes - 1 {
            return fault(format!(
                "the site file calibrates {} probabilities; {} were expected for {id}",
                self.calibration.len(),
                classes - 1
            ));
        }
        match &self.conformal {
            Some(conformal) if !conformal.suits(classes) => fault(format!(
                "the site file has {} limits of sets; 1 or {classes} were expected for {id}",
                conformal.limits.len()
            )),
            _ => Ok(()),
        }
    }

    /// What the site makes of a film's probabilities, which sum to 1, and measures.
    pub fn decide(&self, probabilities: &[f64], features: Option<&Features>) -> Decided {
        let probabilities = recalibration::apply(&self.calibration, probabilities);
        let disease = 1.0 - probabilities[0];
        let set = self.conformal.as_ref().map(|conformal| conformal.set(&probabilities));
        let unfamiliar = familiar::first(&self.familiar, features);
        let abstained = match (&self.conformal, &set) {
            _ if unfamiliar.is_some() => unfamiliar.map(|unfamiliar| Abstention {
                kind: AbstentionKind::Unfamiliar,
                reason: unfamiliar.to_string(),
            }),
            (Some(conformal), Some(set)) if set.contains(&0) && set.len() > 1 => Some(Abstention {
                kind: AbstentionKind::Undecided,
                reason: format!(
                    "both disease and its absence lie within a coverage of {:.0} %",
                    100.0 * conformal.coverage
                ),
            }),
            _ => None,
        };
        let positive = self.operating.as_ref().map(|point| disease >= point.threshold);
        Decided { probabilities, positive, set, abstained }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            model: "m".into(),
            model_sha256: "ab".into(),
            calibration_sha256: "ef".into(),
            operating: Some(OperatingPoint::new(Criterion::Sensitivity, 0.9, 0.4)),
            conformal: Some(Conformal { coverage: 0.9, limits: vec![0.75] }),
            familiar: vec![Range { name: "gray".into(), low: 0.2, high: 0.6 }],
            ..Site::default()
        }
    }

    fn features(gray: f64) -> Features {
        Features {
            lung_ratio: 1.1,
            aspect: 1.0,
            filled: 0.5,
            height_ratio: 1.0,
            height_share: 0.7,
            gray,
            spread: 0.2,
            fine: 0.1,
            coarse: 0.4,
        }
    }

    #[test]
    fn a_sure_film_is_decided_and_a_doubtful_one_is_not() {
        let decided = site().decide(&[0.05, 0.1, 0.8, 0.05], Some(&features(0.4)));
        assert_eq!((decided.positive, decided.set), (Some(true), Some(vec![2])));
        assert_eq!(decided.abstained, None);
        let decided = site().decide(&[0.55, 0.45, 0.0, 0.0], Some(&features(0.4)));
        assert_eq!((decided.positive, decided.set), (Some(true), Some(vec![0, 1])));
        let abstained = decided.abstained.expect("a doubtful film");
        assert_eq!(abstained.kind, AbstentionKind::Undecided);
        assert!(abstained.reason.contains("90 %"), "{}", abstained.reason);
    }

    #[test]
    fn an_unfamiliar_film_is_named_whatever_its_probability() {
        let sure = [0.99, 0.01, 0.0, 0.0];
        for film in [Some(features(0.7)), None] {
            let abstained = site().decide(&sure, film.as_ref()).abstained.expect("unfamiliar");
            assert_eq!(abstained.kind, AbstentionKind::Unfamiliar);
        }
        let reason = site().decide(&sure, Some(&features(0.7))).abstained.expect("so").reason;
        assert!(reason.contains("0.700") && reason.contains("0.200 to 0.600"), "{reason}");
    }

    #[test]
    fn a_file_for_other_weights_or_classes_is_refused() {
        let mut site = site();
        assert!(site.fits(["m", "ab", "ef"], 4).is_ok());
        // The same weights, calibrated anew, are another model.
        let anew = site.fits(["m", "ab", "ee"], 4).unwrap_err().to_string();
        assert!(anew.contains("another calibration of m"), "{anew}");
        for other in [site.fits(["m", "cd", "ef"], 4), site.fits(["m2", "ab", "ef"], 4)] {
            assert!(other.unwrap_err().to_string().contains("made for m with weights ab"));
        }
        site.calibration = vec![Recalibration::identity(); 3];
        assert!(site.fits(["m", "ab", "ef"], 4).is_ok());
        assert!(site.fits(["m", "ab", "ef"], 2).is_err());
        site.conformal = Some(Conformal { coverage: 0.9, limits: vec![0.5; 4] });
        site.calibration.clear();
        assert!(site.fits(["m", "ab", "ef"], 2).is_err());
    }

    #[test]
    fn a_file_comes_back_as_it_was_and_nonsense_is_refused() {
        let text = toml::to_string(&site()).expect("a site is TOML");
        assert_eq!(toml::from_str::<Site>(&text).expect("its own text"), site());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("site.toml");
        for (from, to, named) in [
            ("threshold = 0.4", "threshold = 1.4", "threshold"),
            ("coverage = 0.9", "coverage = 0.0", "coverage"),
            ("low = 0.2", "low = 0.9", "gray"),
            ("name = \"gray\"", "name = \"hue\"", "hue"),
        ] {
            assert!(text.contains(from), "{text}");
            std::fs::write(&path, text.replace(from, to)).expect("a file");
            let error = Site::read(&path).expect_err(to).to_string();
            assert!(error.contains(named) && error.contains("site.toml"), "{error}");
        }
    }
}
