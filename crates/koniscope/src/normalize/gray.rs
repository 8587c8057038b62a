//! Steps 1 to 3: stored value to gray value, large where the film is bright. The unit is the
//! file's own; step 4 removes it.

use crate::{
    Error,
    decode::{Header, Lut, ModalityTransform, Photometric, Voi, WindowFunction},
};

/// The gray value of each stored value.
///
/// # Errors
/// [`Error::BadHeader`] if a number in the header defines no gray scale.
pub(super) fn of_stored(
    header: &Header,
    stored: impl Iterator<Item = i32>,
) -> Result<Vec<f64>, Error> {
    check_modality(&header.modality)?;
    check_voi(&header.voi)?;
    let sense = if is_inverted(header) { -1.0 } else { 1.0 };
    let gray: Vec<f64> =
        stored.map(|v| sense * voi(&header.voi, modality(&header.modality, v))).collect();
    // Far beyond any unit, and far enough from the end of f64 for step 4 to subtract.
    if gray.iter().all(|v| v.abs() <= f64::from(f32::MAX)) {
        Ok(gray)
    } else {
        bad(format!("values overflow under {:?}", header.modality))
    }
}

/// Whether the lowest value is white. Either element may say so; both together say it once.
pub(super) fn is_inverted(header: &Header) -> bool {
    header.photometric == Photometric::Monochrome1 || header.presentation_inverse
}

/// PS3.3 C.11.1.
fn modality(transform: &ModalityTransform, stored: i32) -> f64 {
    match transform {
        ModalityTransform::Rescale { slope, intercept } => slope * f64::from(stored) + intercept,
        ModalityTransform::Table(lut) => look_up(lut, i64::from(stored)),
    }
}

/// PS3.3 C.11.2; windows give `[0, 1]`, tables their entries.
fn voi(voi: &Voi, x: f64) -> f64 {
    match *voi {
        Voi::None => x,
        Voi::Table(ref lut) => look_up(lut, x.round() as i64),
        Voi::Window { center: c, width: w, function } => match function {
            // C.11.2.1.2.1. At w = 1 this is a step, and the division is not reached.
            WindowFunction::Linear if x <= c - 0.5 - (w - 1.0) / 2.0 => 0.0,
            WindowFunction::Linear if x > c - 0.5 + (w - 1.0) / 2.0 => 1.0,
            WindowFunction::Linear => (x - (c - 0.5)) / (w - 1.0) + 0.5,
            // C.11.2.1.3.2
            WindowFunction::LinearExact => ((x - c) / w + 0.5).clamp(0.0, 1.0),
            // C.11.2.1.3.1
            WindowFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (x - c) / w).exp()),
        },
    }
}

/// The entry for `value`; the first and the last hold beyond the ends.
fn look_up(lut: &Lut, value: i64) -> f64 {
    let last = lut.entries.len() as i64 - 1;
    let index = value.saturating_sub(i64::from(lut.first)).clamp(0, last);
    f64::from(lut.entries[index as usize])
}

fn check_modality(transform: &ModalityTransform) -> Result<(), Error> {
    match transform {
        ModalityTransform::Rescale { slope, intercept } => {
            if slope.is_finite() && *slope != 0.0 && intercept.is_finite() {
                return Ok(());
            }
            bad(format!(
                "Rescale Slope {slope} and Intercept {intercept}; finite numbers and a slope \
                 other than 0 were expected"
            ))
        }
        ModalityTransform::Table(lut) => check_table("Modality LUT", lut),
    }
}

fn check_voi(voi: &Voi) -> Result<(), Error> {
    match voi {
        Voi::None => Ok(()),
        Voi::Table(lut) => check_table("VOI LUT", lut),
        Voi::Window { center, width, function } => {
            // C.11.2.1.2.1: at least 1 for LINEAR; C.11.2.1.3: greater than 0 for the others.
            let wide = match function {
                WindowFunction::Linear => *width >= 1.0,
                WindowFunction::LinearExact | WindowFunction::Sigmoid => *width > 0.0,
            };
            if wide && width.is_finite() && center.is_finite() {
                return Ok(());
            }
            bad(format!(
                "Window Center {center} and Width {width}; finite numbers and a width of at least \
                 1 (above 0 for LINEAR_EXACT and SIGMOID) were expected"
            ))
        }
    }
}

fn check_table(name: &str, lut: &Lut) -> Result<(), Error> {
    if lut.entries.is_empty() {
        return bad(format!("the {name} has no entries"));
    }
    Ok(())
}

fn bad<T>(detail: String) -> Result<T, Error> {
    Err(Error::BadHeader { detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_the_standard() {
        // Worked from PS3.3 C.11.2.1.2.1 note 2 (c = 2048, w = 4096: slope 1 / 4095, 0 to 0 and
        // 4095 to 1) and C.11.2.1.3.
        let cases = [
            (WindowFunction::Linear, 2048.0, 4096.0, 0.0, 0.0),
            (WindowFunction::Linear, 2048.0, 4096.0, 4095.0, 1.0),
            (WindowFunction::Linear, 2048.0, 4096.0, 1000.0, 1000.0 / 4095.0),
            (WindowFunction::Linear, 2048.0, 1.0, 2047.0, 0.0),
            (WindowFunction::Linear, 2048.0, 1.0, 2048.0, 1.0),
            (WindowFunction::LinearExact, 2048.0, 4096.0, 0.0, 0.0),
            (WindowFunction::LinearExact, 2048.0, 4096.0, 1024.0, 0.25),
            (WindowFunction::LinearExact, 2048.0, 4096.0, 5000.0, 1.0),
            (WindowFunction::Sigmoid, 100.0, 40.0, 100.0, 0.5),
            (WindowFunction::Sigmoid, 100.0, 40.0, 110.0, 0.731_058_578_630_004_9),
        ];
        for (function, center, width, x, expected) in cases {
            let found = voi(&Voi::Window { center, width, function }, x);
            assert!((found - expected).abs() < 1e-12, "{function:?} {x}: {found}, {expected}");
        }
    }

    #[test]
    fn tables_hold_beyond_their_ends() {
        let lut = Lut { first: -2, entries: vec![10, 20, 30] };
        for (value, expected) in [(-9, 10.0), (-2, 10.0), (-1, 20.0), (0, 30.0), (i64::MAX, 30.0)] {
            assert_eq!(look_up(&lut, value), expected);
        }
    }
}
