//! Where the report answers the checklists' items, and where its author must.
//!
//! Themes in our own words, after Tejani A. et al., *Checklist for Artificial Intelligence in Medical
//! Imaging (CLAIM): 2024 update*, Radiology: Artificial Intelligence 2024;6:e240300; Sounderajah V. et
//! al., *The STARD-AI reporting guideline*, Nature Medicine 2025; Collins G. et al.,
//! *TRIPOD+AI statement*, BMJ 2024;385:e078378.

/// What an author must tell.
pub(super) const AUTHOR: &str = "for the author to fill in";

/// A theme, the checklists that ask for it, and where it is answered.
pub(super) struct Item {
    pub(super) theme: &'static str,
    pub(super) asked_by: &'static str,
    pub(super) answered: &'static str,
}

const ALL: &str = "CLAIM, STARD-AI, TRIPOD+AI";

/// The themes in the order of a paper.
pub(super) const ITEMS: [Item; 24] = [
    Item { theme: "Title and abstract: AI, design, main figures", asked_by: ALL, answered: AUTHOR },
    Item { theme: "Background, intended use and users", asked_by: ALL, answered: AUTHOR },
    Item { theme: "Prospective or retrospective; aim", asked_by: ALL, answered: AUTHOR },
    Item {
        theme: "Sources of the films",
        asked_by: ALL,
        answered: "Data; why they were chosen: for the author to fill in",
    },
    Item { theme: "Who was eligible; settings and dates", asked_by: ALL, answered: AUTHOR },
    Item {
        theme: "Films left out, and why",
        asked_by: ALL,
        answered: "Data; Films that were not read",
    },
    Item { theme: "How films are prepared", asked_by: "CLAIM, TRIPOD+AI", answered: "Methods" },
    Item { theme: "De-identification", asked_by: "CLAIM, STARD-AI", answered: AUTHOR },
    Item { theme: "Missing labels", asked_by: ALL, answered: "Data (films without a label)" },
    Item {
        theme: "Reference standard: who read, how, how well they agree",
        asked_by: ALL,
        answered: "Readers, where the tables have them; who they are and how they read: for the \
                   author to fill in",
    },
    Item {
        theme: "Size of the test set and how it was chosen",
        asked_by: ALL,
        answered: "Data; the reason: for the author to fill in",
    },
    Item {
        theme: "Training and test do not share patients",
        asked_by: ALL,
        answered: "Warnings compare the names of sets; patients: for the author to fill in",
    },
    Item {
        theme: "The model: version, weights, inputs and outputs",
        asked_by: ALL,
        answered: "Methods (ids and SHA-256)",
    },
    Item {
        theme: "How it was trained",
        asked_by: "CLAIM, TRIPOD+AI",
        answered: "the manifests of the models and their model card",
    },
    Item {
        theme: "Threshold, and when it was chosen",
        asked_by: "STARD-AI, TRIPOD+AI",
        answered: "Methods",
    },
    Item {
        theme: "Measures of performance and their uncertainty",
        asked_by: ALL,
        answered: "Methods; Figures",
    },
    Item {
        theme: "Participants: numbers, prevalence, severity",
        asked_by: ALL,
        answered: "Data; age, sex and exposure: for the author to fill in",
    },
    Item { theme: "Discrimination", asked_by: ALL, answered: "Detection; Stages; Zones" },
    Item {
        theme: "Calibration and clinical utility",
        asked_by: "CLAIM, TRIPOD+AI",
        answered: "Calibration; Decision curves",
    },
    Item { theme: "Subgroups and fairness", asked_by: ALL, answered: "Subgroups" },
    Item { theme: "Robustness", asked_by: "CLAIM", answered: "Robustness, where it was asked for" },
    Item {
        theme: "Failures and what they look like",
        asked_by: "CLAIM, STARD-AI",
        answered: "Films farthest from their labels; Films that were not read",
    },
    Item { theme: "Limits, bias, generalizability", asked_by: ALL, answered: AUTHOR },
    Item {
        theme: "Registration, protocol, funding, access to code and data",
        asked_by: ALL,
        answered: "Methods (program and command); the rest: for the author to fill in",
    },
];
