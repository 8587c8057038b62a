//! A film's picture, small, inside the page.

use std::io::Cursor;

use image::{ImageFormat, imageops::FilterType};

/// Columns of a picture.
const WIDTH: u32 = 560;

/// A film and its picture.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Place among the films.
    pub film: usize,
    /// Columns and rows.
    pub size: [u32; 2],
    /// JPEG as a `data:` address.
    pub address: String,
}

impl Picture {
    /// Of a film's overlay as PNG; nothing if it is none.
    pub fn of(film: usize, png: &[u8]) -> Option<Self> {
        let large = image::load_from_memory_with_format(png, ImageFormat::Png).ok()?.into_rgb8();
        let height = (large.height() * WIDTH / large.width().max(1)).max(1);
        let small = image::imageops::resize(&large, WIDTH, height, FilterType::Triangle);
        let mut jpeg = Vec::new();
        small.write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg).ok()?;
        let address = format!("data:image/jpeg;base64,{}", base64(&jpeg));
        Some(Self { film, size: [WIDTH, height], address })
    }
}

/// Base 64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn as_in_the_standard() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert!(Picture::of(0, b"no png").is_none());
    }
}
