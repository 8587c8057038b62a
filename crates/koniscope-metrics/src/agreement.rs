//! Agreement of ordered categories.

mod krippendorff;

pub use krippendorff::{Level, krippendorff_alpha};

use crate::MOST_CLASSES;

/// How often each category was read for each true one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    /// `[truth][reading]`, square.
    counts: Vec<Vec<usize>>,
}

/// How much a disagreement counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// All the same: Cohen 1960.
    None,
    /// As the categories between: Cohen 1968.
    Linear,
    /// As their square: Cohen 1968.
    Quadratic,
}

impl Confusion {
    /// From pairs of truth and reading, each below `categories`. Nothing if one is not, or there are
    /// more than 1,000 categories.
    pub fn from_pairs(pairs: &[(usize, usize)], categories: usize) -> Option<Self> {
        if categories > MOST_CLASSES {
            return None;
        }
        let mut counts = vec![vec![0; categories]; categories];
        for (truth, reading) in pairs {
            *counts.get_mut(*truth)?.get_mut(*reading)? += 1;
        }
        Some(Self { counts })
    }

    /// Films, `[truth][reading]`.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// Films.
    pub fn n(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Share read right. Nothing without films, as for all that follow.
    pub fn accuracy(&self) -> Option<f64> {
        self.mean(|truth, reading| f64::from(u8::from(truth == reading)))
    }

    /// Mean over the true categories that have films of the share of them read right.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let recalls: Vec<f64> = self
            .counts
            .iter()
            .enumerate()
            .map(|(truth, row)| (row[truth], row.iter().sum::<usize>()))
            .filter(|(_, films)| *films > 0)
            .map(|(right, films)| right as f64 / films as f64)
            .collect();
        (!recalls.is_empty()).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
    }

    /// Mean distance, in categories.
    pub fn mean_absolute_error(&self) -> Option<f64> {
        self.mean(|truth, reading| truth.abs_diff(reading) as f64)
    }

    /// Share off by two categories or more.
    pub fn share_off_by_two(&self) -> Option<f64> {
        self.mean(|truth, reading| f64::from(u8::from(truth.abs_diff(reading) >= 2)))
    }

    /// Cohen's kappa: 1 for agreement, 0 for what chance gives. Nothing where chance alone agrees
    /// always, as when all films are one category.
    pub fn kappa(&self, weights: Weights) -> Option<f64> {
        let weight = |a: usize, b: usize| match weights {
            Weights::None => f64::from(u8::from(a != b)),
            Weights::Linear => a.abs_diff(b) as f64,
            Weights::Quadratic => (a.abs_diff(b) as f64).powi(2),
        };
        let n = self.n() as f64;
        let column = |b: usize| self.counts.iter().map(|row| row[b]).sum::<usize>() as f64;
        let columns: Vec<f64> = (0..self.counts.len()).map(column).collect();
        let mut expected = 0.0;
        for (a, row) in self.counts.iter().enumerate() {
            let of_a = row.iter().sum::<usize>() as f64;
            for (b, of_b) in columns.iter().enumerate() {
                expected += weight(a, b) * of_a * of_b / (n * n);
            }
        }
        let observed = self.mean(weight)?;
        (expected > 0.0).then(|| 1.0 - observed / expected)
    }

    /// Mean over films of what `value` gives for truth and reading.
    fn mean(&self, value: impl Fn(usize, usize) -> f64) -> Option<f64> {
        let mut sum = 0.0;
        for (truth, row) in self.counts.iter().enumerate() {
            for (reading, films) in row.iter().enumerate() {
                sum += value(truth, reading) * *films as f64;
            }
        }
        let n = self.n();
        (n > 0).then(|| sum / n as f64)
    }
}

/// Cohen's kappa with quadratic weights of `pairs`, two ratings of each film, below `categories`.
/// Nothing where [`Confusion::from_pairs`] or [`Confusion::kappa`] has nothing.
pub fn quadratic_kappa(pairs: &[(usize, usize)], categories: usize) -> Option<f64> {
    Confusion::from_pairs(pairs, categories)?.kappa(Weights::Quadratic)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_one_and_one_category_alone_is_nothing() {
        let same: Vec<(usize, usize)> = (0..8).map(|i| (i % 4, i % 4)).collect();
        assert_eq!(quadratic_kappa(&same, 4), Some(1.0));
        assert_eq!(quadratic_kappa(&[(1, 1), (1, 1)], 4), None);
        assert_eq!(quadratic_kappa(&[], 4), None);
    }

    #[test]
    fn figures_by_hand() {
        let table = Confusion::from_pairs(&[(0, 0), (0, 0), (0, 2), (2, 1), (3, 0)], 4).unwrap();
        assert_eq!((table.n(), table.counts()[0][2]), (5, 1));
        assert_eq!(table.accuracy(), Some(0.4));
        assert_eq!(table.balanced_accuracy(), Some(2.0 / 3.0 / 3.0));
        assert_eq!(table.mean_absolute_error(), Some(6.0 / 5.0));
        assert_eq!(table.share_off_by_two(), Some(0.4));
    }

    #[test]
    fn what_is_no_category_is_nothing() {
        assert_eq!(Confusion::from_pairs(&[(0, 4)], 4), None);
        assert_eq!(Confusion::from_pairs(&[(0, 0)], usize::MAX), None);
        let empty = Confusion::from_pairs(&[], 0).unwrap();
        assert_eq!((empty.accuracy(), empty.balanced_accuracy()), (None, None));
        assert_eq!(empty.kappa(Weights::None), None);
    }
}
