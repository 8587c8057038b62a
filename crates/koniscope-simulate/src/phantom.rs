//! A film drawn from nothing: thorax, opacities, detector.

use koniscope::segmentation::LungMask;
use rand::Rng;

use crate::{
    Acquisition, Error, Projection, Thorax,
    field::Field,
    thorax::{LUNG_PER_MM, SOFT_PER_MM},
};

/// Side of a phantom's film, mm: about that of a detector of 43 x 43 cm.
pub const SIDE_MM: f64 = 410.0;

/// A thorax before the film is taken.
#[derive(Clone, Debug)]
pub struct Phantom {
    /// The thorax without opacities.
    pub projection: Projection,
    /// How the film will be taken.
    pub acquisition: Acquisition,
}

impl Phantom {
    /// Draws thorax and acquisition for a square film of `size` pixels a side.
    pub fn draw(size: usize, rng: &mut impl Rng) -> Self {
        let thorax = Thorax::draw(rng);
        let acquisition = Acquisition::draw(rng);
        Self { projection: thorax.project(SIDE_MM / size as f64, size, size), acquisition }
    }

    /// The lungs and their zones.
    ///
    /// # Errors
    /// As [`Field::new`].
    pub fn field(&self) -> Result<Field, Error> {
        let Projection { width, height, pixel_mm, ref lungs, .. } = self.projection;
        Field::new(LungMask::new(width, height, lungs.clone()), [pixel_mm; 2])
    }

    /// Puts tissue in the place of lung: adds `thickness_mm` (row-major `[height, width]`, as much
    /// of it as there is lung) times `density_factor` over soft tissue's contrast to lung.
    pub fn add(&mut self, thickness_mm: &[f32], density_factor: f64) {
        let per_mm = ((SOFT_PER_MM - LUNG_PER_MM) * density_factor) as f32;
        let p = &mut self.projection;
        for ((a, t), lung) in p.attenuation.iter_mut().zip(thickness_mm).zip(&p.lung_mm) {
            *a += per_mm * t.min(*lung);
        }
    }

    /// Takes the film: values 0 to `2^bits - 1`, air dark. Noise depends on `seed`.
    pub fn expose(&self, seed: u64) -> Vec<u16> {
        let Projection { width, height, pixel_mm, ref attenuation, .. } = self.projection;
        self.acquisition.expose(attenuation, width, height, pixel_mm, seed)
    }
}
