//! How the program was called and built and what it runs on, for reports.

use std::path::Path;

/// By `build.rs`; empty where it is not known.
const COMMIT: &str = env!("KONISCOPE_COMMIT");

/// The command as it was given, words with spaces in quotes; of the program its name, not where it lay.
pub fn command() -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let quoted = |word: String| if word.contains(' ') { format!("\"{word}\"") } else { word };
    std::iter::once(program()).chain(words.map(quoted)).collect::<Vec<_>>().join(" ")
}

/// The program's name, without where it lies.
pub(crate) fn program() -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The commit that the program was built from, where that is known.
pub fn commit() -> Option<String> {
    Some(COMMIT).filter(|commit| !commit.is_empty()).map(str::to_owned)
}

/// The processor's name, where the system tells it, and the threads in use.
pub fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let name = name.map_or(std::env::consts::ARCH, |(_, name)| name.trim());
    format!("{name}, {} threads", rayon::current_num_threads())
}
