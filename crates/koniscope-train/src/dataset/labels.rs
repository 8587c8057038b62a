//! `labels.csv`: a row a film.

use std::{collections::BTreeMap, path::Path};

use super::Case;
use crate::Error;

/// Which column holds the class, and the classes in order.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumn<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Classes in order; a cell holds an index into them or one of their names.
    pub classes: &'a [String],
}

/// Reads a table with the columns `image` and `patient_id`, and where wanted `mask` and the
/// label. Paths are taken from the table's own folder. Rows without a label keep none.
///
/// # Errors
/// [`Error::Labels`] with the line and what was expected there.
pub fn read_labels(table: &Path, label: Option<LabelColumn>) -> Result<Vec<Case>, Error> {
    let fault = |line, detail: String| Error::Labels { path: table.to_owned(), line, detail };
    let folder = table.parent().unwrap_or(Path::new(""));
    let whole = table.canonicalize().map_err(|e| fault(None, e.to_string()))?;
    let name_of_set =
        whole.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let mut reader = csv::Reader::from_path(table).map_err(|e| fault(None, e.to_string()))?;
    let columns: BTreeMap<String, usize> = reader
        .headers()
        .map_err(|e| fault(None, e.to_string()))?
        .iter()
        .enumerate()
        .map(|(i, name)| (name.trim_start_matches('\u{feff}').trim().to_owned(), i))
        .collect();
    let needed = ["image", "patient_id"].into_iter().chain(label.map(|l| l.name));
    for column in needed {
        if !columns.contains_key(column) {
            let names: Vec<&str> = columns.keys().map(String::as_str).collect();
            let detail = format!("no column {column}; it has {}", names.join(", "));
            return Err(fault(Some(1), detail));
        }
    }
    let mut cases = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|e| fault(e.position().map(csv::Position::line), e.to_string()))?;
        let line = row.position().map(csv::Position::line);
        let cell = |column: &str| {
            let value = columns.get(column).and_then(|i| row.get(*i)).map(str::trim);
            value.filter(|v| !v.is_empty())
        };
        let needed = |column: &str| {
            cell(column).ok_or_else(|| fault(line, format!("the column {column} is empty")))
        };
        let image = folder.join(needed("image")?);
        let class = match label {
            Some(label) => cell(label.name)
                .map(|value| class_of(value, label.classes))
                .transpose()
                .map_err(|detail| fault(line, format!("column {}: {detail}", label.name)))?,
            None => None,
        };
        cases.push(Case {
            id: cell("id").map_or_else(|| stem(&image), str::to_owned),
            set: cell("source").map(str::to_owned).or(name_of_set.clone()).unwrap_or_default(),
            patient: needed("patient_id")?.to_owned(),
            mask: cell("mask").map(|m| folder.join(m)),
            opacities: cell("opacities").map(|file| folder.join(file)),
            image,
            class,
            fields: columns
                .iter()
                .filter_map(|(name, i)| Some((name.clone(), row.get(*i)?.trim().to_owned())))
                .collect(),
        });
    }
    Ok(cases)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

fn class_of(value: &str, classes: &[String]) -> Result<usize, String> {
    let by_name = classes.iter().position(|c| c.eq_ignore_ascii_case(value));
    let by_index = value.parse::<usize>().ok().filter(|i| *i < classes.len());
    by_name.or(by_index).ok_or_else(|| {
        format!(
            "{value:?} is no class; expected 0 to {} or {}",
            classes.len() - 1,
            classes.join(", ")
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Case>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("films");
        std::fs::create_dir(&set).unwrap();
        std::fs::write(set.join("labels.csv"), text).unwrap();
        let classes = ["normal".to_owned(), "I".to_owned()];
        let label = LabelColumn { name: "stage", classes: &classes };
        read_labels(&set.join("labels.csv"), Some(label))
    }

    #[test]
    fn names_and_indices_are_classes_and_an_empty_cell_is_none() {
        let cases = read(
            "\u{feff}image,patient_id,stage,source,mask\na/1.png,p1,i,Clinic,m/1.png\n2.png,p2,0,,\n3.png,p3,,,\n",
        )
        .unwrap();
        assert_eq!(cases.iter().map(|c| c.class).collect::<Vec<_>>(), [Some(1), Some(0), None]);
        assert_eq!((cases[0].set.as_str(), cases[1].set.as_str()), ("Clinic", "films"));
        assert!(cases[0].image.ends_with("films/a/1.png") && cases[0].id == "1");
        assert!(cases[0].mask.as_ref().unwrap().ends_with("films/m/1.png"));
        assert_eq!(cases[1].mask, None);
    }

    #[test]
    fn faults_name_line_and_expectation() {
        let cases = [
            ("image,stage\n1.png,0\n", ["line 1", "no column patient_id"]),
            ("image,patient_id,stage\n1.png,p,0\n2.png,p,IV\n", ["line 3", "\"IV\" is no class"]),
            ("image,patient_id,stage\n1.png,,0\n", ["line 2", "patient_id is empty"]),
            ("image,patient_id,stage\n1.png,p\n", ["line 2", "fields"]),
        ];
        for (text, words) in cases {
            let error = read(text).unwrap_err().to_string();
            assert!(words.iter().all(|w| error.contains(w)), "{error}");
        }
    }
}
