//! Silicodata: silicosis, silicotuberculosis, tuberculosis and healthy lungs, from India (Akhter Y.
//! et al., Harvard Dataverse 2025, doi 10.7910/DVN/QH199J).
//!
//! Set A is a folder a class; set B a folder and a table with each film's impression, a free text.

mod impression;

use std::{collections::BTreeMap, path::PathBuf};

use super::Set;
use crate::{
    Error,
    film::{Film, Found},
    folder::{Folder, stem_of},
    table::{self, Table},
};
use impression::Condition;

/// The set.
pub(super) const SET: Set = Set {
    name: "silicodata",
    title: "Silicodata",
    from: "https://doi.org/10.7910/DVN/QH199J",
    license: "the terms shown there",
    layout: "set_A_folder/train_images and test_images, each with folder_silicosis, folder_STB, \
             folder_TB, folder_normal, and set_B_folder/set_B_images with Silicodata_SetB_labels.csv",
    assumed: "folders and the columns patient_id and Impression are known from programs that read \
              the version of February 2025, not from a document of its authors; a film's name is \
              taken for its patient's; masks of lungs and lesions are not read",
    labels: &["pneumoconiosis", "tb_abnormal", "condition", "subset"],
    more: &["impression"],
    find,
};

/// Endings of films.
const FILMS: [&str; 5] = ["jpg", "jpeg", "png", "dcm", "dicom"];

/// The table of set B.
const TABLE: &str = "Silicodata_SetB_labels.csv";

fn find(folder: &Folder) -> Result<Found, Error> {
    let mut found = Found::default();
    set_a(folder, &mut found);
    let of_a = found.films.len();
    if let Ok(path) = folder.only(TABLE) {
        found.read.push(path.clone());
        set_b(folder, &mut found, &table::of_set(path, &["patient_id", "Impression"])?)?;
    } else if !folder.right_in("set_B_images", &FILMS).is_empty() {
        let what = format!("films of set B (set_B_images), but not its table {TABLE}, once");
        return Err(SET.not_as_expected(folder, what));
    } else if of_a == 0 {
        let what = format!("neither films of set A (folder_silicosis and so on) nor {TABLE}");
        return Err(SET.not_as_expected(folder, what));
    }
    Ok(found)
}

/// Set A: the folder says the condition.
fn set_a(folder: &Folder, found: &mut Found) {
    let folders = [
        ("folder_normal", Condition::Normal),
        ("folder_TB", Condition::Tuberculosis),
        ("folder_silicosis", Condition::Silicosis),
        ("folder_STB", Condition::Silicotuberculosis),
    ];
    for (name, condition) in folders {
        for path in folder.right_in(name, &FILMS) {
            let above = path.parent().and_then(|p| p.parent()).map(crate::folder::name_of);
            let subset = match above.as_deref() {
                Some("train_images") => "A train",
                Some("test_images") => "A test",
                _ => "A",
            };
            let mut film = Film::new(path.clone(), stem_of(path).to_lowercase());
            label(&mut film, condition);
            film.set("subset", subset);
            found.films.push(film);
        }
    }
}

/// Set B: the impression says the condition, where it says one and no more.
fn set_b(folder: &Folder, found: &mut Found, table: &Table) -> Result<(), Error> {
    // Looked for in this folder alone: a film of set A may have the same name.
    let films: BTreeMap<String, &PathBuf> = folder
        .right_in("set_B_images", &FILMS)
        .into_iter()
        .map(|path| (stem_of(path).to_lowercase(), path))
        .collect();
    for row in table.rows() {
        let patient = row.needed("patient_id")?;
        let Some(file) = films.get(&patient.to_lowercase()) else {
            let line = row.line();
            let why = format!("{TABLE}, line {line}: no film {patient:?} in set_B_images");
            found.left_out.push(why);
            continue;
        };
        let mut film = Film::new((*file).clone(), patient.to_lowercase());
        let impression = row.cell("Impression");
        match Condition::of_impression(impression) {
            Some(condition) => label(&mut film, condition),
            None => found.notes.push(format!(
                "{TABLE}, line {}: no label, since the impression {impression:?} says not one \
                 condition for certain",
                row.line()
            )),
        }
        film.set("subset", "B");
        film.set("impression", impression);
        found.films.push(film);
    }
    Ok(())
}

/// Labels of a condition. A film of silicosis alone has no `tb_abnormal`: it is not tuberculous, but
/// whoever asks for films with 0 wants healthy ones.
fn label(film: &mut Film, condition: Condition) {
    use Condition::{Normal, Silicosis, Silicotuberculosis, Tuberculosis};
    film.set("condition", condition.name());
    film.set(
        "pneumoconiosis",
        match condition {
            Silicosis | Silicotuberculosis => "1",
            Normal | Tuberculosis => "0",
        },
    );
    film.set(
        "tb_abnormal",
        match condition {
            Tuberculosis | Silicotuberculosis => "1",
            Normal => "0",
            Silicosis => "",
        },
    );
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    const A: &str = "Silicodata_Updated_Feb2025/set_A_folder";
    const B: &str = "Silicodata_Updated_Feb2025/set_B_folder";

    fn read(files: &[(String, &str)]) -> Result<Found, Error> {
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), *t)).collect();
        (SET.find)(&open(&folder_of(&files)))
    }

    #[test]
    fn both_sets_are_read() {
        let table = "patient_id,Impression\nP1,Silicosis\n\"p,2\",Silicosis or TB\nP3,normal\n\
                     ../P1,normal\n";
        let found = read(&[
            (format!("{A}/train_images/folder_normal/n1.jpg"), ""),
            (format!("{A}/train_images/folder_silicosis/S1.jpg"), ""),
            (format!("{A}/test_images/folder_STB/st.jpg"), ""),
            (format!("{A}/test_images/folder_TB/t.jpg"), ""),
            (format!("{A}/test_images/folder_other/t2.jpg"), ""),
            (format!("{B}/Silicodata_SetB_labels.csv"), table),
            (format!("{B}/set_B_images/P1.jpg"), ""),
            (format!("{B}/set_B_images/p,2.jpg"), ""),
        ])
        .unwrap();
        let rows: Vec<String> = found
            .films
            .iter()
            .map(|film| {
                let cell = |c: &&str| film.cells.get(*c).map_or("", String::as_str);
                let cells: Vec<&str> = SET.labels.iter().map(cell).collect();
                format!("{} {}", film.patient_id, cells.join("/"))
            })
            .collect();
        assert_eq!(
            rows,
            [
                "n1 0/0/normal/A train",
                "t 0/1/tuberculosis/A test",
                "s1 1//silicosis/A train",
                "st 1/1/silicotuberculosis/A test",
                "p1 1//silicosis/B",
                "p,2 ///B",
            ]
        );
        assert!(
            found.notes[0].contains("line 3: no label, since the impression \"Silicosis or TB\"")
        );
        assert_eq!(found.left_out.len(), 2, "{:?}", found.left_out);
        assert!(found.left_out[1].contains("line 5: no film \"../P1\" in set_B_images"));
    }

    #[test]
    fn one_set_may_be_missing_but_not_both_nor_the_table_of_films() {
        assert_eq!(read(&[(format!("{A}/folder_TB/t.jpg"), "")]).unwrap().films.len(), 1);
        for (file, said) in [
            (format!("{B}/set_B_images/P1.jpg"), "not its table Silicodata_SetB_labels.csv"),
            ("something.zip".to_owned(), "neither films of set A"),
        ] {
            let error = read(&[(file, "")]).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("QH199J"), "{error}");
        }
        let table = (format!("{B}/Silicodata_SetB_labels.csv"), "id,Impression\n");
        let error = read(&[table]).unwrap_err().to_string();
        assert!(error.contains("no column patient_id; it has id, Impression"), "{error}");
    }
}
