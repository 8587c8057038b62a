//! Input that nobody should give: no panic, and no figure that is no number.

use koniscope_metrics::{
    agreement::{Level, krippendorff_alpha, quadratic_kappa},
    bootstrap::mean_by_patient,
    calibration::{brier, expected_calibration_error, slope_intercept, top_class_error},
    conformal::{aps_scores, class_thresholds, contiguous, lac_set, threshold},
    counts::{Counts, predictive_values, sensitivity_at_specificity, specificity_at_sensitivity},
    decision_curve::decision_curve,
    isotonic,
    precision_recall::average_precision,
    roc::{auc, auc_delong, auc_weighted, delong_paired},
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Numbers at the edges of what there is.
fn odd() -> impl Strategy<Value = f64> {
    let edges = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        1e-320,
        -0.0,
        0.0,
        0.1,
        0.5,
        0.5,
        1.0,
        1.0 - f64::EPSILON,
        -1e-12,
        2.0,
    ];
    select(edges.to_vec())
}

fn is_number(value: Option<f64>) -> bool {
    value.is_none_or(|v| !v.is_nan())
}

proptest! {
    #[test]
    fn odd_input_gives_a_number_or_nothing(
        a in vec(odd(), 0..9),
        b in vec(odd(), 0..9),
        truth in vec(any::<bool>(), 0..9),
        classes in vec(0..5usize, 0..9),
        x in odd(),
    ) {
        // As drawn, and cut to one length.
        let n = a.len().min(b.len()).min(truth.len()).min(classes.len());
        for (a, b, truth, classes) in [
            (&a[..], &b[..], &truth[..], &classes[..]),
            (&a[..n], &b[..n], &truth[..n], &classes[..n]),
        ] {
            let rated: Vec<Vec<Option<f64>>> =
                a.iter().zip(b).map(|(a, b)| vec![Some(*a), Some(*b), Some(x)]).collect();
            let paired = delong_paired(a, b, truth);
            let pairs: Vec<(usize, usize)> = classes.iter().map(|c| (*c, 0)).collect();
            for value in [
                auc(a, truth),
                auc_weighted(a, truth, b),
                auc_delong(a, truth).map(|e| e.high),
                paired.map(|p| p.z),
                paired.map(|p| p.p),
                average_precision(a, truth),
                Counts::at(a, truth, x).and_then(|c| c.ppv()),
                sensitivity_at_specificity(a, truth, x).map(|p| p.sensitivity),
                specificity_at_sensitivity(a, truth, x).map(|p| p.specificity),
                predictive_values(x, x, x).and_then(|v| v.ppv),
                expected_calibration_error(a, truth),
                top_class_error(&a.iter().map(|p| [*p, x]).collect::<Vec<_>>(), classes),
                brier(a, truth),
                slope_intercept(a, truth).map(|l| l.slope),
                quadratic_kappa(&pairs, 4),
                threshold(a, x),
                class_thresholds(a, classes, 4, x).map(|q| q[0]),
                decision_curve(a, truth, b, Some(x)).and_then(|c| Some(c.first()?.model)),
                isotonic::fit(a, b, &vec![1.0; a.len()]).and_then(|f| f.predict(x)),
                isotonic::fit(a, b, a).and_then(|f| f.predict(x)),
                krippendorff_alpha(&rated, Level::Nominal),
                krippendorff_alpha(&rated, Level::Ordinal),
                krippendorff_alpha(&rated, Level::Interval),
            ] {
                prop_assert!(is_number(value));
            }
            prop_assert!(contiguous(&lac_set(a, x)).len() <= a.len());
            prop_assert_eq!(aps_scores(a).len(), a.len());
        }
    }
}

proptest! {
    // Each case is 2,000 resamples.
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn odd_values_have_an_interval_or_none(films in vec((odd(), 0..5usize), 0..9)) {
        let (values, patients): (Vec<f64>, Vec<String>) =
            films.into_iter().map(|(value, patient)| (value, patient.to_string())).unzip();
        let mean = mean_by_patient(&values, &patients, 1);
        prop_assert!(mean.is_none_or(|e| e.low.is_finite() && e.high.is_finite()));
    }
}
