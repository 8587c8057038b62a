//! The ResNet as [`StageClassifier`].

use koniscope_engine::Graph;

use super::{Device, compute::Compute, gray_batch};
use crate::{
    Error,
    checked_manifest::CheckedManifest,
    classification::{Classification, StageClassifier},
    crop::LungCrop,
    manifest::Manifest,
    plane::Plane,
};

/// A trained ResNet on the crop of both lungs.
#[derive(Debug)]
pub struct ResNetStages {
    network: Compute,
    manifest: CheckedManifest,
}

impl ResNetStages {
    /// Joins a network with its manifest; [`weights`](crate::weights) loads both.
    ///
    /// # Errors
    /// [`Error::Model`] if the engine cannot run it.
    pub fn new(network: Graph, manifest: CheckedManifest, device: &Device) -> Result<Self, Error> {
        Ok(Self { network: Compute::new(network, device)?, manifest })
    }
}

impl StageClassifier for ResNetStages {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn classify(&self, crop: &LungCrop) -> Result<Classification, Error> {
        let (values, shape) = gray_batch(&[crop.picture()], &self.manifest.input);
        let mut outputs = self.network.run(&values, shape)?.into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(logits), Some(maps)) => {
                let (h, w) = (maps.shape[2], maps.shape[3]);
                let planes = maps.data.chunks_exact(h * w);
                let class_maps = planes.map(|plane| Plane::new(w, h, plane.to_vec())).collect();
                Ok(Classification { logits: logits.data, class_maps })
            }
            _ => Err(Error::Model { detail: "the classifier needs logits and class maps".into() }),
        }
    }
}
