//! The fields of the form by name, in its order.

use crate::form::words::words;

words! {
    /// A part of the form.
    #[allow(missing_docs)]
    Section {
        Heading = "heading", One = "1", TwoA = "2A", TwoB = "2B", TwoC = "2C", ThreeA = "3A",
        ThreeB = "3B", ThreeC = "3C", ThreeD = "3D", FourA = "4A", FourB = "4B", FourC = "4C",
        FourD = "4D", FourE = "4E", Five = "5",
    }
}

words! {
    /// A field. Its word is where it stands in the form as JSON, with a point for each step down.
    #[allow(missing_docs)]
    Field {
        ExamineeId = "heading.examinee_id",
        DateOfRadiograph = "heading.date_of_radiograph",
        Facility = "heading.facility",
        TypeOfReading = "heading.type_of_reading",
        PatientLastName = "heading.patient_last_name",
        PatientFirstName = "heading.patient_first_name",
        BirthDate = "heading.birth_date",
        OrderingPhysician = "heading.ordering_physician",
        Purpose = "heading.purpose",
        Grade = "image_quality.grade",
        Defects = "image_quality.defects",
        DefectOther = "image_quality.other",
        Parenchymal = "parenchymal",
        Primary = "small.primary",
        Secondary = "small.secondary",
        ZoneRightUpper = "small.zones.right_upper",
        ZoneRightMiddle = "small.zones.right_middle",
        ZoneRightLower = "small.zones.right_lower",
        ZoneLeftUpper = "small.zones.left_upper",
        ZoneLeftMiddle = "small.zones.left_middle",
        ZoneLeftLower = "small.zones.left_lower",
        Profusion = "small.profusion",
        Large = "large",
        Pleural = "pleural",
        PlaqueProfile = "plaques.site.profile",
        PlaqueFaceOn = "plaques.site.face_on",
        PlaqueDiaphragm = "plaques.site.diaphragm",
        PlaqueOther = "plaques.site.other",
        CalcificationProfile = "plaques.calcification.profile",
        CalcificationFaceOn = "plaques.calcification.face_on",
        CalcificationDiaphragm = "plaques.calcification.diaphragm",
        CalcificationOther = "plaques.calcification.other",
        PlaqueExtentRight = "plaques.extent.right",
        PlaqueExtentLeft = "plaques.extent.left",
        PlaqueWidthRight = "plaques.width.right",
        PlaqueWidthLeft = "plaques.width.left",
        Angle = "angle",
        ThickeningProfile = "thickening.site.profile",
        ThickeningFaceOn = "thickening.site.face_on",
        ThickeningCalcificationProfile = "thickening.calcification.profile",
        ThickeningCalcificationFaceOn = "thickening.calcification.face_on",
        ThickeningExtentRight = "thickening.extent.right",
        ThickeningExtentLeft = "thickening.extent.left",
        ThickeningWidthRight = "thickening.width.right",
        ThickeningWidthLeft = "thickening.width.left",
        Other = "other",
        Symbols = "symbols",
        Disorders = "disorders",
        SeePhysician = "see_physician",
        Notified = "notified",
        DateNotified = "date_notified",
        Comments = "comments",
        ReaderLastName = "reader.last_name",
        ReaderName = "reader.printed_name",
        ReaderId = "reader.id",
        ReaderInitials = "reader.initials",
        ReaderStreet = "reader.street",
        ReaderCity = "reader.city",
        ReaderState = "reader.state",
        ReaderZip = "reader.zip",
        DateOfReading = "reader.date_of_reading",
    }
}

impl Field {
    /// The zones of 2B, in the order of [`Zone::ALL`](crate::zones::Zone::ALL).
    pub const ZONES: [Self; 6] = [
        Self::ZoneRightUpper,
        Self::ZoneRightMiddle,
        Self::ZoneRightLower,
        Self::ZoneLeftUpper,
        Self::ZoneLeftMiddle,
        Self::ZoneLeftLower,
    ];

    /// The part of the form that it stands in.
    pub fn section(self) -> Section {
        match self {
            field if field <= Self::Purpose => Section::Heading,
            field if field <= Self::DefectOther => Section::One,
            Self::Parenchymal => Section::TwoA,
            field if field <= Self::Profusion => Section::TwoB,
            Self::Large => Section::TwoC,
            Self::Pleural => Section::ThreeA,
            field if field <= Self::PlaqueWidthLeft => Section::ThreeB,
            Self::Angle => Section::ThreeC,
            field if field <= Self::ThickeningWidthLeft => Section::ThreeD,
            Self::Other => Section::FourA,
            Self::Symbols => Section::FourB,
            Self::Disorders => Section::FourC,
            field if field <= Self::DateNotified => Section::FourD,
            Self::Comments => Section::FourE,
            _ => Section::Five,
        }
    }

    /// Its place in the form as JSON, by RFC 6901.
    pub(crate) fn pointer(self) -> String {
        format!("/{}", self.word().replace('.', "/"))
    }
}
