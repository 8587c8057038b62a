//! Pulmonary vessels and the airways' trunk as branching tubes.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use super::Thorax;
use super::frame::Frame;
use super::lungs::Lungs;
use super::splat::{Section, Splat, push_tube};

/// Generations of branching.
const GENERATIONS: usize = 9;

/// A branch about to grow.
struct Bud {
    at: [f64; 3],
    way: [f64; 3],
    radius: f64,
    generation: usize,
    hilum: [f64; 3],
}

/// Stems of the right lung: direction (lateral, down, forward), radius (mm),
/// start below the hilum (mm).
const STEMS: [([f64; 3], f64, f64); 14] = [
    ([1.00, -0.30, -0.25], 3.4, -4.0),
    ([1.00, 0.25, 0.30], 3.4, 6.0),
    ([0.45, -0.90, 0.10], 3.6, -10.0),
    ([0.60, -0.75, -0.35], 3.0, -8.0),
    ([0.80, -0.50, 0.35], 2.9, -6.0),
    ([0.95, -0.15, 0.50], 2.9, 0.0),
    ([0.95, 0.10, -0.45], 3.0, 2.0),
    ([0.40, 0.92, -0.20], 6.6, 2.0),
    ([0.85, 0.50, 0.40], 3.5, 8.0),
    ([0.70, 0.75, -0.55], 3.4, 12.0),
    ([0.20, 0.95, 0.25], 3.6, 10.0),
    ([0.90, 0.35, 0.10], 3.4, 10.0),
    ([0.55, 0.80, 0.30], 3.6, 14.0),
    ([0.75, -0.65, 0.0], 2.6, -4.0),
];

/// Vessels (mm of soft tissue) of both lungs.
pub(crate) fn draw(thorax: &Thorax, lungs: &Lungs, frame: &Frame) -> Vec<Splat> {
    let l = thorax.lung_height_mm - thorax.dome_mm[0];
    let both = 2 * STEMS.len();
    let trees: Vec<Vec<Splat>> = (0..both)
        .into_par_iter()
        .map(|i| {
            let mut rng =
                ChaCha12Rng::seed_from_u64(thorax.seed.wrapping_add(0x07E5_5E15 + i as u64));
            let side = if i < STEMS.len() { -1.0 } else { 1.0 };
            let up = if side > 0.0 { 10.0 } else { 0.0 };
            let hilum = [side * 34.0, 0.47 * l - up, 2.0];
            let (way, radius, below) = STEMS[i % STEMS.len()];
            let turn: [f64; 3] = std::array::from_fn(|_| rng.random_range(-0.15..0.15));
            let mut bud = Bud {
                at: [hilum[0] - side * 6.0, hilum[1] + below, hilum[2] + 8.0 * way[2]],
                way: unit([side * way[0] + turn[0], way[1] + turn[1], way[2] + turn[2]]),
                radius: radius * thorax.vessel_scale * rng.random_range(0.9..1.1),
                generation: 0,
                hilum,
            };
            if side > 0.0 && radius > 6.0 {
                bud.radius *= 0.9;
            }
            let mut out = Vec::new();
            grow(&mut rng, lungs, frame, bud, &mut out);
            out
        })
        .collect();
    trees.concat()
}

/// Grows a branch and, at its end, its two daughters (depth first).
fn grow(rng: &mut ChaCha12Rng, lungs: &Lungs, frame: &Frame, bud: Bud, out: &mut Vec<Splat>) {
    let young = bud.generation == 0;
    let length = (7.0 + 3.8 * bud.radius).min(26.0) * rng.random_range(0.75..1.4);
    let step = (0.45 * bud.radius).clamp(0.35, 1.5);
    let steps = (length / step).ceil() as usize;
    // Whether still in the lung is asked about every 2 mm.
    let every = (2.0 / step).ceil() as usize;
    let bend: [f64; 3] = std::array::from_fn(|_| rng.random_range(-0.018..0.018));
    let (mut at, mut way) = (bud.at, bud.way);
    let mut path = Vec::with_capacity(steps + 1);
    let taper = if young { 0.25 } else { 0.10 };
    let mut alive = true;
    for i in 0..=steps {
        let radius = bud.radius * (1.0 - taper * i as f64 / steps as f64);
        path.push((at, Section::solid(radius)));
        let out_way = unit(std::array::from_fn(|k| at[k] - bud.hilum[k]));
        let pull = if young { 0.004 } else { 0.010 } * step;
        way = unit(std::array::from_fn(|k| way[k] + bend[k] * step + pull * out_way[k]));
        at = std::array::from_fn(|k| at[k] + step * way[k]);
        let near = (0..3).map(|k| (at[k] - bud.hilum[k]).powi(2)).sum::<f64>() < 28.0f64.powi(2);
        if i % every == 0 && !near && !lungs.contains(at, 5.0) {
            alive = false;
            break;
        }
    }
    push_tube(out, frame, &path);
    let radius = bud.radius * (1.0 - taper);
    if !alive || bud.generation >= GENERATIONS || radius < 0.2 {
        return;
    }
    // Area is roughly kept: 0.8 cubed twice is about one (Murray's law).
    let ratio = rng.random_range(0.76..0.90);
    let other = (1.0f64 - ratio * ratio * ratio).max(0.1).cbrt().min(0.85);
    let spread = rng.random_range(0.4..0.9);
    let side = perpendicular(rng, way);
    let share = spread * other / (ratio + other);
    for (r, angle) in [(ratio, share), (other, share - spread)] {
        let (s, c) = f64::sin_cos(angle);
        let next = Bud {
            at,
            way: unit(std::array::from_fn(|k| c * way[k] + s * side[k])),
            radius: radius * r,
            generation: bud.generation + 1,
            hilum: bud.hilum,
        };
        grow(rng, lungs, frame, next, out);
    }
}

/// A random direction perpendicular to `way`.
fn perpendicular(rng: &mut ChaCha12Rng, way: [f64; 3]) -> [f64; 3] {
    let v: [f64; 3] = std::array::from_fn(|_| rng.random_range(-1.0..1.0));
    let along: f64 = (0..3).map(|k| v[k] * way[k]).sum();
    unit(std::array::from_fn(|k| v[k] - along * way[k]))
}

/// `v` at length one.
fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = v.iter().map(|c| c * c).sum::<f64>().sqrt().max(1e-9);
    v.map(|c| c / length)
}

/// Trachea and main bronchi: tubes of air (mm).
pub(crate) fn airways(thorax: &Thorax, frame: &Frame) -> Vec<Splat> {
    let l = thorax.lung_height_mm - thorax.dome_mm[0];
    let carina = 0.38 * l;
    let r = thorax.trachea_mm;
    let mut out = Vec::new();
    let mut tube = |from: [f64; 3], to: [f64; 3], r0: f64, r1: f64, [bow, end]: [f64; 2]| {
        let steps = 160;
        let path: Vec<_> = (0..=steps)
            .map(|i| {
                let s = f64::from(i) / f64::from(steps);
                let mut p: [f64; 3] = std::array::from_fn(|k| from[k] + s * (to[k] - from[k]));
                p[0] += bow * (std::f64::consts::PI * s).sin().powi(2);
                let fade = ((1.0 - s) * end).min(1.0) * (s * 6.0).min(1.0);
                let section = Section { outer: fade, ..Section::solid(r0 + s * (r1 - r0)) };
                (p, section)
            })
            .collect();
        push_tube(&mut out, frame, &path);
    };
    tube([0.0, -120.0, 10.0], [-2.0, carina + 3.0, -12.0], r, r * 1.02, [-1.5, 16.0]);
    tube(
        [-3.0, carina - 3.0, -12.0],
        [-34.0, carina + 28.0, -10.0],
        0.82 * r,
        0.62 * r,
        [0.0, 2.0],
    );
    tube([3.0, carina - 3.0, -12.0], [40.0, carina + 25.0, -14.0], 0.74 * r, 0.55 * r, [0.0, 2.0]);
    out
}
