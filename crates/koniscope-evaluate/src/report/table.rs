//! Rows of text under a head: one model for the page and the terminal.

use maud::{Markup, html};

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    class: Option<&'static str>,
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.to_string(), class: None }
    }
}

impl Cell {
    /// A number, whose line does not break.
    pub fn number(text: impl ToString) -> Self {
        Self { class: Some("number"), ..text.into() }
    }

    /// Text whose line does not break.
    pub fn whole(text: impl ToString) -> Self {
        Self { class: Some("whole"), ..text.into() }
    }

    /// What is left to the author.
    pub fn open(text: impl ToString) -> Self {
        Self { class: Some("open"), ..text.into() }
    }
}

/// Rows under a head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    cells: Vec<Cell>,
    /// Says more of the row above.
    beside: bool,
}

impl Table {
    /// Without rows yet.
    pub fn new<T: ToString>(head: impl IntoIterator<Item = T>) -> Self {
        Self { head: head.into_iter().map(|name| name.to_string()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(Row { cells: cells.into_iter().collect(), beside: false });
    }

    /// Adds a row that says more of the one above; the terminal does not show it.
    pub fn beside(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(Row { cells: cells.into_iter().collect(), beside: true });
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// For a page.
    pub fn html(&self) -> Markup {
        self.first(self.rows.len(), "")
    }

    /// Its first rows, and how many more stand in `rest`; "None." where it has no rows.
    pub fn first(&self, most: usize, rest: &str) -> Markup {
        let more = self.rows.len().saturating_sub(most);
        html! {
            @if self.is_empty() {
                p { "None." }
            } @else {
                table {
                    thead { tr { @for name in &self.head { th { (name) } } } }
                    tbody {
                        @for row in self.rows.iter().take(most) {
                            tr class=[row.beside.then_some("beside")] {
                                @for Cell { text, class } in &row.cells { td class=[class] { (text) } }
                            }
                        }
                    }
                }
            }
            @if more > 0 { p { "And " (more) " more, in " (rest) "." } }
        }
    }

    /// Its first columns for a terminal, with two spaces between; a head of empty names is left out.
    pub fn text(&self, columns: usize) -> String {
        let head: Vec<&str> = self.head.iter().map(String::as_str).collect();
        let shown = self.rows.iter().filter(|row| !row.beside);
        let cells = shown.map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect());
        let has_head = head.iter().take(columns).any(|name| !name.is_empty());
        let rows: Vec<Vec<&str>> =
            has_head.then(|| head.clone()).into_iter().chain(cells).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len().min(columns)).map(width).collect();
        let line = |row: &Vec<&str>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_table_is_markup_and_text() {
        let mut table = Table::new(["", "n"]);
        assert_eq!(table.html().into_string(), "<p>None.</p>");
        table.row(["a < b".into(), Cell::number(7)]);
        table.beside(["more".into(), "".into()]);
        table.row(["café".into(), Cell::number(12)]);
        assert_eq!(table.text(2), "       n\na < b  7\ncafé   12\n");
        assert_eq!(table.text(1), "a < b\ncafé\n");
        let page = table.first(2, "all.csv").into_string();
        assert!(page.contains("<td>a &lt; b</td><td class=\"number\">7</td>"), "{page}");
        assert!(page.contains("<tr class=\"beside\">") && page.contains("1 more, in all.csv"));
        assert!(!page.contains("café"));
    }
}
