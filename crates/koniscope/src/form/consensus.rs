//! Whether independent readings of a film agree, and what follows from several, by a named rule.
//!
//! What is compared are first records: each was signed before its reader saw another's.

use serde::Serialize;

use super::{niosh_2_8::Grade, signed::Signed, words::words};
use crate::stage::ilo::{LargeCategory, Profusion};

words! {
    /// A rule of agreement.
    By {
        /// Large opacities of one category, and profusion of one major category or at most one of the twelve
        /// subcategories apart. Two that agree give the higher, three and more the median.
        Ilo = "ilo",
        /// One stage of GBZ 70. Of three and more, the stage that more than half give.
        Stage = "stage",
    }
}

words! {
    /// Where a film stands between its readers.
    State {
        /// Fewer readings than are wanted.
        Wanted = "wanted",
        /// One reading was wanted, and is there.
        Single = "single",
        /// All agree.
        Agreed = "agreed",
        /// Two do not agree: a third reader is wanted.
        Disagreed = "disagreed",
        /// Three and more, of which the rule makes one result.
        Settled = "settled",
        /// Three and more, of which the rule makes none.
        Open = "open",
    }
}

/// What readings come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consensus {
    /// The rule.
    pub by: By,
    /// Where the film stands.
    pub state: State,
    /// What two or more differ in: `quality`, `profusion`, `large`, `stage`.
    pub differs: Vec<&'static str>,
    /// The result in words, as `1/1 A` or `II`, where there is one.
    pub result: Option<String>,
}

/// What of a reading is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    is_readable: bool,
    profusion: Profusion,
    large: LargeCategory,
    stage: Option<&'static str>,
}

impl Finding {
    fn of(signed: &Signed) -> Self {
        let form = &signed.forms.niosh;
        Self {
            is_readable: form.image_quality.grade != Some(Grade::Unreadable),
            // No parenchymal abnormality is profusion 0/0.
            profusion: form.small.profusion.unwrap_or(Profusion::middle_of(0)),
            large: form.large.unwrap_or(LargeCategory::O),
            stage: signed.stage.as_ref().map(|outcome| outcome.stage.name()),
        }
    }

    fn differs(&self, other: &Self, by: By) -> Vec<&'static str> {
        let mut differs = Vec::new();
        if self.is_readable != other.is_readable {
            differs.push("quality");
        }
        if !self.is_readable || !other.is_readable {
            return differs;
        }
        match by {
            By::Ilo => {
                let apart = self.profusion.index().abs_diff(other.profusion.index());
                let is_near = apart <= 1 || self.profusion.major() == other.profusion.major();
                if !is_near {
                    differs.push("profusion");
                }
                if self.large != other.large {
                    differs.push("large");
                }
            }
            By::Stage if self.stage != other.stage => differs.push("stage"),
            By::Stage => {}
        }
        differs
    }
}

impl Consensus {
    /// Of the first records of a film's readers, of whom `wanted` are wanted.
    pub fn of(records: &[&Signed], wanted: usize, by: By) -> Self {
        let findings: Vec<Finding> = records.iter().map(|signed| Finding::of(signed)).collect();
        Self::over(&findings, wanted, by)
    }

    fn over(findings: &[Finding], wanted: usize, by: By) -> Self {
        let mut differs: Vec<&'static str> = Vec::new();
        for (i, one) in findings.iter().enumerate() {
            for other in &findings[i + 1..] {
                for what in one.differs(other, by) {
                    if !differs.contains(&what) {
                        differs.push(what);
                    }
                }
            }
        }
        let number = findings.len();
        let result = if number < wanted { None } else { result(findings, !differs.is_empty(), by) };
        let state = match (number, differs.is_empty()) {
            (0, _) => State::Wanted,
            (number, _) if number < wanted => State::Wanted,
            (1, _) => State::Single,
            (_, true) => State::Agreed,
            (2, false) => State::Disagreed,
            _ if result.is_some() => State::Settled,
            _ => State::Open,
        };
        Self { by, state, differs, result }
    }

    /// Whether another reader is wanted.
    pub fn is_wanting(&self) -> bool {
        matches!(self.state, State::Wanted | State::Disagreed | State::Open)
    }
}

fn result(findings: &[Finding], is_split: bool, by: By) -> Option<String> {
    if is_split && findings.len() < 3 {
        return None;
    }
    let readable: Vec<&Finding> = findings.iter().filter(|finding| finding.is_readable).collect();
    if readable.len() * 2 <= findings.len() {
        return (readable.is_empty()).then(|| "U/R".to_owned());
    }
    match by {
        By::Ilo => {
            // Of an even number, as of two that agree, the higher of the two in the middle.
            let middle = readable.len() / 2;
            let mut profusion: Vec<Profusion> = readable.iter().map(|one| one.profusion).collect();
            let mut large: Vec<LargeCategory> = readable.iter().map(|one| one.large).collect();
            profusion.sort_unstable();
            large.sort_unstable();
            Some(format!("{} {:?}", profusion.get(middle)?, large.get(middle)?))
        }
        By::Stage => {
            let count = |stage| readable.iter().filter(|one| one.stage == Some(stage)).count();
            let stages = readable.iter().filter_map(|one| one.stage);
            let most = stages.max_by_key(|stage| count(*stage))?;
            (count(most) * 2 > readable.len()).then(|| most.to_owned())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn finding(text: &str) -> Finding {
        let (profusion, rest) = text.split_once(' ').unwrap_or((text, "O"));
        let (large, stage) = rest.split_once(' ').unwrap_or((rest, ""));
        let large = match large {
            "A" => LargeCategory::A,
            "B" => LargeCategory::B,
            "C" => LargeCategory::C,
            _ => LargeCategory::O,
        };
        Finding {
            is_readable: profusion != "U/R",
            profusion: Profusion::parse(profusion).unwrap_or(Profusion::middle_of(0)),
            large,
            stage: ["0", "I", "II", "III"].into_iter().find(|one| *one == stage),
        }
    }

    fn came_to(texts: &[&str], wanted: usize, by: By) -> (&'static str, String, String) {
        let findings = texts.iter().map(|text| finding(text)).collect::<Vec<_>>();
        let consensus = Consensus::over(&findings, wanted, by);
        let result = consensus.result.unwrap_or_default();
        (consensus.state.word(), consensus.differs.join(" "), result)
    }

    #[test]
    fn by_the_rule_of_the_ilo() {
        for (texts, wanted, expected) in [
            (&[][..], 1, ("wanted", "", "")),
            (&["1/1"], 2, ("wanted", "", "")),
            (&["1/1"], 1, ("single", "", "1/1 O")),
            (&["1/0", "1/2"], 2, ("agreed", "", "1/2 O")),
            (&["1/2", "2/1"], 2, ("agreed", "", "2/1 O")),
            (&["1/1", "2/1"], 2, ("disagreed", "profusion", "")),
            (&["0/0", "1/0"], 2, ("disagreed", "profusion", "")),
            (&["2/2 A", "2/2 B"], 2, ("disagreed", "large", "")),
            (&["0/0", "2/2 A"], 1, ("disagreed", "profusion large", "")),
            (&["0/0", "2/2 A", "1/1"], 2, ("settled", "profusion large", "1/1 O")),
            (&["U/R", "1/1"], 2, ("disagreed", "quality", "")),
            (&["U/R", "1/1", "1/1 A"], 2, ("settled", "quality large", "1/1 A")),
            (&["U/R", "U/R", "1/1"], 2, ("open", "quality", "")),
            (&["U/R", "U/R"], 2, ("agreed", "", "U/R")),
        ] {
            let (state, differs, result) = expected;
            let expected = (state, differs.to_owned(), result.to_owned());
            assert_eq!(came_to(texts, wanted, By::Ilo), expected, "{texts:?}");
        }
    }

    #[test]
    fn by_the_stage() {
        for (texts, expected) in [
            (&["1/1 O I", "2/2 O I"][..], ("agreed", "", "I")),
            (&["1/1 O I", "1/1 O II"], ("disagreed", "stage", "")),
            (&["1/1 O I", "1/1 O II", "1/1 O II"], ("settled", "stage", "II")),
            (&["1/1 O I", "1/1 O II", "1/1 O III"], ("open", "stage", "")),
            (&["1/1 O I", "1/1", "1/1"], ("open", "stage", "")),
        ] {
            let (state, differs, result) = expected;
            let expected = (state, differs.to_owned(), result.to_owned());
            assert_eq!(came_to(texts, 2, By::Stage), expected, "{texts:?}");
        }
    }
}
