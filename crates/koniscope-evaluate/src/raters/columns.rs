//! Columns of readers: `reader_NAME_` before the name of any column of labels.

use std::{collections::BTreeMap, path::PathBuf};

use koniscope::zones::Zone;
use koniscope_data::LabeledRow;

use super::Said;
use crate::truth::{self, Truth};

const PREFIX: &str = "reader_";

/// Column with all that a reader marked, by the names of columns, as `ILD|Nodule_Mass`.
const FINDINGS: &str = "findings";

/// What each reader says of a film. Whatever a column says of the film, the column with
/// `reader_NAME_` before it says of what the reader NAME thinks: see [`Truth::of`]. A reader whose
/// columns are empty is not there.
///
/// # Errors
/// The reader, his column, what it holds and what was expected.
pub(crate) fn of(row: &LabeledRow, label: Option<&str>) -> Result<Said, String> {
    let mut readers: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for (column, cell) in cells(row).filter(|(_, cell)| !cell.is_empty()) {
        if let Some((name, column)) = split(row, column, label) {
            readers.entry(name).or_default().insert(column.into(), cell.into());
        }
    }
    let mut said = Said::new();
    for (name, mut fields) in readers {
        add_marked(row, name, &mut fields, label)?;
        if let Some(label) = label {
            fields.entry(label.into()).or_default();
        }
        let row = LabeledRow {
            id: String::new(),
            set: String::new(),
            patient: String::new(),
            image: PathBuf::new(),
            mask: None,
            opacities: None,
            spacing_mm: None,
            cover: None,
            class: None,
            fields,
        };
        let truth = Truth::of(&row, label)
            .map_err(|fault| format!("reader {name} (columns {PREFIX}{name}_...): {fault}"))?;
        if !truth.is_empty() {
            said.insert(name.into(), truth);
        }
    }
    Ok(said)
}

/// Whether a reader has a column of his own for `column`.
pub(crate) fn has_column(row: &LabeledRow, column: &str) -> bool {
    cells(row).any(|(cell, _)| split(row, cell, Some(column)).is_some_and(|(_, c)| c == column))
}

/// Columns that begin like those of a reader and are none.
pub(crate) fn unknown<'a>(
    row: &'a LabeledRow,
    label: Option<&str>,
) -> impl Iterator<Item = &'a str> {
    let is_unknown = move |column: &&str| split(row, column, label).is_none();
    cells(row).map(|(column, _)| column).filter(is_unknown)
}

/// Cells of readers.
fn cells(row: &LabeledRow) -> impl Iterator<Item = (&str, &str)> {
    let from = row.fields.range(PREFIX.to_owned()..);
    from.map(|(column, cell)| (column.as_str(), cell.as_str()))
        .take_while(|(column, _)| column.starts_with(PREFIX))
}

/// The reader's name, and the column that his stands for: one of labels, that of the disease, or any
/// of the table. Of several that fit it is the longest, as `right_upper` before a column `upper`.
fn split<'a>(row: &LabeledRow, column: &'a str, label: Option<&str>) -> Option<(&'a str, &'a str)> {
    let rest = column.strip_prefix(PREFIX)?;
    let name_before = |column: &str| {
        let name = rest.strip_suffix(column)?.strip_suffix('_')?;
        (!name.is_empty()).then_some(name)
    };
    let labels = ["stage", truth::ILO, truth::LABEL, FINDINGS, "shapes"].into_iter();
    let zones =
        Zone::NAMES.iter().flat_map(|zone| ["", "_aggregation", "_large"].map(|s| (zone, s)));
    let zone_before = |(zone, suffix): (&&str, &str)| name_before(&format!("{zone}{suffix}"));
    let of_table = row.fields.keys().filter(|c| !c.starts_with(PREFIX)).map(String::as_str);
    let name = labels
        .chain(label)
        .chain(of_table)
        .filter_map(name_before)
        .chain(zones.filter_map(zone_before))
        .min_by_key(|name| name.len())?;
    Some((name, &rest[name.len() + 1..]))
}

/// Adds what a reader's list of findings says of the disease, unless a column of his says it.
fn add_marked(
    row: &LabeledRow,
    name: &str,
    fields: &mut BTreeMap<String, String>,
    label: Option<&str>,
) -> Result<(), String> {
    let Some(list) = fields.get(FINDINGS) else { return Ok(()) };
    let disease = label.unwrap_or(truth::LABEL);
    let marked: Vec<&str> = list.split('|').map(str::trim).collect();
    if let Some(none) = marked.iter().find(|finding| !row.fields.contains_key(**finding)) {
        return Err(format!(
            "column {PREFIX}{name}_{FINDINGS} holds {list:?}; names of columns of the table, | \
             between them, were expected, and there is no column {none:?}"
        ));
    }
    // A film without this label was not asked about it: a list without it then says nothing.
    let asked = row.fields.get(disease).is_some_and(|cell| !cell.is_empty());
    if asked && !fields.contains_key(disease) {
        let is_marked = u8::from(marked.contains(&disease)).to_string();
        fields.insert(disease.into(), is_marked);
    }
    Ok(())
}
