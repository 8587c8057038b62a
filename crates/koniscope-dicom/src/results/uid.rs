//! UIDs that follow from what they name.

use sha2::{Digest, Sha256};

/// A UID of these parts alone: their hash as a UUID of version 8 (RFC 9562 section 5.8) under 2.25
/// (PS3.5 annex B.2).
pub fn uid(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&hash.finalize()[..16]);
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    format!("2.25.{}", u128::from_be_bytes(uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_follows_from_its_parts_and_their_borders() {
        assert_eq!(uid(&[b"ab", b"c"]), uid(&[b"ab", b"c"]));
        assert_ne!(uid(&[b"ab", b"c"]), uid(&[b"a", b"bc"]));
        // By Python: hashlib and uuid, of the same bytes.
        assert_eq!(uid(&[b"film", b"seg"]), "2.25.131896381021815089295934052140507313221");
    }
}
