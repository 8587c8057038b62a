//! The ledger of a film's signed readings: a line each, SHA-256 and name, as `sha256sum --check` takes it. By it a
//! record is missed that was edited or taken away, the last one too.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use koniscope_data::files::{bytes_of, write_atomic};

/// Bytes of a ledger at most.
const MOST_BYTES: u64 = 4 << 20;

/// SHA-256 by name of file.
pub(super) type Lines = BTreeMap<String, String>;

fn file(folder: &Path, film: &str) -> PathBuf {
    folder.join(format!("ledger-{film}.sha256"))
}

/// What was signed of a film, by the beginning of its SHA-256; nothing where there is no ledger.
fn read(folder: &Path, film: &str) -> Result<Lines, String> {
    let path = file(folder, film);
    if !path.exists() {
        return Ok(Lines::new());
    }
    let fault =
        |why: String| format!("the ledger of its signed readings: {why}; put back the file");
    let bytes = bytes_of(&path, MOST_BYTES).map_err(|e| fault(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| fault(e.to_string()))?;
    let line = |line: &str| line.split_once("  ").map(|(hash, name)| (name.into(), hash.into()));
    text.lines().map(line).collect::<Option<_>>().ok_or_else(|| fault("a line is damaged".into()))
}

/// Adds a record.
///
/// # Errors
/// The system's words.
pub(super) fn add(folder: &Path, film: &str, name: &str, sha256: &str) -> io::Result<()> {
    let mut lines = read(folder, film).map_err(io::Error::other)?;
    lines.insert(name.to_owned(), sha256.to_owned());
    let text: String = lines.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
    write_atomic(&file(folder, film), text.as_bytes())
}

/// Compares the records that were found with the ledger. One that it lacks was signed as the program was ended: it
/// is added.
///
/// # Errors
/// A record that is missing, changed or not known to the ledger.
pub(super) fn check(folder: &Path, film: &str, found: &Lines) -> Result<(), String> {
    let lines = read(folder, film)?;
    for (name, sha256) in &lines {
        let what = match found.get(name) {
            None => "is missing",
            Some(of) if of != sha256 => "was changed",
            Some(_) => continue,
        };
        return Err(format!("the signed reading {name} {what}; put it back as it was signed"));
    }
    let mut unknown = found.iter().filter(|(name, _)| !lines.contains_key(*name));
    match (unknown.next(), unknown.next()) {
        (None, _) => Ok(()),
        (Some((name, sha256)), None) => add(folder, film, name, sha256).map_err(|e| e.to_string()),
        (Some((name, _)), Some(_)) => Err(format!(
            "the signed reading {name} is not in the ledger of this film; put back the ledger"
        )),
    }
}
