//! Compressed Pixel Data through the decoders of dicom-rs.

use std::{borrow::Cow, io::Read};

use dicom_dictionary_std::uids;
use dicom_encoding::{
    adapters::{PixelDataObject, RawPixelData},
    transfer_syntax::{Codec, TransferSyntax, TransferSyntaxIndex},
};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::{
    Error,
    container::Container,
    error::{bad, damaged},
    grid::Grid,
    lossless_jpeg,
    object::Picture,
    rle, stream,
};

/// Decodes the one frame that all `fragments` together hold.
///
/// # Errors
/// [`Error::UnsupportedCoding`], [`Error::Damaged`], [`Error::BadHeader`], [`Error::Color`].
pub(crate) fn decode(
    container: &Container,
    grid: &Grid,
    fragments: &[&[u8]],
) -> Result<Picture, Error> {
    let stream = fragments.concat();
    let syntax = of_stream(&stream, container.syntax);
    let frames = match Family::of(syntax.uid()) {
        Family::Other if syntax.uid() == uids::RLE_LOSSLESS => {
            fragments.iter().filter(|fragment| rle::begins(fragment)).count() as u64
        }
        Family::Other => 1,
        _ => stream::pictures(&stream),
    };
    if frames > 1 {
        return Err(Error::SeveralFrames { frames });
    }
    match syntax.uid() {
        uids::RLE_LOSSLESS => {
            let cells = rle::decode(&stream, grid.pixels(), grid.cell_bytes())?;
            return grid.picture(&cells, grid.cell_bytes());
        }
        uids::DEFLATED_IMAGE_FRAME_COMPRESSION => return inflate(grid, &stream),
        _ => {}
    }
    let Codec::EncapsulatedPixelData(decoder, _) = syntax.codec() else {
        return bad(format!("fragments of Pixel Data under {}, which has none", name(syntax)));
    };
    let Some(decoder) = decoder else {
        return Err(unsupported(syntax));
    };
    let (grid, cell_bytes, is_lossless_jpeg) = check_stream(grid, syntax, &stream)?;
    if is_lossless_jpeg {
        // dicom-rs's decoder loses restart intervals.
        let samples = lossless_jpeg::decode(&stream)?.samples;
        let cells: Vec<u8> = samples.into_iter().flat_map(u16::to_le_bytes).collect();
        return grid.picture(&cells, 2);
    }
    let frame = OneFrame { grid: &grid, stream: &stream, syntax: syntax.uid() };
    let mut cells = Vec::new();
    match decoder.decode_frame(&frame, 0, &mut cells) {
        Ok(()) => grid.picture(&cells, cell_bytes),
        Err(e) => damaged(format!("its {} stream does not decode ({e})", name(syntax))),
    }
}

/// The transfer syntax of a stream: the one that is declared, unless the stream is plainly another's.
fn of_stream(stream: &[u8], declared: &'static TransferSyntax) -> &'static TransferSyntax {
    let family = Family::of(declared.uid());
    let uid = match stream {
        [0xFF, 0xD8, 0xFF, ..] => match stream::jpeg(stream) {
            Ok(frame) if frame.jpeg_ls && family != Family::JpegLs => uids::JPEGLS_LOSSLESS,
            Ok(frame) if !frame.jpeg_ls && family != Family::Jpeg && frame.dct => {
                uids::JPEG_BASELINE8_BIT
            }
            Ok(frame) if !frame.jpeg_ls && family != Family::Jpeg => uids::JPEG_LOSSLESS_SV1,
            _ => return declared,
        },
        [0xFF, 0x4F, 0xFF, 0x51, ..] if family != Family::Jpeg2000 => uids::JPEG2000,
        _ if rle::begins(stream) => uids::RLE_LOSSLESS,
        _ => return declared,
    };
    TransferSyntaxRegistry.get(uid).unwrap_or(declared)
}

/// Compares what the stream declares with the header. Gives the grid as the decoder will fill it,
/// its bytes a cell, and whether the stream is lossless JPEG.
fn check_stream(
    grid: &Grid,
    syntax: &TransferSyntax,
    stream: &[u8],
) -> Result<(Grid, usize, bool), Error> {
    let family = Family::of(syntax.uid());
    let frame = match family {
        Family::Jpeg | Family::JpegLs => stream::jpeg(stream)?,
        Family::Jpeg2000 => stream::jpeg_2000(stream)?,
        Family::Other => return Ok((*grid, grid.cell_bytes(), false)),
    };
    if (frame.width, frame.height) != (grid.width as u64, grid.height as u64) {
        return damaged(format!(
            "its compressed stream has {} x {} pixels, its header {} x {}",
            frame.width, frame.height, grid.width, grid.height
        ));
    }
    if frame.components != 1 {
        let detail = format!("{} components in the compressed stream", frame.components);
        return Err(Error::Color { detail });
    }
    if frame.precision > grid.bits_allocated {
        return bad(format!(
            "{} bits in the compressed stream, {} Bits Allocated in the header",
            frame.precision, grid.bits_allocated
        ));
    }
    if frame.dct && frame.precision > 8 {
        return Err(unsupported(syntax));
    }
    // A stream that has just the stored bits holds them without the gap below.
    let shift = if frame.precision <= grid.bits_stored { 0 } else { grid.shift };
    // The JPEG decoders give one byte for up to 8 bits, the JPEG 2000 decoder cells as allocated.
    let cell_bytes = match family {
        Family::Jpeg2000 => grid.cell_bytes(),
        _ if frame.precision <= 8 => 1,
        _ => 2,
    };
    Ok((Grid { shift, ..*grid }, cell_bytes, frame.is_lossless))
}

/// Deflated Image Frame Compression, through the decoder of deflated data sets, which can be
/// stopped.
fn inflate(grid: &Grid, stream: &[u8]) -> Result<Picture, Error> {
    let deflated = TransferSyntaxRegistry.get(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
    let Some(Codec::Dataset(Some(adapter))) = deflated.map(|d| d.codec()) else {
        return bad("deflated pixels, and no decoder for them".into());
    };
    // A second picture shows.
    let wanted = 2 * grid.pixels() * grid.cell_bytes();
    let mut cells = Vec::new();
    match adapter.adapt_reader(Box::new(stream)).take(wanted as u64).read_to_end(&mut cells) {
        Ok(_) => grid.picture(&cells, grid.cell_bytes()),
        Err(e) => damaged(format!("its deflated pixels break after {} bytes ({e})", cells.len())),
    }
}

/// Kinds of streams that say their own size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Jpeg,
    JpegLs,
    Jpeg2000,
    Other,
}

impl Family {
    /// PS3.6 annex A: 1.2.840.10008.1.2.4.50 to 70 are JPEG, 80 and 81 JPEG-LS, 90 to 93 JPEG
    /// 2000, 201 to 203 its high-throughput form.
    fn of(uid: &str) -> Self {
        let number = uid.strip_prefix("1.2.840.10008.1.2.4.").and_then(|n| n.parse::<u32>().ok());
        match number {
            Some(50..=70) => Self::Jpeg,
            Some(80 | 81) => Self::JpegLs,
            Some(90..=93 | 201..=203) => Self::Jpeg2000,
            _ => Self::Other,
        }
    }
}

fn unsupported(syntax: &TransferSyntax) -> Error {
    let remedy = match Family::of(syntax.uid()) {
        Family::Jpeg => "Convert it with `dcmdjpeg IN OUT`",
        Family::JpegLs => "Build with `--features codecs`, or convert it with `dcmdjpls IN OUT`",
        Family::Jpeg2000 => {
            "Build with `--features codecs`, or convert it with `dcmdjp2k` or `gdcmconv --raw`"
        }
        Family::Other => "Convert it to Explicit VR Little Endian, as with `gdcmconv --raw`",
    };
    Error::UnsupportedCoding {
        uid: syntax.uid().into(),
        name: name(syntax).into(),
        remedy: remedy.into(),
    }
}

fn name(syntax: &TransferSyntax) -> &str {
    syntax.name()
}

/// One frame in one fragment, as the decoders want to see it.
struct OneFrame<'a> {
    grid: &'a Grid,
    stream: &'a [u8],
    syntax: &'a str,
}

impl PixelDataObject for OneFrame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.syntax
    }

    fn rows(&self) -> Option<u16> {
        self.grid.height.try_into().ok()
    }

    fn cols(&self) -> Option<u16> {
        self.grid.width.try_into().ok()
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(1)
    }

    fn bits_allocated(&self) -> Option<u16> {
        Some(self.grid.bits_allocated as u16)
    }

    fn bits_stored(&self) -> Option<u16> {
        Some(self.grid.bits_stored as u16)
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        Some("MONOCHROME2")
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.stream))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[0]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        Some(RawPixelData {
            fragments: vec![self.stream.to_vec()].into(),
            offset_table: vec![0].into(),
        })
    }
}
