//! What a table says of the six zones of a film.

use super::LabeledRow;
use crate::table::whole;

/// Columns of the zones' grades: right lung from above, then left lung.
pub const ZONES: [&str; 6] =
    ["right_upper", "right_middle", "right_lower", "left_upper", "left_middle", "left_lower"];

/// Names of the stages, in order.
pub const STAGES: [&str; 4] = ["0", "I", "II", "III"];

/// Letters of the ILO's shapes and sizes of small opacities.
const SHAPES: [&str; 6] = ["p", "q", "r", "s", "t", "u"];

/// Labels of one film; what the table does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneLabels {
    /// Profusion of each zone, 0 to 3, in the order of [`ZONES`].
    pub grades: Option<[u8; 6]>,
    /// Whether opacities crowd together in each zone: columns as `right_upper_aggregation`.
    pub aggregation: Option<[bool; 6]>,
    /// Large opacities of each zone: 0 none, 1 present, 2 of 20 x 10 mm; columns as
    /// `right_upper_large`.
    pub large: Option<[u8; 6]>,
    /// Shapes and sizes of the small opacities, 0 for `p` to 5 for `u`: column `shapes`, as `q/t`.
    pub shapes: Option<Vec<usize>>,
    /// Stage of the film, 0 to 3: column `stage`.
    pub stage: Option<usize>,
}

impl ZoneLabels {
    /// Reads the columns of a row.
    ///
    /// # Errors
    /// The column, what it holds and what was expected; also if neither zones nor stage are
    /// there, or only some of the six zones.
    pub fn of(row: &LabeledRow) -> Result<Self, String> {
        let labels = Self {
            grades: six(row, "", 3)?,
            aggregation: six(row, "_aggregation", 1)?.map(|zones| zones.map(|z| z == 1)),
            large: six(row, "_large", 2)?,
            shapes: shapes(row)?,
            stage: stage(row)?,
        };
        if labels.grades.is_none() && labels.stage.is_none() {
            return Err(format!(
                "it has neither zone grades (columns {}) nor a stage (column stage)",
                ZONES.join(", ")
            ));
        }
        Ok(labels)
    }
}

/// Whether each zone has small opacities, in the order of [`ZONES`], 1 or 0: columns as
/// `right_upper_affected`. It is no grade.
///
/// # Errors
/// The column, what it holds and what was expected; also if only some of the six are filled.
pub fn affected(row: &LabeledRow) -> Result<Option<[bool; 6]>, String> {
    Ok(six(row, "_affected", 1)?.map(|zones| zones.map(|zone| zone == 1)))
}

/// Six numbers up to `highest`, from the columns named after the zones.
fn six(row: &LabeledRow, suffix: &str, highest: u8) -> Result<Option<[u8; 6]>, String> {
    let mut values = [0; 6];
    let mut there = 0;
    for (value, name) in values.iter_mut().zip(ZONES) {
        let column = format!("{name}{suffix}");
        if let Some(text) = row.cell(&column) {
            let number = whole(text).and_then(|v| u8::try_from(v).ok());
            *value = number.filter(|v| *v <= highest).ok_or_else(|| {
                format!("column {column} holds {text:?}; 0 to {highest} was expected")
            })?;
            there += 1;
        }
    }
    match there {
        0 => Ok(None),
        6 => Ok(Some(values)),
        _ => Err(format!("{there} of the six columns right_upper{suffix} and so on are filled")),
    }
}

fn shapes(row: &LabeledRow) -> Result<Option<Vec<usize>>, String> {
    let Some(text) = row.cell("shapes") else { return Ok(None) };
    let place = |shape: &str| SHAPES.into_iter().position(|name| name == shape);
    let shapes: Option<Vec<usize>> = text.split('/').map(place).collect();
    shapes.map(Some).ok_or_else(|| {
        format!("column shapes holds {text:?}; letters p to u, as q/t, were expected")
    })
}

fn stage(row: &LabeledRow) -> Result<Option<usize>, String> {
    let Some(text) = row.cell("stage") else { return Ok(None) };
    let by_name = STAGES.into_iter().position(|name| name.eq_ignore_ascii_case(text));
    let by_number = || whole(text).and_then(|i| usize::try_from(i).ok());
    by_name
        .or_else(by_number)
        .filter(|stage| *stage < STAGES.len())
        .map(Some)
        .ok_or_else(|| format!("column stage holds {text:?}; 0, I, II or III was expected"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::labels::tests::row;

    #[test]
    fn what_is_there_is_read() {
        let mut fields: Vec<(&str, &str)> = ZONES.into_iter().zip(["1", "1.0"].repeat(3)).collect();
        fields.extend([("stage", "ii"), ("shapes", "q/t")]);
        let labels = ZoneLabels::of(&row("a", "p", &fields)).unwrap();
        assert_eq!(labels.grades, Some([1; 6]));
        assert_eq!((labels.stage, labels.shapes), (Some(2), Some(vec![1, 4])));
        assert_eq!((labels.large, labels.aggregation), (None, None));
        for (cell, stage) in [("3", 3), ("2.0", 2), ("0", 0), ("III", 3)] {
            let weak = ZoneLabels::of(&row("a", "p", &[("stage", cell), ("shapes", "")])).unwrap();
            assert_eq!(weak.stage, Some(stage));
        }
    }

    #[test]
    fn faults_name_column_and_expectation() {
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[], "neither zone grades"),
            (&[("right_upper", "2")], "1 of the six columns"),
            (&[("stage", "IV")], "column stage holds \"IV\""),
            (&[("stage", "4")], "column stage holds \"4\""),
            (&[("stage", "0"), ("shapes", "x")], "column shapes holds"),
        ];
        for (fields, word) in cases {
            let error = ZoneLabels::of(&row("a", "p", fields)).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
