//! Shenzhen: 662 films, 336 with tuberculosis. Masks of 566 come from elsewhere.

use super::{Set, nlm};
use crate::{
    Error,
    film::{Found, Mask},
    folder::{Folder, stem_of},
};

/// The set.
pub(super) const SET: Set = Set {
    name: "shenzhen",
    title: "Shenzhen",
    from: "https://data.lhncbc.nlm.nih.gov/public/Tuberculosis-Chest-X-ray-Datasets/\
           Shenzhen-Hospital-CXR-Set/index.html",
    license: "public, for research; cite Jaeger 2014. Masks: kaggle.com/datasets/yoctoman/\
              shcxr-lung-mask, CC BY-NC-SA 4.0",
    layout: "CXR_png/CHNCXR_0001_0.png, ClinicalReadings/CHNCXR_0001_0.txt, and where there are \
             masks mask/CHNCXR_0001_0_mask.png",
    assumed: "",
    labels: &["tb_abnormal", "sex"],
    more: &["age", "condition"],
    find,
};

fn find(folder: &Folder) -> Result<Found, Error> {
    let mut found = nlm::films(folder, &SET, "CHNCXR")?;
    let mut without = 0;
    for film in &mut found.films {
        let stem = stem_of(film.picture.path());
        match folder.only(&format!("{stem}_mask.png")) {
            Ok(mask) => film.mask = Some(Mask::File(mask.clone())),
            Err(_) => without += 1,
        }
    }
    // The set itself has none, so that their absence is nothing amiss.
    if (1..found.films.len()).contains(&without) {
        found.notes.push(format!("{without} films have no mask"));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    #[test]
    fn films_and_masks_meet_by_name() {
        let made = folder_of(&[
            ("ChinaSet_AllFiles/CXR_png/CHNCXR_0001_0.png", ""),
            ("ChinaSet_AllFiles/CXR_png/CHNCXR_0327_1.png", ""),
            ("ChinaSet_AllFiles/ClinicalReadings/CHNCXR_0001_0.txt", "male 45yrs\nnormal"),
            ("mask/CHNCXR_0001_0_mask.png", ""),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        assert_eq!(found.films.len(), 2);
        assert_eq!(
            (&found.films[0].cells["sex"], &found.films[0].cells["age"][..]),
            (&"M".into(), "45")
        );
        let mask = found.films[0].mask.as_ref().unwrap();
        assert!(matches!(mask, Mask::File(path) if path.ends_with("mask/CHNCXR_0001_0_mask.png")));
        assert_eq!(found.films[1].cells["tb_abnormal"], "1");
        assert!(found.notes[0].contains("CHNCXR_0327_1: no sex, age and reading"));
        assert!(found.notes[1].contains("1 films have no mask"));
    }

    #[test]
    fn a_folder_without_films_is_named() {
        let made = folder_of(&[]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("CHNCXR") && error.contains("which holds nothing"), "{error}");
    }
}
