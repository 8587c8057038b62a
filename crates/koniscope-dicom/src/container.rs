//! What stands around a data set: preamble, file meta information, deflation.

use std::{borrow::Cow, io::Read};

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::transfer_syntax::{Codec, TransferSyntax, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::{
    Error, Limits,
    elements::{EXPLICIT_VR_BIG_ENDIAN, Encoding, Walker},
    error::{bad, damaged},
};

const PREAMBLE: usize = 128;
const MAGIC: &[u8] = b"DICM";

/// A file opened up to its data set.
pub struct Container<'a> {
    /// Transfer syntax, from the file meta information or, in a bare data set, guessed.
    pub(crate) syntax: &'static TransferSyntax,
    /// How elements of the data set are written.
    pub(crate) encoding: Encoding,
    /// The data set, inflated.
    pub(crate) data_set: Cow<'a, [u8]>,
    sop_class: Option<String>,
}

/// Whether the bytes may be DICOM: with the magic word, or a plausible data set without.
pub fn recognizes(bytes: &[u8]) -> bool {
    after_magic(bytes).is_some() || first_encoding(bytes).is_some()
}

impl<'a> Container<'a> {
    /// Reads the file meta information and inflates a deflated data set, within `limits`.
    ///
    /// # Errors
    /// [`Error::NotAnImage`], [`Error::Damaged`], [`Error::InflatedTooLarge`],
    /// [`Error::UnsupportedCoding`] for a transfer syntax nobody knows.
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let bytes = after_magic(bytes).unwrap_or(bytes);
        let mut walker = Walker::new(bytes, Encoding::EXPLICIT_LITTLE);
        let (mut uid, mut sop_class) = (None, None);
        while walker.peek_group() == Some(0x0002) {
            let Some(element) = walker.next()? else { break };
            let text = || Some(ascii(element.value));
            match element.tag {
                tags::TRANSFER_SYNTAX_UID => uid = text(),
                tags::MEDIA_STORAGE_SOP_CLASS_UID => sop_class = text(),
                _ => {}
            }
        }
        let rest = walker.rest();
        // Without file meta information, the first element tells how the others are written.
        let Some(uid) = uid.filter(|uid| !uid.is_empty()).or_else(|| {
            let uid = match first_encoding(rest)? {
                Encoding { big_endian: true, .. } => EXPLICIT_VR_BIG_ENDIAN,
                Encoding { explicit: true, .. } => uids::EXPLICIT_VR_LITTLE_ENDIAN,
                _ => uids::IMPLICIT_VR_LITTLE_ENDIAN,
            };
            Some(uid.to_string())
        }) else {
            return bad("no Transfer Syntax UID (0002,0010), and none can be guessed".into());
        };
        let Some(syntax) = TransferSyntaxRegistry.get(&uid) else {
            return Err(Error::UnsupportedCoding {
                uid,
                name: "an unknown transfer syntax".into(),
                remedy: "Convert it to Explicit VR Little Endian, as with `gdcmconv --raw`".into(),
            });
        };
        let data_set = match syntax.codec() {
            Codec::Dataset(Some(adapter)) => {
                let reader = adapter.adapt_reader(Box::new(rest));
                Cow::Owned(inflate(reader, limits.inflated_bytes)?)
            }
            _ => Cow::Borrowed(rest),
        };
        Ok(Self { syntax, encoding: Encoding::of(syntax.uid()), data_set, sop_class })
    }

    /// UID of the transfer syntax.
    pub fn transfer_syntax(&self) -> &'static str {
        self.syntax.uid()
    }

    /// Media Storage SOP Class UID of the file meta information.
    pub(crate) fn sop_class(&self) -> Option<&str> {
        self.sop_class.as_deref()
    }
}

/// Reads to the end, but never more than `limit` bytes.
///
/// # Errors
/// [`Error::InflatedTooLarge`], or [`Error::Damaged`] if the stream breaks.
fn inflate(reader: impl Read, limit: u64) -> Result<Vec<u8>, Error> {
    let mut inflated = Vec::new();
    match reader.take(limit.saturating_add(1)).read_to_end(&mut inflated) {
        Ok(n) if n as u64 > limit => Err(Error::InflatedTooLarge { limit }),
        Ok(_) => Ok(inflated),
        Err(e) => damaged(format!(
            "the deflated data set breaks after {} inflated bytes ({e})",
            inflated.len()
        )),
    }
}

fn after_magic(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(PREAMBLE..).and_then(|b| b.strip_prefix(MAGIC)).or(bytes.strip_prefix(MAGIC))
}

/// How a data set is written whose first element is of group 2 or 8; nothing if it is no data set.
fn first_encoding(bytes: &[u8]) -> Option<Encoding> {
    let head: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
    let has_vr = VR::from_binary([head[4], head[5]]).is_some();
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    match [head[0], head[1]] {
        [0x02 | 0x08, 0] if has_vr => Some(Encoding::EXPLICIT_LITTLE),
        [0x08, 0] if length <= bytes.len() - 8 => Some(Encoding::IMPLICIT_LITTLE),
        [0, 0x08] if has_vr => Some(Encoding::EXPLICIT_BIG),
        _ => None,
    }
}

fn ascii(value: &[u8]) -> String {
    String::from_utf8_lossy(value).trim_matches(['\0', ' ']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let endless = std::io::repeat(0);
        let found = inflate(endless, 1000);
        assert_eq!(found, Err(Error::InflatedTooLarge { limit: 1000 }));
        assert_eq!(inflate(&[7u8; 1000][..], 1000), Ok(vec![7; 1000]));
    }

    #[test]
    fn bare_data_sets_are_told_from_text() {
        let cases: [(&[u8], Option<Encoding>); 6] = [
            (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", Some(Encoding::EXPLICIT_LITTLE)),
            (b"\x08\0\x05\0\x02\0\0\0AB", Some(Encoding::IMPLICIT_LITTLE)),
            (b"\x08\0\x05\0\x03\0\0\0AB", None),
            (b"\0\x08\0\x05CS\0\x0aISO_IR 100", Some(Encoding::EXPLICIT_BIG)),
            (b"Dear colleague", None),
            (b"\x08\0", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(first_encoding(bytes), expected, "{bytes:?}");
        }
    }
}
