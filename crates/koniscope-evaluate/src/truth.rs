//! What the labels say of a film.

use koniscope::{
    stage::{
        gbz70::{self, Findings, Large, Stage},
        ilo::{LargeCategory, Profusion, Shape},
    },
    zones::Zone,
};
use koniscope_data::{
    LabeledRow,
    labels::{ZoneLabels, affected},
    table::whole,
};
use serde::Serialize;

/// Column that says whether a film shows pneumoconiosis, where no other is named.
pub const LABEL: &str = "pneumoconiosis";

/// Column of the ILO's profusion of a film, `0/-` to `3/+`.
pub const ILO: &str = "ilo_profusion";

/// Column of the ILO's category of large opacities, `O`, `A`, `B` or `C`.
pub const ILO_LARGE: &str = "ilo_large";

/// Column of the shapes and sizes of small opacities, as `q/t`.
pub const SHAPES: &str = "shapes";

/// Column that says where the labels of a film come from: `readers` where they were made of what its
/// readers say. They are then no reference for them.
pub const LABELS_FROM: &str = "labels_from";

const POSITIVE: [&str; 5] = ["1", "yes", "true", "positive", "abnormal"];
const NEGATIVE: [&str; 5] = ["0", "no", "false", "negative", "normal"];

/// Labels of one film; what the table does not say is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Whether it shows the disease.
    pub disease: Option<bool>,
    /// Stage 0 to 3.
    pub stage: Option<usize>,
    /// Profusion of each zone, 0 to 3, in the order of [`Zone::ALL`].
    pub zones: Option<[u8; 6]>,
    /// Whether each zone has small opacities, where no grades are told: columns as `right_upper_affected`.
    pub affected: Option<[bool; 6]>,
    /// The ILO's profusion on its scale of 12, 0 to 11.
    pub ilo: Option<u8>,
    /// Shape and size of most of its small opacities.
    pub shape: Option<Shape>,
    /// Whether it has large opacities.
    pub large: Option<bool>,
    /// Their category.
    pub large_category: Option<LargeCategory>,
}

impl Truth {
    /// Reads the columns of a row. Disease is the column `label`, which must then be in the table;
    /// without one the column [`LABEL`], else stage I and above; where there is no such column
    /// either, a profusion of 1/0 and above. The stage is the column `stage`, else what GBZ 70-2015
    /// makes of six graded zones. An empty cell says nothing.
    ///
    /// # Errors
    /// The column, what it holds and what was expected; also where [`LABEL`] and the stage
    /// contradict each other.
    pub fn of(row: &LabeledRow, label: Option<&str>) -> Result<Self, String> {
        if let Some(label) = label.filter(|label| !row.fields.contains_key(*label)) {
            let columns: Vec<&str> = row.fields.keys().map(String::as_str).collect();
            return Err(format!("its table has no column {label}; it has {}", columns.join(", ")));
        }
        let staged = ["stage"].into_iter().chain(Zone::NAMES);
        let zones = match staged.filter(|column| row.cell(column).is_some()).count() {
            0 => ZoneLabels::default(),
            _ => ZoneLabels::of(row)?,
        };
        let stage = zones.stage.map(|stage| Stage::ALL[stage]).or_else(|| by_rule(&zones));
        let named = match label.unwrap_or(LABEL) {
            column if row.fields.contains_key(column) => said(row, column)?,
            _ => None,
        };
        let by_stage = stage.map(|stage| stage > Stage::Zero);
        if let (None, Some(named), Some(by_stage)) = (label, named, by_stage)
            && named != by_stage
        {
            return Err(format!(
                "its column {LABEL} says {}, its stage is {}. Correct one of them, or name the \
                 column to believe with --label",
                u8::from(named),
                stage.map_or("", Stage::name)
            ));
        }
        let profusion = profusion(row)?;
        let large_category = large_category(row)?;
        // Where a column of the disease is left empty, large opacities may leave it open.
        let by_profusion = profusion
            .filter(|_| !row.fields.contains_key(LABEL))
            .map(|profusion| profusion >= Profusion::POSITIVE);
        let disease = match label {
            Some(_) => named,
            None => named.or(by_stage).or(by_profusion),
        };
        Ok(Self {
            disease,
            stage: stage.map(|stage| stage as usize),
            zones: zones.grades,
            affected: affected(row)?,
            ilo: profusion.map(Profusion::index),
            shape: shape(row)?,
            large: large_category
                .map(|category| category != LargeCategory::O)
                .or_else(|| zones.large.map(|zones| zones.iter().any(|large| *large > 0))),
            large_category,
        })
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether the labels of a film were made of what its readers say.
///
/// # Errors
/// What the column [`LABELS_FROM`] holds and what was expected.
pub fn is_of_readers(row: &LabeledRow) -> Result<bool, String> {
    match row.cell(LABELS_FROM) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("readers") => Ok(true),
        Some(text) => Err(format!(
            "its column {LABELS_FROM} holds {text:?}; readers, or nothing, was expected"
        )),
    }
}

fn profusion(row: &LabeledRow) -> Result<Option<Profusion>, String> {
    let Some(text) = row.cell(ILO) else { return Ok(None) };
    Profusion::parse(text).map(Some).ok_or_else(|| {
        format!(
            "its column {ILO} holds {text:?}; one of 0/-, 0/0, 0/1, 1/0 and so on to 3/+ was \
             expected (spreadsheets make dates of them)"
        )
    })
}

/// The first of the shapes, which most small opacities have.
fn shape(row: &LabeledRow) -> Result<Option<Shape>, String> {
    let Some(text) = row.cell(SHAPES) else { return Ok(None) };
    let shape = text.split('/').next().and_then(Shape::parse);
    shape.map(Some).ok_or_else(|| {
        format!("its column {SHAPES} holds {text:?}; letters p to u, as q/t, were expected")
    })
}

fn large_category(row: &LabeledRow) -> Result<Option<LargeCategory>, String> {
    let category = match row.cell(ILO_LARGE) {
        None => return Ok(None),
        Some("O" | "0") => LargeCategory::O,
        Some("A") => LargeCategory::A,
        Some("B") => LargeCategory::B,
        Some("C") => LargeCategory::C,
        Some(text) => {
            return Err(format!(
                "its column {ILO_LARGE} holds {text:?}; O (none), A, B or C was expected"
            ));
        }
    };
    Ok(Some(category))
}

fn said(row: &LabeledRow, column: &str) -> Result<Option<bool>, String> {
    let Some(text) = row.cell(column) else { return Ok(None) };
    let number = whole(text).map(|number| number.to_string());
    let text = number.as_deref().unwrap_or(text);
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match (is_one_of(&POSITIVE), is_one_of(&NEGATIVE)) {
        (true, _) => Ok(Some(true)),
        (_, true) => Ok(Some(false)),
        _ => Err(format!(
            "its column {column} holds {text:?}; 1, yes, true, positive or abnormal, or 0, no, \
             false, negative or normal was expected"
        )),
    }
}

fn by_rule(labels: &ZoneLabels) -> Option<Stage> {
    let zones = labels.grades?;
    let aggregation = labels.aggregation.is_some_and(|zones| zones.contains(&true));
    let largest = labels.large.and_then(|zones| zones.into_iter().max()).unwrap_or(0);
    let large = Large::ALL[usize::from(largest).min(2)];
    Some(gbz70::stage(&Findings { zones, aggregation, large }).0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn row(fields: &[(&str, &str)]) -> LabeledRow {
        LabeledRow {
            id: "a".into(),
            set: "clinic".into(),
            patient: "p".into(),
            image: "a.png".into(),
            mask: None,
            opacities: None,
            spacing_mm: None,
            cover: None,
            class: None,
            fields: fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }
    }

    fn zones(grades: [&'static str; 6]) -> Vec<(&'static str, &'static str)> {
        Zone::NAMES.into_iter().zip(grades).collect()
    }

    #[test]
    fn disease_is_the_label_else_the_column_else_the_stage_else_the_rule() {
        let of = |fields: &[(&str, &str)], label| Truth::of(&row(fields), label).unwrap();
        let both = [("tb", "Abnormal"), ("stage", "0")];
        assert_eq!(of(&both, Some("tb")).disease, Some(true));
        assert_eq!(of(&both, None).disease, Some(false));
        assert_eq!(of(&[("pneumoconiosis", "yes"), ("stage", "")], None).disease, Some(true));
        assert_eq!(of(&[("tb", ""), ("stage", "II")], Some("tb")).disease, None);
        let graded = of(&zones(["1", "1", "0", "0", "0", "0"]), None);
        assert_eq!((graded.disease, graded.stage), (Some(true), Some(1)));
        let mut large = zones(["0"; 6]);
        let names = Zone::NAMES.map(|name| format!("{name}_large"));
        large.extend(names.iter().map(|name| (name.as_str(), "2")).collect::<Vec<_>>());
        let large: Vec<(&str, &str)> = large;
        assert_eq!(of(&large, None).stage, Some(3));
        assert!(of(&[("age", "40")], None).is_empty());
        let ilo = |text| of(&[("ilo_profusion", text)], None);
        assert_eq!((ilo("0/1").disease, ilo("0/1").ilo), (Some(false), Some(2)));
        assert_eq!((ilo("1/0").disease, ilo("1/0").stage), (Some(true), None));
        assert_eq!(of(&[("pneumoconiosis", ""), ("ilo_profusion", "0/1")], None).disease, None);
        let all = of(&[("shapes", "q/t"), ("ilo_large", "B")], None);
        assert_eq!((all.shape, all.large), (Some(Shape::Q), Some(true)));
        assert_eq!(all.large_category, Some(LargeCategory::B));
        assert_eq!(of(&large, None).large, Some(true));
        assert_eq!(of(&[("ilo_large", "O")], None).large, Some(false));
        let names = Zone::NAMES.map(|name| format!("{name}_affected"));
        let free: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "0")).collect();
        let free = of(&free, None);
        assert_eq!((free.affected, free.disease, free.zones), (Some([false; 6]), None, None));
    }

    #[test]
    fn faults_name_column_and_expectation() {
        let fault = |fields: &[(&str, &str)], label| Truth::of(&row(fields), label).unwrap_err();
        assert!(fault(&[("x", "1")], Some("tb")).contains("no column tb; it has x"));
        assert!(fault(&[("tb", "maybe")], Some("tb")).contains("\"maybe\"; 1, yes"));
        assert!(fault(&[("pneumoconiosis", "0"), ("stage", "I")], None).contains("stage is I"));
        assert!(fault(&[("stage", "IV")], None).contains("column stage holds"));
        assert!(fault(&[("ilo_profusion", "1-Jan")], None).contains("\"1-Jan\"; one of 0/-"));
        assert!(fault(&[("shapes", "x")], None).contains("letters p to u"));
        assert!(fault(&[("ilo_large", "D")], None).contains("\"D\"; O (none), A, B or C"));
        let from = |text| is_of_readers(&row(&[("labels_from", text)]));
        assert_eq!([from("Readers"), from("")], [Ok(true), Ok(false)]);
        assert!(from("CT").unwrap_err().contains("\"CT\"; readers, or nothing"));
    }

    #[test]
    fn the_simulators_table_is_known() {
        let columns = koniscope_simulate::truth::COLUMNS;
        let fields: Vec<(&str, &str)> = columns.into_iter().zip(["0"; 32]).collect();
        assert!(row(&fields).is_simulated());
        assert!(!row(&[("seed", "1"), ("stage", "0")]).is_simulated());
    }
}
