//! The attributes that a radiograph needs, out of a data set.

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::transfer_syntax::{TransferSyntax, TransferSyntaxIndex};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::{
    Error,
    container::Container,
    elements::{EXPLICIT_VR_BIG_ENDIAN, Element, Encoding, PixelData, Walker, fragments},
    error::{bad, damaged},
};

/// Top-level attributes that are read.
const WANTED: [Tag; 28] = [
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::MODALITY,
    tags::PRESENTATION_INTENT_TYPE,
    tags::BODY_PART_EXAMINED,
    tags::IMAGER_PIXEL_SPACING,
    tags::NOMINAL_SCANNED_PIXEL_SPACING,
    tags::VIEW_POSITION,
    tags::PATIENT_ORIENTATION,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::PIXEL_SPACING,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::BURNED_IN_ANNOTATION,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::VOILUT_FUNCTION,
    tags::PRESENTATION_LUT_SHAPE,
    tags::CODE_VALUE,
    tags::CODE_MEANING,
];

/// Sequences whose first item is read.
const SEQUENCES: [Tag; 3] =
    [tags::MODALITY_LUT_SEQUENCE, tags::VOILUT_SEQUENCE, tags::VIEW_CODE_SEQUENCE];

/// Attributes of one data set or of one item.
#[derive(Debug)]
pub struct Attributes {
    object: InMemDicomObject,
    items: Vec<(Tag, Attributes)>,
    luts: Vec<(Tag, LutValue)>,
}

/// A value of a lookup table: 16-bit words (the dictionary leaves their sign and packing open).
#[derive(Clone, Debug)]
pub(crate) struct LutValue {
    /// Value Representation, where it is written.
    pub(crate) vr: Option<[u8; 2]>,
    /// The words, each in this machine's order.
    pub(crate) words: Vec<u16>,
}

impl Attributes {
    /// Reads what is wanted, up to and with Pixel Data, which is not copied.
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::BadHeader`] for floating-point pixels.
    pub(crate) fn read<'a>(
        container: &'a Container,
    ) -> Result<(Self, Option<PixelData<'a>>), Error> {
        let encoding = container.encoding;
        Self::walk(Walker::new(&container.data_set, encoding), encoding, true)
    }

    fn walk<'a>(
        mut walker: Walker<'a>,
        encoding: Encoding,
        top_level: bool,
    ) -> Result<(Self, Option<PixelData<'a>>), Error> {
        let (mut flat, mut items, mut luts, mut pixels) =
            (Vec::new(), Vec::new(), Vec::new(), None);
        while let Some(element) = walker.next()? {
            match element.tag {
                tags::PIXEL_DATA => {
                    pixels = Some(pixel_data(element)?);
                    break; // what follows is padding
                }
                tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                    return bad("floating-point pixels; integers of 8 or 16 bits are read".into());
                }
                tag if top_level && SEQUENCES.contains(&tag) => {
                    if let Some(item) = Walker::of_first_item(element.value, encoding) {
                        items.push((tag, Self::walk(item, encoding, false)?.0));
                    }
                }
                tags::LUT_DESCRIPTOR | tags::LUT_DATA => {
                    let words = element.value.as_chunks::<2>().0.iter().map(|word| {
                        if encoding.big_endian {
                            u16::from_be_bytes(*word)
                        } else {
                            u16::from_le_bytes(*word)
                        }
                    });
                    luts.push((element.tag, LutValue { vr: element.vr, words: words.collect() }));
                }
                tag if WANTED.contains(&tag) && !element.delimited => {
                    flat.extend_from_slice(element.raw);
                }
                _ => {}
            }
        }
        let object = match InMemDicomObject::read_dataset_with_ts(&flat[..], flat_syntax(encoding))
        {
            Ok(object) => object,
            Err(e) => return damaged(format!("an attribute cannot be read ({e})")),
        };
        Ok((Self { object, items, luts }, pixels))
    }

    /// The first item of a sequence.
    pub fn item(&self, tag: Tag) -> Option<&Self> {
        self.items.iter().find(|(t, _)| *t == tag).map(|(_, item)| item)
    }

    /// Whether the attribute is there, be it empty.
    pub fn has(&self, tag: Tag) -> bool {
        self.object.get(tag).is_some()
    }

    /// The value as text, trimmed; nothing if absent or empty.
    pub fn text(&self, tag: Tag) -> Option<String> {
        let value = self.object.get(tag)?.to_str().ok()?;
        let text = value.trim_matches(['\0', ' ']);
        (!text.is_empty()).then(|| text.to_string())
    }

    /// The values as numbers; empty if absent.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if they are no numbers.
    pub fn numbers(&self, tag: Tag) -> Result<Vec<f64>, Error> {
        if self.text(tag).is_none() {
            return Ok(Vec::new());
        }
        match self.object.get(tag).map(|e| e.to_multi_float64()) {
            None => Ok(Vec::new()),
            Some(Ok(numbers)) => Ok(numbers),
            Some(Err(_)) => {
                let text = self.text(tag).unwrap_or_default();
                bad(format!("{tag} is {text:?}, a number was expected"))
            }
        }
    }

    /// The first value as a number.
    ///
    /// # Errors
    /// As for [`numbers`](Self::numbers).
    pub fn number(&self, tag: Tag) -> Result<Option<f64>, Error> {
        Ok(self.numbers(tag)?.first().copied())
    }

    /// The first value as a whole number that is not negative.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if it is none.
    pub fn count(&self, tag: Tag) -> Result<Option<u64>, Error> {
        match self.number(tag)? {
            Some(n) if n < 0.0 || n.fract() != 0.0 || n > u32::MAX.into() => {
                bad(format!("{tag} is {n}, a whole number was expected"))
            }
            other => Ok(other.map(|n| n as u64)),
        }
    }

    /// LUT Descriptor or LUT Data of an item.
    pub(crate) fn lut_value(&self, tag: Tag) -> Option<&LutValue> {
        self.luts.iter().find(|(t, _)| *t == tag).map(|(_, value)| value)
    }
}

fn pixel_data(element: Element) -> Result<PixelData, Error> {
    Ok(if element.delimited {
        PixelData::Encapsulated(fragments(element.value)?)
    } else {
        PixelData::Native { value: element.value, words: element.vr != Some(*b"OB") }
    })
}

/// The transfer syntax in which dicom-rs reads flat elements.
pub(crate) fn flat_syntax(encoding: Encoding) -> &'static TransferSyntax {
    let uid = match encoding {
        Encoding { explicit: false, .. } => uids::IMPLICIT_VR_LITTLE_ENDIAN,
        Encoding { big_endian: true, .. } => EXPLICIT_VR_BIG_ENDIAN,
        _ => uids::EXPLICIT_VR_LITTLE_ENDIAN,
    };
    match TransferSyntaxRegistry.get(uid) {
        Some(syntax) => syntax,
        None => unreachable!("the registry always holds the three uncompressed syntaxes"),
    }
}
