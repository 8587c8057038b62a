//! Which films of the tables are evaluated.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use koniscope_train::dataset::Case as Row;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Part of a training run that it tested on.
pub const TEST: &str = "test";

/// Which films of the tables are evaluated; by default those with a label or a mask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Columns and what a film must hold in each.
    pub wanted: Vec<(String, String)>,
    /// A training run's `split.csv` and the part of it that a film's patient must belong to.
    pub split: Option<(PathBuf, String)>,
    /// Whether films with neither label nor mask are read too, for what a site's file says of them.
    pub unlabeled: bool,
}

/// A row of `split.csv`.
#[derive(Deserialize)]
struct Dealt {
    part: String,
    set: String,
    patient_id: String,
}

impl Choice {
    /// Rows that hold what is wanted and whose patients belong to the part.
    ///
    /// # Errors
    /// [`Error::Tables`] for a column that no table has, a split that cannot be read or has no such
    /// part, or no row left.
    pub(super) fn of(&self, mut rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        for (column, value) in &self.wanted {
            if !rows.iter().any(|row| row.fields.contains_key(column)) {
                let detail = format!("--where {column}={value}: no table has this column");
                return Err(Error::Tables(detail));
            }
            rows.retain(|row| row.fields.get(column).map_or("", String::as_str) == value);
        }
        if let Some((path, part)) = &self.split {
            let patients = patients(path, part)?;
            rows.retain(|row| patients.contains(&(row.set.clone(), row.patient.clone())));
        }
        if rows.is_empty() {
            return Err(Error::Tables(
                "no film of the tables is one of those that --where and --split ask for".into(),
            ));
        }
        Ok(rows)
    }
}

/// Sets and patients of a part.
fn patients(path: &Path, part: &str) -> Result<BTreeSet<(String, String)>, Error> {
    let fault = |detail: String| {
        Error::Tables(format!(
            "--split {}: {detail}. Give the split.csv that `koniscope train` wrote",
            path.display()
        ))
    };
    let mut table = csv::Reader::from_path(path).map_err(|e| fault(e.to_string()))?;
    let (mut patients, mut parts) = (BTreeSet::new(), BTreeSet::new());
    for row in table.deserialize() {
        let row: Dealt = row.map_err(|e| fault(e.to_string()))?;
        if row.part == part {
            patients.insert((row.set, row.patient_id));
        }
        parts.insert(row.part);
    }
    if patients.is_empty() {
        let parts = parts.into_iter().collect::<Vec<_>>().join(", ");
        return Err(fault(format!("no patient is of the part {part}; its parts are: {parts}")));
    }
    Ok(patients)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::truth::tests::row;

    fn rows() -> Vec<Row> {
        let row =
            |patient: &str, view: &str| Row { patient: patient.into(), ..row(&[("view", view)]) };
        vec![row("a", "PA"), row("b", "PA"), row("c", "AP")]
    }

    fn chosen(choice: &Choice) -> Result<Vec<String>, String> {
        let rows = choice.of(rows()).map_err(|e| e.to_string())?;
        Ok(rows.into_iter().map(|row| row.patient).collect())
    }

    #[test]
    fn films_are_chosen_by_column_and_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("split.csv");
        std::fs::write(
            &path,
            "part,set,patient_id,image\ntest,clinic,a,1\ntraining,clinic,b,2\ntest,clinic,c,3\n\
             test,other,b,4\n",
        )
        .unwrap();
        let wanted = vec![("view".into(), "PA".into())];
        let split = |part: &str| Some((path.clone(), part.into()));
        let choice = Choice { wanted: wanted.clone(), ..Choice::default() };
        assert_eq!(chosen(&Choice::default()).unwrap(), ["a", "b", "c"]);
        assert_eq!(chosen(&choice).unwrap(), ["a", "b"]);
        let choice = Choice { wanted, split: split(TEST), ..Choice::default() };
        assert_eq!(chosen(&choice).unwrap(), ["a"]);

        let fault = |choice: Choice| chosen(&choice).unwrap_err();
        let wrong = |column: &str, value: &str| Choice {
            wanted: vec![(column.into(), value.into())],
            ..Choice::default()
        };
        assert!(fault(wrong("age", "4")).contains("--where age=4: no table"));
        assert!(fault(wrong("view", "LL")).contains("no film of the tables"));
        let choice = Choice { split: split("tuning"), ..Choice::default() };
        let said = fault(choice);
        assert!(said.contains("part tuning; its parts are: test, training"), "{said}");
        let gone = Choice { split: Some(("gone.csv".into(), TEST.into())), ..Choice::default() };
        assert!(fault(gone).contains("--split gone.csv"));
    }
}
