//! Sets of classes that hold the true one as often as promised, whatever the network (split conformal
//! prediction: Vovk, Gammerman, Shafer 2005; Angelopoulos and Bates 2023).
//!
//! Scores of the true class on calibration films give a [`threshold`]; a film's set is all classes
//! whose score is not above it. The promise holds on average over films drawn like those of the
//! calibration, and over the calibrations that might have been drawn; with [`class_thresholds`], for
//! each true class too. It does not hold for films of elsewhere.

use crate::MOST_CLASSES;

/// How strange each class would be as the true one: 1 less its probability (Sadinle, Lei, Wasserman
/// 2019). The smallest sets on average, some of them empty.
pub fn lac_scores(probabilities: &[f64]) -> Vec<f64> {
    probabilities.iter().map(|p| 1.0 - p).collect()
}

/// How strange each class would be as the true one: the probability of all classes likelier and its
/// own (Romano, Sesia, Candès 2020, without their random part, so that sets cover rather more and a
/// film has one set). Sets that differ more between easy films and hard. Of equals the first counts
/// as likelier.
pub fn aps_scores(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    let mut scores = vec![0.0; probabilities.len()];
    let mut sum = 0.0;
    for class in order {
        sum += probabilities[class];
        scores[class] = sum;
    }
    scores
}

/// The score that the true class of a new film will not exceed, with probability `coverage`, within
/// `(0, 1)`: of the `n` scores of calibration films, the one at place `ceil((n + 1) coverage)` from
/// below; infinite where that is above `n`, so that sets are full. Nothing if a score is no number or
/// `coverage` out of range.
pub fn threshold(scores: &[f64], coverage: f64) -> Option<f64> {
    let usable = coverage > 0.0 && coverage < 1.0 && !scores.iter().any(|s| s.is_nan());
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // Rounding may lift a product that is a whole number, as of 0.07 and 100, which would cost a place.
    let place = ((scores.len() as f64 + 1.0) * coverage - 1e-9).ceil().max(1.0) as usize;
    usable.then(|| sorted.get(place - 1).copied().unwrap_or(f64::INFINITY))
}

/// A [`threshold`] for each of `classes` by the films of that class alone (Vovk 2012, Mondrian): the
/// promise then holds for rare classes too, at the price of larger sets. `truth[i]` is the class of
/// the film with `scores[i]`. Nothing if lengths differ, a truth is no class, there are more than
/// 1,000 classes, or [`threshold`] has nothing.
pub fn class_thresholds(
    scores: &[f64],
    truth: &[usize],
    classes: usize,
    coverage: f64,
) -> Option<Vec<f64>> {
    if scores.len() != truth.len() || classes > MOST_CLASSES {
        return None;
    }
    let mut of_class = vec![Vec::new(); classes];
    for (score, class) in scores.iter().zip(truth) {
        of_class.get_mut(*class)?.push(*score);
    }
    of_class.iter().map(|scores| threshold(scores, coverage)).collect()
}

/// Classes whose score is at or below their threshold, in order. A score that is no number is none's.
pub fn set(scores: &[f64], thresholds: &[f64]) -> Vec<usize> {
    let within = scores.iter().zip(thresholds).enumerate().filter(|(_, (s, q))| s <= q);
    within.map(|(class, _)| class).collect()
}

/// The [`set`] by [`lac_scores`] and one threshold `q` for all classes.
pub fn lac_set(probabilities: &[f64], q: f64) -> Vec<usize> {
    set(&lac_scores(probabilities), &vec![q; probabilities.len()])
}

/// A set of ordered classes with its gaps filled: stage 0 or II, and not I, is no answer. It covers
/// no less.
pub fn contiguous(set: &[usize]) -> Vec<usize> {
    match (set.iter().min(), set.iter().max()) {
        (Some(low), Some(high)) => (*low..=*high).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_threshold() {
        let scores: Vec<f64> = (1..=99).map(f64::from).collect();
        assert_eq!(threshold(&scores, 0.9), Some(90.0));
        assert_eq!(threshold(&scores, 0.07), Some(7.0));
        assert_eq!(threshold(&scores, 0.001), Some(1.0));
        assert_eq!(threshold(&scores[..8], 0.9), Some(f64::INFINITY));
        assert_eq!(threshold(&scores[..9], 0.9), Some(9.0));
        assert_eq!(threshold(&[], 0.9), Some(f64::INFINITY));
        assert_eq!(threshold(&[f64::NAN], 0.5), None);
        assert_eq!(threshold(&scores, 1.0), None);
        assert_eq!(threshold(&scores, f64::NAN), None);
    }

    #[test]
    fn each_class_has_its_own() {
        let scores = [1.0, 2.0, 3.0, 4.0, 10.0];
        let own = class_thresholds(&scores, &[0, 0, 0, 0, 1], 3, 0.5);
        assert_eq!(own, Some(vec![3.0, 10.0, f64::INFINITY]));
        assert_eq!(class_thresholds(&scores, &[0, 0, 0, 0, 3], 3, 0.5), None);
        assert_eq!(class_thresholds(&scores, &[0], 3, 0.5), None);
        assert_eq!(class_thresholds(&[], &[], usize::MAX, 0.5), None);
    }

    #[test]
    fn sets_by_hand() {
        let stages = [0.5, 0.125, 0.25, 0.125];
        assert_eq!(lac_set(&stages, 0.75), [0, 2]);
        assert_eq!(contiguous(&lac_set(&stages, 0.75)), [0, 1, 2]);
        assert_eq!(contiguous(&lac_set(&stages, 0.1)), [0; 0]);
        assert_eq!(lac_set(&stages, f64::INFINITY), [0, 1, 2, 3]);
        assert_eq!(aps_scores(&stages), [0.5, 0.875, 0.75, 1.0]);
        assert_eq!(set(&aps_scores(&stages), &[0.8; 4]), [0, 2]);
        assert_eq!(set(&lac_scores(&[f64::NAN, 0.5]), &[1.0; 2]), [1]);
    }
}
