//! Lossless JPEG with Huffman codes (ITU-T T.81 annex H, process 14): one component, all seven
//! predictors, 2 to 16 bits, point transform, restart intervals.

use crate::{Error, error::damaged, stream::segment};

/// A decoded picture of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gray {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits of a sample.
    pub precision: u32,
    /// Samples, row-major `[height, width]`.
    pub samples: Vec<u16>,
}

/// Decodes a stream. It takes two bytes of memory per pixel that the frame header declares, so read
/// that first ([`stream::jpeg`](crate::stream::jpeg)).
///
/// # Errors
/// [`Error::Damaged`]; [`Error::UnsupportedCoding`] for another process or several components.
pub fn decode(stream: &[u8]) -> Result<Gray, Error> {
    let mut rest = stream.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| broken("no start of image"))?;
    let (mut frame, mut tables, mut interval) = (None, [const { None }; 4], 0);
    loop {
        let (marker, body, after) = segment(rest)?;
        rest = after;
        match marker {
            0xC3 => frame = Some(Frame::read(body)?),
            0xC4 => read_tables(body, &mut tables)?,
            0xC0..=0xCF if marker != 0xC8 && marker != 0xCC => {
                return unsupported(&format!("process {:#04x}", marker));
            }
            0xCC => return unsupported("arithmetic coding"),
            0xDD => {
                let [high, low] = *body else { return damaged("restart interval".into()) };
                interval = usize::from(u16::from_be_bytes([high, low]));
            }
            0xDA => break Scan::read(body, frame, &tables, interval)?.samples(rest),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
struct Frame {
    width: usize,
    height: usize,
    precision: u32,
}

impl Frame {
    /// T.81 B.2.2.
    fn read(body: &[u8]) -> Result<Self, Error> {
        let &[precision, h1, h0, w1, w0, components, ..] = body else {
            return Err(broken("the frame header is cut off"));
        };
        let [width, height] = [[w1, w0], [h1, h0]].map(|b| usize::from(u16::from_be_bytes(b)));
        match (precision, components) {
            (2..=16, 1) if width > 0 && height > 0 => {
                Ok(Self { width, height, precision: precision.into() })
            }
            (2..=16, 1) => Err(broken("no size")),
            (2..=16, _) => unsupported(&format!("{components} components")),
            _ => Err(broken("samples of a size that lossless JPEG does not have")),
        }
    }
}

/// A Huffman code, looked up by the next 16 bits: length of the code (0 where it is none) and category
/// of the difference.
struct Table(Vec<(u8, u8)>);

/// A table as the stream states it: how many codes there are of each length, and their values.
type Stated<'a> = (&'a [u8; 16], &'a [u8]);

impl Table {
    /// T.81 C.2.
    fn of((counts, values): Stated) -> Result<Self, Error> {
        let mut codes = vec![(0, 0); 1 << 16];
        let (mut next, mut values) = (0usize, values.iter());
        for (length, count) in (1u8..).zip(counts) {
            for value in values.by_ref().take(usize::from(*count)) {
                let end = next + (1 << (16 - length));
                let Some(codes) = codes.get_mut(next..end) else {
                    return Err(broken("a Huffman table has more codes than there can be"));
                };
                codes.fill((length, *value));
                next = end;
            }
        }
        Ok(Self(codes))
    }
}

/// Finds the tables of a segment (T.81 B.2.4.2). Only the one that the scan names is made: a stream can state
/// millions.
fn read_tables<'a>(mut body: &'a [u8], tables: &mut [Option<Stated<'a>>; 4]) -> Result<(), Error> {
    let cut = || broken("a Huffman table is cut off");
    while let Some((place, rest)) = body.split_first() {
        let (counts, rest) = rest.split_first_chunk::<16>().ok_or_else(cut)?;
        let total = counts.iter().map(|n| usize::from(*n)).sum();
        let (values, rest) = rest.split_at_checked(total).ok_or_else(cut)?;
        body = rest;
        match *place {
            0..=3 => tables[usize::from(*place)] = Some((counts, values)),
            0x10..=0x13 => {} // of the DCT alone
            _ => return Err(broken("a Huffman table has a place that there is not")),
        }
    }
    Ok(())
}

/// The one scan.
struct Scan {
    frame: Frame,
    table: Table,
    predictor: u8,
    /// Bits that the point transform took off.
    shift: u32,
    /// Rows between two restart markers; all where there are none.
    rows: usize,
}

impl Scan {
    /// T.81 B.2.3, with the limits of its table B.3 for lossless processes.
    fn read(
        body: &[u8],
        frame: Option<Frame>,
        tables: &[Option<Stated>; 4],
        interval: usize,
    ) -> Result<Self, Error> {
        let frame = frame.ok_or_else(|| broken("a scan without a frame"))?;
        let &[1, _, place, predictor @ 1..=7, 0, shift] = body else {
            return Err(broken("its scan is none of lossless JPEG"));
        };
        let shift = u32::from(shift);
        let stated = tables.get(usize::from(place >> 4)).copied().flatten();
        let stated = stated.ok_or_else(|| broken("a scan without its Huffman table"))?;
        if shift >= frame.precision {
            return Err(broken("the point transform leaves no bit"));
        }
        // Annex H: an interval is a number of whole rows.
        let rows = match interval {
            0 => frame.height,
            _ if interval.is_multiple_of(frame.width) => interval / frame.width,
            _ => return Err(broken("its restart interval is no number of rows")),
        };
        Ok(Self { frame, table: Table::of(stated)?, predictor, shift, rows })
    }

    /// Decodes what follows the scan's header (T.81 H.1.2, H.2).
    fn samples(&self, coded: &[u8]) -> Result<Gray, Error> {
        let Frame { width, height, precision } = self.frame;
        let mut bits = Bits { coded, at: 0, buffer: 0, count: 0 };
        let mut samples = vec![0u16; width * height];
        let start = 1i32 << (precision - self.shift - 1);
        for y in 0..height {
            let (before, row) = samples.split_at_mut(y * width);
            let row = &mut row[..width];
            let is_first = y.is_multiple_of(self.rows);
            if is_first && y > 0 {
                bits.restart((y / self.rows - 1) as u8 & 7)?;
            }
            let above = if is_first { &[][..] } else { &before[(y - 1) * width..] };
            for x in 0..width {
                let predicted = match (x, is_first) {
                    (0, true) => start,
                    (0, false) => above[0].into(),
                    (_, true) => row[x - 1].into(),
                    _ => self.predict(row[x - 1].into(), above[x].into(), above[x - 1].into()),
                };
                // H.1.2.1: modulo 65,536.
                row[x] = (predicted + bits.difference(&self.table)?) as u16;
            }
        }
        samples.iter_mut().for_each(|sample| *sample <<= self.shift);
        Ok(Gray { width, height, precision, samples })
    }

    /// The prediction from the samples to the left, above, and above to the left (T.81 table H.1).
    fn predict(&self, left: i32, above: i32, corner: i32) -> i32 {
        match self.predictor {
            1 => left,
            2 => above,
            3 => corner,
            4 => left + above - corner,
            5 => left + ((above - corner) >> 1),
            6 => above + ((left - corner) >> 1),
            _ => (left + above) >> 1,
        }
    }
}

/// Coded data, bit by bit (T.81 F.2.2.5).
struct Bits<'a> {
    coded: &'a [u8],
    /// The next byte that is not yet in the buffer.
    at: usize,
    /// Bits, the next one on top; zeros follow the last.
    buffer: u64,
    count: u32,
}

impl Bits<'_> {
    /// Fills the buffer up to a marker.
    fn fill(&mut self) {
        while self.count <= u64::BITS - 8 {
            let step = match self.coded.get(self.at..) {
                Some([0xFF, 0, ..]) => 2, // a byte of 0xFF is followed by one of 0
                None | Some([] | [0xFF, ..]) => return,
                Some(_) => 1,
            };
            self.buffer |= u64::from(self.coded[self.at]) << (u64::BITS - 8 - self.count);
            self.count += 8;
            self.at += step;
        }
    }

    fn take(&mut self, bits: u32) -> Result<i32, Error> {
        if bits > self.count {
            return Err(broken("its coded data end early"));
        }
        let value = (self.buffer >> 32 >> (u32::BITS - bits)) as i32;
        self.buffer <<= bits;
        self.count -= bits;
        Ok(value)
    }

    /// The next difference: a category, and its bits (T.81 H.1.2.2).
    fn difference(&mut self, table: &Table) -> Result<i32, Error> {
        if self.count < 31 {
            self.fill();
        }
        let (length, category) = table.0[(self.buffer >> 48) as usize];
        if length == 0 {
            return Err(broken("its coded data hold a code that there is not"));
        }
        self.take(length.into())?;
        match u32::from(category) {
            0 => Ok(0),
            16 => Ok(1 << 15),
            category @ 1..=15 => {
                let bits = self.take(category)?;
                let is_negative = bits < 1 << (category - 1);
                Ok(if is_negative { bits + 1 - (1 << category) } else { bits })
            }
            _ => Err(broken("its coded data hold a difference that there is not")),
        }
    }

    /// Passes the restart marker of this number.
    fn restart(&mut self, number: u8) -> Result<(), Error> {
        let whole_bytes = self.count / 8;
        (self.buffer, self.count) = (0, 0);
        let rest = self.coded.get(self.at..).unwrap_or(&[]);
        // Fill bytes may stand before a marker.
        let fill = rest.iter().take_while(|byte| **byte == 0xFF).count();
        if whole_bytes > 0 || fill == 0 || rest.get(fill) != Some(&(0xD0 + number)) {
            return Err(broken("a restart marker is missing"));
        }
        self.at += fill + 1;
        Ok(())
    }
}

fn broken(what: &str) -> Error {
    Error::Damaged { detail: format!("the compressed stream is unusable: {what}") }
}

fn unsupported<T>(what: &str) -> Result<T, Error> {
    Err(Error::UnsupportedCoding {
        uid: "JPEG".into(),
        name: format!("a JPEG stream of {what} as lossless JPEG"),
        remedy: "Convert it with `dcmdjpeg IN OUT`".into(),
    })
}
