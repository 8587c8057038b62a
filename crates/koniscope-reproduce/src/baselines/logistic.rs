//! Multinomial logistic regression with a penalty on the weights' squares.

/// A fitted regression.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// Mean and standard deviation of each measure among the films it was fitted to.
    scales: Vec<[f64; 2]>,
    /// A class after the other: a weight a measure, then the intercept.
    weights: Vec<f64>,
    classes: usize,
}

/// Newton steps at most; the loss is convex and a dozen do.
const STEPS: usize = 100;

/// The gradient that ends the search, a film.
const FLAT: f64 = 1e-10;

/// Keeps the intercepts, which carry no penalty, from drifting together: all of them moved by the
/// same number give the same probabilities.
const TETHER: f64 = 1e-9;

impl Logistic {
    /// Fits classes to measures, each standardized first, by Newton's method: least
    /// `sum(-ln p(class)) + sum(weights^2) / (2 strength)`, intercepts without a penalty, as
    /// scikit-learn's `LogisticRegression(C=strength)` for more than two classes. Two classes have
    /// two rows of weights here and one there, so that `strength` is half of its `C`.
    ///
    /// Nothing if there are no films, they differ in their number of measures, one is not finite, or
    /// only one class is there.
    pub fn fit(films: &[Vec<f64>], truth: &[usize], classes: usize, strength: f64) -> Option<Self> {
        let measures = films.first()?.len();
        let usable = |film: &Vec<f64>| film.len() == measures && film.iter().all(|v| v.is_finite());
        let first = *truth.first()?;
        if films.len() != truth.len()
            || !films.iter().all(usable)
            || truth.iter().any(|class| *class >= classes)
            || truth.iter().all(|class| *class == first)
            || strength <= 0.0
        {
            return None;
        }
        let scales = (0..measures).map(|k| scale(films, k)).collect();
        let zero = vec![0.0; classes * (measures + 1)];
        let mut fit = Self { scales, weights: zero, classes };
        let rows: Vec<Vec<f64>> = films.iter().map(|film| fit.standardized(film)).collect();
        let penalty = 1.0 / strength;
        let mut loss = fit.penalized(&rows, truth, penalty);
        for _ in 0..STEPS {
            let (gradient, hessian) = fit.slopes(&rows, truth, penalty);
            let steepest = gradient.iter().fold(0.0f64, |most, g| most.max(g.abs()));
            if steepest <= FLAT * films.len() as f64 {
                break;
            }
            let step = solve(hessian, gradient)?;
            // A whole step may overshoot far from the optimum; half of it, or half of that, does not.
            let shorter = (0..40).map(|halvings| {
                let length = 0.5f64.powi(halvings);
                let weights = fit.weights.iter().zip(&step).map(|(w, s)| w - length * s).collect();
                Self { weights, ..fit.clone() }
            });
            let mut tried = shorter.map(|next| (next.penalized(&rows, truth, penalty), next));
            let Some((lower, next)) = tried.find(|(next, _)| *next < loss) else { break };
            (loss, fit) = (lower, next);
        }
        Some(fit)
    }

    /// Probability of each class.
    pub fn probabilities(&self, film: &[f64]) -> Vec<f64> {
        self.softmax(&self.standardized(film))
    }

    /// Mean of `-ln p(class)`.
    pub fn loss(&self, films: &[Vec<f64>], truth: &[usize]) -> f64 {
        let of = |(film, class): (&Vec<f64>, &usize)| -self.probabilities(film)[*class].ln();
        films.iter().zip(truth).map(of).sum::<f64>() / films.len().max(1) as f64
    }

    /// Standardized measures with a 1 for the intercept.
    fn standardized(&self, film: &[f64]) -> Vec<f64> {
        let scaled = film.iter().zip(&self.scales).map(|(v, [mean, std])| (v - mean) / std);
        scaled.chain([1.0]).collect()
    }

    fn softmax(&self, row: &[f64]) -> Vec<f64> {
        let logits: Vec<f64> = self
            .weights
            .chunks_exact(row.len())
            .map(|weights| weights.iter().zip(row).map(|(w, x)| w * x).sum())
            .collect();
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raised: Vec<f64> = logits.iter().map(|logit| (logit - most).exp()).collect();
        let sum: f64 = raised.iter().sum();
        raised.into_iter().map(|p| p / sum).collect()
    }

    fn is_intercept(&self, place: usize) -> bool {
        let width = self.scales.len() + 1;
        place % width == width - 1
    }

    /// Penalty on a weight, by its place.
    fn penalty(&self, place: usize, penalty: f64) -> f64 {
        if self.is_intercept(place) { TETHER } else { penalty }
    }

    fn penalized(&self, rows: &[Vec<f64>], truth: &[usize], penalty: f64) -> f64 {
        let loss = rows.iter().zip(truth).map(|(row, class)| -self.softmax(row)[*class].ln());
        let weights = self.weights.iter().enumerate();
        loss.sum::<f64>()
            + weights.map(|(i, w)| 0.5 * self.penalty(i, penalty) * w * w).sum::<f64>()
    }

    /// Gradient and Hessian of the penalized loss (Hastie, Tibshirani, Friedman 2009, section 4.4).
    fn slopes(
        &self,
        rows: &[Vec<f64>],
        truth: &[usize],
        penalty: f64,
    ) -> (Vec<f64>, Vec<Vec<f64>>) {
        let size = self.weights.len();
        let width = size / self.classes;
        let mut gradient: Vec<f64> =
            self.weights.iter().enumerate().map(|(i, w)| self.penalty(i, penalty) * w).collect();
        let mut hessian = vec![vec![0.0; size]; size];
        for (i, row) in hessian.iter_mut().enumerate() {
            row[i] = self.penalty(i, penalty);
        }
        for (row, class) in rows.iter().zip(truth) {
            let p = self.softmax(row);
            for k in 0..self.classes {
                let error = p[k] - f64::from(u8::from(k == *class));
                for (a, x) in row.iter().enumerate() {
                    gradient[k * width + a] += error * x;
                }
                for l in 0..=k {
                    let curve = p[k] * (f64::from(u8::from(k == l)) - p[l]);
                    for (a, x) in row.iter().enumerate() {
                        let line = &mut hessian[k * width + a][l * width..(l + 1) * width];
                        for (h, y) in line.iter_mut().zip(row) {
                            *h += curve * x * y;
                        }
                    }
                }
            }
        }
        (gradient, hessian)
    }
}

/// Mean and standard deviation of a measure; 1 for one that does not vary.
fn scale(films: &[Vec<f64>], k: usize) -> [f64; 2] {
    let n = films.len() as f64;
    let mean = films.iter().map(|film| film[k]).sum::<f64>() / n;
    let std = (films.iter().map(|film| (film[k] - mean).powi(2)).sum::<f64>() / n).sqrt();
    [mean, if std > 1e-12 { std } else { 1.0 }]
}

/// Solves `matrix x = right` by Cholesky's decomposition; of the symmetric matrix the lower half is
/// read. Nothing if it is not positive definite.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - dot;
            matrix[i][j] = if i != j {
                rest / matrix[j][j]
            } else if rest > 0.0 {
                rest.sqrt()
            } else {
                return None;
            };
        }
    }
    for i in 0..n {
        let dot: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i][i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i][i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_fitted_is_nothing() {
        let films = [vec![1.0], vec![2.0]];
        assert!(Logistic::fit(&[], &[], 2, 1.0).is_none());
        assert!(Logistic::fit(&films, &[1, 1], 2, 1.0).is_none());
        assert!(Logistic::fit(&films, &[0, 2], 2, 1.0).is_none());
        assert!(Logistic::fit(&films, &[0], 2, 1.0).is_none());
        assert!(Logistic::fit(&films, &[0, 1], 2, 0.0).is_none());
        assert!(Logistic::fit(&[vec![1.0], vec![f64::NAN]], &[0, 1], 2, 1.0).is_none());
        assert!(Logistic::fit(&[vec![1.0], vec![]], &[0, 1], 2, 1.0).is_none());
    }

    #[test]
    fn a_measure_that_does_not_vary_does_no_harm() {
        let films: Vec<Vec<f64>> = (0..20).map(|i| vec![f64::from(i), 7.0]).collect();
        let truth: Vec<usize> = (0..20).map(|i| usize::from(i >= 10)).collect();
        let fit = Logistic::fit(&films, &truth, 2, 1.0);
        assert!(fit.is_some_and(|fit| fit.probabilities(&[0.0, 7.0])[0] > 0.9));
    }
}
