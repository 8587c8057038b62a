//! A table of counts, darker where there are more.

use std::fmt::Write;

use super::{escape, head};

const CELL: f64 = 74.0;
const LEFT: f64 = 96.0;
const TOP: f64 = 62.0;

/// Counts `[row][column]`, square, with the same names for both; shades are of a row's share.
pub fn matrix(title: &str, labels: [&str; 2], names: &[&str], counts: &[Vec<usize>]) -> String {
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
    for (y, row) in counts.iter().enumerate() {
        let all: usize = row.iter().sum();
        for (x, count) in row.iter().enumerate() {
            let share = if all > 0 { *count as f64 / all as f64 } else { 0.0 };
            let (left, top) = (LEFT + CELL * x as f64, TOP + CELL * y as f64);
            let ink = if share > 0.55 { "#fff" } else { "#111" };
            let _ = writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{CELL}\" height=\"{CELL}\" \
                 fill=\"#0072B2\" fill-opacity=\"{share:.3}\" stroke=\"#777\"/>\
                 <text x=\"{cx}\" y=\"{}\" text-anchor=\"middle\" font-size=\"16\" \
                 fill=\"{ink}\">{count}</text>\
                 <text x=\"{cx}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" \
                 fill=\"{ink}\">{:.0} %</text>",
                top + CELL / 2.0,
                top + CELL / 2.0 + 18.0,
                share * 100.0,
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
}
