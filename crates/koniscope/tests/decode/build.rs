//! DICOM files written by hand, honest or not.

/// An element in Explicit VR Little Endian with the length it has.
pub(crate) fn element(group: u16, number: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    declaring(group, number, vr, value, value.len() as u32)
}

/// An element that declares `length`, whatever its value has.
pub(crate) fn declaring(group: u16, number: u16, vr: &str, value: &[u8], length: u32) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    if matches!(vr, "OB" | "OW" | "SQ" | "UN" | "UT") {
        bytes.extend([0, 0]);
        bytes.extend(length.to_le_bytes());
    } else {
        bytes.extend((length as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn even(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if bytes.len() % 2 == 1 {
        bytes.push(b' ');
    }
    bytes
}

/// A single-frame DICOM file to be.
#[derive(Clone)]
pub(crate) struct Dicom {
    pub(crate) syntax: &'static str,
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    pub(crate) allocated: u16,
    pub(crate) stored: u16,
    pub(crate) signed: bool,
    pub(crate) photometric: &'static str,
    /// Text elements beside, as group, number, VR and value; in the order of their tags.
    pub(crate) more: Vec<(u16, u16, &'static str, &'static str)>,
    /// The Pixel Data element; or nothing.
    pub(crate) pixels: Vec<u8>,
}

pub(crate) const EXPLICIT: &str = "1.2.840.10008.1.2.1";

impl Dicom {
    /// Cells of 16 bits.
    pub(crate) fn of_words(columns: u16, words: &[u16]) -> Self {
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        Self {
            syntax: EXPLICIT,
            rows: (words.len() / usize::from(columns)) as u16,
            columns,
            allocated: 16,
            stored: 16,
            signed: false,
            photometric: "MONOCHROME2",
            more: Vec::new(),
            pixels: element(0x7FE0, 0x0010, "OW", &bytes),
        }
    }

    /// Pixel Data of one fragment.
    pub(crate) fn encapsulated(self, syntax: &'static str, fragment: &[u8]) -> Self {
        self.in_fragments(syntax, &[fragment])
    }

    /// Pixel Data of several fragments.
    pub(crate) fn in_fragments(mut self, syntax: &'static str, fragments: &[&[u8]]) -> Self {
        let item = |value: &[u8]| {
            let head = b"\xfe\xff\0\xe0".to_vec();
            [head, (value.len() as u32).to_le_bytes().to_vec(), value.to_vec()].concat()
        };
        let fragments = fragments.iter().flat_map(|fragment| item(fragment)).collect();
        let value = [item(b""), fragments, b"\xfe\xff\xdd\xe0\0\0\0\0".to_vec()].concat();
        self.syntax = syntax;
        self.pixels = declaring(0x7FE0, 0x0010, "OB", &value, u32::MAX);
        self
    }

    /// The data set alone.
    pub(crate) fn data_set(&self) -> Vec<u8> {
        let short = |group, number, value: u16| {
            ((group, number), element(group, number, "US", &value.to_le_bytes()))
        };
        let text =
            |group, number, vr, value| ((group, number), element(group, number, vr, &even(value)));
        let mut elements = vec![
            text(0x0008, 0x0060, "CS", "DX"),
            short(0x0028, 0x0002, 1),
            text(0x0028, 0x0004, "CS", self.photometric),
            short(0x0028, 0x0010, self.rows),
            short(0x0028, 0x0011, self.columns),
            short(0x0028, 0x0100, self.allocated),
            short(0x0028, 0x0101, self.stored),
            short(0x0028, 0x0102, self.stored - 1),
            short(0x0028, 0x0103, self.signed.into()),
        ];
        elements.extend(self.more.iter().map(|(g, n, vr, value)| text(*g, *n, vr, value)));
        elements.sort_by_key(|(tag, _)| *tag);
        let mut bytes: Vec<u8> = elements.into_iter().flat_map(|(_, bytes)| bytes).collect();
        bytes.extend(&self.pixels);
        bytes
    }

    /// The file.
    pub(crate) fn file(&self) -> Vec<u8> {
        [self.head(), self.data_set()].concat()
    }

    /// Preamble and file meta information.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut uid = self.syntax.as_bytes().to_vec();
        uid.resize(uid.len().next_multiple_of(2), 0);
        [vec![0; 128], b"DICM".to_vec(), element(0x0002, 0x0010, "UI", &uid)].concat()
    }
}
