//! RLE Lossless (PS3.5 annex G), by hand: dicom-rs's decoder panics on a segment that is too short.

use crate::{Error, error::damaged};

/// Whether bytes begin as an RLE frame does: 1 to 15 segments, the first behind the header.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [1..=15, 0, 0, 0, 64, 0, 0, 0, ..]) && bytes.len() > 64
}

/// Decodes one frame to little-endian cells of `cell_bytes`.
///
/// # Errors
/// [`Error::Damaged`] if segments are missing, out of bounds or too short.
pub(crate) fn decode(frame: &[u8], pixels: usize, cell_bytes: usize) -> Result<Vec<u8>, Error> {
    let Some(header) = frame.first_chunk::<64>() else {
        return damaged(format!("an RLE header has 64 bytes, {} were found", frame.len()));
    };
    let mut header = header.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
    let segments = header.next().unwrap_or(0) as usize;
    if segments != cell_bytes {
        return damaged(format!("{segments} RLE segments where {cell_bytes} were expected"));
    }
    let mut offsets: Vec<usize> = header.take(segments).map(|o| o as usize).collect();
    offsets.push(frame.len());
    let mut cells = vec![0; pixels * cell_bytes];
    for (number, ends) in offsets.windows(2).enumerate() {
        let Some(segment) = frame.get(ends[0]..ends[1]) else {
            return damaged(format!("RLE segment {number} lies outside of the frame"));
        };
        let bytes = unpack_bits(segment, pixels);
        if bytes.len() < pixels {
            return damaged(format!(
                "RLE segment {number} holds {} pixels, {pixels} were expected",
                bytes.len()
            ));
        }
        // The first segment holds the most significant bytes.
        let place = cell_bytes - 1 - number;
        for (cell, byte) in cells.chunks_exact_mut(cell_bytes).zip(bytes) {
            cell[place] = byte;
        }
    }
    Ok(cells)
}

/// PackBits (PS3.5 G.3.2), at most `wanted` bytes of it.
fn unpack_bits(mut packed: &[u8], wanted: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(wanted);
    while bytes.len() < wanted
        && let Some((&head, rest)) = packed.split_first()
    {
        packed = rest;
        let count = match head {
            0..=127 => {
                let literal = usize::from(head) + 1;
                let (run, rest) = packed.split_at(literal.min(packed.len()));
                bytes.extend_from_slice(run);
                packed = rest;
                continue;
            }
            128 => continue,
            129..=255 => 257 - usize::from(head),
        };
        let Some((&byte, rest)) = packed.split_first() else {
            break;
        };
        packed = rest;
        bytes.resize(bytes.len() + count, byte);
    }
    bytes.truncate(wanted);
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A frame of two segments, for cells of 16 bits.
    fn frame(high: &[u8], low: &[u8]) -> Vec<u8> {
        let mut frame: Vec<u8> =
            [2, 64, 64 + high.len() as u32].iter().flat_map(|v: &u32| v.to_le_bytes()).collect();
        frame.resize(64, 0);
        [frame.as_slice(), high, low].concat()
    }

    #[test]
    fn literal_and_repeated_runs() {
        // G.3.1: 2 -> 3 literals; -3 (253) -> 4 times.
        assert_eq!(unpack_bits(&[2, 1, 2, 3, 253, 9, 128], 7), [1, 2, 3, 9, 9, 9, 9]);
        let cells = decode(&frame(&[255, 1], &[1, 0x10, 0x20]), 2, 2).unwrap();
        assert_eq!(cells, [0x10, 1, 0x20, 1]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let short = frame(&[255, 1], &[0, 0x10]);
        let mut outside = frame(&[255, 1], &[1, 0x10, 0x20]);
        outside[8] = 200;
        let cases = [
            (vec![0; 9], "64 bytes"),
            (short, "holds 1 pixels, 2 were expected"),
            (outside, "outside"),
            (vec![0; 64], "0 RLE segments"),
        ];
        for (bytes, expected) in cases {
            let error = decode(&bytes, 2, 2).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
