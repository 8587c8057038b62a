//! What `cargo test` prints, counted: how many tests passed, failed and were ignored, and why.

use std::collections::BTreeMap;

/// Tests of a run, or of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Told {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Ignored tests by their reason.
    pub(crate) ignored: BTreeMap<String, usize>,
}

impl Told {
    /// Takes in one line.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            let count = |what: &str| {
                let before = counts.split(what).next().unwrap_or("");
                before.rsplit([' ', ';']).find(|word| !word.is_empty()).and_then(|n| n.parse().ok())
            };
            self.passed += count(" passed").unwrap_or(0);
            self.failed += count(" failed").unwrap_or(0);
        } else if line.starts_with("test ")
            && let Some((_, reason)) = line.split_once(" ... ignored")
        {
            let reason = reason.trim_start_matches(", ").trim();
            *self.ignored.entry(reason.to_owned()).or_default() += 1;
        }
    }

    /// Adds those of another run.
    pub(crate) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        for (reason, count) in &other.ignored {
            *self.ignored.entry(reason.clone()).or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cargo_are_counted() {
        let said = "\
running 3 tests
test a::reads ... ok
test a::films ... ignored, needs KONISCOPE_DATA
test a::more_films ... ignored, needs KONISCOPE_DATA
test src/lib.rs - b (line 3) ... ignored
test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 5 filtered out; finished in 0.01s
test result: FAILED. 1 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
";
        let mut told = Told::default();
        said.lines().for_each(|line| told.line(line));
        assert_eq!((told.passed, told.failed), (13, 3));
        let ignored = [("".to_owned(), 1), ("needs KONISCOPE_DATA".to_owned(), 2)];
        assert_eq!(told.ignored, BTreeMap::from(ignored));
        let mut both = told.clone();
        both.add(&told);
        assert_eq!((both.passed, both.failed, both.ignored["needs KONISCOPE_DATA"]), (26, 6, 4));
    }
}
