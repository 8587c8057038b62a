//! A reader from a folder of models.

use std::path::Path;

use super::Reader;
use crate::{
    Error,
    checked_manifest::CheckedManifest,
    manifest::Region,
    model::Device,
    reading::SecondStageKind,
    second_stage::{SecondStage, WholeLungClassifier, ZoneGrading},
    site::Site,
    weights::{load_lungs, load_stages, load_zones},
};

/// Manifest of the lung network, in a folder of models.
pub const LUNGS_MANIFEST: &str = "lungs.toml";

/// Manifest of the classifier of both lungs.
pub const CLASSIFIER_MANIFEST: &str = "classifier.toml";

/// Manifest of the zone grader.
pub const ZONES_MANIFEST: &str = "zones.toml";

/// A site's file that a folder of models brings for its zone grader.
pub const ZONES_SITE: &str = "zones.site.toml";

/// A site's file that a folder of models brings for its classifier.
pub const CLASSIFIER_SITE: &str = "classifier.site.toml";

/// Loads both networks of a folder of models: `lungs.toml`, and `classifier.toml` or `zones.toml`
/// as `which` says; where it says nothing, zones if the folder has them.
///
/// # Errors
/// [`Error::Model`] if a manifest or its weights are missing, damaged or contradict each other.
pub fn load_reader(
    models: &Path,
    device: &Device,
    which: Option<SecondStageKind>,
) -> Result<Reader, Error> {
    let zones = models.join(ZONES_MANIFEST);
    let kind = match which {
        Some(SecondStageKind::Zones) if !zones.is_file() => {
            return Err(Error::Model {
                detail: format!(
                    "{} holds no {ZONES_MANIFEST}, the manifest of a zone grader. Put it there with \
                     its weights, or read with the paper's classifier",
                    models.display()
                ),
            });
        }
        Some(kind) => kind,
        None if zones.is_file() => SecondStageKind::Zones,
        None => SecondStageKind::Paper,
    };
    let load = || match kind {
        SecondStageKind::Zones => zone_grading(&zones, device),
        SecondStageKind::Paper => whole_lung(&models.join(CLASSIFIER_MANIFEST), device),
    };
    // Side by side: loading takes as long as a reading.
    let (second_stage, lungs) =
        rayon::join(load, || load_lungs(&models.join(LUNGS_MANIFEST), device));
    let second_stage = second_stage?;
    Ok(Reader::new(Box::new(lungs?), second_stage))
}

/// Loads a second stage: the kind that its manifest says.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`]; also of a network that was trained on whole films, which no
/// reader gives it.
pub fn load_second_stage(manifest: &Path, device: &Device) -> Result<Box<dyn SecondStage>, Error> {
    match CheckedManifest::read(manifest)?.region {
        Region::Zones => zone_grading(manifest, device),
        Region::Lungs | Region::Film => whole_lung(manifest, device),
    }
}

fn zone_grading(manifest: &Path, device: &Device) -> Result<Box<dyn SecondStage>, Error> {
    Ok(Box::new(ZoneGrading::new(Box::new(load_zones(manifest, device)?))?))
}

fn whole_lung(manifest: &Path, device: &Device) -> Result<Box<dyn SecondStage>, Error> {
    Ok(Box::new(WholeLungClassifier::new(Box::new(load_stages(manifest, device)?))?))
}

/// Sets a reader to a site: by the file given, else by the one that the folder of models brings for
/// its second stage, where there is one.
///
/// # Errors
/// [`Error::Model`] if the file cannot be used or was made for other weights.
pub fn at_site(reader: Reader, models: &Path, site: Option<&Path>) -> Result<Reader, Error> {
    let own = models.join(match reader.second_stage().kind() {
        SecondStageKind::Paper => CLASSIFIER_SITE,
        SecondStageKind::Zones => ZONES_SITE,
    });
    match site.or(own.is_file().then_some(own.as_path())) {
        Some(file) => reader.at_site(Site::read(file)?),
        None => Ok(reader),
    }
}
