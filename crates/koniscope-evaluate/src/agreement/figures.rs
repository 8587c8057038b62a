//! Agreement in figures.

use koniscope_metrics::agreement::{Level, krippendorff_alpha, quadratic_kappa};

use super::{
    MODEL,
    ratings::{Pairs, Rated, Rater, Ratings, Reference},
};
use crate::{
    figures::{Figure, Group, Section, Sheet},
    raters::{Scale, consensus::LEAST},
};

/// Said where no film has a consensus.
const FEW: &str = "films with a consensus of two readers are needed";

/// Said where no film has one without the reader.
const FEW_WITHOUT: &str =
    "films of three readers are needed: he and two for a consensus without him";

/// Said where no film of a reader has a label of the table's.
const NO_LABELS: &str = "films with labels of the table are needed";

/// Said where two never graded the same film.
const APART: &str = "no film was graded by both";

/// A figure of pairs of grades, the reference first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Cohen's kappa with quadratic weights.
    Kappa,
    /// Share of equal grades.
    Same,
    /// Share of grades that are one apart at most.
    WithinOne,
    /// Share of the diseased that are called so.
    Sensitivity,
    /// Share of the healthy that are called so.
    Specificity,
}

impl Measure {
    /// Those that have a meaning on a scale.
    pub fn of(scale: Scale) -> &'static [Self] {
        match scale {
            Scale::Disease => &[Self::Kappa, Self::Same, Self::Sensitivity, Self::Specificity],
            _ => &[Self::Kappa, Self::Same, Self::WithinOne],
        }
    }

    /// Its name. Two categories leave nothing to weigh.
    pub fn name(self, scale: Scale) -> &'static str {
        match self {
            Self::Kappa if scale == Scale::Disease => "Cohen's kappa",
            Self::Kappa => "quadratic weighted kappa",
            Self::Same => "agreement",
            Self::WithinOne => "within one",
            Self::Sensitivity => "sensitivity",
            Self::Specificity => "specificity",
        }
    }

    /// What films must have for it to have a value.
    fn needs(self) -> &'static str {
        match self {
            Self::Kappa => "two grades at least are needed",
            Self::Same | Self::WithinOne => "films are needed",
            Self::Sensitivity => "films with disease are needed",
            Self::Specificity => "films without disease are needed",
        }
    }

    fn value(self, pairs: &[(usize, usize)], categories: usize) -> Option<f64> {
        let share = |of: &dyn Fn(&(usize, usize)) -> bool,
                     hit: &dyn Fn(&(usize, usize)) -> bool| {
            let counted: Vec<_> = pairs.iter().filter(|pair| of(pair)).collect();
            let hits = counted.iter().filter(|pair| hit(pair)).count();
            (!counted.is_empty()).then(|| hits as f64 / counted.len() as f64)
        };
        match self {
            Self::Kappa => quadratic_kappa(pairs, categories),
            Self::Same => share(&|_| true, &|(a, b)| a == b),
            Self::WithinOne => share(&|_| true, &|(a, b)| a.abs_diff(*b) <= 1),
            Self::Sensitivity => share(&|(truth, _)| *truth == 1, &|(_, said)| *said == 1),
            Self::Specificity => share(&|(truth, _)| *truth == 0, &|(_, said)| *said == 0),
        }
    }
}

/// Name of an alpha, of the readers alone or with the model as one more.
pub fn alpha_name(scale: Scale, with_model: bool) -> String {
    let more = if with_model { " and the model" } else { "" };
    format!("{}: Krippendorff's alpha (ordinal), readers{more}", scale.name())
}

/// Name of a figure of two, who may stand in either order.
pub fn pair_name(scale: Scale, measure: Measure, a: &str, b: &str) -> String {
    format!("{}: {}, {a} and {b}", scale.name(), measure.name(scale))
}

/// Name of a figure of a reader against the consensus of the others; or of the model, on his films
/// against the same.
pub fn without_name(scale: Scale, measure: Measure, reader: &str, model: bool) -> String {
    let who = if model { MODEL } else { reader };
    format!(
        "{}: {}, {who} against the consensus without {reader}",
        scale.name(),
        measure.name(scale)
    )
}

/// Name of the difference of kappa, the model less a reader, on the same films against the consensus
/// without him.
pub fn difference_name(scale: Scale, reader: &str) -> String {
    let kappa = Measure::Kappa.name(scale);
    format!(
        "{}: difference of {kappa}, {MODEL} less {reader} against the consensus without {reader}",
        scale.name()
    )
}

/// Name of a figure against the consensus of all.
pub fn all_name(scale: Scale, measure: Measure, who: &str) -> String {
    format!("{}: {}, {who} against the consensus of all", scale.name(), measure.name(scale))
}

/// Name of a figure of a reader against the table's own labels; or of the model, on his films.
pub fn table_name(scale: Scale, measure: Measure, reader: &str, model: bool) -> String {
    let who = if model { format!("{MODEL} on the films of {reader}") } else { reader.to_owned() };
    format!("{}: {}, {who} against the table's labels", scale.name(), measure.name(scale))
}

/// Names of those to look at first: alphas, and the model's kappa against the consensus of all.
pub fn main_names() -> Vec<String> {
    let of = |scale: &Scale| {
        let model = all_name(*scale, Measure::Kappa, MODEL);
        [alpha_name(*scale, false), alpha_name(*scale, true), model]
    };
    Scale::WHOLE.iter().flat_map(of).collect()
}

/// Figures of all scales that readers graded on; nothing where no film has a reader. Single zones have
/// those of readers among themselves alone.
pub fn figures(group: &Group, names: &[String], seed: u64) -> Vec<Figure> {
    let mut panel = Panel { sheet: Sheet::new(group, Section::Readers, seed), names };
    for scale in Scale::ALL {
        let ratings = Ratings::of(group, names, scale);
        if ratings.films.is_empty() {
            continue;
        }
        panel.alphas(&ratings);
        panel.pairs(&ratings);
        if !matches!(scale, Scale::Zone(_)) {
            panel.against(&ratings);
        }
    }
    panel.sheet.done()
}

struct Panel<'a> {
    sheet: Sheet<'a>,
    names: &'a [String],
}

impl Panel<'_> {
    /// With and without the model on the same films: those of two readers at least.
    fn alphas(&mut self, ratings: &Ratings) {
        let read = |film: &Rated| film.readers.iter().filter(|g| g[0].is_some()).count();
        let films: Vec<&Rated> = ratings.films.iter().filter(|film| read(film) >= LEAST).collect();
        let patients: Vec<String> = films.iter().map(|film| film.patient.clone()).collect();
        for with_model in [false, true] {
            if with_model && !ratings.has_model() {
                continue;
            }
            let of_film = |film: &&Rated| {
                let model = with_model.then_some(film.model);
                let raters: Vec<_> = film.readers.iter().copied().chain(model).collect();
                let of_unit = |unit: usize| -> Vec<Option<f64>> {
                    raters.iter().map(|grades| grades[unit].map(|grade| grade as f64)).collect()
                };
                (0..6).map(of_unit).filter(|r| r.iter().any(Option::is_some)).collect::<Vec<_>>()
            };
            let units: Vec<Vec<Vec<Option<f64>>>> = films.iter().map(of_film).collect();
            let absent = "films of two readers are needed, and two grades among them";
            let name = alpha_name(ratings.scale, with_model);
            self.sheet.bootstrap(name, &patients, absent, |chosen| {
                let rows: Vec<_> = chosen.iter().flat_map(|film| &units[*film]).cloned().collect();
                krippendorff_alpha(&rows, Level::Ordinal)
            });
        }
    }

    /// Each reader with each other and with the model.
    fn pairs(&mut self, ratings: &Ratings) {
        let graded = |place: &usize| ratings.films.iter().any(|f| f.readers[*place][0].is_some());
        let mut raters: Vec<Rater> =
            (0..self.names.len()).filter(graded).map(Rater::Reader).collect();
        raters.extend(ratings.has_model().then_some(Rater::Model));
        for (place, a) in raters.iter().enumerate() {
            for b in &raters[place + 1..] {
                let pairs = ratings.pairs(*a, *b);
                for measure in [Measure::Kappa, Measure::Same] {
                    let name = pair_name(ratings.scale, measure, self.name(*a), self.name(*b));
                    self.add(name, ratings.scale, measure, &pairs, APART);
                }
            }
        }
    }

    /// Each reader, and the model, against the consensus without him, that of all, and the table's
    /// own labels.
    fn against(&mut self, ratings: &Ratings) {
        let scale = ratings.scale;
        let names = self.names;
        let has_model = ratings.has_model();
        for (place, reader) in names.iter().enumerate() {
            if !ratings.films.iter().any(|film| film.readers[place][0].is_some()) {
                continue;
            }
            let rater = Rater::Reader(place);
            let pairs = |reference, who| ratings.against(reference, who, Some(place));
            let his = pairs(Reference::Without(place), rater);
            self.add_all(scale, &his, FEW_WITHOUT, |m| without_name(scale, m, reader, false));
            if has_model {
                let models = pairs(Reference::Without(place), Rater::Model);
                self.add_all(scale, &models, FEW_WITHOUT, |m| without_name(scale, m, reader, true));
                self.difference(scale, reader, &his, &models);
            }
            let of_all = pairs(Reference::All, rater);
            self.add_all(scale, &of_all, FEW, |m| all_name(scale, m, reader));
            if ratings.has_table() {
                let his = pairs(Reference::Table, rater);
                self.add_all(scale, &his, NO_LABELS, |m| table_name(scale, m, reader, false));
            }
            if ratings.has_table() && has_model {
                let models = pairs(Reference::Table, Rater::Model);
                self.add_all(scale, &models, NO_LABELS, |m| table_name(scale, m, reader, true));
            }
        }
        if has_model {
            let pairs = ratings.against(Reference::All, Rater::Model, None);
            self.add_all(scale, &pairs, FEW, |m| all_name(scale, m, MODEL));
        }
    }

    /// The model's kappa less a reader's, on films that are the same.
    fn difference(&mut self, scale: Scale, reader: &str, his: &Pairs, models: &Pairs) {
        // Places of films mean the same in both only if no film lacks the model's grade.
        if his.patients.len() != models.patients.len() {
            return;
        }
        let kappa = |pairs: &Pairs, chosen: &[usize]| {
            Measure::Kappa.value(&pairs.pick(chosen), scale.categories())
        };
        let name = difference_name(scale, reader);
        self.sheet.bootstrap(name, &his.patients, FEW_WITHOUT, |chosen| {
            Some(kappa(models, chosen)? - kappa(his, chosen)?)
        });
    }

    fn add_all(
        &mut self,
        scale: Scale,
        pairs: &Pairs,
        few: &str,
        name: impl Fn(Measure) -> String,
    ) {
        for measure in Measure::of(scale) {
            self.add(name(*measure), scale, *measure, pairs, few);
        }
    }

    /// One figure; `few` is said where there are no films.
    fn add(&mut self, name: String, scale: Scale, measure: Measure, pairs: &Pairs, few: &str) {
        let absent = if pairs.patients.is_empty() { few } else { measure.needs() };
        self.sheet.bootstrap(name, &pairs.patients, absent, |chosen| {
            measure.value(&pairs.pick(chosen), scale.categories())
        });
    }

    fn name(&self, rater: Rater) -> &str {
        match rater {
            Rater::Reader(place) => &self.names[place],
            Rater::Model => MODEL,
        }
    }
}
