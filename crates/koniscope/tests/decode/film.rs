//! A film's elements, to be changed one by one.

use std::collections::BTreeMap;

use koniscope::{
    decode::{Limits, RawImage, decode},
    quality::check_header,
};

use crate::build::{EXPLICIT, declaring, element};

pub(crate) type Tag = (u16, u16);

pub(crate) const VIEW: Tag = (0x0018, 0x5101);
pub(crate) const BODY_PART: Tag = (0x0018, 0x0015);
pub(crate) const INTENT: Tag = (0x0008, 0x0068);
pub(crate) const AGE: Tag = (0x0010, 0x1010);
pub(crate) const ORIENTATION: Tag = (0x0020, 0x0020);
pub(crate) const ROWS: Tag = (0x0028, 0x0010);
pub(crate) const COLUMNS: Tag = (0x0028, 0x0011);
pub(crate) const SPACING: Tag = (0x0028, 0x0030);
pub(crate) const ALLOCATED: Tag = (0x0028, 0x0100);
pub(crate) const STORED: Tag = (0x0028, 0x0101);
pub(crate) const HIGH: Tag = (0x0028, 0x0102);
pub(crate) const PADDING: Tag = (0x0028, 0x0120);
pub(crate) const PADDING_LIMIT: Tag = (0x0028, 0x0121);
pub(crate) const BURNED_IN: Tag = (0x0028, 0x0301);
pub(crate) const CENTER: Tag = (0x0028, 0x1050);
pub(crate) const WIDTH: Tag = (0x0028, 0x1051);
pub(crate) const VOI_SEQUENCE: Tag = (0x0028, 0x3010);
pub(crate) const VIEW_SEQUENCE: Tag = (0x0054, 0x0220);
pub(crate) const PIXELS: Tag = (0x7FE0, 0x0010);

/// Stands for VR UN of undefined length.
pub(crate) const OPEN_UN: &str = "UN of undefined length";

/// A film in elements of VR and value, Explicit VR Little Endian.
#[derive(Clone)]
pub(crate) struct Film(pub(crate) BTreeMap<Tag, (&'static str, Vec<u8>)>);

impl Film {
    /// The sample film, made MONOCHROME2.
    pub(crate) fn sample() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/00003507_000.dcm");
        let raw = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
        let cells = raw.stored.iter().flat_map(|v| (4095 - *v as u16).to_le_bytes()).collect();
        Self::of(raw.width as u16, cells)
    }

    /// A ramp of 16 x 16.
    pub(crate) fn small() -> Self {
        Self::of(16, (0..256u16).flat_map(|v| (16 * v).to_le_bytes()).collect())
    }

    /// A square film of 12 bits.
    fn of(side: u16, cells: Vec<u8>) -> Self {
        let short = |value: u16| ("US", value.to_le_bytes().to_vec());
        let text = |vr, value: &str| (vr, value.as_bytes().to_vec());
        Self(BTreeMap::from([
            ((0x0008, 0x0018), text("UI", "2.25.1")),
            ((0x0008, 0x0060), text("CS", "DX")),
            (INTENT, text("CS", "FOR PRESENTATION")),
            (BODY_PART, text("CS", "CHEST ")),
            (VIEW, text("CS", "PA")),
            (ORIENTATION, text("CS", "L\\F ")),
            (AGE, text("AS", "050Y")),
            ((0x0028, 0x0002), short(1)),
            ((0x0028, 0x0004), text("CS", "MONOCHROME2 ")),
            (ROWS, short(side)),
            (COLUMNS, short(side)),
            (SPACING, text("DS", "0.7\\0.7 ")),
            (ALLOCATED, short(16)),
            (STORED, short(12)),
            (HIGH, short(11)),
            ((0x0028, 0x0103), short(0)),
            (BURNED_IN, text("CS", "NO")),
            (CENTER, text("DS", "2048")),
            (WIDTH, text("DS", "4096")),
            ((0x0028, 0x1052), text("DS", "0 ")),
            ((0x0028, 0x1053), text("DS", "1 ")),
            (PIXELS, ("OW", cells)),
        ]))
    }

    pub(crate) fn with(&self, tag: Tag, vr: &'static str, value: impl AsRef<[u8]>) -> Self {
        let mut film = self.clone();
        film.0.insert(tag, (vr, value.as_ref().to_vec()));
        film
    }

    pub(crate) fn without(&self, tag: Tag) -> Self {
        let mut film = self.clone();
        film.0.remove(&tag);
        film
    }

    pub(crate) fn short(&self, tag: Tag, value: u16) -> Self {
        self.with(tag, "US", value.to_le_bytes())
    }

    pub(crate) fn data_set(&self) -> Vec<u8> {
        let one = |((group, number), (vr, value)): (&Tag, &(&'static str, Vec<u8>))| match *vr {
            OPEN_UN => {
                let value = [&value[..], b"\xfe\xff\xdd\xe0\0\0\0\0"].concat();
                declaring(*group, *number, "UN", &value, u32::MAX)
            }
            vr => element(*group, *number, vr, value),
        };
        self.0.iter().flat_map(one).collect()
    }

    /// The data set without Value Representations.
    pub(crate) fn implicit(&self) -> Vec<u8> {
        self.0.iter().flat_map(|((g, e), (_, value))| implicit(*g, *e, value)).collect()
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        [meta(EXPLICIT), self.data_set()].concat()
    }

    pub(crate) fn raw(&self) -> RawImage {
        read(&self.file())
    }

    pub(crate) fn kind(&self) -> &'static str {
        match decode(&self.file(), &Limits::default()) {
            Ok(raw) => check_header(&raw).map_or_else(|e| e.kind(), |()| "read"),
            Err(error) => error.kind(),
        }
    }

    pub(crate) fn refusal(&self) -> String {
        decode(&self.file(), &Limits::default()).unwrap_err().to_string()
    }

    pub(crate) fn cells(&self) -> &[u8] {
        &self.0[&PIXELS].1
    }
}

pub(crate) fn meta(syntax: &str) -> Vec<u8> {
    [vec![0; 128], b"DICM".to_vec(), element(0x0002, 0x0010, "UI", &even(syntax))].concat()
}

pub(crate) fn even(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

pub(crate) fn implicit(group: u16, number: u16, value: &[u8]) -> Vec<u8> {
    let head = [group.to_le_bytes(), number.to_le_bytes()].concat();
    [&head[..], &(value.len() as u32).to_le_bytes(), value].concat()
}

pub(crate) fn read(bytes: &[u8]) -> RawImage {
    decode(bytes, &Limits::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// The value of a sequence of one item, of declared and of undefined length.
pub(crate) fn sequences(item: &[u8]) -> [Vec<u8>; 2] {
    let length = (item.len() as u32).to_le_bytes();
    let defined = [b"\xfe\xff\0\xe0", &length[..], item].concat();
    let end = b"\xfe\xff\x0d\xe0\0\0\0\0";
    [defined, [b"\xfe\xff\0\xe0\xff\xff\xff\xff", item, end].concat()]
}
