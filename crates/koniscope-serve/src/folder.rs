//! The node's folder on disk.
//!
//! ```text
//! node.db        the store            incoming/   films on their way, cleared at every start
//! node.lock      held while it runs   pulled/     the same of `koniscope pull`
//! pull.lock      held while it pulls  films/      films received, by the SHA-256 of their bytes
//!                                     results/    a folder a film: reading.json, pictures, result objects
//! ```

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// The folder, and the lock on it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    incoming: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder for the one node that works in it, and makes it where it is missing.
    ///
    /// # Errors
    /// If another node holds it, or the system's words.
    pub fn open(root: &Path) -> io::Result<Self> {
        Self::open_for(root, ("node.lock", "incoming"), "another node works in this folder")
    }

    /// Opens the folder beside its node, for films that are fetched for it.
    ///
    /// # Errors
    /// If another fetches them, or the system's words.
    pub fn to_pull(root: &Path) -> io::Result<Self> {
        Self::open_for(root, ("pull.lock", "pulled"), "another pull runs into this folder")
    }

    fn open_for(root: &Path, (lock, incoming): (&str, &str), held: &str) -> io::Result<Self> {
        let incoming = root.join(incoming);
        for folder in [&incoming, &root.join("films"), &root.join("results")] {
            fs::create_dir_all(folder)?;
        }
        let lock = File::create(root.join(lock))?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => io::Error::other(held),
            TryLockError::Error(e) => e,
        })?;
        for left in fs::read_dir(&incoming)? {
            fs::remove_file(left?.path())?;
        }
        Ok(Self { root: root.to_owned(), incoming, _lock: lock })
    }

    /// The file of the store.
    pub fn database(root: &Path) -> PathBuf {
        root.join("node.db")
    }

    /// Where films lie until they are whole.
    pub fn incoming(&self) -> PathBuf {
        self.incoming.clone()
    }

    /// The file of a film, by its fingerprint.
    pub fn film(&self, sha256: &str) -> PathBuf {
        Self::film_of(&self.root, sha256)
    }

    /// As [`film`](Self::film), of the folder that a node works in.
    pub fn film_of(root: &Path, sha256: &str) -> PathBuf {
        let shard: String = sha256.chars().take(2).collect();
        root.join("films").join(shard).join(format!("{sha256}.dcm"))
    }

    /// Folder of all results; that of a film has the name [`Self::result_name`].
    pub fn results(&self) -> PathBuf {
        self.root.join("results")
    }

    /// Name of the folder of a film's results.
    pub fn result_name(film: i64) -> String {
        format!("{film:08}")
    }

    /// Moves a whole film, already synced, to its place, so that a loss of power does not undo it.
    ///
    /// # Errors
    /// The system's words.
    pub fn keep(&self, from: &Path, sha256: &str) -> io::Result<()> {
        let to = self.film(sha256);
        let shard = to.parent().unwrap_or(&self.root);
        if !shard.is_dir() {
            fs::create_dir_all(shard)?;
            sync(&self.root.join("films"))?;
        }
        fs::rename(from, &to)?;
        sync(shard)
    }
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// The system's words.
pub fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Bytes left on the disk of a folder; nothing where the system does not tell.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_node_a_folder_and_no_half_film_stays() {
        let root = tempfile::tempdir().unwrap();
        let first = Folder::open(root.path()).unwrap();
        let half = first.incoming().join("half");
        fs::write(&half, b"half").unwrap();
        let second = Folder::open(root.path()).unwrap_err();
        assert!(second.to_string().contains("another node"), "{second}");
        // Films are fetched beside it, by one at a time.
        let pull = Folder::to_pull(root.path()).unwrap();
        assert!(Folder::to_pull(root.path()).is_err() && half.exists());
        assert_ne!(pull.incoming(), first.incoming());
        drop(first);
        let again = Folder::open(root.path()).unwrap();
        assert!(!half.exists());
        let whole = again.incoming().join("whole");
        fs::write(&whole, b"whole").unwrap();
        again.keep(&whole, "abcd").unwrap();
        assert_eq!(fs::read(again.film("abcd")).unwrap(), b"whole");
        assert!(free_bytes(root.path()).is_none_or(|free| free > 0));
    }
}
