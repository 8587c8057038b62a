//! Step 4: gray values to `[0, 1]`, between two order statistics.

use crate::Error;

/// Pixels left beyond each end, as a fraction `1 / TAIL` of the middle: 0.5 %. Enough for a
/// marker, a wire or hot pixels; little enough that about 1 % of lung pixels clip.
const TAIL: u64 = 200;

/// The gray values that become 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ends {
    low: f64,
    high: f64,
}

impl Ends {
    /// The k-th smallest and the k-th largest gray value, k = n / [`TAIL`] counted from 0, of n
    /// pixels of which `counts[i]` have the value `gray[i]`.
    ///
    /// # Errors
    /// [`Error::Blank`] if the two are one.
    pub(super) fn of(gray: &[f64], counts: &[u64]) -> Result<Self, Error> {
        let mut occurring: Vec<(f64, u64)> =
            gray.iter().copied().zip(counts.iter().copied()).filter(|(_, n)| *n > 0).collect();
        // Not in order yet: tables need not be monotone.
        occurring.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rank = counts.iter().sum::<u64>() / TAIL;
        let low = value_at(occurring.iter(), rank);
        let high = value_at(occurring.iter().rev(), rank);
        if low < high {
            return Ok(Self { low, high });
        }
        Err(Error::Blank {
            detail: "in the middle of the film, at least 99 % of the pixels have one gray value"
                .into(),
        })
    }

    /// A gray value in `[0, 1]`; what lies beyond an end is put on it.
    pub(super) fn place(self, gray: f64) -> f32 {
        (((gray - self.low) / (self.high - self.low)) as f32).clamp(0.0, 1.0)
    }
}

/// The value at `rank` (from 0) in a sorted run of values with counts; 0 if there are none.
fn value_at<'a>(sorted: impl Iterator<Item = &'a (f64, u64)>, rank: u64) -> f64 {
    let mut seen = 0;
    let mut found = 0.0;
    for (value, count) in sorted {
        found = *value;
        seen += count;
        if seen > rank {
            break;
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn half_a_percent_is_left_beyond_each_end() {
        // 0, 1, ..., 999 once each: 5 pixels lie below the low end, 5 above the high one.
        let gray: Vec<f64> = (0..1000).map(f64::from).collect();
        let ends = Ends::of(&gray, &[1; 1000]).unwrap();
        assert_eq!(ends, Ends { low: 5.0, high: 994.0 });
        assert_eq!([5.0, 994.0, 0.0, 999.0].map(|v| ends.place(v)), [0.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_few_odd_pixels_are_no_contrast() {
        let gray = [1.0, 2.0, 9.0];
        assert_eq!(Ends::of(&gray, &[4, 992, 4]).unwrap_err().kind(), "blank");
        assert!(Ends::of(&gray, &[6, 988, 6]).is_ok());
    }
}
