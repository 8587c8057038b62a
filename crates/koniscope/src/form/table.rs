//! Signed forms as a table: one row per record, addenda included.

use serde_json::Value;

use super::{Decision, Forms, signed::Signed};
use koniscope_data::table::no_formula;

/// Columns before those of the forms.
const BEFORE: [&str; 13] = [
    "film",
    "film_sha256",
    "number",
    "mode",
    "opened_at",
    "signed_at",
    "account",
    "reason",
    "stage",
    "clause",
    "accepted",
    "changed",
    "rejected",
];

/// CSV in UTF-8 with a heading. Columns of the forms are named as [`Forms::fields`] names them; several
/// words in one cell are separated by a space, yes and no are `1` and `0`. A cell that a spreadsheet
/// would take for a formula begins with `'`.
pub fn csv(records: &[Signed]) -> Vec<u8> {
    let heading: Vec<String> =
        BEFORE.iter().map(ToString::to_string).chain(Forms::fields()).collect();
    let mut table = vec![heading];
    table.extend(records.iter().map(row));
    written(&table, true)
}

fn row(record: &Signed) -> Vec<String> {
    let decided = |decision| {
        let all = record.decisions.values();
        all.filter(|decided| decided.mark.decision == decision).count().to_string()
    };
    let json = serde_json::to_value(record.stage.as_ref().map(|stage| stage.clause));
    let clause = json.as_ref().ok().and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut cells = vec![
        record.film.name.clone(),
        record.film.sha256.clone(),
        record.number.to_string(),
        record.mode.word().into(),
        record.opened_at.clone(),
        record.signed_at.clone(),
        record.account.clone().unwrap_or_default(),
        record.reason.clone().unwrap_or_default(),
        record.stage.as_ref().map_or("", |stage| stage.stage.name()).into(),
        clause,
        decided(Decision::Accepted),
        decided(Decision::Changed),
        decided(Decision::Rejected),
    ];
    let json = record.forms.as_json();
    let value = |field: String| json.pointer(&format!("/{}", field.replace('.', "/"))).map(cell);
    cells.extend(Forms::fields().map(|field| value(field).unwrap_or_default()));
    cells
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Rows of equal length as CSV, quoted where needed.
pub(super) fn written(rows: &[Vec<String>], for_spreadsheets: bool) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| match for_spreadsheets {
            true => no_formula(cell).into_owned(),
            false => cell.clone(),
        });
        // Rows are as long as their heading, and memory takes all that is written.
        writer.write_record(cells).unwrap_or_else(|e| unreachable!("a row in memory: {e}"));
    }
    writer.into_inner().unwrap_or_else(|e| unreachable!("a table in memory: {e}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use koniscope_data::table::Table;

    use super::*;
    use crate::form::signed::tests::signed;

    #[test]
    fn a_row_has_every_field_and_no_formula() {
        let mut record = signed();
        record.forms.niosh.comments = "=1+1, \"sum\"\nsecond line".into();
        let bytes = csv(&[record.clone(), record]);
        let table = Table::parse(Path::new("forms.csv"), &bytes).unwrap();
        let rows: Vec<_> = table.rows().collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].cells().count(), BEFORE.len() + Forms::fields().count());
        for (column, expected) in [
            ("film", "a"),
            ("mode", "reader_first"),
            ("stage", ""),
            ("niosh.image_quality.grade", "2"),
            ("niosh.image_quality.defects", "mottle"),
            ("niosh.parenchymal", "1"),
            ("niosh.small.zones.left_lower", "0"),
            ("niosh.plaques.site.diaphragm", "both"),
            ("niosh.comments", "'=1+1, \"sum\"\nsecond line"),
            ("niosh.reader.zip", "26505"),
            ("gbz70.aggregation", ""),
        ] {
            assert!(table.has(column), "{column}");
            assert_eq!(rows[0].cell(column), expected, "{column}");
        }
    }
}
