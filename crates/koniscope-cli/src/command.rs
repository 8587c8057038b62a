//! How the program was called and built, for reports.

/// By `build.rs`; empty where it is not known.
const COMMIT: &str = env!("KONISCOPE_COMMIT");

/// The command as it was given, words with spaces in quotes; of the program its name, not where it lay.
pub(crate) fn command() -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let quoted = |word: String| if word.contains(' ') { format!("\"{word}\"") } else { word };
    let program = env!("CARGO_BIN_NAME").to_owned();
    std::iter::once(program).chain(words.map(quoted)).collect::<Vec<_>>().join(" ")
}

/// The commit that the program was built from, where that is known.
pub(crate) fn commit() -> Option<String> {
    Some(COMMIT).filter(|commit| !commit.is_empty()).map(str::to_owned)
}
