//! The ResNet as [`ZoneGrader`].

use super::{Device, compute::Compute, gray_batch, resnet::ResNet};
use crate::{
    Error,
    crop::ZoneCrops,
    grading::{OUTPUTS, ZoneCalibration, ZoneGrader, ZoneOutput},
    manifest::Manifest,
    plane::Plane,
};

/// A trained ResNet on the pictures of single zones.
#[derive(Debug)]
pub struct ResNetZones {
    network: Compute<ResNet>,
    manifest: Manifest,
}

impl ResNetZones {
    /// Joins a network with its manifest; [`weights`](crate::weights) loads both.
    ///
    /// # Errors
    /// [`Error::Model`] if the manifest has other outputs than [`OUTPUTS`] or does not calibrate
    /// each of them, or the network cannot run on the device.
    pub fn new(network: ResNet, manifest: Manifest, device: &Device) -> Result<Self, Error> {
        ZoneCalibration::of(&manifest)?;
        Ok(Self { network: Compute::new(network, device)?, manifest })
    }
}

impl ZoneGrader for ResNetZones {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn grade(&self, crops: &ZoneCrops) -> Result<Vec<ZoneOutput>, Error> {
        let pictures = crops.pictures().each_ref();
        let (values, shape) = gray_batch(&pictures, &self.manifest.input); // [6, channels, h, w]
        let mut outputs = self.network.run(values, shape)?.into_iter();
        let (Some(logits), Some(maps)) = (outputs.next(), outputs.next()) else {
            return Err(Error::Model {
                detail: "a zone grader needs logits and class maps".into(),
            });
        };
        let (h, w) = (maps.shape[2], maps.shape[3]); // [6, outputs, h/32, w/32]
        let zones = logits.data.chunks_exact(OUTPUTS.len());
        let zones = zones.zip(maps.data.chunks_exact(OUTPUTS.len() * h * w));
        Ok(zones
            .map(|(logits, maps)| ZoneOutput {
                logits: logits.to_vec(),
                maps: maps.chunks_exact(h * w).map(|m| Plane::new(w, h, m.to_vec())).collect(),
            })
            .collect())
    }
}
