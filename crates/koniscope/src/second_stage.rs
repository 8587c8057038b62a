//! The second stage: what the lungs that were found show. Any network behind [`SecondStage`] reads.

mod whole_lung;
mod zone_grading;

pub use whole_lung::WholeLungClassifier;
pub use zone_grading::ZoneGrading;

use crate::{
    Error, Radiograph,
    heat_map::HeatMap,
    manifest::Manifest,
    reading::{Graded, SecondStageKind},
    segmentation::LungMask,
    stopwatch::Stopwatch,
    zones::Zones,
};

/// A network with all that makes its answer a conclusion: its crops, its calibration, its rule.
pub trait SecondStage: Send + Sync {
    /// The manifest of the weights.
    fn manifest(&self) -> &Manifest;

    /// Which kind it is, as results name it.
    fn kind(&self) -> SecondStageKind;

    /// Names of the classes that it tells apart, in order; the first is the absence of disease.
    fn classes(&self) -> &[String];

    /// Concludes from a film with its lungs.
    ///
    /// # Errors
    /// [`Error::Model`] if the network cannot run, [`Error::LungsNotFound`] if a lung or a zone is empty.
    fn conclude(&self, chest: Chest, watch: &mut Stopwatch) -> Result<Conclusion, Error>;
}

/// A film with its lungs and their zones, in the film's own pixels.
#[derive(Clone, Copy, Debug)]
pub struct Chest<'a> {
    /// The film as read.
    pub film: &'a Radiograph,
    /// Its lungs, of the same size.
    pub mask: &'a LungMask,
    /// Their zones.
    pub zones: &'a Zones,
}

/// What a second stage says of one film.
#[derive(Clone, Debug)]
pub struct Conclusion {
    /// A probability of each of its [classes](SecondStage::classes); they sum to 1.
    pub probabilities: Vec<f64>,
    /// Graded zones, where it grades them.
    pub graded: Option<Graded>,
    /// Where the evidence lies.
    pub heat_map: HeatMap,
}
