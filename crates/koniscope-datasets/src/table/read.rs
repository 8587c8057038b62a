//! Comma-separated tables with a heading row.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use crate::Error;

/// Bytes of a table at most; the largest known has 8 million.
const BYTES: u64 = 256 << 20;

/// A table in memory.
pub(crate) struct Table {
    path: PathBuf,
    columns: HashMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// A row of it.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
}

impl Table {
    /// Reads a table that has at least these columns. Rows may be shorter or longer than the
    /// heading, as those of NIH are.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Table`] with the line and what was expected there.
    pub(crate) fn read(path: &Path, needed: &[&str]) -> Result<Self, Error> {
        let fault = |line, detail| Error::Table { path: path.to_owned(), line, detail };
        let bytes = fs::metadata(path).map_err(Error::io("read", path))?.len();
        if bytes > BYTES {
            let detail = format!("it has {bytes} bytes; a table of at most {BYTES} was expected");
            return Err(fault(None, detail));
        }
        let of_csv = |e: csv::Error| {
            let line = e.position().map(csv::Position::line);
            fault(line, format!("{e}; a table in UTF-8 was expected, separated by commas"))
        };
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(of_csv)?;
        let mut columns = HashMap::new();
        for (i, name) in reader.headers().map_err(of_csv)?.iter().enumerate() {
            let name = name.trim_start_matches('\u{feff}').trim();
            columns.entry(name.to_owned()).or_insert(i);
        }
        if let Some(missing) = needed.iter().find(|n| !columns.contains_key(**n)) {
            let mut names: Vec<&str> = columns.keys().map(String::as_str).collect();
            names.sort_unstable();
            let detail = format!("no column {missing:?}; it has {}", names.join(", "));
            return Err(fault(Some(1), detail));
        }
        let rows = reader.records().collect::<Result<_, _>>().map_err(of_csv)?;
        Ok(Self { path: path.to_owned(), columns, rows })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row { table: self, record })
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }
}

impl<'a> Row<'a> {
    /// A cell without spaces about it; empty where there is none.
    pub(crate) fn cell(&self, column: &str) -> &'a str {
        let at = self.table.columns.get(column);
        at.and_then(|i| self.record.get(*i)).unwrap_or_default().trim()
    }

    /// A cell that must not be empty.
    ///
    /// # Errors
    /// [`Error::Table`].
    pub(crate) fn needed(&self, column: &str) -> Result<&'a str, Error> {
        match self.cell(column) {
            "" => Err(self.fault(format!("the column {column:?} is empty"))),
            value => Ok(value),
        }
    }

    /// Where the row is.
    pub(crate) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// An error about this row.
    pub(crate) fn fault(&self, detail: String) -> Error {
        Error::Table { path: self.table.path.clone(), line: Some(self.line()), detail }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, put};

    #[test]
    fn ragged_rows_and_marks_are_read_and_faults_named() {
        let folder = folder_of(&[("t.csv", "\u{feff}a, b ,a\n\"x,\"\"y\",2\n1\n")]);
        let path = folder.path().join("t.csv");
        let table = Table::read(&path, &["a", "b"]).unwrap();
        let rows: Vec<_> = table.rows().collect();
        assert_eq!((rows[0].cell("a"), rows[0].cell("b"), rows[0].cell("c")), ("x,\"y", "2", ""));
        let error = rows[1].needed("b").unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("\"b\" is empty"), "{error}");
        assert!(table.has("b") && !table.has("c"));
        let error = Table::read(&path, &["c"]).err().unwrap().to_string();
        assert!(error.contains("no column \"c\"; it has a, b"), "{error}");
        put(folder.path(), "t.csv", b"a,b\n\xff\xfe,1\n");
        let error = Table::read(&path, &["a"]).err().unwrap().to_string();
        assert!(error.contains("UTF-8"), "{error}");
    }
}
