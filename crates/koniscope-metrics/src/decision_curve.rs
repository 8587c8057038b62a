//! Is acting on a probability of more use than acting on all, or none? (Vickers and Elkin, Medical
//! Decision Making 2006;26:565.)

use crate::{are_probabilities, counts::Counts};

/// Net benefit at one threshold, in found sick a person: false alarms are taken off at the rate that
/// the threshold says one is willing to pay. Acting on no one has 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetBenefit {
    /// Probability from which one would act.
    pub threshold: f64,
    /// Acting on those of this probability and above.
    pub model: f64,
    /// Acting on all.
    pub all: f64,
}

/// Net benefit at `thresholds`, within `[0, 1)`, where the disease has the given `prevalence`, within
/// `[0, 1]`; without one, where it is as common as in these films. The probabilities are taken as
/// they are, also where they were calibrated to another prevalence. Nothing if a class is missing,
/// or a probability or threshold is out of range.
pub fn decision_curve(
    probabilities: &[f64],
    truth: &[bool],
    thresholds: &[f64],
    prevalence: Option<f64>,
) -> Option<Vec<NetBenefit>> {
    if !are_probabilities(probabilities, truth) {
        return None;
    }
    let of = |threshold: &f64| {
        let counts = Counts::at(probabilities, truth, *threshold)?;
        let sick = prevalence.unwrap_or(counts.sick() as f64 / counts.n() as f64);
        let price = threshold / (1.0 - threshold);
        let usable = (0.0..1.0).contains(threshold) && (0.0..=1.0).contains(&sick);
        let false_alarms = 1.0 - counts.specificity()?;
        usable.then_some(NetBenefit {
            threshold: *threshold,
            model: counts.sensitivity()? * sick - false_alarms * (1.0 - sick) * price,
            all: sick - (1.0 - sick) * price,
        })
    };
    thresholds.iter().map(of).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (p, t) = ([0.1, 0.3, 0.6, 0.9], [false, true, false, true]);
        let at = decision_curve(&p, &t, &[0.0, 0.5], None).unwrap();
        // At 0 all are positive; at 0.5 one sick is found for one false alarm of equal price.
        assert_eq!((at[0].model, at[0].all), (0.5, 0.5));
        assert_eq!((at[1].model, at[1].all), (0.0, 0.0));
        let rare = decision_curve(&p, &t, &[0.2], Some(0.1)).unwrap()[0];
        assert!((rare.model - (0.1 - 0.5 * 0.9 * 0.25)).abs() < 1e-12);
        assert!((rare.all - (0.1 - 0.9 * 0.25)).abs() < 1e-12);
    }

    #[test]
    fn out_of_range_is_nothing() {
        let (p, t) = ([0.1, 0.9], [false, true]);
        assert_eq!(decision_curve(&p, &t, &[1.0], None), None);
        assert_eq!(decision_curve(&p, &t, &[f64::NAN], None), None);
        assert_eq!(decision_curve(&p, &t, &[0.5], Some(1.5)), None);
        assert_eq!(decision_curve(&[0.1, 1.1], &t, &[0.5], None), None);
        assert_eq!(decision_curve(&p, &[true, true], &[0.5], None), None);
    }
}
