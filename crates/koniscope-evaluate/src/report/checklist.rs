//! Where the report answers the checklists' items, and where its author must.
//!
//! Themes in our own words, after Tejani A. et al., *Checklist for Artificial Intelligence in Medical
//! Imaging (CLAIM): 2024 update*, Radiology: Artificial Intelligence 2024;6:e240300; Sounderajah V. et
//! al., *The STARD-AI reporting guideline*, Nature Medicine 2025; Collins G. et al.,
//! *TRIPOD+AI statement*, BMJ 2024;385:e078378.

/// What an author must tell.
pub(super) const AUTHOR: &str = "for the author to fill in";

const ALL: &str = "CLAIM, STARD-AI, TRIPOD+AI";

/// Themes in the order of a paper, the checklists that ask for each, and where it is answered.
pub(super) const ITEMS: [(&str, &str, &str); 24] = [
    ("Title and abstract: AI, design, main figures", ALL, AUTHOR),
    ("Background, intended use and users", ALL, AUTHOR),
    ("Prospective or retrospective; aim", ALL, AUTHOR),
    ("Sources of the films", ALL, "Data; why they were chosen: for the author to fill in"),
    ("Who was eligible; settings and dates", ALL, AUTHOR),
    ("Films left out, and why", ALL, "Data; Films that were not read"),
    ("How films are prepared", "CLAIM, TRIPOD+AI", "Methods"),
    ("De-identification", "CLAIM, STARD-AI", AUTHOR),
    ("Missing labels", ALL, "Data (films without a label)"),
    (
        "Reference standard: who read, how, how well they agree",
        ALL,
        "Readers, where the tables have them; who they are and how they read: for the \
                   author to fill in",
    ),
    (
        "Size of the test set and how it was chosen",
        ALL,
        "Data; the reason: for the author to fill in",
    ),
    (
        "Training and test do not share patients",
        ALL,
        "Warnings compare the names of sets; patients: for the author to fill in",
    ),
    ("The model: version, weights, inputs and outputs", ALL, "Methods (ids and SHA-256)"),
    ("How it was trained", "CLAIM, TRIPOD+AI", "the manifests of the models and their model card"),
    ("Threshold, and when it was chosen", "STARD-AI, TRIPOD+AI", "Methods"),
    ("Measures of performance and their uncertainty", ALL, "Methods; Figures"),
    (
        "Participants: numbers, prevalence, severity",
        ALL,
        "Data; age, sex and exposure: for the author to fill in",
    ),
    ("Discrimination", ALL, "Detection; Stages; Zones"),
    ("Calibration and clinical utility", "CLAIM, TRIPOD+AI", "Calibration; Decision curves"),
    ("Subgroups and fairness", ALL, "Subgroups"),
    ("Robustness", "CLAIM", "Robustness, where it was asked for"),
    (
        "Failures and what they look like",
        "CLAIM, STARD-AI",
        "Films farthest from their labels; Films that were not read",
    ),
    ("Limits, bias, generalizability", ALL, AUTHOR),
    (
        "Registration, protocol, funding, access to code and data",
        ALL,
        "Methods (program and command); the rest: for the author to fill in",
    ),
];
