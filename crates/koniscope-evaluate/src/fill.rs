//! Figures of reports, filled into the marked places of Markdown, so that none is typed by hand.
//!
//! A place is a pair of HTML comments, which a page does not show:
//!
//! ```text
//! <!-- figure REPORT "NAME" [group=GROUP] [by=COLUMN] [as=FORMAT] [digits=N] -->0.946<!-- end -->
//! ```

mod mark;
mod report;
mod written;

use std::{collections::BTreeMap, ops::Range};

use pulldown_cmark::{Event, Options, Parser, Tag};

use mark::Mark;
pub use report::Report;

/// Opens a place; what is sought and how follows.
const OPEN: &str = "<!-- figure ";

/// Closes one.
const CLOSE: &str = "<!-- end -->";

/// Reports by the name that marks call them.
pub type Reports = BTreeMap<String, Report>;

/// A document with its places filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The document.
    pub text: String,
    /// Its places, from the top.
    pub places: Vec<Place>,
}

/// A marked place of a document.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// Line of its mark, from 1.
    pub line: usize,
    /// Name of the report.
    pub report: String,
    /// Name of the figure, or a path into the report.
    pub figure: String,
    /// What stood there.
    pub was: String,
    /// What the report says.
    pub now: String,
}

impl Place {
    /// Whether what stood there is not what the report says; where its line breaks does not count.
    pub fn differs(&self) -> bool {
        !self.was.split_whitespace().eq(self.now.split_whitespace())
    }
}

/// A mark that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub detail: String,
}

/// Fills the places of a document. Marks within code, in a block or in a line, are text.
///
/// # Errors
/// Every mark that is not closed or not understood, or asks for what no report has.
pub fn fill(text: &str, reports: &Reports) -> Result<Filled, Vec<Fault>> {
    let code = code(text);
    let (mut out, mut places, mut faults) = (String::new(), Vec::new(), Vec::new());
    let mut done = 0;
    while let Some(open) = next(text, done, &code) {
        let at = open.start;
        let line = 1 + text[..at].matches('\n').count();
        out += &text[done..at];
        let (place, end) = match place(text, open, line, reports) {
            Ok(found) => found,
            Err((detail, end)) => {
                faults.push(Fault { line, detail });
                done = end;
                continue;
            }
        };
        let start = end - CLOSE.len() - place.was.len();
        out += &text[at..start];
        out += if place.differs() { &place.now } else { &place.was };
        out += CLOSE;
        places.push(place);
        done = end;
    }
    out += &text[done..];
    if faults.is_empty() { Ok(Filled { text: out, places }) } else { Err(faults) }
}

/// The place whose mark opens at `open`, and the end of its closing mark. A fault comes with the
/// place to go on from.
fn place(
    text: &str,
    open: Range<usize>,
    line: usize,
    reports: &Reports,
) -> Result<(Place, usize), (String, usize)> {
    let stray = &text[open.clone()] == CLOSE;
    if stray {
        return Err((format!("{CLOSE} closes no mark; {OPEN}... was expected before"), open.end));
    }
    let rest = &text[open.end..];
    let Some(inner) = rest.find("-->") else {
        return Err(("the comment of this mark has no end, -->".into(), text.len()));
    };
    let start = open.end + inner + "-->".len();
    let after = &text[start..];
    let length = after.find(CLOSE).filter(|length| !after[..*length].contains(OPEN));
    let Some(length) = length else {
        return Err((format!("this mark is not closed; {CLOSE} was expected after it"), start));
    };
    let end = start + length + CLOSE.len();
    let mark = Mark::parse(&rest[..inner]).map_err(|detail| (detail, end))?;
    let Some(report) = reports.get(&mark.report) else {
        let known = reports.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let detail = format!("no report is called {:?}; these are given: {known}", mark.report);
        return Err((detail, end));
    };
    // A bar would end the cell of a table.
    let now = report.says(&mark).map_err(|detail| (detail, end))?.replace('|', "\\|");
    let was = after[..length].to_owned();
    Ok((Place { line, report: mark.report, figure: mark.name, was, now }, end))
}

/// The next opening or closing mark from `from` on that stands in no code.
fn next(text: &str, mut from: usize, code: &[Range<usize>]) -> Option<Range<usize>> {
    loop {
        let find = |mark: &str| text[from..].find(mark).map(|i| from + i..from + i + mark.len());
        let found = [find(OPEN), find(CLOSE)].into_iter().flatten().min_by_key(|m| m.start)?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
