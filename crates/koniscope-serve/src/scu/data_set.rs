//! What of a DICOM file goes over the network: its data set, without what stands before it.

use std::borrow::Cow;

use dicom_object::{FileMetaTable, InMemDicomObject};
use dicom_transfer_syntax_registry::{TransferSyntaxIndex, TransferSyntaxRegistry};

/// Preamble and magic word.
const BEFORE_META: usize = 128;

/// A data set as a file holds it.
#[derive(Clone, Debug)]
pub struct DataSet<'a> {
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub instance: String,
    /// Transfer syntax UID.
    pub transfer_syntax: String,
    /// The bytes after the file meta information.
    pub bytes: &'a [u8],
}

/// The data set of a file's bytes.
///
/// # Errors
/// What is wrong with the file.
pub fn data_set(file: &[u8]) -> Result<DataSet<'_>, String> {
    let from_magic = file.get(BEFORE_META..).unwrap_or_default();
    let mut rest = from_magic;
    let meta = FileMetaTable::from_reader(&mut rest).map_err(|e| format!("no DICOM file ({e})"))?;
    // The group's length is counted from after its own element of 12 bytes, which follows the magic word.
    let length = usize::try_from(meta.information_group_length).unwrap_or(usize::MAX);
    let bytes = from_magic.get(4 + 12..).and_then(|from| from.get(length..));
    let text = |text: &str| text.trim_end_matches(['\0', ' ']).to_owned();
    Ok(DataSet {
        class: text(&meta.media_storage_sop_class_uid),
        instance: text(&meta.media_storage_sop_instance_uid),
        transfer_syntax: text(&meta.transfer_syntax),
        bytes: bytes.ok_or("it ends inside its file meta information")?,
    })
}

impl DataSet<'_> {
    /// The same written in another transfer syntax; nothing if either is compressed, or it cannot be read.
    pub fn in_syntax(&self, uid: &str) -> Option<Cow<'static, [u8]>> {
        let find = |uid: &str| TransferSyntaxRegistry.get(uid).filter(|ts| ts.is_codec_free());
        let (from, to) = (find(&self.transfer_syntax)?, find(uid)?);
        let object = InMemDicomObject::read_dataset_with_ts(self.bytes, from).ok()?;
        let mut bytes = Vec::with_capacity(self.bytes.len());
        object.write_dataset_with_ts(&mut bytes, to).ok()?;
        Some(bytes.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope_dicom::uids;

    use super::*;
    use crate::film::tests::film;

    #[test]
    fn it_is_what_follows_the_meta_information_and_can_be_written_otherwise() {
        let file = film(7, &[]);
        let found = data_set(&file).unwrap();
        assert_eq!(found.instance, "2.25.7");
        // Group 0008 comes first: Specific Character Set, as text with its kind written.
        assert_eq!(&found.bytes[..6], b"\x08\0\x05\0CS");
        let implicit = found.in_syntax(uids::IMPLICIT_VR_LITTLE_ENDIAN).unwrap();
        assert_eq!(&implicit[..8], b"\x08\0\x05\0\x0A\0\0\0");
        let back = DataSet {
            transfer_syntax: uids::IMPLICIT_VR_LITTLE_ENDIAN.into(),
            bytes: &implicit,
            ..found.clone()
        };
        assert_eq!(back.in_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN).unwrap(), found.bytes);
        assert!(found.in_syntax(uids::JPEG2000_LOSSLESS).is_none());
        for end in [0, 100, 132, 200] {
            assert!(data_set(&file[..end]).is_err(), "{end}");
        }
    }
}
