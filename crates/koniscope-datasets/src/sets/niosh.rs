//! Films of NIOSH, of the B Reader study syllabus or the Chest Image Repository, with
//! classifications by the ILO's scheme.
//!
//! NIOSH publishes films and answer keys as pages and forms, not as a table. So the table is the
//! user's: `classifications.csv`, a row a film and reader, from section 2 of form CDC/NIOSH (M) 2.8.

use std::collections::HashMap;

use super::Set;
use crate::{
    Error,
    film::{Film, Found, LABELS_FROM},
    folder::{Folder, stem_of},
    table::{self, Source as Row},
};

/// The set.
pub(super) const SET: Set = Set {
    name: "niosh",
    title: "NIOSH",
    from: "https://www.cdc.gov/niosh/learning/b-reader/ (B Reader study syllabus), and NIOSH on \
           request (Chest Image Repository)",
    license: "no terms of reuse were found stated; ask NIOSH before passing films on",
    layout: "the films in any folder, and classifications.csv, which you write from the answer keys: \
             columns image (the film's file name), profusion (0/- to 3/+), and where known large \
             (O, A, B, C), shapes (as q/t), reader, patient_id; a row a film and reader",
    assumed: "no table as downloaded is documented, so that one is asked for; one film is one \
              patient where patient_id is empty",
    labels: &["pneumoconiosis", "ilo_profusion", "ilo_large"],
    more: &["shapes", LABELS_FROM],
    find,
};

/// The table.
const TABLE: &str = "classifications.csv";

/// Profusion in the ILO's twelve subcategories.
const PROFUSION: [&str; 12] =
    ["0/-", "0/0", "0/1", "1/0", "1/1", "1/2", "2/1", "2/2", "2/3", "3/2", "3/3", "3/+"];

/// The first that counts as pneumoconiosis, 1/0 (20 CFR 718.102).
const POSITIVE: usize = 3;

/// Large opacities: none, or their category.
const LARGE: [&str; 4] = ["O", "A", "B", "C"];

/// One classification of a film.
struct Reading<'a> {
    row: Row<'a>,
    /// Who gave it; where no one is named, its place among those of the film.
    reader: String,
    profusion: usize,
    large: usize,
}

fn find(folder: &Folder) -> Result<Found, Error> {
    let path = SET.table(folder, TABLE)?;
    let table = table::of_set(path, &["image", "profusion"])?;
    let mut found = Found { read: vec![path.clone()], ..Found::default() };
    let mut at: HashMap<&str, usize> = HashMap::new();
    let mut films: Vec<Vec<Reading>> = Vec::new();
    for row in table.rows() {
        let film = *at.entry(row.needed("image")?).or_insert(films.len());
        if film == films.len() {
            films.push(Vec::new());
        }
        let reading = Reading::of(row, films[film].len() + 1)?;
        if films[film].iter().any(|other| other.reader == reading.reader) {
            return Err(row
                .fault(format!(
                    "reader {} has read {} before; give a second reading a name of its own",
                    reading.reader,
                    row.cell("image")
                ))
                .into());
        }
        films[film].push(reading);
    }
    for readings in &films {
        let Some(first) = readings.first() else { continue };
        match folder.only(first.row.cell("image")) {
            Ok(file) => found.films.push(film(file.clone(), readings)),
            Err(why) => found.left_out.push(format!("{TABLE}, line {}: {why}", first.row.line())),
        }
    }
    Ok(found)
}

impl<'a> Reading<'a> {
    fn of(row: Row<'a>, place: usize) -> Result<Self, Error> {
        let index = |column: &str, value: &str, of: &[&str]| {
            of.iter().position(|v| v.eq_ignore_ascii_case(value)).ok_or_else(|| {
                let expected = of.join(", ");
                row.fault(format!("column {column} holds {value:?}; {expected} were expected"))
            })
        };
        let large = match row.cell("large") {
            "" => 0,
            value => index("large", value, &LARGE)?,
        };
        let shapes = row.cell("shapes");
        let is_shape = |s: &str| matches!(s, "p" | "q" | "r" | "s" | "t" | "u");
        if !shapes.is_empty() && !shapes.split('/').all(is_shape) {
            let detail =
                format!("column shapes holds {shapes:?}; letters p to u, as q/t, were expected");
            return Err(row.fault(detail).into());
        }
        let profusion = index("profusion", row.needed("profusion")?, &PROFUSION)?;
        let reader = match row.cell("reader") {
            "" => place.to_string(),
            name => name.to_owned(),
        };
        Ok(Self { row, reader, profusion, large })
    }

    fn is_positive(&self) -> bool {
        self.profusion >= POSITIVE || self.large > 0
    }
}

/// A film with what most of its readers say of pneumoconiosis (nothing where they are divided) and
/// what all say of the rest.
fn film(file: std::path::PathBuf, readings: &[Reading]) -> Film {
    let stem = stem_of(&file);
    let patient = readings.iter().map(|r| r.row.cell("patient_id")).find(|id| !id.is_empty());
    let mut film = Film::new(file, patient.unwrap_or(&stem));
    let positive = readings.iter().filter(|r| r.is_positive()).count();
    if 2 * positive != readings.len() {
        let most = u8::from(2 * positive > readings.len());
        film.set("pneumoconiosis", most.to_string());
    }
    film.set("ilo_profusion", agreed(readings, |r| PROFUSION[r.profusion]));
    film.set("ilo_large", agreed(readings, |r| LARGE[r.large]));
    film.set("shapes", agreed(readings, |r| r.row.cell("shapes")));
    for reading in readings {
        film.set_read(&reading.reader, "ilo_profusion", PROFUSION[reading.profusion]);
        film.set_read(
            &reading.reader,
            "pneumoconiosis",
            u8::from(reading.is_positive()).to_string(),
        );
    }
    film
}

/// What all readings say alike; nothing where they differ.
fn agreed<'a>(readings: &'a [Reading], said: impl Fn(&'a Reading<'a>) -> &'a str) -> &'a str {
    let mut all = readings.iter().map(said);
    let first = all.next().unwrap_or_default();
    if all.all(|other| other == first) { first } else { "" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    #[test]
    fn readings_of_a_film_are_joined() {
        let table = "image,reader,profusion,large,shapes,patient_id\n\
                     s1.dcm,A,1/0,O,q/t,\ns1.dcm,B,0/1,O,q/t,P7\ns1.dcm,C,1/1,o,s/t,\n\
                     s2.dcm,,0/0,,,\ns3.dcm,,0/1,B,r/r,\n\"s,4.dcm\",A,0/1,,,\n\"s,4.dcm\",B,1/0,,,\n\
                     ../s1.dcm,,3/+,,,\n";
        let made = folder_of(&[
            ("classifications.csv", table),
            ("films/s1.dcm", ""),
            ("films/s2.dcm", ""),
            ("films/s3.dcm", ""),
            ("films/s,4.dcm", ""),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        let rows: Vec<String> = found
            .films
            .iter()
            .map(|film| {
                let columns = ["pneumoconiosis", "ilo_profusion", "ilo_large", "shapes"];
                let cell = |c: &str| film.cells.get(c).map_or("", String::as_str).to_owned();
                assert_eq!(film.cells["labels_from"], "readers");
                format!("{} {}", film.patient_id, columns.map(cell).join(" "))
            })
            .collect();
        let expected = ["P7 1  O ", "s2 0 0/0 O ", "s3 1 0/1 B r/r", "s,4   O "];
        assert_eq!(rows, expected);
        let read = |film: usize| -> Vec<String> {
            found.films[film]
                .readers
                .iter()
                .map(|(column, cell)| format!("{column} {cell}"))
                .collect()
        };
        let of_first = [
            "reader_A_ilo_profusion 1/0",
            "reader_A_pneumoconiosis 1",
            "reader_B_ilo_profusion 0/1",
            "reader_B_pneumoconiosis 0",
            "reader_C_ilo_profusion 1/1",
            "reader_C_pneumoconiosis 1",
        ];
        assert_eq!(read(0), of_first);
        // Large opacities alone are pneumoconiosis too.
        assert_eq!(read(2), ["reader_1_ilo_profusion 0/1", "reader_1_pneumoconiosis 1"]);
        assert!(found.left_out[0].contains("line 9: no file is called \"../s1.dcm\""));
        assert_eq!(PROFUSION[POSITIVE], "1/0");
    }

    #[test]
    fn what_is_missing_or_no_classification_is_named() {
        let made = folder_of(&[("s1.dcm", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("classifications.csv") && error.contains("profusion"), "{error}");
        for (row, said) in [
            ("s1.dcm,1-Jan,O,q/t", "column profusion holds \"1-Jan\"; 0/-, 0/0"),
            ("s1.dcm,,O,q/t", "profusion is empty"),
            ("s1.dcm,1/1,D,q/t", "column large holds \"D\""),
            ("s1.dcm,1/1,A,x/t", "column shapes holds \"x/t\""),
            (",1/1,A,q/t", "image is empty"),
        ] {
            let table = format!("image,profusion,large,shapes\n{row}\n");
            let made = folder_of(&[("classifications.csv", table.as_str()), ("s1.dcm", "")]);
            let error = (SET.find)(&open(&made)).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("line 2"), "{error}");
        }
        let table = "image,profusion,reader\ns1.dcm,1/1,A\ns1.dcm,1/1,B\ns1.dcm,1/2,A\n";
        let made = folder_of(&[("classifications.csv", table), ("s1.dcm", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("line 4: reader A has read s1.dcm before"), "{error}");
    }
}
