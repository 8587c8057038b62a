//! A name for the results of each film: its stem.

use std::{collections::HashSet, fs, path::Path};

use super::dicom::Kind;
use crate::report::{INDEX_FILE, LUNGS_FILE, OVERLAY_FILE, READING_FILE};

/// Longest name in bytes, well under the 255 of common file systems.
const LONGEST: usize = 200;

/// Beginnings of the names of signed readings and their ledger, which lie beside a film's results.
const SIGNED: [&str; 2] = ["signed-", "ledger-"];

/// A path as text that loses nothing: bytes that are no UTF-8 stand as `<E9>`.
pub fn path_in_words(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        chunk.invalid().iter().for_each(|byte| text += &format!("<{byte:02X}>"));
    }
    text
}

/// A distinct name per film, in order: its stem, then `stem-2`, `stem-3`. Names differ also where
/// a file system ignores case, and none is hidden, leads out of a folder of `outs` or names something in one
/// that holds other things than results.
pub fn names(films: &[impl AsRef<Path>], outs: &[&Path]) -> Vec<String> {
    let mut taken = HashSet::from([INDEX_FILE.to_lowercase()]);
    let mut names = Vec::with_capacity(films.len());
    for film in films {
        let stem = clean(film.as_ref());
        let mut name = stem.clone();
        let mut number = 2;
        let is_foreign = |name: &str| outs.iter().any(|out| is_foreign(&out.join(name)));
        while !taken.insert(name.to_lowercase()) || is_foreign(&name) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// Whether there is something that is no folder of results.
fn is_foreign(path: &Path) -> bool {
    let own = [READING_FILE, LUNGS_FILE, OVERLAY_FILE].into_iter().chain(SIGNED).map(str::to_owned);
    let own: Vec<String> = own.chain(Kind::ALL.map(Kind::file)).collect();
    let is_own = |name: &str| own.iter().any(|own| name.starts_with(own)); // with what was being written
    match fs::read_dir(path) {
        Ok(entries) => entries
            .filter_map(Result::ok)
            .any(|entry| !entry.file_name().to_str().is_some_and(is_own)),
        Err(_) => path.exists(),
    }
}

/// The stem with what some file system refuses replaced by `_`.
fn clean(film: &Path) -> String {
    let stem = film.file_stem().map(|stem| path_in_words(Path::new(stem))).unwrap_or_default();
    let refused = |c: char| c.is_control() || r#"<>:"/\|?*"#.contains(c);
    let stem: String = stem.chars().map(|c| if refused(c) { '_' } else { c }).collect();
    let mut end = stem.len().min(LONGEST);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let name = stem[..end].trim_matches(['.', ' ']);
    match name {
        "" => "film".into(),
        name if is_device(name) => format!("_{name}"),
        name => name.into(),
    }
}

/// Whether Windows takes a name for a device, whatever follows a point.
fn is_device(name: &str) -> bool {
    let name = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = name.len() == 4
        && (name.starts_with("COM") || name.starts_with("LPT"))
        && name.ends_with(|c: char| c.is_ascii_digit());
    numbered || ["CON", "PRN", "AUX", "NUL"].contains(&name.as_str())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
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
            ("CON.dcm", "_CON"),
            ("com1.7.dcm", "_com1.7"),
            ("CONE.dcm", "CONE"),
            ("com12.dcm", "com12"),
        ];
        let films = cases.map(|(film, _)| film);
        assert_eq!(names(&films, &[]), cases.map(|(_, name)| name));
    }

    #[test]
    fn results_never_mix_with_films() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        for folder in ["p1", "p2", "p3"] {
            fs::create_dir(out.join(folder)).unwrap();
        }
        fs::write(out.join("p1/p1.dcm"), "a film").unwrap();
        fs::write(out.join("p2/reading.json"), "of an earlier run").unwrap();
        fs::write(out.join("p2/lungs.png"), "of an earlier run").unwrap();
        fs::write(out.join("p2/seg.dcm"), "of an earlier run").unwrap();
        fs::write(out.join("p2/signed-0123-1.json"), "by a reader").unwrap();
        fs::write(out.join("p2/ledger-0123.sha256"), "of what was signed").unwrap();
        let films = ["p1/p1.dcm", "p2.dcm", "p3.dcm", "p1-2.dcm"];
        assert_eq!(names(&films, &[out]), ["p1-2", "p2", "p3", "p1-2-2"]);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_stay_apart() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let films: [&Path; 3] = [b"x/caf\xe9.dcm", b"x/caf\xe8.dcm", "x/caf\u{e9}.dcm".as_bytes()]
            .map(|name| Path::new(OsStr::from_bytes(name)));
        let words = films.map(path_in_words);
        assert_eq!(words, ["x/caf<E9>.dcm", "x/caf<E8>.dcm", "x/caf\u{e9}.dcm"]);
        assert_eq!(names(&films, &[]), ["caf_E9_", "caf_E8_", "caf\u{e9}"]);
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        let name = names(&[format!("{}.png", "\u{e9}".repeat(300))], &[]).remove(0);
        assert_eq!(name, "\u{e9}".repeat(100));
    }
}
