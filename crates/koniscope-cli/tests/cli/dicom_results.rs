//! `koniscope read --dicom-out`: results that an archive takes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope_dicom::{Container, Limits, Object, tags};

use crate::program::{assert_code, koniscope, repository, stderr};

const LIMITS: Limits = Limits { pixels: 1 << 26, inflated_bytes: 1 << 28 };

/// File names and bytes of a folder, in order.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

#[test]
fn a_dicom_film_has_its_results_and_the_same_ones_again() {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    let read = |out: &str, more: &[&str]| {
        let out = folder.path().join(out);
        let path = out.display().to_string();
        let films = ["read", "samples/00003507_000.dcm", "samples/00002549_003.jpg"];
        let args = [&films[..], &["--dicom-out", &path], more].concat();
        let output = koniscope(&root, args);
        assert_code(&output, 0);
        assert!(stderr(&output).contains("without DICOM results: 1"), "{}", stderr(&output));
        assert!(!out.join("00002549_003").exists());
        files(&out.join("00003507_000"))
    };
    let first = read("first", &[]);
    let names: Vec<&str> = first.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["kos.dcm", "pdf.dcm", "sc.dcm", "seg.dcm", "sr.dcm"]);
    assert!(first == read("second", &[]), "the same film has other results");
    assert_eq!(read("less", &["--dicom-kinds", "sc"])[..], first[2..3]);

    // Where the reading of objects that are no films would refuse them, their bytes tell.
    let film = fs::read(root.join("samples/00003507_000.dcm")).unwrap();
    let container = Container::open(&film, &LIMITS).unwrap();
    let attributes = Object::read(&container).unwrap().attributes;
    for tag in [tags::STUDY_INSTANCE_UID, tags::PATIENT_ID] {
        let of_film = attributes.text(tag).unwrap();
        for (name, bytes) in &first {
            let has = bytes.windows(of_film.len()).any(|part| part == of_film.as_bytes());
            assert!(has, "{name} lacks {of_film}");
        }
    }
}
