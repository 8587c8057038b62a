//! Which part of a picture is the film: neither padding that the header declares nor a wide frame
//! around it, each line of which has one gray or two. Both are the work of a program or of a printer, and neither their gray nor
//! their room is the patient's.

use crate::{
    decode::RawImage,
    segmentation::{BoundingBox, components::fill_holes},
};

/// Share of a row or column that has one gray or two, from which the line belongs to the frame: all but
/// a marker, or noise of a lossy coding.
const SAME: (usize, usize) = (99, 100);

/// Difference from a gray which still is the same, as a part `1 / NEAR` of the stored range: two of
/// 256 grays, which is what JPEG makes of one.
const NEAR: i64 = 128;

/// A frame counts from this share `1 / WIDE` of the width or height on, on one side: what is narrower
/// lies outside the middle that the gray range is taken from, and collimators leave as much on
/// ordinary films.
const WIDE: usize = 8;

/// Share of the picture's width and height that the film must keep: what takes more is no frame.
const LEAST: (usize, usize) = (1, 4);

/// Share of a row or column that is film, from which padding does not take the line away.
const SHOWN: (usize, usize) = (1, 50);

/// The film within a picture.
pub(super) struct Field {
    /// The part that is looked at, in stored pixels.
    pub(super) window: BoundingBox,
    /// Whether a pixel is film, where padding is declared.
    film: Option<Vec<bool>>,
}

impl Field {
    /// Finds the film among values of a range from `first` to `last`.
    pub(super) fn of(raw: &RawImage, [first, last]: [i32; 2]) -> Self {
        let whole = BoundingBox { x: 0, y: 0, width: raw.width, height: raw.height };
        let film = film(raw);
        let window = film.as_ref().and_then(|film| shown(film, whole)).unwrap_or(whole);
        let near = (i64::from(last) - i64::from(first) + 1) / NEAR;
        let inner = without_frame(raw, window, near as i32);
        let is_wide = |cut: usize, length: usize| cut * WIDE > length;
        let wide = is_wide(inner.x - window.x, window.width)
            || is_wide(inner.y - window.y, window.height)
            || is_wide(window.x + window.width - inner.x - inner.width, window.width)
            || is_wide(window.y + window.height - inner.y - inner.height, window.height);
        Self { window: if wide { inner } else { window }, film }
    }

    /// All of the picture.
    pub(super) fn whole(raw: &RawImage) -> Self {
        let window = BoundingBox { x: 0, y: 0, width: raw.width, height: raw.height };
        Self { window, film: None }
    }

    /// Whether a pixel, by its index, is film.
    pub(super) fn shows(&self, pixel: usize) -> bool {
        self.film.as_ref().is_none_or(|film| film[pixel])
    }
}

/// Whether each pixel is film: all but the padding that hangs together with the border. A value of
/// the body may be the padding's too. Nothing where none is declared, or where all would be padding.
fn film(raw: &RawImage) -> Option<Vec<bool>> {
    let [low, high] = raw.header.padding?;
    let mut film: Vec<bool> = raw.stored.iter().map(|v| !(low..=high).contains(v)).collect();
    fill_holes(&mut film, raw.width);
    let shown = film.iter().filter(|film| **film).count();
    let padded = film.len() - shown;
    (padded > 0 && shown * LEAST.1 * LEAST.1 >= film.len() * LEAST.0 * LEAST.0).then_some(film)
}

/// The smallest rectangle about the lines that show film.
fn shown(film: &[bool], whole: BoundingBox) -> Option<BoundingBox> {
    let (w, h) = (whole.width, whole.height);
    let is_film = |count: usize, length: usize| count * SHOWN.1 > length * SHOWN.0;
    let mut columns = vec![0; w];
    let mut rows = vec![0; h];
    for (row, line) in rows.iter_mut().zip(film.chunks_exact(w)) {
        for (column, film) in columns.iter_mut().zip(line) {
            *column += usize::from(*film);
            *row += usize::from(*film);
        }
    }
    let ends = |counts: &[usize], length: usize| {
        let first = counts.iter().position(|n| is_film(*n, length))?;
        let last = counts.iter().rposition(|n| is_film(*n, length))?;
        Some((first, last + 1 - first))
    };
    let ((x, width), (y, height)) = (ends(&columns, h)?, ends(&rows, w)?);
    Some(BoundingBox { x, y, width, height })
}

/// The window less the flat lines on its four sides. What is left of nothing but such lines is
/// the window itself.
fn without_frame(raw: &RawImage, window: BoundingBox, near: i32) -> BoundingBox {
    let mut inner = window;
    let mut line = Vec::new();
    let keeps = |b: BoundingBox| {
        b.width * LEAST.1 > window.width * LEAST.0 && b.height * LEAST.1 > window.height * LEAST.0
    };
    loop {
        let BoundingBox { x, y, width, height } = inner;
        let sides = [
            (true, y, BoundingBox { y: y + 1, height: height - 1, ..inner }),
            (true, y + height - 1, BoundingBox { height: height - 1, ..inner }),
            (false, x, BoundingBox { x: x + 1, width: width - 1, ..inner }),
            (false, x + width - 1, BoundingBox { width: width - 1, ..inner }),
        ];
        let cut = sides.into_iter().find(|(is_row, at, _)| {
            line.clear();
            if *is_row {
                line.extend_from_slice(&raw.stored[at * raw.width + x..][..width]);
            } else {
                line.extend((y..y + height).map(|y| raw.stored[y * raw.width + at]));
            }
            is_flat(&mut line, near)
        });
        match cut {
            None => return inner,
            Some((.., smaller)) if keeps(smaller) => inner = smaller,
            Some(_) => return window,
        }
    }
}

/// Whether nearly all values are within `near` of one value or of one of two.
fn is_flat(line: &mut Vec<i32>, near: i32) -> bool {
    let mut others = line.len();
    let most = others * (SAME.1 - SAME.0) / SAME.1;
    for _ in 0..2 {
        if others > most {
            let middle = line.len() / 2;
            let median = *line.select_nth_unstable(middle).1;
            line.retain(|v| v.abs_diff(median) > near.unsigned_abs());
            others = line.len();
        }
    }
    others <= most
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::decode::Header;

    const BODY: i32 = 1000;

    /// 40 x 40 pixels of noise about [`BODY`], with rectangles `[x, y, width, height]` of one value.
    fn picture(rectangles: &[([usize; 4], i32)], padding: Option<[i32; 2]>) -> RawImage {
        let noise = |i: usize| BODY + ((i.wrapping_mul(2_654_435_761) >> 7) % 400) as i32;
        let mut stored: Vec<i32> = (0..1600).map(noise).collect();
        for ([x, y, w, h], value) in rectangles {
            for row in *y..y + h {
                stored[row * 40 + x..row * 40 + x + w].fill(*value);
            }
        }
        let header = Header { padding, ..Header::default() };
        RawImage { width: 40, height: 40, stored, bits_stored: 16, signed: false, header }
    }

    fn window(raw: &RawImage) -> [usize; 4] {
        let ends = [*raw.stored.iter().min().unwrap(), *raw.stored.iter().max().unwrap()];
        let BoundingBox { x, y, width, height } = Field::of(raw, ends).window;
        [x, y, width, height]
    }

    #[test]
    fn a_wide_frame_is_cut_off_and_a_narrow_one_stays() {
        let (left, right) = ([0, 0, 8, 40], [30, 0, 10, 40]);
        let (top, bottom) = ([0, 0, 40, 7], [0, 35, 40, 5]);
        let cases = [
            (picture(&[], None), [0, 0, 40, 40]),
            (picture(&[([0, 0, 5, 40], 0)], None), [0, 0, 40, 40]),
            (picture(&[(left, 0)], None), [8, 0, 32, 40]),
            (picture(&[(left, 0), (right, 4000), (top, 0), (bottom, 9)], None), [8, 7, 22, 28]),
            // A frame in a frame, the inner one white.
            (picture(&[([0, 0, 40, 3], 0), ([0, 3, 40, 5], 4000)], None), [0, 8, 40, 32]),
            // Two grays in one line.
            (picture(&[([0, 0, 9, 25], 0), ([0, 25, 9, 15], 4000)], None), [9, 0, 31, 40]),
            // Almost everything.
            (picture(&[([0, 0, 34, 40], 0)], None), [0, 0, 40, 40]),
        ];
        for (raw, expected) in cases {
            assert_eq!(window(&raw), expected);
        }
    }

    #[test]
    fn declared_padding_is_cut_off_and_left_out() {
        // A corner and a narrow side, and one pixel of the body with the same value.
        let mut raw =
            picture(&[([0, 0, 3, 40], 65535), ([30, 30, 10, 10], 65535)], Some([65535; 2]));
        raw.stored[20 * 40 + 20] = 65535;
        let field = Field::of(&raw, [BODY, 65535]);
        assert_eq!(window(&raw), [3, 0, 37, 40]);
        assert!(field.shows(20 * 40 + 20) && field.shows(29 * 40 + 29));
        assert!(!field.shows(0) && !field.shows(35 * 40 + 35));
        raw.header.padding = Some([60000, 65534]);
        assert!(Field::of(&raw, [BODY, 65535]).shows(0), "not in the range");
        raw.header.padding = Some([0, 65535]);
        assert_eq!(window(&raw), [0, 0, 40, 40], "all of it cannot be padding");
    }
}
