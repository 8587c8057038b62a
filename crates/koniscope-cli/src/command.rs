//! How the program was called, for reports.

/// The command as it was given, words with spaces in quotes.
pub(crate) fn command() -> String {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let quoted = |word: String| if word.contains(' ') { format!("\"{word}\"") } else { word };
    words.map(quoted).collect::<Vec<_>>().join(" ")
}
