//! JSRT's raw films: 2048 x 2048 values of 12 bits in 16, big-endian, no header, air bright
//! (db.jsrt.or.jp; Shiraishi J. et al., AJR 2000;174:71).

use std::{fs, path::Path};

use image::ExtendedColorType;

use super::png;
use crate::Error;

/// Columns, and rows.
pub(crate) const SIDE: u32 = 2048;

/// The largest value of 12 bits.
const WHITE: u16 = 4095;

/// The film as PNG of 16 bits, air dark: `16 (4095 - v)`, so that any viewer shows it and each
/// value can be had back.
///
/// # Errors
/// [`Error::Io`], or [`Error::Table`] if the file is of another size or holds more than 12 bits.
pub(crate) fn to_png(path: &Path) -> Result<Vec<u8>, Error> {
    let fault = |detail| Error::table(path, None, detail);
    let expected = u64::from(SIDE) * u64::from(SIDE) * 2;
    let bytes = fs::metadata(path).map_err(Error::io("read", path))?.len();
    if bytes != expected {
        return Err(fault(format!(
            "it has {bytes} bytes; a raw film of {SIDE} x {SIDE} values has {expected}"
        )));
    }
    let raw = fs::read(path).map_err(Error::io("read", path))?;
    let mut values = Vec::with_capacity(raw.len());
    for pair in raw.as_chunks::<2>().0 {
        let value = u16::from_be_bytes(*pair);
        let dark = WHITE.checked_sub(value).ok_or_else(|| {
            fault(format!("it holds {value}; 0 to {WHITE} was expected, high byte first"))
        })?;
        values.extend((dark << 4).to_ne_bytes());
    }
    png(&values, [SIDE, SIDE], ExtendedColorType::L16)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn high_byte_first_and_air_dark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("JPCLN001.IMG");
        let mut raw = vec![0; (SIDE * SIDE * 2) as usize];
        raw[..6].copy_from_slice(&[0x0f, 0xff, 0x01, 0x02, 0, 1]);
        fs::write(&path, &raw).unwrap();
        let film = image::load_from_memory(&to_png(&path).unwrap()).unwrap().into_luma16();
        assert_eq!(film.dimensions(), (SIDE, SIDE));
        let first: Vec<u16> = (0..4).map(|x| film.get_pixel(x, 0).0[0]).collect();
        assert_eq!(first, [0, 16 * (4095 - 0x102), 16 * 4094, 16 * 4095]);
        raw[0] = 0x10;
        fs::write(&path, &raw).unwrap();
        assert!(to_png(&path).unwrap_err().to_string().contains("it holds 4351"));
        fs::write(&path, &raw[1..]).unwrap();
        assert!(to_png(&path).unwrap_err().to_string().contains("8388607 bytes"));
    }
}
