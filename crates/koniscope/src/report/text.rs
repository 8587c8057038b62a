//! The table on the terminal.

use super::{FilmReport, words};
use crate::reading::DISCLAIMER;

/// Longest path shown whole; of a longer one the end is shown.
const PATH_COLUMNS: usize = 48;

/// A table with a line per film, then notices, counts and disclaimer. Plain text without color.
pub fn text(films: &[FilmReport]) -> String {
    let target = films.iter().find_map(FilmReport::reading).map(|r| &r.pneumoconiosis.target);
    let probability = target.map_or("probability".into(), |target| format!("P({target})"));
    let head = ["film", &probability, "right lung", "left lung", "notes"].map(String::from);
    let rows: Vec<Row> = films.iter().map(Row::of).collect();

    let mut widths = head.each_ref().map(|cell| cell.chars().count());
    for row in &rows {
        widths[0] = widths[0].max(row.film.chars().count());
        for (width, cell) in widths[1..4].iter_mut().zip(row.cells.iter().flatten()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = line(&head[0], [&head[1], &head[2], &head[3]], &head[4], widths);
    for Row { film, cells, notes } in &rows {
        out += &match cells {
            Some([p, right, left]) => line(film, [p, right, left], notes, widths),
            None => format!("{film:<width$}  {notes}\n", width = widths[0]),
        };
    }
    out += &format!("\n{}\n", words::counts(films));
    for notice in words::all_notices(films) {
        out += &format!("{notice}\n");
    }
    out + DISCLAIMER + "\n"
}

struct Row {
    film: String,
    /// Probability and areas; none for a film that was not read.
    cells: Option<[String; 3]>,
    notes: String,
}

impl Row {
    fn of(report: &FilmReport) -> Self {
        let film = shown(&report.path);
        match &report.outcome {
            Ok(reading) => {
                let lungs = &reading.lungs;
                let stage = words::likeliest_stage(reading);
                let stage = stage.map(|(class, p)| format!("{class} {p:.2}"));
                let flags = reading.quality.flags.iter().map(|flag| words::flag_word(flag.kind));
                let notes: Vec<String> = stage.into_iter().chain(flags).collect();
                let cells = [
                    format!("{:.2}", reading.pneumoconiosis.probability),
                    words::area(&lungs.right),
                    words::area(&lungs.left),
                ];
                Self { film, cells: Some(cells), notes: notes.join(", ") }
            }
            Err(failure) => {
                let notes = format!("not read ({}): {}", failure.kind, plain(&failure.message));
                Self { film, cells: None, notes }
            }
        }
    }
}

fn line(film: &str, cells: [&String; 3], notes: &str, widths: [usize; 5]) -> String {
    let [p, right, left] = cells;
    let [w0, w1, w2, w3, _] = widths;
    let line = format!("{film:<w0$}  {p:>w1$}  {right:>w2$}  {left:>w3$}  {notes}");
    format!("{}\n", line.trim_end())
}

/// A path without control characters, which could steer a terminal, its beginning cut off where
/// it is long.
fn shown(path: &str) -> String {
    let path = plain(path);
    let length = path.chars().count();
    if length <= PATH_COLUMNS {
        return path;
    }
    let end: String = path.chars().skip(length - PATH_COLUMNS + 3).collect();
    format!("...{end}")
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, report::fake};

    #[test]
    fn the_table_lines_up_and_ends_with_the_disclaimer() {
        let films = [
            fake::report("films/one.png", fake::read(2)),
            fake::report("films/a-longer-name.png", fake::read(4)),
            fake::report("broken.dcm", Err(Error::Empty.into())),
        ];
        let table = text(&films);
        let lines: Vec<&str> = table.lines().collect();
        let column = lines[0].find("P(tuberculosis)").map(|at| at + "P(tuberculosis)".len());
        assert_eq!(lines[1].find("0.73").map(|at| at + 4), column, "{table}");
        assert!(lines[2].contains(" px") && lines[2].contains("stage 1 0."), "{table}");
        assert!(lines[3].contains("not read (empty): the file is empty"), "{table}");
        assert!(table.contains("3 films: 2 read, 1 not read\nStand-in:"), "{table}");
        assert_eq!(lines.last(), Some(&DISCLAIMER));
        assert_eq!(table.matches("Stand-in").count(), 1);
    }

    #[test]
    fn a_path_cannot_steer_the_terminal_or_break_the_table() {
        assert_eq!(shown("a\u{1b}[2J\n.png"), "a?[2J?.png");
        let long = shown(&format!("{}/end.png", "x".repeat(300)));
        assert!(long.starts_with("...x") && long.ends_with("/end.png"));
        assert_eq!(long.chars().count(), PATH_COLUMNS);
    }
}
