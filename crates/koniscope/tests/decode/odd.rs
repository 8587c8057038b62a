//! Elements changed at will: an answer, always; and the same picture where nothing was said otherwise.

use koniscope::{
    decode::{Limits, decode},
    normalize::normalize,
};
use proptest::prelude::*;

use crate::{
    build::{EXPLICIT, element},
    film::{Film, OPEN_UN, PIXELS, meta, sequences},
};

const VRS: [&str; 16] = [
    "UN", OPEN_UN, "??", "\0\0", "SQ", "OB", "OW", "DS", "IS", "US", "SS", "FD", "AT", "UT", "LO",
    "PN",
];

const SYNTAXES: [&str; 9] = [
    EXPLICIT,
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.8.1",
];

/// Values that people write, and what nobody should.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "0\\0",
        "0,7\\0,7",
        "-1",
        "nan",
        "1e99",
        "\\\\",
        "R\\F",
        "THORACIC SPINE",
        "INVERSE",
        "999Y",
        "SIGMOID",
    ]);
    let nested = prop::collection::vec(any::<u8>(), 0..24).prop_flat_map(|item| {
        let item = element(0x0028, 0x3002, "US", &item);
        prop::sample::select(sequences(&item).to_vec())
    });
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..16),
        words.prop_map(|word| word.as_bytes().to_vec()),
        nested,
    ]
}

/// A tag of an element that is there, or of any.
fn tag(film: &Film) -> impl Strategy<Value = (u16, u16)> + use<> {
    let there: Vec<_> = film.0.keys().copied().collect();
    let tables = vec![(0x0028, 0x3000), (0x0028, 0x3010), (0x0054, 0x0220), (0x0008, 0x0005)];
    prop_oneof![
        3 => prop::sample::select(there),
        1 => prop::sample::select(tables),
        1 => (8u16..0x7000, any::<u16>()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn changed_elements_never_panic(
        changes in prop::collection::vec((tag(&Film::small()), prop::sample::select(&VRS[..]), value()), 1..5),
        retagged in prop::collection::vec((tag(&Film::small()), prop::sample::select(&VRS[..])), 0..5),
        syntax in prop::sample::select(&SYNTAXES[..]),
        pixels in 0usize..3,
        implicit in any::<bool>(),
    ) {
        let mut film = Film::small();
        for (tag, vr) in retagged {
            if let Some(element) = film.0.get_mut(&tag) {
                element.0 = vr;
            }
        }
        for (tag, vr, value) in changes {
            film = film.with(tag, vr, value);
        }
        let cells = film.cells().repeat(pixels);
        film = film.with(PIXELS, "OW", cells);
        let data_set = if implicit { film.implicit() } else { film.data_set() };
        let bytes = [meta(syntax), data_set].concat();
        let limits = Limits { pixels: 1 << 20, inflated_bytes: 1 << 20, ..Limits::default() };
        match decode(&bytes, &limits) {
            Ok(raw) => {
                prop_assert_eq!(raw.stored.len(), raw.width * raw.height);
                let _ = normalize(&raw);
            }
            Err(e) => prop_assert!(!e.to_string().contains("unforeseen"), "{}", e),
        }
    }

    /// VRs that say nothing and elements of no interest change nothing.
    #[test]
    fn what_says_nothing_changes_nothing(
        illegal in prop::sample::select(vec!["??", "\0\0", "XX"]),
        unknown in prop::collection::vec(any::<bool>(), 32),
        private in prop::collection::vec(
            (0x0009u16..0x7000, any::<u16>(), prop::sample::select(&VRS[..]), "[A-Z]{0,8}"),
            0..4,
        ),
    ) {
        let film = Film::small();
        let mut odd = film.clone();
        for ((tag, element), unknown) in odd.0.iter_mut().zip(unknown) {
            if unknown && *tag != PIXELS {
                element.0 = "UN";
            }
        }
        for (group, number, vr, value) in private {
            if vr != OPEN_UN {
                // An element's length is even.
                let value = value.repeat(2);
                let vr = if vr == "??" || vr == "\0\0" { illegal } else { vr };
                odd = odd.with((group | 1, number), vr, value);
            }
        }
        prop_assert!(odd.raw() == film.raw());
    }
}
