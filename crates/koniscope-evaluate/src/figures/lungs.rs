//! Lungs against hand-drawn ones, a value a film before the mean.

use super::{Figure, Group, Section, Sheet, patients};
use crate::{cases::EvaluatedCase, overlap::Overlap};

/// Figures of lungs over the films that were read and have a mask; nothing where none has.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let compared =
        |film: &&'_ EvaluatedCase| film.answer()?.overlap.as_ref()?.as_ref().ok().copied();
    let mut sheet = Sheet::new(group, Section::Lungs);
    let mut add = |name: &str, value: fn(&Overlap) -> Option<f64>| {
        let known = |film: &&'_ EvaluatedCase| value(&compared(film)?);
        let films: Vec<&EvaluatedCase> =
            group.films.iter().copied().filter(|film| known(film).is_some()).collect();
        if films.is_empty() {
            return;
        }
        let values: Vec<f64> = films.iter().filter_map(known).collect();
        sheet.bootstrap(name, &patients(&films), seed, "", |chosen| {
            Some(chosen.iter().map(|i| values[*i]).sum::<f64>() / chosen.len() as f64)
        });
    };
    add("mean Dice of the lungs", |o| Some(o.dice));
    add("mean Dice of the right lung", |o| Some(o.dice_right));
    add("mean Dice of the left lung", |o| Some(o.dice_left));
    add("mean Jaccard of the lungs", |o| Some(o.jaccard));
    add("mean 95 % Hausdorff distance, mm", |o| o.hausdorff_mm);
    add("mean 95 % Hausdorff distance, pixels", |o| o.hausdorff_px);
    sheet.done()
}
