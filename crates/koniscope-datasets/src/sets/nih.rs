//! NIH ChestX-ray14: 112,120 films of 30,805 patients with findings taken from reports by a program
//! (Wang X. et al., CVPR 2017).

use std::collections::HashMap;

use super::{Set, sex, years};
use crate::{
    Error,
    files::read_text,
    film::{Film, Found},
    folder::Folder,
    table,
};

/// The set.
pub(super) const SET: Set = Set {
    name: "nih",
    title: "NIH ChestX-ray14",
    from: "https://nihcc.app.box.com/v/ChestXray-NIHCC",
    license: "no restriction; name the NIH Clinical Center, link to the set, cite Wang 2017",
    layout: "Data_Entry_2017_v2020.csv or Data_Entry_2017.csv, films as 00000001_000.png in any \
             folder (images, or images_001/images and so on), and where there are \
             train_val_list.txt and test_list.txt",
    assumed: "",
    labels: &[
        FINDINGS[0],
        FINDINGS[1],
        FINDINGS[2],
        FINDINGS[3],
        FINDINGS[4],
        FINDINGS[5],
        FINDINGS[6],
        FINDINGS[7],
        FINDINGS[8],
        FINDINGS[9],
        FINDINGS[10],
        FINDINGS[11],
        FINDINGS[12],
        FINDINGS[13],
        NONE,
        "view",
        "sex",
        "subset",
    ],
    more: &["age"],
    find,
};

/// Findings as the set writes them.
const FINDINGS: [&str; 14] = [
    "Atelectasis",
    "Cardiomegaly",
    "Effusion",
    "Infiltration",
    "Mass",
    "Nodule",
    "Pneumonia",
    "Pneumothorax",
    "Consolidation",
    "Edema",
    "Emphysema",
    "Fibrosis",
    "Pleural_Thickening",
    "Hernia",
];

/// Column of films without any.
const NONE: &str = "No_Finding";

/// Bytes of a list of names at most; the longer has 1.5 million.
const LIST_BYTES: u64 = 64 << 20;

fn find(folder: &Folder) -> Result<Found, Error> {
    let path = folder
        .only("Data_Entry_2017_v2020.csv")
        .or_else(|_| folder.only("Data_Entry_2017.csv"))
        .map_err(|what| SET.not_as_expected(folder, what))?;
    let needed = ["Image Index", "Finding Labels", "Patient ID", "Patient Age", "View Position"];
    let table = table::of_set(path, &needed)?;
    // The later version of the table says sex, the earlier gender.
    let sex_column = if table.has("Patient Sex") { "Patient Sex" } else { "Patient Gender" };
    let mut found = Found { read: vec![path.clone()], ..Found::default() };
    let subsets = subsets(folder, &mut found)?;
    let mut said_of = HashMap::new();
    for row in table.rows() {
        let name = row.needed("Image Index")?;
        let labels = row.needed("Finding Labels")?;
        let patient = row.needed("Patient ID")?;
        match said_of.insert(name, [labels, patient]) {
            None => {}
            Some(before) if before == [labels, patient] => {
                found
                    .notes
                    .push(format!("line {}: {name} stands twice, and is counted once", row.line()));
                continue;
            }
            Some([before, whose]) => {
                let detail = format!(
                    "{name} has {labels} and is of patient {patient}; on an earlier line {before}, of \
                     patient {whose}. Leave out one"
                );
                return Err(row.fault(detail).into());
            }
        }
        let file = match folder.only(name) {
            Ok(file) => file.clone(),
            Err(why) => {
                found.left_out.push(format!("line {}: {why}", row.line()));
                continue;
            }
        };
        let mut film = Film::new(file, patient);
        let said: Vec<&str> = labels.split('|').map(str::trim).collect();
        let known = |finding: &&&str| FINDINGS.contains(*finding) || **finding == "No Finding";
        if let Some(other) = said.iter().find(|finding| !known(finding)) {
            return Err(row.fault(format!(
                "{other:?} is no finding of this set; No Finding, {} were expected, separated by |",
                FINDINGS.join(", ")
            )).into());
        }
        for finding in FINDINGS {
            film.set(finding, u8::from(said.contains(&finding)).to_string());
        }
        film.set(NONE, u8::from(said == ["No Finding"]).to_string());
        film.set("view", row.cell("View Position"));
        film.set("sex", sex(row.cell(sex_column)));
        film.set("age", years(row.cell("Patient Age")));
        film.set("subset", subsets.get(name).copied().unwrap_or_default());
        found.films.push(film);
    }
    Ok(found)
}

/// Which films the set's authors meant for training and for testing, where their lists are there.
fn subsets(folder: &Folder, found: &mut Found) -> Result<HashMap<String, &'static str>, Error> {
    let mut subsets = HashMap::new();
    for (list, subset) in [("train_val_list.txt", "train_val"), ("test_list.txt", "test")] {
        let Ok(path) = folder.only(list) else { continue };
        let text = read_text(path, LIST_BYTES)?;
        subsets.extend(text.lines().map(|name| (name.trim().to_owned(), subset)));
        found.read.push(path.clone());
    }
    Ok(subsets)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    const TABLE: &str = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient \
        Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n\
        00000001_000.png,Cardiomegaly|Emphysema,0,1,058Y,M,PA,2682,2749,0.143,0.143,\n\
        00000002_000.png,No Finding,0,2,414,F,AP,2500,2048,0.171,0.171,\n\
        00000003_000.png,No Finding,0,3,81,F,PA,2500,2048,0.171,0.171,\n\
        \"../x,\"\"y.png\",No Finding,0,4,81,F,PA,2500,2048,0.171,0.171,\n";

    #[test]
    fn findings_patients_and_subsets_are_read() {
        let made = folder_of(&[
            ("Data_Entry_2017.csv", TABLE),
            ("images_001/images/00000001_000.png", ""),
            ("images_012/images/00000002_000.png", ""),
            ("images_012/images/x,\"y.png", ""),
            ("test_list.txt", "00000002_000.png\n"),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        let row = |i: usize| {
            let film = &found.films[i];
            let cell = |c: &str| film.cells.get(c).map_or("", String::as_str).to_owned();
            let columns = ["Cardiomegaly", "Mass", NONE, "view", "sex", "age", "subset"];
            (film.patient_id.clone(), columns.map(cell).join(" "))
        };
        assert_eq!(row(0), ("1".into(), "1 0 0 PA M 58 ".into()));
        assert_eq!(row(1), ("2".into(), "0 0 1 AP F  test".into()));
        assert_eq!(found.films.len(), 2);
        assert!(found.left_out[0].contains("line 4: no file is called \"00000003_000.png\""));
        assert!(found.left_out[1].contains("line 5: no file is called \"../x,"));
        assert_eq!(SET.labels[..14], FINDINGS);
    }

    #[test]
    fn a_film_that_stands_twice_is_counted_once_or_refused() {
        let row = "00000001_000.png,Cardiomegaly|Emphysema,0,1,058Y,M,PA,2682,2749,0.143,0.143,\n";
        let find = |again: &str| {
            let table = format!("{TABLE}{again}");
            let files = [("Data_Entry_2017.csv", table.as_str()), ("images/00000001_000.png", "")];
            (SET.find)(&open(&folder_of(&files)))
        };
        let found = find(row).unwrap();
        assert_eq!(found.films.len(), 1);
        assert!(found.notes[0].contains("00000001_000.png stands twice"), "{:?}", found.notes);
        for other in [row.replace("Emphysema", "Mass"), row.replace(",0,1,", ",0,7,")] {
            let error = find(&other).unwrap_err().to_string();
            assert!(error.contains("line 6") && error.contains("on an earlier line"), "{error}");
        }
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let made = folder_of(&[("images/00000001_000.png", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("Data_Entry_2017") && error.contains("nihcc.app.box"), "{error}");
        let wrong = TABLE.replace("Emphysema", "Silicosis");
        let files = [("Data_Entry_2017.csv", wrong.as_str()), ("images/00000001_000.png", "")];
        let error = (SET.find)(&open(&folder_of(&files))).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && error.contains("\"Silicosis\" is no finding"),
            "{error}"
        );
    }
}
