//! Paths to films: files as named, folders walked.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use koniscope::{
    output::dicom::Kind,
    report::{LUNGS_FILE, OVERLAY_FILE, READING_FILE},
};

/// Endings of files that are certainly no radiograph, in lower case. In a folder they are passed
/// over; a file that was named is always tried.
const NO_IMAGES: [&str; 30] = [
    "bat",
    "css",
    "csv",
    "db",
    "doc",
    "docx",
    "gz",
    "htm",
    "html",
    "ini",
    "ipynb",
    "js",
    "json",
    "jsonl",
    "log",
    "md",
    "pdf",
    "ps1",
    "py",
    "rst",
    "safetensors",
    "sh",
    "tar",
    "toml",
    "tsv",
    "txt",
    "xls",
    "xlsx",
    "xml",
    "yaml",
];

/// Endings of films that are packed as they are, which is told of each: a folder of them is not without
/// films.
const PACKED: [&str; 8] = ["dcm", "dic", "dicom", "ima", "jpeg", "jpg", "png", "tif"];

/// Files without an ending that are certainly no radiograph. DICOMDIR lists a medium's files.
const NO_IMAGE_NAMES: [&str; 5] = ["COPYING", "DICOMDIR", "LICENSE", "NOTICE", "README"];

/// What paths lead to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files to read, each once: as named, a folder's in the order of their names.
    pub(crate) films: Vec<PathBuf>,
    /// Files and folders in walked folders that were passed over, without hidden ones.
    pub(crate) skipped: usize,
}

/// Follows `paths`. A path that cannot be followed stays among the films, so that the fault shows
/// in its place. Results, in a folder of `outs` or of an earlier run, are passed over, and so are folders
/// behind symbolic links.
pub(crate) fn find(paths: &[PathBuf], outs: &[&Path]) -> Found {
    let mut found = Found::default();
    let mut seen = HashSet::new();
    let outs: Vec<PathBuf> = outs.iter().filter_map(|out| out.canonicalize().ok()).collect();
    for path in paths {
        if path.is_dir() {
            walk(path, &outs, &mut seen, &mut found);
        } else {
            add(path, &mut seen, &mut found);
        }
    }
    found
}

fn add(path: &Path, seen: &mut HashSet<PathBuf>, found: &mut Found) {
    if seen.insert(path.canonicalize().unwrap_or_else(|_| path.into())) {
        found.films.push(path.into());
    }
}

fn walk(folder: &Path, outs: &[PathBuf], seen: &mut HashSet<PathBuf>, found: &mut Found) {
    let mut entries: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|e| e.path()).collect(),
        Err(_) => return add(folder, seen, found),
    };
    entries.sort();
    let of_results = folder.join(READING_FILE).is_file() || is_in(folder, outs);
    for path in entries.into_iter().filter(|path| !is_hidden(path)) {
        if path.is_dir() {
            if path.is_symlink() {
                found.skipped += 1;
            } else {
                walk(&path, outs, seen, found);
            }
        } else if is_no_image(&path) || (of_results && is_result(&path)) {
            found.skipped += 1;
        } else {
            add(&path, seen, found);
        }
    }
}

/// Whether a folder lies within one of results. The results of a run that was broken off have no
/// reading.json yet.
fn is_in(folder: &Path, outs: &[PathBuf]) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    outs.iter().any(|out| folder != *out && folder.starts_with(out))
}

/// Whether a file has the name of a result.
fn is_result(path: &Path) -> bool {
    let is_own = |name: &std::ffi::OsStr| {
        name == LUNGS_FILE || name == OVERLAY_FILE || Kind::ALL.iter().any(|k| name == &*k.file())
    };
    path.file_name().is_some_and(is_own)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_no_image(path: &Path) -> bool {
    let ending = |path: &Path| path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match (ending(path), path.file_name()) {
        (Some(gz), _) if gz == "gz" => {
            let inner = path.file_stem().and_then(|stem| ending(Path::new(stem)));
            !inner.is_some_and(|ending| PACKED.contains(&ending.as_str()))
        }
        (Some(ending), _) => NO_IMAGES.contains(&ending.as_str()),
        (None, Some(name)) => NO_IMAGE_NAMES.iter().any(|n| name.eq_ignore_ascii_case(n)),
        (None, None) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(found: &Found, root: &Path) -> Vec<String> {
        let relative = found.films.iter().map(|f| f.strip_prefix(root).unwrap_or(f));
        relative.map(|f| f.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn folders_are_walked_in_order_without_what_is_no_film() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        for file in [
            "b.png",
            "a.dcm",
            "README.md",
            "LICENSE",
            "DICOMDIR",
            "labels.CSV",
            ".hidden.png",
            "sub/IM0001",
            "sub/c.a.DCM.gz",
            "sub/d.nii.gz",
            "sub/.git/x.png",
            "old/b/reading.json",
            "old/b/overlay.png",
            "out/c/overlay.png",
            "out/c/sc.dcm",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let found = find(&[root.into()], &[&root.join("out")]);
        assert_eq!(names(&found, root), ["a.dcm", "b.png", "sub/IM0001", "sub/c.a.DCM.gz"]);
        assert_eq!(found.skipped, 9, "{found:?}");
    }

    #[test]
    fn results_among_films_hide_none() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        for file in
            ["p1/p1.dcm", "p1/reading.json", "p1/lungs.png", "p1/overlay.png", "p2/lungs.png"]
        {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "x").unwrap();
        }
        let found = |outs: &[&Path]| names(&find(&[root.into()], outs), root).join(" ");
        assert_eq!(found(&[]), "p1/p1.dcm p2/lungs.png");
        assert_eq!(found(&[root]), "p1/p1.dcm", "the folder of results is one of films too");
        assert_eq!(found(&[&root.join("p1")]), "p1/p1.dcm p2/lungs.png");
    }

    #[test]
    fn a_named_file_is_tried_whatever_its_name_and_once() {
        let root = tempfile::tempdir().unwrap();
        let readme = root.path().join("README.md");
        fs::write(&readme, "x").unwrap();
        let missing = root.path().join("missing.dcm");
        let found = find(&[readme.clone(), missing.clone(), readme.clone()], &[]);
        assert_eq!(found.films, [readme, missing]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_does_not_trap() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.png"), "x").unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("loop")).unwrap();
        let found = find(&[root.path().into()], &[]);
        assert_eq!((found.films.len(), found.skipped), (1, 1));
    }
}
