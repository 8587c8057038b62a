//! What was computed of a film, kept in a folder by what it was computed from.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{digest::sha256, files::write_atomic};

/// Counts the changes of what is read from a film: of its mask, crops, grades or probabilities, with the
/// same weights. It is a part of every cache's keys and of every report. A test holds two samples to
/// it.
pub const READING_VERSION: u32 = 3;

/// A folder of results, one file each, named by the SHA-256 of all that they depend on; always of
/// [`READING_VERSION`] too.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    made_with: String,
}

impl Cache {
    /// Results that depend on `made_with`, as weights, settings and kind, in a folder that is made where
    /// missing.
    ///
    /// # Errors
    /// The system's words if the folder cannot be made.
    pub fn open(folder: &Path, made_with: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let made_with = format!("reading {READING_VERSION}\n{made_with}");
        Ok(Self { folder: folder.to_owned(), made_with })
    }

    /// The file of what is made of these inputs, as the bytes of a film and its mask, in this order; it
    /// ends with `ending`.
    pub fn file<'a>(&self, inputs: impl IntoIterator<Item = &'a [u8]>, ending: &str) -> PathBuf {
        let inputs: Vec<String> = inputs.into_iter().map(sha256).collect();
        let key = format!("{}\n{}", inputs.join(" "), self.made_with);
        self.folder.join(format!("{}.{ending}", sha256(key.as_bytes())))
    }

    /// What is kept in a file; nothing where there is none.
    pub fn get(&self, file: &Path) -> Option<Vec<u8>> {
        fs::read(file).ok()
    }

    /// Keeps what was made, whole or not at all.
    ///
    /// # Errors
    /// The system's words.
    pub fn put(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        write_atomic(file, bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_depends_on_all_that_it_is_made_of() {
        let folder = tempfile::tempdir().unwrap();
        let cache = |with: &str| Cache::open(&folder.path().join("kept"), with).unwrap();
        let one: [&[u8]; 2] = [b"film", b"mask"];
        let file = cache("a").file(one, "json");
        assert_eq!(cache("a").file(one, "json"), file);
        let others = [
            cache("b").file(one, "json"),
            cache("a").file([one[1], one[0]], "json"),
            cache("a").file([one[0]], "json"),
            cache("a").file([one[0], b""], "json"),
        ];
        assert!(others.iter().all(|other| *other != file));
        assert_eq!(cache("a").get(&file), None);
        cache("a").put(&file, b"1").unwrap();
        assert_eq!(cache("a").get(&file).as_deref(), Some(&b"1"[..]));
    }
}
