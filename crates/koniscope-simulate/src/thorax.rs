//! An analytic adult thorax and its projection by Beer-Lambert's law.
//!
//! Everything is in millimeters. Patient axes: x to the patient's left
//! (picture right), y down from the apex of the lungs, z to the front. The rays
//! are parallel to z (a chest film is taken from 1.8 m or more).

use rand::Rng;
use rayon::prelude::*;

mod body;
mod bones;
mod frame;
mod lungs;
mod solid;
mod spine;
mod splat;
mod vessels;

use body::BodyRow;
use frame::Frame;
use lungs::Lungs;
use spine::Spine;

/// Linear attenuation of soft tissue at about 60 keV, per mm (0.20 per cm;
/// NIST XCOM, ICRU-44 soft tissue).
pub const SOFT_PER_MM: f64 = 0.020;
/// Linear attenuation of inflated lung at about 60 keV, per mm (soft tissue at
/// a density of about 0.27 g/cm3).
pub const LUNG_PER_MM: f64 = 0.0055;
/// Linear attenuation of cortical bone at about 60 keV, per mm.
pub const BONE_PER_MM: f64 = 0.050;

/// A drawn adult thorax. Sizes in mm, angles in radians.
#[derive(Clone, Debug, PartialEq)]
pub struct Thorax {
    /// Outer width of the trunk, 260 to 360 mm.
    pub width_mm: f64,
    /// Outer depth of the trunk, 180 to 260 mm.
    pub depth_mm: f64,
    /// Thickness of the soft wall beside the ribs, 15 to 50 mm.
    pub wall_mm: f64,
    /// Apex to lateral costophrenic angle, 220 to 290 mm.
    pub lung_height_mm: f64,
    /// Width of the heart over the inner width of the chest, 0.38 to 0.52.
    pub heart_ratio: f64,
    /// Turn of the heart's long axis below the horizontal, radians.
    pub heart_angle: f64,
    /// Height of the domes (right, left) above the costophrenic angles, mm.
    pub dome_mm: [f64; 2],
    /// Radius of the aortic knob, mm.
    pub knob_mm: f64,
    /// Factor on the mediastinum's width.
    pub mediastinum_scale: f64,
    /// Radius of the trachea, mm.
    pub trachea_mm: f64,
    /// Half-width of the stomach's gas bubble, mm.
    pub gas_mm: f64,
    /// Extra thickness of the breasts, mm; 0 for none.
    pub breast_mm: f64,
    /// Pairs of ribs, 10 to 12.
    pub rib_count: usize,
    /// Vertical distance of neighboring ribs at the spine, mm.
    pub rib_spacing_mm: f64,
    /// y of the first rib's head, mm.
    pub rib_top_mm: f64,
    /// Factor on the ribs' fall from back to front.
    pub rib_slope: f64,
    /// Height of a rib, mm.
    pub rib_height_mm: f64,
    /// y of the clavicles' middle, mm.
    pub clavicle_mm: f64,
    /// Lateral shift of the scapulae, mm.
    pub scapula_mm: f64,
    /// Factor on the vessels' radii.
    pub vessel_scale: f64,
    /// Rotation about the long axis, tilt, turn in the picture, radians.
    pub pose: [f64; 3],
    /// Patient point (x, y) in the middle of the film, mm.
    pub middle_mm: [f64; 2],
    /// Seed of the vessel tree and the ribs' irregularities.
    pub seed: u64,
}

/// A projection and its truth; planes are row-major `[height, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Side of a pixel, mm.
    pub pixel_mm: f64,
    /// Natural logarithm of incident over transmitted, primary beam only.
    pub attenuation: Vec<f32>,
    /// 0 none, 1 the patient's right lung (picture left), 2 the left lung: the
    /// aerated field beside heart and mediastinum and above the domes.
    pub lungs: Vec<u8>,
    /// Thickness of lung along the ray, mm (also where the label is 0: in
    /// front of and behind the heart, and in the recess behind the dome).
    pub lung_mm: Vec<f32>,
}

impl Thorax {
    /// Draws a varied adult.
    pub fn draw(rng: &mut impl Rng) -> Thorax {
        let width_mm = rng.random_range(260.0..360.0);
        let half = 0.5 * width_mm;
        let wall_mm =
            rng.random_range(f64::max(15.0, half - 150.0)..(half - 123.0).clamp(15.5, 50.0));
        let depth_mm = (width_mm * rng.random_range(0.64..0.74)).clamp(180.0, 260.0);
        let inner = half - wall_mm;
        let lung_height_mm = (inner * rng.random_range(1.92..2.2)).clamp(220.0, 290.0);
        let left_dome = lung_height_mm * rng.random_range(0.10..0.15);
        let higher = if rng.random_bool(0.92) { 10.0..18.0 } else { -3.0..10.0 };
        let right_dome = left_dome + rng.random_range(higher);
        let free = lung_height_mm - right_dome;
        let breast = rng.random_bool(0.45);
        Thorax {
            width_mm,
            depth_mm,
            wall_mm,
            lung_height_mm,
            heart_ratio: rng.random_range(0.38..0.52),
            heart_angle: rng.random_range(0.5..0.8),
            dome_mm: [right_dome, left_dome],
            knob_mm: rng.random_range(14.0..19.0),
            mediastinum_scale: rng.random_range(0.9..1.15),
            trachea_mm: rng.random_range(7.5..10.0),
            gas_mm: rng.random_range(8.0..28.0),
            breast_mm: if breast { rng.random_range(12.0..40.0) } else { 0.0 },
            rib_count: rng.random_range(10..=12),
            rib_spacing_mm: free / 9.5 * rng.random_range(0.95..1.08),
            rib_top_mm: rng.random_range(0.0..7.0),
            rib_slope: rng.random_range(0.85..1.2),
            rib_height_mm: rng.random_range(10.5..13.5),
            clavicle_mm: rng.random_range(24.0..38.0),
            scapula_mm: rng.random_range(-4.0..14.0),
            vessel_scale: rng.random_range(0.85..1.15),
            pose: [
                rng.random_range(-0.05..0.05),
                rng.random_range(-0.06..0.06),
                rng.random_range(-0.03..0.03),
            ],
            middle_mm: [
                rng.random_range(-6.0..6.0),
                0.5 * lung_height_mm + rng.random_range(-2.0..14.0),
            ],
            seed: rng.random(),
        }
    }

    /// Half-width and half-depth of the chest's cavity, mm.
    pub fn cavity_mm(&self) -> (f64, f64) {
        (0.5 * self.width_mm - self.wall_mm, 0.5 * self.depth_mm - 0.55 * self.wall_mm - 8.0)
    }

    /// Projects onto `height` rows of `width` pixels of side `pixel_mm`, in
    /// parallel over rows; the result does not depend on the number of threads.
    pub fn project(&self, pixel_mm: f64, width: usize, height: usize) -> Projection {
        let frame = self.frame(pixel_mm, width, height);
        let lungs = Lungs::new(self, &frame);
        let (bone, vessel) = rayon::join(
            || splat::render(&bones::draw(self, &lungs, &frame), width, height),
            || splat::render(&vessels::draw(self, &lungs, &frame), width, height),
        );
        let air = splat::render(&vessels::airways(self, &frame), width, height);
        let spine = Spine::new(self);
        let spine_shift = frame.shift(-0.35 * self.depth_mm);
        let mut out = Projection {
            width,
            height,
            pixel_mm,
            attenuation: vec![0.0; width * height],
            lungs: vec![0; width * height],
            lung_mm: vec![0.0; width * height],
        };
        let step = width.max(1);
        (
            out.attenuation.par_chunks_mut(step),
            out.lungs.par_chunks_mut(step),
            out.lung_mm.par_chunks_mut(step),
        )
            .into_par_iter()
            .enumerate()
            .for_each(|(row, (attenuation, label, lung_mm))| {
                // A row of the picture is slightly oblique to the patient;
                // y is taken per block of columns, which is the row itself
                // when the patient stands upright.
                for (block, chunk) in attenuation.chunks_mut(BLOCK).enumerate() {
                    let first = block * BLOCK;
                    let y = frame.locate(first as f64 + 0.5 * chunk.len() as f64, row as f64)[1];
                    let (body, lung) = (BodyRow::new(self, y), lungs.row(y));
                    let vertebra = spine.row(y - spine_shift[1]);
                    for (c, value) in chunk.iter_mut().enumerate() {
                        let i = first + c;
                        let x = frame.locate(i as f64, row as f64)[0];
                        let soft = body.chord(x);
                        if soft <= 0.0 {
                            continue;
                        }
                        let s = lung.sample(x);
                        let at = row * width + i;
                        let lung_here = s.lung_mm.min(soft);
                        let vessels = f64::from(vessel[at]).min(0.75 * lung_here);
                        let gas = (s.gas_mm + f64::from(air[at])).min(0.6 * soft);
                        let hard = (f64::from(bone[at]) + vertebra.bone(x - spine_shift[0]))
                            .min(0.7 * soft);
                        *value = (SOFT_PER_MM * (soft - gas)
                            - (SOFT_PER_MM - LUNG_PER_MM) * (lung_here - vessels)
                            + (BONE_PER_MM - SOFT_PER_MM) * hard)
                            as f32;
                        label[i] = s.label;
                        lung_mm[i] = lung_here as f32;
                    }
                }
            });
        out
    }

    /// The frame of a film of this size.
    fn frame(&self, pixel_mm: f64, width: usize, height: usize) -> Frame {
        let [rotation, tilt, turn] = self.pose;
        Frame {
            pixel_mm,
            shear: [rotation.sin(), tilt.sin()],
            turn: [turn.cos(), turn.sin()],
            middle: self.middle_mm,
            center: [(width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0],
        }
    }
}

/// Columns that share one y of the patient.
const BLOCK: usize = 8;

#[cfg(test)]
mod tests;
