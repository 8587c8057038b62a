//! What stands around a data set: preamble, file meta information, deflation.

use std::{borrow::Cow, io::Read};

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_encoding::{
    text::SpecificCharacterSet,
    transfer_syntax::{Codec, TransferSyntax, TransferSyntaxIndex},
};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::{
    Error, Limits,
    elements::Walker,
    encoding::Encoding,
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
    after_magic(bytes).is_some() || Encoding::of_data_set(bytes).is_some()
}

impl<'a> Container<'a> {
    /// Reads the file meta information and inflates a deflated data set, within `limits`. Where the
    /// data set shows that it is written otherwise than the transfer syntax says, it is believed.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::BadHeader`], [`Error::InflatedTooLarge`],
    /// [`Error::UnsupportedCoding`] for a transfer syntax nobody knows.
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let bytes = after_magic(bytes).unwrap_or(bytes);
        let mut walker = Walker::new(bytes, of_meta(bytes));
        let (mut uid, mut sop_class) = (None, None);
        while walker.peek_group() == Some(0x0002) {
            let Some(element) = walker.next()? else { break };
            let text = || Some(element.text(&SpecificCharacterSet::default()));
            match element.tag {
                tags::TRANSFER_SYNTAX_UID => uid = text(),
                tags::MEDIA_STORAGE_SOP_CLASS_UID => sop_class = text(),
                _ => {}
            }
        }
        let rest = walker.rest();
        let shown = Encoding::of_data_set(rest);
        let guessed = || shown.map(|encoding| encoding.syntax().to_string());
        let Some(uid) = uid.filter(|uid| !uid.is_empty()).or_else(guessed) else {
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
            Codec::Dataset(Some(adapter)) if shown.is_none() => {
                let reader = adapter.adapt_reader(Box::new(rest));
                Cow::Owned(inflate(reader, limits.inflated_bytes)?)
            }
            _ => Cow::Borrowed(rest),
        };
        let shown = Encoding::of_data_set(&data_set);
        let encoding = shown.unwrap_or_else(|| Encoding::of_syntax(syntax.uid()));
        Ok(Self { syntax, encoding, data_set, sop_class })
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

/// How file meta information is written: with VRs (PS3.10 section 7.1), by some programs without.
fn of_meta(bytes: &[u8]) -> Encoding {
    match bytes.get(..6) {
        Some(&[0x02, 0, _, _, a, b]) if VR::from_binary([a, b]).is_none() => {
            Encoding::IMPLICIT_LITTLE
        }
        _ => Encoding::EXPLICIT_LITTLE,
    }
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
}
