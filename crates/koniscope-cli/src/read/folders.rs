//! A folder of results for each film, named by its stem.

use std::{collections::HashSet, path::Path};

use koniscope::report::INDEX_FILE;

/// Longest name in bytes, well under the 255 of common file systems.
const LONGEST: usize = 200;

/// A distinct name per film, in order: its stem, then `stem-2`, `stem-3`. Names differ also where
/// a file system ignores case, and none is hidden, reserved or leads out of the folder.
pub(super) fn names(films: &[impl AsRef<Path>]) -> Vec<String> {
    let mut taken = HashSet::from([INDEX_FILE.to_lowercase()]);
    let mut names = Vec::with_capacity(films.len());
    for film in films {
        let stem = clean(film.as_ref());
        let mut name = stem.clone();
        let mut number = 2;
        while !taken.insert(name.to_lowercase()) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// The stem with what some file system refuses replaced by `_`.
fn clean(film: &Path) -> String {
    let stem = film.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let refused = |c: char| c.is_control() || r#"<>:"/\|?*"#.contains(c);
    let stem: String = stem.chars().map(|c| if refused(c) { '_' } else { c }).collect();
    let mut end = stem.len().min(LONGEST);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let name = stem[..end].trim_matches(['.', ' ']);
    if name.is_empty() { "film".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_stay_inside() {
        let cases = [
            ("x/a.dcm", "a"),
            ("x/a.png", "a-2"),
            ("y/A.png", "A-3"),
            ("a-2.png", "a-2-2"),
            ("...png", "film"),
            ("..", "film-2"),
            (".hidden", "hidden"),
            ("index.html.png", "index.html-2"),
            ("a:b|c.png", "a_b_c"),
            ("1.2.840.dcm", "1.2.840"),
        ];
        let films = cases.map(|(film, _)| film);
        assert_eq!(names(&films), cases.map(|(_, name)| name));
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        let name = names(&[format!("{}.png", "\u{e9}".repeat(300))]).remove(0);
        assert_eq!(name, "\u{e9}".repeat(100));
    }
}
