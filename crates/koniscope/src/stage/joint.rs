//! The rule over grades that are known as probabilities: exact enumeration of all cases.

use serde::Serialize;

use super::{
    GradeProbabilities, LargeProbabilities,
    calibration::StageCalibration,
    doubt::{Correlation, given_doubt},
    gbz70::{Clause, Findings, Large, Stage, stage},
    ilo::Profusion,
};

/// Ways to grade six zones, 4^6.
pub const CASES: usize = 4096;

/// The grades of six zones together: the probability of each of all [`CASES`].
#[derive(Clone, Debug, PartialEq)]
pub struct Joint(Vec<f64>);

/// The grade of a zone in a case: two bits a zone, the first zone's lowest.
pub fn grade_in(case: usize, zone: usize) -> usize {
    case >> (2 * zone) & 3
}

/// The grades of a case.
pub fn grades_of(case: usize) -> [usize; 6] {
    std::array::from_fn(|zone| grade_in(case, zone))
}

impl Joint {
    /// Of zones graded each by itself, in the order of [`Zone::ALL`](crate::zones::Zone::ALL), and of
    /// what their doubts have in common.
    pub fn of(zones: &[GradeProbabilities; 6], correlation: Correlation) -> Self {
        let mut cases = vec![0.0; CASES];
        let mut of_one = Vec::with_capacity(CASES);
        for (weight, zones) in given_doubt(zones, correlation) {
            of_one.clear();
            of_one.push(weight);
            for zone in &zones {
                let before = of_one.len();
                for grade in 1..4 {
                    of_one.extend_from_within(..before);
                    of_one[grade * before..].iter_mut().for_each(|p| *p *= zone[grade]);
                }
                of_one[..before].iter_mut().for_each(|p| *p *= zone[0]);
            }
            for (case, p) in cases.iter_mut().zip(&of_one) {
                *case += p;
            }
        }
        Self(cases)
    }

    /// The probability of each case; they sum to 1.
    pub fn cases(&self) -> &[f64] {
        &self.0
    }

    /// Probability that the overall profusion of the ILO Classification is `least` and above, each zone being
    /// the middle of its grade: minor categories are not graded.
    pub fn reaches(&self, least: Profusion) -> f64 {
        let cases = self.0.iter().enumerate();
        let reached = cases.filter(|(case, _)| {
            Profusion::overall(grades_of(*case).map(|grade| Profusion::middle_of(grade as u8)))
                >= least
        });
        reached.map(|(_, p)| p).sum()
    }

    /// Of each zone by itself.
    pub fn zones(&self) -> [GradeProbabilities; 6] {
        let mut zones = [[0.0; 4]; 6];
        for (case, p) in self.0.iter().enumerate() {
            for (zone, grades) in zones.iter_mut().enumerate() {
                grades[grade_in(case, zone)] += p;
            }
        }
        zones
    }
}

/// The stage as a distribution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageDistribution {
    /// Probability of the stages 0, I, II, III; they sum to 1.
    pub probabilities: [f64; 4],
    /// The stage in the mean, 0 to 3.
    pub expected: f64,
    /// The likeliest clause of the likeliest stage.
    pub clause: Clause,
    /// Probability of each clause by the rule alone.
    #[serde(skip)]
    clauses: [f64; Clause::ALL.len()],
}

impl StageDistribution {
    /// Sums the probability of all 4^6 x 2 x 3 cases into the stages that the rule gives them.
    ///
    /// Aggregation and large opacities are taken as independent of the zones' grades.
    pub fn of(joint: &Joint, aggregation: f64, large: &LargeProbabilities) -> Self {
        let mut probabilities = [0.0; 4];
        let mut clauses = [0.0; Clause::ALL.len()];
        for (case, p) in joint.cases().iter().enumerate().filter(|(_, p)| **p > 0.0) {
            for (findings, given) in findings_of(case, aggregation, large) {
                let (stage, clause) = stage(&findings);
                probabilities[stage as usize] += p * given;
                clauses[clause as usize] += p * given;
            }
        }
        Self::new(probabilities, clauses)
    }

    fn new(probabilities: [f64; 4], clauses: [f64; Clause::ALL.len()]) -> Self {
        let expected = probabilities.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
        let likeliest = |(_, a): &(usize, f64), (_, b): &(usize, f64)| a.total_cmp(b);
        let best = probabilities.into_iter().enumerate().max_by(likeliest).map_or(0, |(i, _)| i);
        let of_best = clauses.into_iter().enumerate().filter(|(i, _)| stage_of(*i) == best);
        let clause = of_best.max_by(likeliest).map_or(Clause::NoZone, |(i, _)| Clause::ALL[i]);
        Self { probabilities, expected, clause, clauses }
    }

    /// With its probabilities calibrated.
    pub fn calibrated(&self, calibration: &StageCalibration) -> Self {
        Self::new(calibration.apply(self.probabilities), self.clauses)
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

/// The six findings that a case of grades may come with, and the probability of each.
pub fn findings_of(
    case: usize,
    aggregation: f64,
    large: &LargeProbabilities,
) -> impl Iterator<Item = (Findings, f64)> {
    let zones = grades_of(case).map(|grade| grade as u8);
    [(false, 1.0 - aggregation), (true, aggregation)].into_iter().flat_map(
        move |(aggregation, p)| {
            let kinds = Large::ALL.into_iter().zip(*large);
            kinds.map(move |(large, q)| (Findings { zones, aggregation, large }, p * q))
        },
    )
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

    fn alone(zones: &[GradeProbabilities; 6]) -> Joint {
        Joint::of(zones, Correlation::default())
    }

    #[test]
    fn sure_grades_give_the_rules_stage_and_clause() {
        for code in 0..CASES {
            let grades = grades_of(code);
            let zones = alone(&sure(grades));
            for (large, kind) in Large::ALL.into_iter().enumerate() {
                let of_large = std::array::from_fn(|i| f64::from(u8::from(i == large)));
                let joint = StageDistribution::of(&zones, 1.0, &of_large);
                let zones = grades.map(|g| g as u8);
                let (stage, clause) = stage(&Findings { zones, aggregation: true, large: kind });
                assert_eq!((joint.stage(), joint.clause), (stage, clause));
                assert!((joint.probabilities[stage as usize] - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn two_doubtful_zones() {
        let mut zones = sure([0; 6]);
        zones[0] = [0.5, 0.5, 0.0, 0.0];
        zones[3] = [0.4, 0.6, 0.0, 0.0];
        let joint = StageDistribution::of(&alone(&zones), 0.0, &[1.0, 0.0, 0.0]);
        assert!((joint.disease() - 0.3).abs() < 1e-6, "{joint:?}");
        assert_eq!((joint.stage(), joint.clause), (Stage::Zero, Clause::OneZone));
    }

    #[test]
    fn zones_alone_keep_their_probabilities() {
        let zones = [[0.7, 0.2, 0.08, 0.02], [0.1, 0.2, 0.4, 0.3]];
        let zones: [GradeProbabilities; 6] = std::array::from_fn(|i| zones[i % 2]);
        for (found, zone) in alone(&zones).zones().iter().zip(zones) {
            assert!(found.iter().zip(zone).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        }
    }

    #[test]
    fn positive_by_the_ilo_is_a_zone_at_least() {
        let zones = [[0.9, 0.1, 0.0, 0.0]; 6];
        let p = alone(&zones).reaches(Profusion::POSITIVE);
        assert!((p - (1.0 - 0.9f64.powi(6))).abs() < 1e-12, "{p}");
        // One doubt of all zones is one chance, not six.
        let together = Joint::of(&zones, Correlation::new(0.9).expect("in range"));
        let p = together.reaches(Profusion::POSITIVE);
        assert!(p > 0.1 && p < 0.3, "{p}");
        let mut zones = sure([0; 6]);
        zones[2] = [0.0, 0.0, 1.0, 0.0];
        let two = Profusion::parse("2/2").expect("a name");
        assert!((alone(&zones).reaches(two) - 1.0).abs() < 1e-12, "the others are left out");
    }

    #[test]
    fn doubts_of_one_cause_are_one_doubt() {
        let zones = [[0.75, 0.25, 0.0, 0.0]; 6];
        let of = |correlation: f64| {
            let joint = Joint::of(&zones, Correlation::new(correlation).expect("in range"));
            StageDistribution::of(&joint, 0.0, &[1.0, 0.0, 0.0]).disease()
        };
        // Two zones of six at least, by themselves: 1 - 0.75^6 - 6 * 0.25 * 0.75^5.
        assert!((of(0.0) - 0.466).abs() < 1e-3, "{}", of(0.0));
        let disease = [0.0, 0.3, 0.6, 0.9].map(of);
        assert!(disease.is_sorted_by(|a, b| a > b), "{disease:?}");
        assert!(disease[3] > 0.25);
    }

    #[test]
    fn a_sick_lung_leaves_the_other_as_it_is() {
        let sure = |of: usize| std::array::from_fn(|g| if g == of { 0.97 } else { 0.01 });
        let zones = std::array::from_fn(|zone| sure(if zone < 3 { 3 } else { 0 }));
        let together = Joint::of(&zones, Correlation::new(0.8).expect("in range")).zones();
        for (together, alone) in together.iter().zip(&zones) {
            assert!(together.iter().zip(alone).all(|(a, b)| (a - b).abs() < 1e-8));
        }
    }

    #[test]
    fn the_clause_is_one_of_the_calibrated_stage() {
        let zones = [[0.4, 0.6, 0.0, 0.0]; 6];
        let stage = StageDistribution::of(&alone(&zones), 0.0, &[1.0, 0.0, 0.0]);
        assert_eq!((stage.stage(), stage.clause), (Stage::I, Clause::OneInTwo));
        let lower = StageCalibration::new([-6.0, 0.0, 0.0]).expect("finite");
        let lower = stage.calibrated(&lower);
        assert_eq!((lower.stage(), lower.clause), (Stage::Zero, Clause::OneZone));
        assert!(lower.disease() < 0.2 && lower.expected < 0.2, "{lower:?}");
        assert_eq!(stage.calibrated(&StageCalibration::default()), stage);
    }

    fn probabilities(raw: [[f64; 4]; 6]) -> [GradeProbabilities; 6] {
        raw.map(|zone| {
            let sum: f64 = zone.iter().sum();
            zone.map(|p| p / sum)
        })
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one(
            raw in proptest::array::uniform6(proptest::array::uniform4(0.01f64..1.0)),
            aggregation in 0.0f64..1.0, a in 0.0f64..0.5, b in 0.0f64..0.5,
            correlation in 0.0..=Correlation::MOST,
        ) {
            let correlation = Correlation::new(correlation).expect("in range");
            let joint = Joint::of(&probabilities(raw), correlation);
            let stage = StageDistribution::of(&joint, aggregation, &[1.0 - a - b, a, b]);
            prop_assert!((stage.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!((0.0..=3.0).contains(&stage.expected));
            let highest = stage.probabilities.iter().copied().fold(0.0, f64::max);
            prop_assert_eq!(stage.probabilities[stage.stage() as usize], highest);
            for zone in joint.zones() {
                prop_assert!((zone.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }

        /// More evidence in one zone never makes the film look better.
        #[test]
        fn more_in_a_zone_is_never_less_of_the_film(
            raw in proptest::array::uniform6(proptest::array::uniform4(0.01f64..1.0)),
            correlation in 0.0..=Correlation::MOST, zone in 0usize..6, tilt in 0.1f64..3.0,
            shifts in proptest::array::uniform3(-1.5f64..1.5),
        ) {
            let shifts = StageCalibration::new(shifts).expect("finite");
            let correlation = Correlation::new(correlation).expect("in range");
            let before = Joint::of(&probabilities(raw), correlation);
            let mut more = raw;
            for (grade, p) in more[zone].iter_mut().enumerate() {
                *p *= (tilt * grade as f64).exp();
            }
            let after = Joint::of(&probabilities(more), correlation);
            let above = |p: &[f64; 4], k: usize| p[k..].iter().sum::<f64>();
            let stage = |joint| {
                StageDistribution::of(joint, 0.2, &[0.8, 0.1, 0.1]).calibrated(&shifts).probabilities
            };
            for k in 1..4 {
                prop_assert!(above(&stage(&after), k) >= above(&stage(&before), k) - 1e-9);
                for (i, (after, before)) in after.zones().iter().zip(before.zones()).enumerate() {
                    let rise = above(after, k) - above(&before, k);
                    let is_right = if i == zone { rise > -1e-9 } else { rise.abs() < 1e-8 };
                    prop_assert!(is_right, "zone {}: {}", i, rise);
                }
            }
        }
    }
}
