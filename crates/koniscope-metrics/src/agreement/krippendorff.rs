//! Agreement of any number of readers, with films that some of them did not read.

use std::collections::BTreeMap;

/// What a rating is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A name: ratings are the same or not.
    Nominal,
    /// A rank: the ratings between two count, as often as they were given.
    Ordinal,
    /// A number: its difference counts.
    Interval,
}

/// Krippendorff's alpha (Krippendorff 2011): 1 for agreement, 0 for what chance gives. `ratings`
/// holds all ratings of each film, in any order; a film with fewer than two does not count. Nothing
/// if no film has two, all ratings are the same, or one is not finite.
pub fn krippendorff_alpha(ratings: &[Vec<Option<f64>>], level: Level) -> Option<f64> {
    let given = |film: &Vec<Option<f64>>| film.iter().flatten().copied().collect::<Vec<f64>>();
    let mut films: Vec<Vec<f64>> =
        ratings.iter().map(given).filter(|film| film.len() > 1).collect();
    if films.iter().flatten().any(|rating| !rating.is_finite()) {
        return None;
    }
    let all: Vec<f64> = films.concat();
    if level == Level::Ordinal {
        let places = middle_ranks(&all);
        films.iter_mut().flatten().for_each(|rating| *rating = places[&Key::of(*rating)]);
    }
    let within: f64 =
        films.iter().map(|film| distances(film, level) / (film.len() - 1) as f64).sum();
    let chance = distances(&films.concat(), level) / all.len().checked_sub(1)? as f64;
    let alpha = 1.0 - within / chance;
    alpha.is_finite().then_some(alpha)
}

/// Distances of all ordered pairs of `values`, summed.
fn distances(values: &[f64], level: Level) -> f64 {
    let n = values.len() as f64;
    match level {
        Level::Nominal => n * n - tally(values).values().map(|c| (c * c) as f64).sum::<f64>(),
        // Sum over pairs of (x - y)^2 is 2 n times the sum of squares about the mean.
        Level::Ordinal | Level::Interval => {
            let mean = values.iter().sum::<f64>() / n;
            2.0 * n * values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
        }
    }
}

/// Where each value stands among all, those equal to it counted half. Krippendorff's ordinal distance
/// of `c` and `k`, the sum of `n_g` from `c` to `k` less `(n_c + n_k) / 2`, is their difference.
fn middle_ranks(values: &[f64]) -> BTreeMap<Key, f64> {
    let mut below = 0;
    tally(values)
        .into_iter()
        .map(|(value, count)| {
            let rank = below as f64 + count as f64 / 2.0;
            below += count;
            (value, rank)
        })
        .collect()
}

fn tally(values: &[f64]) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(Key::of(*value)).or_default() += 1;
    }
    counts
}

/// A finite number that can be a key.
#[derive(Clone, Copy, PartialEq)]
struct Key(f64);

impl Key {
    /// Both zeros are one.
    fn of(value: f64) -> Self {
        Self(value + 0.0)
    }
}

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [Level; 3] = [Level::Nominal, Level::Ordinal, Level::Interval];

    #[test]
    fn agreement_is_one_and_no_variation_is_nothing() {
        let films = |ratings: &[&[f64]]| -> Vec<Vec<Option<f64>>> {
            ratings.iter().map(|film| film.iter().copied().map(Some).collect()).collect()
        };
        for level in LEVELS {
            assert_eq!(krippendorff_alpha(&films(&[&[0.0, 0.0], &[1.0, 1.0]]), level), Some(1.0));
            assert_eq!(krippendorff_alpha(&films(&[&[1.0, 1.0], &[1.0, 1.0]]), level), None);
            assert_eq!(krippendorff_alpha(&films(&[&[1.0], &[2.0]]), level), None);
            assert_eq!(krippendorff_alpha(&films(&[&[1.0, f64::NAN], &[2.0, 1.0]]), level), None);
            assert_eq!(krippendorff_alpha(&[], level), None);
        }
        // Zeros of either sign are one name.
        let zeros = films(&[&[0.0, -0.0], &[1.0, 1.0]]);
        assert_eq!(krippendorff_alpha(&zeros, Level::Nominal), Some(1.0));
    }
}
