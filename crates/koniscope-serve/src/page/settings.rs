//! The page of a node, as its file has it: `[page]`.

use std::{net::SocketAddr, path::PathBuf};

use koniscope::form::{consensus::By, signed::Mode};
use serde::Deserialize;

/// See docs/reference/node-toml.md.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address and port that it listens on: loopback unless another is named.
    #[serde(default = "loopback")]
    pub listen: SocketAddr,
    /// File of users, which `koniscope users` writes.
    #[serde(default)]
    pub users: Option<PathBuf>,
    /// Whoever is on this machine is the one reader. On loopback alone.
    #[serde(default)]
    pub without_users: bool,
    /// Certificate in PEM, the server's own first.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// Its private key in PEM.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// When a reader sees what the machine says.
    #[serde(default = "reader_first")]
    pub mode: Mode,
    /// Independent readings of each film that are wanted, 1 or 2; where two do not agree, a third.
    #[serde(default = "one")]
    pub readings: usize,
    /// The rule by which two agree.
    #[serde(default = "ilo")]
    pub agreement: By,
    /// Minutes in which nobody does anything, after which a session ends.
    #[serde(default = "minutes")]
    pub session_minutes: u32,
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn reader_first() -> Mode {
    Mode::ReaderFirst
}

fn one() -> usize {
    1
}

fn ilo() -> By {
    By::Ilo
}

fn minutes() -> u32 {
    30
}

impl Settings {
    /// Whether a browser needs TLS to get here.
    pub fn has_tls(&self) -> bool {
        self.certificate.is_some()
    }

    /// # Errors
    /// What is wrong, and what to do.
    pub fn check(&self) -> Result<(), String> {
        let listen = self.listen;
        if self.certificate.is_some() != self.key.is_some() {
            return Err("page: certificate and key belong together; give both or none".into());
        }
        if !(1..=720).contains(&self.session_minutes) {
            return Err("page.session_minutes must lie between 1 and 720".into());
        }
        if !(1..=2).contains(&self.readings) || (self.readings == 2 && self.users.is_none()) {
            return Err("page.readings must be 1 or 2, and 2 needs users".into());
        }
        if self.users.is_some() && self.without_users {
            return Err("page: users and without_users exclude each other".into());
        }
        if !listen.ip().is_loopback() && (self.users.is_none() || !self.has_tls()) {
            return Err(format!(
                "page.listen is {listen}, which others can reach: it needs users (a file that \
                 `koniscope users` writes), certificate and key; or listen on 127.0.0.1"
            ));
        }
        if self.users.is_none() && !self.without_users {
            return Err(
                "page: name a file of users, or say without_users = true: whoever is on this \
                        machine then reads and signs"
                    .into(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_reach_needs_users_and_tls() {
        let told = |text: &str| toml::from_str::<Settings>(text).unwrap().check().err();
        let (all, tls) = ("listen = \"0.0.0.0:443\"\n", "certificate = \"c\"\nkey = \"k\"\n");
        for (text, expected) in [
            ("without_users = true", None),
            ("users = \"u\"", None),
            (&*format!("{all}users = \"u\"\n{tls}"), None),
            ("", Some("without_users = true")),
            ("users = \"u\"\nwithout_users = true", Some("exclude")),
            (&*format!("{all}users = \"u\""), Some("needs users")),
            (&*format!("{all}{tls}"), Some("needs users")),
            (&*format!("{all}without_users = true"), Some("needs users")),
            (&*format!("{all}without_users = true\n{tls}"), Some("needs users")),
            ("listen = \"[::]:443\"\nwithout_users = true", Some("needs users")),
            ("users = \"u\"\nkey = \"k\"", Some("belong together")),
            ("users = \"u\"\nreadings = 2", None),
            ("users = \"u\"\nreadings = 3", Some("1 or 2")),
            ("without_users = true\nreadings = 2", Some("needs users")),
            ("users = \"u\"\nsession_minutes = 0", Some("between 1 and 720")),
        ] {
            match (told(text), expected) {
                (None, None) => {}
                (Some(told), Some(expected)) => assert!(told.contains(expected), "{text}: {told}"),
                (told, _) => panic!("{text}: {told:?}"),
            }
        }
    }
}
