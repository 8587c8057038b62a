//! Tables with a heading, as people's programs write them: separated by commas, semicolons or
//! tabs, with a byte order mark or without, with a column of row numbers, with commas at the end of
//! their rows.

use std::{borrow::Cow, collections::HashMap, path::Path};

use csv::{ByteRecord, Position, ReaderBuilder, StringRecord};

use crate::{Error, files::bytes_of};

/// Bytes of a table at most; the largest known has 8 million.
const BYTES: u64 = 256 << 20;

/// Separators that tables come with.
const SEPARATORS: [u8; 3] = *b"\t;,";

/// A table in memory.
#[derive(Clone, Debug)]
pub struct Table {
    path: std::path::PathBuf,
    /// Names of the columns, in order; that of a column of row numbers is empty.
    names: Vec<String>,
    places: HashMap<String, usize>,
    rows: Vec<StringRecord>,
}

/// A row of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    table: &'a Table,
    record: &'a StringRecord,
}

impl Table {
    /// Reads a table of at most 256 MiB. A row may end with empty cells beyond the heading's; a row
    /// of empty cells alone is left out. There may be no row: see [`Table::require`].
    ///
    /// # Errors
    /// [`Error::Table`] with the line and what was expected there: if there is no heading, a column is
    /// given twice, a row is shorter or longer than the heading, or the text is no UTF-8.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let table = Self::read_ragged(path)?;
        for record in &table.rows {
            let (cells, columns) = (record.len(), table.names.len());
            let beyond = record.iter().skip(columns).any(|cell| !cell.trim().is_empty());
            if cells < columns || beyond {
                let row = Row { table: &table, record };
                return Err(row.fault(format!("it has {cells} fields, the heading {columns}")));
            }
        }
        Ok(table)
    }

    /// As [`Table::read`], but rows may be shorter or longer than the heading, as those of some
    /// public sets are.
    ///
    /// # Errors
    /// [`Error::Table`], as for [`Table::read`].
    pub fn read_ragged(path: &Path) -> Result<Self, Error> {
        let bytes = bytes_of(path, BYTES).map_err(|e| Error::table(path, e.to_string()))?;
        Self::parse(path, &bytes)
    }

    /// The table that `bytes` are. `path` is named in errors.
    ///
    /// # Errors
    /// [`Error::Table`], as for [`Table::read_ragged`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let fault = |line, detail: String| Error::Table { path: path.to_owned(), line, detail };
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let detail = "it is a text in UTF-16; save it as CSV in UTF-8";
            return Err(Error::table(path, detail));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let of_csv = |e: csv::Error| {
            let line = e.position().map(Position::line);
            fault(line, format!("{e}; a table in UTF-8 was expected, separated by commas"))
        };
        let mut reader =
            ReaderBuilder::new().flexible(true).delimiter(separator(bytes)).from_reader(bytes);
        let head = reader.headers().map_err(of_csv)?;
        let mut names: Vec<String> = head.iter().map(|name| name.trim().to_owned()).collect();
        let named = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        if named == 0 {
            return Err(Error::table(path, "it is empty; a heading and rows were expected"));
        }
        // A heading that ends with a separator has no column there.
        names.truncate(named);
        let mut places = HashMap::new();
        for (i, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if places.insert(name.clone(), i).is_some() {
                let detail = format!("the column {name} is given twice; leave out one of them");
                return Err(fault(Some(1), detail));
            }
        }
        let mut rows = Vec::new();
        for row in reader.records() {
            let row = row.map_err(of_csv)?;
            if row.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(row);
            }
        }
        Ok(Self { path: path.to_owned(), names, places, rows })
    }

    /// Refuses a table that lacks one of the columns.
    ///
    /// # Errors
    /// [`Error::Table`] with the columns that it has.
    pub fn require_columns<'a>(
        &self,
        columns: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Error> {
        if let Some(missing) = columns.into_iter().find(|column| !self.has(column)) {
            let detail = format!("no column {missing}; it has {}", self.names.join(", "));
            return Err(Error::Table { path: self.path.clone(), line: Some(1), detail });
        }
        Ok(())
    }

    /// Refuses a table that has no row, or lacks one of the columns.
    ///
    /// # Errors
    /// [`Error::Table`] with the columns that it has.
    pub fn require<'a>(&self, columns: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        self.require_columns(columns)?;
        match self.rows.is_empty() {
            true => Err(Error::table(&self.path, "it has a heading and no rows")),
            false => Ok(()),
        }
    }

    /// Whether it has this column.
    pub fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// Rows in their order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row { table: self, record })
    }
}

impl<'a> Row<'a> {
    /// A cell without spaces about it; empty where there is none.
    pub fn cell(&self, column: &str) -> &'a str {
        let at = self.table.places.get(column);
        at.and_then(|i| self.record.get(*i)).unwrap_or_default().trim()
    }

    /// A cell, if it is not empty.
    pub fn filled(&self, column: &str) -> Option<&'a str> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty())
    }

    /// A cell that must not be empty.
    ///
    /// # Errors
    /// [`Error::Table`].
    pub fn needed(&self, column: &str) -> Result<&'a str, Error> {
        self.filled(column).ok_or_else(|| self.fault(format!("the column {column} is empty")))
    }

    /// All named columns with their cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.table.names.iter().zip(self.record);
        cells.filter(|(name, _)| !name.is_empty()).map(|(name, cell)| (name.as_str(), cell.trim()))
    }

    /// The line that it begins on, from 1.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, Position::line)
    }

    /// An error about this row.
    pub fn fault(&self, detail: impl Into<String>) -> Error {
        Error::Table {
            path: self.table.path.clone(),
            line: Some(self.line()),
            detail: detail.into(),
        }
    }
}

/// A cell as it is written into a table that a spreadsheet may open: what it would take for a formula
/// begins with `'`.
pub fn no_formula(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    match is_formula && cell.parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// The inverse of [`no_formula`].
pub fn of_no_formula(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(plain) if no_formula(plain) == cell => plain,
        _ => cell,
    }
}

/// A whole number as tables write it: spreadsheets and pandas make `1.0` of 1 where a column has
/// empty cells.
pub fn whole(cell: &str) -> Option<u64> {
    let digits = match cell.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|zero| zero == b'0') => digits,
        _ => cell,
    };
    digits.parse().ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// What separates cells: the separator that cuts the heading into most of them.
fn separator(bytes: &[u8]) -> u8 {
    let cells = |separator: u8| {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(bytes);
        let mut head = ByteRecord::new();
        reader.read_byte_record(&mut head).map_or(0, |_| head.len())
    };
    // Of equals the last is taken: the comma.
    SEPARATORS.into_iter().max_by_key(|separator| cells(*separator)).unwrap_or(b',')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
