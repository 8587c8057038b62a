//! Text as a manifest of weights, and bytes as weights: what passes is whole, nothing panics.
#![no_main]

use koniscope::checked_manifest::CheckedManifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(checked) = CheckedManifest::parse(text) else { return };
    assert!(!checked.file.contains(['/', '\\']));
    let again = CheckedManifest::new(checked.clone().into_inner());
    assert!(again.is_ok_and(|again| again.id == checked.id));
});
