//! Pictures drawn for the tests.

use std::path::Path;

/// A gray slope of 600 x 700 pixels with grain: readable, but no chest.
pub(crate) fn no_chest(path: &Path) {
    let picture = image::GrayImage::from_fn(600, 700, |x, y| {
        let grain = (x * 7919 + y * 104_729) % 17;
        image::Luma([(40 + x / 6 + y / 10 + grain) as u8])
    });
    picture.save(path).unwrap();
}
