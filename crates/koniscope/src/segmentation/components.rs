//! Connected components and holes of a binary picture.

/// Labels the 4-connected components of `inside`, row-major of `width` columns.
///
/// Returns a label per pixel (0 outside, from 1 on) and the pixel count per label, count 0 of
/// the outside first.
pub(crate) fn label_components(inside: &[bool], width: usize) -> (Vec<u32>, Vec<usize>) {
    let mut labels = vec![0u32; inside.len()];
    let mut counts = vec![inside.iter().filter(|i| !**i).count()];
    let mut stack = Vec::new();
    for start in 0..inside.len() {
        if !inside[start] || labels[start] != 0 {
            continue;
        }
        let label = counts.len() as u32;
        counts.push(0);
        labels[start] = label;
        stack.push(start);
        while let Some(i) = stack.pop() {
            counts[label as usize] += 1;
            let x = i % width;
            let around = [
                (x > 0).then(|| i - 1),
                (x + 1 < width).then_some(i + 1),
                i.checked_sub(width),
                (i + width < inside.len()).then_some(i + width),
            ];
            for j in around.into_iter().flatten() {
                if inside[j] && labels[j] == 0 {
                    labels[j] = label;
                    stack.push(j);
                }
            }
        }
    }
    (labels, counts)
}

/// Keeps the largest component alone. Returns how many pixels it has.
pub(crate) fn keep_largest(inside: &mut [bool], width: usize) -> usize {
    let (labels, counts) = label_components(inside, width);
    let largest = (1..counts.len()).max_by_key(|l| counts[*l]).unwrap_or(0);
    for (keep, label) in inside.iter_mut().zip(&labels) {
        *keep = largest > 0 && *label == largest as u32;
    }
    if largest > 0 { counts[largest] } else { 0 }
}

/// Fills what the outside cannot reach from the border.
pub(crate) fn fill_holes(inside: &mut [bool], width: usize) {
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let (labels, counts) = label_components(&outside, width);
    let height = inside.len() / width;
    let mut open = vec![false; counts.len()];
    for x in 0..width {
        open[labels[x] as usize] = true;
        open[labels[(height - 1) * width + x] as usize] = true;
    }
    for y in 0..height {
        open[labels[y * width] as usize] = true;
        open[labels[y * width + width - 1] as usize] = true;
    }
    for (pixel, label) in inside.iter_mut().zip(&labels) {
        *pixel |= *label > 0 && !open[*label as usize];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> (Vec<bool>, usize) {
        (rows.iter().flat_map(|r| r.bytes().map(|b| b == b'#')).collect(), rows[0].len())
    }

    #[test]
    fn the_largest_stays_and_its_hole_is_filled() {
        let (mut inside, width) = picture(&["####..#", "#..#..#", "####...", ".......", "##....."]);
        assert_eq!(keep_largest(&mut inside, width), 10);
        fill_holes(&mut inside, width);
        let (expected, _) = picture(&["####...", "####...", "####...", ".......", "......."]);
        assert_eq!(inside, expected);
    }

    #[test]
    fn corners_do_not_connect_and_bays_are_no_holes() {
        let (inside, width) = picture(&["#.", ".#"]);
        assert_eq!(label_components(&inside, width).1, [2, 1, 1]);
        let (mut bay, width) = picture(&["###", "#..", "###"]);
        let before = bay.clone();
        fill_holes(&mut bay, width);
        assert_eq!(bay, before);
    }

    #[test]
    fn nothing_stays_nothing() {
        let mut inside = vec![false; 12];
        assert_eq!(keep_largest(&mut inside, 4), 0);
    }
}
