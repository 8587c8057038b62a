//! A calibration that is only asked to rise.

/// Steps of a curve that never falls, with straight lines between.
#[derive(Clone, Debug, PartialEq)]
pub struct Isotonic {
    /// Distinct, rising.
    x: Vec<f64>,
    /// Never falling.
    y: Vec<f64>,
}

/// The rising values nearest to `y`, by squares weighted with `weights`: pool adjacent violators
/// (Ayer, Brunk, Ewing, Reid, Silverman 1955). Points of one `x` are one point with their mean; a
/// weight of 0 leaves a point out. Nothing if no point is left, a weight is negative, lengths differ
/// or anything is no number or beyond 1e100, where sums would overflow.
pub fn fit(x: &[f64], y: &[f64], weights: &[f64]) -> Option<Isotonic> {
    let sound = |values: &[f64]| values.iter().all(|v| v.abs() <= 1e100);
    let same_length = x.len() == y.len() && x.len() == weights.len();
    if !same_length || ![x, y, weights].into_iter().all(sound) || weights.iter().any(|w| *w < 0.0) {
        return None;
    }
    let mut order: Vec<usize> = (0..x.len()).filter(|i| weights[*i] > 0.0).collect();
    order.sort_unstable_by(|a, b| x[*a].total_cmp(&x[*b]));
    let mut distinct = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    for tied in order.chunk_by(|a, b| x[*a] == x[*b]) {
        distinct.push(x[tied[0]]);
        let mut block = tied
            .iter()
            .map(|i| Block { mean: y[*i], weight: weights[*i], points: 0 })
            .reduce(Block::pooled)?;
        block.points = 1;
        while let Some(before) = blocks.pop_if(|before| before.mean >= block.mean) {
            block = before.pooled(block);
        }
        blocks.push(block);
    }
    let y = blocks.iter().flat_map(|b| std::iter::repeat_n(b.mean, b.points)).collect();
    (!distinct.is_empty()).then_some(Isotonic { x: distinct, y })
}

/// Neighbors that share a value.
#[derive(Clone, Copy)]
struct Block {
    mean: f64,
    weight: f64,
    points: usize,
}

impl Block {
    fn pooled(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        Self {
            mean: (self.mean * self.weight + other.mean * other.weight) / weight,
            weight,
            points: self.points + other.points,
        }
    }
}

impl Isotonic {
    /// The curve's value at `x`: on the line between two points of the fit; beyond the first and the
    /// last, theirs. Nothing if `x` is no number.
    pub fn predict(&self, x: f64) -> Option<f64> {
        if x.is_nan() {
            return None;
        }
        let after = self.x.partition_point(|point| *point <= x);
        let (Some(before), Some(next)) = (after.checked_sub(1), self.x.get(after)) else {
            return if after == 0 { self.y.first() } else { self.y.last() }.copied();
        };
        let share = (x - self.x[before]) / (next - self.x[before]);
        Some(self.y[before] + share * (self.y[after] - self.y[before]))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled() {
        let fitted = fit(&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 0.0, 1.0], &[1.0; 4]).unwrap();
        let at = |x| fitted.predict(x).unwrap();
        assert_eq!([at(0.0), at(1.0), at(1.7), at(2.0), at(3.0)], [0.0, 0.5, 0.5, 0.5, 1.0]);
        assert_eq!([at(0.5), at(-9.0), at(f64::INFINITY)], [0.25, 0.0, 1.0]);
        assert_eq!(fitted.predict(f64::NAN), None);
    }

    #[test]
    fn points_of_no_weight_do_not_count() {
        let fitted = fit(&[0.0, 1.0, 2.0], &[5.0, 1.0, 2.0], &[0.0, 1.0, 1.0]).unwrap();
        assert_eq!(fitted.predict(0.0), Some(1.0));
        assert_eq!(fit(&[0.0], &[1.0], &[0.0]), None);
        assert_eq!(fit(&[], &[], &[]), None);
        assert_eq!(fit(&[0.0], &[1.0], &[-1.0]), None);
        assert_eq!(fit(&[0.0], &[f64::NAN], &[1.0]), None);
        assert_eq!(fit(&[0.0, 1.0], &[1.0], &[1.0]), None);
    }
}
