//! Attributes of a data set: its elements, found by their tags.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_encoding::text::SpecificCharacterSet;

use crate::{
    Error,
    container::Container,
    elements::{Element, Walker},
    encoding::Encoding,
    error::{bad, damaged},
    pixel_data::PixelData,
};

/// Public elements of one level that are kept; the dictionary has 5,000.
const MAX_ELEMENTS: usize = 1 << 15;

/// Attributes of one data set or of one item. Private elements are left out.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    elements: Vec<Element<'a>>,
    charset: SpecificCharacterSet,
}

/// A value of a lookup table: 16-bit words (the dictionary leaves their sign and packing open).
pub(crate) struct LutValue {
    /// Value Representation, where it is written and says something.
    pub(crate) vr: Option<VR>,
    /// The words, each in this machine's order.
    pub(crate) words: Vec<u16>,
}

impl<'a> Attributes<'a> {
    /// Attributes of a data set, with or without a picture; nothing is copied.
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::BadHeader`] for floating-point pixels.
    pub fn of(container: &'a Container) -> Result<Self, Error> {
        Ok(Self::read(container)?.0)
    }

    /// Attributes of a data set without a file around it, as messages carry it, in an uncompressed transfer
    /// syntax; nothing is copied.
    ///
    /// # Errors
    /// As [`Attributes::of`].
    pub fn of_message(data_set: &'a [u8], transfer_syntax: &str) -> Result<Self, Error> {
        let walker = Walker::new(data_set, Encoding::of_syntax(transfer_syntax));
        Ok(Self::walk(walker, SpecificCharacterSet::default())?.0)
    }

    /// Reads all up to and with Pixel Data; nothing is copied.
    ///
    /// # Errors
    /// [`Error::Damaged`]; [`Error::BadHeader`] for floating-point pixels.
    pub(crate) fn read(container: &'a Container) -> Result<(Self, Option<PixelData<'a>>), Error> {
        let walker = Walker::new(&container.data_set, container.encoding);
        Self::walk(walker, SpecificCharacterSet::default())
    }

    fn walk(
        mut walker: Walker<'a>,
        charset: SpecificCharacterSet,
    ) -> Result<(Self, Option<PixelData<'a>>), Error> {
        let mut found = Self { elements: Vec::new(), charset };
        while let Some(element) = walker.next()? {
            match element.tag {
                // What follows is padding.
                tags::PIXEL_DATA => return Ok((found, Some(PixelData::of(&element)?))),
                tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                    return bad("floating-point pixels; integers of 8 or 16 bits are read".into());
                }
                tags::SPECIFIC_CHARACTER_SET => found.charset = charset_of(&element),
                _ => {}
            }
            if element.tag.group() % 2 == 0 {
                found.elements.push(element);
            }
            if found.elements.len() > MAX_ELEMENTS {
                return damaged(format!("it has more than {MAX_ELEMENTS} elements"));
            }
        }
        Ok((found, None))
    }

    /// The last one, should there be several.
    fn get(&self, tag: Tag) -> Option<&Element<'a>> {
        self.elements.iter().rev().find(|element| element.tag == tag)
    }

    /// The first item of a sequence; nothing if it is absent, empty or no sequence.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the item is not whole.
    pub fn item(&self, tag: Tag) -> Result<Option<Self>, Error> {
        let sequence = self.get(tag).filter(|element| element.is_sequence());
        match sequence.and_then(Walker::of_first_item) {
            Some(item) => Ok(Some(Self::walk(item, self.charset.clone())?.0)),
            None => Ok(None),
        }
    }

    /// All items of a sequence; none if it is absent, empty or no sequence.
    ///
    /// # Errors
    /// [`Error::Damaged`] if an item is not whole.
    pub fn items(&self, tag: Tag) -> Result<Vec<Self>, Error> {
        let Some(sequence) = self.get(tag).filter(|element| element.is_sequence()) else {
            return Ok(Vec::new());
        };
        let walk = |item| Ok(Self::walk(item, self.charset.clone())?.0);
        Walker::of_items(sequence)?.into_iter().map(walk).collect()
    }

    /// Whether the attribute is there, be it empty.
    pub fn has(&self, tag: Tag) -> bool {
        self.get(tag).is_some()
    }

    /// The value as text, trimmed; nothing if absent or empty.
    pub fn text(&self, tag: Tag) -> Option<String> {
        Some(self.get(tag)?.text(&self.charset)).filter(|text| !text.is_empty())
    }

    /// The values as numbers; empty if absent. A comma in a decimal is read as its point.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if they are no numbers.
    pub fn numbers(&self, tag: Tag) -> Result<Vec<f64>, Error> {
        let values = self.get(tag).map(Element::numbers).unwrap_or_default();
        values.into_iter().map(|value| value.map_or_else(|| self.no_number(tag), Ok)).collect()
    }

    /// The first value as a number.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if it is none.
    pub fn number(&self, tag: Tag) -> Result<Option<f64>, Error> {
        match self.get(tag).map(Element::numbers).unwrap_or_default().first() {
            Some(None) => self.no_number(tag),
            Some(number) => Ok(*number),
            None => Ok(None),
        }
    }

    fn no_number<T>(&self, tag: Tag) -> Result<T, Error> {
        let text: String = self.text(tag).unwrap_or_default().chars().take(64).collect();
        bad(format!("{tag} is {text:?}, a number was expected"))
    }

    /// The first value as a whole number that is not negative.
    ///
    /// # Errors
    /// [`Error::BadHeader`] if it is none.
    pub fn count(&self, tag: Tag) -> Result<Option<u64>, Error> {
        match self.number(tag)? {
            Some(n) if !(0.0..=f64::from(u32::MAX)).contains(&n) || n.fract() != 0.0 => {
                bad(format!("{tag} is {n}, a whole number was expected"))
            }
            other => Ok(other.map(|n| n as u64)),
        }
    }

    /// Whether a number of this attribute is written with a comma in place of the point.
    pub fn has_decimal_comma(&self, tag: Tag) -> bool {
        self.get(tag).is_some_and(Element::has_decimal_comma)
    }

    /// LUT Descriptor or LUT Data of an item.
    pub(crate) fn lut_value(&self, tag: Tag) -> Option<LutValue> {
        let element = self.get(tag)?;
        let vr = element.vr.filter(|vr| *vr != VR::UN);
        Some(LutValue { vr, words: element.words() })
    }
}

/// Specific Character Set; of several, the last: the first is the plain one that the others extend.
pub(crate) fn charset_of(element: &Element) -> SpecificCharacterSet {
    let names = element.text(&SpecificCharacterSet::default());
    let last = names.split('\\').filter_map(SpecificCharacterSet::from_code).next_back();
    last.unwrap_or_default()
}
