//! What readers say together.

use super::{Grades, Said, Scale};
use crate::truth::Truth;

/// Readers of a film at least.
pub const LEAST: usize = 2;

/// The rule, in words.
pub const RULE: &str = "The consensus of a film is the median of its readers' grades, which is the \
     majority's grade where there is one; a median between two grades is rounded down. Whether a film \
     shows the disease is for the majority to say: readers who are divided evenly have no consensus, \
     nor has a film with fewer than two readers.";

/// One grade of several; nothing of fewer than two, or if they are divided evenly over a disease.
pub fn grade(mut grades: Vec<usize>, scale: Scale) -> Option<usize> {
    let n = grades.len();
    if n < LEAST {
        return None;
    }
    grades.sort_unstable();
    let (low, high) = (grades[(n - 1) / 2], grades[n / 2]);
    match scale {
        Scale::Disease => (low == high).then_some(low),
        _ => Some((low + high) / 2),
    }
}

/// The consensus of each unit of a film.
pub(crate) fn grades<'a>(
    readers: impl Iterator<Item = &'a Grades> + Clone,
    scale: Scale,
) -> Grades {
    std::array::from_fn(|unit| grade(readers.clone().filter_map(|g| g[unit]).collect(), scale))
}

/// All that the readers of a film agree on, each label by itself.
pub fn truth(readers: &Said) -> Truth {
    let of = |scale: Scale| {
        let said: Vec<Grades> = readers.values().map(|truth| scale.grades(truth)).collect();
        grades(said.iter(), scale)
    };
    let zones = of(Scale::Zones).into_iter().flatten().map(|grade| grade as u8);
    Truth {
        disease: of(Scale::Disease)[0].map(|grade| grade == 1),
        stage: of(Scale::Stage)[0],
        zones: zones.collect::<Vec<u8>>().try_into().ok(),
        ilo: of(Scale::Ilo)[0].map(|grade| grade as u8),
        ..Truth::default()
    }
}
