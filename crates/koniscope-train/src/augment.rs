//! Varies films for training: parameters are drawn once, then applied alike to picture and mask.

use koniscope::plane::Plane;
use rand::{Rng, rngs::StdRng};
use serde::{Deserialize, Serialize};

use crate::dataset::Sample;

/// How far films are varied; each draw is uniform in `[-value, value]` unless said otherwise.
/// All zero: not at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentRecipe {
    /// Degrees.
    pub rotate: f64,
    /// Shift, as a share of the side.
    pub shift: f64,
    /// Natural logarithm of the zoom.
    pub zoom: f64,
    /// Natural logarithm of width over height, beside the zoom.
    pub stretch: f64,
    /// Natural logarithm of gamma: values become `v^gamma`.
    pub gamma: f64,
    /// Natural logarithm of the contrast about 0.5.
    pub contrast: f64,
    /// Added to values.
    pub brightness: f64,
    /// Standard deviation of noise, uniform in `[0, value]`.
    pub noise: f64,
    /// Half of the films are mirrored, left for right.
    pub mirror: bool,
}

/// One draw of all parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// From target to source, about the picture's center and in shares of its sides: a 2 x 2
    /// matrix and a shift.
    matrix: [[f64; 2]; 2],
    shift: [f64; 2],
    gamma: f64,
    contrast: f64,
    brightness: f64,
    noise: f64,
    noise_rng: StdRng,
    mirrored: bool,
}

impl Draw {
    /// Draws all parameters.
    pub fn sample(recipe: &AugmentRecipe, rng: &mut StdRng) -> Self {
        let mut within = |limit: f64| (rng.random::<f64>() * 2.0 - 1.0) * limit;
        let angle = within(recipe.rotate).to_radians();
        let (zoom, stretch) = (within(recipe.zoom), within(recipe.stretch));
        let scale = [(-zoom - stretch / 2.0).exp(), (-zoom + stretch / 2.0).exp()];
        let (sin, cos) = angle.sin_cos();
        let shift = [within(recipe.shift), within(recipe.shift)];
        let gamma = within(recipe.gamma).exp();
        let contrast = within(recipe.contrast).exp();
        let brightness = within(recipe.brightness);
        let noise = within(recipe.noise).abs();
        let mirrored = recipe.mirror && rng.random();
        let side = if mirrored { -1.0 } else { 1.0 };
        Self {
            matrix: [
                [side * cos * scale[0], -sin * scale[1]],
                [side * sin * scale[0], cos * scale[1]],
            ],
            shift,
            gamma,
            contrast,
            brightness,
            noise,
            mirrored,
            noise_rng: rng.clone(),
        }
    }

    /// Varies picture and mask by the same geometry; what comes from outside the film is black
    /// background.
    pub fn apply(&self, sample: &Sample) -> Sample {
        let (w, h) = (sample.picture.width(), sample.picture.height());
        let mut target = vec![0u8; w * h];
        for y in 0..h {
            for x in 0..w {
                let [sx, sy] = self.source(x, y, w, h);
                if inside(sx, sy, w, h) {
                    let label = sample.target[sy as usize * w + sx as usize];
                    target[y * w + x] = match label {
                        // A mirrored right lung is a left one.
                        1 | 2 if self.mirrored => 3 - label,
                        _ => label,
                    };
                }
            }
        }
        Sample { picture: self.apply_picture(&sample.picture), target }
    }

    /// Varies a picture alone: geometry, then gamma, contrast, brightness, noise, clipped to
    /// `[0, 1]`.
    pub fn apply_picture(&self, picture: &Plane) -> Plane {
        let (w, h) = (picture.width(), picture.height());
        let mut noise = self.noise_rng.clone();
        let mut data = Vec::with_capacity(w * h);
        for y in 0..h {
            for x in 0..w {
                let [sx, sy] = self.source(x, y, w, h);
                let value = if inside(sx, sy, w, h) {
                    f64::from(picture.bilinear(sx as f32, sy as f32))
                } else {
                    0.0
                };
                let value = (value.powf(self.gamma) - 0.5) * self.contrast + 0.5 + self.brightness;
                // The sum of three uniform numbers is near enough to normal; its standard
                // deviation is 1.
                let grain = if self.noise > 0.0 {
                    (0..3).map(|_| noise.random::<f64>() * 2.0 - 1.0).sum::<f64>()
                } else {
                    0.0
                };
                data.push((value + grain * self.noise).clamp(0.0, 1.0) as f32);
            }
        }
        Plane::new(w, h, data)
    }

    /// Where a target pixel's center comes from, in continuous source pixels.
    fn source(&self, x: usize, y: usize, w: usize, h: usize) -> [f64; 2] {
        let dx = (x as f64 + 0.5) / w as f64 - 0.5;
        let dy = (y as f64 + 0.5) / h as f64 - 0.5;
        let [row_x, row_y] = self.matrix;
        [
            (row_x[0] * dx + row_x[1] * dy + self.shift[0] + 0.5) * w as f64,
            (row_y[0] * dx + row_y[1] * dy + self.shift[1] + 0.5) * h as f64,
        ]
    }
}

fn inside(x: f64, y: f64, w: usize, h: usize) -> bool {
    (0.0..w as f64).contains(&x) && (0.0..h as f64).contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::rng_for;

    fn sample() -> Sample {
        let (w, h) = (40, 30);
        let lung = |i: usize| (8..20).contains(&(i % w)) && (5..25).contains(&(i / w));
        let data = (0..w * h).map(|i| if lung(i) { 0.9 } else { 0.1 }).collect();
        let target = (0..w * h).map(|i| u8::from(lung(i))).collect();
        Sample { picture: Plane::new(w, h, data), target }
    }

    #[test]
    fn no_variation_changes_nothing() {
        let draw = Draw::sample(&AugmentRecipe::default(), &mut rng_for(1, 1, 1));
        let (before, after) = (sample(), draw.apply(&sample()));
        assert_eq!(before.target, after.target);
        let pairs = before.picture.data().iter().zip(after.picture.data());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn picture_and_mask_move_together() {
        let recipe = AugmentRecipe {
            rotate: 20.0,
            shift: 0.1,
            zoom: 0.2,
            stretch: 0.1,
            ..Default::default()
        };
        for draw in 0..20 {
            let varied = Draw::sample(&recipe, &mut rng_for(3, 0, draw)).apply(&sample());
            let differ = varied
                .picture
                .data()
                .iter()
                .zip(&varied.target)
                .filter(|(v, t)| (**v > 0.5) != (**t == 1))
                .count();
            assert!(differ <= 40, "draw {draw}: {differ} of 1200 pixels differ");
            assert!(varied.target.contains(&1));
        }
    }

    #[test]
    fn a_mirrored_right_lung_is_a_left_one() {
        let recipe = AugmentRecipe { mirror: true, ..Default::default() };
        let mut seen = [0, 0];
        for draw in 0..20 {
            let varied = Draw::sample(&recipe, &mut rng_for(3, 0, draw)).apply(&sample());
            let (before, w) = (sample(), 40);
            let mirrored = varied.target.contains(&2);
            seen[usize::from(mirrored)] += 1;
            for (i, (label, old)) in varied.target.iter().zip(&before.target).enumerate() {
                let mirror = before.target[i / w * w + w - 1 - i % w] * 2;
                assert_eq!(*label, if mirrored { mirror } else { *old });
            }
        }
        assert!(seen.iter().all(|n| *n > 3), "{seen:?}");
    }

    #[test]
    fn equal_seeds_give_equal_films() {
        let recipe = AugmentRecipe { gamma: 0.3, noise: 0.1, rotate: 5.0, ..Default::default() };
        let film =
            |seed| Draw::sample(&recipe, &mut rng_for(seed, 0, 0)).apply_picture(&sample().picture);
        assert_eq!(film(1), film(1));
        assert_ne!(film(1), film(2));
    }
}
