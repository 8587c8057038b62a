//! Labels of VinDr-CXR.

/// Labels as the tables write them; the first [`BOXED`] are those of the competition too. The train
/// table says `Other diseases`, the test table `Other disease`.
pub(super) const LABELS: [&str; 28] = [
    "No finding",
    "Aortic enlargement",
    "Atelectasis",
    "Calcification",
    "Cardiomegaly",
    "Consolidation",
    "ILD",
    "Infiltration",
    "Lung Opacity",
    "Nodule/Mass",
    "Other lesion",
    "Pleural effusion",
    "Pleural thickening",
    "Pneumothorax",
    "Pulmonary fibrosis",
    "Clavicle fracture",
    "Edema",
    "Emphysema",
    "Enlarged PA",
    "Lung cavity",
    "Lung cyst",
    "Mediastinal shift",
    "Rib fracture",
    "COPD",
    "Lung tumor",
    "Pneumonia",
    "Tuberculosis",
    "Other diseases",
];

/// How many labels the competition's table knows.
pub(super) const BOXED: usize = 15;

/// The columns: [`LABELS`] in the project's spelling, in their order, and two more.
pub(super) const COLUMNS: [&str; 30] = [
    "No_Finding",
    "Aortic_Enlargement",
    "Atelectasis",
    "Calcification",
    "Cardiomegaly",
    "Consolidation",
    "ILD",
    "Infiltration",
    "Lung_Opacity",
    "Nodule_Mass",
    "Other_Lesion",
    "Pleural_Effusion",
    "Pleural_Thickening",
    "Pneumothorax",
    "Pulmonary_Fibrosis",
    "Clavicle_Fracture",
    "Edema",
    "Emphysema",
    "Enlarged_PA",
    "Lung_Cavity",
    "Lung_Cyst",
    "Mediastinal_Shift",
    "Rib_Fracture",
    "COPD",
    "Lung_Tumor",
    "Pneumonia",
    "Tuberculosis",
    "Other_Diseases",
    "subset",
    "view",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_labels_in_another_spelling() {
        for (label, column) in LABELS.into_iter().zip(COLUMNS) {
            assert_eq!(label.replace([' ', '/'], "_").to_lowercase(), column.to_lowercase());
        }
    }
}
