//! Bytes as a DICOM file: attributes, transformations and pixels, in bounded memory, without a panic.
#![no_main]

use koniscope_dicom::{Container, Limits, Object, modality, tags, voi};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { pixels: 1 << 16, inflated_bytes: 1 << 20 };

fuzz_target!(|bytes: &[u8]| {
    let Ok(container) = Container::open(bytes, &LIMITS) else { return };
    let Ok(object) = Object::read(&container) else { return };
    let attributes = &object.attributes;
    let _ = (modality(attributes), voi(attributes), attributes.numbers(tags::PIXEL_SPACING));
    let _ = (attributes.text(tags::BODY_PART_EXAMINED), attributes.item(tags::VIEW_CODE_SEQUENCE));
    if let Ok(picture) = object.picture(&LIMITS) {
        assert_eq!(picture.stored.len(), picture.grid.width * picture.grid.height);
        let _ = picture.grid.padding(attributes);
    }
});
