//! What the doubts about a film's zones have in common, learnt from films whose grades or stages are
//! known.

use koniscope::stage::{
    Correlation, GradeProbabilities, Joint, LargeProbabilities, StageDistribution, gbz70::Stage,
    given_doubt,
};
use rayon::prelude::*;

use super::minimum;

/// Films below which nothing is fitted.
const FEWEST: usize = 20;

/// Steps of the first look, before the nearest minimum is sought.
const STEPS: u8 = 18;

/// Exactness of the correlation.
const ENOUGH: f64 = 1e-4;

/// Least probability whose logarithm is taken: one film may not decide all.
const LEAST: f64 = 1e-6;

/// What is known of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// The grades of its zones.
    Grades([u8; 6]),
    /// The stage alone, and what the network says of aggregation and of large opacities.
    Stage(Stage, f64, LargeProbabilities),
}

/// The correlation that makes what is known of the films likeliest. With fewer than 20 films 0.
///
/// `films`: grades of the zones, each by itself, and what is known.
pub fn fit_correlation(films: &[([GradeProbabilities; 6], Known)]) -> Correlation {
    if films.len() < FEWEST {
        return Correlation::default();
    }
    let at = |value: f64| {
        Correlation::new(value.clamp(0.0, Correlation::MOST)).expect("within its bounds")
    };
    let loss = |value: f64| -log_likelihood(films, at(value));
    let step = Correlation::MOST / f64::from(STEPS);
    let losses: Vec<f64> = (0..=STEPS).map(|i| loss(f64::from(i) * step)).collect();
    let by_loss = |a: &usize, b: &usize| losses[*a].total_cmp(&losses[*b]);
    let best = (0..losses.len()).min_by(by_loss).unwrap_or(0) as f64 * step;
    let found = minimum([best - step, best + step], ENOUGH, loss);
    // The search does not reach the ends of its range.
    if found < ENOUGH { Correlation::default() } else { at(found) }
}

fn log_likelihood(films: &[([GradeProbabilities; 6], Known)], correlation: Correlation) -> f64 {
    let of_films: Vec<f64> = films
        .par_iter()
        .map(|(zones, known)| probability(zones, known, correlation).max(LEAST).ln())
        .collect();
    // In order, so that the sum is the same on any number of threads.
    of_films.iter().sum()
}

/// Of what is known of a film.
fn probability(zones: &[GradeProbabilities; 6], known: &Known, correlation: Correlation) -> f64 {
    match known {
        Known::Grades(grades) => given_doubt(zones, correlation)
            .iter()
            .map(|(weight, zones)| {
                let of_zones = zones.iter().zip(grades).map(|(zone, grade)| zone[*grade as usize]);
                weight * of_zones.product::<f64>()
            })
            .sum(),
        Known::Stage(stage, aggregation, large) => {
            let joint = Joint::of(zones, correlation);
            StageDistribution::of(&joint, *aggregation, large).probabilities[*stage as usize]
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope::stage::{
        gbz70::{Findings, Large, stage},
        joint::{CASES, grades_of},
    };
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha12Rng;

    use super::*;

    /// Films whose grades are drawn with one correlation from zones by themselves.
    fn films(correlation: f64, count: usize) -> Vec<([GradeProbabilities; 6], [u8; 6])> {
        let correlation = Correlation::new(correlation).unwrap();
        let mut rng = ChaCha12Rng::seed_from_u64(5);
        (0..count)
            .map(|_| {
                let zones: [GradeProbabilities; 6] = std::array::from_fn(|_| {
                    let raw: [f64; 4] =
                        std::array::from_fn(|_| rng.random_range(-1.5..1.5f64).exp());
                    raw.map(|p| p / raw.iter().sum::<f64>())
                });
                let joint = Joint::of(&zones, correlation);
                let mut left = rng.random::<f64>();
                let case = joint.cases().iter().position(|p| {
                    left -= p;
                    left < 0.0
                });
                (zones, grades_of(case.unwrap_or(CASES - 1)).map(|grade| grade as u8))
            })
            .collect()
    }

    #[test]
    fn finds_the_correlation_that_made_the_grades() {
        for truth in [0.0, 0.3, 0.7] {
            let films: Vec<_> =
                films(truth, 1000).into_iter().map(|(z, g)| (z, Known::Grades(g))).collect();
            let found = fit_correlation(&films).value();
            assert!((found - truth).abs() < 0.05, "{found} for {truth}");
        }
    }

    #[test]
    fn stages_alone_teach_it_too() {
        let known: Vec<_> = films(0.6, 400)
            .into_iter()
            .map(|(zones, truth)| {
                let findings = Findings { zones: truth, aggregation: false, large: Large::None };
                (zones, Known::Stage(stage(&findings).0, 0.0, [1.0, 0.0, 0.0]))
            })
            .collect();
        let found = fit_correlation(&known).value();
        assert!((found - 0.6).abs() < 0.15, "{found}");
    }

    #[test]
    fn few_films_say_nothing() {
        let films = vec![([[0.25; 4]; 6], Known::Stage(Stage::I, 0.1, [0.9, 0.1, 0.0])); 19];
        assert_eq!(fit_correlation(&films), Correlation::default());
    }
}
