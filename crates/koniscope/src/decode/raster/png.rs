//! What a PNG file holds beside its first picture.

use crate::Error;

/// Bytes of the signature (PNG specification, section 5.2).
const SIGNATURE: usize = 8;

/// Refuses an animation: `acTL` (APNG) says before the first picture how many there are.
///
/// # Errors
/// [`Error::SeveralFrames`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Error> {
    let mut rest = bytes.get(SIGNATURE..).unwrap_or(&[]);
    // A chunk is its length, its kind, its data and a checksum of 4 bytes.
    while let Some((&[l3, l2, l1, l0, k0, k1, k2, k3], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([l3, l2, l1, l0]) as usize;
        match (&[k0, k1, k2, k3], after.first_chunk()) {
            (b"IDAT", _) => break,
            (b"acTL", Some(frames)) => {
                return match u32::from_be_bytes(*frames) {
                    0 | 1 => Ok(()),
                    frames => Err(Error::SeveralFrames { frames: frames.into() }),
                };
            }
            _ => rest = after.get(length.saturating_add(4)..).unwrap_or(&[]),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
    }

    #[test]
    fn an_animation_is_told_and_what_follows_the_picture_is_not_looked_at() {
        let file = |chunks: &[Vec<u8>]| [vec![0; SIGNATURE], chunks.concat()].concat();
        let head = chunk(b"IHDR", &[0; 13]);
        let frames = |n: u8| chunk(b"acTL", &[0, 0, 0, n, 0, 0, 0, 0]);
        let picture = chunk(b"IDAT", &[1; 30]);
        let cases = [
            (file(&[head.clone(), picture.clone()]), Ok(())),
            (file(&[head.clone(), frames(1), picture.clone()]), Ok(())),
            (file(&[head.clone(), frames(3), picture.clone()]), Err("several_frames")),
            (file(&[head.clone(), picture, frames(3)]), Ok(())),
            (file(&[head, vec![0xFF; 9]]), Ok(())),
            (vec![0; 3], Ok(())),
        ];
        for (bytes, expected) in cases {
            assert_eq!(check(&bytes).map_err(|e| e.kind()), expected);
        }
    }
}
