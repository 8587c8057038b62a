//! Where the outlines of sets differ: some draw the lung behind the heart, others do not.

use super::{IGNORE, Mask};

/// Share of the left lung's height, from its apex, above which no heart lies in front of it.
const ABOVE_HEART: f64 = 0.2;

/// Share of a row of lung, from the mediastinum, in which the outlines of sets that draw the
/// lung behind the heart and those that do not differ: [right, left]. Measured by eye on films.
const NEAR_MEDIASTINUM: [f64; 2] = [0.3, 0.7];

impl Mask {
    /// Ignores the pixels about the mediastinum, inside the lungs: for sets whose lungs reach
    /// behind the heart, so that a network may learn the rest of their outline.
    #[must_use]
    pub fn ignoring_mediastinum(mut self) -> Self {
        let rows_of = |label| {
            let rows: Vec<usize> = (0..self.height)
                .filter(|y| self.labels[y * self.width..][..self.width].contains(&label))
                .collect();
            rows.first().copied().zip(rows.last().copied())
        };
        let Some((apex, base)) = rows_of(2) else { return self };
        let heart_from = apex + ((base - apex) as f64 * ABOVE_HEART) as usize;
        for y in 0..self.height {
            let row = &mut self.labels[y * self.width..(y + 1) * self.width];
            for (label, share) in [1u8, 2].into_iter().zip(NEAR_MEDIASTINUM) {
                if label == 2 && y < heart_from {
                    continue;
                }
                let columns: Vec<usize> = (0..row.len()).filter(|x| row[*x] == label).collect();
                let near = (columns.len() as f64 * share) as usize;
                let near =
                    if label == 2 { &columns[..near] } else { &columns[columns.len() - near..] };
                near.iter().for_each(|x| row[*x] = IGNORE);
            }
        }
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::mask::tests::drawn;

    #[test]
    fn only_the_mediastinal_side_is_ignored() {
        let rows = [".####....####."; 10];
        let m = drawn(&rows).unwrap().ignoring_mediastinum();
        assert_eq!(m.labels[..14], [0, 1, 1, 1, IGNORE, 0, 0, 0, 0, 2, 2, 2, 2, 0]);
        let low = &m.labels[9 * 14..];
        assert_eq!(low, [0, 1, 1, 1, IGNORE, 0, 0, 0, 0, IGNORE, IGNORE, 2, 2, 0]);
    }
}
