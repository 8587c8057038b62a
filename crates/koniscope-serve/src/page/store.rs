//! Signed readings on disk: a file each, in the folder of the film's results. None is ever written over.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use koniscope::form::signed::Signed;
use koniscope_data::{
    digest::sha256,
    files::{bytes_of, write_new},
};

/// Bytes of a signed reading at most.
const MOST_BYTES: u64 = 4 << 20;

/// A signed reading and the SHA-256 of its file.
pub(super) type Kept = (Signed, String);

/// Beginning of the file names of one film's records: another film of the same name has others.
fn prefix(film_sha256: &str) -> String {
    format!("signed-{}-", film_sha256.get(..12).unwrap_or(film_sha256))
}

fn file(folder: &Path, film_sha256: &str, number: usize) -> PathBuf {
    folder.join(format!("{}{number}.json", prefix(film_sha256)))
}

/// The records of a film in order.
///
/// # Errors
/// A record that cannot be read, is not of this film or not the one that its follower names.
pub(super) fn load(folder: &Path, film_sha256: &str) -> Result<Vec<Kept>, String> {
    let mut kept: Vec<Kept> = Vec::new();
    loop {
        let number = kept.len() + 1;
        let path = file(folder, film_sha256, number);
        if !path.exists() {
            return Ok(kept);
        }
        let fault = |why: String| format!("the signed reading {number} of this film: {why}");
        let bytes = bytes_of(&path, MOST_BYTES).map_err(|e| fault(e.to_string()))?;
        let text = std::str::from_utf8(&bytes).map_err(|e| fault(e.to_string()))?;
        let signed = Signed::parse(text).map_err(fault)?;
        let before = kept.last().map(|(_, sha256)| sha256);
        if signed.number as usize != number
            || signed.film.sha256 != film_sha256
            || signed.previous_sha256.as_ref() != before
        {
            return Err(fault("it was changed, or belongs elsewhere; put back the file".into()));
        }
        kept.push((signed, sha256(&bytes)));
    }
}

/// Writes a new record; the folder is made where it is missing.
///
/// # Errors
/// The system's; [`io::ErrorKind::AlreadyExists`] where the record is there already.
pub(super) fn save(folder: &Path, signed: Signed) -> io::Result<Kept> {
    fs::create_dir_all(folder)?;
    let text = signed.json();
    write_new(&file(folder, &signed.film.sha256, signed.number as usize), text.as_bytes())?;
    Ok((signed, sha256(text.as_bytes())))
}
