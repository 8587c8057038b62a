//! Weights from files: ours with their manifest, and anybody's by torchvision's names.

mod parameters;

use std::path::Path;

use koniscope_engine::Graph;

pub use parameters::{Parameters, to_safetensors};

use crate::{
    Error,
    checked_manifest::CheckedManifest,
    digest::sha256,
    files::bytes_of,
    manifest::{Network, Region},
    model::{
        Device, lungs::UNetLungs, resnet, stages::ResNetStages, unet, zone_grades::ResNetZones,
    },
};

/// Most bytes of a file of weights: more than any network that a manifest allows.
const WEIGHTS_BYTES: u64 = 4 << 30;

/// Loads a lung network by its manifest.
///
/// # Errors
/// [`Error::Model`] if its manifest or weights are missing, damaged or contradict each other.
pub fn load_lungs(manifest: &Path, device: &Device) -> Result<UNetLungs, Error> {
    let (manifest, bytes) = read_model(manifest)?;
    UNetLungs::new(unet(&manifest, &bytes)?, manifest, device)
}

/// Loads a classifier by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_lungs`].
pub fn load_stages(manifest: &Path, device: &Device) -> Result<ResNetStages, Error> {
    let (network, manifest) = load_graph(manifest)?;
    if !matches!(manifest.network, Network::Resnet { .. }) {
        return Err(Error::Model { detail: format!("{} is no ResNet", manifest.id) });
    }
    check_region(&manifest, Region::Lungs)?;
    ResNetStages::new(network, manifest, device)
}

/// Loads a zone grader by its manifest.
///
/// # Errors
/// [`Error::Model`], see [`load_lungs`]; also if the network was not trained on zones, or its
/// manifest names or calibrates other outputs than [`OUTPUTS`](crate::grading::OUTPUTS).
pub fn load_zones(manifest: &Path, device: &Device) -> Result<ResNetZones, Error> {
    let (manifest, bytes) = read_model(manifest)?;
    check_region(&manifest, Region::Zones)?;
    ResNetZones::new(resnet(&manifest, &bytes)?, manifest, device)
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

/// Loads any network by its manifest, as a list of operations with its parameters.
///
/// # Errors
/// [`Error::Model`], see [`load_lungs`].
pub fn load_graph(manifest: &Path) -> Result<(Graph, CheckedManifest), Error> {
    let (manifest, bytes) = read_model(manifest)?;
    let graph = match manifest.network {
        Network::Unet { .. } => unet(&manifest, &bytes)?,
        Network::Resnet { .. } => resnet(&manifest, &bytes)?,
    };
    Ok((graph, manifest))
}

/// The U-Net of a manifest with its weights.
fn unet(manifest: &CheckedManifest, weights: &[u8]) -> Result<Graph, Error> {
    let Network::Unet { width, depth } = manifest.network else {
        return Err(Error::Model { detail: format!("{} is no U-Net", manifest.id) });
    };
    let mut parameters = Parameters::parse(weights)?;
    let classes = manifest.classes.len();
    let graph =
        unet::graph([width, depth], classes, &mut |name, shape| parameters.take(name, shape));
    parameters.finish()?;
    Ok(graph)
}

/// The ResNet of a manifest with its weights.
fn resnet(manifest: &CheckedManifest, weights: &[u8]) -> Result<Graph, Error> {
    let Network::Resnet { layers, width } = manifest.network else {
        return Err(Error::Model { detail: format!("{} is no ResNet", manifest.id) });
    };
    let mut parameters = Parameters::parse(weights)?;
    let classes = manifest.classes.len();
    let graph =
        resnet::graph([layers, width], classes, &mut |name, shape| parameters.take(name, shape))
            .ok_or_else(|| Error::Model {
                detail: format!("no ResNet has {layers} layers here; 18 and 34 are known"),
            })?;
    parameters.finish()?;
    Ok(graph)
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
