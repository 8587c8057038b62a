//! What a mark asks for.

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

/// What stands in a mark after `figure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) report: String,
    /// A figure's name; or, from a `/` on, a path into the report.
    pub(super) name: String,
    pub(super) by: Option<String>,
    pub(super) group: Option<String>,
    pub(super) format: Option<Format>,
    /// After the point.
    pub(super) digits: usize,
}

impl Mark {
    /// Words with spaces stand in double quotes. In a table a bar is written `\|`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut words = words(&text.replace("\\|", "|"))?.into_iter();
        let (Some(report), Some(name)) = (words.next(), words.next()) else {
            return Err(
                "a report and a figure were expected, as in <!-- figure site \"AUC (ROC)\" -->"
                    .into(),
            );
        };
        let mut mark = Self { report, name, by: None, group: None, format: None, digits: 3 };
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
                _ => {
                    return Err(format!(
                        "{word:?} is none of by=, group=, as= and digits=. A name with spaces stands \
                         in double quotes"
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
