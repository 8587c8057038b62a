//! The rule over grades that are known as probabilities: exact enumeration of all cases.

use serde::Serialize;

use super::{
    doubt::given_offsets,
    gbz70::{Clause, Findings, Large, Stage, stage},
};

/// Probability of the grades 0 to 3 of one zone; they sum to 1.
pub type GradeProbabilities = [f64; 4];

/// Probability of no large opacity, of one below 20 x 10 mm, and of one from there on.
pub type LargeProbabilities = [f64; 3];

/// The stage as a distribution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageDistribution {
    /// Probability of the stages 0, I, II, III; they sum to 1.
    pub probabilities: [f64; 4],
    /// The stage in the mean, 0 to 3.
    pub expected: f64,
    /// The likeliest clause of the likeliest stage.
    pub clause: Clause,
}

impl StageDistribution {
    /// Sums the probability of all 4^6 x 2 x 3 cases into the stages that the rule gives them.
    ///
    /// Given the film, aggregation and large opacities are taken as independent of the zones'
    /// grades, and these of one another but for a doubt that they share, of the standard
    /// `deviation` in logits (0: none; see `doubt`).
    pub fn of(
        zones: &[GradeProbabilities; 6],
        aggregation: f64,
        large: &LargeProbabilities,
        deviation: f64,
    ) -> Self {
        let given = given_offsets(zones, deviation);
        let mut probabilities = [0.0; 4];
        let mut clauses = [0.0; Clause::ALL.len()];
        for code in 0..4096usize {
            let grades: [usize; 6] = std::array::from_fn(|i| code >> (2 * i) & 3);
            let of_zones = |zones: &[GradeProbabilities; 6]| -> f64 {
                grades.iter().zip(zones).map(|(grade, zone)| zone[*grade]).product()
            };
            let p: f64 = given.iter().map(|(weight, zones)| weight * of_zones(zones)).sum();
            if p == 0.0 {
                continue;
            }
            for (aggregated, p_aggregated) in [(false, 1.0 - aggregation), (true, aggregation)] {
                for (kind, p_large) in Large::ALL.into_iter().zip(large) {
                    let findings = Findings {
                        zones: grades.map(|grade| grade as u8),
                        aggregation: aggregated,
                        large: kind,
                    };
                    let (stage, clause) = stage(&findings);
                    let p = p * p_aggregated * p_large;
                    probabilities[stage as usize] += p;
                    clauses[clause as usize] += p;
                }
            }
        }
        let expected = probabilities.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
        let likeliest = |(_, a): &(usize, f64), (_, b): &(usize, f64)| a.total_cmp(b);
        let best = probabilities.into_iter().enumerate().max_by(likeliest).map_or(0, |(i, _)| i);
        let of_best = clauses.into_iter().enumerate().filter(|(i, _)| stage_of(*i) == best);
        let clause = of_best.max_by(likeliest).map_or(Clause::NoZone, |(i, _)| Clause::ALL[i]);
        Self { probabilities, expected, clause }
    }

    /// Probability of stage I and above.
    pub fn disease(&self) -> f64 {
        self.probabilities[1..].iter().sum()
    }

    /// The likeliest stage.
    pub fn stage(&self) -> Stage {
        Stage::ALL[stage_of(self.clause as usize)]
    }
}

/// The stage that a clause gives, by their places.
fn stage_of(clause: usize) -> usize {
    match Clause::ALL[clause] {
        Clause::LargeOpacity | Clause::ThreeAggregation | Clause::ThreeLargeOpacity => 3,
        Clause::ThreeInFour | Clause::TwoInFive => 2,
        Clause::OneInTwo => 1,
        Clause::OneZone | Clause::NoZone | Clause::Asbestos => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sure(grades: [usize; 6]) -> [GradeProbabilities; 6] {
        grades.map(|grade| std::array::from_fn(|i| f64::from(u8::from(i == grade))))
    }

    #[test]
    fn sure_grades_give_the_rules_stage_and_clause() {
        for code in 0..4096usize {
            let grades = std::array::from_fn(|i| code >> (2 * i) & 3);
            for (large, kind) in Large::ALL.into_iter().enumerate() {
                let of_large = std::array::from_fn(|i| f64::from(u8::from(i == large)));
                let joint = StageDistribution::of(&sure(grades), 1.0, &of_large, 0.0);
                let zones = grades.map(|g| g as u8);
                let (stage, clause) = stage(&Findings { zones, aggregation: true, large: kind });
                assert_eq!((joint.stage(), joint.clause), (stage, clause));
                assert_eq!(joint.probabilities[stage as usize], 1.0);
                assert_eq!(joint.expected, f64::from(stage as u8));
            }
        }
    }

    #[test]
    fn two_doubtful_zones() {
        let mut zones = sure([0; 6]);
        zones[0] = [0.5, 0.5, 0.0, 0.0];
        zones[3] = [0.4, 0.6, 0.0, 0.0];
        let joint = StageDistribution::of(&zones, 0.0, &[1.0, 0.0, 0.0], 0.0);
        assert!((joint.disease() - 0.3).abs() < 1e-12, "{joint:?}");
        assert_eq!((joint.stage(), joint.clause), (Stage::Zero, Clause::OneZone));
    }

    #[test]
    fn a_doubt_that_is_shared_is_one_doubt() {
        let zones = [[0.75, 0.25, 0.0, 0.0]; 6];
        let of = |deviation| StageDistribution::of(&zones, 0.0, &[1.0, 0.0, 0.0], deviation);
        // Two zones of six at least, by themselves: 1 - 0.75^6 - 6 * 0.25 * 0.75^5.
        assert!((of(0.0).disease() - 0.466).abs() < 1e-3, "{:?}", of(0.0));
        let disease = [0.0, 1.0, 2.0, 4.0].map(|deviation| of(deviation).disease());
        assert!(disease.is_sorted_by(|a, b| a > b), "{disease:?}");
        assert!((0.25..0.36).contains(&disease[3]), "{disease:?}");
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one(
            raw in proptest::array::uniform6(proptest::array::uniform4(0.01f64..1.0)),
            aggregation in 0.0f64..1.0, a in 0.0f64..0.5, b in 0.0f64..0.5,
            deviation in 0.0f64..4.0,
        ) {
            let zones = raw.map(|zone| {
                let sum: f64 = zone.iter().sum();
                zone.map(|p| p / sum)
            });
            let joint = StageDistribution::of(&zones, aggregation, &[1.0 - a - b, a, b], deviation);
            prop_assert!((joint.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!((0.0..=3.0).contains(&joint.expected));
            let highest = joint.probabilities.iter().copied().fold(0.0, f64::max);
            prop_assert_eq!(joint.probabilities[joint.stage() as usize], highest);
        }
    }
}
