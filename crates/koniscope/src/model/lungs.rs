//! The U-Net as [`LungSegmenter`].

use burn::tensor::activation::softmax;

use super::{Device, gray_batch, planes_of, unet::UNet};
use crate::{
    Error, Radiograph,
    manifest::Manifest,
    segmentation::{LungProbabilities, LungSegmenter},
};

/// A trained U-Net with three classes: background, right lung, left lung.
#[derive(Debug)]
pub struct UNetLungs {
    network: UNet,
    manifest: Manifest,
    device: Device,
}

impl UNetLungs {
    /// Joins a network with its manifest; [`weights`](crate::weights) loads both.
    pub fn new(network: UNet, manifest: Manifest, device: Device) -> Self {
        Self { network, manifest, device }
    }
}

impl LungSegmenter for UNetLungs {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn lung_probabilities(&self, film: &Radiograph) -> Result<LungProbabilities, Error> {
        let input = &self.manifest.input;
        let small = film.pixels().resize(input.width, input.height);
        let logits = self.network.forward(gray_batch(&[&small], input, self.device.burn()));
        let mut planes = planes_of(softmax(logits, 1))?.into_iter().skip(1);
        match (planes.next(), planes.next()) {
            (Some(right), Some(left)) => Ok(LungProbabilities { right, left }),
            _ => Err(Error::Model { detail: "the lung network needs three classes".into() }),
        }
    }
}
