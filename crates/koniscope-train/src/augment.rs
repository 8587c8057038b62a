//! Varies films for training: parameters are drawn once, then applied alike to picture and mask.

use koniscope::{model::local_means, plane::Plane};
use rand::Rng;
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

use crate::dataset::Sample;

/// Side of the square whose mean parts detail from the rest, in pixels of a picture.
const DETAIL: usize = 5;

/// Least value of a pixel that is not blank.
const DARKEST: f32 = 1e-3;

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
    /// Natural logarithm of the factor that detail is lifted or lowered by: what a pixel is above
    /// the mean of the 5 x 5 pixels about it. Films differ in it by detector and processing. Of
    /// blanked pictures alone.
    pub sharpness: f64,
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
    sharpness: f64,
    noise: f64,
    noise_rng: ChaCha12Rng,
    mirrored: bool,
}

impl Draw {
    /// Draws all parameters.
    pub fn sample(recipe: &AugmentRecipe, rng: &mut ChaCha12Rng) -> Self {
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
        let sharpness = if recipe.sharpness > 0.0 {
            rng.random_range(-recipe.sharpness..recipe.sharpness)
        } else {
            0.0
        };
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
            sharpness: sharpness.exp(),
            noise,
            mirrored,
            noise_rng: rng.clone(),
        }
    }

    /// The same geometry with the look of another draw: gamma, contrast, brightness, sharpness and how
    /// noisy it is.
    pub fn with_look_of(self, other: &Self) -> Self {
        let Self { matrix, shift, mirrored, noise_rng, .. } = self;
        Self { matrix, shift, mirrored, noise_rng, ..other.clone() }
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
        let mut values = self.moved(w, h, |x, y| picture.bilinear(x, y));
        self.develop(values.data_mut(), 0.0);
        values
    }

    /// Varies a picture whose pixels of 0 are blanked: as [`apply_picture`](Self::apply_picture)
    /// with sharpness before gamma, but what is blank stays 0 and nothing else becomes 0, as in
    /// pictures that are read. Were blanks lifted, their edges would be detail of training alone.
    pub fn apply_blanked(&self, picture: &Plane) -> Plane {
        let (w, h) = (picture.width(), picture.height());
        let mut values = self.moved(w, h, |x, y| unblanked(picture, x, y));
        if self.sharpness != 1.0 {
            let means = local_means(&values, DETAIL);
            let lift = self.sharpness as f32 - 1.0;
            for (v, mean) in values.data_mut().iter_mut().zip(means).filter(|(v, _)| **v > 0.0) {
                *v = (*v + lift * (*v - mean)).clamp(DARKEST, 1.0);
            }
        }
        self.develop(values.data_mut(), DARKEST);
        values
    }

    /// Geometry alone.
    pub fn apply_geometry(&self, plane: &Plane) -> Plane {
        self.moved(plane.width(), plane.height(), |x, y| plane.bilinear(x, y))
    }

    /// The picture after geometry, from a sampler of source points; 0 where they lie outside.
    fn moved(&self, w: usize, h: usize, sample: impl Fn(f32, f32) -> f32) -> Plane {
        let mut data = Vec::with_capacity(w * h);
        for y in 0..h {
            for x in 0..w {
                let [sx, sy] = self.source(x, y, w, h);
                let value = inside(sx, sy, w, h).then(|| sample(sx as f32, sy as f32));
                data.push(value.unwrap_or(0.0));
            }
        }
        Plane::new(w, h, data)
    }

    /// Gamma, contrast, brightness and noise. With a `darkest` above 0, values of 0 are blank and
    /// stay, and others do not fall below it.
    fn develop(&self, values: &mut [f32], darkest: f32) {
        let mut noise = self.noise_rng.clone();
        for v in values {
            // The sum of three uniform numbers is near enough to normal; its standard deviation
            // is 1.
            let grain = if self.noise > 0.0 {
                (0..3).map(|_| noise.random::<f64>() * 2.0 - 1.0).sum::<f64>()
            } else {
                0.0
            };
            if darkest > 0.0 && *v == 0.0 {
                continue;
            }
            let value = (f64::from(*v).powf(self.gamma) - 0.5) * self.contrast;
            let value = value + 0.5 + self.brightness + grain * self.noise;
            *v = (value as f32).clamp(darkest, 1.0);
        }
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

/// The bilinear value at a point, or that of its own pixel where one of its neighbors is blank: 0
/// is mixed into nothing.
fn unblanked(picture: &Plane, x: f32, y: f32) -> f32 {
    let (w, h) = (picture.width(), picture.height());
    let own = picture.at((x as usize).min(w - 1), (y as usize).min(h - 1));
    let pair = |v: f32, length: usize| {
        let low = (v - 0.5).max(0.0) as usize;
        [low, (low + 1).min(length - 1)]
    };
    let [xs, ys] = [pair(x, w), pair(y, h)];
    let is_whole = ys.iter().all(|y| xs.iter().all(|x| picture.at(*x, *y) > 0.0));
    if own > 0.0 && is_whole { picture.bilinear(x, y) } else { own }
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
    fn a_look_is_taken_over_and_geometry_and_grain_are_kept() {
        let recipe = AugmentRecipe {
            rotate: 5.0,
            shift: 0.1,
            gamma: 0.3,
            contrast: 0.3,
            brightness: 0.1,
            sharpness: 0.3,
            noise: 0.1,
            ..AugmentRecipe::default()
        };
        let [film, zone] = [1, 2].map(|i| Draw::sample(&recipe, &mut rng_for(1, 1, i)));
        let found = zone.clone().with_look_of(&film);
        assert_eq!((found.matrix, found.shift), (zone.matrix, zone.shift));
        assert_eq!(found.noise_rng, zone.noise_rng);
        let look = |d: &Draw| [d.gamma, d.contrast, d.brightness, d.sharpness, d.noise];
        assert_eq!(look(&found), look(&film));
        assert_ne!(look(&found), look(&zone));
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
    fn blanks_stay_blank_and_leave_no_edge() {
        let recipe = AugmentRecipe {
            rotate: 20.0,
            shift: 0.1,
            zoom: 0.2,
            gamma: 0.3,
            contrast: 0.3,
            brightness: 0.2,
            sharpness: 0.7,
            ..Default::default()
        };
        let mut picture = sample().picture;
        picture.data_mut().iter_mut().filter(|v| **v < 0.5).for_each(|v| *v = 0.0);
        for draw in 0..20 {
            let varied = Draw::sample(&recipe, &mut rng_for(3, 0, draw)).apply_blanked(&picture);
            let shown: Vec<f32> = varied.data().iter().copied().filter(|v| *v > 0.0).collect();
            assert!((150..400).contains(&shown.len()), "draw {draw}: {}", shown.len());
            let (low, high) = shown.iter().fold((1f32, 0f32), |(l, h), v| (l.min(*v), h.max(*v)));
            assert!(high - low < 1e-5, "draw {draw}: {low} to {high} of a flat picture");
        }
    }

    #[test]
    fn sharpness_lifts_a_spot_and_not_the_rest() {
        let recipe = AugmentRecipe { sharpness: 0.7, ..Default::default() };
        let mut picture = Plane::filled(40, 30, 0.5);
        picture.data_mut()[15 * 40 + 20] = 0.6;
        let (mut lifted, mut lowered) = (0, 0);
        for draw in 0..20 {
            let draw = Draw::sample(&recipe, &mut rng_for(3, 0, draw));
            let varied = draw.apply_blanked(&picture);
            let spot = f64::from(varied.at(20, 15)) - 0.5;
            // Of the spot's 0.1 a 25th is in the mean about it.
            assert!((spot - (0.004 + 0.096 * draw.sharpness)).abs() < 1e-5, "{spot}");
            assert!((varied.at(3, 3) - 0.5).abs() < 1e-6);
            lifted += usize::from(spot > 0.1);
            lowered += usize::from(spot < 0.1);
        }
        assert!(lifted > 3 && lowered > 3, "{lifted} {lowered}");
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
