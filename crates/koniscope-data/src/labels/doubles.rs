//! One picture in two rows: it would count twice, and under two patients it would be learnt from
//! and tested on.

use std::{collections::HashMap, fs, path::PathBuf};

use rayon::prelude::*;

use super::LabeledRow;
use crate::{Error, digest::sha256_of_file};

/// Two rows with the same picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SameImage {
    /// Their places among the rows, in order.
    pub rows: [usize; 2],
    /// Whether they name the same file; else two files hold the same bytes.
    pub is_one_file: bool,
}

/// Rows whose picture an earlier row has, with that row. Pictures that cannot be read are left out;
/// they are reported where they are read.
pub fn same_image(rows: &[LabeledRow]) -> Vec<SameImage> {
    let mut same = Vec::new();
    let mut first_of: HashMap<PathBuf, usize> = HashMap::new();
    let mut of_size: HashMap<u64, Vec<usize>> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        let file = row.image.canonicalize().unwrap_or_else(|_| row.image.clone());
        if let Some(first) = first_of.get(&file) {
            same.push(SameImage { rows: [*first, i], is_one_file: true });
            continue;
        }
        first_of.insert(file, i);
        if let Ok(found) = fs::metadata(&row.image) {
            of_size.entry(found.len()).or_default().push(i);
        }
    }
    // Only files of the same size can hold the same bytes.
    let candidates: Vec<usize> = of_size.into_values().filter(|i| i.len() > 1).flatten().collect();
    let mut hashed: Vec<(String, usize)> = candidates
        .par_iter()
        .filter_map(|i| Some((sha256_of_file(&rows[*i].image).ok()?, *i)))
        .collect();
    hashed.sort_unstable();
    for files in hashed.chunk_by(|a, b| a.0 == b.0) {
        let first = files[0].1;
        same.extend(
            files[1..].iter().map(|(_, i)| SameImage { rows: [first, *i], is_one_file: false }),
        );
    }
    same.sort_unstable_by_key(|same| same.rows[1]);
    same
}

/// Refuses rows with the same file, and pictures of two patients that hold the same bytes: such a
/// film could be learnt from and tested on. What is left of [`same_image`], copies of a film of one
/// patient, is told in sentences.
///
/// # Errors
/// [`Error::Split`] with both rows.
pub fn check_images(rows: &[LabeledRow]) -> Result<Vec<String>, Error> {
    let mut told = Vec::new();
    for SameImage { rows: pair, is_one_file } in same_image(rows) {
        let [first, second] = pair.map(|i| &rows[i]);
        let refused = |detail: String| Error::Split { film: second.image.clone(), detail };
        if is_one_file {
            let detail = "it stands in the tables twice, and would count twice. Leave out one row";
            return Err(refused(detail.into()));
        }
        let [one, other] = [first, second].map(LabeledRow::patient_key);
        if one != other {
            return Err(refused(format!(
                "it holds the same bytes as {}, and they are of two patients, {one} and {other}: the film \
                 could be learnt from and tested on. Leave out one row, or correct its patient_id",
                first.image.display()
            )));
        }
        told.push(format!(
            "{} holds the same bytes as {}; both count",
            second.image.display(),
            first.image.display()
        ));
    }
    Ok(told)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::labels::tests::row;

    #[test]
    fn files_and_copies_of_files_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        for (name, bytes) in [("a", "123"), ("b", "124"), ("copy of a", "123"), ("longer", "1234")]
        {
            fs::write(path(name), bytes).unwrap();
        }
        let rows: Vec<LabeledRow> = ["a", "b", "./a", "longer", "copy of a", "gone", "gone"]
            .map(|name| row(&path(name), "p", &[]))
            .into();
        let same = same_image(&rows);
        let found: Vec<([usize; 2], bool)> = same.iter().map(|s| (s.rows, s.is_one_file)).collect();
        assert_eq!(found, [([0, 2], true), ([0, 4], false), ([5, 6], true)]);
        assert_eq!(same_image(&rows[..2]), []);
    }

    #[test]
    fn a_film_of_two_patients_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        for (name, bytes) in [("a", "123"), ("b", "124"), ("copy", "123")] {
            fs::write(path(name), bytes).unwrap();
        }
        let rows = |patients: [&str; 2], name: &str| {
            [
                row(&path("b"), "p", &[]),
                row(&path("a"), patients[0], &[]),
                row(&path(name), patients[1], &[]),
            ]
        };
        let told = check_images(&rows(["p", "p"], "copy")).unwrap();
        assert!(told.len() == 1 && told[0].contains("copy holds the same bytes"), "{told:?}");
        assert_eq!(check_images(&rows(["p", "q"], "b")[..2]), Ok(Vec::new()));
        let error = |patients, name| check_images(&rows(patients, name)).unwrap_err().to_string();
        let said = error(["p", "q"], "copy");
        assert!(
            said.contains("copy: it holds the same bytes as") && said.contains("clinic/q"),
            "{said}"
        );
        assert!(error(["p", "q"], "a").contains("stands in the tables twice"));
    }
}
