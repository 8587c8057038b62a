//! VinDr-CXR: 18,000 posterior-anterior films; 15,000 labeled by three radiologists each, 3,000 by
//! five in consensus (Nguyen H. Q. et al., Sci Data 2022;9:429).

mod labels;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::Set;
use crate::{
    Error,
    film::{Film, Found, LABELS_FROM},
    folder::Folder,
    table,
};
use labels::{BOXED, COLUMNS, LABELS};

/// The set.
pub(super) const SET: Set = Set {
    name: "vindr",
    title: "VinDr-CXR",
    from: "https://physionet.org/content/vindr-cxr/1.0.0/",
    license: "PhysioNet Credentialed Health Data License 1.5.0, after training and agreement",
    layout: "annotations/image_labels_train.csv and image_labels_test.csv (or, of the Kaggle \
             competition, train.csv), and films as train/IMAGE_ID.dicom, test/IMAGE_ID.dicom",
    assumed: "",
    labels: &COLUMNS,
    more: &[LABELS_FROM],
    find,
};

/// What each reader of a film marked: indices of [`LABELS`]. A consensus is one reader without a
/// name.
type Readers = BTreeMap<String, BTreeSet<usize>>;

fn find(folder: &Folder) -> Result<Found, Error> {
    let mut found = Found::default();
    let tables = [("image_labels_train.csv", "train"), ("image_labels_test.csv", "test")];
    for (name, subset) in tables {
        if let Ok(path) = folder.only(name) {
            add(&mut found, folder, path, subset, &matrix(path)?, LABELS.len());
        }
    }
    if found.read.is_empty() {
        let path = folder.only("train.csv").map_err(|_| {
            let what = "neither image_labels_train.csv, image_labels_test.csv nor train.csv, once";
            SET.not_as_expected(folder, what)
        })?;
        add(&mut found, folder, path, "train", &boxes(path)?, BOXED);
    }
    Ok(found)
}

/// A row a film and reader, a column a label.
fn matrix(path: &Path) -> Result<BTreeMap<String, Readers>, Error> {
    let table = table::of_set(path, &["image_id", "No finding"])?;
    let mut films: BTreeMap<String, Readers> = BTreeMap::new();
    for row in table.rows() {
        let mut marked = BTreeSet::new();
        for (i, label) in LABELS.into_iter().enumerate() {
            let column = if table.has(label) { label } else { label.trim_end_matches('s') };
            match row.needed(column)? {
                "1" | "1.0" => drop(marked.insert(i)),
                "0" | "0.0" => {}
                other => {
                    let detail = format!("column {column:?} holds {other:?}; 0 or 1 was expected");
                    return Err(row.fault(detail).into());
                }
            }
        }
        let readers = films.entry(row.needed("image_id")?.to_owned()).or_default();
        readers.insert(row.cell("rad_id").to_owned(), marked);
    }
    Ok(films)
}

/// A row a box, with the label's name.
fn boxes(path: &Path) -> Result<BTreeMap<String, Readers>, Error> {
    let table = table::of_set(path, &["image_id", "class_name", "rad_id"])?;
    let mut films: BTreeMap<String, Readers> = BTreeMap::new();
    for row in table.rows() {
        let name = row.needed("class_name")?;
        let label = LABELS[..BOXED].iter().position(|l| *l == name).ok_or_else(|| {
            let known = LABELS[..BOXED].join(", ");
            row.fault(format!("{name:?} is no label of this set; {known} were expected"))
        })?;
        let readers = films.entry(row.needed("image_id")?.to_owned()).or_default();
        readers.entry(row.needed("rad_id")?.to_owned()).or_default().insert(label);
    }
    Ok(films)
}

/// Adds the films of a table. A label is what more than half of its readers marked.
fn add(
    found: &mut Found,
    folder: &Folder,
    path: &Path,
    subset: &str,
    films: &BTreeMap<String, Readers>,
    labels: usize,
) {
    found.read.push(path.to_owned());
    for (id, readers) in films {
        let file = match folder.only_ending(id, &["dicom", "dcm"]) {
            Ok(file) => file.clone(),
            Err(why) => {
                found.left_out.push(format!("{subset}: {why}"));
                continue;
            }
        };
        // No patient is named, so that each film counts as one.
        let mut film = Film::new(file, id);
        film.set("subset", subset);
        film.set("view", "PA");
        for (i, column) in COLUMNS[..labels].iter().enumerate() {
            let marked = readers.values().filter(|marked| marked.contains(&i)).count();
            film.set(column, u8::from(2 * marked > readers.len()).to_string());
        }
        for (reader, marked) in readers.iter().filter(|(reader, _)| !reader.is_empty()) {
            let marked: Vec<&str> = marked.iter().map(|i| COLUMNS[*i]).collect();
            // A reader who marked nothing says something all the same.
            let marked = if marked.is_empty() { vec![COLUMNS[0]] } else { marked };
            film.set_read(reader, "findings", marked.join("|"));
        }
        found.films.push(film);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    /// A table of labels: film, reader, and which of [`LABELS`] is 1.
    fn table(rows: &[(&str, &str, usize)], last: &str) -> String {
        let labels = LABELS.map(|label| if label == "Other diseases" { last } else { label });
        let mut text = format!("image_id,rad_id,{}\n", labels.join(","));
        for (image, reader, marked) in rows {
            let cells = (0..LABELS.len()).map(|i| if i == *marked { "1" } else { "0" });
            text += &format!("{image},{reader},{}\n", cells.collect::<Vec<_>>().join(","));
        }
        text
    }

    #[test]
    fn the_majority_of_readers_decides_and_each_is_kept() {
        let rows = [("aa", "R8", 6), ("aa", "R10", 6), ("aa", "R9", 0), ("gone", "R1", 0)];
        let train = table(&rows, "Other diseases");
        let test = table(&[("bb", "", 27)], "Other disease");
        let made = folder_of(&[
            ("1.0.0/annotations/image_labels_train.csv", train.as_str()),
            ("1.0.0/annotations/image_labels_test.csv", test.as_str()),
            ("1.0.0/train/aa.dicom", ""),
            ("1.0.0/test/bb.dicom", ""),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        let [a, b] = found.films.as_slice() else { panic!("{found:?}") };
        assert_eq!([&a.cells["ILD"], &a.cells["No_Finding"], &a.cells["COPD"]], ["1", "0", "0"]);
        let read = ["R8", "R9", "R10"].map(|r| a.readers[&format!("reader_{r}_findings")].as_str());
        assert_eq!(read, ["ILD", "No_Finding", "ILD"]);
        assert_eq!(a.cells["labels_from"], "readers");
        assert_eq!([&b.cells["Other_Diseases"], &b.cells["subset"]], ["1", "test"]);
        assert!(b.readers.is_empty() && !b.cells.contains_key("labels_from"));
        assert!(found.left_out[0].contains("\"gone\" with the ending dicom"));
    }

    #[test]
    fn the_competition_s_table_fills_what_it_knows() {
        let text = "image_id,class_name,class_id,rad_id,x_min\naa,No finding,14,R1,\n\
                    aa,ILD,5,R2,1\naa,Calcification,2,R2,1\naa,ILD,5,R3,1\n../aa,ILD,5,R3,1\n";
        let made = folder_of(&[("train.csv", text), ("train/aa.dicom", "")]);
        let found = (SET.find)(&open(&made)).unwrap();
        let cells = &found.films[0].cells;
        assert_eq!([&cells["ILD"], &cells["Calcification"]], ["1", "0"]);
        assert_eq!(found.films[0].readers["reader_R2_findings"], "Calcification|ILD");
        assert!(!cells.contains_key("COPD"));
        assert_eq!((found.films.len(), found.left_out.len()), (1, 1));
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let made = folder_of(&[("train/aa.dicom", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("image_labels_train.csv") && error.contains("physionet"), "{error}");
        for (text, said) in [
            ("image_id,class_name,rad_id\naa,Silicosis,R1\n", "\"Silicosis\" is no label"),
            ("image_id,class_name\naa,ILD\n", "no column rad_id"),
            ("image_id,class_name,rad_id\naa,ILD,\n", "rad_id is empty"),
        ] {
            let made = folder_of(&[("train.csv", text), ("train/aa.dicom", "")]);
            let error = (SET.find)(&open(&made)).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let odd = table(&[("aa", "R1", 0)], "Other diseases").replacen(",1,", ",yes,", 1);
        let made = folder_of(&[("image_labels_train.csv", odd.as_str()), ("aa.dicom", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("holds \"yes\""), "{error}");
    }
}
