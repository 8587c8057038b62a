//! A table of counts or figures, darker where there is more.

use maud::{Markup, html};

use super::{STYLES, label, picture, upward};

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
pub fn matrix(title: &str, labels: [&str; 2], names: &[&str], counts: &[Vec<usize>]) -> Markup {
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
pub fn grid(title: &str, labels: [&str; 2], names: &[&str], cells: &[Vec<Option<Cell>>]) -> Markup {
    let side = CELL * names.len() as f64;
    let middle = TOP + side / 2.0;
    let body = html! {
        (label([LEFT + side / 2.0, 38.0], "middle", labels[1]))
        (upward([16.0, middle], labels[0]))
        @for (i, name) in names.iter().enumerate() {
            @let at = CELL * (i as f64 + 0.5);
            (label([LEFT + at, TOP - 8.0], "middle", name))
            (label([LEFT - 8.0, TOP + at + 4.0], "end", name))
        }
        @for (y, row) in cells.iter().enumerate() {
            @for (x, cell) in row.iter().enumerate() {
                @if let Some(cell) = cell {
                    (square(cell, [LEFT + CELL * x as f64, TOP + CELL * y as f64]))
                }
            }
        }
    };
    picture([LEFT + side + 20.0, TOP + side + 20.0], title, &body)
}

fn square(Cell { shade, text, note }: &Cell, [left, top]: [f64; 2]) -> Markup {
    let ink = if *shade > 0.55 { "#fff" } else { "#111" };
    let (x, y) = (left + CELL / 2.0, top + CELL / 2.0);
    html! {
        rect x=(left) y=(top) width=(CELL) height=(CELL) fill=(STYLES[0].0)
            fill-opacity=(format!("{shade:.3}")) stroke="#777" {}
        text x=(x) y=(y) text-anchor="middle" font-size="16" fill=(ink) { (text) }
        text x=(x) y=(y + 18.0) text-anchor="middle" font-size="11" fill=(ink) { (note) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_films_has_no_share() {
        let svg =
            matrix("t", ["truth", "read"], &["0", "I"], &[vec![3, 1], vec![0, 0]]).into_string();
        assert!(svg.contains(">75 %<") && svg.contains(">25 %<"));
        assert!(!svg.contains("NaN"));
        assert_eq!(svg.matches("<rect x=").count(), 4);
    }

    #[test]
    fn an_empty_cell_is_not_drawn() {
        let cell = Cell { shade: 0.5, text: "0.50".into(), note: "n 7".into() };
        let cells = [vec![None, Some(cell.clone())], vec![Some(cell), None]];
        let svg = grid("t", ["", ""], &["A", "B"], &cells).into_string();
        assert_eq!((svg.matches("<rect x=").count(), svg.matches(">n 7<").count()), (2, 2));
    }
}
