//! A walk over the elements of a data set that believes no length.
//!
//! dicom-rs can parse all of this, but it reserves what a length declares and recurses into what
//! is nested. Here a length that the file cannot hold, or nesting without end, is an error first.

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use crate::{Error, error::damaged};

/// Sequences in sequences that are followed; reports nest a dozen deep, images two or three.
const MAX_DEPTH: usize = 32;

const UNDEFINED: u32 = u32::MAX;

/// PS3.5 section 7.5.
const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// Explicit VR Big Endian, retired in 2006 and still in archives.
pub(crate) const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// Each element carries its Value Representation.
    pub(crate) explicit: bool,
    /// Most significant byte first.
    pub(crate) big_endian: bool,
}

impl Encoding {
    pub(crate) const EXPLICIT_LITTLE: Self = Self { explicit: true, big_endian: false };
    pub(crate) const IMPLICIT_LITTLE: Self = Self { explicit: false, big_endian: false };
    pub(crate) const EXPLICIT_BIG: Self = Self { explicit: true, big_endian: true };

    /// The encoding of a transfer syntax (PS3.5 section 10): all but two are the same.
    pub(crate) fn of(transfer_syntax: &str) -> Self {
        match transfer_syntax {
            uids::IMPLICIT_VR_LITTLE_ENDIAN => Self::IMPLICIT_LITTLE,
            EXPLICIT_VR_BIG_ENDIAN => Self::EXPLICIT_BIG,
            _ => Self::EXPLICIT_LITTLE,
        }
    }
}

/// One element, as bytes that exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    /// Its Value Representation, where it is written.
    pub(crate) vr: Option<[u8; 2]>,
    /// Header and value.
    pub(crate) raw: &'a [u8],
    /// The value; of an undefined length, what stands before its delimiter.
    pub(crate) value: &'a [u8],
    /// Whether the length was undefined: a sequence or fragments.
    pub(crate) delimited: bool,
}

/// What stands in Pixel Data.
#[derive(Debug)]
pub(crate) enum PixelData<'a> {
    /// Cells, one after the other; `words`, if they were written as 16-bit words (OW).
    Native { value: &'a [u8], words: bool },
    /// The fragments of a compressed stream.
    Encapsulated(Vec<&'a [u8]>),
}

/// Reads elements one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
    encoding: Encoding,
    depth: usize,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(bytes: &'a [u8], encoding: Encoding) -> Self {
        Self { bytes, at: 0, encoding, depth: 0 }
    }

    /// A walker over the first item of a sequence; nothing if the sequence is empty. It ends with
    /// the item's delimiter or its bytes.
    pub(crate) fn of_first_item(sequence: &'a [u8], encoding: Encoding) -> Option<Self> {
        let mut outer = Self::new(sequence, encoding);
        let (tag, length) = outer.item_header().ok()?;
        let rest = outer.rest();
        let item = if length == UNDEFINED { rest } else { rest.get(..length as usize)? };
        (tag == ITEM).then(|| Self::new(item, encoding))
    }

    /// The group of the next element.
    pub(crate) fn peek_group(&self) -> Option<u16> {
        self.clone().u16().ok()
    }

    /// What has not been walked.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// The next element; nothing at the end of the bytes or of the item.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the element at which the bytes run out. Pixel Data is let through
    /// with what is there of it; the grid knows better how much it needs.
    pub(crate) fn next(&mut self) -> Result<Option<Element<'a>>, Error> {
        let start = self.at;
        if self.rest().iter().take(8).all(|b| *b == 0) {
            return Ok(None); // the end, or padding
        }
        let tag = self.tag()?;
        if tag == ITEM_END {
            self.at = self.bytes.len();
            return Ok(None);
        }
        let (vr, length) = self.vr_and_length(tag)?;
        let body = self.at;
        let delimited = length == UNDEFINED;
        let end = if tag == tags::PIXEL_DATA && self.depth == 0 {
            self.at = if delimited { self.bytes.len() } else { self.reach(length) };
            self.at
        } else if delimited {
            self.skip_items(vr)?
        } else {
            self.take(length as usize, || format!("element {tag}"))?;
            self.at
        };
        let value = &self.bytes[body..end];
        Ok(Some(Element { tag, vr, raw: &self.bytes[start..self.at], value, delimited }))
    }

    /// Tag and length of an item or delimiter, which never carry a VR.
    fn item_header(&mut self) -> Result<(Tag, u32), Error> {
        Ok((self.tag()?, self.u32()?))
    }

    /// PS3.5 section 7.1.2: some VRs have a 16-bit length, the others two reserved bytes and 32.
    fn vr_and_length(&mut self, tag: Tag) -> Result<(Option<[u8; 2]>, u32), Error> {
        if !self.encoding.explicit || tag.group() == 0xFFFE {
            return Ok((None, self.u32()?));
        }
        let vr = self.array::<2>()?;
        if !vr.iter().all(u8::is_ascii_uppercase) {
            return damaged(format!("element {tag} has no Value Representation"));
        }
        const SHORT: [&[u8; 2]; 21] = [
            b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT",
            b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
        ];
        let length = if SHORT.contains(&&vr) {
            u32::from(self.u16()?)
        } else {
            self.u16()?;
            self.u32()?
        };
        Ok((Some(vr), length))
    }

    /// Walks over the items of a sequence of undefined length; gives where its value ends.
    fn skip_items(&mut self, vr: Option<[u8; 2]>) -> Result<usize, Error> {
        if self.depth == MAX_DEPTH {
            return damaged(format!("sequences are nested more than {MAX_DEPTH} deep"));
        }
        let mut inner = self.clone();
        inner.depth += 1;
        if vr == Some(*b"UN") {
            inner.encoding = Encoding::IMPLICIT_LITTLE; // PS3.5 section 6.2.2, note 4
        }
        loop {
            let end = inner.at;
            let (tag, length) = inner.item_header()?;
            match tag {
                SEQUENCE_END => {
                    self.at = inner.at;
                    return Ok(end);
                }
                ITEM if length == UNDEFINED => inner.skip_item()?,
                ITEM => inner.take(length as usize, || "an item".into())?,
                other => return damaged(format!("{other} stands where an item should")),
            }
        }
    }

    /// Walks over the elements of an item of undefined length and its delimiter.
    fn skip_item(&mut self) -> Result<(), Error> {
        loop {
            let mut ahead = self.clone();
            if ahead.item_header()?.0 == ITEM_END {
                self.at = ahead.at;
                return Ok(());
            }
            if self.next()?.is_none() {
                return damaged("an item has no end".into());
            }
        }
    }

    /// Where `length` bytes from here end, or the bytes themselves do.
    fn reach(&self, length: u32) -> usize {
        self.at.saturating_add(length as usize).min(self.bytes.len())
    }

    fn take(&mut self, length: usize, what: impl Fn() -> String) -> Result<(), Error> {
        let left = self.rest().len();
        if length > left {
            return damaged(format!(
                "{} declares {length} bytes, but {left} are left in the file",
                what()
            ));
        }
        self.at += length;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let Some(bytes) = self.rest().first_chunk::<N>() else {
            return damaged(format!("it ends inside an element's header, at byte {}", self.at));
        };
        self.at += N;
        Ok(*bytes)
    }

    fn u16(&mut self) -> Result<u16, Error> {
        let bytes = self.array()?;
        Ok(if self.encoding.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn u32(&mut self) -> Result<u32, Error> {
        let bytes = self.array()?;
        Ok(if self.encoding.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn tag(&mut self) -> Result<Tag, Error> {
        Ok(Tag(self.u16()?, self.u16()?))
    }
}

/// The fragments of encapsulated Pixel Data (PS3.5 section A.4), without the Basic Offset Table.
///
/// # Errors
/// [`Error::Damaged`] with the fragment at which the bytes run out.
pub(crate) fn fragments(value: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut walker = Walker::new(value, Encoding::EXPLICIT_LITTLE);
    let mut found = Vec::new();
    while !walker.rest().is_empty() {
        let (tag, length) = walker.item_header()?;
        match tag {
            SEQUENCE_END => break,
            ITEM => {
                let start = walker.at;
                let number = found.len();
                walker.take(length as usize, || format!("fragment {number} of Pixel Data"))?;
                found.push(&value[start..walker.at]);
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

    const EXPLICIT: Encoding = Encoding::EXPLICIT_LITTLE;

    /// `(0040,0275)` of undefined length with one undefined item that holds `inner`.
    fn nest(inner: &[u8]) -> Vec<u8> {
        let head = b"\x40\0\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff";
        let tail = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0";
        [&head[..], inner, &tail[..]].concat()
    }

    #[test]
    fn nested_sequences_are_stepped_over() {
        let modality = b"\x08\0\x60\0CS\x02\0DX";
        let bytes = [nest(&nest(modality)), modality.to_vec()].concat();
        let mut walker = Walker::new(&bytes, EXPLICIT);
        let sequence = walker.next().unwrap().unwrap();
        assert!(sequence.delimited);
        let mut item = Walker::of_first_item(sequence.value, EXPLICIT).unwrap();
        let deeper = item.next().unwrap().unwrap();
        let mut item = Walker::of_first_item(deeper.value, EXPLICIT).unwrap();
        assert_eq!(item.next().unwrap().unwrap().value, b"DX");
        assert!(item.next().unwrap().is_none());
        let last = walker.next().unwrap().unwrap();
        assert_eq!((last.tag, last.value), (tags::MODALITY, &b"DX"[..]));
        assert!(walker.next().unwrap().is_none());
    }

    #[test]
    fn nesting_without_end_and_lengths_that_lie_are_named() {
        let deep = (0..100_000).fold(Vec::new(), |inner, _| {
            // Only the heads: a hostile file need not close what it opens.
            let mut bytes = inner;
            bytes.extend_from_slice(&nest(b"")[..20]);
            bytes
        });
        let cases: [(&[u8], &str); 5] = [
            (&deep, "nested"),
            (b"\x08\0\x60\0CS\x09\0DX", "declares 9 bytes, but 2 are left"),
            (b"\x08\0\x60\0OB\0\0\xfe\xff\xff\xffDX", "declares 4294967294 bytes"),
            (b"\x08\0\x60\0CS", "inside an element's header"),
            (b"\x08\0\x60\0\x01\x02\0\0", "Value Representation"),
        ];
        for (bytes, expected) in cases {
            let error = Walker::new(bytes, EXPLICIT).next().unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

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
