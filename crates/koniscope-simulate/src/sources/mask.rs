//! Given lung masks.

use koniscope::segmentation::LungMask;

/// Reads a label map (1 right lung, 2 left lung, 3 other) or a mask of 0 and 255, told apart by the
/// largest value, and gives it the film's size `[width, height]`.
///
/// # Errors
/// A sentence, if it is no picture or empty.
pub(super) fn of_bytes(bytes: &[u8], [width, height]: [usize; 2]) -> Result<LungMask, String> {
    let picture =
        image::load_from_memory(bytes).map_err(|e| format!("not a mask: {e}"))?.into_luma8();
    let (w, h) = (picture.width() as usize, picture.height() as usize);
    let gray = picture.into_raw();
    let labels = match gray.iter().copied().max().unwrap_or(0) {
        0 => return Err("the mask is empty; lungs were expected".into()),
        1..=3 => gray.iter().map(|v| if *v == 3 { 0 } else { *v }).collect(),
        _ => told_apart(w, &gray),
    };
    if (w, h) == (width, height) {
        return Ok(LungMask::new(w, h, labels));
    }
    let nearest = |i: usize| {
        let (x, y) = (i % width, i / width);
        labels[(2 * y + 1) * h / (2 * height) * w + (2 * x + 1) * w / (2 * width)]
    };
    Ok(LungMask::new(width, height, (0..width * height).map(nearest).collect()))
}

/// Right and left: each run of lung in a row belongs to the side of the lungs' middle on which its
/// own middle lies.
fn told_apart(width: usize, gray: &[u8]) -> Vec<u8> {
    let is_lung = |v: &u8| *v > 200;
    let columns = || gray.iter().enumerate().filter(|(_, v)| is_lung(v)).map(|(i, _)| i % width);
    let (first, last) = (columns().min().unwrap_or(0), columns().max().unwrap_or(0));
    let mut labels = vec![0; gray.len()];
    for (row, out) in gray.chunks(width).zip(labels.chunks_mut(width)) {
        let mut x = 0;
        while x < width {
            let end = x + row[x..].iter().take_while(|v| is_lung(v)).count();
            let label = if x + end < first + last + 1 { 1 } else { 2 };
            out[x..end].fill(label);
            x = end + 1;
        }
    }
    labels
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::write;

    #[test]
    fn both_kinds_of_mask_give_the_same_lungs() {
        let labels = [0, 1, 1, 0, 0, 2, 2, 0, 0, 1, 1, 0, 0, 0, 2, 0];
        let black = labels.map(|v: u8| if v > 0 { 255 } else { 0 });
        let expected = LungMask::new(8, 2, labels.to_vec());
        for values in [labels, black] {
            let png = write::labels(&values, 8, 2).unwrap();
            assert_eq!(of_bytes(&png, [8, 2]).unwrap(), expected);
            let twice = of_bytes(&png, [16, 4]).unwrap();
            assert_eq!(twice.labels().iter().filter(|l| **l > 0).count(), 28);
        }
        let empty = write::labels(&[0; 16], 8, 2).unwrap();
        assert!(of_bytes(&empty, [8, 2]).unwrap_err().contains("empty"));
        assert!(of_bytes(b"no picture", [8, 2]).unwrap_err().contains("not a mask"));
    }
}
