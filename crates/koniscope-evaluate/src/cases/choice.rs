//! Which films of the tables are evaluated.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use koniscope_data::{LabeledRow, split::read_split};
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

impl Choice {
    /// Rows that hold what is wanted and whose patients belong to the part.
    ///
    /// # Errors
    /// [`Error::Tables`] for a column that no table has, a split that cannot be read or has no such
    /// part, or no row left.
    pub(super) fn of(&self, mut rows: Vec<LabeledRow>) -> Result<Vec<LabeledRow>, Error> {
        for (column, value) in &self.wanted {
            if !rows.iter().any(|row| row.fields.contains_key(column)) {
                let detail = format!("--where {column}={value}: no table has this column");
                return Err(Error::Tables(detail));
            }
            rows.retain(|row| row.fields.get(column).map_or("", String::as_str) == value);
        }
        if let Some((path, part)) = &self.split {
            let patients = patients(path, part)?;
            rows.retain(|row| patients.contains(&row.patient_key()));
        }
        if rows.is_empty() {
            return Err(Error::Tables(
                "no film of the tables is one of those that --where and --split ask for".into(),
            ));
        }
        Ok(rows)
    }
}

/// Patients of a part.
fn patients(path: &Path, part: &str) -> Result<BTreeSet<String>, Error> {
    let fault = |detail: String| {
        let remedy = "Give the split.csv that `koniscope train` wrote";
        Error::Tables(format!("--split {detail}. {remedy}"))
    };
    let rows = read_split(path).map_err(|e| fault(e.to_string()))?;
    let parts: BTreeSet<&str> = rows.iter().map(|row| row.part.as_str()).collect();
    if !parts.contains(part) {
        let parts = parts.into_iter().collect::<Vec<_>>().join(", ");
        let path = path.display();
        return Err(fault(format!(
            "{path}: no patient is of the part {part}; its parts are: {parts}"
        )));
    }
    Ok(rows.into_iter().filter(|row| row.part == part).map(|row| row.patient).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::truth::tests::row;

    fn rows() -> Vec<LabeledRow> {
        let row = |patient: &str, view: &str| LabeledRow {
            patient: patient.into(),
            ..row(&[("view", view)])
        };
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
