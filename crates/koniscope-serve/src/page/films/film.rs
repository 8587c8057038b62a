//! One film, and the only doors to what the machine and others say of it.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use koniscope::{
    decode::{RawImage, decode},
    files::bytes_of,
    form::{
        consensus::Consensus,
        signed::{Mode, Signed},
    },
    report::Failure,
};
use koniscope_data::digest::sha256_of_file;

use crate::page::{Study, machine::Machine, people::Role, rights::Who, store::Kept, time::utc};

/// One film.
pub(in crate::page) struct Film {
    /// Its name, of no other film here.
    pub(in crate::page) name: String,
    /// When it came, in seconds since 1970.
    pub(in crate::page) came: u64,
    pub(in crate::page) path: PathBuf,
    pub(super) state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) progress: Progress,
    pub(super) sha256: Option<String>,
    header: Option<Header>,
    /// By account.
    opened_at: HashMap<Option<String>, String>,
    pub(super) signed: Vec<Arc<Kept>>,
    /// What is wrong with its records on disk: nothing more is signed.
    pub(super) barred: Option<String>,
}

/// Columns and rows, and SOP Instance UID of a DICOM film.
type Header = ([usize; 2], Option<String>);

/// How far a film has come.
#[derive(Clone, Default)]
pub(in crate::page) enum Progress {
    #[default]
    Waiting,
    Reading,
    Read(Arc<Machine>),
    Refused(Failure),
}

/// Where a film stands, as somebody may know it.
pub(in crate::page) struct Standing {
    /// `waiting`, `reading`, `read` or `refused`.
    pub(in crate::page) word: &'static str,
    /// Why it was refused.
    pub(in crate::page) reason: Option<String>,
    /// Records of one's own.
    pub(in crate::page) own: Vec<Arc<Kept>>,
    /// Others' records, once they may be seen.
    pub(in crate::page) others: Vec<Arc<Kept>>,
    /// Whether a reading of one's own is wanted.
    pub(in crate::page) is_wanted: bool,
    /// What the readers come to, once it may be seen.
    pub(in crate::page) consensus: Option<Consensus>,
}

/// A lock's content, whatever became of who held it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Whether somebody may see what others say of the film: readers once they have signed, and who does not read.
    fn is_open_to(&self, who: &Who) -> bool {
        who.role != Role::Reader || self.signed.iter().any(|kept| kept.0.account == who.name)
    }
}

impl Film {
    /// What the machine says, where the mode lets it through to somebody: the one door to it.
    pub(in crate::page) fn machine(&self, mode: Mode, who: &Who) -> Option<Arc<Machine>> {
        let state = locked(&self.state);
        let is_shown = match mode {
            Mode::ReaderFirst => state.is_open_to(who),
            Mode::MachineFirst => true,
            Mode::MachineOff => false,
        };
        match &state.progress {
            Progress::Read(machine) if is_shown => Some(machine.clone()),
            _ => None,
        }
    }

    /// Whether the machine has read it.
    pub(in crate::page) fn is_read(&self) -> bool {
        matches!(locked(&self.state).progress, Progress::Read(_))
    }

    /// Where it stands: the one door to what others have signed.
    pub(in crate::page) fn standing(&self, study: &Study, who: &Who) -> Standing {
        let state = locked(&self.state);
        let (word, reason) = match &state.progress {
            _ if state.barred.is_some() => ("refused", state.barred.clone()),
            Progress::Waiting => ("waiting", None),
            Progress::Reading => ("reading", None),
            Progress::Read(_) => ("read", None),
            Progress::Refused(failure) => ("refused", Some(failure.message.clone())),
        };
        let of_who = |kept: &Arc<Kept>| kept.0.account == who.name;
        let (own, others): (Vec<_>, Vec<_>) = state.signed.iter().cloned().partition(of_who);
        let firsts = state.signed.iter().map(|kept| &kept.0).filter(|signed| signed.number == 1);
        let firsts: Vec<&Signed> = firsts.collect();
        let consensus = Consensus::of(&firsts, study.readings, study.by);
        let is_open = state.is_open_to(who);
        Standing {
            word,
            reason,
            is_wanted: who.role == Role::Reader && own.is_empty() && consensus.is_wanting(),
            own,
            others: if is_open { others } else { Vec::new() },
            consensus: is_open.then_some(consensus),
        }
    }

    /// What is wrong with its records on disk, where anything is.
    pub(in crate::page) fn barred(&self) -> Option<String> {
        locked(&self.state).barred.clone()
    }

    /// When somebody first opened it, which is now if they had not.
    pub(in crate::page) fn opened_at(&self, who: &Who, now: u64) -> String {
        let mut state = locked(&self.state);
        state.opened_at.entry(who.name.clone()).or_insert_with(|| utc(now)).clone()
    }

    /// SHA-256 of its file, where it is known already.
    pub(in crate::page) fn known_sha256(&self) -> Option<String> {
        locked(&self.state).sha256.clone()
    }

    /// SHA-256 of its file.
    ///
    /// # Errors
    /// Why the file cannot be read.
    pub(in crate::page) fn sha256(&self) -> Result<String, String> {
        if let Some(sha256) = &locked(&self.state).sha256 {
            return Ok(sha256.clone());
        }
        let sha256 = sha256_of_file(&self.path).map_err(|e| e.to_string())?;
        locked(&self.state).sha256 = Some(sha256.clone());
        Ok(sha256)
    }

    /// Its pixels, of a file of at most `limit` bytes.
    pub(super) fn decoded(&self, limit: u64) -> Result<RawImage, Failure> {
        let raw =
            Failure::caught(|| Ok(decode(&bytes_of(&self.path, limit)?, &Default::default())?))?;
        let uid = raw.header.sop_instance_uid.clone();
        locked(&self.state).header = Some(([raw.width, raw.height], uid));
        Ok(raw)
    }

    /// What its file says, whether or not the machine has read it; nothing where it cannot be decoded.
    pub(super) fn header(&self, limit: u64) -> Option<Header> {
        let known = locked(&self.state).header.clone();
        known.or_else(|| {
            self.decoded(limit).ok()?;
            locked(&self.state).header.clone()
        })
    }
}
