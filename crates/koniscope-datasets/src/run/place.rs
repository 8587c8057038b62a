//! Where things are written, and how the table calls them.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use crate::{Error, files::write_atomic, folder::stem_of};

/// The table's path with its folder made whole, so that paths may be told from it.
///
/// # Errors
/// [`Error::Io`] if the set's folder or the table's is none.
pub(super) fn table(set: &Path, table: &Path) -> Result<PathBuf, Error> {
    let no_folder = |path: &Path| {
        let kind = std::io::ErrorKind::NotADirectory;
        Error::Io { doing: "read", path: path.to_owned(), source: kind.into() }
    };
    if !fs::metadata(set).map_err(Error::io("read", set))?.is_dir() {
        return Err(no_folder(set));
    }
    let beside = match table.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let beside = beside.canonicalize().map_err(Error::io("read", beside))?;
    let name = table.file_name().ok_or_else(|| no_folder(table))?;
    Ok(beside.join(name))
}

/// Writes a PNG named after `film` into `folder`, made where missing.
///
/// # Errors
/// A clause.
pub(super) fn written(folder: &Path, film: &Path, png: &[u8]) -> Result<PathBuf, String> {
    let path = folder.join(format!("{}.png", stem_of(film)));
    fs::create_dir_all(folder).map_err(|e| format!("cannot create {}: {e}", folder.display()))?;
    write_atomic(&path, png).map_err(|e| e.to_string())?;
    Ok(path)
}

/// A file as the table calls it: from the folder `beside`, with `/`. Both paths are whole.
///
/// # Errors
/// A clause, if the path cannot stand in a cell: no UTF-8, or a space at an end, which readers of
/// tables take away.
pub(super) fn cell_of(file: &Path, beside: &Path) -> Result<String, String> {
    let shared = file.components().zip(beside.components()).take_while(|(a, b)| a == b).count();
    let up = beside.components().skip(shared).map(|_| Component::ParentDir);
    let parts: Option<Vec<&str>> =
        up.chain(file.components().skip(shared)).map(|part| part.as_os_str().to_str()).collect();
    let cell = match parts {
        // Nothing shared, as on two drives.
        Some(_) if shared == 0 => file.to_str().unwrap_or_default().to_owned(),
        Some(parts) => parts.join("/"),
        None => return Err("its path is no UTF-8; rename it".into()),
    };
    if cell.trim() != cell || cell.is_empty() {
        return Err("its path begins or ends with a space; rename it".into());
    }
    Ok(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_table() {
        for (file, beside, cell) in [
            ("/sets/m/CXR_png/a.png", "/sets/m", "CXR_png/a.png"),
            ("/sets/m/CXR_png/a.png", "/tables", "../sets/m/CXR_png/a.png"),
            ("/sets/m/a,\"b.png", "/sets/tables/x", "../../m/a,\"b.png"),
        ] {
            assert_eq!(cell_of(Path::new(file), Path::new(beside)), Ok(cell.to_owned()));
        }
        assert!(cell_of(Path::new("/m/a.png "), Path::new("/m")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn names_that_no_table_can_hold_are_refused() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let odd = Path::new("/m").join(OsStr::from_bytes(b"\xff.png"));
        assert!(cell_of(&odd, Path::new("/m")).is_err_and(|why| why.contains("UTF-8")));
    }
}
