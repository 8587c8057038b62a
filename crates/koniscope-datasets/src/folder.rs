//! The files of a folder, found by name wherever they were unpacked.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use crate::Error;

/// Files at most; the largest set has 112,120 films.
const FILES: usize = 2_000_000;

/// Names told of a folder that is not as expected.
const TOLD: usize = 8;

/// How folders begin that this crate writes beside a set; none is ever read as part of one.
const WRITTEN: &str = "koniscope-";

/// The folder that this crate writes for a set of this name.
pub(crate) fn written_for(name: &str) -> String {
    format!("{WRITTEN}{name}")
}

/// The files below a folder, sorted. Names are told apart without regard to capitals, since sets
/// and archivers differ in them.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    files: Vec<PathBuf>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Folder {
    /// Lists a folder and all below it, but for hidden files, what this crate wrote, and `table`. A
    /// link to a folder is followed, each folder once.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::TooManyFiles`].
    pub fn open(root: &Path, table: &Path) -> Result<Self, Error> {
        let root = root.canonicalize().map_err(Error::io("read", root))?;
        let mut files = Vec::new();
        let mut seen = HashSet::from([root.clone()]);
        let mut waiting = vec![root.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(&folder).map_err(Error::io("read", &folder))? {
                let entry = entry.map_err(Error::io("read", &folder))?;
                let (path, name) = (entry.path(), entry.file_name());
                let hidden = name.to_string_lossy().starts_with('.');
                // A link to nothing has no metadata; it is no file.
                let Some(what) = fs::metadata(&path).ok().filter(|_| !hidden) else { continue };
                if what.is_dir() {
                    let ours = name.to_string_lossy().starts_with(WRITTEN);
                    let real = path.canonicalize().map_err(Error::io("read", &path))?;
                    if !ours && seen.insert(real) {
                        waiting.push(path);
                    }
                } else if what.is_file() && path != table {
                    files.push(path);
                }
                if files.len() > FILES {
                    return Err(Error::TooManyFiles { folder: root, limit: FILES });
                }
            }
        }
        files.sort();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, file) in files.iter().enumerate() {
            by_name.entry(name_of(file).to_lowercase()).or_default().push(i);
        }
        Ok(Self { root, files, by_name })
    }

    /// All files, sorted.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file of this name, wherever it is.
    ///
    /// # Errors
    /// A clause, if there is none or more than one: a name is no path, so that `../x` is none.
    pub fn only(&self, name: &str) -> Result<&PathBuf, String> {
        match self.by_name.get(&name.to_lowercase()).map(Vec::as_slice) {
            Some([one]) => Ok(&self.files[*one]),
            Some(several) => Err(format!("{} files are called {name:?}; keep one", several.len())),
            None => Err(format!("no file is called {name:?}")),
        }
    }

    /// As [`Folder::only`], with one of the endings put to `stem`; the first that there is.
    ///
    /// # Errors
    /// As [`Folder::only`].
    pub fn only_ending(&self, stem: &str, endings: &[&str]) -> Result<&PathBuf, String> {
        let there = endings.iter().map(|ending| format!("{stem}.{ending}"));
        match there.into_iter().find(|name| self.by_name.contains_key(&name.to_lowercase())) {
            Some(name) => self.only(&name),
            None => {
                Err(format!("no file is called {stem:?} with the ending {}", endings.join(", ")))
            }
        }
    }

    /// Files with one of the endings that lie right in a folder called `folder`.
    pub fn right_in(&self, folder: &str, endings: &[&str]) -> Vec<&PathBuf> {
        let there = |file: &&PathBuf| {
            file.parent().is_some_and(|p| name_of(p).eq_ignore_ascii_case(folder))
                && file.extension().is_some_and(|e| {
                    endings.iter().any(|ending| e.to_string_lossy().eq_ignore_ascii_case(ending))
                })
        };
        self.files.iter().filter(there).collect()
    }

    /// Where it is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What lies right in it, in words.
    pub(crate) fn holds(&self) -> String {
        let mut names: Vec<String> = fs::read_dir(&self.root)
            .map(|all| {
                all.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect()
            })
            .unwrap_or_default();
        names.sort();
        let more = names.len().saturating_sub(TOLD);
        names.truncate(TOLD);
        match (names.is_empty(), more) {
            (true, _) => "nothing".to_owned(),
            (_, 0) => names.join(", "),
            _ => format!("{} and {more} more", names.join(", ")),
        }
    }
}

/// Last part of a path, as text.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Last part of a path without its ending, as text.
pub(crate) fn stem_of(path: &Path) -> String {
    path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::testing::{folder_of, open};

    #[test]
    fn files_are_found_by_name_and_a_name_is_no_path() {
        let made = folder_of(&[
            ("a/CXR_png/One.PNG", ""),
            ("b/cxr_png/two.png", ""),
            ("b/two.png", ""),
            ("koniscope-jsrt/one.png", ""),
            (".hidden/one.png", ""),
        ]);
        let folder = open(&made);
        assert_eq!(folder.files().len(), 3);
        assert!(folder.only("one.png").unwrap().ends_with("a/CXR_png/One.PNG"));
        assert!(folder.only_ending("one", &["jpg", "png"]).is_ok());
        assert!(folder.only("two.png").unwrap_err().contains("2 files"));
        for name in ["../One.PNG", "a/CXR_png/One.PNG", "", "/etc/passwd"] {
            assert!(folder.only(name).unwrap_err().contains("no file is called"), "{name}");
        }
        assert_eq!(folder.right_in("CXR_png", &["png"]).len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_round_end() {
        let made = folder_of(&[("a/one.png", "")]);
        std::os::unix::fs::symlink(made.path(), made.path().join("a/round")).unwrap();
        std::os::unix::fs::symlink("gone", made.path().join("nothing")).unwrap();
        assert_eq!(open(&made).files().len(), 1);
    }
}
