//! The film that a check stores: made by the program, of no patient, and marked as such wherever one looks.

use dicom_core::chrono::DateTime;
use koniscope_dicom::{VR, tags, write};
use sha2::{Digest, Sha256};

use crate::ae::AeTitle;

/// Patient ID of test films; a node reads no film that has it.
pub(crate) const PATIENT_ID: &str = "KONISCOPE-TEST";

const WORDS: &str = "KONISCOPE TEST, NOT A PATIENT";

/// Pixels a side: more than three PDUs of any peer.
const SIDE: usize = 512;

/// Number of a UID `2.25.N`, from words.
pub(crate) fn number_of(words: &str) -> u128 {
    let digest = Sha256::digest(words);
    // Version 8 of RFC 9562, as UIDs of this form are UUIDs.
    let number = digest.first_chunk().map_or(0, |bytes: &[u8; 16]| u128::from_be_bytes(*bytes));
    (number & !(0xF << 76) & !(0b11 << 62)) | (8 << 76) | (0b10 << 62)
}

/// A film of steps of gray, made at `now_ms`. All test films of a node are of one study, so that they can be deleted
/// together; each is another instance, so that it is stored anew.
pub(super) fn test_film(own: &AeTitle, now_ms: i64) -> Result<Vec<u8>, String> {
    let at = DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
    let (date, time) = (at.format("%Y%m%d").to_string(), at.format("%H%M%S").to_string());
    let study = number_of(&format!("koniscope test study of {own}"));
    let texts = [
        (tags::PATIENT_NAME, VR::PN, "KONISCOPE^TEST"),
        (tags::PATIENT_ID, VR::LO, PATIENT_ID),
        (tags::STUDY_DESCRIPTION, VR::LO, WORDS),
        (tags::SERIES_DESCRIPTION, VR::LO, WORDS),
        (tags::IMAGE_COMMENTS, VR::LT, WORDS),
        (tags::STUDY_DATE, VR::DA, &date),
        (tags::STUDY_TIME, VR::TM, &time),
    ];
    let of_now = |what: &str| number_of(&format!("koniscope test {what} of {own} at {now_ms}"));
    let radiograph = write::Radiograph {
        width: SIDE,
        height: SIDE,
        bits: 12,
        spacing_mm: [0.2, 0.2],
        monochrome1: false,
        uids: [of_now("film"), of_now("series"), study],
        texts: &texts,
    };
    // Sixteen bars, darker to lighter, turned at each quarter of the height: no chest.
    let gray = |i: usize| {
        let (row, column) = (i / SIDE, i % SIDE);
        let bar = column * 16 / SIDE;
        let bar = if (row * 4 / SIDE).is_multiple_of(2) { bar } else { 15 - bar };
        (bar * 256 + 128) as u16
    };
    let values: Vec<u16> = (0..SIDE * SIDE).map(gray).collect();
    write::radiograph(&values, &radiograph).map_err(|e| e.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        film::facts,
        scu::{data_set, identifier},
    };

    #[test]
    fn it_says_that_it_is_a_test_and_is_another_each_time() {
        let own = AeTitle::try_from("K".to_owned()).unwrap();
        let [first, second] =
            [1_796_079_895_000, 1_796_079_895_001].map(|now| test_film(&own, now).unwrap());
        assert!(facts(&first).unwrap().is_test);
        let study = |film: &[u8]| {
            let film = data_set(film).unwrap();
            let object = identifier::read(film.bytes, &film.transfer_syntax).unwrap();
            identifier::text(&object, tags::STUDY_INSTANCE_UID)
        };
        assert_eq!(study(&first), study(&second));
        let instance = |film: &[u8]| data_set(film).unwrap().instance;
        assert_ne!(instance(&first), instance(&second));
        let text = String::from_utf8_lossy(&first).into_owned();
        for words in ["KONISCOPE^TEST", WORDS, "20261130", "230455"] {
            assert!(text.contains(words), "{words}");
        }
        // Of RFC 9562: version 8, variant 10.
        let uuid = format!("{:032x}", number_of("any"));
        assert!(uuid.as_bytes()[12] == b'8' && b"89ab".contains(&uuid.as_bytes()[16]), "{uuid}");
    }
}
