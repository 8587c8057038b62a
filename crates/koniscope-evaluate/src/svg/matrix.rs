//! A table of counts or figures, darker where there is more.

use std::fmt::Write;

use super::{escape, head};

const CELL: f64 = 74.0;
const LEFT: f64 = 96.0;
const TOP: f64 = 62.0;

/// What stands in a cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// 0 for white to 1 for the darkest.
    pub shade: f64,
    /// In the middle.
    pub text: String,
    /// Below, small.
    pub note: String,
}

/// Counts `[row][column]`, square, with the same names for both; shades are of a row's share.
pub fn matrix(title: &str, labels: [&str; 2], names: &[&str], counts: &[Vec<usize>]) -> String {
    let of_row = |row: &Vec<usize>| {
        let all: usize = row.iter().sum();
        let cell = |count: &usize| {
            let share = if all > 0 { *count as f64 / all as f64 } else { 0.0 };
            let note = format!("{:.0} %", share * 100.0);
            Some(Cell { shade: share, text: count.to_string(), note })
        };
        row.iter().map(cell).collect()
    };
    let cells: Vec<Vec<Option<Cell>>> = counts.iter().map(of_row).collect();
    grid(title, labels, names, &cells)
}

/// Cells `[row][column]`, square, with the same names for both; some may be empty.
pub fn grid(title: &str, labels: [&str; 2], names: &[&str], cells: &[Vec<Option<Cell>>]) -> String {
    let side = CELL * names.len() as f64;
    let (width, height) = (LEFT + side + 20.0, TOP + side + 20.0);
    let mut svg = head(width, height, title);
    let middle = TOP + side / 2.0;
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"38\" text-anchor=\"middle\">{}</text>\
         <text x=\"16\" y=\"{middle}\" text-anchor=\"middle\" \
         transform=\"rotate(-90 16 {middle})\">{}</text>",
        LEFT + side / 2.0,
        escape(labels[1]),
        escape(labels[0]),
    );
    for (i, name) in names.iter().enumerate() {
        let at = CELL * (i as f64 + 0.5);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{name}</text>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
            LEFT + at,
            TOP - 8.0,
            LEFT - 8.0,
            TOP + at + 4.0,
            name = escape(name),
        );
    }
    for (y, row) in cells.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            let Some(Cell { shade, text, note }) = cell else { continue };
            let (left, top) = (LEFT + CELL * x as f64, TOP + CELL * y as f64);
            let ink = if *shade > 0.55 { "#fff" } else { "#111" };
            let _ = writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{CELL}\" height=\"{CELL}\" \
                 fill=\"#0072B2\" fill-opacity=\"{shade:.3}\" stroke=\"#777\"/>\
                 <text x=\"{cx}\" y=\"{}\" text-anchor=\"middle\" font-size=\"16\" \
                 fill=\"{ink}\">{text}</text>\
                 <text x=\"{cx}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" \
                 fill=\"{ink}\">{note}</text>",
                top + CELL / 2.0,
                top + CELL / 2.0 + 18.0,
                cx = left + CELL / 2.0,
            );
        }
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_films_has_no_share() {
        let svg = matrix("t", ["truth", "read"], &["0", "I"], &[vec![3, 1], vec![0, 0]]);
        assert!(svg.contains(">75 %<") && svg.contains(">25 %<"));
        assert!(!svg.contains("NaN"));
        assert_eq!(svg.matches("<rect x=").count(), 4);
    }

    #[test]
    fn an_empty_cell_is_not_drawn() {
        let cell = Cell { shade: 0.5, text: "0.50".into(), note: "n 7".into() };
        let cells = [vec![None, Some(cell.clone())], vec![Some(cell), None]];
        let svg = grid("t", ["", ""], &["A", "B"], &cells);
        assert_eq!((svg.matches("<rect x=").count(), svg.matches(">n 7<").count()), (2, 2));
    }
}
