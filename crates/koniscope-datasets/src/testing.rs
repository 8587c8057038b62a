//! Folders made for tests.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::folder::Folder;

/// A folder with these files.
pub(crate) fn folder_of(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        put(folder.path(), name, text.as_bytes());
    }
    folder
}

/// Puts a file into a folder.
pub(crate) fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Opens it.
pub(crate) fn open(folder: &TempDir) -> Folder {
    Folder::open(folder.path(), Path::new("labels.csv")).unwrap()
}

/// Draws a gray picture; the ending of the name says the format.
pub(crate) fn draw(folder: &Path, name: &str, side: u32, gray: impl Fn(u32, u32) -> u8) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let picture = image::GrayImage::from_fn(side, side, |x, y| image::Luma([gray(x, y)]));
    match name.ends_with("gif") {
        true => image::DynamicImage::ImageLuma8(picture).into_rgba8().save(path).unwrap(),
        false => picture.save(path).unwrap(),
    }
}

/// Draws a lung: 255 in the columns from `from` to before `to`, 0 elsewhere.
pub(crate) fn draw_lung(folder: &Path, name: &str, side: u32, [from, to]: [u32; 2]) {
    draw(folder, name, side, |x, y| if (from..to).contains(&x) && y > 0 { 255 } else { 0 });
}
