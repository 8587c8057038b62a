//! The parts of a film that its Segmentation shows.

use koniscope_dicom::results::{Algorithm, Code, Segment};

use crate::{
    FilmReading, READING_VERSION,
    large::LargeOpacity,
    reading::ModelIdentity,
    segmentation::{LungMask, Side},
    zones::Zone,
};

pub(super) const LUNG: Code = Code::new("SCT", "39607008", "Lung");
const ANATOMY: Code = Code::new("SCT", "91723000", "Anatomical Structure");
const ABNORMAL: Code = Code::new("SCT", "49755003", "Morphologically Abnormal Structure");

/// Colors of the overlay as CIELab of 16 bits each: of the right and the left lung, and a yellow for large
/// opacities.
const RIGHT_COLOR: [u16; 3] = [46653, 38054, 52080];
const LEFT_COLOR: [u16; 3] = [45400, 28579, 23760];
const LARGE_COLOR: [u16; 3] = [58687, 30717, 52162];

/// Both lungs, and each large opacity as the ellipse of its axes.
pub(super) fn segments(film: &FilmReading) -> Vec<Segment> {
    let mask = film.lungs_in_file();
    let models = &film.reading.models;
    let lungs = Side::BOTH.map(|side| Segment {
        label: lung_label(side),
        category: ANATOMY,
        kind: LUNG,
        side: Some(side_code(side)),
        algorithm: algorithm(&models.lungs),
        color: if side == Side::Right { RIGHT_COLOR } else { LEFT_COLOR },
        pixels: mask.labels().iter().map(|label| *label == side.label()).collect(),
    });
    let graded = film.reading.graded.as_ref();
    let large = graded.map_or(&[][..], |graded| &graded.large_opacities).iter().enumerate();
    let large = large.map(|(i, opacity)| Segment {
        label: large_label(i, opacity),
        category: ABNORMAL,
        kind: large_code(),
        side: Some(side_code(opacity.side)),
        algorithm: algorithm(&models.classifier),
        color: LARGE_COLOR,
        pixels: ellipse(opacity, &mask),
    });
    lungs.into_iter().chain(large).collect()
}

pub(super) fn algorithm(model: &ModelIdentity) -> Algorithm {
    Algorithm {
        name: model.id.clone(),
        version: format!("{} (reading {READING_VERSION})", env!("CARGO_PKG_VERSION")),
        parameters: format!("weights SHA-256 {}", model.sha256),
    }
}

pub(super) fn lung_label(side: Side) -> String {
    match side {
        Side::Right => "Right lung".into(),
        Side::Left => "Left lung".into(),
    }
}

/// As `Large opacity 1, right upper zone`, counted from 0.
pub(super) fn large_label(i: usize, opacity: &LargeOpacity) -> String {
    let zone = Zone { side: opacity.side, level: opacity.zone }.name().replace('_', " ");
    format!("Large opacity {}, {zone} zone", i + 1)
}

pub(super) fn side_code(side: Side) -> Code {
    match side {
        Side::Right => Code::new("SCT", "24028007", "Right"),
        Side::Left => Code::new("SCT", "7771000", "Left"),
    }
}

/// No public scheme has a word for it.
pub(super) fn large_code() -> Code {
    Code::own("LARGE_OPACITY", "Large opacity of pneumoconiosis")
}

/// The pixels whose centers lie in the ellipse of an opacity's axes; `mask` has the film's size.
fn ellipse(opacity: &LargeOpacity, mask: &LungMask) -> Vec<bool> {
    let (sin, cos) = opacity.angle_deg.to_radians().sin_cos();
    let axes = [opacity.long_axis_px, opacity.short_axis_px];
    let [long, short] = axes.map(|axis| axis.max(1.0) / 2.0);
    let inside = |i: usize| {
        let x = (i % mask.width()) as f64 + 0.5 - opacity.center_px[0];
        let y = (i / mask.width()) as f64 + 0.5 - opacity.center_px[1];
        ((x * cos + y * sin) / long).hypot((y * cos - x * sin) / short) <= 1.0
    };
    (0..mask.width() * mask.height()).map(inside).collect()
}
