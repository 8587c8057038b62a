//! The U-Net as [`LungSegmenter`].

use koniscope_engine::Graph;

use super::{Device, compute::Compute, gray_batch};
use crate::{
    Error,
    checked_manifest::CheckedManifest,
    manifest::Manifest,
    plane::Plane,
    segmentation::{LungProbabilities, LungSegmenter},
};

/// A trained U-Net with three classes: background, right lung, left lung.
#[derive(Debug)]
pub struct UNetLungs {
    network: Compute,
    manifest: CheckedManifest,
}

impl UNetLungs {
    /// Joins a network with its manifest; [`weights`](crate::weights) loads both.
    ///
    /// # Errors
    /// [`Error::Model`] if the engine cannot run it.
    pub fn new(network: Graph, manifest: CheckedManifest, device: &Device) -> Result<Self, Error> {
        Ok(Self { network: Compute::new(network, device)?, manifest })
    }
}

impl LungSegmenter for UNetLungs {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn lung_probabilities(&self, small: &Plane) -> Result<LungProbabilities, Error> {
        let input = &self.manifest.input;
        let (values, shape) = gray_batch(&[small], input);
        let outputs = self.network.run(&values, shape)?;
        let pixels = input.width * input.height;
        let [background, right, left] = match outputs.first() {
            Some(logits) if logits.data.len() == 3 * pixels => {
                [0, 1, 2].map(|class| &logits.data[class * pixels..][..pixels])
            }
            _ => {
                return Err(Error::Model { detail: "the lung network needs three classes".into() });
            }
        };
        let (mut p_right, mut p_left) = (vec![0.0; pixels], vec![0.0; pixels]);
        for i in 0..pixels {
            let logits = [background[i], right[i], left[i]];
            let most = logits.into_iter().fold(f32::NEG_INFINITY, f32::max);
            let [b, r, l] = logits.map(|v| (v - most).exp());
            (p_right[i], p_left[i]) = (r / (b + r + l), l / (b + r + l));
        }
        let plane = |values| Plane::new(input.width, input.height, values);
        Ok(LungProbabilities { right: plane(p_right), left: plane(p_left) })
    }
}
