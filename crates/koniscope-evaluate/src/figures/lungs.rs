//! Lungs against hand-drawn ones, one value per film before the mean.

use super::{Figure, Group, Section, Sheet};
use crate::overlap::Overlap;

/// Figures of lungs over the films that were read and have a mask; nothing where none has.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let mut sheet = Sheet::new(group, Section::Lungs, seed);
    let mut add = |name: &str, value: fn(&Overlap) -> Option<f64>| {
        sheet.mean(name, |film| value(film.answer()?.overlap.as_ref()?.as_ref().ok()?));
    };
    add("mean Dice of the lungs", |o| Some(o.dice));
    add("mean Dice of the right lung", |o| Some(o.dice_right));
    add("mean Dice of the left lung", |o| Some(o.dice_left));
    add("mean Jaccard of the lungs", |o| Some(o.jaccard));
    add("mean 95 % Hausdorff distance, mm", |o| o.hausdorff_mm);
    add("mean 95 % Hausdorff distance, pixels", |o| o.hausdorff_px);
    sheet.done()
}
