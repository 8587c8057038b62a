//! The promise of coverage, on films drawn alike.

use koniscope_metrics::{
    conformal::{aps_scores, class_thresholds, contiguous, lac_scores, lac_set, set, threshold},
    rng::rng_for,
};
use rand::Rng;
use rand_chacha::ChaCha12Rng;

/// Calibration films of one trial.
const CALIBRATION: usize = 99;
/// Films of one trial that are asked.
const ASKED: usize = 50;
const TRIALS: u64 = 400;

/// Probabilities of four stages, and the true one.
type Film = ([f64; 4], usize);

/// A film of four stages: probabilities that lean to its stage, and are overconfident and wrong often
/// enough to need the promise. Stage 0 is common.
fn film(rng: &mut ChaCha12Rng) -> Film {
    let stage: usize = if rng.random_bool(0.5) { 0 } else { rng.random_range(1..4) };
    let raw: [f64; 4] = std::array::from_fn(|s| {
        let near = 1.5 - 0.8 * stage.abs_diff(s) as f64;
        (3.0 * (near + rng.random_range(-1.0..1.0_f64))).exp()
    });
    let sum: f64 = raw.iter().sum();
    (raw.map(|p| p / sum), stage)
}

fn films(rng: &mut ChaCha12Rng, n: usize) -> Vec<Film> {
    (0..n).map(|_| film(rng)).collect()
}

/// Share of asked films whose set holds their stage, and its standard error, over trials each with a
/// calibration of its own, which gives `set_of` its threshold.
fn coverage(
    scores: fn(&[f64]) -> Vec<f64>,
    set_of: impl Fn(&[f64], f64) -> Vec<usize>,
) -> (f64, f64) {
    let share = |trial| {
        let mut rng = rng_for(7, 0, trial);
        let own: Vec<f64> =
            films(&mut rng, CALIBRATION).iter().map(|(p, stage)| scores(p)[*stage]).collect();
        let q = threshold(&own, 0.9).unwrap();
        let held = |(p, stage): &&Film| set_of(p, q).contains(stage);
        films(&mut rng, ASKED).iter().filter(held).count() as f64 / ASKED as f64
    };
    let shares: Vec<f64> = (0..TRIALS).map(share).collect();
    let mean = shares.iter().sum::<f64>() / TRIALS as f64;
    let variance = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (TRIALS - 1) as f64;
    (mean, (variance / TRIALS as f64).sqrt())
}

/// With continuous scores, coverage is `ceil((n + 1) c) / (n + 1)` exactly: here 0.9.
#[test]
fn coverage_is_as_promised() {
    for scores in [lac_scores, aps_scores] as [fn(&[f64]) -> Vec<f64>; 2] {
        let (share, error) = coverage(scores, |p, q| set(&scores(p), &[q; 4]));
        assert!(error < 0.005, "{error}");
        assert!((share - 0.9).abs() < 4.0 * error, "{share}, standard error {error}");
    }
}

#[test]
fn filled_gaps_cover_no_less() {
    let (plain, _) = coverage(lac_scores, lac_set);
    let (filled, _) = coverage(lac_scores, |p, q| contiguous(&lac_set(p, q)));
    assert!(filled >= plain, "{filled} {plain}");
}

#[test]
fn each_class_is_covered_by_its_own_threshold() {
    let (mut asked, mut held) = ([0; 4], [0; 4]);
    for trial in 0..TRIALS {
        let mut rng = rng_for(8, 0, trial);
        let (own, truth): (Vec<f64>, Vec<usize>) =
            films(&mut rng, CALIBRATION).iter().map(|(p, t)| (lac_scores(p)[*t], *t)).unzip();
        let q = class_thresholds(&own, &truth, 4, 0.8).unwrap();
        for (p, stage) in films(&mut rng, ASKED) {
            asked[stage] += 1;
            held[stage] += usize::from(set(&lac_scores(&p), &q).contains(&stage));
        }
    }
    for (stage, (held, asked)) in held.into_iter().zip(asked).enumerate() {
        let share = held as f64 / f64::from(asked);
        // At least 0.8, and at most one place more, of the sixteen or so films of a rare stage.
        assert!((0.79..0.87).contains(&share), "stage {stage}: {share} of {asked}");
    }
}
