//! Signed readings on disk: a file each, in the folder of the film's results. None is ever written over.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use koniscope::form::signed::Signed;
use koniscope_data::{
    digest::sha256,
    files::{bytes_of, write_new},
};

use super::ledger::{self, Lines};
use crate::folder::sync;

/// Bytes of a signed reading at most.
const MOST_BYTES: u64 = 4 << 20;

/// A signed reading and the SHA-256 of its file.
pub(super) type Kept = (Signed, String);

/// Beginning of a film's SHA-256, in the names of its files: another film of the same name has others.
fn short(film_sha256: &str) -> &str {
    film_sha256.get(..12).unwrap_or(film_sha256)
}

/// Beginning of the file names of one film's records by one account.
fn prefix(film_sha256: &str, account: Option<&str>) -> String {
    let film = short(film_sha256);
    account.map_or_else(|| format!("signed-{film}-"), |account| format!("signed-{film}-{account}-"))
}

fn name(film_sha256: &str, account: Option<&str>, number: usize) -> String {
    format!("{}{number}.json", prefix(film_sha256, account))
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
/// A record that cannot be read, is not of this film, is missing, or is not as its follower or the ledger names it.
pub(super) fn load(folder: &Path, film_sha256: &str) -> Result<Vec<Arc<Kept>>, String> {
    let mut all = Vec::new();
    let mut found = Lines::new();
    for (account, count) in accounts(folder, film_sha256)? {
        let kept = chain(folder, film_sha256, account.as_deref())?;
        if kept.len() != count {
            let number = kept.len() + 1;
            return Err(format!(
                "the signed reading {number} of this film is missing; put it back"
            ));
        }
        for kept in kept {
            let name = name(film_sha256, account.as_deref(), kept.0.number as usize);
            found.insert(name, kept.1.clone());
            all.push(Arc::new(kept));
        }
    }
    ledger::check(folder, short(film_sha256), &found)?;
    all.sort_by(|a, b| a.0.signed_at.cmp(&b.0.signed_at));
    Ok(all)
}

/// The records of one account, in order.
fn chain(folder: &Path, film_sha256: &str, account: Option<&str>) -> Result<Vec<Kept>, String> {
    let mut kept: Vec<Kept> = Vec::new();
    loop {
        let number = kept.len() + 1;
        let path = folder.join(name(film_sha256, account, number));
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

/// Writes a new record and its line of the ledger, and makes both durable; the folder is made where it is missing.
///
/// # Errors
/// The system's; [`io::ErrorKind::AlreadyExists`] where the record is there already.
pub(super) fn save(folder: &Path, signed: Signed) -> io::Result<Kept> {
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        folder.parent().map_or(Ok(()), sync)?;
    }
    let text = signed.json();
    let hash = sha256(text.as_bytes());
    let film = &signed.film.sha256;
    let name = name(film, signed.account.as_deref(), signed.number as usize);
    let path = folder.join(&name);
    write_new(&path, text.as_bytes())?;
    // What is not known to be kept is not signed.
    sync(folder)
        .and_then(|()| ledger::add(folder, short(film), &name, &hash))
        .inspect_err(|_| drop(fs::remove_file(&path)))?;
    sync(folder)?;
    Ok((signed, hash))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope::form::signed::{Circumstances, Draft, FilmIdentity, Mode};
    use serde_json::json;

    use super::*;

    const FILM: &str = "0123456789abcdef";

    fn sign(before: Option<&Kept>) -> Signed {
        let draft: Draft = serde_json::from_value(json!({
            "niosh": {
                "image_quality": { "grade": "1" },
                "parenchymal": false, "pleural": false, "other": false,
                "reader": { "printed_name": "R. Reader", "date_of_reading": "2026-11-30" },
            },
            "reason": "a nipple",
        }))
        .unwrap();
        let about = Circumstances {
            film: FilmIdentity {
                name: "a".into(),
                sha256: FILM.into(),
                size: None,
                sop_instance_uid: None,
            },
            mode: Mode::MachineOff,
            machine: None,
            times: ["2026-11-30T22:00:00Z".into(), "2026-11-30T22:05:00Z".into()],
            account: None,
            seen: Vec::new(),
            before: before.map(|kept| (&kept.0, kept.1.clone())),
        };
        Signed::sign(&draft, about).unwrap()
    }

    #[test]
    fn a_record_that_was_edited_or_taken_away_is_missed_the_last_one_too() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("a");
        let first = save(&folder, sign(None)).unwrap();
        let second = save(&folder, sign(Some(&first))).unwrap();
        assert_eq!(load(&folder, FILM).unwrap().len(), 2);
        let [one, two] = [1, 2].map(|number| folder.join(name(FILM, None, number)));
        let ledger = folder.join("ledger-0123456789ab.sha256");
        let lines = fs::read_to_string(&ledger).unwrap();
        assert_eq!(lines.lines().nth(1).unwrap(), format!("{}  {}", second.1, name(FILM, None, 2)));

        let text = fs::read(&two).unwrap();
        let fault = |file: &Path, bytes: Option<&str>| {
            let before = fs::read(file).unwrap();
            bytes.map_or_else(|| fs::remove_file(file), |bytes| fs::write(file, bytes)).unwrap();
            let told = load(&folder, FILM).unwrap_err();
            fs::write(file, before).unwrap();
            told
        };
        let edited = String::from_utf8(text).unwrap().replace("R. Reader", "Somebody");
        assert!(fault(&two, Some(&edited)).contains("-2.json was changed"));
        assert!(fault(&two, None).contains("-2.json is missing"));
        assert!(fault(&one, None).contains("signed reading 1 of this film is missing"));
        assert!(fault(&ledger, None).contains("put back the ledger"));
        assert!(fault(&ledger, Some("x")).contains("a line is damaged"));

        // The program was ended between a record and its line.
        fs::write(&ledger, lines.lines().next().unwrap()).unwrap();
        assert_eq!(load(&folder, FILM).unwrap().len(), 2);
        assert_eq!(fs::read_to_string(&ledger).unwrap(), lines);
    }
}
