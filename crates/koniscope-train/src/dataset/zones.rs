//! What a table says of the six zones of a film.

use koniscope::{
    stage::{gbz70::Stage, ilo::Shape},
    zones::Zone,
};

use super::Case;

/// Labels of one film; what the table does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneLabels {
    /// Profusion of each zone, 0 to 3, in the order of [`Zone::ALL`].
    pub grades: Option<[u8; 6]>,
    /// Whether opacities crowd together, a zone: columns as `right_upper_aggregation`.
    pub aggregation: Option<[bool; 6]>,
    /// Large opacities, a zone: 0 none, 1 present, 2 of 20 x 10 mm; columns as
    /// `right_upper_large`.
    pub large: Option<[u8; 6]>,
    /// Shapes and sizes of the small opacities: column `shapes`, as `q/t`.
    pub shapes: Option<Vec<Shape>>,
    /// Stage of the film: column `stage`.
    pub stage: Option<Stage>,
}

impl ZoneLabels {
    /// Reads the columns of a row.
    ///
    /// # Errors
    /// The column, what it holds and what was expected; also if neither zones nor stage are
    /// there, or only some of the six zones.
    pub fn of(case: &Case) -> Result<Self, String> {
        let labels = Self {
            grades: six(case, "", 3)?,
            aggregation: six(case, "_aggregation", 1)?.map(|zones| zones.map(|z| z == 1)),
            large: six(case, "_large", 2)?,
            shapes: shapes(case)?,
            stage: stage(case)?,
        };
        if labels.grades.is_none() && labels.stage.is_none() {
            return Err(format!(
                "it has neither zone grades (columns {}) nor a stage (column stage)",
                Zone::NAMES.join(", ")
            ));
        }
        Ok(labels)
    }
}

/// A cell that is there and not empty.
fn cell<'a>(case: &'a Case, column: &str) -> Option<&'a str> {
    case.fields.get(column).map(String::as_str).filter(|value| !value.is_empty())
}

/// Six numbers up to `highest`, from the columns named after the zones.
fn six(case: &Case, suffix: &str, highest: u8) -> Result<Option<[u8; 6]>, String> {
    let mut values = [0; 6];
    let mut there = 0;
    for (value, name) in values.iter_mut().zip(Zone::NAMES) {
        let column = format!("{name}{suffix}");
        if let Some(text) = cell(case, &column) {
            *value = text.parse().ok().filter(|v| *v <= highest).ok_or_else(|| {
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

fn shapes(case: &Case) -> Result<Option<Vec<Shape>>, String> {
    let Some(text) = cell(case, "shapes") else { return Ok(None) };
    let shapes: Option<Vec<Shape>> = text.split('/').map(Shape::parse).collect();
    shapes.map(Some).ok_or_else(|| {
        format!("column shapes holds {text:?}; letters p to u, as q/t, were expected")
    })
}

fn stage(case: &Case) -> Result<Option<Stage>, String> {
    let Some(text) = cell(case, "stage") else { return Ok(None) };
    let by_name = Stage::ALL.into_iter().find(|stage| stage.name().eq_ignore_ascii_case(text));
    let by_number = || text.parse::<usize>().ok().and_then(|i| Stage::ALL.get(i).copied());
    by_name
        .or_else(by_number)
        .map(Some)
        .ok_or_else(|| format!("column stage holds {text:?}; 0, I, II or III was expected"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn case(fields: &[(&str, &str)]) -> Case {
        Case {
            id: "a".into(),
            set: "s".into(),
            patient: "p".into(),
            image: "a.png".into(),
            mask: None,
            opacities: None,
            class: None,
            fields: fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }
    }

    #[test]
    fn what_is_there_is_read() {
        let mut fields: Vec<(&str, &str)> = Zone::NAMES.into_iter().zip(["1"; 6]).collect();
        fields.extend([("stage", "ii"), ("shapes", "q/t")]);
        let labels = ZoneLabels::of(&case(&fields)).unwrap();
        assert_eq!(labels.grades, Some([1; 6]));
        assert_eq!(labels.stage, Some(Stage::II));
        assert_eq!(labels.shapes, Some(vec![Shape::Q, Shape::T]));
        assert_eq!((labels.large, labels.aggregation), (None, None));
        let weak = ZoneLabels::of(&case(&[("stage", "3"), ("shapes", "")])).unwrap();
        assert_eq!(weak.stage, Some(Stage::III));
    }

    #[test]
    fn faults_name_column_and_expectation() {
        let cases: [(&[(&str, &str)], &str); 4] = [
            (&[], "neither zone grades"),
            (&[("right_upper", "2")], "1 of the six columns"),
            (&[("stage", "IV")], "column stage holds \"IV\""),
            (&[("stage", "0"), ("shapes", "x")], "column shapes holds"),
        ];
        for (fields, word) in cases {
            let error = ZoneLabels::of(&case(fields)).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
