//! How long source files and their comments are, and whether ignored tests say why.

use std::{fs, path::Path};

use anyhow::Result;

use super::{files, no_faults};
use crate::ignored;

/// Lines of a source file, its tests included, beyond which it must be split.
const MOST_LINES: usize = 450;

/// Columns beyond which a comment is hard to read beside another file.
const COLUMNS: usize = 100;

/// Measures every source file.
pub(crate) fn sizes(root: &Path) -> Result<String> {
    let mut lengths = Vec::new();
    let mut faults = Vec::new();
    let mut wide = 0;
    for file in files(root, &["crates", "xtask"], "rs")? {
        let text = fs::read_to_string(&file)?;
        let length = text.lines().count();
        wide += text.lines().filter(|line| is_wide_comment(line)).count();
        if length > MOST_LINES {
            let name = file.strip_prefix(root).unwrap_or(&file).display();
            faults
                .push(format!("{name} has {length} lines; {MOST_LINES} at most. Split it by jobs"));
        }
        lengths.push(length);
    }
    lengths.sort_unstable();
    let (median, longest) = (lengths[lengths.len() / 2], lengths[lengths.len() - 1]);
    let waiting = ignored::all(root)?.len();
    no_faults(
        &faults,
        format!(
            "{} source files of {median} lines in the median, {longest} at most; {wide} comment lines \
             beyond {COLUMNS} columns; {waiting} tests are ignored for a reason",
            lengths.len()
        ),
    )
}

fn is_wide_comment(line: &str) -> bool {
    line.trim_start().starts_with("//") && line.chars().count() > COLUMNS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_wide_comments_are_found() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write("xtask/a.rs", &format!("// {}\nfn a() {{}}\n", "x".repeat(100)));
        write("crates/b/target/c.rs", &"\n".repeat(500));
        write("crates/b/b.rs", "");
        let line = sizes(root.path()).expect("no fault");
        assert!(line.contains("2 source files of 2 lines") && line.contains("1 comment"), "{line}");
        write("crates/b/b.rs", &"\n".repeat(MOST_LINES + 1));
        let error = sizes(root.path()).expect_err("too long").to_string();
        assert!(error.contains("crates/b/b.rs has 451 lines"), "{error}");
    }
}
