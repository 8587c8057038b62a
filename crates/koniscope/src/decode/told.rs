//! What is known of a file's picture from elsewhere, as from a table.

use super::RawImage;

/// Told of a film beside its file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Told {
    /// Pixel spacing in mm, `[between rows, between columns]`, of the file's own pixels; taken where the
    /// file tells none.
    pub spacing_mm: Option<[f64; 2]>,
    /// A rectangle of the file's picture that is not to be seen, as a printed text: left, top, right,
    /// bottom in shares of width and height, 0 to 1.
    pub cover: Option<[f64; 4]>,
}

impl Told {
    /// The picture with what is told. Each column of what is covered goes on with the value above it; in a
    /// cover that reaches the upper edge, with the value below it.
    #[must_use]
    pub fn of(&self, mut raw: RawImage) -> RawImage {
        if raw.header.spacing_mm.is_none() && self.spacing_mm.is_some() {
            raw.header.spacing_mm = self.spacing_mm;
            raw.header.aspect = None;
        }
        if let Some(shares) = self.cover {
            cover(&mut raw, shares);
        }
        raw
    }

    /// What is told as bytes, for the keys of caches; nothing where nothing is told.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        (*self != Self::default()).then(|| format!("{self:?}").into_bytes())
    }
}

fn cover(raw: &mut RawImage, [left, top, right, bottom]: [f64; 4]) {
    let (width, height) = (raw.width, raw.height);
    let pixel = |share: f64, side: usize| ((share * side as f64).round() as usize).min(side);
    let (top, bottom) = (pixel(top, height), pixel(bottom, height));
    let beside = if top > 0 { top - 1 } else { bottom };
    if beside >= height || raw.stored.len() != width * height {
        return;
    }
    for x in pixel(left, width)..pixel(right, width) {
        let value = raw.stored[beside * width + x];
        for y in top..bottom {
            raw.stored[y * width + x] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Header;

    fn raw() -> RawImage {
        RawImage {
            width: 4,
            height: 5,
            stored: (0..20).collect(),
            bits_stored: 8,
            signed: false,
            header: Header::default(),
        }
    }

    #[test]
    fn a_cover_goes_on_with_what_lies_beside_it() {
        let told = |cover| Told { cover: Some(cover), ..Told::default() }.of(raw()).stored;
        let below = told([0.25, 0.6, 0.75, 1.0]);
        assert_eq!(below[12..], [12, 9, 10, 15, 16, 9, 10, 19]);
        assert_eq!(below[..12], raw().stored[..12]);
        assert_eq!(told([0.0, 0.0, 0.5, 0.4])[..8], [8, 9, 2, 3, 8, 9, 6, 7]);
        // Nothing stands beside the whole film.
        assert_eq!(told([0.0, 0.0, 1.0, 1.0]), raw().stored);
    }

    #[test]
    fn a_header_knows_better_than_a_table() {
        let told = Told { spacing_mm: Some([0.4, 0.3]), cover: None };
        assert_eq!(told.of(raw()).header.spacing_mm, Some([0.4, 0.3]));
        let mut known = raw();
        known.header.spacing_mm = Some([0.1, 0.1]);
        assert_eq!(told.of(known).header.spacing_mm, Some([0.1, 0.1]));
        assert!(told.bytes().is_some() && Told::default().bytes().is_none());
    }
}
