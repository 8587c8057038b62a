//! The result of one film, as it is written.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Graded;
use crate::{
    Radiograph,
    decode::{Header, RawImage},
    features::Features,
    manifest::{Manifest, TrainedOn},
    quality::Flag,
    segmentation::{BoundingBox, Extent, LungMask, Side},
    site::{Abstention, Films},
    zones::{LungHeight, Zones},
};

/// The result of one film: complete, or it does not exist. What is written can be read back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// [`SCHEMA_VERSION`](super::SCHEMA_VERSION): which fields there are, and what they mean.
    pub schema_version: u32,
    /// [`DISCLAIMER`](super::DISCLAIMER).
    pub disclaimer: Cow<'static, str>,
    /// The program that read.
    pub software: Software,
    /// The film that was read.
    pub film: Film,
    /// The networks that read it.
    pub models: Models,
    /// What to know about the film.
    pub quality: Quality,
    /// The lungs, per side.
    pub lungs: Lungs,
    /// The lines between the zones, per side.
    pub zone_lines: ZoneLines,
    /// Disease or not.
    pub pneumoconiosis: Detection,
    /// Stage, where the second stage tells four.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageProbabilities>,
    /// Why nothing should be concluded; absent where the site says nothing of it, or no reason is
    /// seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abstained: Option<Abstention>,
    /// What kind of film it is, in numbers; absent where the lungs cannot be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// What a zone grader adds; absent with the paper's classifier.
    #[serde(flatten)]
    pub graded: Option<Graded>,
    /// Milliseconds a step.
    pub timings: Timings,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
}

impl Software {
    /// This library.
    pub fn this() -> Self {
        Self { name: "koniscope".into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

/// The film that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Film {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits that hold a value.
    pub bits_stored: u32,
    /// How the file's picture must be turned to stand upright, by Exif's number: 1 for nothing.
    pub orientation: u8,
    /// Pixel spacing in mm, `[between rows, between columns]`.
    pub spacing_mm: Option<[f64; 2]>,
    /// View position, where the header says it.
    pub view_position: Option<String>,
    /// SOP Instance UID of a DICOM film.
    pub sop_instance_uid: Option<String>,
}

impl Film {
    /// `film` has the spacing, unless it cannot be.
    pub(crate) fn of(raw: &RawImage, film: &Radiograph) -> Self {
        let Header { orientation, spacing_mm, view_position, sop_instance_uid, .. } =
            raw.header.clone();
        let spacing_mm = spacing_mm.filter(|_| film.spacing_mm().is_some());
        Self {
            width: raw.width,
            height: raw.height,
            bits_stored: raw.bits_stored,
            orientation: orientation.exif(),
            spacing_mm,
            view_position,
            sop_instance_uid,
        }
    }
}

/// The networks of a reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// First stage.
    pub lungs: ModelIdentity,
    /// Which kind the second stage is.
    pub grader: SecondStageKind,
    /// Second stage.
    pub classifier: ModelIdentity,
    /// The films that the reader was set to a site on; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Films>,
}

/// The kinds of second stage that ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondStageKind {
    /// The paper's classifier of the crop of both lungs.
    Paper,
    /// A grader of the six zones, with the stage by rule.
    Zones,
}

/// Which weights, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// Name and version.
    pub id: String,
    /// SHA-256 of the weights.
    pub sha256: String,
    /// A warning that belongs to every result of these weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl ModelIdentity {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            id: manifest.id.clone(),
            sha256: manifest.sha256.clone(),
            notice: manifest.notice.clone(),
        }
    }
}

/// What to know about the film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// Flags with their sentence; empty if there is nothing to say.
    pub flags: Vec<FlagEntry>,
}

/// A flag and its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagEntry {
    /// A stable word.
    pub kind: Flag,
    /// A sentence for people.
    pub message: Cow<'static, str>,
}

impl Quality {
    pub(crate) fn of(flags: Vec<Flag>) -> Self {
        let flags =
            flags.into_iter().map(|kind| FlagEntry { kind, message: kind.message().into() });
        Self { flags: flags.collect() }
    }
}

/// Both lungs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lungs {
    /// The patient's right lung.
    pub right: Lung,
    /// The patient's left lung.
    pub left: Lung,
}

/// One lung as found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lung {
    /// Area in pixels.
    pub area_px: usize,
    /// Area in mm2, where the spacing is known.
    pub area_mm2: Option<f64>,
    /// Smallest rectangle that holds it, in pixels.
    pub bounding_box: Option<BoundingBox>,
}

impl Lungs {
    pub(crate) fn of(mask: &LungMask, film: &Radiograph) -> Self {
        let [right, left] = mask.extents().map(|Extent { area_px, bounding_box }| Lung {
            area_px,
            area_mm2: film.pixel_area_mm2().map(|mm2| mm2 * area_px as f64),
            bounding_box,
        });
        Self { right, left }
    }
}

/// Where the zones of both lungs part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneLines {
    /// The patient's right lung.
    pub right: LungLines,
    /// The patient's left lung.
    pub left: LungLines,
}

/// Rows of one lung, in continuous pixels from the file's first row; columns from its first where
/// the file's picture lies on its side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LungLines {
    /// Upper end of the apex.
    pub apex: f64,
    /// Line between the upper and the middle zone.
    pub upper: f64,
    /// Line between the middle and the lower zone.
    pub lower: f64,
    /// Dome of the diaphragm; the lower zone goes on to the lung's lower end.
    pub dome: f64,
    /// From apex to dome in mm, where the spacing is known.
    pub height_mm: Option<f64>,
}

impl ZoneLines {
    pub(crate) fn of(zones: &Zones, film: &Radiograph) -> Self {
        let [right, left] = Side::BOTH.map(|side| {
            let height = zones.lung(side);
            let [upper, lower] = height.lines();
            let LungHeight { apex, dome } = height;
            let height_mm = film.spacing_mm().map(|[row, _]| row * (dome - apex));
            LungLines { apex, upper, lower, dome, height_mm }
        });
        Self { right, left }
    }

    /// Those of one lung.
    pub fn lung(&self, side: Side) -> &LungLines {
        match side {
            Side::Right => &self.right,
            Side::Left => &self.left,
        }
    }
}

/// Disease or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Probability of disease: of all classes but the first, or of stage I and above.
    pub probability: f64,
    /// Whose films it was calibrated on; nothing where that is not known.
    pub calibrated_on: Option<CalibratedOn>,
    /// Whether it reaches the site's threshold; absent where the site has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<bool>,
    /// That threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// What the second stage was really trained to find, as `tuberculosis`.
    pub target: String,
    /// Whose films it was trained on; nothing where that is not known.
    pub trained_on: Option<TrainedOn>,
}

impl Detection {
    pub(crate) fn of(manifest: &Manifest, probability: f64) -> Self {
        Self {
            probability,
            calibrated_on: manifest.calibrated_on().map(CalibratedOn::from),
            positive: None,
            threshold: None,
            target: manifest.target.clone().unwrap_or_else(|| "pneumoconiosis".into()),
            trained_on: manifest.trained_on,
        }
    }
}

/// Whose films a probability was calibrated on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibratedOn {
    /// Of patients with and without the target.
    Patients,
    /// Simulated.
    Simulated,
    /// Of patients with and without the target, which only stands in for pneumoconiosis.
    StandIn,
    /// Those of the site's file.
    Site,
}

impl From<TrainedOn> for CalibratedOn {
    fn from(films: TrainedOn) -> Self {
        match films {
            TrainedOn::Patients => Self::Patients,
            TrainedOn::Simulated => Self::Simulated,
            TrainedOn::StandIn => Self::StandIn,
        }
    }
}

/// Probability of each stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageProbabilities {
    /// The classes, in order.
    pub classes: Vec<String>,
    /// A probability per class; they sum to 1.
    pub probabilities: Vec<f64>,
    /// The classes that the film may have at the site's coverage, without gaps; absent where the
    /// site states none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<Vec<String>>,
}

/// Milliseconds a step took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Timings {
    pub decode_ms: f64,
    pub normalize_ms: f64,
    pub segmentation_ms: f64,
    pub classification_ms: f64,
    pub heat_map_ms: f64,
    pub total_ms: f64,
}
