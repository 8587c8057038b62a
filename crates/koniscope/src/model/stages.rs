//! The ResNet as [`StageClassifier`].

use super::{Device, gray_batch, input::floats_of, planes_of, resnet::ResNet};
use crate::{
    Error,
    classification::{Classification, StageClassifier},
    crop::LungCrop,
    manifest::Manifest,
};

/// A trained ResNet on the crop of both lungs.
#[derive(Debug)]
pub struct ResNetStages {
    network: ResNet,
    manifest: Manifest,
    device: Device,
}

impl ResNetStages {
    /// Joins a network with its manifest; [`weights`](crate::weights) loads both.
    pub fn new(network: ResNet, manifest: Manifest, device: Device) -> Self {
        Self { network, manifest, device }
    }
}

impl StageClassifier for ResNetStages {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn classify(&self, crop: &LungCrop) -> Result<Classification, Error> {
        let batch = gray_batch(&[crop.picture()], &self.manifest.input, self.device.burn());
        let out = self.network.forward(batch);
        Ok(Classification {
            logits: floats_of(out.logits)?,
            class_maps: planes_of(self.network.class_maps(out.features))?,
        })
    }
}
