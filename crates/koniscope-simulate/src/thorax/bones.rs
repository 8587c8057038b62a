//! Ribs, clavicles, scapulae and humeri as tubes of bone.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::Thorax;
use super::frame::Frame;
use super::lungs::Lungs;
use super::solid::smoothstep;
use super::splat::{Section, Splat, push_tube};

/// Density of spongy bone as a part of that of cortical bone.
const SPONGY: f64 = 0.22;

type Path = Vec<([f64; 3], Section)>;

/// All tubular bones of `thorax`; their path length is in mm of cortical bone.
pub(crate) fn draw(thorax: &Thorax, lungs: &Lungs, frame: &Frame) -> Vec<Splat> {
    let mut out = Vec::new();
    let mut rng = ChaCha12Rng::seed_from_u64(thorax.seed ^ 0xB0_0E5);
    for side in [-1.0, 1.0] {
        for number in 1..=thorax.rib_count {
            let jitter = [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)];
            push_tube(&mut out, frame, &rib(thorax, lungs, side, number, jitter));
        }
        push_tube(&mut out, frame, &clavicle(thorax, side));
        for path in shoulder(thorax, side) {
            push_tube(&mut out, frame, &path);
        }
        for number in 1..=12 {
            push_tube(&mut out, frame, &transverse(thorax, side, number));
        }
    }
    push_tube(&mut out, frame, &manubrium(thorax));
    out
}

/// A hollow bone's section: half-height, flatness, shell thickness (mm).
fn bone(radius: f64, flatness: f64, shell: f64, weight: f64) -> Section {
    Section { radius, flatness, shell, outer: weight, core: SPONGY * weight }
}

/// One rib: around the cavity from the spine to its costochondral end,
/// falling all the way, so that the posterior part slopes down laterally and
/// the anterior part down medially.
fn rib(thorax: &Thorax, lungs: &Lungs, side: f64, number: usize, jitter: [f64; 2]) -> Path {
    let n = number as f64;
    let (wide, _) = thorax.cavity_mm();
    let top = thorax.rib_top_mm + (n - 1.0) * thorax.rib_spacing_mm + 0.8 * jitter[0];
    let grown = smoothstep(0.0, 6.5, n);
    let drop = thorax.rib_slope * (26.0 + 66.0 * grown + 2.0 * jitter[1]);
    let end = match number {
        1 => 0.24,
        2..=6 => 0.36 + 0.025 * n,
        _ => 0.50 + 0.07 * (n - 6.0),
    } * wide;
    let short = if number > 10 { 0.55 - 0.12 * (n - 11.0) } else { 1.0 };
    let start_x: f64 = 19.0;
    let power = 1.0 / 1.2;
    let shape = |y: f64| {
        let [a, b] = lungs.cavity(y.max(2.0));
        [(a + 5.5).max(50.0 + 4.0 * n.min(3.0)), (b + 4.5).max(34.0)]
    };
    let [a0, _] = shape(top);
    let first = (start_x / a0).powf(1.0 / power).asin();
    let [a1, _] = shape(top + drop);
    let last = std::f64::consts::PI - (end / a1).min(0.98).powf(1.0 / power).asin();
    let steps = 260;
    (0..=steps)
        .filter(|&i| f64::from(i) <= short * f64::from(steps))
        .map(|i| {
            let s = f64::from(i) / f64::from(steps);
            let angle = first + (last - first) * s;
            let y = top + drop * (0.72 * s.powf(1.35) + 0.28 * s * s * (3.0 - 2.0 * s))
                - 3.0 * (std::f64::consts::PI * (s / 0.3).min(1.0)).sin();
            let [a, b] = shape(y);
            let x = a * angle.sin().max(0.0).powf(power);
            let z = -b * angle.cos().signum() * angle.cos().abs().powf(power);
            // Posterior: round and dense; anterior: flat, broad and faint.
            let front = smoothstep(0.42, 0.72, s);
            let fade = 1.0 - smoothstep(0.84, 1.0, s / short);
            let head = 0.75 + 0.25 * smoothstep(0.0, 0.12, s);
            let size = thorax.rib_height_mm * 0.5 * (0.82 + 0.18 * smoothstep(1.0, 4.0, n));
            let radius = size * head * (1.0 + 0.18 * front);
            let section = bone(
                radius,
                0.62 - 0.14 * front,
                1.15 - 0.30 * front,
                (1.3 - 0.40 * front) * (0.2 + 0.8 * fade),
            );
            ([side * x, y, z], section)
        })
        .collect()
}

/// Points on a Catmull-Rom curve through `knots` (position and radius, mm).
fn smooth(knots: &[[f64; 4]], flatness: f64, shell: f64, weight: f64) -> Path {
    let get = |i: isize| knots[i.clamp(0, knots.len() as isize - 1) as usize];
    let mut dense: Vec<[f64; 4]> = Vec::new();
    for i in 0..knots.len() as isize - 1 {
        let (p, q, r, s) = (get(i - 1), get(i), get(i + 1), get(i + 2));
        let length = (0..3).map(|k| (r[k] - q[k]).powi(2)).sum::<f64>().sqrt();
        let steps = (2.0 * length).ceil().max(2.0) as usize;
        for j in 0..steps {
            let t = j as f64 / steps as f64;
            let v: [f64; 4] = std::array::from_fn(|k| {
                0.5 * (2.0 * q[k]
                    + t * (r[k] - p[k])
                    + t * t * (2.0 * p[k] - 5.0 * q[k] + 4.0 * r[k] - s[k])
                    + t * t * t * (3.0 * q[k] - p[k] - 3.0 * r[k] + s[k]))
            });
            dense.push(v);
        }
    }
    // Even spacing of 1 mm: a splat's weight rests on it.
    let mut path = Vec::new();
    let mut due = 0.0;
    for pair in dense.windows(2) {
        let (p, q) = (pair[0], pair[1]);
        let length = (0..3).map(|k| (q[k] - p[k]).powi(2)).sum::<f64>().sqrt();
        while due < length {
            let v: [f64; 4] = std::array::from_fn(|k| p[k] + due / length * (q[k] - p[k]));
            path.push(([v[0], v[1], v[2]], bone(v[3], flatness, shell, weight)));
            due += 1.0;
        }
        due -= length;
    }
    path
}

/// The S-shaped clavicle from the manubrium to the acromion.
fn clavicle(thorax: &Thorax, side: f64) -> Path {
    let k = thorax.width_mm / 310.0;
    let y = thorax.clavicle_mm;
    let at = |x: f64, dy: f64, z: f64, r: f64| [side * x * k, y + dy, z, r];
    let knots = [
        at(17.0, 10.0, 62.0, 9.0),
        at(24.0, 7.5, 62.0, 8.0),
        at(42.0, 2.0, 66.0, 6.4),
        at(70.0, -4.0, 66.0, 5.8),
        at(100.0, -11.0, 50.0, 5.8),
        at(128.0, -19.0, 25.0, 6.4),
        at(152.0, -24.0, 5.0, 7.0),
        at(160.0, -24.0, 0.0, 5.0),
    ];
    smooth(&knots, 0.85, 1.5, 0.85)
}

/// Scapula (blade, borders, spine, glenoid) and humerus.
fn shoulder(thorax: &Thorax, side: f64) -> Vec<Path> {
    let k = thorax.width_mm / 310.0;
    let o = thorax.scapula_mm;
    let low = 0.55 * thorax.lung_height_mm;
    let blade = |x: f64, y: f64, r: f64| [side * (x + o) * k, y, -75.0, r];
    let bone_at = |x: f64, y: f64, z: f64, r: f64| [side * x * k, y, z, r];
    vec![
        smooth(
            &[
                blade(116.0, 8.0, 3.0),
                blade(108.0, 40.0, 2.2),
                blade(113.0, low - 30.0, 2.4),
                blade(122.0, low, 4.0),
            ],
            0.9,
            1.0,
            0.55,
        ),
        smooth(
            &[
                blade(157.0, 42.0, 5.0),
                blade(146.0, 75.0, 4.2),
                blade(133.0, low - 20.0, 4.0),
                blade(122.0, low, 4.0),
            ],
            0.9,
            1.3,
            0.6,
        ),
        smooth(
            &[blade(129.0, 15.0, 15.0), blade(129.0, 60.0, 19.0), blade(123.0, low - 18.0, 7.0)],
            0.06,
            0.0,
            0.55,
        ),
        smooth(
            &[
                blade(108.0, 22.0, 3.0),
                blade(135.0, 8.0, 4.5),
                blade(165.0, -10.0, 6.5),
                blade(176.0, -14.0, 6.0),
            ],
            0.8,
            1.2,
            0.5,
        ),
        smooth(
            &[blade(157.0, 18.0, 7.0), blade(158.0, 30.0, 9.0), blade(157.0, 44.0, 7.0)],
            0.9,
            1.6,
            0.6,
        ),
        smooth(
            &[blade(148.0, 12.0, 6.0), blade(150.0, 5.0, 6.5), blade(156.0, 4.0, 5.0)],
            1.0,
            1.2,
            0.5,
        ),
        smooth(
            &[
                bone_at(178.0, -2.0, -10.0, 3.0),
                bone_at(179.0, 1.0, -10.0, 11.0),
                bone_at(181.0, 8.0, -10.0, 18.0),
                bone_at(183.0, 20.0, -10.0, 22.0),
                bone_at(186.0, 36.0, -10.0, 20.0),
                bone_at(192.0, 60.0, -10.0, 13.0),
                bone_at(204.0, 110.0, -10.0, 11.0),
                bone_at(280.0, 430.0, -10.0, 11.0),
            ],
            0.9,
            2.2,
            0.75,
        ),
    ]
}

/// A transverse process, on the level of its rib's head.
fn transverse(thorax: &Thorax, side: f64, number: usize) -> Path {
    let y = thorax.rib_top_mm + (number as f64 - 0.85) * thorax.rib_spacing_mm;
    let k = thorax.width_mm / 310.0;
    let at = |x: f64, dy: f64, r: f64| [side * x * k, y + dy, -78.0, r];
    smooth(&[at(9.0, 0.0, 4.0), at(20.0, -3.0, 4.0), at(29.0, -5.0, 4.6)], 0.8, 1.1, 0.6)
}

/// The manubrium, broad and faint.
fn manubrium(thorax: &Thorax) -> Path {
    let y = thorax.clavicle_mm;
    let at = |dy: f64, r: f64| [0.0, y + dy, 72.0, r];
    smooth(
        &[at(4.0, 20.0), at(18.0, 25.0), at(34.0, 19.0), at(52.0, 15.0), at(130.0, 16.0)],
        0.22,
        1.0,
        0.4,
    )
}
