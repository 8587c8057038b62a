//! What is changed of a film's lungs, or around them.

use koniscope::{Radiograph, segmentation::LungMask};

use crate::overlap::distances;

/// By how much lungs are grown, shrunk or moved, of their height: some 5 mm of an adult's.
const SHARE: f64 = 0.02;

/// Values of a film from which on a marker may be: letters are burnt in as white.
const WHITE: f32 = 0.95;

/// Longest side of a marker or one of its letters, of the film's.
const LETTER: f64 = 0.1;

/// The film with both lungs at one half.
pub(super) fn blanked(film: &Radiograph, mask: &LungMask) -> Radiograph {
    let mut plane = film.pixels().clone();
    for (value, label) in plane.data_mut().iter_mut().zip(mask.labels()) {
        if *label > 0 {
            *value = 0.5;
        }
    }
    Radiograph::new(plane, film.spacing_mm())
}

/// The film without markers: of the white patches that touch no lung, those no longer and no wider
/// than a tenth of the film are filled, with a margin, with the median of the frame around them.
pub(super) fn without_markers(film: &Radiograph, mask: &LungMask) -> Radiograph {
    let (w, h) = (film.width(), film.height());
    let mut plane = film.pixels().clone();
    let mut seen: Vec<bool> = plane.data().iter().map(|v| *v < WHITE).collect();
    for start in 0..w * h {
        if seen[start] {
            continue;
        }
        let (low, high, in_lung) = patch(start, [w, h], &mut seen, mask.labels());
        let size = [high[0] - low[0] + 1, high[1] - low[1] + 1];
        let is_small = size[0] as f64 <= LETTER * w as f64 && size[1] as f64 <= LETTER * h as f64;
        if in_lung || !is_small {
            continue;
        }
        let margin = 2 + size[0].max(size[1]) / 8;
        let inner = widened(low, high, margin, [w, h]);
        let [[left, top], [right, bottom]] = widened(low, high, 2 * margin, [w, h]);
        let frame = (top..=bottom).flat_map(|y| (left..=right).map(move |x| [x, y]));
        let is_inner = |[x, y]: [usize; 2]| {
            (inner[0][0]..=inner[1][0]).contains(&x) && (inner[0][1]..=inner[1][1]).contains(&y)
        };
        let (fill, around): (Vec<_>, Vec<_>) = frame.partition(|place| is_inner(*place));
        let mut around: Vec<f32> =
            around.iter().map(|[x, y]| film.pixels().data()[y * w + x]).collect();
        around.sort_unstable_by(f32::total_cmp);
        let Some(median) = around.get(around.len() / 2) else { continue };
        for [x, y] in fill {
            if mask.labels()[y * w + x] == 0 {
                plane.data_mut()[y * w + x] = *median;
            }
        }
    }
    Radiograph::new(plane, film.spacing_mm())
}

/// The white patch around a pixel, which is then seen: its first and last column and row, and whether
/// it touches a lung.
fn patch(
    start: usize,
    [w, h]: [usize; 2],
    seen: &mut [bool],
    labels: &[u8],
) -> ([usize; 2], [usize; 2], bool) {
    let (mut low, mut high) = ([start % w, start / w], [start % w, start / w]);
    let (mut stack, mut in_lung) = (vec![start], false);
    seen[start] = true;
    while let Some(i) = stack.pop() {
        let [x, y] = [i % w, i / w];
        low = [low[0].min(x), low[1].min(y)];
        high = [high[0].max(x), high[1].max(y)];
        in_lung |= labels[i] > 0;
        let sides = [
            (x > 0).then(|| i - 1),
            (x + 1 < w).then_some(i + 1),
            (y > 0).then(|| i - w),
            (y + 1 < h).then_some(i + w),
        ];
        for next in sides.into_iter().flatten() {
            if !std::mem::replace(&mut seen[next], true) {
                stack.push(next);
            }
        }
    }
    (low, high, in_lung)
}

fn widened(low: [usize; 2], high: [usize; 2], by: usize, size: [usize; 2]) -> [[usize; 2]; 2] {
    let last = |side: usize| (high[side] + by).min(size[side] - 1);
    [low.map(|v| v.saturating_sub(by)), [last(0), last(1)]]
}

/// Pixels that are 2 % of the lungs' height, at least one.
fn step(mask: &LungMask) -> usize {
    let rows = mask.labels().chunks_exact(mask.width()).enumerate();
    let mut rows = rows.filter(|(_, row)| row.iter().any(|label| *label > 0)).map(|(y, _)| y);
    let first = rows.next().unwrap_or(0);
    let height = rows.next_back().unwrap_or(first) + 1 - first;
    ((height as f64 * SHARE).round() as usize).max(1)
}

/// Lungs without their rim: what is farther from all that is no lung.
pub(super) fn eroded(mask: &LungMask) -> LungMask {
    let outside: Vec<bool> = mask.labels().iter().map(|label| *label == 0).collect();
    let size = [mask.width(), mask.height()];
    let Some(depth) = distances(&outside, size, [1.0, 1.0]) else { return mask.clone() };
    let step = step(mask) as f64;
    let kept = mask.labels().iter().zip(depth);
    let labels = kept.map(|(label, depth)| if depth > step { *label } else { 0 }).collect();
    LungMask::new(mask.width(), mask.height(), labels)
}

/// Lungs with a rim, each up to the middle between them.
pub(super) fn dilated(mask: &LungMask) -> LungMask {
    let (size, step) = ([mask.width(), mask.height()], step(mask) as f64);
    let to = |side: u8| {
        let lung: Vec<bool> = mask.labels().iter().map(|label| *label == side).collect();
        distances(&lung, size, [1.0, 1.0])
    };
    let (Some(right), Some(left)) = (to(1), to(2)) else { return mask.clone() };
    let nearest = right.into_iter().zip(left).map(|(right, left)| match right.min(left) {
        near if near > step => 0,
        _ if right <= left => 1,
        _ => 2,
    });
    LungMask::new(mask.width(), mask.height(), nearest.collect())
}

/// Lungs moved to the right of the picture, or down; what leaves it is lost.
pub(super) fn moved(mask: &LungMask, down: bool) -> LungMask {
    let (w, h, step) = (mask.width(), mask.height(), step(mask));
    let [dx, dy] = if down { [0, step] } else { [step, 0] };
    let label = |i: usize| {
        let (x, y) = ((i % w).checked_sub(dx), (i / w).checked_sub(dy));
        x.zip(y).map_or(0, |(x, y)| mask.labels()[y * w + x])
    };
    LungMask::new(w, h, (0..w * h).map(label).collect())
}

#[cfg(test)]
mod tests {
    use koniscope::plane::Plane;

    use super::*;

    const SIZE: [usize; 2] = [120, 100];

    /// Two lungs of 30 x 50 pixels, so that a step is one pixel.
    fn lungs() -> LungMask {
        let label = |i: usize| match (i % SIZE[0], i / SIZE[0]) {
            (20..50, 25..75) => 1,
            (70..100, 25..75) => 2,
            _ => 0,
        };
        LungMask::new(SIZE[0], SIZE[1], (0..SIZE[0] * SIZE[1]).map(label).collect())
    }

    fn areas(mask: &LungMask) -> [usize; 2] {
        [1, 2].map(|side| mask.labels().iter().filter(|label| **label == side).count())
    }

    #[test]
    fn lungs_grow_shrink_and_move_by_their_height() {
        let mask = lungs();
        assert_eq!((step(&mask), areas(&mask)), (1, [1500; 2]));
        assert_eq!(areas(&eroded(&mask)), [28 * 48; 2]);
        // A row and a column on each side, without the corners, which are farther.
        assert_eq!(areas(&dilated(&mask)), [1500 + 2 * 30 + 2 * 50; 2]);
        for (down, place) in [(false, [20, 25]), (true, [20, 25])] {
            let moved = moved(&mask, down);
            assert_eq!(areas(&moved), [1500; 2]);
            let i = place[1] * SIZE[0] + place[0];
            assert_eq!(moved.labels()[i], 0);
            assert_eq!(moved.labels()[i + if down { SIZE[0] } else { 1 }], 1);
        }
        // Where they nearly touch, each keeps to its half.
        let near = LungMask::new(6, 60, (0..360).map(|i| [1, 1, 0, 0, 2, 2][i % 6]).collect());
        assert_eq!(&dilated(&near).labels()[..6], &[1, 1, 1, 2, 2, 2]);
    }

    #[test]
    fn blank_lungs_hold_one_value() {
        let value = |i: usize| (i % SIZE[0]) as f32 / 200.0;
        let plane = Plane::new(SIZE[0], SIZE[1], (0..SIZE[0] * SIZE[1]).map(value).collect());
        let blank = blanked(&Radiograph::new(plane, None), &lungs());
        for (i, label) in lungs().labels().iter().enumerate() {
            let expected = if *label > 0 { 0.5 } else { value(i) };
            assert_eq!(blank.pixels().data()[i], expected);
        }
    }

    #[test]
    fn small_white_patches_outside_of_lungs_go() {
        // A letter in a corner, white in a lung, and a white belly.
        let white = |x: usize, y: usize| {
            matches!((x, y), (5..9, 5..11) | (30..34, 30..34) | (0..120, 90..100))
        };
        let value = |i: usize| if white(i % SIZE[0], i / SIZE[0]) { 1.0 } else { 0.3 };
        let plane = Plane::new(SIZE[0], SIZE[1], (0..SIZE[0] * SIZE[1]).map(value).collect());
        let film = Radiograph::new(plane, None);
        let bare = without_markers(&film, &lungs());
        let white = |film: &Radiograph| film.pixels().data().iter().filter(|v| **v > 0.9).count();
        assert_eq!(white(&film) - white(&bare), 4 * 6);
        assert!(bare.pixels().data().iter().all(|v| *v == 0.3 || *v == 1.0));
        assert_eq!(without_markers(&bare, &lungs()).pixels(), bare.pixels());
    }
}
