//! The table on the terminal.

use super::{
    FilmReport,
    words::{self, plain},
};
use crate::reading::DISCLAIMER;

/// Longest path shown whole; of a longer one the end is shown.
const PATH_COLUMNS: usize = 48;

/// A table with a line per film, then notices, counts and disclaimer. Plain text without color.
pub fn text(films: &[FilmReport]) -> String {
    let target = films.iter().find_map(FilmReport::reading).map(|r| &r.pneumoconiosis.target);
    let probability = target.map_or("probability".into(), |target| format!("P({target})"));
    let staged = films.iter().filter_map(FilmReport::reading).any(|r| r.stage.is_some());
    let mut head = vec!["film".to_owned(), probability];
    head.extend(staged.then(|| "stage".to_owned()));
    head.extend(["right lung".to_owned(), "left lung".to_owned()]);
    let rows: Vec<Row> = films.iter().map(|film| Row::of(film, staged)).collect();

    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in &rows {
        widths[0] = widths[0].max(row.film.chars().count());
        for (width, cell) in widths[1..].iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = line(&head[0], &head[1..], "notes", &widths);
    for Row { film, cells, notes } in &rows {
        out += &match cells.is_empty() {
            false => line(film, cells, notes, &widths),
            true => format!("{film:<width$}  {notes}\n", width = widths[0]),
        };
    }
    out += &format!("\n{}\n", words::counts(films));
    if let Some(first) = films.iter().find_map(FilmReport::reading) {
        let detection = &first.pneumoconiosis;
        out += &format!("P({}): {}\n", detection.target, words::calibrated(detection));
    }
    for notice in words::all_notices(films) {
        out += &format!("{notice}\n");
    }
    out + DISCLAIMER + "\n"
}

struct Row {
    film: String,
    /// Probability, stage where there is a column for it, and areas; empty for a film that was not
    /// read.
    cells: Vec<String>,
    notes: String,
}

impl Row {
    fn of(report: &FilmReport, staged: bool) -> Self {
        let film = shown(&report.path);
        match &report.outcome {
            Ok(reading) => {
                let (lungs, detection) = (&reading.lungs, &reading.pneumoconiosis);
                let abstention = words::abstention(reading).into_iter();
                let said =
                    abstention.chain(words::clause(reading)).chain(words::decisions(reading));
                let flags = reading.quality.flags.iter().map(|flag| words::flag_word(flag.kind));
                let notes: Vec<String> = said.chain(flags).collect();
                let mut cells = vec![words::probability(detection.probability, detection)];
                cells.extend(staged.then(|| words::stage(reading).unwrap_or_default()));
                cells.extend([words::area(&lungs.right), words::area(&lungs.left)]);
                Self { film, cells, notes: notes.join(", ") }
            }
            Err(failure) => {
                let notes = format!("not read ({}): {}", failure.kind, plain(&failure.message));
                Self { film, cells: Vec::new(), notes }
            }
        }
    }
}

/// The film on the left, `cells` on the right of their columns.
fn line(film: &str, cells: &[String], notes: &str, widths: &[usize]) -> String {
    let mut line = format!("{film:<width$}", width = widths[0]);
    for (cell, width) in cells.iter().zip(&widths[1..]) {
        line += &format!("  {cell:>width$}");
    }
    format!("{}\n", format!("{line}  {notes}").trim_end())
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
        assert_eq!(lines[1].find("0.50-0.80").map(|at| at + 9), column, "{table}");
        assert!(lines[2].contains(" px") && lines[2].contains("stage 1, P 0.20-0.50"), "{table}");
        assert!(lines[3].contains("not read (empty): the file is empty"), "{table}");
        assert!(
            table.contains(
                "1 not read\nP(tuberculosis): calibrated on films of tuberculosis\nStand-in:"
            ),
            "{table}"
        );
        assert_eq!(lines.last(), Some(&DISCLAIMER));
        assert_eq!(table.matches("Stand-in").count(), 1);
    }

    #[test]
    fn a_zone_grader_has_a_column_for_the_stage_and_tells_its_clause() {
        let films = [
            fake::report("films/one.png", fake::read_zones()),
            fake::report("films/two.png", fake::read(2)),
        ];
        let table = text(&films);
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].contains("P(pneumoconiosis)  ") && lines[0].contains("  stage  "));
        assert!(lines[1].contains("II, P 0.80-0.95"), "{table}");
        assert!(lines[1].contains("overall profusion 2 in more than four zones"), "{table}");
        let ends = |line: &str| line.find(" px").map(|at| at + 3);
        assert_eq!(ends(lines[1]), ends(lines[2]), "{table}");
        assert!(!text(&films[1..]).contains("stage"), "no column without a zone grader");
    }

    #[test]
    fn a_path_cannot_steer_the_terminal_or_break_the_table() {
        assert_eq!(shown("a\u{1b}[2J\n.png"), "a?[2J?.png");
        let long = shown(&format!("{}/end.png", "x".repeat(300)));
        assert!(long.starts_with("...x") && long.ends_with("/end.png"));
        assert_eq!(long.chars().count(), PATH_COLUMNS);
    }

    #[test]
    fn what_a_site_decides_is_said_in_every_report() {
        let films = [fake::report("one.png", fake::read_at_site())];
        let (table, page) = (text(&films), crate::report::index(&films).into_string());
        let json = crate::report::document(&films);
        let reason = "unlike those that the reader was set on: gray is ";
        for (report, said) in [
            (&table, "Abstained: the film is "),
            (&table, "positive (threshold 0.20)"),
            (&table, "stages I to III possible"),
            (&page, "At this site"),
            (&page, "<strong>Abstained: the film is "),
            (&json, "\"positive\": true"),
            (&json, "\"kind\": \"unfamiliar\""),
            (&json, "\"set\": ["),
            (&json, "\"lung_ratio\": "),
        ] {
            assert!(report.contains(said), "{said} in {report}");
        }
        assert!([&table, &page, &json].iter().all(|report| report.contains(reason)));
        let without = text(&[fake::report("one.png", fake::read_zones())]);
        assert!(!without.contains("threshold") && !without.contains("Abstained"));
    }
}
