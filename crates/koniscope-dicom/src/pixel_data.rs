//! Pixel Data as it stands in the file: cells, or the fragments of a compressed stream.

use dicom_core::VR;

use crate::{
    Error,
    elements::{Element, ITEM, SEQUENCE_END, Walker},
    encoding::Encoding,
    error::damaged,
};

/// Fragments of one frame that are taken; encoders make one, or one for each network package.
const MAX_FRAGMENTS: usize = 1 << 16;

/// What stands in Pixel Data.
#[derive(Debug)]
pub(crate) enum PixelData<'a> {
    /// Cells, one after the other; `words`, if they were written as 16-bit words (OW).
    Native { value: &'a [u8], words: bool },
    /// The fragments of a compressed stream.
    Encapsulated(Vec<&'a [u8]>),
}

impl<'a> PixelData<'a> {
    /// Takes the element apart.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the fragment at which the bytes run out.
    pub(crate) fn of(element: &Element<'a>) -> Result<Self, Error> {
        Ok(if element.delimited {
            Self::Encapsulated(fragments(element.value)?)
        } else {
            Self::Native { value: element.value, words: element.vr != Some(VR::OB) }
        })
    }
}

/// The fragments of encapsulated Pixel Data (PS3.5 section A.4), without the Basic Offset Table.
fn fragments(value: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut walker = Walker::new(value, Encoding::EXPLICIT_LITTLE);
    let mut found = Vec::new();
    while !walker.rest().is_empty() {
        if found.len() > MAX_FRAGMENTS {
            return damaged(format!("Pixel Data has more than {MAX_FRAGMENTS} fragments"));
        }
        let (tag, length) = walker.item_header()?;
        match tag {
            SEQUENCE_END => break,
            ITEM => {
                let number = found.len();
                let what = || format!("fragment {number} of Pixel Data");
                found.push(walker.take(length as usize, what)?);
            }
            other => return damaged(format!("{other} stands where a pixel fragment should")),
        }
    }
    if found.is_empty() {
        return damaged("encapsulated Pixel Data has no items".into());
    }
    found.remove(0);
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fragments_are_cut_and_checked() {
        let table = b"\xfe\xff\0\xe0\0\0\0\0";
        let one = b"\xfe\xff\0\xe0\x02\0\0\0ab";
        let two = b"\xfe\xff\0\xe0\x02\0\0\0cd\xfe\xff\xdd\xe0\0\0\0\0";
        let whole = [&table[..], one, two].concat();
        assert_eq!(fragments(&whole).unwrap(), [b"ab", b"cd"]);
        let cut = &whole[..27];
        assert!(fragments(cut).unwrap_err().to_string().contains("fragment 2"), "{cut:?}");
        assert!(fragments(b"").is_err());
    }
}
