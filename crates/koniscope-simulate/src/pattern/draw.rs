//! One draw of a plan, aimed at a stage but not sure to reach it.

use koniscope::{
    segmentation::Side,
    stage::gbz70::Stage,
    zones::{Level, Zone},
};
use rand::Rng;

use super::{Pattern, Plan, weighted};
use crate::{
    opacities::{Form, LargeOpacity, zone},
    profusion::{self, FIRST_PLACE, LAST_PLACE},
};

/// Draws shapes, places of the zones, small opacities, aggregation and large opacities; nothing in a lung that is to
/// be `free`.
pub(super) fn plan(
    pattern: Pattern,
    stage: Stage,
    free: Option<Side>,
    areas_cm2: &[f64; 6],
    rng: &mut impl Rng,
) -> Plan {
    let pick = |rng: &mut _| {
        let shapes = pattern.shapes();
        shapes[weighted(&shapes.iter().map(|s| s.1).collect::<Vec<_>>(), rng)].0
    };
    let primary = pick(rng);
    let secondary = if rng.random_bool(0.5) { primary } else { pick(rng) };
    let share = rng.random_range(0.6..0.9);
    let mut places = places(pattern, stage, rng);
    for (place, zone) in places.iter_mut().zip(Zone::ALL) {
        if Some(zone.side) == free {
            *place = 0.0;
        }
    }
    let parts = [(primary, share), (secondary, 1.0 - share)];
    let small = std::array::from_fn(|i| {
        let mut forms = Vec::new();
        for (shape, share) in parts {
            let mean = share * profusion::density(places[i], shape) * areas_cm2[i];
            forms.extend((0..poisson(mean, rng)).map(|_| Form::draw(shape, rng)));
        }
        forms
    });
    let mut plan = Plan {
        pattern,
        shapes: [primary, secondary],
        small,
        aggregation: [false; 6],
        large: Vec::new(),
    };
    let grades = plan.profusion(areas_cm2).map(|p| p.major());
    // Aggregation and large opacities stand on many small ones.
    let dense: Vec<usize> = (0..6).filter(|i| grades[*i] >= 2).collect();
    if dense.is_empty() || stage == Stage::Zero {
        return plan;
    }
    if rng.random_bool(if stage == Stage::III { 0.5 } else { 0.25 }) {
        for _ in 0..rng.random_range(1..=2) {
            plan.aggregation[dense[rng.random_range(0..dense.len())]] = true;
        }
    }
    if rng.random_bool(if stage == Stage::III { 0.75 } else { 0.06 }) {
        for _ in 0..1 + usize::from(rng.random_bool(0.3)) {
            plan.large.push(large(pattern, stage, rng));
        }
        plan.large.retain(|large| Some(large.zone.side) != free);
    }
    plan
}

/// Places of the zones on the scale of 12.
fn places(pattern: Pattern, stage: Stage, rng: &mut impl Rng) -> [f64; 6] {
    if stage == Stage::Zero {
        return doubtful(rng);
    }
    let highest = match stage {
        Stage::I => rng.random_range(2.6..8.0),
        Stage::II => rng.random_range(5.8..LAST_PLACE),
        _ => rng.random_range(5.6..LAST_PLACE),
    };
    // On the standard films 1/1 of q and r leaves the lower zones free, 1/1 of s and t all but the lower.
    let fall = match pattern {
        Pattern::Asbestos => rng.random_range(0.3..3.5f64),
        _ => rng.random_range(0.0..2.5f64),
    };
    let [right, left] = [rng.random_range(0.0..0.8), rng.random_range(0.0..0.8)];
    Zone::ALL.map(|zone| {
        let levels = (zone.level as i32 - pattern.home() as i32).abs();
        let side = if zone.side == Side::Right { right } else { left };
        let place = highest - fall * f64::from(levels) - side + rng.random_range(-0.5..0.5);
        if place < FIRST_PLACE { 0.0 } else { place.min(LAST_PLACE - 0.01) }
    })
}

/// Doubt only: 0/1 in some zones, or one zone of grade 1.
fn doubtful(rng: &mut impl Rng) -> [f64; 6] {
    let mut places = [0.0; 6];
    if rng.random_bool(0.5) {
        for _ in 0..rng.random_range(1..=4) {
            places[rng.random_range(0..6)] = rng.random_range(1.5..2.5);
        }
    } else {
        places[rng.random_range(0..6)] = rng.random_range(2.5..5.5);
    }
    places
}

fn large(pattern: Pattern, stage: Stage, rng: &mut impl Rng) -> LargeOpacity {
    let level = match (rng.random_range(0..10), pattern) {
        (0, _) => Level::Lower,
        (1..3, _) | (_, Pattern::Asbestos) => Level::Middle,
        _ => Level::Upper,
    };
    let side = if rng.random_bool(0.55) { Side::Right } else { Side::Left };
    let long = if stage == Stage::III {
        12.0 + 48.0 * rng.random::<f64>().powf(1.3)
    } else {
        rng.random_range(11.0..19.9)
    };
    let short = long * rng.random_range(0.4..0.9);
    LargeOpacity::draw(long, short, zone(side, level), rng)
}

/// A Poisson number: Knuth's product of uniforms in parts of small mean.
pub(crate) fn poisson(mean: f64, rng: &mut impl Rng) -> usize {
    let (mut count, mut left) = (0, mean);
    while left > 0.0 {
        let limit = (-left.min(30.0)).exp();
        left -= 30.0;
        let mut product: f64 = rng.random();
        while product > limit {
            product *= rng.random::<f64>();
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use super::*;

    #[test]
    fn numbers_are_poisson() {
        let mut rng = ChaCha12Rng::seed_from_u64(5);
        for mean in [0.0, 0.7, 25.0, 75.0, 700.0] {
            let n = 2000;
            let draws: Vec<f64> = (0..n).map(|_| poisson(mean, &mut rng) as f64).collect();
            let found = draws.iter().sum::<f64>() / f64::from(n);
            let variance = draws.iter().map(|d| (d - found).powi(2)).sum::<f64>() / f64::from(n);
            assert!((found - mean).abs() <= 3.0 * (mean / f64::from(n)).sqrt() + 1e-9, "{found}");
            assert!((variance - mean).abs() <= 0.15 * mean, "{variance}");
        }
    }
}
