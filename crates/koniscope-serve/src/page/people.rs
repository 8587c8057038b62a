//! Who may use a page: a file of names, roles and what proves them. `koniscope users` changes it.
//!
//! A password is kept as its Argon2id hash, a program's token as its SHA-256: 256 random bits need no slow hash.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use koniscope_data::digest::sha256;
use serde::{Deserialize, Serialize};

/// Letters of a password.
const PASSWORD: std::ops::RangeInclusive<usize> = 12..=256;

/// A hash of no password: who is not there takes as long as who is.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG5vbmU$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What somebody is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads films and signs.
    Reader,
    /// Looks after people and films; signs nothing.
    Admin,
    /// A program, with a token.
    Service,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Admin, Self::Service];

    /// Its word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Admin => "admin",
            Self::Service => "service",
        }
    }
}

/// Somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What for.
    pub role: Role,
    /// Hash of password or token.
    secret: String,
}

impl User {
    /// Changes with the password or the role: a session that was opened before ends.
    pub(super) fn stamp(&self) -> String {
        sha256(format!("{} {}", self.role.word(), self.secret).as_bytes())
    }
}

/// All of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    users: BTreeMap<String, User>,
}

/// Random bytes as 64 hexadecimal digits.
///
/// # Errors
/// If the system gives none.
pub(super) fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn hash(password: &str) -> Result<String, String> {
    let letters = password.chars().count();
    if !PASSWORD.contains(&letters) {
        let (least, most) = PASSWORD.into_inner();
        return Err(format!("the password has {letters} letters; {least} to {most} are expected"));
    }
    let hashed: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|e| format!("the password cannot be hashed: {e}"))
}

impl People {
    /// Of a file.
    ///
    /// # Errors
    /// Why it cannot be read, or what in it is wrong.
    pub fn load(file: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(file)?;
        serde_json::from_str(&text).map_err(io::Error::other)
    }

    /// Writes the file whole; on Unix nobody but its owner can read it.
    ///
    /// # Errors
    /// The system's words.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let beside = PathBuf::from(format!("{}.new", file.display()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        text.push('\n');
        let opened = options.open(&beside).map_err(|e| {
            let what = "another program changes it, or was ended while it did";
            io::Error::new(e.kind(), format!("{}: {e} ({what})", beside.display()))
        });
        let mut opened = opened?;
        let written = io::Write::write_all(&mut opened, text.as_bytes())
            .and_then(|()| opened.sync_all())
            .and_then(|()| fs::rename(&beside, file));
        written.inspect_err(|_| drop(fs::remove_file(&beside)))
    }

    /// Everybody, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, Role)> {
        self.users.iter().map(|(name, user)| (name.as_str(), user.role))
    }

    /// Whether anybody may come in through the page itself.
    pub fn has_readers(&self) -> bool {
        self.users.values().any(|user| user.role != Role::Service)
    }

    pub(super) fn get(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    fn vacant(&self, name: &str) -> Result<(), String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if !(1..=32).contains(&name.len())
            || !name.starts_with(|c: char| c.is_ascii_lowercase())
            || !name.chars().all(is_plain)
        {
            return Err(
                "a name has 1 to 32 of a-z, 0-9, dot, dash and underscore, and begins with a \
                        letter"
                    .into(),
            );
        }
        if self.users.contains_key(name) {
            Err(format!("there is a {name} already"))
        } else {
            Ok(())
        }
    }

    /// Adds a reader or an admin.
    ///
    /// # Errors
    /// What is wrong with name or password.
    pub fn add(&mut self, name: &str, role: Role, password: &str) -> Result<(), String> {
        self.vacant(name)?;
        self.users.insert(name.to_owned(), User { role, secret: hash(password)? });
        Ok(())
    }

    /// Adds a program, and gives its token, which is kept nowhere.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub fn add_service(&mut self, name: &str) -> Result<String, String> {
        self.vacant(name)?;
        let token = random().map_err(|e| e.to_string())?;
        let secret = sha256(token.as_bytes());
        self.users.insert(name.to_owned(), User { role: Role::Service, secret });
        Ok(token)
    }

    /// Takes somebody out.
    ///
    /// # Errors
    /// If there is nobody of this name.
    pub fn remove(&mut self, name: &str) -> Result<(), String> {
        let gone = self.users.remove(name);
        gone.map(drop)
            .ok_or_else(|| format!("there is no {name}; `koniscope users list` says who is"))
    }

    /// Sets another password.
    ///
    /// # Errors
    /// If there is nobody of this name, if it is a program, or what is wrong with the password.
    pub fn set_password(&mut self, name: &str, password: &str) -> Result<(), String> {
        let user = self.users.get_mut(name).ok_or_else(|| format!("there is no {name}"))?;
        if user.role == Role::Service {
            return Err(format!("{name} is a program: remove and add it for another token"));
        }
        user.secret = hash(password)?;
        Ok(())
    }

    /// Who has this name and password. It takes as long where there is nobody.
    pub(super) fn proved(&self, name: &str, password: &str) -> Option<&User> {
        let user = self.users.get(name).filter(|user| user.role != Role::Service);
        let secret = user.map_or(NOBODY, |user| &user.secret);
        let proved = Argon2::default().verify_password(password.as_bytes(), secret);
        proved.ok().and(user)
    }

    /// The program of a token.
    pub(super) fn program(&self, token: &str) -> Option<(&str, &User)> {
        // What is compared are hashes: how long it takes tells nothing of the token.
        let secret = sha256(token.as_bytes());
        let mut programs = self.users.iter().filter(|(_, user)| user.role == Role::Service);
        programs.find(|(_, user)| user.secret == secret).map(|(name, user)| (name.as_str(), user))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PASSWORD: &str = "a long enough password";

    #[test]
    fn who_has_the_password_is_known_and_nobody_else() {
        let mut people = People::default();
        people.add("anna", Role::Reader, PASSWORD).unwrap();
        let token = people.add_service("archive").unwrap();
        assert_eq!(people.proved("anna", PASSWORD).unwrap().role, Role::Reader);
        for (name, password) in [("anna", "another long password"), ("anna", ""), ("ben", PASSWORD)]
        {
            assert!(people.proved(name, password).is_none(), "{name}");
        }
        assert_eq!(people.program(&token).unwrap().0, "archive");
        let secret = people.get("archive").unwrap().secret.clone();
        assert!(people.program(&secret).is_none() && people.proved("archive", &token).is_none());
        let before = people.get("anna").unwrap().stamp();
        people.set_password("anna", "quite another password").unwrap();
        assert!(people.proved("anna", PASSWORD).is_none());
        assert_ne!(people.get("anna").unwrap().stamp(), before);
    }

    #[test]
    fn the_file_keeps_no_secret_and_is_the_owner_s_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.json");
        let mut people = People::default();
        people.add("anna", Role::Admin, PASSWORD).unwrap();
        let token = people.add_service("archive").unwrap();
        people.save(&file).unwrap();
        people.save(&file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains(&token));
        assert_eq!(People::load(&file).unwrap(), people);
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let mut people = People::default();
        for name in ["", "Anna", "1a", "a b", "a/b", "../a", &"a".repeat(33), "\u{e9}"] {
            assert!(people.add(name, Role::Reader, PASSWORD).unwrap_err().contains("a name has"));
        }
        assert!(people.add("anna", Role::Reader, "short").unwrap_err().contains("5 letters"));
        people.add("anna", Role::Reader, PASSWORD).unwrap();
        assert!(people.add("anna", Role::Admin, PASSWORD).unwrap_err().contains("already"));
        assert!(people.remove("ben").is_err() && people.set_password("ben", PASSWORD).is_err());
        people.add_service("archive").unwrap();
        assert!(people.set_password("archive", PASSWORD).unwrap_err().contains("program"));
    }
}
