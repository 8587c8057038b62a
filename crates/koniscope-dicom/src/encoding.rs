//! How elements are written: with their Value Representation or without, and in which byte order.

use dicom_core::VR;
use dicom_dictionary_std::uids;

/// Explicit VR Big Endian, retired in 2006 and still in archives.
pub(crate) const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// Each element carries its Value Representation.
    pub(crate) explicit: bool,
    /// Most significant byte first.
    pub(crate) big_endian: bool,
}

impl Encoding {
    pub(crate) const EXPLICIT_LITTLE: Self = Self { explicit: true, big_endian: false };
    pub(crate) const IMPLICIT_LITTLE: Self = Self { explicit: false, big_endian: false };
    pub(crate) const EXPLICIT_BIG: Self = Self { explicit: true, big_endian: true };

    /// The encoding of a transfer syntax (PS3.5 section 10): all but two are the same.
    pub(crate) fn of_syntax(transfer_syntax: &str) -> Self {
        match transfer_syntax {
            uids::IMPLICIT_VR_LITTLE_ENDIAN => Self::IMPLICIT_LITTLE,
            EXPLICIT_VR_BIG_ENDIAN => Self::EXPLICIT_BIG,
            _ => Self::EXPLICIT_LITTLE,
        }
    }

    /// The transfer syntax of elements so written, neither compressed nor deflated.
    pub(crate) fn syntax(self) -> &'static str {
        match self {
            Self { big_endian: true, .. } => EXPLICIT_VR_BIG_ENDIAN,
            Self { explicit: true, .. } => uids::EXPLICIT_VR_LITTLE_ENDIAN,
            _ => uids::IMPLICIT_VR_LITTLE_ENDIAN,
        }
    }

    /// As the first element shows it, which must be of group 2 or 8, as in every file; nothing if it
    /// is no data set.
    pub(crate) fn of_data_set(bytes: &[u8]) -> Option<Self> {
        let head = *bytes.first_chunk::<8>()?;
        let has_vr = VR::from_binary([head[4], head[5]]).is_some();
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        match [head[0], head[1]] {
            [0x02 | 0x08, 0] if has_vr => Some(Self::EXPLICIT_LITTLE),
            [0x08, 0] if length <= bytes.len() - 8 => Some(Self::IMPLICIT_LITTLE),
            [0, 0x08] if has_vr => Some(Self::EXPLICIT_BIG),
            _ => None,
        }
    }

    /// Of an item's elements inside an element of VR UN. They should be without VR (PS3.5 section
    /// 6.2.2, note 4), and often have kept it.
    pub(crate) fn of_unknown_item(item: &[u8]) -> Self {
        match item.get(4..6) {
            Some(&[a, b]) if VR::from_binary([a, b]).is_some() => Self::EXPLICIT_LITTLE,
            _ => Self::IMPLICIT_LITTLE,
        }
    }

    pub(crate) fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    pub(crate) fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    pub(crate) fn u64(self, bytes: [u8; 8]) -> u64 {
        if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) }
    }
}

/// Whether elements of this VR have a length of 16 bits; the others have two reserved bytes, and 32
/// bits (PS3.5 section 7.1.2).
pub(crate) fn has_short_length(vr: VR) -> bool {
    use VR::{AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US};
    matches!(
        vr,
        AE | AS
            | AT
            | CS
            | DA
            | DS
            | DT
            | FD
            | FL
            | IS
            | LO
            | LT
            | PN
            | SH
            | SL
            | SS
            | ST
            | TM
            | UI
            | UL
            | US
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_data_sets_are_told_from_text() {
        let cases: [(&[u8], Option<Encoding>); 6] = [
            (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", Some(Encoding::EXPLICIT_LITTLE)),
            (b"\x08\0\x05\0\x02\0\0\0AB", Some(Encoding::IMPLICIT_LITTLE)),
            (b"\x08\0\x05\0\x03\0\0\0AB", None),
            (b"\0\x08\0\x05CS\0\x0aISO_IR 100", Some(Encoding::EXPLICIT_BIG)),
            (b"Dear colleague", None),
            (b"\x08\0", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Encoding::of_data_set(bytes), expected, "{bytes:?}");
        }
    }
}
