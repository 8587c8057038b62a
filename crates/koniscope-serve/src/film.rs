//! A film on its way in: written to disk as it comes, looked at once it is whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use dicom_object::FileMetaTableBuilder;
use koniscope_dicom::{Attributes, Container, Limits, tags};
use sha2::{Digest, Sha256};

use crate::ae::AeTitle;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 1 << 20;

/// What a command says of the film that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Transfer syntax UID of the data set.
    pub transfer_syntax: String,
}

/// A file being written. What is dropped before [`Incoming::finish`] leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
    file: File,
    gathered: Vec<u8>,
    hash: Sha256,
    bytes: u64,
    kept: bool,
}

/// A file that is whole and on the disk.
#[derive(Debug)]
pub struct Whole {
    incoming: Incoming,
    /// SHA-256 of transfer syntax and data set: of what the peer sent, without what we put before it.
    pub sha256: String,
    /// Bytes of the data set.
    pub bytes: u64,
}

impl Incoming {
    /// Begins a file with preamble and file meta information (PS3.10 section 7.1).
    ///
    /// # Errors
    /// The system's words.
    pub fn begin(folder: &Path, film: &Announced, calling: &AeTitle) -> io::Result<Self> {
        static BEGUN: AtomicU64 = AtomicU64::new(0);
        let (process, number) = (std::process::id(), BEGUN.fetch_add(1, Ordering::Relaxed));
        let path = folder.join(format!("{process}-{number}.part"));
        let file = File::create(&path)?;
        let mut gathered = Vec::with_capacity(GATHERED);
        gathered.extend([0; 128]);
        gathered.extend(b"DICM");
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(&film.transfer_syntax)
            .media_storage_sop_class_uid(&film.class)
            .media_storage_sop_instance_uid(&film.instance)
            .implementation_class_uid(crate::IMPLEMENTATION_CLASS_UID)
            .implementation_version_name(crate::IMPLEMENTATION_VERSION)
            .source_application_entity_title(calling.as_str())
            .build()
            .map_err(io::Error::other)?;
        meta.write(&mut gathered).map_err(io::Error::other)?;
        let hash = Sha256::new_with_prefix(&film.transfer_syntax);
        Ok(Self { path, file, gathered, hash, bytes: 0, kept: false })
    }

    /// Bytes of the data set so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds bytes of the data set. This may wait for the disk.
    ///
    /// # Errors
    /// The system's words.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.gathered.extend(bytes);
        if self.gathered.len() < GATHERED { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }

    /// Waits until all is on the disk.
    ///
    /// # Errors
    /// The system's words.
    pub fn finish(mut self) -> io::Result<Whole> {
        self.flush()?;
        self.file.sync_all()?;
        let digest = self.hash.clone().finalize();
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Whole { sha256, bytes: self.bytes, incoming: self })
    }
}

impl Whole {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.incoming.path
    }

    /// It has been moved to its place.
    pub fn moved(mut self) {
        self.incoming.kept = true;
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What decides whether a film is read; none of it tells whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Modality, as `DX`.
    pub modality: String,
    /// View Position, as `PA`; empty where it is not told.
    pub view: String,
    /// Body Part Examined, as `CHEST`; empty where it is not told.
    pub body_part: String,
    /// It is a film with which a peer was checked.
    pub is_test: bool,
}

/// The facts of a file. No pixel is decoded, and an odd character set is no matter.
///
/// # Errors
/// What is damaged.
pub fn facts(file: &[u8]) -> Result<Facts, String> {
    let limits = Limits { pixels: 64_000_000, inflated_bytes: 512 << 20 };
    let container = Container::open(file, &limits).map_err(|e| e.to_string())?;
    let attributes = Attributes::of(&container).map_err(|e| e.to_string())?;
    let text = |tag| attributes.text(tag).unwrap_or_default();
    let code = |tag| text(tag).to_uppercase();
    Ok(Facts {
        class: text(tags::SOP_CLASS_UID),
        instance: text(tags::SOP_INSTANCE_UID),
        modality: code(tags::MODALITY),
        view: code(tags::VIEW_POSITION),
        body_part: code(tags::BODY_PART_EXAMINED),
        is_test: text(tags::PATIENT_ID) == crate::check::PATIENT_ID,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use koniscope_dicom::{VR, uids, write};

    use super::*;

    /// A small film: its file, and its data set alone.
    pub(crate) fn film(instance: u128, texts: &[(koniscope_dicom::Tag, VR, &str)]) -> Vec<u8> {
        let radiograph = write::Radiograph {
            width: 16,
            height: 16,
            bits: 12,
            spacing_mm: [0.2, 0.2],
            monochrome1: false,
            uids: [instance, 2, 3],
            texts,
        };
        write::radiograph(&[100; 256], &radiograph).unwrap()
    }

    #[test]
    fn a_film_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let calling = AeTitle::try_from("MODALITY".to_owned()).unwrap();
        let file = film(7, &[]);
        let data_set = crate::scu::data_set(&file).unwrap();
        let announced = Announced {
            class: uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION.into(),
            instance: "2.25.7".into(),
            transfer_syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN.into(),
        };
        let half = Incoming::begin(folder.path(), &announced, &calling).unwrap();
        drop(half);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut incoming = Incoming::begin(folder.path(), &announced, &calling).unwrap();
        for part in data_set.bytes.chunks(100) {
            incoming.write(part).unwrap();
        }
        let whole = incoming.finish().unwrap();
        let facts = facts(&fs::read(whole.path()).unwrap()).unwrap();
        assert_eq!((&*facts.instance, &*facts.modality, &*facts.view), ("2.25.7", "DX", "PA"));
        assert_eq!(facts.body_part, "CHEST");
        drop(whole);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
