//! Checks of the header and of the film as a whole.

mod header;
mod terms;

pub use header::check_header;

use super::Flag;
use crate::{Error, Radiograph, decode::RawImage, segmentation::BoundingBox};

/// Pixels needed on the shorter side: half of what the lung network takes. Below, a lung is a few
/// dozen pixels wide, and its outline is a guess; a thumbnail of a chest film has about that.
const MIN_SIDE: usize = 128;

/// Grays in the film's core that are needed, and below which they are flagged. A healthy film with 41
/// or 31 there keeps its probability of disease within 0.02; with 21 it rises from 0.04 to 0.33, and
/// with 16 to 0.87: bands of one gray look like opacities. Films of 8 bits have 90 and more.
const LEAST_GRAYS: usize = 28;
const FEW_GRAYS: usize = 64;

/// Share of the film's core at its brightest or at its darkest value from which exposure is flagged.
/// On 1,655 films of four collections the median is 0.5 %, nine in ten lie below 1.6 %; above 5 %
/// lie 0.7 % and 0.8 %, which are indeed saturated.
const SATURATED: f64 = 0.05;

/// Share of width and height left out on each side of the core: it is all lung and mediastinum, no
/// collimator and no air beside the patient.
const CORE_MARGIN: usize = 4;

/// Refuses a film of too few pixels or grays; flags exposure, projection, grays and text.
///
/// # Errors
/// [`Error::TooSmall`], [`Error::FewGrays`].
pub fn check_film(raw: &RawImage, film: &Radiograph) -> Result<Vec<Flag>, Error> {
    let BoundingBox { width, height, .. } = film.grid().window();
    if width.min(height) < MIN_SIDE {
        return Err(Error::TooSmall { width, height, minimum: MIN_SIDE });
    }
    let grays = grays(raw, film.grid().window());
    if grays < LEAST_GRAYS {
        return Err(Error::FewGrays { grays, minimum: LEAST_GRAYS });
    }
    let (darkest, brightest) = saturated_shares(film);
    let flags = [
        (brightest > SATURATED, Flag::Underexposed),
        (darkest > SATURATED, Flag::Overexposed),
        (grays < FEW_GRAYS, Flag::FewGrays),
    ];
    let flags = flags.into_iter().filter(|(found, _)| *found).map(|(_, flag)| flag);
    let mut flags: Vec<Flag> = flags.chain(header::flags(&raw.header)).collect();
    flags.sort();
    Ok(flags)
}

/// Shares of the core's pixels at the ends of the gray scale, dark and bright. The stretch of
/// [`normalize`](crate::normalize) leaves about 1 % there; more means that the file's own values
/// pile up.
fn saturated_shares(film: &Radiograph) -> (f64, f64) {
    let (left, top) = (film.width() / CORE_MARGIN, film.height() / CORE_MARGIN);
    let (right, bottom) = (film.width() - left, film.height() - top);
    let (mut dark, mut bright) = (0usize, 0usize);
    for y in top..bottom {
        for value in &film.pixels().row(y)[left..right] {
            dark += usize::from(*value <= 0.0);
            bright += usize::from(*value >= 1.0);
        }
    }
    let all = ((right - left) * (bottom - top)) as f64;
    (dark as f64 / all, bright as f64 / all)
}

/// How many values the file has in the core of its film.
fn grays(raw: &RawImage, film: BoundingBox) -> usize {
    let (left, top) = (film.width / CORE_MARGIN, film.height / CORE_MARGIN);
    // Values of a film span 16 bits at most, so that each has a place of its own.
    let mut seen = vec![false; 1 << 16];
    for y in film.y + top..film.y + film.height - top {
        let row = &raw.stored[y * raw.width + film.x..][..film.width];
        row[left..film.width - left].iter().for_each(|v| seen[*v as usize & 0xFFFF] = true);
    }
    seen.iter().filter(|seen| **seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode::Header, plane::Plane};

    /// A horizontal ramp, its first `dark` and last `bright` columns saturated.
    fn film(side: usize, dark: usize, bright: usize) -> Radiograph {
        let value = |x: usize| match x {
            x if x < dark => 0.0,
            x if x >= side - bright => 1.0,
            x => (x as f32 + 1.0) / (side as f32 + 1.0),
        };
        let data = (0..side * side).map(|i| value(i % side)).collect();
        Radiograph::new(Plane::new(side, side, data), None)
    }

    /// 200 x 200 pixels whose core has so many grays.
    fn raw(grays: i32, header: Header) -> RawImage {
        let stored = (0..40_000).map(|i| if i < 10_000 { i } else { i % grays }).collect();
        RawImage { width: 200, height: 200, stored, bits_stored: 12, signed: false, header }
    }

    #[test]
    fn each_flag_has_its_cause() {
        let plain = raw(256, Header::default());
        let ap = raw(256, Header { view_position: Some("AP".into()), ..Header::default() });
        let text = raw(256, Header { burned_in_annotation: true, ..Header::default() });
        // The core of 200 columns is 50 to 149.
        let cases = [
            (&plain, film(200, 0, 0), vec![]),
            (&plain, film(200, 54, 54), vec![]),
            (&plain, film(200, 0, 60), vec![Flag::Underexposed]),
            (&plain, film(200, 60, 0), vec![Flag::Overexposed]),
            (&ap, film(200, 0, 0), vec![Flag::ApProjection]),
            (&text, film(200, 0, 0), vec![Flag::BurnedInText]),
            (&raw(28, Header::default()), film(200, 0, 0), vec![Flag::FewGrays]),
            (&raw(63, Header::default()), film(200, 0, 0), vec![Flag::FewGrays]),
            (&raw(64, Header::default()), film(200, 0, 0), vec![]),
        ];
        for (raw, film, expected) in cases {
            assert_eq!(check_film(raw, &film), Ok(expected));
        }
    }

    #[test]
    fn too_few_grays_are_refused() {
        for grays in [2, 16, 27] {
            let found = check_film(&raw(grays, Header::default()), &film(200, 0, 0));
            assert_eq!(found.map_err(|e| e.kind()), Err("few_grays"), "{grays}");
        }
    }

    #[test]
    fn a_thumbnail_is_too_small() {
        let found = check_film(&raw(256, Header::default()), &film(127, 0, 0));
        assert_eq!(found, Err(Error::TooSmall { width: 127, height: 127, minimum: 128 }));
    }
}
