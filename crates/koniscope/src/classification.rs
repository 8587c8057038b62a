//! The paper's second stage: lung crop to class logits. The network is behind [`StageClassifier`].

use crate::{Error, crop::LungCrop, manifest::Manifest, plane::Plane};

/// A network that grades a lung crop.
pub trait StageClassifier: Send + Sync {
    /// Who it is, its classes in order, and the crop it wants.
    fn manifest(&self) -> &Manifest;

    /// # Errors
    /// [`Error::Model`] if the network cannot run.
    fn classify(&self, crop: &LungCrop) -> Result<Classification, Error>;
}

/// What the classifier says of one crop, before calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Classification {
    /// A logit per class, in the manifest's order.
    pub logits: Vec<f32>,
    /// A class activation map per class: the head's weights times the last feature maps, plus
    /// the head's bias, `[h/32, w/32]` of the crop. The mean of a map is the class's logit
    /// (Zhou 2016); for global average pooling with one linear layer this is Grad-CAM up to a
    /// constant.
    pub class_maps: Vec<Plane>,
}
