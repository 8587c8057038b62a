//! Opacities into a real film.
//!
//! Tissue of thickness `t` in the place of lung adds `(mu_soft - mu_lung) * density * t` to the
//! logarithm of incident over transmitted; scatter leaves the share `1 - f` of it. What gray that
//! is depends on the film's processing, which nobody tells: it is taken from the film itself, by
//! the difference of mediastinum and lungs, whose logarithmic difference is known of the phantom.

use koniscope::{
    Radiograph,
    segmentation::{LungMask, Side},
    zones::Zones,
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    field::Field,
    gaussian::blur,
    thorax::{LUNG_PER_MM, SOFT_PER_MM},
};

/// Median of the mediastinum less that of the lungs, in natural logarithm of the detected signal,
/// scatter included: the mean of 50 phantoms, whose standard deviation is 0.13.
pub const MEDIASTINUM_LESS_LUNG: f64 = 0.987;

/// Standard deviation of a detector's blur, mm; half a pixel comes to it.
const DETECTOR_MM: f64 = 0.15;

/// Depth below the lung's border from which opacities are there in full, mm. Lungs are thin at
/// their borders. Chosen.
const FADE_MM: f64 = 8.0;

/// Apex to dome of a lung in mm, taken where a film has no spacing: an adult's mean.
pub const LUNG_HEIGHT_MM: f64 = 230.0;

/// Contrast of a film's opacities over that of soft tissue in lung: fibrosis is a little denser, the rim of a
/// nodule less. Chosen about 1.
pub const DENSITY: std::ops::Range<f64> = 0.9..1.2;

/// Least difference of mediastinum and lungs in normalized gray.
const LEAST_CONTRAST: f64 = 0.03;

/// What is drawn for a film beside its opacities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Contrast over that of soft tissue in lung, 0.9 to 1.2.
    pub density_factor: f64,
    /// Scatter over scatter plus primary.
    pub scatter_fraction: f64,
    /// Contrast of small detail over that of the whole: 1, no detail is lifted.
    pub detail_gain: f64,
}

impl Look {
    /// Draws a usual look.
    pub fn draw(rng: &mut impl Rng) -> Self {
        Self {
            density_factor: rng.random_range(DENSITY),
            scatter_fraction: rng.random_range(0.3..0.5),
            detail_gain: 1.0,
        }
    }

    /// Logarithmic contrast per mm of thickness.
    pub fn log_per_mm(&self) -> f64 {
        (SOFT_PER_MM - LUNG_PER_MM)
            * self.density_factor
            * (1.0 - self.scatter_fraction)
            * self.detail_gain
    }
}

/// Spacing in mm, `[between rows, between columns]`, of a film that tells none, from the height of
/// its lungs: [`LUNG_HEIGHT_MM`] in the mean of both.
///
/// # Errors
/// [`Error::Film`] if a side is empty.
pub fn estimated_spacing(mask: &LungMask) -> Result<[f64; 2], Error> {
    let zones = Zones::of(mask)?;
    let heights = Side::BOTH.map(|side| zones.lung(side).dome - zones.lung(side).apex);
    let mean = 0.5 * (heights[0] + heights[1]).max(1.0);
    Ok([LUNG_HEIGHT_MM / mean; 2])
}

/// Gray (0 to 1) per unit of the natural logarithm, from the medians of mediastinum and lungs.
///
/// # Errors
/// [`Error::Unusable`] if nothing lies between the lungs or it is no brighter than they are.
pub fn gray_per_log(film: &Radiograph, mask: &LungMask) -> Result<f64, Error> {
    let difference = f64::from(mediastinum_less_lung(film.pixels().data(), mask)?);
    if difference < LEAST_CONTRAST {
        return Err(Error::Unusable(format!(
            "the mediastinum is {difference:.3} brighter than the lungs; at least \
             {LEAST_CONTRAST} of the film's range was expected"
        )));
    }
    Ok(difference / MEDIASTINUM_LESS_LUNG)
}

/// Median of `values` (row-major, the mask's size) between both lungs, within the rows where both
/// are, less the median within the lungs.
///
/// # Errors
/// [`Error::Unusable`] if nothing lies there.
pub fn mediastinum_less_lung(values: &[f32], mask: &LungMask) -> Result<f32, Error> {
    let (mut lungs, mut between) = (Vec::new(), Vec::new());
    let rows = values.chunks(mask.width()).zip(mask.labels().chunks(mask.width()));
    for (values, labels) in rows {
        lungs.extend(labels.iter().zip(values).filter(|(l, _)| **l > 0).map(|(_, v)| *v));
        let ends = (labels.iter().rposition(|l| *l == 1), labels.iter().position(|l| *l == 2));
        if let (Some(right), Some(left)) = ends
            && right + 1 < left
        {
            between.extend_from_slice(&values[right + 1..left]);
        }
    }
    match (median(&mut between), median(&mut lungs)) {
        (Some(mediastinum), Some(lung)) => Ok(mediastinum - lung),
        _ => Err(Error::Unusable("nothing lies between the lungs; two were expected".into())),
    }
}

fn median(values: &mut [f32]) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

/// Fades a thickness (row-major, the field's size) toward the lungs' borders and blurs it as a
/// detector of these pixels does.
pub fn as_detected(mut thickness: Vec<f32>, field: &Field) -> Vec<f32> {
    let grid = field.grid();
    let [dy, dx] = grid.spacing_mm;
    for (i, value) in thickness.iter_mut().enumerate().filter(|(_, v)| **v > 0.0) {
        let (x, y) = ((i % grid.width) as f64 + 0.5, (i / grid.width) as f64 + 0.5);
        let t = (field.depth_mm([x * dx, y * dy]) / FADE_MM).clamp(0.0, 1.0);
        *value *= (t * t * (3.0 - 2.0 * t)) as f32;
    }
    let pixel = (dx * dy).sqrt();
    blur(&thickness, grid.width, grid.height, DETECTOR_MM.hypot(0.5 * pixel) / pixel)
}

/// Adds what was detected, in mm, to a film's values; those above 1 are white.
pub fn insert(values: &mut [f32], detected_mm: &[f32], look: &Look, gray_per_log: f64) {
    let per_mm = (look.log_per_mm() * gray_per_log) as f32;
    for (value, t) in values.iter_mut().zip(detected_mm).filter(|(_, t)| **t > 0.0) {
        *value = (*value + per_mm * t).min(1.0);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope::plane::Plane;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use super::*;
    use crate::{
        field::{Grid, tests::boxes},
        opacities::{Form, SmallOpacity, thickness},
        phantom::Phantom,
    };

    /// Logarithmic contrast of a sphere of soft tissue before scatter: 0.0145 per mm.
    const SPHERES: [(f64, f64); 3] = [(1.5, 0.022), (3.0, 0.0435), (10.0, 0.145)];

    fn sphere(size_mm: f64) -> (Grid, Vec<f32>) {
        let grid = Grid { width: 200, height: 200, spacing_mm: [0.1; 2] };
        let zone = koniscope::zones::Zone::ALL[0];
        let shape = koniscope::stage::ilo::Shape::R;
        let (x_mm, y_mm) = (10.05, 10.05);
        let strands = Vec::new();
        let form = Form { shape, size_mm, density: 1.0, strands };
        let small = SmallOpacity { x_mm, y_mm, zone, form };
        (grid, thickness(&grid, &[small], &[]))
    }

    #[test]
    fn a_sphere_has_its_contrast_in_a_real_film() {
        for (size, expected) in SPHERES {
            for f in [0.0, 0.5] {
                let (grid, plane) = sphere(size);
                let mut values = vec![0.3; plane.len()];
                let look = Look { density_factor: 1.0, scatter_fraction: f, detail_gain: 1.0 };
                insert(&mut values, &plane, &look, 0.8);
                let center = f64::from(values[100 * grid.width + 100] - 0.3) / 0.8;
                let ratio = center / (expected * (1.0 - f));
                assert!((ratio - 1.0).abs() < 0.03, "{size} {f}: {ratio}");
            }
        }
    }

    #[test]
    fn a_sphere_has_its_contrast_in_a_phantom() {
        for (size, expected) in SPHERES {
            for f in [0.0, 0.5] {
                let (grid, plane) = sphere(size);
                let n = plane.len();
                let mut phantom = Phantom {
                    projection: crate::Projection {
                        width: grid.width,
                        height: grid.height,
                        pixel_mm: 0.1,
                        attenuation: vec![2.0; n],
                        lungs: vec![1; n],
                        lung_mm: vec![100.0; n],
                    },
                    acquisition: crate::Acquisition {
                        scatter_fraction: f,
                        blur_sigma_mm: 0.0,
                        ..crate::Acquisition::draw(&mut ChaCha12Rng::seed_from_u64(1))
                    },
                };
                phantom.add(&plane, 1.0);
                let p = &phantom.projection;
                let log = phantom.acquisition.log_signal(&p.attenuation, 200, 200, 0.1);
                let center = f64::from(log[100 * 200 + 100] - log[100 * 200 + 1]);
                let ratio = center / (expected * (1.0 - f));
                assert!((ratio - 1.0).abs() < 0.1, "{size} {f}: {ratio}");
            }
        }
    }

    #[test]
    fn no_thickness_changes_nothing_and_borders_fade() {
        let field = boxes(1.0);
        let grid = field.grid();
        let mut values = vec![0.25; grid.width * grid.height];
        let look = Look { density_factor: 2.0, scatter_fraction: 0.3, detail_gain: 2.0 };
        let nothing = as_detected(vec![0.0; values.len()], &field);
        insert(&mut values, &nothing, &look, 1.0);
        assert!(values.iter().all(|v| *v == 0.25));
        let faded = as_detected(vec![5.0; values.len()], &field);
        let at = |x: usize, y: usize| faded[y * grid.width + x];
        assert!((at(80, 150) - 5.0).abs() < 1e-3);
        assert!(at(44, 150) < 3.5 && at(20, 150) == 0.0);
    }

    #[test]
    fn a_film_without_spacing_has_lungs_of_usual_height() {
        let field = boxes(1.0);
        let [row, column] = estimated_spacing(field.mask()).unwrap();
        assert!((row * 220.0 - LUNG_HEIGHT_MM).abs() < 3.0 && row == column);
        let flat = Radiograph::new(Plane::filled(300, 300, 0.5), None);
        let error = gray_per_log(&flat, field.mask()).unwrap_err().to_string();
        assert!(error.contains("mediastinum"), "{error}");
    }

    #[test]
    fn the_difference_of_mediastinum_and_lungs_is_that_of_50_phantoms() {
        let values: Vec<f64> = (0..50)
            .map(|seed| {
                let phantom = Phantom::draw(256, &mut ChaCha12Rng::seed_from_u64(seed));
                let p = &phantom.projection;
                let log = phantom.acquisition.log_signal(&p.attenuation, 256, 256, p.pixel_mm);
                let field = phantom.field().unwrap();
                f64::from(mediastinum_less_lung(&log, field.mask()).unwrap())
            })
            .collect();
        let mean = values.iter().sum::<f64>() / 50.0;
        let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 49.0).sqrt();
        let found = format!("mean {mean:.3}, standard deviation {spread:.3}");
        assert!((mean / MEDIASTINUM_LESS_LUNG - 1.0).abs() < 0.02, "{found}");
        assert!(spread < 0.25 * mean, "{found}");
    }
}
