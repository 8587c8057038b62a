//! Sessions: who has proved who they are, until they log out, do nothing for long, or the day is over.

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use koniscope_data::digest::sha256;

use super::people::random;

/// Seconds that a session lasts at most.
const LONGEST: u64 = 12 * 3600;

/// Sessions at once; beyond, the one that has been idle longest ends.
const MOST: usize = 10_000;

/// One that is open.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Who it is.
    pub(super) name: String,
    /// [`User::stamp`](super::people::User) at its begin.
    pub(super) stamp: String,
    /// What a change must bring along, so that it is this page that asks for it.
    pub(super) csrf: String,
    begun: u64,
    seen: u64,
}

/// All of them, by the SHA-256 of their tokens: a look into memory gives no session away.
pub(super) struct Sessions {
    idle: u64,
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    /// Sessions that end after so many seconds in which nobody does anything.
    pub(super) fn new(idle: u64) -> Self {
        Self { idle, open: Mutex::default() }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lives(&self, session: &Session, now: u64) -> bool {
        now < session.seen + self.idle && now < session.begun + LONGEST
    }

    /// Opens one, and gives its token.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub(super) fn open(&self, name: &str, stamp: String, now: u64) -> io::Result<String> {
        let (token, csrf) = (random()?, random()?);
        let mut open = self.locked();
        open.retain(|_, session| self.lives(session, now));
        if open.len() >= MOST
            && let Some(idle) =
                open.iter().min_by_key(|(_, one)| one.seen).map(|(id, _)| id.clone())
        {
            open.remove(&idle);
        }
        let session = Session { name: name.to_owned(), stamp, csrf, begun: now, seen: now };
        open.insert(sha256(token.as_bytes()), session);
        Ok(token)
    }

    /// The session of a token. What a page asks by itself (`is_idle`) does not keep it open.
    pub(super) fn find(&self, token: &str, is_idle: bool, now: u64) -> Option<Session> {
        let id = sha256(token.as_bytes());
        let mut open = self.locked();
        let session = open.get_mut(&id)?;
        if !self.lives(session, now) {
            open.remove(&id);
            return None;
        }
        if !is_idle {
            session.seen = now;
        }
        Some(session.clone())
    }

    /// Ends one.
    pub(super) fn close(&self, token: &str) {
        self.locked().remove(&sha256(token.as_bytes()));
    }

    /// How many somebody has open.
    pub(super) fn count(&self, name: &str, now: u64) -> usize {
        let open = self.locked();
        open.values().filter(|one| one.name == name && self.lives(one, now)).count()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_logout_by_idleness_and_with_the_day() {
        let sessions = Sessions::new(600);
        let begin = |now| sessions.open("anna", "stamp".into(), now).unwrap();
        let token = begin(0);
        assert_eq!(sessions.find(&token, false, 599).unwrap().name, "anna");
        assert!(sessions.find(&token, true, 1198).is_some(), "used at 599");
        assert!(sessions.find(&token, false, 1199).is_none(), "nobody did anything for 600 s");
        assert!(sessions.find(&token, false, 600).is_none(), "it stays closed");
        let token = begin(0);
        for now in (0..LONGEST).step_by(500) {
            assert!(sessions.find(&token, false, now).is_some());
        }
        assert!(sessions.find(&token, false, LONGEST).is_none());
        let (a, b) = (begin(0), begin(0));
        assert_ne!(a, b);
        assert_eq!(sessions.count("anna", 0), 2);
        sessions.close(&a);
        assert!(sessions.find(&a, false, 1).is_none() && sessions.find(&b, false, 1).is_some());
        assert!(
            sessions.find("", false, 1).is_none() && sessions.find(&a[..63], false, 1).is_none()
        );
    }
}
