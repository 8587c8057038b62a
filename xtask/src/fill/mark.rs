//! What a mark asks for.

use super::claim::Claim;

/// How a figure is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// `0.946`
    Value,
    /// `0.946 (0.924 to 0.969)`
    #[default]
    Interval,
    /// `0.946 (0.924 to 0.969, n = 320)`
    IntervalN,
    /// `0.924 to 0.969`
    Range,
    /// `1 of 64`, of a share
    Count,
    /// `320`
    N,
    /// `Montgomery (SIMULATED)`
    Data,
}

impl Format {
    const ALL: [(&str, Self); 7] = [
        ("value", Self::Value),
        ("interval", Self::Interval),
        ("interval-n", Self::IntervalN),
        ("range", Self::Range),
        ("count", Self::Count),
        ("n", Self::N),
        ("data", Self::Data),
    ];
}

/// Most digits after the point.
const MOST_DIGITS: usize = 9;

/// What stands in a mark after `figure` or `check`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) report: String,
    /// A figure's name; or, from a `/` on, a path into the report.
    pub(super) name: String,
    pub(super) by: Option<String>,
    pub(super) group: Option<String>,
    pub(super) format: Option<Format>,
    /// After the point.
    pub(super) digits: usize,
    /// What a sentence says of the figure.
    pub(super) claims: Vec<Claim>,
}

impl Mark {
    /// Words with spaces stand in double quotes. In a table a bar is written `\|`.
    pub(super) fn figure(text: &str) -> Result<Self, String> {
        let mark = Self::parse(text, "<!-- figure site \"AUC (ROC)\" -->")?;
        match mark.claims.first() {
            None => Ok(mark),
            Some(claim) => {
                Err(format!("{:?} is a claim; `check` was expected before it", claim.text))
            }
        }
    }

    /// The same with one claim at least, and without a format.
    pub(super) fn check(text: &str) -> Result<Self, String> {
        let example = "<!-- check site \"AUC (ROC)\" low>0.9 -->";
        let mark = Self::parse(text, example)?;
        match mark.claims.is_empty() || mark.format.is_some() {
            false => Ok(mark),
            true => Err(format!("a claim and no as= was expected, as in {example}")),
        }
    }

    fn parse(text: &str, example: &str) -> Result<Self, String> {
        let mut words = words(&text.replace("\\|", "|"))?.into_iter();
        let (Some(report), Some(name)) = (words.next(), words.next()) else {
            return Err(format!("a report and a figure were expected, as in {example}"));
        };
        let (by, group, format, claims) = (None, None, None, Vec::new());
        let mut mark = Self { report, name, by, group, format, digits: 3, claims };
        for word in words {
            match word.split_once('=') {
                Some(("by", by)) => mark.by = Some(by.into()),
                Some(("group", group)) => mark.group = Some(group.into()),
                Some(("as", format)) => mark.format = Some(format_of(format)?),
                Some(("digits", digits)) => {
                    let count = digits.parse().ok().filter(|n| *n <= MOST_DIGITS);
                    mark.digits = count.ok_or_else(|| {
                        format!("digits={digits}: 0 to {MOST_DIGITS} was expected")
                    })?;
                }
                _ if word.contains(['<', '>']) => mark.claims.push(Claim::parse(&word)?),
                _ => {
                    return Err(format!(
                        "{word:?} is none of by=, group=, as= and digits=, and no claim. A name with \
                         spaces stands in double quotes"
                    ));
                }
            }
        }
        Ok(mark)
    }
}

fn format_of(word: &str) -> Result<Format, String> {
    let known = Format::ALL.into_iter().find(|(name, _)| *name == word);
    known.map(|(_, format)| format).ok_or_else(|| {
        let names = Format::ALL.map(|(name, _)| name).join(", ");
        format!("as={word}: one of {names} was expected")
    })
}

/// Words, parted by spaces and line breaks outside of double quotes.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err("a double quote is not closed".into());
    }
    words.extend(word);
    Ok(words)
}
