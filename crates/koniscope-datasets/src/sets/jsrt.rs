//! JSRT: 154 films with a lung nodule and 93 without, raw (Shiraishi J. et al., AJR 2000;174:71);
//! lungs outlined by SCR (van Ginneken B. et al., Med Image Anal 2006;10:19).

use std::{collections::BTreeMap, path::PathBuf};

use super::{Set, sex, years};
use crate::{
    Error,
    files::read_text,
    film::{Film, Found, Mask, Picture},
    folder::{Folder, stem_of},
};

/// The set.
pub(super) const SET: Set = Set {
    name: "jsrt",
    title: "JSRT",
    from: "http://db.jsrt.or.jp/eng.php (films), https://www.isi.uu.nl/Research/Databases/SCR/ \
           (outlines)",
    license: "research, after registration; outlines: research and education, no redistribution",
    layout: "JPCLN001.IMG to JPCNN093.IMG in any folder, Clinical_Information/CLNDAT_EN.txt and \
             CNNDAT_EN.TXT, and where there are outlines scratch/fold1/masks/left lung/JPCLN001.gif \
             and right lung/JPCLN001.gif",
    assumed: "",
    labels: &["Nodule", "condition", "view", "sex"],
    more: &["age", "subtlety", "nodule_mm", "diagnosis"],
    find,
};

/// Bytes of a text of labels at most; they have some thousand.
const TEXT_BYTES: u64 = 1 << 20;

fn find(folder: &Folder) -> Result<Found, Error> {
    let mut found = Found::default();
    let masks = |side| {
        let all = folder.right_in(side, &["gif"]);
        all.into_iter().map(|path| (stem_of(path), path.clone())).collect::<BTreeMap<_, _>>()
    };
    let masks = [masks("left lung"), masks("right lung")];
    let mut without = 0;
    for (name, nodule) in [("CLNDAT_EN.txt", true), ("CNNDAT_EN.txt", false)] {
        let path = SET.table(folder, name)?;
        found.read.push(path.clone());
        for (i, line) in lines(&read_text(path, TEXT_BYTES)?).enumerate() {
            let Some(mut film) = film(&line, nodule) else {
                let detail = format!("{line:?} is no row; a film, age and sex were expected");
                let line = Some(i as u64 + 1);
                return Err(Error::table(path, line, detail));
            };
            match folder.only(&film.picture.path().to_string_lossy()) {
                Ok(raw) => film.picture = Picture::JsrtRaw(raw.clone()),
                Err(why) => {
                    found.left_out.push(format!("{name}, row {}: {why}", i + 1));
                    continue;
                }
            }
            film.mask = two_lungs(&masks, &film.patient_id);
            without += usize::from(film.mask.is_none());
            found.films.push(film);
        }
    }
    // The films come without outlines, so that their absence is nothing amiss.
    if (1..found.films.len()).contains(&without) {
        found.notes.push(format!("{without} films have no outlines of both lungs"));
    }
    Ok(found)
}

fn two_lungs(masks: &[BTreeMap<String, PathBuf>; 2], stem: &str) -> Option<Mask> {
    let [left, right] = masks.each_ref().map(|side| side.get(stem).cloned());
    Some(Mask::TwoLungs([left?, right?]))
}

/// Lines that hold something; the texts of some copies end their lines with a bare carriage return.
fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split(['\r', '\n']).map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned)
}

/// A row. With a nodule, tabs between: film, subtlety 1 to 5, size in mm, age, sex, x, y, malignant
/// or benign, place, diagnosis. Without one, spaces between: film, age, sex, `non-nodule`.
fn film(line: &str, nodule: bool) -> Option<Film> {
    let cells: Vec<&str> = match nodule {
        true => line.split('\t').map(str::trim).collect(),
        false => line.split_whitespace().collect(),
    };
    let name = *cells.first()?;
    let (stem, ending) = name.rsplit_once('.')?;
    if stem.is_empty() || !ending.eq_ignore_ascii_case("img") {
        return None;
    }
    let mut film = Film::new(name.into(), stem);
    // All are posterior-anterior.
    film.set("view", "PA");
    film.set("Nodule", u8::from(nodule).to_string());
    let [age, sex_at] = if nodule { [3, 4] } else { [1, 2] };
    film.set("age", years(cells.get(age)?));
    film.set("sex", sex(cells.get(sex_at)?));
    if !nodule {
        film.set("condition", "normal");
        return Some(film);
    }
    film.set(
        "condition",
        match cells.get(7)?.to_lowercase().as_str() {
            "malignant" => "nodule_malignant",
            "benign" => "nodule_benign",
            _ => return None,
        },
    );
    film.set("subtlety", *cells.get(1)?);
    film.set("nodule_mm", *cells.get(2)?);
    let diagnosis: Vec<&str> = cells[8..].iter().copied().filter(|c| !c.is_empty()).collect();
    film.set("diagnosis", diagnosis.join("; "));
    Some(film)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    const NODULES: &str = "JPCLN001.IMG\t5\t15\t53\tmale\t1634\t692\tmalignant\tl.upper lobe\tlung \
                           cancer\r\rJPCLN002.IMG\t5\t30\t?\tfemale\t1614\t1090\tbenign\tl.lower\t\t\r";

    #[test]
    fn both_texts_are_read() {
        let made = folder_of(&[
            ("Clinical_Information/CLNDAT_EN.txt", NODULES),
            (
                "Clinical_Information/CNNDAT_EN.TXT",
                "JPCNN001.IMG  58  female  non-nodule\r\n../JPCNN002.IMG 60 male non-nodule\n\
                 JPCNN\",3.IMG 60 male non-nodule\n",
            ),
            ("All247images/JPCLN001.IMG", ""),
            ("All247images/JPCLN002.IMG", ""),
            ("All247images/JPCNN001.IMG", ""),
            ("All247images/JPCNN002.IMG", ""),
            ("scratch/fold1/masks/left lung/JPCLN001.gif", ""),
            ("scratch/fold1/masks/right lung/JPCLN001.gif", ""),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        let of = |i: usize, column: &str| {
            found.films[i].cells.get(column).map_or("", String::as_str).to_owned()
        };
        assert_eq!(found.films.len(), 3);
        assert_eq!(
            [of(0, "condition"), of(0, "age"), of(0, "sex")],
            ["nodule_malignant", "53", "M"]
        );
        assert_eq!(of(0, "diagnosis"), "l.upper lobe; lung cancer");
        assert_eq!([of(1, "age"), of(1, "nodule_mm"), of(1, "Nodule")], ["", "30", "1"]);
        assert_eq!([of(2, "condition"), of(2, "Nodule"), of(2, "age")], ["normal", "0", "58"]);
        assert!(matches!(found.films[0].picture, Picture::JsrtRaw(_)));
        assert!(found.films[0].mask.is_some() && found.films[1].mask.is_none());
        assert_eq!(found.notes, ["2 films have no outlines of both lungs"]);
        assert_eq!(found.left_out.len(), 2, "{:?}", found.left_out);
        assert!(found.left_out[1].contains("row 3: no file is called \"JPCNN\\\",3.IMG\""));
    }

    #[test]
    fn a_missing_text_and_a_row_that_is_none_are_named() {
        let made = folder_of(&[("CLNDAT_EN.txt", NODULES), ("JPCLN001.IMG", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("CNNDAT_EN.txt") && error.contains("db.jsrt.or.jp"), "{error}");
        for wrong in ["JPCNN001.IMG", "é.IMG 1", ".IMG", "x", "JPCNN001.png 1 male non-nodule"] {
            let made = folder_of(&[("CLNDAT_EN.txt", NODULES), ("CNNDAT_EN.TXT", wrong)]);
            let error = (SET.find)(&open(&made)).unwrap_err().to_string();
            assert!(error.contains("line 1") && error.contains("is no row"), "{error}");
        }
        let wrong = "JPCLN001.IMG\t5\t15\t53\tmale\t1\t2\tunclear\tx\ty";
        let made = folder_of(&[("CLNDAT_EN.txt", wrong), ("CNNDAT_EN.TXT", "")]);
        assert!((SET.find)(&open(&made)).is_err());
    }
}
