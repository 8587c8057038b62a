//! The doubt that the zones of a film share.

use koniscope::{
    grading::{Grades, WIDEST_DOUBT},
    stage::gbz70::Stage,
};
use rayon::prelude::*;

/// Films below which nothing is fitted.
const FEWEST: usize = 20;

/// Steps of the first search.
const STEPS: usize = 20;

/// Least probability whose logarithm is taken: one film may not decide all.
const LEAST: f64 = 1e-4;

/// The standard deviation, in logits, that makes the stages of the films likeliest: the best of 21
/// evenly spread ones, then by golden section about it, to 0.01. With fewer than 20 films 0.
pub fn fit_shared(films: &[(Grades, Stage)]) -> f64 {
    if films.len() < FEWEST {
        return 0.0;
    }
    let loss = |shared: f64| -> f64 {
        let of_film = |(grades, stage): &(Grades, Stage)| {
            let p = Grades { shared, ..*grades }.stage().probabilities[*stage as usize];
            -p.max(LEAST).ln()
        };
        // In order, so that sums are the same on any number of threads.
        films.par_iter().map(of_film).collect::<Vec<f64>>().into_iter().sum()
    };
    let step = WIDEST_DOUBT / STEPS as f64;
    let best = (0..=STEPS)
        .map(|i| (i, loss(i as f64 * step)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0, |(i, _)| i);
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) =
        (best.saturating_sub(1) as f64 * step, (best + 1).min(STEPS) as f64 * step);
    while high - low > 0.01 {
        let reach = golden * (high - low);
        if loss(high - reach) <= loss(low + reach) {
            high = low + reach;
        } else {
            low = high - reach;
        }
    }
    // The lower end, so that no doubt remains exactly none.
    if low < 0.01 { 0.0 } else { (low * 100.0).round() / 100.0 }
}

#[cfg(test)]
mod tests {
    use koniscope::grading::{OUTPUTS, ZoneCalibration, ZoneOutput};
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    /// Films whose zones are of grade 1 by log odds that hold a doubt of the whole film, read as
    /// if there were none.
    fn films(shared: f64, count: usize) -> Vec<(Grades, Stage)> {
        let mut rng = StdRng::seed_from_u64(5);
        (0..count)
            .map(|_| {
                let normal = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
                let logit = rng.random_range(-3.0..1.0f64);
                let stretch = (1.0 + 0.346 * shared * shared).sqrt();
                let odds = stretch * logit + shared * normal;
                let affected =
                    (0..6).filter(|_| rng.random::<f64>() < 1.0 / (1.0 + (-odds).exp())).count();
                let mut logits = vec![-20.0f32; OUTPUTS.len()];
                logits[0] = logit as f32;
                let zones = vec![ZoneOutput { logits, maps: Vec::new() }; 6];
                let grades = Grades::of(&zones, &ZoneCalibration::identity());
                let stage = if affected >= 2 { Stage::I } else { Stage::Zero };
                (grades.expect("six zones"), stage)
            })
            .collect()
    }

    #[test]
    fn finds_the_doubt_that_made_the_stages() {
        for shared in [0.0, 1.5, 3.0] {
            let found = fit_shared(&films(shared, 1500));
            // The stretch that keeps each zone's probability is an approximation, worse for wide
            // doubts.
            assert!((found - shared).abs() < 0.3 + 0.2 * shared, "{found} for {shared}");
        }
    }

    #[test]
    fn few_films_say_nothing() {
        assert_eq!(fit_shared(&films(3.0, 19)), 0.0);
    }
}
