//! Fits what turns logits into calibrated probabilities.

pub mod doubt;
pub mod platt;
pub mod stages;

/// The temperature in `[0.05, 20]` with the least mean negative log-likelihood on cases kept
/// from training (Guo et al., ICML 2017), sought over its logarithm: the likelihood is convex in the
/// inverse temperature, so there is one minimum.
///
/// `logits` holds one row a case, `classes` the index of its true class.
pub fn fit_temperature(logits: &[Vec<f32>], classes: &[usize]) -> f64 {
    minimum([0.05f64.ln(), 20f64.ln()], 1e-6, |t| mean_nll(logits, classes, t.exp())).exp()
}

/// Where a function with one minimum in `[low, high]` has it, to `enough`, by golden-section search.
fn minimum([mut low, mut high]: [f64; 2], enough: f64, f: impl Fn(f64) -> f64) -> f64 {
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    while high - low > enough {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if f(a) < f(b) {
            high = b;
        } else {
            low = a;
        }
    }
    f64::midpoint(low, high)
}

fn mean_nll(logits: &[Vec<f32>], classes: &[usize], temperature: f64) -> f64 {
    let nll = |row: &Vec<f32>, class: usize| {
        let scaled: Vec<f64> = row.iter().map(|l| f64::from(*l) / temperature).collect();
        let max = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        max + scaled.iter().map(|s| (s - max).exp()).sum::<f64>().ln() - scaled[class]
    };
    let sum: f64 = logits.iter().zip(classes).map(|(row, class)| nll(row, *class)).sum();
    sum / logits.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_temperature_of_overconfident_logits() {
        // Truth: log odds of 1 happen with probability 0.731; the model says 3 times as much.
        let p = 1.0 / (1.0 + (-1f64).exp());
        let right = (p * 1000.0).round() as usize;
        let logits = vec![vec![0.0, 3.0]; 1000];
        let classes: Vec<usize> = (0..1000).map(|i| usize::from(i < right)).collect();
        let t = fit_temperature(&logits, &classes);
        assert!((t - 3.0).abs() < 0.02, "{t}");
    }
}
