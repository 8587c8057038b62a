//! Films by readers, on one scale.

use super::said_by_model;
use crate::{
    cases::Origin,
    figures::Group,
    raters::{Grades, Scale, consensus},
};

/// Who grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rater {
    /// By place among the names.
    Reader(usize),
    Model,
}

/// What graders are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// Consensus of all readers but one.
    Without(usize),
    /// Consensus of all readers, of whom a reader is one himself.
    All,
    /// The table's own labels, where they were not made of the readers'.
    Table,
}

/// One film that a reader graded.
pub(super) struct Rated {
    pub(super) patient: String,
    /// A row a reader, in the order of the names.
    pub(super) readers: Vec<Grades>,
    pub(super) model: Grades,
    table: Grades,
}

/// All films that a reader graded on a scale.
pub(super) struct Ratings {
    pub(super) scale: Scale,
    pub(super) films: Vec<Rated>,
}

/// Films that two graded, each with its pairs of grades.
pub(super) struct Pairs {
    pub(super) patients: Vec<String>,
    films: Vec<Vec<(usize, usize)>>,
}

impl Ratings {
    pub(super) fn of(group: &Group, names: &[String], scale: Scale) -> Self {
        let rated = |film: &&crate::cases::EvaluatedCase| {
            let case = &film.case;
            let said = |name: &String| {
                case.readers.get(name).map_or(Grades::default(), |said| scale.grades(said))
            };
            let own = (case.origin == Origin::Table).then(|| scale.grades(&case.truth));
            Some(Rated {
                patient: case.row.patient_key(),
                readers: names.iter().map(said).collect(),
                model: scale.grades(&said_by_model(film.answer()?)),
                table: own.unwrap_or_default(),
            })
        };
        let is_graded = |film: &Rated| film.readers.iter().flatten().any(Option::is_some);
        let films = group.films.iter().filter_map(rated).filter(is_graded).collect();
        Self { scale, films }
    }

    /// Whether the model grades on this scale.
    pub(super) fn has_model(&self) -> bool {
        self.films.iter().any(|film| film.model[0].is_some())
    }

    /// Whether a film has a label of the table's own.
    pub(super) fn has_table(&self) -> bool {
        self.films.iter().any(|film| film.table[0].is_some())
    }

    /// Grades of two.
    pub(super) fn pairs(&self, a: Rater, b: Rater) -> Pairs {
        Pairs::of(self.films.iter().map(|film| (film, film.by(a), film.by(b))))
    }

    /// Grades of a reference, and of who is held against it; `on` films of one reader alone.
    pub(super) fn against(&self, reference: Reference, who: Rater, on: Option<usize>) -> Pairs {
        let has = |film: &&Rated| on.is_none_or(|on| film.readers[on][0].is_some());
        let films = self.films.iter().filter(has);
        Pairs::of(films.map(|film| (film, film.reference(reference, self.scale), film.by(who))))
    }
}

impl Rated {
    pub(super) fn by(&self, rater: Rater) -> Grades {
        match rater {
            Rater::Reader(place) => self.readers[place],
            Rater::Model => self.model,
        }
    }

    fn reference(&self, reference: Reference, scale: Scale) -> Grades {
        let all = self.readers.iter();
        match reference {
            Reference::Table => self.table,
            Reference::All => consensus::grades(all, scale),
            Reference::Without(left_out) => {
                let others = all.enumerate().filter(|(place, _)| *place != left_out);
                consensus::grades(others.map(|(_, grades)| grades), scale)
            }
        }
    }
}

impl Pairs {
    fn of<'a>(films: impl Iterator<Item = (&'a Rated, Grades, Grades)>) -> Self {
        let mut all = Self { patients: Vec::new(), films: Vec::new() };
        for (film, a, b) in films {
            let pairs: Vec<_> = a.into_iter().zip(b).filter_map(|(a, b)| a.zip(b)).collect();
            if !pairs.is_empty() {
                all.patients.push(film.patient.clone());
                all.films.push(pairs);
            }
        }
        all
    }

    /// Pairs of films, given by their places.
    pub(super) fn pick(&self, chosen: &[usize]) -> Vec<(usize, usize)> {
        chosen.iter().flat_map(|film| &self.films[*film]).copied().collect()
    }
}
