//! What the paper reports, to stand beside ours: Yang F. et al., *Pneumoconiosis computer aided
//! diagnosis system based on X-rays and deep learning*, BMC Medical Imaging 2021;21:189.

use serde::Serialize;

use crate::THRESHOLD;

/// The paper.
pub const REFERENCE: &str = "Yang F. et al., BMC Medical Imaging 2021;21:189";

/// Where its figures come from.
pub const DATA: &str = "1,760 films of the paper's own hospitals, other films than these";

/// Share of films read right, normal or diseased.
pub const ACCURACY: f64 = 0.9246;

/// Area under its ROC curve.
pub const AUC: f64 = 0.89;

/// Share of films whose stage, of four, was read right.
pub const FOUR_STAGES: f64 = 0.701;

/// All of it, for a report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Paper {
    reference: &'static str,
    data: &'static str,
    accuracy: f64,
    auc: f64,
    accuracy_of_four_stages: f64,
}

/// All of it.
pub const PAPER: Paper = Paper {
    reference: REFERENCE,
    data: DATA,
    accuracy: ACCURACY,
    auc: AUC,
    accuracy_of_four_stages: FOUR_STAGES,
};

/// Its figure for one of ours, by name.
pub fn figure(name: &str) -> Option<f64> {
    match name {
        "AUC (ROC)" => Some(AUC),
        "accuracy of four stages" => Some(FOUR_STAGES),
        name if name == format!("accuracy at {THRESHOLD}") => Some(ACCURACY),
        _ => None,
    }
}
