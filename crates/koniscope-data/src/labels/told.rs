//! What a table says of a film's picture: the size of its pixels, and what is not to be seen.

use crate::{Error, table::Row};

/// Columns of the size of a pixel in mm: between rows, between columns.
const SPACING: [&str; 2] = ["spacing_y_mm", "spacing_x_mm"];

/// Sizes in mm that pixels of films have.
const PIXEL_MM: std::ops::RangeInclusive<f64> = 0.01..=20.0;

/// Size of the file's pixels in mm, `[between rows, between columns]`.
pub(super) fn spacing(row: &Row) -> Result<Option<[f64; 2]>, Error> {
    let size = |column: &str| {
        let Some(text) = row.filled(column) else { return Ok(None) };
        let number = text.parse().ok().filter(|mm| PIXEL_MM.contains(mm));
        number.map(Some).ok_or_else(|| {
            row.fault(format!("column {column} holds {text:?}; 0.01 to 20 mm was expected"))
        })
    };
    match [size(SPACING[0])?, size(SPACING[1])?] {
        [Some(between_rows), Some(between_columns)] => Ok(Some([between_rows, between_columns])),
        [None, None] => Ok(None),
        _ => Err(row.fault(format!("one of {} is empty; fill both or none", SPACING.join(", ")))),
    }
}

/// What is not to be seen: left, top, right, bottom in shares, 0 to 1.
pub(super) fn cover(row: &Row) -> Result<Option<[f64; 4]>, Error> {
    let Some(text) = row.filled("cover") else { return Ok(None) };
    let shares: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let rectangle = <[f64; 4]>::try_from(shares).ok().filter(|[left, top, right, bottom]| {
        [left, top, right, bottom].iter().all(|share| (0.0..=1.0).contains(*share))
            && left < right
            && top < bottom
    });
    rectangle.map(Some).ok_or_else(|| {
        row.fault(format!(
            "column cover holds {text:?}; left, top, right and bottom were expected as shares of \
             the picture, as 0.33 0.9 0.67 1"
        ))
    })
}
