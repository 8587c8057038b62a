//! What the zones of a film say of one another, learnt from films whose grades or stages are known.

use koniscope::{
    grading::ZONES_OF_LUNG,
    stage::{
        GradeProbabilities, Joint, LargeProbabilities, Neighbors,
        gbz70::{Stage, stage},
        joint::{findings_of, grades_of},
    },
};
use rayon::prelude::*;

/// Films below which nothing is fitted.
const FEWEST: usize = 20;

/// Pulls each parameter towards that of independent zones, as so many films would.
const PRIOR: f64 = 1.0;

/// Most steps of the search, and halvings of a step.
const STEPS: usize = 50;
const HALVINGS: usize = 20;

/// Gain below which the search ends, in units of the log-likelihood of all films.
const ENOUGH: f64 = 1e-6;

/// Least probability whose logarithm is taken: one film may not decide all.
const LEAST: f64 = 1e-6;

const N: usize = Neighbors::PARAMETERS;

/// What is known of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// The grades of its zones.
    Grades([u8; 6]),
    /// The stage alone, and what the network says of aggregation and of large opacities.
    Stage(Stage, f64, LargeProbabilities),
}

/// Films with the right lung of one graded film and the left one of another, as many as there are graded
/// ones, or none of fewer than 20: the first with the one half the list away, and so on round it.
///
/// How alike both lungs of a film are is the simulator's choice, and in a patient one may be free
/// beside a sick one. A field fitted to half such films holds that possible, and cost little on
/// films whose lungs are alike (docs/explanation/experiments.md).
pub fn with_lungs_of_two(
    films: &[([GradeProbabilities; 6], Known)],
) -> Vec<([GradeProbabilities; 6], Known)> {
    let graded: Vec<_> = films
        .iter()
        .filter_map(|(zones, known)| match known {
            Known::Grades(grades) => Some((zones, grades)),
            Known::Stage(..) => None,
        })
        .collect();
    if graded.len() < FEWEST {
        return Vec::new();
    }
    let other = |i: usize| graded[(i + graded.len() / 2) % graded.len()];
    let lung = |i: usize, zone: usize| if zone < ZONES_OF_LUNG { graded[i] } else { other(i) };
    (0..graded.len())
        .map(|i| {
            let zones = std::array::from_fn(|zone| lung(i, zone).0[zone]);
            let grades = std::array::from_fn(|zone| lung(i, zone).1[zone]);
            (zones, Known::Grades(grades))
        })
        .collect()
}

/// The field that makes what is known of the films likeliest, by Fisher's scoring with no price below
/// 0 and a weak pull to independence. With fewer than 20 films independent zones.
///
/// `films`: grades of the zones, each by itself, and what is known.
pub fn fit_neighbors(films: &[([GradeProbabilities; 6], Known)]) -> Neighbors {
    let mut best = Neighbors::default();
    if films.len() < FEWEST {
        return best;
    }
    let mut moments = Moments::of(films, &best);
    for _ in 0..STEPS {
        let step = moments.step(&best);
        let moved = (0..HALVINGS).find_map(|halving| {
            let next = clamped(&best, &step, 0.5f64.powi(halving as i32));
            let there = Moments::of(films, &next);
            (there.log_likelihood > moments.log_likelihood).then_some((next, there))
        });
        let Some((next, there)) = moved else { break };
        let gain = there.log_likelihood - moments.log_likelihood;
        (best, moments) = (next, there);
        if gain < ENOUGH {
            break;
        }
    }
    best
}

fn clamped(from: &Neighbors, step: &[f64; N], share: f64) -> Neighbors {
    let mut parameters = from.parameters();
    for ((p, step), not_negative) in parameters.iter_mut().zip(step).zip(Neighbors::NOT_NEGATIVE) {
        *p += share * step;
        if not_negative {
            *p = p.max(0.0);
        }
    }
    Neighbors::from_parameters(parameters)
}

/// Log-likelihood with the pull, its gradient, and Fisher's information.
#[derive(Clone, Debug, Default)]
struct Moments {
    log_likelihood: f64,
    gradient: [f64; N],
    information: [[f64; N]; N],
}

impl Moments {
    fn of(films: &[([GradeProbabilities; 6], Known)], neighbors: &Neighbors) -> Self {
        let of_films: Vec<Self> =
            films.par_iter().map(|(zones, known)| Self::of_film(zones, known, neighbors)).collect();
        let mut sum = Self::default();
        // In order, so that sums are the same on any number of threads.
        for film in of_films {
            sum.log_likelihood += film.log_likelihood;
            for i in 0..N {
                sum.gradient[i] += film.gradient[i];
                for j in 0..N {
                    sum.information[i][j] += film.information[i][j];
                }
            }
        }
        let (now, alone) = (neighbors.parameters(), Neighbors::default().parameters());
        for i in 0..N {
            let off = now[i] - alone[i];
            sum.log_likelihood -= PRIOR / 2.0 * off * off;
            sum.gradient[i] -= PRIOR * off;
            sum.information[i][i] += PRIOR;
        }
        sum
    }

    /// The gradient is the mean of the terms given what is known less their mean; the information the
    /// covariance of such means over all that might have been known.
    fn of_film(zones: &[GradeProbabilities; 6], known: &Known, neighbors: &Neighbors) -> Self {
        let joint = Joint::of(zones, neighbors);
        let mut all = Share::default();
        let mut stages = [Share::default(); 4];
        let mut own = Share::default();
        let mut information = [[0.0; N]; N];
        for (case, (terms, p)) in Neighbors::terms(zones).zip(joint.cases()).enumerate() {
            all.add(&terms, *p);
            match known {
                Known::Grades(grades) => {
                    add_square(&mut information, &terms, *p);
                    if grades_of(case).map(|grade| grade as u8) == *grades {
                        own.add(&terms, *p);
                    }
                }
                Known::Stage(_, aggregation, large) => {
                    for (findings, given) in findings_of(case, *aggregation, large) {
                        stages[stage(&findings).0 as usize].add(&terms, p * given);
                    }
                }
            }
        }
        if let Known::Stage(wanted, ..) = known {
            own = stages[*wanted as usize];
            for share in stages.iter().filter(|share| share.p > 0.0) {
                add_square(&mut information, &share.mean(), share.p);
            }
        }
        add_square(&mut information, &all.mean(), -1.0);
        let (given, mean) = (own.mean(), all.mean());
        Self {
            log_likelihood: own.p.max(LEAST).ln(),
            gradient: std::array::from_fn(|i| given[i] - mean[i]),
            information,
        }
    }

    /// Fisher's step of the parameters that are free: those at 0 which would fall below it stay.
    fn step(&self, at: &Neighbors) -> [f64; N] {
        let parameters = at.parameters();
        let is_held =
            |i: usize| Neighbors::NOT_NEGATIVE[i] && parameters[i] <= 0.0 && self.gradient[i] < 0.0;
        let mut rows: [[f64; N]; N] = self.information;
        let mut step = self.gradient;
        for i in (0..N).filter(|i| is_held(*i)) {
            rows[i] = [0.0; N];
            for row in &mut rows {
                row[i] = 0.0;
            }
            (rows[i][i], step[i]) = (1.0, 0.0);
        }
        solve(rows, step)
    }
}

/// Cases of some probability together, and the sum of their terms.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    p: f64,
    sum: [f64; N],
}

impl Share {
    fn add(&mut self, terms: &[f64; N], p: f64) {
        self.p += p;
        for (sum, term) in self.sum.iter_mut().zip(terms) {
            *sum += p * term;
        }
    }

    fn mean(&self) -> [f64; N] {
        self.sum.map(|sum| sum / self.p.max(LEAST))
    }
}

fn add_square(matrix: &mut [[f64; N]; N], terms: &[f64; N], weight: f64) {
    for (row, a) in matrix.iter_mut().zip(terms) {
        for (value, b) in row.iter_mut().zip(terms) {
            *value += weight * a * b;
        }
    }
}

/// Solves `rows x = right`, of a symmetric positive definite matrix, by elimination.
fn solve(mut rows: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for i in 0..N {
        for j in i + 1..N {
            let factor = rows[j][i] / rows[i][i];
            let pivot = rows[i];
            for (value, above) in rows[j][i..].iter_mut().zip(&pivot[i..]) {
                *value -= factor * above;
            }
            right[j] -= factor * right[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| rows[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / rows[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use koniscope::stage::{StageDistribution, gbz70::Stage, joint::CASES};
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    /// Films whose grades are drawn from a field over evidence of zones by themselves.
    fn films(truth: &Neighbors, count: usize) -> Vec<([GradeProbabilities; 6], [u8; 6])> {
        let mut rng = StdRng::seed_from_u64(5);
        (0..count)
            .map(|_| {
                let zones: [GradeProbabilities; 6] = std::array::from_fn(|_| {
                    let raw: [f64; 4] =
                        std::array::from_fn(|_| rng.random_range(-1.5..1.5f64).exp());
                    raw.map(|p| p / raw.iter().sum::<f64>())
                });
                let joint = Joint::of(&zones, truth);
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
    fn finds_the_field_that_made_the_grades() {
        let truth =
            Neighbors { weight: 0.6, grades: [0.3, 0.2, -0.4], opposite: 1.2, adjacent: 0.5 };
        let films: Vec<_> =
            films(&truth, 2000).into_iter().map(|(z, g)| (z, Known::Grades(g))).collect();
        let found = fit_neighbors(&films).parameters();
        for (found, truth) in found.iter().zip(truth.parameters()) {
            assert!((found - truth).abs() < 0.15, "{found} for {truth}");
        }
    }

    #[test]
    fn stages_alone_teach_it_too() {
        let truth = Neighbors { opposite: 1.5, adjacent: 1.0, ..Neighbors::default() };
        let no_large = [1.0, 0.0, 0.0];
        let known: Vec<_> = films(&truth, 1500)
            .into_iter()
            .map(|(zones, zones_truth)| {
                let findings = koniscope::stage::gbz70::Findings {
                    zones: zones_truth,
                    aggregation: false,
                    large: koniscope::stage::gbz70::Large::None,
                };
                (zones, Known::Stage(stage(&findings).0, 0.0, no_large))
            })
            .collect();
        let found = fit_neighbors(&known);
        assert!(found.opposite + found.adjacent > 1.0, "{found:?}");
        let loss = |neighbors: &Neighbors| -> f64 {
            let of_film = |(zones, known): &([GradeProbabilities; 6], Known)| {
                let Known::Stage(stage, ..) = known else { return 0.0 };
                let joint = Joint::of(zones, neighbors);
                -StageDistribution::of(&joint, 0.0, &no_large).probabilities[*stage as usize].ln()
            };
            known.iter().map(of_film).sum::<f64>() / known.len() as f64
        };
        assert!(loss(&found) < loss(&Neighbors::default()) - 0.05);
        assert!(loss(&found) < loss(&truth) + 0.01);
    }

    #[test]
    fn opposed_zones_get_no_price_below_0() {
        // Where the right lung is sick the left one is not.
        let sick = [0u8, 0, 0, 1, 1, 1];
        let films: Vec<_> = (0..60)
            .map(|i| {
                let grades =
                    std::array::from_fn(|z| if i % 2 == 0 { sick[z] } else { 1 - sick[z] });
                ([[0.5, 0.5, 0.0, 0.0]; 6], Known::Grades(grades))
            })
            .collect();
        let found = fit_neighbors(&films);
        assert!(found.opposite == 0.0 && found.adjacent > 0.5, "{found:?}");
    }

    #[test]
    fn lungs_of_two_films_are_no_less_sure_to_be_free_for_what_the_other_is() {
        // Both lungs of a film are alike, as far as evidence goes that tells little.
        let mut films: Vec<_> = (0..60)
            .map(|i| {
                let p = if i % 3 == 0 { 0.6 } else { 0.4 };
                ([[1.0 - p, p, 0.0, 0.0]; 6], Known::Grades([u8::from(i % 3 == 0); 6]))
            })
            .collect();
        let mixed = with_lungs_of_two(&films);
        assert_eq!(mixed.len(), 60);
        // The first film's right lung with the left one of the film 30 places on, which is as sick; the
        // first of 61 with that of a healthy one.
        assert_eq!(mixed[0], films[0]);
        films.push(films[1]);
        let odd = with_lungs_of_two(&films);
        assert_eq!(odd[31].1, Known::Grades([0, 0, 0, 1, 1, 1]));
        assert_eq!((odd[31].0[0], odd[31].0[5]), (films[31].0[0], films[0].0[5]));
        let alike = fit_neighbors(&films);
        let both = fit_neighbors(&[films.clone(), odd].concat());
        assert!(both.opposite < alike.opposite - 0.2, "{both:?} {alike:?}");
        assert!(with_lungs_of_two(&films[..19]).is_empty());
        let stages = vec![([[0.25; 4]; 6], Known::Stage(Stage::I, 0.1, [0.9, 0.1, 0.0])); 40];
        assert!(with_lungs_of_two(&stages).is_empty());
    }

    #[test]
    fn few_films_say_nothing() {
        let films = vec![([[0.25; 4]; 6], Known::Stage(Stage::I, 0.1, [0.9, 0.1, 0.0])); 19];
        assert_eq!(fit_neighbors(&films), Neighbors::default());
    }
}
