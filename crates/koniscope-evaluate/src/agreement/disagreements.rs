//! Films by how far their readers are apart.

use koniscope_data::table::no_formula;

use super::said_by_model;
use crate::{
    Error,
    cases::{EvaluatedCase, Origin},
    raters::{Grades, Scale, consensus},
    truth,
};

/// Scales whose distances are compared first.
const ORDERED: [Scale; 8] = [
    Scale::Stage,
    Scale::Ilo,
    Scale::Zone(0),
    Scale::Zone(1),
    Scale::Zone(2),
    Scale::Zone(3),
    Scale::Zone(4),
    Scale::Zone(5),
];

/// File of the table.
pub const FILE: &str = "disagreements.csv";

/// A film on which readers, or they and the model, differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disagreement {
    /// Its place among the films.
    pub film: usize,
    /// Where they differ most.
    pub scale: Scale,
    /// The largest distance between two readers, as a share of the scale.
    pub spread: f64,
    /// The same, the model being one more reader.
    pub with_model: f64,
    /// Distances of readers, summed over all scales.
    total: f64,
}

/// Films that were read and on which there is a difference, the largest first: by the largest distance
/// between two readers on a scale of stages, the ILO's or a zone's, as a share of that scale; where a
/// film has none of these, over the disease. Of equals, by those distances summed, then by that with
/// the model, then in the tables' order.
pub fn disagreements(films: &[EvaluatedCase]) -> Vec<Disagreement> {
    let mut all: Vec<Disagreement> = films.iter().enumerate().filter_map(of_film).collect();
    all.sort_by(|a, b| {
        let keys = |d: &Disagreement| [d.spread, d.total, d.with_model];
        let order = keys(b).into_iter().zip(keys(a)).map(|(b, a)| b.total_cmp(&a));
        order.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    all
}

fn of_film((place, film): (usize, &EvaluatedCase)) -> Option<Disagreement> {
    let model = said_by_model(film.answer()?);
    let readers = &film.case.readers;
    let spread = |scale: Scale, with_model: bool| {
        let said = readers.values().chain(with_model.then_some(&model));
        let grades = said.filter_map(|said| scale.grades(said)[0]);
        let (low, high) = grades.fold((usize::MAX, 0), |(l, h), g| (l.min(g), h.max(g)));
        high.saturating_sub(low) as f64 / (scale.categories() - 1) as f64
    };
    let is_graded = |scale: &&Scale| readers.values().any(|said| scale.grades(said)[0].is_some());
    let mut scales: Vec<Scale> = ORDERED.iter().filter(is_graded).copied().collect();
    if scales.is_empty() {
        scales.push(Scale::Disease);
    }
    let most = |with_model: bool| {
        let spreads = scales.iter().map(|scale| (*scale, spread(*scale, with_model)));
        // Of equal ones the first, so that a stage stands before its zones.
        spreads.reduce(|best, next| if next.1 > best.1 { next } else { best })
    };
    let ((scale, by_readers), (with_models, with_model)) = (most(false)?, most(true)?);
    (with_model > 0.0).then(|| Disagreement {
        film: place,
        scale: if by_readers > 0.0 { scale } else { with_models },
        spread: by_readers,
        with_model,
        total: scales.iter().map(|scale| spread(*scale, false)).sum(),
    })
}

/// The table of disagreements, as CSV. For each label that readers gave: the table's own, consensus,
/// the model's, and each reader's in a column named as in `labels.csv`.
///
/// # Errors
/// [`Error::Write`] if a row cannot be written.
pub fn table(
    films: &[EvaluatedCase],
    listed: &[Disagreement],
    names: &[String],
    label: Option<&str>,
) -> Result<Vec<u8>, Error> {
    let fail = |e: csv::Error| Error::write(FILE.as_ref(), e);
    let label = label.unwrap_or(truth::LABEL);
    let is_used = |scale: &Scale| {
        let mut said = films.iter().flat_map(|film| film.case.readers.values());
        said.any(|said| scale.grades(said)[0].is_some())
    };
    let scales: Vec<Scale> = [Scale::Disease].into_iter().chain(ORDERED).filter(is_used).collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut head: Vec<String> =
        ["image", "patient_id", "source", "differ_most_on", "spread", "spread_with_model"]
            .map(String::from)
            .to_vec();
    for scale in &scales {
        let column = scale.column(label);
        head.extend([column.to_owned(), format!("consensus_{column}"), format!("model_{column}")]);
        head.extend(names.iter().map(|name| format!("reader_{name}_{column}")));
    }
    csv.write_record(head).map_err(fail)?;
    for found in listed {
        let film = &films[found.film];
        let row = &film.case.row;
        let mut cells = vec![
            no_formula(&row.image.to_string_lossy()).into_owned(),
            no_formula(&row.patient).into_owned(),
            no_formula(&row.set).into_owned(),
            found.scale.column(label).to_owned(),
            found.spread.to_string(),
            found.with_model.to_string(),
        ];
        cells.extend(scales.iter().flat_map(|scale| said_on(film, *scale, names)));
        csv.write_record(cells).map_err(fail)?;
    }
    csv.into_inner().map_err(|e| Error::write(FILE.as_ref(), e))
}

/// What the table, the consensus, the model and each reader say of a film; empty where nothing.
pub(crate) fn said_on(film: &EvaluatedCase, scale: Scale, names: &[String]) -> Vec<String> {
    let case = &film.case;
    let text = |grades: Grades| grades[0].map_or(String::new(), |grade| scale.text(grade));
    let said: Vec<Grades> = case.readers.values().map(|said| scale.grades(said)).collect();
    let own = match case.origin {
        Origin::Table | Origin::Readers => scale.grades(&case.truth),
        Origin::Consensus => Grades::default(),
    };
    let model = film.answer().map_or(Grades::default(), |a| scale.grades(&said_by_model(a)));
    let of = |name: &String| case.readers.get(name).map_or(Grades::default(), |t| scale.grades(t));
    [own, consensus::grades(said.iter(), scale), model]
        .into_iter()
        .chain(names.iter().map(of))
        .map(text)
        .collect()
}
