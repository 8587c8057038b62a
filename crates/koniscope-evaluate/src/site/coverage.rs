//! How often sets of classes hold the true one, on patients that nothing was fitted on.

use koniscope::{site::Site, stage::gbz70::Stage};
use koniscope_metrics::{Estimate, bootstrap::mean_by_patient};

use super::{
    Wishes, decisions,
    recalibrate::{GROUPS, groups},
};
use crate::{
    figures::{BOOTSTRAP, Figure, NO_WIDTH, Section},
    predictions::LabeledPrediction,
};

/// Seed of the resamples.
const SEED: u64 = 1;

/// Of how many films the set holds the true class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covered {
    /// The true class of the films; nothing for all films.
    pub class: Option<usize>,
    /// The share with its 95 % interval, by bootstrap over patients.
    pub share: Estimate,
}

/// The coverage on films whose patients were left out of all fitting, a fifth of the patients in turn:
/// first of all films, then of the films of each class that has some. Empty where no sets are wished or
/// there are no films.
///
/// Each fifth is decided by what is fitted to the others, as a site's file is fitted to all: the file
/// itself stands on a quarter more films.
pub fn covered(films: &[LabeledPrediction], wishes: Wishes) -> Vec<Covered> {
    if wishes.coverage.is_none() {
        return Vec::new();
    }
    let groups = groups(films);
    let mut holds = vec![0.0; films.len()];
    for group in 0..GROUPS {
        let fitted: Vec<LabeledPrediction> = (films.iter().zip(&groups))
            .filter(|(_, of)| **of != group)
            .map(|(film, _)| film.clone())
            .collect();
        // What there is too little of is said of all films, once.
        let (calibration, conformal) = decisions(&fitted, wishes, &mut Vec::new());
        let site = Site { calibration, conformal, ..Site::default() };
        let left_out = films.iter().zip(&groups).zip(&mut holds);
        for ((film, _), holds) in left_out.filter(|((_, of), _)| **of == group) {
            let set = site.decide(&film.probabilities, None).set;
            *holds = f64::from(u8::from(set.is_some_and(|set| set.contains(&film.class))));
        }
    }
    let classes = films.first().map_or(0, |film| film.probabilities.len());
    let parts = std::iter::once(None).chain((0..classes).map(Some));
    let of = |class: Option<usize>| {
        let own = |i: &usize| class.is_none_or(|class| films[*i].class == class);
        let (shares, patients): (Vec<f64>, Vec<String>) =
            (0..films.len()).filter(own).map(|i| (holds[i], films[i].patient.clone())).unzip();
        Some(Covered { class, share: mean_by_patient(&shares, &patients, SEED)? })
    };
    parts.filter_map(of).collect()
}

/// The same as figures, as a report holds them. `data` names the sets.
pub fn coverage_figures(covered: &[Covered], data: &str) -> Vec<Figure> {
    let classes = covered.iter().filter(|of| of.class.is_some()).count();
    let figure = |Covered { class, share }: &Covered| {
        let wide = share.low < share.high;
        Figure {
            section: Section::Decisions,
            name: format!(
                "coverage of sets{}, patients left out in turn",
                films_of(*class, classes)
            ),
            by: "all".into(),
            group: "all".into(),
            data: data.to_owned(),
            value: Some(share.value),
            low: wide.then_some(share.low),
            high: wide.then_some(share.high),
            n: share.n,
            method: if wide { BOOTSTRAP } else { NO_WIDTH }.into(),
            absent: None,
        }
    };
    covered.iter().map(figure).collect()
}

/// Whose sets, of two classes or of the four stages.
fn films_of(class: Option<usize>, classes: usize) -> String {
    match class {
        None => String::new(),
        Some(class) if classes > 2 => format!(", stage {}", Stage::ALL[class].name()),
        Some(0) => ", normal".into(),
        Some(_) => ", disease".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Method, tests::films},
        *,
    };

    #[test]
    fn the_coverage_is_as_stated_and_of_films_that_were_not_fitted() {
        let wishes =
            |coverage| Wishes { method: Some(Method::Logistic), coverage, per_class: true };
        let films = films(3000, 3);
        let found = covered(&films, wishes(Some(0.8)));
        let classes: Vec<Option<usize>> = found.iter().map(|c| c.class).collect();
        assert_eq!(classes, [None, Some(0), Some(1)]);
        for of in &found {
            assert!((of.share.value - 0.8).abs() < 0.03, "{of:?}");
            assert!(of.share.low < of.share.value && of.share.value < of.share.high);
        }
        assert_eq!(found[1].share.n + found[2].share.n, 3000);
        assert!(covered(&films, wishes(None)).is_empty());
        // Fitted on four films a fold: limits take all, and nothing is missed.
        let few = covered(&films[..5], wishes(Some(0.8)));
        assert_eq!(few[0].share.value, 1.0);
        assert!(covered(&[], wishes(Some(0.8))).is_empty());
        let figures = coverage_figures(&found, "made");
        let of = |place: usize| (figures[place].name.as_str(), figures[place].value);
        assert_eq!(of(0).0, "coverage of sets, patients left out in turn");
        assert_eq!(of(2).0, "coverage of sets, disease, patients left out in turn");
        assert_eq!(of(2).1, Some(found[2].share.value));
        let sure = &coverage_figures(&few, "made")[0];
        assert_eq!((sure.low, sure.method.as_str()), (None, NO_WIDTH));
    }
}
