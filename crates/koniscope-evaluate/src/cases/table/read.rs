//! Reads `cases.csv` again.

use std::{path::Path, str::FromStr};

use koniscope::zones::Zone;
use koniscope_data::table::{self, Table, of_no_formula};

use super::{
    Column, ERROR, IMAGE, LABEL, PATIENT, PROBABILITY, SIMULATED, SOURCE, STAGE, STAGE_READ,
    columns, stage_probability, zone_read,
};
use crate::{Error, truth::Truth};

/// A film of an evaluation that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The picture, as the evaluation was told it.
    pub image: String,
    /// Patient, unique within the source.
    pub patient: String,
    /// The set it belongs to.
    pub source: String,
    /// Whether it comes from the simulator.
    pub simulated: bool,
    /// What its labels say.
    pub truth: Truth,
    /// What the reader said, or why it said nothing: a word, a colon, a message.
    pub outcome: Result<Said, String>,
}

/// What the reader said of a film, as far as the table has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Probability of disease.
    pub probability: f64,
    /// Probability of the stages 0 to III, where the second stage tells them.
    pub stages: Option<[f64; 4]>,
    /// The likeliest stage, 0 to 3.
    pub stage: Option<usize>,
    /// Grade of each zone, 0 to 3, with a zone grader.
    pub zones: Option<[u8; 6]>,
}

impl Recorded {
    /// The patient, unique over all sets.
    pub fn patient_key(&self) -> String {
        format!("{}/{}", self.source, self.patient)
    }
}

/// Reads a table that [`csv`](super::csv()) wrote.
///
/// # Errors
/// [`Error::Evaluation`] if it is not there, has other columns or no films, or a cell holds what
/// cannot be.
pub fn read_table(path: &Path) -> Result<Vec<Recorded>, Error> {
    let fault = |detail: String| Error::Evaluation { path: path.to_owned(), detail };
    if !path.is_file() {
        return Err(Error::not_there(path, "it is not there"));
    }
    let table = Table::read(path)?;
    if let Some(Column { name: column, .. }) = columns(&[]).iter().find(|c| !table.has(&c.name)) {
        return Err(fault(format!(
            "it has no column {column}; a table by `koniscope evaluate` of this version was \
             expected. Evaluate again"
        )));
    }
    let film =
        |(i, row)| Row(row).film().map_err(|detail| fault(format!("film {}: {detail}", i + 1)));
    let films: Vec<Recorded> = table.rows().enumerate().map(film).collect::<Result<_, _>>()?;
    if films.is_empty() {
        return Err(fault("it has no films".into()));
    }
    Ok(films)
}

struct Row<'a>(table::Row<'a>);

impl Row<'_> {
    fn film(&self) -> Result<Recorded, String> {
        let text = |column| self.cell(column).to_owned();
        let zones = |name: fn(&str) -> String| {
            self.all(Zone::NAMES.map(name), &|grade: &u8| *grade <= 3, "a grade of 0 to 3")
        };
        let truth = Truth {
            disease: self.flag(LABEL)?,
            stage: self.stage(STAGE)?,
            zones: zones(str::to_owned)?,
            // No figure of a comparison needs the rest.
            ..Truth::default()
        };
        let probability = self.value(PROBABILITY, &is_share, SHARE)?;
        let outcome = match (probability, self.cell(ERROR)) {
            (Some(probability), "") => Ok(Said {
                probability,
                stages: self.all(std::array::from_fn(stage_probability), &is_share, SHARE)?,
                stage: self.stage(STAGE_READ)?,
                zones: zones(zone_read)?,
            }),
            (None, error) if !error.is_empty() => Err(error.to_owned()),
            _ => return Err("either a probability or an error was expected".into()),
        };
        Ok(Recorded {
            image: text(IMAGE),
            patient: text(PATIENT),
            source: text(SOURCE),
            simulated: self.flag(SIMULATED)?.unwrap_or(false),
            truth,
            outcome,
        })
    }

    fn cell(&self, column: &str) -> &str {
        of_no_formula(self.0.cell(column))
    }

    fn flag(&self, column: &str) -> Result<Option<bool>, String> {
        Ok(self.value(column, &|flag: &u8| *flag <= 1, "0 or 1")?.map(|flag| flag == 1))
    }

    fn stage(&self, column: &str) -> Result<Option<usize>, String> {
        self.value(column, &|stage: &usize| *stage <= 3, "a stage of 0 to 3")
    }

    /// Nothing for an empty cell.
    fn value<T: FromStr>(
        &self,
        column: &str,
        fits: &dyn Fn(&T) -> bool,
        expected: &str,
    ) -> Result<Option<T>, String> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return Ok(None);
        }
        let value = cell.parse().ok().filter(fits);
        value.map(Some).ok_or_else(|| format!("{column} holds {cell:?}; {expected} was expected"))
    }

    /// The values of all columns, or of none.
    fn all<T: FromStr, const N: usize>(
        &self,
        columns: [String; N],
        fits: &dyn Fn(&T) -> bool,
        expected: &str,
    ) -> Result<Option<[T; N]>, String> {
        let mut values = Vec::with_capacity(N);
        for column in &columns {
            values.extend(self.value(column, fits, expected)?);
        }
        if values.is_empty() {
            return Ok(None);
        }
        let some = |_| format!("of {} and the like some are empty and some are not", columns[0]);
        values.try_into().map(Some).map_err(some)
    }
}

const SHARE: &str = "a number from 0 to 1";

/// Sums of probabilities may miss 1 by their rounding.
fn is_share(value: &f64) -> bool {
    (0.0..=1.0 + 1e-9).contains(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use koniscope::report::Failure;

    use super::*;
    use crate::{
        cases::{self, Answer, Case, EvaluatedCase},
        truth::tests::row,
    };

    fn film() -> EvaluatedCase {
        let mut row = row(&[]);
        row.image = "=films, old/a \"1\".png".into();
        let zones = Some([0, 1, 2, 3, 2, 1]);
        let truth = Truth { disease: Some(true), stage: Some(2), zones, ..Truth::default() };
        let answer = Answer {
            probability: 1e-7,
            stages: Some([0.1, 0.2, 0.3, 0.4]),
            stage: Some(3),
            zones: Some([3, 2, 1, 0, 1, 2]),
            ..Answer::default()
        };
        let origin = crate::cases::Origin::Table;
        let case = Case { row, truth, origin, readers: Default::default(), simulated: true };
        EvaluatedCase { case, outcome: Ok(answer) }
    }

    fn read(text: &[u8]) -> Result<Vec<Recorded>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cases.csv");
        fs::write(&path, text).unwrap();
        read_table(&path).map_err(|e| e.to_string())
    }

    #[test]
    fn what_was_written_is_read() {
        let mut films = vec![film(), film()];
        films[1].outcome = Err(Failure { kind: "damaged".into(), message: "cut off".into() });
        films[1].case.truth = Truth { disease: Some(false), ..Truth::default() };
        let read = read(&cases::csv(&films).unwrap()).unwrap();
        let (film, said) = (&films[0], read[0].outcome.as_ref().unwrap());
        let answer = film.answer().unwrap();
        assert_eq!(read[0].image, film.case.row.image.to_string_lossy());
        assert_eq!((read[0].patient_key(), read[0].simulated), ("clinic/p".into(), true));
        assert_eq!([read[0].truth, read[1].truth], [films[0].case.truth, films[1].case.truth]);
        assert_eq!((said.probability, said.stages), (answer.probability, answer.stages));
        assert_eq!((said.stage, said.zones), (answer.stage, answer.zones));
        assert_eq!(read[1].outcome, Err("damaged: cut off".into()));
    }

    #[test]
    fn faults_name_film_and_column() {
        let good = String::from_utf8(cases::csv(&[film()]).unwrap()).unwrap();
        for (from, to, said) in [
            ("predicted_stage", "other", "no column predicted_stage"),
            ("0.0000001", "7", "film 1: probability holds \"7\"; a number from 0 to 1"),
            ("0.0000001", "", "either a probability or an error"),
            ("0.0000001", "NaN", "probability holds \"NaN\""),
            (",0.3,", ",,", "of probability_stage_0 and the like some are empty"),
            (",0,1,2,3,", ",9,1,2,3,", "holds \"9\"; a grade of 0 to 3"),
        ] {
            assert!(good.contains(from), "{from}: {good}");
            let fault = read(good.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(fault.contains(said) && fault.contains("cases.csv"), "{fault}");
        }
        let head = good.lines().next().unwrap();
        assert!(read(head.as_bytes()).unwrap_err().contains("no films"));
        assert!(read_table(Path::new("no/such.csv")).unwrap_err().to_string().contains("--out"));
    }
}
