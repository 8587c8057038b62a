//! Weights from files: ours with their manifest, and anybody's by torchvision's names.

mod parameters;

use std::path::Path;

use burn_store::SafetensorsStore;
use koniscope_engine::Graph;

use parameters::apply_safetensors;
pub use parameters::{Missing, load_pretrained, to_safetensors};

use crate::{
    Error,
    checked_manifest::CheckedManifest,
    decode::Limits,
    digest::sha256,
    files::bytes_of,
    manifest::{Network, Region},
    model::{
        Device, described::Described, lungs::UNetLungs, resnet::ResNet, stages::ResNetStages,
        unet::UNet, zone_grades::ResNetZones,
    },
    reading::{Grading, GradingKind, Reader},
    site::Site,
};

/// Most bytes of a file of weights: more than any network that a manifest allows.
const WEIGHTS_BYTES: u64 = 4 << 30;

/// Manifest of the lung network, in a folder of models.
pub const LUNGS_MANIFEST: &str = "lungs.toml";

/// Manifest of the classifier read with by default.
pub const CLASSIFIER_MANIFEST: &str = "classifier.toml";

/// Manifest of the zone grader.
pub const ZONES_MANIFEST: &str = "zones.toml";

/// A site's file that a folder of models brings for its zone grader.
pub const ZONES_SITE: &str = "zones.site.toml";

/// A site's file that a folder of models brings for its classifier.
pub const CLASSIFIER_SITE: &str = "classifier.site.toml";

/// Sets a reader to a site: by the file given, else by the one that the folder of models brings for
/// its second stage, where there is one.
///
/// # Errors
/// [`Error::Model`] if the file cannot be used or was made for other weights.
pub fn at_site(reader: Reader, models: &Path, site: Option<&Path>) -> Result<Reader, Error> {
    let own = models.join(match reader.grading.kind() {
        GradingKind::Paper => CLASSIFIER_SITE,
        GradingKind::Zones => ZONES_SITE,
    });
    match site.or(own.is_file().then_some(own.as_path())) {
        Some(file) => reader.at_site(Site::read(file)?),
        None => Ok(reader),
    }
}

/// Loads both networks of a folder of models: `lungs.toml`, and `classifier.toml` or `zones.toml`
/// as `which` says; where it says nothing, zones if the folder has them.
///
/// # Errors
/// [`Error::Model`] if a manifest or its weights are missing, damaged or contradict each other.
pub fn load_reader(
    models: &Path,
    device: &Device,
    which: Option<GradingKind>,
) -> Result<Reader, Error> {
    // Side by side: loading takes as long as a reading.
    let (grading, lungs) = rayon::join(
        || load_grading(models, device, which),
        || load_lungs(&models.join(LUNGS_MANIFEST), device),
    );
    let grading = grading?;
    Ok(Reader { segmenter: Box::new(lungs?), grading, limits: Limits::default(), site: None })
}

fn load_grading(
    models: &Path,
    device: &Device,
    which: Option<GradingKind>,
) -> Result<Grading, Error> {
    let zones = models.join(ZONES_MANIFEST);
    Ok(match which {
        Some(GradingKind::Zones) if !zones.is_file() => {
            return Err(Error::Model {
                detail: format!(
                    "{} holds no {ZONES_MANIFEST}, the manifest of a zone grader. Put it there with \
                     its weights, or read with the paper's classifier",
                    models.display()
                ),
            });
        }
        Some(GradingKind::Zones) => Grading::Zones(Box::new(load_zones(&zones, device)?)),
        None if zones.is_file() => Grading::Zones(Box::new(load_zones(&zones, device)?)),
        Some(GradingKind::Paper) | None => {
            Grading::Paper(Box::new(load_stages(&models.join(CLASSIFIER_MANIFEST), device)?))
        }
    })
}

/// Loads a lung network by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_lungs(manifest: &Path, device: &Device) -> Result<UNetLungs, Error> {
    let (manifest, bytes) = read_model(manifest)?;
    UNetLungs::new(unet(&manifest, bytes, device)?, manifest, device)
}

/// Loads a classifier by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_stages(manifest: &Path, device: &Device) -> Result<ResNetStages, Error> {
    let (network, manifest) = load_resnet(manifest, device)?;
    check_region(&manifest, Region::Lungs)?;
    ResNetStages::new(network, manifest, device)
}

/// Loads a zone grader by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`]; also if the network was not trained on zones, or its
/// manifest names or calibrates other outputs than [`OUTPUTS`](crate::grading::OUTPUTS).
pub fn load_zones(manifest: &Path, device: &Device) -> Result<ResNetZones, Error> {
    let (manifest, bytes) = read_model(manifest)?;
    check_region(&manifest, Region::Zones)?;
    ResNetZones::new(resnet(&manifest, bytes, device)?, manifest, device)
}

fn check_region(manifest: &CheckedManifest, expected: Region) -> Result<(), Error> {
    let name = |region| match region {
        Region::Lungs => "crops of both lungs (region = \"lungs\")",
        Region::Zones => "single zones (region = \"zones\")",
        Region::Film => "whole films (region = \"film\")",
    };
    if manifest.region == expected {
        return Ok(());
    }
    Err(Error::Model {
        detail: format!(
            "{} was trained on {}; here it would be given {}. Name another manifest",
            manifest.id,
            name(manifest.region),
            name(expected)
        ),
    })
}

/// Loads a classifier's bare network by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_resnet(manifest: &Path, device: &Device) -> Result<(ResNet, CheckedManifest), Error> {
    let (manifest, bytes) = read_model(manifest)?;
    Ok((resnet(&manifest, bytes, device)?, manifest))
}

/// Loads any network by its manifest, as a list of operations with its parameters.
///
/// # Errors
/// [`Error::Model`], see [`load_reader`].
pub fn load_graph(manifest: &Path) -> Result<(Graph, CheckedManifest), Error> {
    let (manifest, bytes) = read_model(manifest)?;
    let device = Device::cpu();
    let graph = match manifest.network {
        Network::Unet { .. } => unet(&manifest, bytes, &device)?.graph(),
        Network::Resnet { .. } => resnet(&manifest, bytes, &device)?.graph(),
    };
    Ok((graph, manifest))
}

/// The U-Net of a manifest with its weights.
fn unet(manifest: &CheckedManifest, weights: Vec<u8>, device: &Device) -> Result<UNet, Error> {
    let Network::Unet { width, depth } = manifest.network else {
        return Err(Error::Model { detail: format!("{} is no U-Net", manifest.id) });
    };
    let mut network = UNet::blank(width, depth, manifest.classes.len(), device.burn());
    apply_safetensors(&mut network, SafetensorsStore::from_bytes(Some(weights)), Missing::Refuse)?;
    Ok(network)
}

/// The ResNet of a manifest with its weights.
fn resnet(manifest: &CheckedManifest, weights: Vec<u8>, device: &Device) -> Result<ResNet, Error> {
    let Network::Resnet { layers, width } = manifest.network else {
        return Err(Error::Model { detail: format!("{} is no ResNet", manifest.id) });
    };
    let mut network = ResNet::blank([layers, width], manifest.classes.len(), device.burn())
        .ok_or_else(|| Error::Model { detail: format!("no ResNet has {layers} layers here") })?;
    apply_safetensors(&mut network, SafetensorsStore::from_bytes(Some(weights)), Missing::Refuse)?;
    Ok(network)
}

/// Reads a manifest and the weights it names, and checks their SHA-256.
fn read_model(path: &Path) -> Result<(CheckedManifest, Vec<u8>), Error> {
    let manifest = CheckedManifest::read(path)?;
    let file = path.with_file_name(&manifest.file);
    let unusable = |why: &dyn std::fmt::Display| Error::Model {
        detail: format!("cannot use {}: {why}", file.display()),
    };
    let bytes = bytes_of(&file, WEIGHTS_BYTES).map_err(|e| unusable(&e))?;
    let found = sha256(&bytes);
    if found != manifest.sha256 {
        return Err(unusable(&format!(
            "its SHA-256 is {found}, its manifest says {}",
            manifest.sha256
        )));
    }
    Ok((manifest, bytes))
}
