//! The standard digital images of the ILO Classification, revised edition 2022, with the consensus of its expert
//! panel (Turin, 2018) as Appendix C of the Guidelines prints it.

use std::path::{Path, PathBuf};

use super::Set;
use crate::{
    Error,
    film::{Film, Found},
    folder::{Folder, stem_of},
};

/// The set.
pub(super) const SET: Set = Set {
    name: "ilo-2022",
    title: "ILO 2022",
    from: "https://www.ilo.org (Guidelines for the use of the ILO International Classification of \
           Radiographs of Pneumoconioses, revised edition 2022; standard digital images, free on request)",
    license: "(c) International Labour Organization; not to be altered or passed on",
    layout: "the images in any folder, DICOM or JPEG, called by profusion and shape as 11_qq, 33_ts, by \
             large opacities as A_22_qq, B, C, or 00_Normal_1, 00_Normal_2, pleural, cpangle, uu",
    assumed: "names of ten images were seen, the others are called in the same way; the grade is \
              printed in the middle third of the lowest 8 %, which the column cover tells",
    labels: &["ilo_profusion", "ilo_large"],
    more: &[
        "shapes",
        "right_upper_affected",
        "right_middle_affected",
        "right_lower_affected",
        "left_upper_affected",
        "left_middle_affected",
        "left_lower_affected",
        "symbols",
        "cover",
        "image_of",
    ],
    find,
};

/// Where the grade is printed: left, top, right, bottom in shares of the picture.
const PRINTED: &str = "0.333 0.92 0.667 1";

/// Columns of zones with small opacities: upper, middle, lower, of both lungs alike.
const ZONES: [[&str; 2]; 3] = [
    ["right_upper_affected", "left_upper_affected"],
    ["right_middle_affected", "left_middle_affected"],
    ["right_lower_affected", "left_lower_affected"],
];

/// Endings of the images.
const ENDINGS: [&str; 8] = ["dcm", "dicom", "jpg", "jpeg", "png", "tif", "tiff", ""];

/// A standard image: its name in letters and figures alone, profusion, shapes, zones with small opacities, large
/// opacities (empty where not given), symbols.
type Standard = [&'static str; 6];

/// Those that are classified. Names that begin with a letter of large opacities are told by it.
const STANDARDS: [Standard; 19] = [
    ["00normal1", "0/0", "", "-", "O", ""],
    ["00normal2", "0/0", "", "-", "O", ""],
    ["11pp", "1/1", "p/p", "UML", "A", ""],
    ["22pp", "2/2", "p/p", "UML", "O", ""],
    ["33pp", "3/3", "p/p", "UML", "O", ""],
    ["11qq", "1/1", "q/q", "UM", "O", "es"],
    ["22qq", "2/2", "q/q", "UML", "O", ""],
    ["33qq", "3/3", "q/q", "UML", "O", ""],
    ["11rr", "1/1", "r/r", "UM", "O", "aa bu di em"],
    ["22rr", "2/2", "r/r", "UML", "O", "ax"],
    ["33rr", "3/3", "r/r", "UML", "O", "ax"],
    ["11ss", "1/1", "s/s", "L", "O", "aa"],
    ["22ss", "2/2", "s/s", "ML", "O", "pa"],
    ["33ss", "3/3", "s/s", "UML", "O", "ho id ih"],
    ["11tt", "1/1", "t/t", "L", "O", ""],
    ["22tt", "2/2", "t/t", "ML", "O", ""],
    ["33ts", "3/3", "t/s", "ML", "", "em ho"],
    ["a", "2/3", "q/r", "UML", "A", "ax"],
    ["b", "2/3", "q/r", "UML", "B", "ax bu di"],
];

/// The last one of them.
const C: Standard = ["c", "3/+", "r/r", "UML", "C", "di id ih pb"];

/// Images to which the Guidelines give no profusion.
const WITHOUT: [&str; 5] = ["pleural", "pleura", "cpangle", "cp", "uu"];

/// A standard image by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardImage {
    /// Its file.
    pub file: PathBuf,
    /// Its name in letters and figures, as `11pp`, `a`, `pleural`.
    pub name: &'static str,
    /// What people call it, as `1/1 p/p`, `A`, `0/0 (1)`.
    pub title: String,
    /// Profusion, as `1/1`; empty where the Guidelines give none.
    pub profusion: &'static str,
    /// Shapes and sizes, as `p/p`; empty where there are none.
    pub shapes: &'static str,
}

/// All standard images of a folder in the order of the Guidelines' table, those without a profusion last, and
/// the files of those that stand there twice, which are left out.
pub fn standard_images(folder: &Folder) -> (Vec<StandardImage>, Vec<PathBuf>) {
    let order: Vec<&str> =
        STANDARDS.iter().chain([&C]).map(|s| s[0]).chain(["uu", "pleural", "cpangle"]).collect();
    let (mut images, mut twice): (Vec<StandardImage>, Vec<PathBuf>) = Default::default();
    for file in folder.files().iter().filter(|file| is_picture(file)) {
        let Some(image) = image(file, &letters(&stem_of(file))) else { continue };
        match images.iter().any(|other| other.name == image.name) {
            true => twice.push(image.file),
            false => images.push(image),
        }
    }
    images.sort_by_key(|image| order.iter().position(|name| *name == image.name));
    (images, twice)
}

fn image(file: &Path, letters: &str) -> Option<StandardImage> {
    let (name, title, profusion, shapes) = match standard(letters) {
        Some([name @ ("a" | "b" | "c"), profusion, shapes, ..]) => {
            (*name, name.to_uppercase(), *profusion, *shapes)
        }
        Some([name, profusion, "", ..]) => {
            (*name, format!("{profusion} ({})", &name[name.len() - 1..]), *profusion, "")
        }
        Some([name, profusion, shapes, ..]) => {
            (*name, format!("{profusion} {shapes}"), *profusion, *shapes)
        }
        None => match letters {
            "uu" => ("uu", "u/u".into(), "", "u/u"),
            "pleural" | "pleura" => ("pleural", "pleura".into(), "", ""),
            "cpangle" | "cp" => ("cpangle", "costophrenic angle".into(), "", ""),
            _ => return None,
        },
    };
    Some(StandardImage { file: file.to_owned(), name, title, profusion, shapes })
}

fn find(folder: &Folder) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut seen: Vec<&str> = Vec::new();
    for file in folder.files() {
        let name = letters(&stem_of(file));
        let Some(standard) = is_picture(file).then(|| standard(&name)).flatten() else {
            if is_picture(file) && WITHOUT.contains(&name.as_str()) {
                let said = "the Guidelines give it no profusion; left out of the table";
                found.notes.push(format!("{}: {said}", file.display()));
            }
            continue;
        };
        if seen.contains(&standard[0]) {
            let said = "the same standard image stands here twice; keep one";
            found.left_out.push(format!("{}: {said}", file.display()));
            continue;
        }
        seen.push(standard[0]);
        found.films.push(film(file, standard));
    }
    if found.films.is_empty() {
        return Err(SET.not_as_expected(folder, "no standard image was found by its name"));
    }
    Ok(found)
}

fn is_picture(file: &Path) -> bool {
    let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    ENDINGS.contains(&ending.as_str())
}

/// Letters in lower case and figures of a name.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The standard image of a name.
fn standard(name: &str) -> Option<&'static Standard> {
    // One of large opacities may go on with the shape and profusion of the small ones, whatever they say.
    let is_large = |letter: &str| {
        name.strip_prefix(letter)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    STANDARDS.iter().chain([&C]).find(|standard| match standard[0] {
        letter @ ("a" | "b" | "c") => is_large(letter),
        "33ts" => name == "33ts" || name == "33tt",
        whole => name == whole,
    })
}

fn film(file: &Path, &[name, profusion, shapes, zones, large, symbols]: &Standard) -> Film {
    let mut film = Film::new(file.to_owned(), stem_of(file));
    film.set("ilo_profusion", profusion);
    film.set("shapes", shapes);
    film.set("ilo_large", large);
    film.set("symbols", symbols);
    for (level, columns) in ["U", "M", "L"].iter().zip(ZONES) {
        let affected = if zones.contains(level) { "1" } else { "0" };
        columns.into_iter().for_each(|column| film.set(column, affected));
    }
    film.set("cover", PRINTED);
    film.set("image_of", name);
    film
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{folder_of, open};

    #[test]
    fn images_are_told_by_their_names_and_have_the_printed_table() {
        let made = folder_of(&[
            ("x/00_Normal_2.jpg", ""),
            ("x/1-1 S-S.dcm", ""),
            ("x/A_22_qq.jpg", ""),
            ("x/C.dcm", ""),
            ("x/33_tt.jpg", ""),
            ("x/cpangle.jpg", ""),
            ("x/copy/11ss.png", ""),
            ("x/about.txt", ""),
            ("x/appendix.jpg", ""),
        ]);
        let found = (SET.find)(&open(&made)).unwrap();
        let columns = [
            "ilo_profusion",
            "shapes",
            "ilo_large",
            "right_upper_affected",
            "left_middle_affected",
            "left_lower_affected",
        ];
        let rows: Vec<String> = found
            .films
            .iter()
            .map(|film| columns.map(|c| film.cells.get(c).map_or("-", String::as_str)).join(" "))
            .collect();
        let expected = [
            "0/0 - O 0 0 0",
            "1/1 s/s O 0 0 1",
            "3/3 t/s - 0 1 1",
            "2/3 q/r A 1 1 1",
            "3/+ r/r C 1 1 1",
        ];
        assert_eq!(rows, expected);
        assert!(found.films.iter().all(|film| film.cells["cover"] == PRINTED));
        assert!(found.notes[0].contains("cpangle") && found.left_out[0].contains("twice"));
    }

    #[test]
    fn standard_images_have_titles_and_an_order() {
        let made = folder_of(&[
            ("cpangle.jpg", ""),
            ("C.dcm", ""),
            ("2-2 t-t.dcm", ""),
            ("00_Normal_2.jpg", ""),
            ("copy/22_tt.jpg", ""),
            ("uu.jpg", ""),
            ("other.jpg", ""),
        ]);
        let (images, twice) = standard_images(&open(&made));
        let titles: Vec<&str> = images.iter().map(|image| &*image.title).collect();
        assert_eq!(titles, ["0/0 (2)", "2/2 t/t", "C", "u/u", "costophrenic angle"]);
        assert_eq!(
            [images[1].shapes, images[2].profusion, images[4].profusion],
            ["t/t", "3/+", ""]
        );
        assert_eq!(twice.len(), 1);
    }

    #[test]
    fn the_table_of_the_guidelines_is_whole() {
        let all: Vec<&Standard> = STANDARDS.iter().chain([&C]).collect();
        // 23 images less the pleura, the costophrenic angle and u/u.
        assert_eq!(all.len(), 20);
        let affected: usize = all.iter().map(|s| s[3].trim_matches('-').len() * 2).sum();
        assert_eq!((affected, 6 * all.len() - affected), (90, 30));
        let made = folder_of(&[("readme.txt", ""), ("film.jpg", "")]);
        let error = (SET.find)(&open(&made)).unwrap_err().to_string();
        assert!(error.contains("no standard image") && error.contains("11_qq"), "{error}");
    }
}
