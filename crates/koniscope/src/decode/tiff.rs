//! How many pictures a TIFF file holds; the image library shows only the first.

/// Directories that are followed; a chain may bite its tail.
const MAX_PICTURES: u64 = 10_000;

/// NewSubfileType (tag 254), bit 0: a thumbnail of another picture.
const NEW_SUBFILE_TYPE: u16 = 254;

/// Pictures in full resolution, by the chain of directories (TIFF 6.0 section 2). Of a file that
/// breaks the chain, those before the break; of BigTIFF, 1.
pub(super) fn pictures(bytes: &[u8]) -> u64 {
    let little = match bytes.get(..4) {
        Some(b"II*\0") => true,
        Some(b"MM\0*") => false,
        _ => return 1,
    };
    let u16_at = |at: usize| {
        let bytes = *bytes.get(at..)?.first_chunk::<2>()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let u32_at = |at: usize| {
        let bytes = *bytes.get(at..)?.first_chunk::<4>()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
    };
    let mut pictures = 0;
    let mut directory = u32_at(4);
    for _ in 0..MAX_PICTURES {
        let Some(at) = directory.filter(|at| *at > 0) else { break };
        let Some(entries) = u16_at(at).map(usize::from) else { break };
        let is_thumbnail = (0..entries).map(|i| at + 2 + 12 * i).any(|entry| {
            u16_at(entry) == Some(NEW_SUBFILE_TYPE)
                && u32_at(entry + 8).is_some_and(|kind| kind & 1 == 1)
        });
        pictures += u64::from(!is_thumbnail);
        directory = u32_at(at + 2 + 12 * entries);
    }
    pictures
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with one entry, of NewSubfileType, and where the next one is.
    fn directory(kind: u8, next: u8) -> Vec<u8> {
        vec![1, 0, 254, 0, 4, 0, 1, 0, 0, 0, kind, 0, 0, 0, next, 0, 0, 0]
    }

    #[test]
    fn thumbnails_do_not_count_and_loops_end() {
        let cases = [
            (vec![directory(0, 0)], 1),
            (vec![directory(0, 26), directory(1, 0)], 1),
            (vec![directory(0, 26), directory(0, 0)], 2),
            (vec![directory(0, 8)], MAX_PICTURES),
            (vec![directory(0, 200)], 1),
        ];
        for (directories, expected) in cases {
            let bytes = [b"II*\0\x08\0\0\0".to_vec(), directories.concat()].concat();
            assert_eq!(pictures(&bytes), expected);
        }
    }
}
