//! What a compressed stream says of its own picture, read before anything is decoded: a decoder
//! takes memory by these numbers, and the header beside the stream may say others.

use crate::Error;

/// The frame that a JPEG, JPEG-LS or JPEG 2000 stream declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Columns.
    pub width: u64,
    /// Rows.
    pub height: u64,
    /// Bits of a sample.
    pub precision: u32,
    /// Samples of a pixel.
    pub components: u32,
    /// Whether the JPEG process is sequential or progressive DCT.
    pub dct: bool,
    /// Whether it is a JPEG-LS stream.
    pub jpeg_ls: bool,
    /// Whether the JPEG process is lossless, with Huffman codes.
    pub is_lossless: bool,
}

/// Scans of a JPEG stream. Encoders of progressive streams make about ten; each costs a decoder a
/// pass over the whole picture.
const MAX_SCANS: usize = 100;

/// Pictures that stand one after the other, of a JPEG, JPEG-LS or JPEG 2000 stream: an end of image
/// and, but for a byte that evens out a length, a new start. Neither occurs in coded data.
pub fn pictures(stream: &[u8]) -> u64 {
    let starts = |rest: &[u8]| {
        rest.starts_with(&[0xFF, 0xD8, 0xFF]) || rest.starts_with(&[0xFF, 0x4F, 0xFF, 0x51])
    };
    let more = stream.windows(7).enumerate().filter(|(at, w)| {
        w[0] == 0xFF && w[1] == 0xD9 && {
            let rest = &stream[at + 2..];
            starts(rest) || starts(rest.get(1..).unwrap_or_default())
        }
    });
    1 + more.count() as u64
}

/// Reads the frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2, T.87 C.2.2), and sees that
/// the stream has an end: decoders paint the missing rest of a picture gray.
///
/// # Errors
/// [`Error::Damaged`].
pub fn jpeg(stream: &[u8]) -> Result<Frame, Error> {
    let mut frame = None;
    let Some(mut rest) = stream.strip_prefix(&[0xFF, 0xD8]) else {
        return damaged("no start of image");
    };
    loop {
        let (marker, body, after) = segment(rest)?;
        rest = after;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | 0xF7 => {
                let &[precision, h1, h0, w1, w0, components, ..] = body else {
                    return damaged("the frame header is cut off");
                };
                frame = Some(Frame {
                    width: u16::from_be_bytes([w1, w0]).into(),
                    height: u16::from_be_bytes([h1, h0]).into(),
                    precision: precision.into(),
                    components: components.into(),
                    dct: matches!(marker, 0xC0..=0xC2),
                    jpeg_ls: marker == 0xF7,
                    is_lossless: marker == 0xC3,
                });
            }
            0xDA => break,
            _ => {}
        }
    }
    // In coded data 0xFF is followed by 0 or a bit of 0, so this is no chance.
    if !rest.windows(2).any(|w| w == [0xFF, 0xD9]) {
        return damaged("no end of image; the rest of the picture is missing");
    }
    let scans = 1 + rest.windows(2).filter(|w| *w == [0xFF, 0xDA]).count();
    if scans > MAX_SCANS {
        return damaged(&format!("{scans} scans; at most {MAX_SCANS} are decoded"));
    }
    match frame {
        Some(Frame { width: 0, .. } | Frame { height: 0, .. }) => damaged("no size"),
        Some(frame) => Ok(frame),
        None => damaged("no frame header"),
    }
}

/// The next segment of a JPEG stream's headers (ITU-T T.81 B.1.1.4): its marker, what it holds, and what
/// follows.
///
/// # Errors
/// [`Error::Damaged`] if there is none, or it is cut off.
pub fn segment(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Error> {
    // Fill bytes may stand before a marker.
    let Some(at) = bytes.windows(2).position(|w| w[0] == 0xFF && w[1] != 0xFF) else {
        return damaged("the headers have no end");
    };
    let rest = &bytes[at + 2..];
    let length = rest.first_chunk().map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
    match rest.get(2..length) {
        Some(body) => Ok((bytes[at + 1], body, &rest[length..])),
        None => damaged("a header segment is cut off"),
    }
}

/// Reads the SIZ segment of a JPEG 2000 code stream (ITU-T T.800 A.5.1), bare or in a JP2 file.
///
/// # Errors
/// [`Error::Damaged`].
pub fn jpeg_2000(stream: &[u8]) -> Result<Frame, Error> {
    const START: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
    let Some(at) = stream.windows(4).position(|w| w == START) else {
        return damaged("no start of code stream");
    };
    // Lsiz 2, Rsiz 2, then 8 words: size, offset, tile size, tile offset; Csiz 2; per component 3.
    let Some(siz) = stream.get(at + 4..at + 4 + 41) else {
        return damaged("the SIZ segment is cut off");
    };
    let word =
        |i: usize| u64::from(u32::from_be_bytes([siz[i], siz[i + 1], siz[i + 2], siz[i + 3]]));
    let [x_step, y_step] = [siz[39], siz[40]];
    if (x_step, y_step) != (1, 1) {
        return damaged("its samples are thinned out");
    }
    let (Some(width), Some(height)) =
        (word(4).checked_sub(word(12)), word(8).checked_sub(word(16)))
    else {
        return damaged("its size is negative");
    };
    Ok(Frame {
        width,
        height,
        precision: u32::from(siz[38] & 0x7F) + 1,
        components: u16::from_be_bytes([siz[36], siz[37]]).into(),
        dct: false,
        jpeg_ls: false,
        is_lossless: false,
    })
}

fn damaged<T>(what: &str) -> Result<T, Error> {
    Err(Error::Damaged { detail: format!("the compressed stream is unusable: {what}") })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_of_a_jpeg_stream() {
        let mut stream = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2];
        stream.extend([0xFF, 0xFF, 0xC1, 0, 11, 12, 1, 0, 0, 200, 1, 1, 0x11, 0]);
        stream.extend([0xFF, 0xDA, 0, 2, 7, 0xFF, 0, 9]);
        let cut = jpeg(&stream).unwrap_err().to_string();
        assert!(cut.contains("no end of image"), "{cut}");
        stream.extend([0xFF, 0xD9, 0]);
        let expected = Frame {
            width: 200,
            height: 256,
            precision: 12,
            components: 1,
            dct: true,
            jpeg_ls: false,
            is_lossless: false,
        };
        assert_eq!(jpeg(&stream).unwrap(), expected);
        for end in 0..stream.len() - 2 {
            assert!(jpeg(&stream[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn pictures_are_counted_and_endless_scans_are_not_decoded() {
        let mut one = vec![0xFF, 0xD8, 0xFF, 0xC2, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0];
        one.extend([0xFF, 0xDA, 0, 2, 7].repeat(MAX_SCANS));
        let end = [0xFF, 0xD9];
        let whole = [&one[..], &end].concat();
        assert!(jpeg(&whole).is_ok());
        let many = [&one[..], &[0xFF, 0xDA, 0, 2, 7], &end].concat();
        assert!(jpeg(&many).unwrap_err().to_string().contains("101 scans"));
        assert_eq!(pictures(&whole), 1);
        assert_eq!(pictures(&[&whole[..], &[0], &whole[..], &whole[..]].concat()), 3);
    }

    #[test]
    fn the_frame_of_a_jpeg_2000_stream() {
        let mut stream = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
        for word in [300u32, 200, 20, 10, 300, 200, 0, 0] {
            stream.extend(word.to_be_bytes());
        }
        stream.extend([0, 1, 0x80 | 11, 1, 1]);
        let expected = Frame {
            width: 280,
            height: 190,
            precision: 12,
            components: 1,
            dct: false,
            jpeg_ls: false,
            is_lossless: false,
        };
        assert_eq!(jpeg_2000(&stream).unwrap(), expected);
        assert!(jpeg_2000(&stream[..stream.len() - 1]).is_err());
    }
}
