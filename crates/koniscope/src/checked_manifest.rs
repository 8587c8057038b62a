//! A manifest that was checked whole: what follows needs no check of its own.

use std::{
    ops::{Deref, RangeInclusive},
    path::{Component, Path},
};

use crate::{
    Error,
    calibration::Calibration,
    files::text_of,
    grading::ZoneCalibration,
    manifest::{Input, Manifest, Network, Region},
};

/// Most bytes of a manifest. The longest that ships has 12 kB.
const MANIFEST_BYTES: u64 = 1 << 20;

/// Sides of a network's input, in pixels.
const SIDES: RangeInclusive<usize> = 32..=4096;

/// Channels of a network's first level.
const WIDTHS: RangeInclusive<usize> = 1..=256;

/// Levels of a U-Net below its first.
const DEPTHS: RangeInclusive<usize> = 1..=6;

/// Most channels of a U-Net's lowest level: its weights take 2 GB then.
const MOST_CHANNELS: usize = 4096;

/// Classes of a U-Net: background, right lung, left lung.
const LUNG_CLASSES: usize = 3;

/// Most classes of a classifier.
const MOST_CLASSES: usize = 64;

/// A [`Manifest`] whose network can be built, fed and calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedManifest(Manifest);

impl CheckedManifest {
    /// Checks a manifest.
    ///
    /// # Errors
    /// [`Error::Model`] with the first value that is wrong and what was expected.
    pub fn new(manifest: Manifest) -> Result<Self, Error> {
        let faults = [
            file(&manifest.file),
            input(&manifest.input),
            check_network(&manifest.network),
            head(&manifest),
        ];
        if let Some(fault) = faults.into_iter().find_map(Result::err) {
            return Err(Error::Model {
                detail: format!("the manifest of {} is wrong: {fault}", manifest.id),
            });
        }
        match (&manifest.network, manifest.region) {
            (Network::Unet { .. }, _) => {}
            (_, Region::Zones) => drop(ZoneCalibration::of(&manifest)?),
            _ => drop(Calibration::of(&manifest)?),
        }
        Ok(Self(manifest))
    }

    /// Reads and checks the text of a manifest.
    ///
    /// # Errors
    /// [`Error::Model`] if it is no manifest, or as [`new`](Self::new).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fault = |e: toml::de::Error| Error::Model { detail: format!("no manifest: {e}") };
        Self::new(toml::from_str(text).map_err(fault)?)
    }

    /// Reads and checks a manifest alone, without the weights that it names.
    ///
    /// # Errors
    /// [`Error::Model`] with the path, if it cannot be read or as [`parse`](Self::parse).
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unusable = |why: &dyn std::fmt::Display| Error::Model {
            detail: format!("cannot use {}: {why}", path.display()),
        };
        let text = text_of(path, MANIFEST_BYTES).map_err(|e| unusable(&e))?;
        Self::parse(&text).map_err(|e| match e {
            Error::Model { detail } => unusable(&detail),
            other => other,
        })
    }

    /// The manifest, to be changed.
    pub fn into_inner(self) -> Manifest {
        self.0
    }
}

impl Deref for CheckedManifest {
    type Target = Manifest;

    fn deref(&self) -> &Manifest {
        &self.0
    }
}

/// A name alone: a manifest may name no file outside its folder.
fn file(name: &str) -> Result<(), String> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(part)), None) if part == name && !name.contains('\\') => Ok(()),
        _ => Err(format!("file is {name:?}; the name of a file beside it was expected")),
    }
}

fn input(input: &Input) -> Result<(), String> {
    let Input { width, height, channels, mean, std, detail } = input;
    if !SIDES.contains(width) || !SIDES.contains(height) {
        return Err(format!("input is {width} x {height}; {} were expected", range(&SIDES)));
    }
    if !matches!(channels, 1 | 3) {
        return Err(format!("input.channels is {channels}; 1 or 3 was expected"));
    }
    if !mean.is_finite() {
        return Err(format!("input.mean is {mean}; a number was expected"));
    }
    if !(std.is_finite() && *std > 0.0) {
        return Err(format!("input.std is {std}; a number above 0 was expected"));
    }
    if *detail && *channels != 3 {
        return Err(format!("input.detail needs 3 channels, not {channels}"));
    }
    Ok(())
}

/// Whether a network can be built: its kind's layers or levels, and a size that memory holds.
///
/// # Errors
/// The value, and what was expected.
pub fn check_network(network: &Network) -> Result<(), String> {
    let (Network::Unet { width, .. } | Network::Resnet { width, .. }) = network;
    if !WIDTHS.contains(width) {
        return Err(format!("network.width is {width}; {} was expected", range(&WIDTHS)));
    }
    match network {
        Network::Unet { depth, .. } if !DEPTHS.contains(depth) => {
            Err(format!("network.depth is {depth}; {} was expected", range(&DEPTHS)))
        }
        Network::Unet { width, depth } if width << depth > MOST_CHANNELS => Err(format!(
            "network has {} channels on its lowest level; {MOST_CHANNELS} at most were expected",
            width << depth
        )),
        Network::Resnet { layers, .. } if !matches!(layers, 18 | 34) => {
            Err(format!("network.layers is {layers}; 18 or 34 was expected"))
        }
        _ => Ok(()),
    }
}

/// What the network's outputs and input must be for its kind.
fn head(manifest: &Manifest) -> Result<(), String> {
    let Manifest { classes, input, region, .. } = manifest;
    let channels = match manifest.network {
        Network::Unet { depth, .. } => {
            let step = 1 << depth.min(*DEPTHS.end());
            if classes.len() != LUNG_CLASSES {
                return Err("a U-Net needs the classes background, right lung, left lung".into());
            }
            if *region != Region::Lungs {
                return Err("a U-Net sees whole films; leave region out".into());
            }
            if input.width % step != 0 || input.height % step != 0 {
                let size = format!("{} x {}", input.width, input.height);
                return Err(format!("input is {size}; multiples of {step} were expected"));
            }
            1
        }
        Network::Resnet { .. } => {
            if !(2..=MOST_CLASSES).contains(&classes.len()) {
                let count = classes.len();
                return Err(format!("it has {count} classes; 2 to {MOST_CLASSES} were expected"));
            }
            3
        }
    };
    if input.channels != channels {
        return Err(format!("input.channels is {}; this network has {channels}", input.channels));
    }
    Ok(())
}

fn range(of: &RangeInclusive<usize>) -> String {
    format!("{} to {}", of.start(), of.end())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LUNGS: &str = r#"
        id = "a"
        file = "a.safetensors"
        sha256 = "00"
        classes = ["background", "right lung", "left lung"]
        network = { kind = "unet", width = 4, depth = 2 }
        input = { width = 64, height = 32, channels = 1, mean = 0.5, std = 0.25 }
    "#;

    const CLASSES: &str = r#"
        id = "a"
        file = "a.safetensors"
        sha256 = "00"
        trained_on = "patients"
        classes = ["normal", "sick"]
        network = { kind = "resnet", layers = 18 }
        input = { width = 64, height = 64, channels = 3, mean = 0.5, std = 0.25, detail = true }
        calibration = { temperature = 1.5, films = 10 }
    "#;

    #[test]
    fn a_wrong_value_is_named_when_the_manifest_is_read() {
        let cases = [
            (LUNGS, "channels = 1", "channels = 2", "input.channels"),
            (LUNGS, "channels = 1", "channels = 1, detail = true", "input.detail"),
            (LUNGS, "channels = 1", "channels = 3", "input.channels"),
            (LUNGS, "height = 32", "height = 0", "64 x 0"),
            (LUNGS, "width = 64", "width = 1000000", "1000000 x 32"),
            (LUNGS, "width = 64", "width = 66", "multiples of 4"),
            (LUNGS, "std = 0.25", "std = 0.0", "input.std"),
            (LUNGS, "std = 0.25", "std = nan", "input.std"),
            (LUNGS, "mean = 0.5", "mean = inf", "input.mean"),
            (LUNGS, "width = 4", "width = 1000000", "network.width"),
            (LUNGS, "depth = 2", "depth = 40", "network.depth"),
            (LUNGS, "width = 4, depth = 2", "width = 256, depth = 5", "8192 channels"),
            (LUNGS, ", \"left lung\"]", "]", "needs the classes"),
            (LUNGS, "\"a.safetensors\"", "\"/dev/zero\"", "file is"),
            (LUNGS, "\"a.safetensors\"", "\"../a.safetensors\"", "file is"),
            (LUNGS, "\"a.safetensors\"", "'b\\a.safetensors'", "file is"),
            (LUNGS, "\"a.safetensors\"", "\"\"", "file is"),
            (LUNGS, "id = \"a\"", "id = \"a\"\nspeed = 3", "speed"),
            (CLASSES, "layers = 18", "layers = 50", "network.layers"),
            (CLASSES, "\"patients\"", "\"dogs\"", "dogs"),
            (CLASSES, ", \"sick\"]", "]", "1 classes"),
            (CLASSES, "temperature = 1.5", "temperature = 0.0", "temperature"),
            (CLASSES, "calibration = { temperature = 1.5, films = 10 }", "", "temperature"),
            (CLASSES, "layers = 18 }", "layers = 18 }\nregion = \"zones\"", "zone grader answers"),
        ];
        for (text, from, to, word) in cases {
            assert!(CheckedManifest::parse(text).is_ok());
            assert!(text.contains(from), "{from}");
            let error = CheckedManifest::parse(&text.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(word), "{to}: {error}");
        }
    }

    #[test]
    fn a_file_is_named_and_no_device_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, LUNGS.replace("depth = 2", "depth = 0")).unwrap();
        let error = CheckedManifest::read(&path).unwrap_err().to_string();
        assert!(error.contains("a.toml") && error.contains("network.depth"), "{error}");
        std::fs::write(&path, vec![b'#'; MANIFEST_BYTES as usize + 1]).unwrap();
        let error = CheckedManifest::read(&path).unwrap_err().to_string();
        assert!(error.contains("more than the limit"), "{error}");
        #[cfg(unix)]
        assert!(CheckedManifest::read(Path::new("/dev/zero")).is_err());
    }

    #[test]
    fn what_ships_is_right() {
        for text in [
            include_str!("../../../models/lungs.toml"),
            include_str!("../../../models/classifier.toml"),
            include_str!("../../../models/zones.toml"),
        ] {
            CheckedManifest::parse(text).unwrap();
        }
    }
}
