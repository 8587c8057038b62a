//! Secondary Capture (PS3.3 A.8.1): a picture in color that every viewer shows.

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

use super::{Origin, ResultObject, code::Code, finished};
use crate::{DataSet, Error};

/// A picture of RGB bytes `[height, width, 3]`; `size` is columns and rows. `burned_in` says whether
/// text that names the patient may stand in it.
///
/// # Errors
/// [`Error::Unwritable`] if it does not fit a DICOM file.
pub fn capture(
    origin: &Origin,
    rgb: &[u8],
    size: [usize; 2],
    burned_in: bool,
) -> Result<ResultObject, Error> {
    let fail = |detail: &str| Error::Unwritable { detail: detail.into() };
    let [Ok(columns), Ok(rows)] = size.map(u16::try_from) else {
        return Err(fail("more than 65,535 pixels a side"));
    };
    if rgb.is_empty() || rgb.len() != 3 * size[0] * size[1] {
        return Err(fail("three bytes a pixel were expected"));
    }
    let film = origin.film.item().items(
        tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE,
        [Code::new("DCM", "121322", "Source Image for Image Processing Operation").item()],
    );
    let series = DataSet::new()
        .items(tags::REFERENCED_INSTANCE_SEQUENCE, [origin.film.item()])
        .text(tags::SERIES_INSTANCE_UID, &origin.film.series);
    let set = origin
        .object("OT", 9102, "Koniscope overlay. Research use only, not for diagnosis")
        .text(tags::CONVERSION_TYPE, "WSD")
        .text(tags::IMAGE_TYPE, "DERIVED\\SECONDARY")
        .text(tags::IMAGE_COMMENTS, origin.notice())
        .text(
            tags::DERIVATION_DESCRIPTION,
            "Film with lungs, zones and local probability drawn over it",
        )
        .text(tags::BODY_PART_EXAMINED, "CHEST")
        .text(tags::PATIENT_ORIENTATION, "L\\F")
        .text(tags::BURNED_IN_ANNOTATION, if burned_in { "YES" } else { "NO" })
        .items(tags::SOURCE_IMAGE_SEQUENCE, [film])
        .items(tags::REFERENCED_SERIES_SEQUENCE, [series])
        .shorts(tags::SAMPLES_PER_PIXEL, &[3])
        .text(tags::PHOTOMETRIC_INTERPRETATION, "RGB")
        .shorts(tags::PLANAR_CONFIGURATION, &[0])
        .shorts(tags::ROWS, &[rows])
        .shorts(tags::COLUMNS, &[columns])
        .shorts(tags::BITS_ALLOCATED, &[8])
        .shorts(tags::BITS_STORED, &[8])
        .shorts(tags::HIGH_BIT, &[7])
        .shorts(tags::PIXEL_REPRESENTATION, &[0])
        .and(origin.lossy.clone())
        .bytes(tags::PIXEL_DATA, VR::OB, rgb);
    finished(set, uids::SECONDARY_CAPTURE_IMAGE_STORAGE)
}
