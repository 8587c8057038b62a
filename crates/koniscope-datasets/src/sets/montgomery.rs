//! Montgomery County: 138 films, 58 with tuberculosis, with both lungs outlined.

use std::collections::BTreeMap;

use super::{Set, nlm};
use crate::{
    Error,
    film::{Film, Found, Mask},
    folder::{Folder, name_of, stem_of},
};

/// The set.
pub(super) const SET: Set = Set {
    name: "montgomery",
    title: "Montgomery",
    from: "https://data.lhncbc.nlm.nih.gov/public/Tuberculosis-Chest-X-ray-Datasets/\
           Montgomery-County-CXR-Set/MontgomerySet/index.html",
    license: "public, for research; cite Jaeger 2014 and Candemir 2014",
    layout: "CXR_png/MCUCXR_0001_0.png, ClinicalReadings/MCUCXR_0001_0.txt, \
             ManualMask/leftMask/MCUCXR_0001_0.png, ManualMask/rightMask/MCUCXR_0001_0.png",
    assumed: "",
    labels: &["tb_abnormal", "view", "sex"],
    more: &["age", "condition"],
    find,
};

/// How films are called.
const PREFIX: &str = "MCUCXR";

fn find(folder: &Folder) -> Result<Found, Error> {
    let mut found = nlm::films(folder, &SET, PREFIX)?;
    let masks = |side| {
        let all = folder.right_in(side, &["png"]);
        all.into_iter().map(|path| (name_of(path), path.clone())).collect::<BTreeMap<_, _>>()
    };
    let (left, right) = (masks("leftMask"), masks("rightMask"));
    for film in &mut found.films {
        // All are posterior-anterior (Jaeger 2014).
        film.set("view", "PA");
        let name = name_of(film.picture.path());
        match (left.get(&name), right.get(&name)) {
            (Some(left), Some(right)) => {
                film.mask = Some(Mask::TwoLungs([left.clone(), right.clone()]));
            }
            (None, None) => found.notes.push(format!("{name}: no mask")),
            _ => found.notes.push(format!("{name}: a mask of one lung only; not used")),
        }
    }
    join_patients(&mut found.films);
    Ok(found)
}

/// Some readings say `same pt as MCUCXR_0113_1`: films whose readings name each other are one
/// patient's, who takes the name of the first.
fn join_patients(films: &mut [Film]) {
    let at: BTreeMap<String, usize> =
        films.iter().enumerate().map(|(i, f)| (stem_of(f.picture.path()), i)).collect();
    let mut first: Vec<usize> = (0..films.len()).collect();
    for (i, film) in films.iter().enumerate() {
        for other in named_in(film.cells.get("condition").map_or("", String::as_str)) {
            let Some(&other) = at.get(other) else { continue };
            let (a, b) = (first[i].min(first[other]), first[i].max(first[other]));
            // 138 films: looking at each is quick.
            first.iter_mut().filter(|f| **f == b).for_each(|f| *f = a);
        }
    }
    let ids: Vec<String> = first.iter().map(|f| films[*f].patient_id.clone()).collect();
    films.iter_mut().zip(ids).for_each(|(film, id)| film.patient_id = id);
}

/// Names of films in a reading.
fn named_in(reading: &str) -> impl Iterator<Item = &str> {
    reading
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(PREFIX))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    #[test]
    fn films_masks_and_readings_meet_by_name() {
        let made = folder_of(&[
            ("MontgomerySet/CXR_png/MCUCXR_0001_0.png", ""),
            ("MontgomerySet/CXR_png/MCUCXR_0113_1.png", ""),
            ("MontgomerySet/CXR_png/MCUCXR_0117_1.png", ""),
            ("MontgomerySet/CXR_png/MCUCXR_0200_1.png", ""),
            ("MontgomerySet/CXR_png/\"odd\", ../name.png", ""),
            ("MontgomerySet/CXR_png/Thumbs.db", ""),
            ("MontgomerySet/ManualMask/leftMask/MCUCXR_0001_0.png", ""),
            ("MontgomerySet/ManualMask/rightMask/MCUCXR_0001_0.png", ""),
            ("MontgomerySet/ManualMask/leftMask/MCUCXR_0113_1.png", ""),
            (
                "MontgomerySet/ClinicalReadings/MCUCXR_0001_0.txt",
                "Patient's Sex: F\nPatient's Age: 027Y\nnormal\n",
            ),
            ("MontgomerySet/ClinicalReadings/MCUCXR_0113_1.txt", "scar"),
            (
                "MontgomerySet/ClinicalReadings/MCUCXR_0117_1.txt",
                "stable (same pt as MCUCXR_0113_1, MCUCXR_9999_1)",
            ),
            ("MontgomerySet/ClinicalReadings/MCUCXR_0200_1.txt", "(same pt as MCUCXR_0117_1)"),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        let of: Vec<_> = found
            .films
            .iter()
            .map(|f| (f.patient_id.as_str(), f.cells["tb_abnormal"].as_str(), f.mask.is_some()))
            .collect();
        assert_eq!(
            of,
            [
                ("MCUCXR_0001_0", "0", true),
                ("MCUCXR_0113_1", "1", false),
                ("MCUCXR_0113_1", "1", false),
                ("MCUCXR_0113_1", "1", false),
            ]
        );
        let first = &found.films[0].cells;
        assert_eq!([&first["sex"], &first["age"], &first["condition"]], ["F", "27", "normal"]);
        assert_eq!(found.notes.len(), 3, "{:?}", found.notes);
        assert_eq!(found.read.len(), 4);
    }

    #[test]
    fn another_folder_is_named_with_what_is_expected() {
        let made = folder_of(&[("CXR_png/CHNCXR_0001_0.png", ""), ("readme.txt", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        for said in ["MCUCXR_..._0.png", "holds CXR_png, readme.txt", "leftMask", "lhncbc"] {
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
