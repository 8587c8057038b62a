//! What a TIFF file says of its pictures, read before anything is decoded: the image library shows
//! only the first, and has no words for those that it does not read.

use crate::Error;

/// Directories that are followed, and entries that are looked at in all: far more than films have,
/// and few enough to cost nothing where a chain bites its tail.
const MAX_PICTURES: u64 = 1_000;
const MAX_ENTRIES: u64 = 100_000;

/// Tags (TIFF 6.0, section 8).
const NEW_SUBFILE_TYPE: u64 = 254;
const BITS_PER_SAMPLE: u64 = 258;
const PHOTOMETRIC_INTERPRETATION: u64 = 262;
const SAMPLES_PER_PIXEL: u64 = 277;
const SAMPLE_FORMAT: u64 = 339;

/// Whether the bytes begin as TIFF or BigTIFF.
pub(super) fn recognizes(bytes: &[u8]) -> bool {
    File::of(bytes).is_some()
}

/// Refuses what is not one picture of unsigned gray or RGB samples of 8 or 16 bits.
///
/// # Errors
/// [`Error::SeveralFrames`], [`Error::BadHeader`], [`Error::Damaged`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Error> {
    let Some(file) = File::of(bytes) else { return Ok(()) };
    let frames = file.pictures()?;
    if frames > 1 {
        return Err(Error::SeveralFrames { frames });
    }
    // A file that is cut off has its error from the decoder.
    let Some(entries) = file.entries() else { return Ok(()) };
    let first = |tag, default| entries(tag).and_then(|entry| file.value(entry)).unwrap_or(default);
    let bits = match entries(BITS_PER_SAMPLE) {
        None => 1,
        Some(entry) => file.value(entry).unwrap_or(8),
    };
    let what = match (first(SAMPLE_FORMAT, 1), first(SAMPLES_PER_PIXEL, 1)) {
        (3, _) => format!("floating-point pixels of {bits} bits"),
        (2, _) => format!("signed pixels of {bits} bits"),
        (5 | 6, _) => "complex pixels".into(),
        _ if bits != 8 && bits != 16 => format!("pixels of {bits} bit each"),
        _ if first(PHOTOMETRIC_INTERPRETATION, 1) == 3 => "pixels by a palette".into(),
        (_, 2) => "gray pixels with a second sample, as alpha".into(),
        _ => return Ok(()),
    };
    Err(Error::BadHeader {
        detail: format!(
            "{what}; unsigned gray of 8 or 16 bits is read. Save it as a gray PNG of 16 bits"
        ),
    })
}

/// Bytes with the sizes of their numbers: those of BigTIFF are wider.
struct File<'a> {
    bytes: &'a [u8],
    is_little: bool,
    is_big: bool,
}

impl<'a> File<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (is_little, is_big) = match bytes.get(..4)? {
            b"II*\0" => (true, false),
            b"MM\0*" => (false, false),
            b"II+\0" => (true, true),
            b"MM\0+" => (false, true),
            _ => return None,
        };
        Some(Self { bytes, is_little, is_big })
    }

    /// The number of `size` bytes at a place.
    fn number(&self, at: u64, size: u64) -> Option<u64> {
        let bytes = self.bytes.get(usize::try_from(at).ok()?..)?.get(..size as usize)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.is_little {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        })
    }

    /// Bytes of an offset.
    fn offset_bytes(&self) -> u64 {
        if self.is_big { 8 } else { 4 }
    }

    /// Where the first directory is.
    fn first(&self) -> Option<u64> {
        self.number(self.offset_bytes(), self.offset_bytes())
    }

    /// Entries of the directory at a place, where they begin, and the bytes of each.
    fn directory(&self, at: u64) -> Option<(u64, u64, u64)> {
        let (count_bytes, entry_bytes) = if self.is_big { (8, 20) } else { (2, 12) };
        Some((self.number(at, count_bytes)?, at.checked_add(count_bytes)?, entry_bytes))
    }

    /// Pictures in full resolution, by the chain of directories (TIFF 6.0 section 2). Of a file that
    /// breaks the chain, those before the break.
    fn pictures(&self) -> Result<u64, Error> {
        let (mut pictures, mut looked_at) = (0, 0);
        let mut next = self.first();
        for _ in 0..MAX_PICTURES {
            let Some(at) = next.filter(|at| *at > 0) else { return Ok(pictures) };
            let Some((entries, first, size)) = self.directory(at) else { return Ok(pictures) };
            looked_at += entries.min(MAX_ENTRIES + 1);
            if looked_at > MAX_ENTRIES {
                break;
            }
            // Bit 0 of NewSubfileType: a thumbnail of another picture.
            let is_thumbnail = (0..entries).map(|i| first + size * i).any(|entry| {
                self.number(entry, 2) == Some(NEW_SUBFILE_TYPE)
                    && self
                        .number(entry + size - self.offset_bytes(), 4)
                        .is_some_and(|k| k & 1 == 1)
            });
            pictures += u64::from(!is_thumbnail);
            next = self.number(first + size * entries, self.offset_bytes());
        }
        Err(Error::Damaged { detail: "its directories of pictures have no end".into() })
    }

    /// Where the entry of a tag stands in the first directory, if all of that is there.
    fn entries(&self) -> Option<impl Fn(u64) -> Option<u64>> {
        let (entries, first, size) = self.directory(self.first()?)?;
        self.number(first.checked_add(size.checked_mul(entries)?)?, self.offset_bytes())?;
        Some(move |tag| {
            let mut places = (0..entries).map(|i| first + size * i);
            places.find(|entry| self.number(*entry, 2) == Some(tag))
        })
    }

    /// The first value of an entry, where it is a whole number.
    fn value(&self, entry: u64) -> Option<u64> {
        let bytes = match self.number(entry + 2, 2)? {
            1 => 1,
            3 => 2,
            4 => 4,
            _ => return None,
        };
        let count = self.number(entry + 4, self.offset_bytes())?;
        let here = entry + if self.is_big { 12 } else { 8 };
        let fits = count.checked_mul(bytes)? <= self.offset_bytes();
        let at = if fits { here } else { self.number(here, self.offset_bytes())? };
        self.number(at, bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A directory of entries `[tag, value]` of one word each, and where the next one is.
    fn directory(entries: &[[u16; 2]], next: u32) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
        for [tag, value] in entries {
            bytes.extend(
                [tag.to_le_bytes(), [3, 0], [1, 0], [0, 0], value.to_le_bytes(), [0, 0]].concat(),
            );
        }
        bytes.extend(next.to_le_bytes());
        bytes
    }

    fn file(directories: &[Vec<u8>]) -> Vec<u8> {
        [b"II*\0\x08\0\0\0".to_vec(), directories.concat()].concat()
    }

    fn kind(kind: u16, next: u32) -> Vec<u8> {
        directory(&[[254, kind]], next)
    }

    #[test]
    fn thumbnails_do_not_count_and_chains_end() {
        let cases = [
            (file(&[kind(0, 0)]), Ok(1)),
            (file(&[kind(0, 26), kind(1, 0)]), Ok(1)),
            (file(&[kind(0, 26), kind(0, 0)]), Ok(2)),
            (file(&[kind(0, 200)]), Ok(1)),
            (file(&[kind(0, 8)]), Err("damaged")),
            // As many entries as there can be, in a directory that follows itself.
            (
                file(
                    &[[vec![0xFF; 2], vec![0; 12 * 0xFFFF], 8u32.to_le_bytes().to_vec()].concat()],
                ),
                Err("damaged"),
            ),
        ];
        for (bytes, expected) in cases {
            let found = File::of(&bytes).unwrap().pictures();
            assert_eq!(found.map_err(|e| e.kind()), expected);
        }
    }

    #[test]
    fn what_is_not_read_has_its_name() {
        let cases: [(&[[u16; 2]], &str); 9] = [
            (&[[258, 8]], ""),
            (&[[258, 16], [277, 1]], ""),
            (&[[258, 32], [339, 3]], "floating-point pixels of 32 bits"),
            (&[[258, 16], [339, 2]], "signed pixels of 16 bits"),
            (&[[258, 12]], "pixels of 12 bit"),
            (&[], "pixels of 1 bit"),
            (&[[258, 8], [262, 3]], "palette"),
            (&[[258, 8], [277, 2]], "second sample"),
            (&[[258, 8], [277, 4], [262, 2]], ""),
        ];
        for (entries, words) in cases {
            let found = check(&file(&[directory(entries, 0)])).map_err(|e| e.to_string());
            match found {
                Ok(()) => assert!(words.is_empty(), "{entries:?}"),
                Err(e) => assert!(!words.is_empty() && e.contains(words), "{entries:?}: {e}"),
            }
        }
    }

    #[test]
    fn numbers_of_big_tiff_are_wider() {
        let mut bytes = b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10".to_vec();
        bytes.extend(1u64.to_be_bytes());
        bytes.extend([258u16.to_be_bytes(), 3u16.to_be_bytes()].concat());
        bytes.extend(1u64.to_be_bytes());
        bytes.extend([0, 32, 0, 0, 0, 0, 0, 0]);
        bytes.extend(0u64.to_be_bytes());
        assert!(recognizes(&bytes));
        let error = check(&bytes).unwrap_err().to_string();
        assert!(error.contains("pixels of 32 bit"), "{error}");
    }
}
