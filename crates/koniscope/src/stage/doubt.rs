//! A doubt that the zones of a film share.
//!
//! Errors of one film's zones go together: a film sharper than most makes all its zones look
//! fuller. Six doubts of 0.3 by themselves make a healthy film sick with probability 0.58; one
//! doubt of 0.3 that they share, with 0.3. So an offset `u` of all profusion logits of the film,
//! normal about 0, stands for what is shared, and zones are independent given `u` alone (a
//! logistic model with a random intercept: Agresti, *Categorical Data Analysis*, ch. 13). The
//! integral over `u` is a sum by Gauss and Hermite. Logits are stretched so that each zone by itself
//! keeps its probabilities (Zeger, Liang, Albert, Biometrics 1988;44:1049: a mean over `u` shrinks
//! logits by about the root of `1 + c^2 s^2`, `c = 16 sqrt(3) / (15 pi)`).

use super::GradeProbabilities;

/// Nodes above 0 and weights of the rule with nine points, for a weight of `exp(-x^2)`.
const NODES: [[f64; 2]; 4] = [
    [0.723_551_018_752_838, 0.432_651_559_002_555],
    [1.468_553_289_216_668, 0.088_474_527_394_376_6],
    [2.266_580_584_531_843, 0.004_943_624_275_536_95],
    [3.190_993_201_781_528, 3.960_697_726_326_44e-5],
];

/// Weight of the node 0.
const MIDDLE: f64 = 0.720_235_215_606_051;

/// Logits beyond which an answer is sure.
const SURE: f64 = 30.0;

/// Probabilities of the grades given each of some offsets, with the weight of each, which sum to
/// 1. Without a doubt, the zones as they are.
///
/// `deviation`: standard deviation of the offset, in logits, 0 and above.
pub(super) fn given_offsets(
    zones: &[GradeProbabilities; 6],
    deviation: f64,
) -> Vec<(f64, [GradeProbabilities; 6])> {
    if deviation <= 0.0 {
        return vec![(1.0, *zones)];
    }
    let c = 16.0 * 3f64.sqrt() / (15.0 * std::f64::consts::PI);
    let stretch = (1.0 + (c * deviation).powi(2)).sqrt();
    let logits = zones.map(|zone| conditional(&zone).map(|p| stretch * logit(p)));
    let of = |offset: f64| logits.map(|zone| grades(zone.map(|l| sigmoid(l + offset))));
    let half = NODES.into_iter().flat_map(|[x, w]| [[-x, w], [x, w]]);
    std::iter::once([0.0, MIDDLE])
        .chain(half)
        .map(|[x, w]| {
            let offset = std::f64::consts::SQRT_2 * x * deviation;
            (w / std::f64::consts::PI.sqrt(), of(offset))
        })
        .collect()
}

/// Probability of 1 and above, given that of 2 and above, given that of 3.
fn conditional(zone: &GradeProbabilities) -> [f64; 3] {
    let from = |k: usize| zone[k..].iter().sum::<f64>();
    std::array::from_fn(|k| if from(k) > 0.0 { from(k + 1) / from(k) } else { 0.5 })
}

fn grades([one, two, three]: [f64; 3]) -> GradeProbabilities {
    [1.0 - one, one * (1.0 - two), one * two * (1.0 - three), one * two * three]
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln().clamp(-SURE, SURE)
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONES: [GradeProbabilities; 6] = [
        [0.7, 0.2, 0.08, 0.02],
        [0.1, 0.2, 0.4, 0.3],
        [0.95, 0.04, 0.009, 0.001],
        [0.5, 0.3, 0.15, 0.05],
        [1.0, 0.0, 0.0, 0.0],
        [0.02, 0.08, 0.3, 0.6],
    ];

    #[test]
    fn each_zone_by_itself_keeps_its_probabilities() {
        for deviation in [0.3, 1.0, 2.0, 3.0] {
            let given = given_offsets(&ZONES, deviation);
            assert!((given.iter().map(|(w, _)| w).sum::<f64>() - 1.0).abs() < 1e-12);
            for (i, zone) in ZONES.iter().enumerate() {
                let mean: f64 = given.iter().map(|(w, zones)| w * zones[i][0]).sum();
                assert!((mean - zone[0]).abs() < 0.02, "{deviation} {i}: {mean} {}", zone[0]);
            }
        }
    }

    #[test]
    fn the_rule_integrates_a_logistic_normal() {
        // E of sigmoid(l + u), u normal, by a fine trapezoid in place of nine nodes.
        let (l, deviation) = (-1.2f64, 1.0f64);
        let step = 1e-3;
        let fine: f64 = (-8000..8000)
            .map(|i| f64::from(i) * step)
            .map(|z| {
                let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
                density * sigmoid(l + deviation * z) * step
            })
            .sum();
        let c = 16.0 * 3f64.sqrt() / (15.0 * std::f64::consts::PI);
        let p = sigmoid(l / (1.0 + c * c).sqrt());
        let zones = [[1.0 - p, p, 0.0, 0.0]; 6];
        let nodes: f64 =
            given_offsets(&zones, deviation).iter().map(|(w, zones)| w * (1.0 - zones[0][0])).sum();
        assert!((nodes - fine).abs() < 1e-5, "{nodes} {fine}");
    }
}
