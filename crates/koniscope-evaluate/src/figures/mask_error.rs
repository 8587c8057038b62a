//! What a mask error does to the stage: films in thirds by how well their lungs were found.

use super::{Figure, Group, Section, Sheet, patients};
use crate::cases::EvaluatedCase;

const THIRDS: [&str; 3] = ["lowest", "middle", "highest"];

/// A film by its Dice, and by how many stages it was misread.
struct Compared<'a> {
    film: &'a EvaluatedCase,
    dice: f64,
    off: f64,
}

/// What is told of a film.
type Measure = fn(&Compared) -> f64;

/// Figures of films with a mask, a true stage and a read one; nothing where there are fewer than
/// three, or all have the same Dice. The thirds are of these films; of equal Dice the first of the
/// tables come first.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let compared = |film: &&'_ EvaluatedCase| {
        let answer = film.answer()?;
        let dice = answer.overlap.as_ref()?.as_ref().ok()?.dice;
        Some((dice, answer.stage?.abs_diff(film.case.truth.stage?) as f64))
    };
    let mut films: Vec<Compared> = group
        .films
        .iter()
        .filter_map(|film| compared(film).map(|(dice, off)| Compared { film, dice, off }))
        .collect();
    films.sort_by(|a, b| a.dice.total_cmp(&b.dice));
    let mut sheet = Sheet::new(group, Section::Lungs, seed);
    let n = films.len();
    if n < 3 || films[0].dice == films[n - 1].dice {
        return Vec::new();
    }
    let owners = patients(&films.iter().map(|compared| compared.film).collect::<Vec<_>>());
    // Of the chosen films of a third; nothing where none is chosen.
    let mean = |chosen: &[usize], third: usize, value: Measure| {
        let of_third = chosen.iter().filter(|i| 3 * **i / n == third);
        let values: Vec<f64> = of_third.map(|i| value(&films[*i])).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let measures: [(&str, Measure); 3] = [
        ("mean Dice", |film| film.dice),
        ("share of wrong stages", |film| f64::from(u8::from(film.off > 0.0))),
        ("mean absolute error of the stage", |film| film.off),
    ];
    for (measure, value) in measures {
        for (third, words) in THIRDS.into_iter().enumerate() {
            let places: Vec<usize> = (0..n).filter(|i| 3 * i / n == third).collect();
            let owners: Vec<String> = places.iter().map(|i| owners[*i].clone()).collect();
            sheet.bootstrap(format!("{measure}, {words} third by Dice"), &owners, "", |chosen| {
                mean(&chosen.iter().map(|i| places[*i]).collect::<Vec<_>>(), third, value)
            });
        }
    }
    for (measure, value) in &measures[1..] {
        let name = format!("{measure}, lowest third by Dice less the highest");
        sheet.bootstrap(name, &owners, "", |chosen| {
            Some(mean(chosen, 0, *value)? - mean(chosen, 2, *value)?)
        });
    }
    sheet.done()
}
