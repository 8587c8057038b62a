//! What the door writes: files, there whole or not at all, and its own output.

use std::{
    io::{self, Write},
    path::Path,
};

use anyhow::Context;

/// [`koniscope::files::write_atomic`] with the path in the error.
///
/// # Errors
/// The path and the system's words.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    koniscope::files::write_atomic(path, bytes)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Tells people something, beside the result on stdout, after the name of the program that they called.
#[expect(clippy::print_stderr, reason = "the door speaks")]
pub(crate) fn remark(text: &str) {
    eprintln!("{}: {text}", crate::command::program());
}

/// Writes to stdout; a reader that has gone, as `head` does, is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e).context("cannot print"),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomic(&folder.path().join("no/such.txt"), b"x").unwrap_err();
        assert!(format!("{error:#}").contains("such.txt"), "{error:#}");
    }
}
