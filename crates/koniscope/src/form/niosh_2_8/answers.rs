//! What the fields of the form allow.

use crate::form::words::words;

words! {
    /// Field 1, technical quality.
    Grade {
        /// Good.
        One = "1",
        /// Acceptable.
        Two = "2",
        /// Acceptable, with defects.
        Three = "3",
        /// Unreadable: nothing else is asked.
        Unreadable = "U/R",
    }
}

words! {
    /// Field 1, what is wrong with the film.
    #[allow(missing_docs)]
    Defect {
        Overexposed = "overexposed",
        Underexposed = "underexposed",
        Artifacts = "artifacts",
        Position = "improper_position",
        Contrast = "poor_contrast",
        Processing = "poor_processing",
        Underinflation = "underinflation",
        Mottle = "mottle",
        Other = "other",
        EdgeEnhancement = "excessive_edge_enhancement",
        ScapulaOverlay = "scapula_overlay",
    }
}

words! {
    /// Revision of the form.
    Revision {
        /// Of January 2015.
        January2015 = "01/2015",
        /// Later ones, with two defects more.
        Later = "later",
    }
}

impl Defect {
    /// The first revision of the form that has it.
    pub fn since(self) -> Revision {
        match self {
            Self::EdgeEnhancement | Self::ScapulaOverlay => Revision::Later,
            _ => Revision::January2015,
        }
    }
}

words! {
    /// Who reads, in the heading of the form.
    TypeOfReading {
        /// An A reader.
        A = "A",
        /// A B reader.
        B = "B",
        /// The facility.
        F = "F",
    }
}

words! {
    /// On which side something is seen.
    Sides {
        /// On neither.
        None = "none",
        /// On the patient's right.
        Right = "right",
        /// On the patient's left.
        Left = "left",
        /// On both.
        Both = "both",
    }
}

words! {
    /// How much of the chest wall is taken, from apex to costophrenic angle.
    Extent {
        /// None.
        None = "0",
        /// Some, and its size is wanting.
        Present = "present",
        /// Up to a quarter.
        One = "1",
        /// Up to a half.
        Two = "2",
        /// More.
        Three = "3",
    }
}

words! {
    /// How thick it is in profile.
    Width {
        /// None.
        None = "0",
        /// Some, and its size is wanting.
        Present = "present",
        /// 3 to 5 mm.
        A = "a",
        /// 5 to 10 mm.
        B = "b",
        /// More.
        C = "c",
    }
}

words! {
    /// Field 4B, the obligatory symbols of the ILO Classification.
    #[allow(missing_docs)]
    Symbol {
        Aa = "aa", At = "at", Ax = "ax", Bu = "bu", Ca = "ca", Cg = "cg", Cn = "cn", Co = "co",
        Cp = "cp", Cv = "cv", Di = "di", Ef = "ef", Em = "em", Es = "es", Fr = "fr", Hi = "hi",
        Ho = "ho", Id = "id", Ih = "ih", Kl = "kl", Me = "me", Pa = "pa", Pb = "pb", Pi = "pi",
        Px = "px", Ra = "ra", Rp = "rp", Tb = "tb", Od = "od",
    }
}

words! {
    /// Field 4C, other abnormalities by name.
    #[allow(missing_docs)]
    Disorder {
        Eventration = "eventration",
        HiatalHernia = "hiatal_hernia",
        BronchovascularMarkings = "bronchovascular_markings",
        Hyperinflation = "hyperinflation",
        BonyChestCage = "bony_chest_cage",
        FractureHealed = "fracture_healed",
        FractureNotHealed = "fracture_not_healed",
        Scoliosis = "scoliosis",
        VertebralColumn = "vertebral_column",
        AzygosLobe = "azygos_lobe",
        LungDensity = "lung_density",
        Infiltrate = "infiltrate",
        NodularLesion = "nodular_lesion",
        ForeignBody = "foreign_body",
        PostSurgical = "post_surgical",
        Cyst = "cyst",
        AortaAnomaly = "aorta_anomaly",
        VascularAbnormality = "vascular_abnormality",
    }
}

words! {
    /// What the form is signed for: who reads it decides which fields besides the findings must be
    /// filled.
    ReportKind {
        /// A study, or a reading for one's own use: the reader and the day.
        Study = "study",
        /// The Coal Workers' Health Surveillance Program.
        Cwhsp = "cwhsp",
        /// A clinic or a hospital.
        General = "general",
    }
}
