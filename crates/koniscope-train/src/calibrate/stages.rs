//! Shifts that make the stage's probabilities true of films, from films whose stage is known.

use koniscope::stage::{StageCalibration, calibration::shifted, gbz70::Stage};

/// Films of either answer below which it is not shifted.
const FEWEST: usize = 10;

/// Shifts are sought up to so far.
const FARTHEST: f64 = 5.0;

/// Halvings after which a shift is exact to 1e-8.
const HALVINGS: usize = 30;

/// The likeliest shifts: with them as many films are expected to reach each stage as do. One whose
/// answer is yes or no in fewer than 10 films is 0.
///
/// `films`: probabilities of the stages 0 to III, and the true one.
pub fn fit_stages(films: &[([f64; 4], Stage)]) -> StageCalibration {
    let shifts = [1, 2, 3].map(|k| {
        let reached: Vec<f64> = films.iter().map(|(p, _)| p[k..].iter().sum()).collect();
        let count = films.iter().filter(|(_, stage)| *stage as usize >= k).count();
        if count.min(films.len() - count) < FEWEST {
            return 0.0;
        }
        let (mut low, mut high) = (-FARTHEST, FARTHEST);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let expected: f64 = reached.iter().map(|p| shifted(*p, middle)).sum();
            if expected < count as f64 { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    });
    StageCalibration::new(shifts).expect("they lie within their bounds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_expected_as_there_are() {
        // Half of the films that are said to be of stage II with 0.8 are, a quarter are of stage I.
        let films: Vec<_> = (0..80)
            .map(|i| {
                let stage = [Stage::II, Stage::II, Stage::I, Stage::Zero][i % 4];
                ([0.1, 0.1, 0.8, 0.0], stage)
            })
            .collect();
        let [one, two, three] = fit_stages(&films).into();
        // Odds of 3 where 9 were said, of 1 where 4 were.
        assert!((one - (3.0f64 / 9.0).ln()).abs() < 1e-6, "{one}");
        assert!((two - (1.0f64 / 4.0).ln()).abs() < 1e-6, "{two}");
        assert_eq!(three, 0.0, "no film is of stage III");
        let calibrated = fit_stages(&films).apply(films[0].0);
        assert!((calibrated[0] - 0.25).abs() < 1e-6 && (calibrated[2] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn few_films_shift_nothing() {
        let films = vec![([0.25; 4], Stage::I); 19];
        assert_eq!(fit_stages(&films), StageCalibration::default());
        assert_eq!(fit_stages(&[]), StageCalibration::default());
    }
}
