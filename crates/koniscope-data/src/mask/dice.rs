//! How well two label maps agree.

use super::IGNORE;

/// Dice (1945) of lung, both sides together, leaving out pixels whose truth is [`IGNORE`]:
/// `2 |A and B| / (|A| + |B|)`; 1 if both are empty. Labels above 0 are lung.
pub fn lung_dice<T: Copy + Into<i64>>(found: &[T], truth: &[u8]) -> f64 {
    dice(found, truth, |label| label > 0)
}

/// Dice of one label alone, as 1 for the right lung.
pub fn label_dice<T: Copy + Into<i64>>(found: &[T], truth: &[u8], label: u8) -> f64 {
    dice(found, truth, |l| l == i64::from(label))
}

fn dice<T: Copy + Into<i64>>(found: &[T], truth: &[u8], is_in: impl Fn(i64) -> bool) -> f64 {
    let (mut both, mut sum) = (0usize, 0usize);
    for (found, truth) in found.iter().zip(truth) {
        if *truth != IGNORE {
            let (f, t) = (is_in((*found).into()), is_in(i64::from(*truth)));
            both += usize::from(f && t);
            sum += usize::from(f) + usize::from(t);
        }
    }
    if sum == 0 { 1.0 } else { 2.0 * both as f64 / sum as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_hand() {
        let truth = [0, 1, 1, 2, 2, IGNORE];
        let found = [1u8, 1, 0, 2, 1, 1];
        assert!((lung_dice(&found, &truth) - 2.0 * 3.0 / (4.0 + 4.0)).abs() < 1e-12);
        assert!((label_dice(&found, &truth, 1) - 2.0 / (3.0 + 2.0)).abs() < 1e-12);
        assert_eq!(lung_dice(&[0u8; 3], &[0, 0, IGNORE]), 1.0);
    }
}
