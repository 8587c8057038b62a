//! A Markdown document: its marks found, followed and filled.
//!
//! A place to be filled is a pair of HTML comments, which a page does not show, a sentence to be held to
//! a report is one:
//!
//! ```text
//! <!-- figure REPORT "NAME" [group=GROUP] [by=COLUMN] [as=FORMAT] [digits=N] -->0.946<!-- end -->
//! <!-- check REPORT "NAME" [group=GROUP] [by=COLUMN] low<=0.9<=high -->
//! ```

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::{mark::Mark, report::Reports};

/// Opens a place; what is sought and how follows.
const OPEN: &str = "<!-- figure ";

/// Closes one.
const CLOSE: &str = "<!-- end -->";

/// Holds a sentence to a report.
const CHECK: &str = "<!-- check ";

/// A document with its places filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Its places, from the top.
    pub(super) places: Vec<Place>,
    /// Sentences that were checked.
    pub(super) checks: usize,
    /// Those that a report contradicts.
    pub(super) untrue: Vec<Fault>,
}

/// A marked place of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Line of its mark, from 1.
    pub(super) line: usize,
    /// Name of the report.
    pub(super) report: String,
    /// Name of the figure, or a path into the report.
    pub(super) figure: String,
    /// What stood there.
    pub(super) was: String,
    /// What the report says.
    pub(super) now: String,
}

impl Place {
    /// Whether what stood there is not what the report says; where its line breaks does not count.
    pub(super) fn differs(&self) -> bool {
        !self.was.split_whitespace().eq(self.now.split_whitespace())
    }
}

/// What is wrong with a mark or a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Its line, from 1.
    pub(super) line: usize,
    /// What is wrong, and what was expected.
    pub(super) detail: String,
}

/// Fills the places of a document and checks its sentences. Marks within code, in a block or in a line,
/// are text.
///
/// # Errors
/// Every mark that is not closed or not understood, or asks for what no report has.
pub(super) fn fill(text: &str, reports: &Reports) -> Result<Filled, Vec<Fault>> {
    let code = code(text);
    let mut filled =
        Filled { text: String::new(), places: Vec::new(), checks: 0, untrue: Vec::new() };
    let mut faults = Vec::new();
    let mut done = 0;
    while let Some(open) = next(text, done, &code) {
        let line = 1 + text[..open.start].matches('\n').count();
        filled.text += &text[done..open.start];
        let found = match &text[open.clone()] {
            CHECK => sentence(text, &open, reports).map(|(untrue, end)| {
                filled.checks += 1;
                filled.untrue.extend(untrue.map(|detail| Fault { line, detail }));
                filled.text += &text[open.start..end];
                end
            }),
            _ => place(text, &open, line, reports).map(|(place, end)| {
                filled.text += &text[open.start..end - CLOSE.len() - place.was.len()];
                filled.text += if place.differs() { &place.now } else { &place.was };
                filled.text += CLOSE;
                filled.places.push(place);
                end
            }),
        };
        done = match found {
            Ok(end) => end,
            Err((detail, end)) => {
                faults.push(Fault { line, detail });
                end
            }
        };
    }
    filled.text += &text[done..];
    if faults.is_empty() { Ok(filled) } else { Err(faults) }
}

/// A fault, and the place to go on from.
type Stopped = (String, usize);

/// What a mark says, and where its comment ends.
fn inner<'a>(text: &'a str, open: &Range<usize>) -> Result<(&'a str, usize), Stopped> {
    let rest = &text[open.end..];
    let Some(inner) = rest.find("-->") else {
        return Err(("the comment of this mark has no end, -->".into(), text.len()));
    };
    Ok((&rest[..inner], open.end + inner + "-->".len()))
}

/// What contradicts the sentence whose mark opens at `open`, and the end of the mark.
fn sentence(
    text: &str,
    open: &Range<usize>,
    reports: &Reports,
) -> Result<(Option<String>, usize), Stopped> {
    let (inner, end) = inner(text, open)?;
    let followed = || {
        let mark = Mark::check(inner)?;
        reports.get(&mark)?.contradicts(&mark)
    };
    Ok((followed().map_err(|detail| (detail, end))?, end))
}

/// The place whose mark opens at `open`, and the end of its closing mark.
fn place(
    text: &str,
    open: &Range<usize>,
    line: usize,
    reports: &Reports,
) -> Result<(Place, usize), Stopped> {
    let stray = &text[open.clone()] == CLOSE;
    if stray {
        return Err((format!("{CLOSE} closes no mark; {OPEN}... was expected before"), open.end));
    }
    let (inner, start) = inner(text, open)?;
    let after = &text[start..];
    let length = after.find(CLOSE).filter(|length| !after[..*length].contains(OPEN));
    let Some(length) = length else {
        return Err((format!("this mark is not closed; {CLOSE} was expected after it"), start));
    };
    let end = start + length + CLOSE.len();
    let followed = || {
        let mark = Mark::figure(inner)?;
        let now = reports.get(&mark)?.says(&mark)?;
        Ok((mark, now))
    };
    let (mark, now) = followed().map_err(|detail| (detail, end))?;
    // A bar would end the cell of a table.
    let (was, now) = (after[..length].to_owned(), now.replace('|', "\\|"));
    Ok((Place { line, report: mark.report, figure: mark.name, was, now }, end))
}

/// The next mark from `from` on that stands in no code.
fn next(text: &str, mut from: usize, code: &[Range<usize>]) -> Option<Range<usize>> {
    loop {
        let find = |mark: &str| text[from..].find(mark).map(|i| from + i..from + i + mark.len());
        let found = [OPEN, CLOSE, CHECK].into_iter().filter_map(find).min_by_key(|m| m.start)?;
        match code.iter().find(|code| code.contains(&found.start)) {
            Some(code) => from = code.end.max(found.end),
            None => return Some(found),
        }
    }
}

/// Code of a document: blocks, and spans within a line.
fn code(text: &str) -> Vec<Range<usize>> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let is_code = |event: &Event| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_)));
    events.filter(|(event, _)| is_code(event)).map(|(_, range)| range).collect()
}
