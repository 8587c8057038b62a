//! A4 pages of lines, with a picture on the first one where there is one. The font that they embed is shipped,
//! and no date is written, so that the same lines give the same bytes.

use krilla::{
    Document,
    color::rgb,
    geom::{PathBuilder, Point, Size, Transform},
    image::{BitsPerComponent, CustomImage, Image, ImageColorspace},
    metadata::Metadata,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    text::{Font, TextDirection},
};

use crate::{reading::DISCLAIMER, report::Failure};

/// DejaVu Sans, of which Latin, Greek and Cyrillic letters are left: assets/LICENSE-DejaVuSans.txt.
const FONT: &[u8] = include_bytes!("../../../assets/DejaVuSans-latin.ttf");

/// A4 in points, its margin, where facts stand and how large.
const PAGE: [f32; 2] = [595.0, 842.0];
const MARGIN: f32 = 42.0;
const FACTS: f32 = 190.0;
const SIZE: f32 = 9.5;
const LINE: f32 = 14.0;

/// Width of a letter over its height: of digits. Words are narrower, so a line has room.
const LETTER: f32 = 0.637;

/// What stands on the pages.
pub(crate) enum Line {
    /// The name of a part.
    Heading(String),
    /// What about, and what.
    Fact(String, String),
    /// Room for a hand to sign, and what stands below it.
    Signature(String),
}

/// Pages with this title.
///
/// # Errors
/// [`Failure::internal`] if they cannot be made.
pub(crate) fn pages(
    title: &str,
    picture: Option<Picture>,
    lines: Vec<Line>,
) -> Result<Vec<u8>, Failure> {
    let font = Font::new(FONT.into(), 0).ok_or_else(|| Failure::internal(&"a font is damaged"))?;
    let size = picture.as_ref().map_or([1; 2], |picture| picture.size);
    let image = picture.map(|picture| Image::from_custom(picture, true)).transpose();
    let image = image.map_err(|e| Failure::internal(&e))?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.into()).language("en".into()));
    let (mut rows, mut number) = (rows(lines).into_iter().peekable(), 0);
    while number == 0 || rows.peek().is_some() {
        number += 1;
        let settings = PageSettings::from_wh(PAGE[0], PAGE[1]);
        let mut page = document.start_page_with(settings.unwrap_or_default());
        let mut surface = page.surface();
        let mut pen = Pen { surface: &mut surface, font: &font };
        pen.text([MARGIN, MARGIN + 6.0], 13.0, [0; 3], title);
        pen.text([MARGIN, MARGIN + 24.0], SIZE, [150, 60, 0], DISCLAIMER);
        let mut y = MARGIN + 40.0;
        if let Some(image) = image.as_ref().filter(|_| number == 1) {
            y = pen.picture(image, size, y) + LINE;
        }
        // A heading does not stand alone at the foot of a page.
        while let Some(row) = rows.peek()
            && y + row.room() < PAGE[1] - MARGIN - LINE
        {
            if let Some(row) = rows.next() {
                y = pen.row(&row, y);
            }
        }
        let foot = format!("{DISCLAIMER} Page {number}");
        pen.text([MARGIN, PAGE[1] - MARGIN], 8.0, [150, 60, 0], &foot);
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| Failure::internal(&format!("{e:?}")))
}

/// A line as it fits on a page.
enum Row {
    Heading(String),
    Fact(String, String),
    Signature(String),
}

impl Row {
    /// Points that it needs.
    fn room(&self) -> f32 {
        match self {
            Self::Heading(_) => 3.0 * LINE,
            Self::Fact(..) => LINE,
            Self::Signature(_) => 4.0 * LINE,
        }
    }
}

struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    font: &'a Font,
}

impl Pen<'_, '_> {
    /// A line that begins at `[x, y]`, `y` on the line.
    fn text(&mut self, [x, y]: [f32; 2], size: f32, [r, g, b]: [u8; 3], text: &str) {
        let fill = Fill { paint: rgb::Color::new(r, g, b).into(), ..Fill::default() };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill));
        let (font, at) = (self.font.clone(), Point::from_xy(x, y));
        self.surface.draw_text(at, font, size, text, false, TextDirection::LeftToRight);
    }

    /// From `y` on; gives where the next one begins.
    fn row(&mut self, row: &Row, y: f32) -> f32 {
        match row {
            Row::Heading(name) => {
                self.text([MARGIN, y + 0.5 * LINE], SIZE + 1.0, [0; 3], name);
                self.rule(y + 0.8 * LINE, PAGE[0] - MARGIN);
                y + 2.0 * LINE
            }
            Row::Fact(term, fact) => {
                self.text([MARGIN, y], SIZE, [90; 3], term);
                self.text([FACTS, y], SIZE, [0; 3], fact);
                y + LINE
            }
            Row::Signature(name) => {
                self.rule(y + 2.0 * LINE, FACTS + 200.0);
                self.text([MARGIN, y + 3.0 * LINE], SIZE, [90; 3], name);
                y + 4.0 * LINE
            }
        }
    }

    /// A thin line from the margin to `x`.
    fn rule(&mut self, y: f32, x: f32) {
        let mut path = PathBuilder::new();
        path.move_to(MARGIN, y);
        path.line_to(x, y);
        if let Some(path) = path.finish() {
            let paint = rgb::Color::new(140, 140, 140).into();
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(Stroke { paint, width: 0.6, ..Stroke::default() }));
            self.surface.draw_path(&path);
        }
    }

    /// The picture as wide as the page, from `y` on; gives where it ends.
    fn picture(&mut self, image: &Image, [width, height]: [u32; 2], y: f32) -> f32 {
        let room = [PAGE[0] - 2.0 * MARGIN, 0.6 * PAGE[1]];
        let scale = (room[0] / width as f32).min(room[1] / height as f32);
        let [w, h] = [width as f32 * scale, height as f32 * scale];
        if let Some(size) = Size::from_wh(w, h) {
            self.surface.push_transform(&Transform::from_translate(MARGIN, y));
            self.surface.draw_image(image.clone(), size);
            self.surface.pop();
        }
        y + h
    }
}

/// Rows as wide as there is room; what about stands beside the first line alone, in as many lines as it needs.
fn rows(lines: Vec<Line>) -> Vec<Row> {
    let letters = |points: f32| (points / (LETTER * SIZE)) as usize;
    let mut rows = Vec::new();
    for line in lines {
        match line {
            Line::Heading(name) => rows.push(Row::Heading(name)),
            Line::Signature(name) => rows.push(Row::Signature(name)),
            Line::Fact(term, fact) => {
                // Terms may be words alone, which are narrower than digits.
                let terms = wrapped(&term, letters(1.1 * (FACTS - MARGIN)));
                let facts = wrapped(&fact, letters(PAGE[0] - MARGIN - FACTS));
                let line = |lines: &[String], i: usize| lines.get(i).cloned().unwrap_or_default();
                let count = terms.len().max(facts.len());
                rows.extend((0..count).map(|i| Row::Fact(line(&terms, i), line(&facts, i))));
            }
        }
    }
    rows
}

/// Whether the font has a letter.
fn has(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\u{a0}'..='\u{17f}' | '\u{384}'..='\u{3ce}' | '\u{400}'..='\u{45f}')
}

/// Broken between words, and within one that is longer than a line. A letter that the font lacks is `?`.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let letters: String = text.chars().map(|c| if has(c) { c } else { '?' }).collect();
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in letters.split(' ') {
        let mut rest: Vec<char> = word.chars().collect();
        loop {
            let gap = usize::from(used > 0);
            if used + gap + rest.len() <= room {
                if let Some(line) = lines.last_mut() {
                    line.push_str(if gap == 1 { " " } else { "" });
                    line.extend(&rest);
                    used += gap + rest.len();
                }
                break;
            }
            if used == 0 {
                let tail = rest.split_off(room);
                lines.pop();
                lines.push(rest.into_iter().collect());
                rest = tail;
            }
            lines.push(String::new());
            used = 0;
        }
    }
    lines
}

/// RGB, 8 bits each, row-major.
#[derive(Clone, Hash)]
pub(crate) struct Picture {
    /// Red, green, blue of each pixel.
    pub(crate) bytes: Vec<u8>,
    /// Columns and rows.
    pub(crate) size: [u32; 2],
}

impl CustomImage for Picture {
    fn color_channel(&self) -> &[u8] {
        &self.bytes
    }

    fn alpha_channel(&self) -> Option<&[u8]> {
        None
    }

    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }

    fn size(&self) -> (u32, u32) {
        (self.size[0], self.size[1])
    }

    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }

    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Rgb
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_where_there_is_room() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a 0123456789 b", 4), ["a", "0123", "4567", "89 b"]);
        assert_eq!(wrapped("\u{e9}\u{65e5}", 4), ["\u{e9}?"]);
        assert_eq!(wrapped("\u{e9}\u{e9}\u{e9} \u{44f}", 3), ["\u{e9}\u{e9}\u{e9}", "\u{44f}"]);
    }

    #[test]
    fn the_font_has_what_is_not_replaced() {
        let font = Font::new(FONT.into(), 0);
        assert!(font.is_some());
        assert!(has('\u{f6}') && has('\u{159}') && !has('\u{4e2d}') && !has('\n'));
    }
}
