//! Tests of the thorax as a whole.

use super::*;
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;

fn centroid_and_area(p: &Projection, label: u8) -> (f64, f64) {
    let (mut sum, mut count) = (0.0, 0.0);
    for (i, _) in p.lungs.iter().enumerate().filter(|(_, l)| **l == label) {
        sum += (i % p.width) as f64;
        count += 1.0;
    }
    (sum / count, count * p.pixel_mm * p.pixel_mm / 100.0)
}

#[test]
fn the_same_seed_gives_the_same_film() {
    let film = || Thorax::draw(&mut ChaCha12Rng::seed_from_u64(5)).project(2.0, 200, 200);
    assert_eq!(film(), film());
}

#[test]
fn lungs_lie_where_they_should_and_are_dark() {
    for seed in 0..100 {
        let p = Thorax::draw(&mut ChaCha12Rng::seed_from_u64(seed)).project(2.0, 200, 200);
        let (right, left) = (centroid_and_area(&p, 1), centroid_and_area(&p, 2));
        assert!(right.0 < left.0 - 40.0, "seed {seed}");
        let area = right.1 + left.1;
        assert!((250.0..700.0).contains(&area), "seed {seed}: {area} cm2");
        let mean = |keep: &dyn Fn(usize) -> bool| {
            let (mut s, mut n) = (0.0, 0.0);
            for i in (0..p.lungs.len()).filter(|&i| keep(i)) {
                s += f64::from(p.attenuation[i]);
                n += 1.0;
            }
            s / n
        };
        let lung = mean(&|i| p.lungs[i] > 0);
        let center = 0.5 * (right.0 + left.0);
        let middle = mean(&|i| {
            let (x, y) = ((i % p.width) as f64, i / p.width);
            (x - center).abs() < 8.0 && (70..130).contains(&y) && p.lungs[i] == 0
        });
        assert!(lung + 0.5 < middle, "seed {seed}: {lung} {middle}");
        assert!(p.attenuation.iter().all(|v| v.is_finite() && *v >= 0.0));
    }
}

#[test]
fn the_right_dome_is_mostly_the_higher() {
    let higher = (0..200)
        .filter(|&s| {
            let t = Thorax::draw(&mut ChaCha12Rng::seed_from_u64(s));
            t.dome_mm[0] - t.dome_mm[1] >= 10.0
        })
        .count();
    assert!(higher > 160);
}
