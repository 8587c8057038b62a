//! `labels.csv`: one row per film.

mod doubles;
mod told;
mod zones;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use doubles::{SameImage, check_images, same_image};
pub use zones::{STAGES, ZONES, ZoneLabels, affected};

use crate::{
    Error,
    table::{Row, Table, whole},
};

/// The table's usual name in a folder of films.
pub const LABELS_FILE: &str = "labels.csv";

/// Columns that together only the table of the simulator has.
const SIMULATED: [&str; 4] = ["pattern", "seed", "of", "ilo_profusion"];

/// One film, its labels, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct LabeledRow {
    /// The table's column `id`, else the picture's file stem.
    pub id: String,
    /// The set it belongs to: the column `source`, else the name of the table's folder.
    pub set: String,
    /// Patient, unique within the set.
    pub patient: String,
    /// The picture.
    pub image: PathBuf,
    /// Its lung mask, where it has one.
    pub mask: Option<PathBuf>,
    /// The file that tells where each of its opacities is, where it has one.
    pub opacities: Option<PathBuf>,
    /// Size of the file's pixels in mm, `[between rows, between columns]`: columns `spacing_y_mm` and
    /// `spacing_x_mm`.
    pub spacing_mm: Option<[f64; 2]>,
    /// What of the picture is not to be seen: left, top, right, bottom in shares of width and height; column
    /// `cover`.
    pub cover: Option<[f64; 4]>,
    /// Index of its class, where it has one.
    pub class: Option<usize>,
    /// All cells of its row by column, trimmed.
    pub fields: BTreeMap<String, String>,
}

/// Which column holds the class, and the classes in order.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumn<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Classes in order; a cell holds an index into them or one of their names.
    pub classes: &'a [String],
}

impl LabeledRow {
    /// The patient, unique over all sets.
    pub fn patient_key(&self) -> String {
        patient_key(&self.set, &self.patient)
    }

    /// Whether its table comes from the simulator.
    pub fn is_simulated(&self) -> bool {
        SIMULATED.iter().all(|column| self.fields.contains_key(*column))
    }

    /// A cell that is there and not empty.
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.fields.get(column).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// A patient of a set, unique over all sets.
pub fn patient_key(set: &str, patient: &str) -> String {
    format!("{set}/{patient}")
}

/// Reads a table with the columns `image` and `patient_id`, and where wanted the label; the columns
/// `id`, `source`, `mask`, `opacities`, `spacing_x_mm`, `spacing_y_mm` and `cover` where it has them. Paths are taken from the table's own
/// folder. Rows without a label keep none.
///
/// # Errors
/// [`Error::Table`] with the line and what was expected there, also if there is no row.
pub fn read_labels(table: &Path, label: Option<LabelColumn>) -> Result<Vec<LabeledRow>, Error> {
    let rows = Table::read(table)?;
    rows.require(["image", "patient_id"].into_iter().chain(label.map(|l| l.name)))?;
    let whole = table.canonicalize().map_err(|e| Error::table(table, e.to_string()))?;
    let set = whole.parent().and_then(Path::file_name);
    let set = set.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = table.parent().unwrap_or(Path::new(""));
    rows.rows().map(|row| labeled(&row, folder, &set, label)).collect()
}

fn labeled(
    row: &Row,
    folder: &Path,
    set: &str,
    label: Option<LabelColumn>,
) -> Result<LabeledRow, Error> {
    let image = folder.join(row.needed("image")?);
    let class_in = |label: LabelColumn| {
        let class = row.filled(label.name).map(|value| class_of(value, label.classes)).transpose();
        class.map_err(|detail| row.fault(format!("column {}: {detail}", label.name)))
    };
    let stem = || image.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(LabeledRow {
        id: row.filled("id").map_or_else(stem, str::to_owned),
        set: row.filled("source").unwrap_or(set).to_owned(),
        patient: row.needed("patient_id")?.to_owned(),
        mask: row.filled("mask").map(|mask| folder.join(mask)),
        opacities: row.filled("opacities").map(|file| folder.join(file)),
        spacing_mm: told::spacing(row)?,
        cover: told::cover(row)?,
        class: label.map(class_in).transpose()?.flatten(),
        fields: row.cells().map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect(),
        image,
    })
}

fn class_of(value: &str, classes: &[String]) -> Result<usize, String> {
    let by_name = classes.iter().position(|class| class.eq_ignore_ascii_case(value));
    let index = || whole(value).and_then(|i| usize::try_from(i).ok());
    by_name.or_else(|| index().filter(|i| *i < classes.len())).ok_or_else(|| {
        format!(
            "{value:?} is no class; expected 0 to {} or {}",
            classes.len().saturating_sub(1),
            classes.join(", ")
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    /// A row of a set with these cells.
    pub(crate) fn row(image: &str, patient: &str, fields: &[(&str, &str)]) -> LabeledRow {
        LabeledRow {
            id: image.into(),
            set: "clinic".into(),
            patient: patient.into(),
            image: image.into(),
            mask: None,
            opacities: None,
            spacing_mm: None,
            cover: None,
            class: None,
            fields: fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }
    }

    fn read(text: &str) -> Result<Vec<LabeledRow>, Error> {
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
            "\u{feff}image,patient_id,stage,source,mask\na/1.png,p1,i,Clinic,m/1.png\n\
             2.png,p2,0,,\n3.png,p3,,,\n4.png,p4,1.0,,\n",
        )
        .unwrap();
        let classes: Vec<Option<usize>> = cases.iter().map(|c| c.class).collect();
        assert_eq!(classes, [Some(1), Some(0), None, Some(1)]);
        assert_eq!((cases[0].set.as_str(), cases[1].set.as_str()), ("Clinic", "films"));
        assert!(cases[0].image.ends_with("films/a/1.png") && cases[0].id == "1");
        assert!(cases[0].mask.as_ref().unwrap().ends_with("films/m/1.png"));
        assert_eq!((&cases[1].mask, cases[1].cell("mask")), (&None, None));
        assert_eq!(cases[0].cell("stage"), Some("i"));
        assert!(!cases[0].is_simulated());
        let simulated = row("a", "p", &SIMULATED.map(|column| (column, "")));
        assert!(simulated.is_simulated());
    }

    #[test]
    fn faults_name_line_and_expectation() {
        let cases = [
            ("image,stage\n1.png,0\n", ["line 1", "no column patient_id"]),
            ("image,patient_id,stage\n1.png,p,0\n2.png,p,IV\n", ["line 3", "\"IV\" is no class"]),
            ("image,patient_id,stage\n1.png,,0\n", ["line 2", "patient_id is empty"]),
            ("image,patient_id,stage\n1.png,p\n", ["line 2", "fields"]),
            ("image,patient_id,stage,stage\n1.png,p,0,1\n", ["line 1", "stage is given twice"]),
            ("image,patient_id,stage\n", ["labels.csv", "no rows"]),
            ("image,patient_id,stage,spacing_x_mm\n1.png,p,0,0.1\n", ["line 2", "spacing_y_mm"]),
            (
                "image,patient_id,stage,spacing_x_mm,spacing_y_mm\n1.png,p,0,0.1,-1\n",
                ["line 2", "spacing_y_mm holds \"-1\""],
            ),
            (
                "image,patient_id,stage,cover\n1.png,p,0,0.5 0 0.4 1\n",
                ["line 2", "cover holds \"0.5 0 0.4 1\""],
            ),
        ];
        for (text, words) in cases {
            let error = read(text).unwrap_err().to_string();
            assert!(words.iter().all(|w| error.contains(w)), "{error}");
        }
    }
}
