//! Signed readings on disk: a file each, in the folder of the film's results. None is ever written over.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
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

/// Beginning of the file names of one film's records by one account: another film of the same name has others.
fn prefix(film_sha256: &str, account: Option<&str>) -> String {
    let film = film_sha256.get(..12).unwrap_or(film_sha256);
    account.map_or_else(|| format!("signed-{film}-"), |account| format!("signed-{film}-{account}-"))
}

fn file(folder: &Path, film_sha256: &str, account: Option<&str>, number: usize) -> PathBuf {
    folder.join(format!("{}{number}.json", prefix(film_sha256, account)))
}

/// The accounts that have signed a film, and how many records there are.
fn accounts(folder: &Path, film_sha256: &str) -> Result<BTreeMap<Option<String>, usize>, String> {
    let mut found = BTreeMap::new();
    let beginning = prefix(film_sha256, None);
    for entry in fs::read_dir(folder).map_err(|e| e.to_string())? {
        let name = entry.map_err(|e| e.to_string())?.file_name().to_string_lossy().into_owned();
        let rest = name.strip_prefix(&beginning).and_then(|rest| rest.strip_suffix(".json"));
        let Some(rest) = rest else { continue };
        let account = rest.rsplit_once('-').map(|(account, _)| account.to_owned());
        *found.entry(account).or_default() += 1;
    }
    Ok(found)
}

/// The records of a film, in the order in which they were signed.
///
/// # Errors
/// A record that cannot be read, is not of this film or not the one that its follower names, or is missing.
pub(super) fn load(folder: &Path, film_sha256: &str) -> Result<Vec<Arc<Kept>>, String> {
    let mut all = Vec::new();
    for (account, count) in accounts(folder, film_sha256)? {
        let kept = chain(folder, film_sha256, account.as_deref())?;
        if kept.len() != count {
            let number = kept.len() + 1;
            return Err(format!(
                "the signed reading {number} of this film is missing; put it back"
            ));
        }
        all.extend(kept.into_iter().map(Arc::new));
    }
    all.sort_by(|a, b| a.0.signed_at.cmp(&b.0.signed_at));
    Ok(all)
}

/// The records of one account, in order.
fn chain(folder: &Path, film_sha256: &str, account: Option<&str>) -> Result<Vec<Kept>, String> {
    let mut kept: Vec<Kept> = Vec::new();
    loop {
        let number = kept.len() + 1;
        let path = file(folder, film_sha256, account, number);
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
            || signed.account.as_deref() != account
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
    let (film, account) = (&signed.film.sha256, signed.account.as_deref());
    write_new(&file(folder, film, account, signed.number as usize), text.as_bytes())?;
    Ok((signed, sha256(text.as_bytes())))
}
