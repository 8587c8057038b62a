//! What holds for any films.
#![allow(clippy::unwrap_used)]

#[path = "laws/conformal.rs"]
mod conformal;
#[path = "laws/hostile.rs"]
mod hostile;

use koniscope_metrics::{
    agreement::{Confusion, Level, Weights, krippendorff_alpha},
    calibration::{brier, expected_calibration_error, slope_intercept},
    counts::{Counts, sensitivity_at_specificity, specificity_at_sensitivity},
    isotonic,
    multiple::holm,
    paired::{mcnemar, mcnemar_by_patient},
    precision_recall::average_precision,
    proportion::{clopper_pearson, wilson},
    roc::{self, auc, auc_delong, auc_weighted, delong_paired, delong_paired_by_patient},
};
use proptest::{collection::vec, prelude::*};

/// Scores with ties, and truths.
fn films() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
    vec((0..=20u8, any::<bool>()), 0..60)
        .prop_map(|films| films.into_iter().map(|(s, t)| (f64::from(s) / 20.0, t)).unzip())
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn a_rising_map_of_scores_changes_no_ranking((scores, truth) in films()) {
        let mapped: Vec<f64> = scores.iter().map(|s| s.exp() * 3.0 - 1.0).collect();
        prop_assert_eq!(auc(&scores, &truth), auc(&mapped, &truth));
        prop_assert_eq!(auc_delong(&scores, &truth), auc_delong(&mapped, &truth));
        prop_assert_eq!(average_precision(&scores, &truth), average_precision(&mapped, &truth));
        let shape = |s: &[f64]| -> Vec<(f64, f64)> {
            roc::curve(s, &truth).iter().map(|p| (p.sensitivity, p.specificity)).collect()
        };
        prop_assert_eq!(shape(&scores), shape(&mapped));
    }

    #[test]
    fn the_area_is_that_under_the_curve_and_turns_with_the_truth((scores, truth) in films()) {
        let area = auc(&scores, &truth);
        let trapezoids: f64 = roc::curve(&scores, &truth)
            .windows(2)
            .map(|p| {
                let width = p[0].specificity - p[1].specificity;
                width * f64::midpoint(p[0].sensitivity, p[1].sensitivity)
            })
            .sum();
        prop_assert!(close(area, area.map(|_| trapezoids)));
        let flipped: Vec<bool> = truth.iter().map(|t| !t).collect();
        prop_assert!(close(area, auc(&scores, &flipped).map(|a| 1.0 - a)));
    }

    #[test]
    fn a_film_of_weight_two_is_two_films((scores, truth) in films()) {
        let weights: Vec<f64> = (0..scores.len()).map(|i| (i % 3) as f64).collect();
        let copies = |i: usize| std::iter::repeat_n(i, i % 3);
        let (s, t): (Vec<f64>, Vec<bool>) =
            (0..scores.len()).flat_map(copies).map(|i| (scores[i], truth[i])).unzip();
        prop_assert!(close(auc_weighted(&scores, &truth, &weights), auc(&s, &t)));
    }

    #[test]
    fn a_paired_test_is_the_same_the_other_way(
        (scores, truth) in films(),
        noise in vec(0..20u8, 60),
    ) {
        let other: Vec<f64> =
            scores.iter().zip(noise).map(|(s, n)| (s * 20.0 + f64::from(n)).round()).collect();
        let there = delong_paired(&scores, &other, &truth);
        let back = delong_paired(&other, &scores, &truth);
        prop_assert!(close(there.map(|p| p.p), back.map(|p| p.p)));
        prop_assert!(close(there.map(|p| p.difference.value), back.map(|p| -p.difference.value)));
        prop_assert_eq!(there.map(|p| p.a), auc_delong(&scores, &truth));
    }

    #[test]
    fn operating_points_keep_their_promise((scores, truth) in films(), share in 0.0..=1.0f64) {
        for point in [
            sensitivity_at_specificity(&scores, &truth, share),
            specificity_at_sensitivity(&scores, &truth, share),
        ].into_iter().flatten() {
            let counts = Counts::at(&scores, &truth, point.threshold).unwrap();
            prop_assert_eq!(counts.sensitivity(), Some(point.sensitivity));
            prop_assert_eq!(counts.specificity(), Some(point.specificity));
            prop_assert!(point.specificity >= share || point.sensitivity >= share);
        }
    }

    #[test]
    fn an_exact_interval_holds_its_share(n in 1..500usize, part in 0.0..=1.0f64) {
        let k = (part * n as f64).round() as usize;
        for estimate in [wilson(k, n).unwrap(), clopper_pearson(k, n).unwrap()] {
            prop_assert!(0.0 <= estimate.low && estimate.low <= estimate.value);
            prop_assert!(estimate.value <= estimate.high && estimate.high <= 1.0);
        }
        let (low, high) = (wilson(k, n).unwrap().low, wilson(n - k, n).unwrap().high);
        prop_assert!((low - (1.0 - high)).abs() < 1e-12);
        let (low, high) =
            (clopper_pearson(k, n).unwrap().low, clopper_pearson(n - k, n).unwrap().high);
        prop_assert!((low - (1.0 - high)).abs() < 1e-9);
    }

    #[test]
    fn calibration_stays_in_its_bounds((p, truth) in films()) {
        for error in [expected_calibration_error(&p, &truth), brier(&p, &truth)] {
            prop_assert!(error.is_none_or(|e| (0.0..=1.0).contains(&e)));
        }
        // Turning both the probabilities and the truth turns the intercept alone.
        let turned: Vec<f64> = p.iter().map(|p| 1.0 - p).collect();
        let flipped: Vec<bool> = truth.iter().map(|t| !t).collect();
        let (there, back) = (slope_intercept(&p, &truth), slope_intercept(&turned, &flipped));
        let same = match (there, back) {
            (Some(a), Some(b)) => {
                let scale = 1.0 + a.slope.abs() + a.intercept.abs();
                (a.slope - b.slope).abs().max((a.intercept + b.intercept).abs()) < 1e-6 * scale
            }
            (a, b) => a == b,
        };
        prop_assert!(same, "{there:?} {back:?}");
    }

    #[test]
    fn a_fitted_curve_rises_and_keeps_the_mean(
        points in vec((0..30u8, -5.0..5.0f64, 0.1..3.0f64), 1..80)
    ) {
        let x: Vec<f64> = points.iter().map(|p| f64::from(p.0)).collect();
        let y: Vec<f64> = points.iter().map(|p| p.1).collect();
        let weights: Vec<f64> = points.iter().map(|p| p.2).collect();
        let fitted = isotonic::fit(&x, &y, &weights).unwrap();
        let found: Vec<f64> =
            (-10..320).map(|i| fitted.predict(f64::from(i) / 10.0).unwrap()).collect();
        prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
        let mean = |of: &dyn Fn(usize) -> f64| (0..x.len()).map(|i| weights[i] * of(i)).sum::<f64>();
        let kept = mean(&|i| y[i]) - mean(&|i| fitted.predict(x[i]).unwrap());
        prop_assert!(kept.abs() < 1e-9 * x.len() as f64, "{kept}");
    }

    #[test]
    fn agreement_does_not_ask_who_reads_first(pairs in vec((0..4usize, 0..4usize), 0..50)) {
        let turned: Vec<(usize, usize)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        let tables = [&pairs, &turned].map(|p| Confusion::from_pairs(p, 4).unwrap());
        for weights in [Weights::None, Weights::Linear, Weights::Quadratic] {
            let kappa = tables[0].kappa(weights);
            prop_assert!(close(kappa, tables[1].kappa(weights)));
            prop_assert!(kappa.is_none_or(|k| (-1.0 - 1e-12..=1.0).contains(&k)));
        }
        prop_assert!(close(tables[0].accuracy(), tables[1].accuracy()));
        let rated = |p: &[(usize, usize)]| -> Vec<Vec<Option<f64>>> {
            p.iter().map(|(a, b)| vec![Some(*a as f64), None, Some(*b as f64)]).collect()
        };
        for level in [Level::Nominal, Level::Ordinal, Level::Interval] {
            let alpha = krippendorff_alpha(&rated(&pairs), level);
            prop_assert!(close(alpha, krippendorff_alpha(&rated(&turned), level)));
            prop_assert!(alpha.is_none_or(|a| a <= 1.0));
        }
    }

    #[test]
    fn a_test_of_pairs_is_a_probability(b in 0..3000usize, c in 0..3000usize) {
        let p = mcnemar(b, c).unwrap();
        prop_assert!(0.0 <= p.mid_p && p.mid_p <= p.exact && p.exact <= 1.0);
        prop_assert_eq!(p, mcnemar(c, b).unwrap());
    }

    #[test]
    fn one_film_a_patient_is_the_plain_test(readings in vec(any::<[bool; 2]>(), 0..200)) {
        let (a, b): (Vec<bool>, Vec<bool>) = readings.iter().map(|r| (r[0], r[1])).unzip();
        let patients: Vec<String> = (0..a.len()).map(|i| i.to_string()).collect();
        let alone = |first: bool| readings.iter().filter(|r| r[0] != r[1] && r[0] == first).count();
        let plain = mcnemar(alone(true), alone(false)).map(|p| p.exact);
        prop_assert!(close(mcnemar_by_patient(&a, &b, &patients), plain));
    }

    #[test]
    fn a_test_by_patient_asks_for_no_order((scores, truth) in films(), noise in vec(0..20u8, 60)) {
        let other: Vec<f64> =
            scores.iter().zip(noise).map(|(s, n)| (s * 20.0 + f64::from(n)).round()).collect();
        let patients: Vec<String> = (0..scores.len()).map(|i| (i / 2).to_string()).collect();
        let there = delong_paired_by_patient(&scores, &other, &truth, &patients);
        let turned = |v: &[f64]| v.iter().rev().copied().collect::<Vec<_>>();
        let truth: Vec<bool> = truth.into_iter().rev().collect();
        let patients: Vec<String> = patients.into_iter().rev().collect();
        let back =
            delong_paired_by_patient(&turned(&other), &turned(&scores), &truth, &patients);
        prop_assert!(close(there.map(|p| p.difference.low), back.map(|p| -p.difference.high)));
        prop_assert!(there.is_none_or(|p| (0.0..=1.0).contains(&p.p)));
    }

    #[test]
    fn adjusted_p_are_larger_and_in_the_same_order(p in vec(0.0..=1.0f64, 0..20)) {
        let adjusted = holm(&p).unwrap();
        for (i, at) in p.iter().enumerate() {
            prop_assert!(*at <= adjusted[i] && adjusted[i] <= 1.0);
            for (j, other) in p.iter().enumerate() {
                prop_assert!(at > other || adjusted[i] <= adjusted[j]);
            }
        }
    }
}
