//! An object with a picture: its attributes, and its pixels still as they stand in the file.

use dicom_dictionary_std::tags;

use crate::{
    Attributes, Container, Error, Grid, Limits, codec, error::damaged, kinds, pixel_data::PixelData,
};

/// An object with Pixel Data.
pub struct Object<'a> {
    /// Its attributes.
    pub attributes: Attributes<'a>,
    container: &'a Container<'a>,
    pixels: PixelData<'a>,
}

/// The one frame of an object, one sample a pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its size and depth.
    pub grid: Grid,
    /// Stored values, row-major `[height, width]`, sign already extended.
    pub stored: Vec<i32>,
    /// Bytes of Pixel Data beyond the picture, more than evens out a length: less than a row, or all 0.
    pub spare_bytes: usize,
    /// Bits above the stored ones held something that is no part of the values, and was cut off.
    pub cut_bits: bool,
}

impl<'a> Object<'a> {
    /// Reads the attributes; no pixel is touched.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::NoPixels`]; [`Error::BadHeader`] for floating-point pixels.
    pub fn read(container: &'a Container<'a>) -> Result<Self, Error> {
        let (attributes, pixels) = Attributes::read(container)?;
        match pixels {
            Some(pixels) => Ok(Self { attributes, container, pixels }),
            None => without_pixels(&attributes, container.sop_class()),
        }
    }

    /// Decodes the one frame.
    ///
    /// # Errors
    /// [`Error::SeveralFrames`], [`Error::TooManyPixels`], [`Error::BadHeader`],
    /// [`Error::UnsupportedCoding`], [`Error::Damaged`], [`Error::Color`].
    pub fn picture(&self, limits: &Limits) -> Result<Picture, Error> {
        let grid = Grid::of(&self.attributes, limits)?;
        match &self.pixels {
            PixelData::Native { value, words } => {
                grid.picture_of_native(value, self.container.encoding.big_endian, *words)
            }
            PixelData::Encapsulated(fragments) => codec::decode(self.container, &grid, fragments),
        }
    }
}

/// An object without Pixel Data: cut off before it, or of a kind that has none.
fn without_pixels<T>(attributes: &Attributes, meta_sop_class: Option<&str>) -> Result<T, Error> {
    if attributes.has(tags::ROWS) {
        return damaged("it ends before Pixel Data (7FE0,0010)".into());
    }
    let uid = attributes.text(tags::SOP_CLASS_UID).or(meta_sop_class.map(String::from));
    let detail = match uid {
        None => "it does not say what it is (no SOP Class UID)".into(),
        Some(uid) => match kinds::name(&uid) {
            Some(name) => format!("it is a {name}"),
            None => format!("its SOP class is {uid}"),
        },
    };
    Err(Error::NoPixels { detail })
}
