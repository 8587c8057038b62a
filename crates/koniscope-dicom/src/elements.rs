//! A walk over the elements of a data set that believes no length.
//!
//! dicom-rs can parse all of this, but it reserves what a length declares and recurses into what
//! is nested. Here a length that the file cannot hold, or nesting without end, is an error first.
//! A walk takes time in proportion to the bytes, and no memory.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::{
    Error,
    encoding::{Encoding, has_short_length},
    error::damaged,
};

/// Sequences in sequences that are followed; reports nest a dozen deep, images two or three.
const MAX_DEPTH: usize = 32;

pub(crate) const UNDEFINED: u32 = u32::MAX;

/// PS3.5 section 7.5.
pub(crate) const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
pub(crate) const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// One element, as bytes that exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    /// Its Value Representation, where one that exists is written.
    pub(crate) vr: Option<VR>,
    /// The value; of an undefined length, what stands before its delimiter.
    pub(crate) value: &'a [u8],
    /// Whether the length was undefined: a sequence or fragments.
    pub(crate) delimited: bool,
    /// How it is written.
    pub(crate) encoding: Encoding,
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
    pub(crate) fn of_first_item(sequence: &Element<'a>) -> Option<Self> {
        let unknown = sequence.vr == Some(VR::UN);
        let outer = if unknown { Encoding::IMPLICIT_LITTLE } else { sequence.encoding };
        let mut outer = Self::new(sequence.value, outer);
        let (tag, length) = outer.item_header().ok()?;
        let rest = outer.rest();
        let item = if length == UNDEFINED { rest } else { rest.get(..length as usize)? };
        let encoding = if unknown { Encoding::of_unknown_item(item) } else { outer.encoding };
        (tag == ITEM).then(|| Self::new(item, encoding))
    }

    /// Walkers over all items of a sequence, each over its item's bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`] if an item is not whole, or something else stands in its place.
    pub(crate) fn of_items(sequence: &Element<'a>) -> Result<Vec<Self>, Error> {
        let unknown = sequence.vr == Some(VR::UN);
        let written = if unknown { Encoding::IMPLICIT_LITTLE } else { sequence.encoding };
        let mut outer = Self { depth: 1, ..Self::new(sequence.value, written) };
        let mut items = Vec::new();
        while !outer.rest().is_empty() {
            outer.encoding = written;
            let (tag, length) = outer.item_header()?;
            if tag == SEQUENCE_END {
                break;
            }
            if tag != ITEM {
                return damaged(format!("{tag} stands where an item should"));
            }
            if unknown {
                outer.encoding = Encoding::of_unknown_item(outer.rest());
            }
            let (encoding, from) = (outer.encoding, outer.rest());
            let item = if length == UNDEFINED {
                // With its delimiter, at which the walk ends.
                outer.skip_item()?;
                &from[..from.len() - outer.rest().len()]
            } else {
                outer.take(length as usize, || "an item".into())?
            };
            items.push(Self::new(item, encoding));
        }
        Ok(items)
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
        Ok(Some(Element { tag, vr, value, delimited, encoding: self.encoding }))
    }

    /// Tag and length of an item or delimiter, which never carry a VR.
    pub(crate) fn item_header(&mut self) -> Result<(Tag, u32), Error> {
        Ok((self.tag()?, self.u32()?))
    }

    fn vr_and_length(&mut self, tag: Tag) -> Result<(Option<VR>, u32), Error> {
        if !self.encoding.explicit || tag.group() == 0xFFFE {
            return Ok((None, self.u32()?));
        }
        let written = self.array::<2>()?;
        let Some(vr) = VR::from_binary(written) else {
            return Ok((None, self.length_without_vr(tag, written)?));
        };
        let length = if has_short_length(vr) {
            u32::from(self.u16()?)
        } else {
            self.u16()?;
            self.u32()?
        };
        Ok((Some(vr), length))
    }

    /// The length of an element whose VR no edition of the standard knows, as `??` of private
    /// elements: of the three ways to write one, the first after which the data set goes on.
    fn length_without_vr(&mut self, tag: Tag, written: [u8; 2]) -> Result<u32, Error> {
        let short = |w: &mut Self| w.u16().map(u32::from);
        let long = |w: &mut Self| w.u16().and_then(|_| w.u32());
        let no_vr = |w: &mut Self| {
            w.at -= 2;
            w.u32()
        };
        for form in [&short as &dyn Fn(&mut Self) -> Result<u32, Error>, &long, &no_vr] {
            let mut ahead = self.clone();
            let Ok(length) = form(&mut ahead) else {
                continue;
            };
            let body = ahead.at;
            if ahead.take(length as usize, String::new).is_ok() && ahead.goes_on(tag, written) {
                self.at = body;
                return Ok(length);
            }
        }
        damaged(format!(
            "element {tag} has the Value Representation {:?}, which does not exist, and no length \
             leads to another element",
            String::from_utf8_lossy(&written)
        ))
    }

    /// Whether after the element `tag` of the odd VR `written` the data set ends or another element
    /// stands here.
    fn goes_on(&self, tag: Tag, written: [u8; 2]) -> bool {
        if self.rest().iter().take(8).all(|b| *b == 0) {
            return true;
        }
        let mut ahead = self.clone();
        let (Ok(next), Ok(vr)) = (ahead.tag(), ahead.array::<2>()) else {
            return false;
        };
        next == ITEM_END || next > tag && (vr == written || VR::from_binary(vr).is_some())
    }

    /// Walks over the items of a sequence of undefined length; gives where its value ends.
    fn skip_items(&mut self, vr: Option<VR>) -> Result<usize, Error> {
        if self.depth == MAX_DEPTH {
            return damaged(format!("sequences are nested more than {MAX_DEPTH} deep"));
        }
        let mut inner = self.clone();
        inner.depth += 1;
        let unknown = vr == Some(VR::UN);
        loop {
            if unknown {
                inner.encoding = Encoding::IMPLICIT_LITTLE;
            }
            let end = inner.at;
            let (tag, length) = inner.item_header()?;
            match tag {
                SEQUENCE_END => {
                    self.at = inner.at;
                    return Ok(end);
                }
                ITEM if length == UNDEFINED => {
                    if unknown {
                        inner.encoding = Encoding::of_unknown_item(inner.rest());
                    }
                    inner.skip_item()?;
                }
                ITEM => drop(inner.take(length as usize, || "an item".into())?),
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

    /// Steps over `length` bytes and gives them.
    pub(crate) fn take(
        &mut self,
        length: usize,
        what: impl Fn() -> String,
    ) -> Result<&'a [u8], Error> {
        let rest = self.rest();
        let Some(taken) = rest.get(..length) else {
            return damaged(format!(
                "{} declares {length} bytes, but {} are left in the file",
                what(),
                rest.len()
            ));
        };
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let Some(bytes) = self.rest().first_chunk::<N>() else {
            return damaged(format!("it ends inside an element's header, at byte {}", self.at));
        };
        self.at += N;
        Ok(*bytes)
    }

    fn u16(&mut self) -> Result<u16, Error> {
        Ok(self.encoding.u16(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, Error> {
        Ok(self.encoding.u32(self.array()?))
    }

    fn tag(&mut self) -> Result<Tag, Error> {
        Ok(Tag(self.u16()?, self.u16()?))
    }
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
        let mut item = Walker::of_first_item(&sequence).unwrap();
        let deeper = item.next().unwrap().unwrap();
        let mut item = Walker::of_first_item(&deeper).unwrap();
        assert_eq!(item.next().unwrap().unwrap().value, b"DX");
        assert!(item.next().unwrap().is_none());
        let last = walker.next().unwrap().unwrap();
        assert_eq!((last.tag, last.value), (tags::MODALITY, &b"DX"[..]));
        assert!(walker.next().unwrap().is_none());
    }

    #[test]
    fn elements_without_a_legal_vr_are_stepped_over() {
        let next = b"\x28\0\x10\0US\x02\0\x01\x02";
        let odd: [&[u8]; 5] = [
            b"\x19\0\x10\x10??\x04\0abcd",
            b"\x19\0\x10\x10??\0\0\x04\0\0\0abcd",
            b"\x19\0\x10\x10??\0\0",
            b"\x19\0\x10\x10\x04\0\0\0abcd",
            b"\x19\0\x10\x10??\x02\0ab\x19\0\x11\x10??\x02\0cd",
        ];
        for bytes in odd {
            let bytes = [bytes, next].concat();
            let mut walker = Walker::new(&bytes, EXPLICIT);
            let mut last = walker.next().unwrap().unwrap();
            assert_eq!(last.vr, None, "{bytes:?}");
            while let Some(element) = walker.next().unwrap() {
                last = element;
            }
            assert_eq!((last.tag, last.value), (tags::ROWS, &[1, 2][..]), "{bytes:?}");
        }
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
            (b"\x08\0\x60\0\x01\x02\x05\0ab", "Value Representation"),
        ];
        for (bytes, expected) in cases {
            let error = Walker::new(bytes, EXPLICIT).next().unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
