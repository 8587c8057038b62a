//! [`RawImage`] to [`Radiograph`]: the one place where stored values become gray, and where geometry
//! changes.
//!
//! # Gray
//! The order, for training and reading alike:
//!
//! 1. **Modality**: stored values through Rescale Slope and Intercept, or the Modality LUT.
//! 2. **VOI**, if the file has one: its table, or its first window, as in PS3.3 C.11.2.1.
//! 3. **Sense**: inverted once if Photometric Interpretation is MONOCHROME1 *or* Presentation
//!    LUT Shape is INVERSE. The two state the same fact (PS3.3 C.8.11.3.1.2 demands them as a
//!    pair), so they are not two inversions.
//! 4. **Stretch** to `[0, 1]` by two percentiles of the film's middle. Padding becomes 0.
//!
//! # Why this stretch
//! Step 4 cancels every affine map of the values, so the container does not matter: a DICOM, the
//! 8- or 16-bit PNG exported from it and its MONOCHROME1 twin give one and the same film, up to
//! the rounding of the export. The percentiles are exact order statistics, taken from both ends
//! alike, so that the negative of a film gives the negative. They are taken from the middle
//! because collimator blades, padding and the air beside the patient lie on the border: on four
//! sets of films, black borders alone halve the contrast that a stretch of the whole film leaves
//! inside the lungs.
//!
//! All four steps are functions of the stored value alone, so they run once per value (at most
//! 65,536) and once more as a table over the pixels.
//!
//! # Geometry
//! What the header declares as padding, and a wide frame of one gray or two, is cut off; the picture is
//! turned upright; and where its pixels are not square the coarser axis gets more of them, so that no
//! detail is lost. [`Radiograph::grid`] leads back to the file's own pixels.

mod display;
mod field;
mod gray;
mod square;
mod stored;
mod stretch;

use crate::{
    Error, Radiograph,
    decode::RawImage,
    plane::Plane,
    radiograph::{SourceGrid, is_transposed},
};
pub use display::{Display, for_display, unaltered};
use field::Field;
use stored::Stored;

/// Normalizes a picture; see the [module](self) for the steps.
///
/// # Errors
/// [`Error::BadHeader`] if the header's numbers define no gray scale or no pixel that a film has,
/// [`Error::Blank`] if the film has no contrast.
pub fn normalize(raw: &RawImage) -> Result<Radiograph, Error> {
    let stored = Stored::of(raw)?;
    let gray = gray::of_stored(&raw.header, stored.values())?;
    let field = Field::of(raw, stored.ends());
    let ends = stretch::Ends::of(&gray, &stored.middle_counts(&field))?;
    let table: Vec<f32> = gray.iter().map(|v| ends.place(*v)).collect();
    let value = |i: usize| if field.shows(i) { table[stored.index(raw.stored[i])] } else { 0.0 };

    upright(raw, &field, value)
}

/// Values of the file's pixels, by their index, as an upright radiograph with square pixels.
fn upright(
    raw: &RawImage,
    field: &Field,
    value: impl Fn(usize) -> f32 + Sync,
) -> Result<Radiograph, Error> {
    let (file, turned) = ([raw.width, raw.height], raw.header.orientation);
    let stands = SourceGrid::new(file, field.window, turned, file);
    let [width, height] = stands.upright_window();
    let upright = Plane::new(width, height, stands.upright(value));
    let is_turned = is_transposed(turned);
    let [wide, high] = square::size([width, height], square::aspect(&raw.header, is_turned)?);
    let spacing = raw.header.spacing_mm.map(|[row, column]| {
        let [row, column] = if is_turned { [column, row] } else { [row, column] };
        [row * height as f64 / high as f64, column * width as f64 / wide as f64]
    });
    let grid = SourceGrid::new(file, field.window, turned, [wide, high]);
    let square = if [wide, high] == [width, height] { upright } else { upright.resize(wide, high) };
    Ok(Radiograph::new(square, spacing).on_grid(grid))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::decode::{
        Header, Lut, ModalityTransform, Photometric, Voi, WindowFunction as Function,
    };
    use proptest::prelude::*;

    const SIDE: usize = 32;

    /// A film of hash noise in `0..=max`.
    fn noise(max: usize) -> RawImage {
        let hash = |i: usize| (((i * 2_654_435_761) >> 7) % (max + 1)) as i32;
        RawImage {
            width: SIDE,
            height: SIDE,
            stored: (0..SIDE * SIDE).map(hash).collect(),
            bits_stored: 16,
            signed: false,
            header: Header::default(),
        }
    }

    fn pixels(raw: &RawImage) -> Vec<f32> {
        normalize(raw).unwrap().pixels().data().to_vec()
    }

    fn with(mut raw: RawImage, change: impl FnOnce(&mut RawImage)) -> RawImage {
        change(&mut raw);
        raw
    }

    fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn the_negative_and_both_ways_to_declare_it_are_one_film() {
        let film = noise(4095);
        let negative = with(film.clone(), |r| r.stored.iter_mut().for_each(|v| *v = 4095 - *v));
        let mono1 = with(negative.clone(), |r| r.header.photometric = Photometric::Monochrome1);
        let shape = with(negative.clone(), |r| r.header.presentation_inverse = true);
        let both = with(mono1.clone(), |r| r.header.presentation_inverse = true);
        for twin in [mono1, shape, both] {
            assert!(pixels(&twin) == pixels(&film), "{:?}", twin.header);
        }
        let complement: Vec<f32> = pixels(&film).iter().map(|v| 1.0 - v).collect();
        assert!(largest_difference(&complement, &pixels(&negative)) < 1e-6);
    }

    #[test]
    fn a_table_and_the_rescale_it_spells_out_agree() {
        let film = noise(1000);
        let rescale = with(film.clone(), |r| {
            r.header.modality = ModalityTransform::Rescale { slope: 3.0, intercept: 7.0 };
        });
        let entries = (0..=1000).map(|v| 3 * v + 7).collect();
        let table = with(film, |r| {
            r.header.modality = ModalityTransform::Table(Lut { first: 0, entries });
        });
        assert!(pixels(&rescale) == pixels(&table));
    }

    #[test]
    fn numbers_that_define_no_gray_scale_are_named() {
        let rescale = |slope, intercept| ModalityTransform::Rescale { slope, intercept };
        let window = |center, width, function| Voi::Window { center, width, function };
        let bad_modality = [
            rescale(0.0, 1.0),
            rescale(f64::NAN, 0.0),
            rescale(1.0, f64::INFINITY),
            rescale(1e308, 1e308),
            ModalityTransform::Table(Lut { first: 0, entries: Vec::new() }),
        ];
        let bad_voi = [
            window(10.0, 0.0, Function::Linear),
            window(10.0, 0.5, Function::Linear),
            window(10.0, 0.0, Function::LinearExact),
            window(10.0, -4.0, Function::Sigmoid),
            window(f64::NAN, 4.0, Function::Linear),
            window(4.0, f64::INFINITY, Function::Linear),
            Voi::Table(Lut { first: 0, entries: Vec::new() }),
        ];
        let of_modality = bad_modality.map(|m| with(noise(99), |r| r.header.modality = m));
        let of_voi = bad_voi.map(|v| with(noise(99), |r| r.header.voi = v));
        for raw in of_modality.into_iter().chain(of_voi) {
            let found = normalize(&raw).map_err(|e| e.kind());
            assert_eq!(found.err(), Some("bad_header"), "{:?}", raw.header);
        }
    }

    #[test]
    fn no_contrast_and_pictures_that_contradict_themselves_are_named() {
        let flat = with(noise(99), |r| r.stored.fill(12));
        let window = Voi::Window { center: 9e9, width: 10.0, function: Function::Linear };
        let outside = with(noise(99), |r| r.header.voi = window);
        for blank in [flat, outside] {
            assert_eq!(normalize(&blank).unwrap_err().kind(), "blank");
        }
        let short = with(noise(99), |r| r.stored.truncate(5));
        let wide = with(noise(99), |r| r.stored[0] = i32::MIN);
        let empty = with(noise(99), |r| {
            r.stored.clear();
            r.height = 0;
        });
        for contradiction in [short, wide, empty] {
            assert_eq!(normalize(&contradiction).unwrap_err().kind(), "bad_header");
        }
    }

    proptest! {
        /// An affine map of the values, by pixels, rescale or a wide window, changes nothing.
        #[test]
        fn affine_maps_cancel(slope in 1i32..9, offset in -9000i32..9000, wider in 1.0f64..4.0) {
            let film = noise(4095);
            let mapped = with(film.clone(), |r| {
                r.stored.iter_mut().for_each(|v| *v = *v * slope + offset);
            });
            prop_assert!(pixels(&mapped) == pixels(&film));
            let rescaled = with(film.clone(), |r| r.header.modality = ModalityTransform::Rescale {
                slope: f64::from(slope) / 7.0,
                intercept: f64::from(offset),
            });
            prop_assert!(largest_difference(&pixels(&rescaled), &pixels(&film)) < 1e-6);
            for function in [Function::Linear, Function::LinearExact] {
                let window = Voi::Window { center: 2048.0, width: 4100.0 * wider, function };
                let windowed = with(film.clone(), |r| r.header.voi = window.clone());
                prop_assert!(largest_difference(&pixels(&windowed), &pixels(&film)) < 1e-5);
            }
        }
    }
}
