//! What can go wrong with one film. Each error names the fact, what was expected and the remedy.

use thiserror::Error as ThisError;

/// Why a film was not read.
#[derive(Clone, Debug, ThisError, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Nothing in the file.
    #[error(
        "the file is empty (0 bytes); a DICOM, PNG, JPEG or TIFF image was expected. Export it again"
    )]
    Empty,
    /// More bytes than allowed.
    #[error("the file has {bytes} bytes, more than the limit of {limit}")]
    FileTooLarge {
        /// Bytes found.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// More pixels (or inflated bytes) than allowed.
    #[error(
        "the image declares {width} x {height} pixels, more than the limit of {limit} pixels in all"
    )]
    TooManyPixels {
        /// Columns declared.
        width: u64,
        /// Rows declared.
        height: u64,
        /// Pixels allowed.
        limit: u64,
    },
    /// A compressed stream that grows past the limit.
    #[error(
        "the file inflates to more than the limit of {limit} bytes; it may be damaged or hostile"
    )]
    InflatedTooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// The file is of no kind that is read.
    #[error("not an image: neither DICOM, PNG, JPEG nor TIFF ({detail})")]
    NotAnImage {
        /// What the first bytes look like.
        detail: String,
    },
    /// The right kind, but cut off or damaged.
    #[error("the file is damaged: {detail}. Export or transfer it again")]
    Damaged {
        /// Where reading stopped.
        detail: String,
    },
    /// A DICOM object without an image.
    #[error("the DICOM object holds no image: {detail}. Send the radiograph itself (CR or DX)")]
    NoPixels {
        /// What it holds instead.
        detail: String,
    },
    /// A coding this build cannot decode.
    #[error("cannot decode {name} ({uid}). {remedy}")]
    UnsupportedCoding {
        /// Transfer syntax UID, or a file format's name.
        uid: String,
        /// Its name.
        name: String,
        /// What to do.
        remedy: String,
    },
    /// A header that contradicts itself.
    #[error("the header is unusable: {detail}")]
    BadHeader {
        /// The fact and what was expected.
        detail: String,
    },
    /// Colors that a radiograph does not have.
    #[error(
        "a color picture ({detail}); a chest radiograph is gray. Send the original image, not a photograph or screenshot"
    )]
    Color {
        /// What was found.
        detail: String,
    },
    /// More than one frame.
    #[error("{frames} frames; one radiograph has one. Send the frames as single images")]
    SeveralFrames {
        /// Frames found.
        frames: u64,
    },
    /// Too few pixels to read.
    #[error("{width} x {height} pixels; at least {minimum} on the shorter side are needed")]
    TooSmall {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Pixels needed.
        minimum: usize,
    },
    /// No contrast at all.
    #[error("the picture is blank: {detail}")]
    Blank {
        /// What the values are.
        detail: String,
    },
    /// Too few grays to read.
    #[error(
        "{grays} grays in the middle of the picture; a radiograph has hundreds, and at least {minimum} are needed. Send the original image, not one saved with fewer bits"
    )]
    FewGrays {
        /// Grays found.
        grays: usize,
        /// Grays needed.
        minimum: usize,
    },
    /// Not a projection radiograph, by its header.
    #[error("modality {modality} is no radiograph; CR, DX, DR or RF of the chest was expected")]
    WrongModality {
        /// Modality (0008,0060).
        modality: String,
    },
    /// Not a chest, by its header.
    #[error("the header says body part {body_part}; CHEST was expected")]
    WrongBodyPart {
        /// Body Part Examined (0018,0015).
        body_part: String,
    },
    /// Not a frontal view, by its header.
    #[error("the header says view {view}; a frontal film (PA or AP) was expected")]
    NotFrontal {
        /// View Position (0018,5101).
        view: String,
    },
    /// Detector values that were never prepared for viewing.
    #[error(
        "the image is FOR PROCESSING (raw detector values). Send the FOR PRESENTATION image of the same exposure"
    )]
    ForProcessing,
    /// Segmentation found no pair of lungs.
    #[error("no lungs found: {detail}. The picture may not be a frontal chest film")]
    LungsNotFound {
        /// What was found.
        detail: String,
    },
    /// Segmentation found something that no pair of lungs looks like.
    #[error(
        "what was found is implausible as lungs: {detail}. The picture may not be a frontal chest film"
    )]
    LungsImplausible {
        /// The measure and its expected range.
        detail: String,
    },
    /// The file could not be opened.
    #[error("cannot read the file: {detail}")]
    Io {
        /// The system's words.
        detail: String,
    },
    /// Weights or manifest unusable.
    #[error("model: {detail}")]
    Model {
        /// The fact and the remedy.
        detail: String,
    },
}

impl Error {
    /// What the DICOM room says of a file, with the remedy for its owner.
    pub(crate) fn of_dicom(error: koniscope_dicom::Error) -> Self {
        use koniscope_dicom::Error as Dicom;
        match error {
            Dicom::TooManyPixels { width, height, limit } => {
                Self::TooManyPixels { width, height, limit }
            }
            Dicom::InflatedTooLarge { limit } => Self::InflatedTooLarge { limit },
            Dicom::Damaged { detail } => Self::Damaged { detail },
            Dicom::NoPixels { detail } => Self::NoPixels { detail },
            Dicom::UnsupportedCoding { uid, name, remedy } => {
                Self::UnsupportedCoding { uid, name, remedy }
            }
            Dicom::BadHeader { detail } => Self::BadHeader { detail },
            Dicom::Color { detail } => Self::Color { detail },
            Dicom::SeveralFrames { frames } => Self::SeveralFrames { frames },
            // What a later version finds.
            other => Self::BadHeader { detail: other.to_string() },
        }
    }

    /// A stable word for the error, as written to `reading.json`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::InflatedTooLarge { .. } => "inflated_too_large",
            Self::NotAnImage { .. } => "not_an_image",
            Self::Damaged { .. } => "damaged",
            Self::NoPixels { .. } => "no_pixels",
            Self::UnsupportedCoding { .. } => "unsupported_coding",
            Self::BadHeader { .. } => "bad_header",
            Self::Color { .. } => "color",
            Self::SeveralFrames { .. } => "several_frames",
            Self::TooSmall { .. } => "too_small",
            Self::Blank { .. } => "blank",
            Self::FewGrays { .. } => "few_grays",
            Self::WrongModality { .. } => "wrong_modality",
            Self::WrongBodyPart { .. } => "wrong_body_part",
            Self::NotFrontal { .. } => "not_frontal",
            Self::ForProcessing => "for_processing",
            Self::LungsNotFound { .. } => "lungs_not_found",
            Self::LungsImplausible { .. } => "lungs_implausible",
            Self::Io { .. } => "io",
            Self::Model { .. } => "model",
        }
    }
}
