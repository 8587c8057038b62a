//! A reading as a PDF of A4 pages: picture, facts and notices. The font that it embeds is shipped, and
//! no date is written, so that a reading gives the same bytes every time.

use krilla::{
    Document,
    color::rgb,
    geom::{Point, Size, Transform},
    image::{BitsPerComponent, CustomImage, Image, ImageColorspace},
    metadata::Metadata,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    text::{Font, TextDirection},
};

use super::{Failure, overlay::overlay_rgb, words};
use crate::{
    FilmReading, Reading, reading::DISCLAIMER, reading::ModelIdentity, segmentation::Side,
};

/// DejaVu Sans, of which the letters of ASCII are left: assets/LICENSE-DejaVuSans.txt.
const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans-latin.ttf");

/// A4 in points, its margin, where facts stand and how large.
const PAGE: [f32; 2] = [595.0, 842.0];
const MARGIN: f32 = 42.0;
const FACTS: f32 = 190.0;
const SIZE: f32 = 9.5;
const LINE: f32 = 14.0;

/// Width of a letter over its height: of digits. Words are narrower, so a line has room.
const LETTER: f32 = 0.637;

/// The report as PDF.
///
/// # Errors
/// [`Failure::internal`] if it cannot be made.
pub fn pdf(film: &FilmReading) -> Result<Vec<u8>, Failure> {
    let font = Font::new(FONT.into(), 0).ok_or_else(|| Failure::internal(&"a font is damaged"))?;
    let (bytes, size) = overlay_rgb(film);
    let image = Picture { bytes, size: size.map(|length| length as u32) };
    let image = Image::from_custom(image, true).map_err(|e| Failure::internal(&e))?;
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new().title("Chest radiograph read by Koniscope".into()).language("en".into()),
    );
    let (mut lines, mut pages) = (lines(&film.reading).into_iter().peekable(), 0);
    while pages == 0 || lines.peek().is_some() {
        pages += 1;
        let settings = PageSettings::from_wh(PAGE[0], PAGE[1]);
        let mut page = document.start_page_with(settings.unwrap_or_default());
        let mut surface = page.surface();
        let mut pen = Pen { surface: &mut surface, font: &font };
        pen.text([MARGIN, MARGIN + 6.0], 13.0, [0; 3], "Chest radiograph read by Koniscope");
        pen.text([MARGIN, MARGIN + 24.0], SIZE, [150, 60, 0], DISCLAIMER);
        let mut y = MARGIN + 40.0;
        if pages == 1 {
            y = pen.picture(&image, size, y) + LINE;
        }
        while y < PAGE[1] - MARGIN - 2.0 * LINE
            && let Some((term, text)) = lines.next()
        {
            pen.text([MARGIN, y], SIZE, [90; 3], &term);
            pen.text([FACTS, y], SIZE, [0; 3], &text);
            y += LINE;
        }
        let foot = format!("{DISCLAIMER} Page {pages}");
        pen.text([MARGIN, PAGE[1] - MARGIN], 8.0, [150, 60, 0], &foot);
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| Failure::internal(&format!("{e:?}")))
}

struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    font: &'a Font,
}

impl Pen<'_, '_> {
    /// A line that begins at `[x, y]`, `y` on the line.
    fn text(&mut self, [x, y]: [f32; 2], size: f32, [r, g, b]: [u8; 3], text: &str) {
        let fill = Fill { paint: rgb::Color::new(r, g, b).into(), ..Fill::default() };
        self.surface.set_fill(Some(fill));
        let (font, at) = (self.font.clone(), Point::from_xy(x, y));
        self.surface.draw_text(at, font, size, text, false, TextDirection::LeftToRight);
    }

    /// The picture as wide as the page, from `y` on; gives where it ends.
    fn picture(&mut self, image: &Image, [width, height]: [usize; 2], y: f32) -> f32 {
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

/// Facts in lines as wide as there is room: what about, which stands at the first line alone, and what.
fn lines(reading: &Reading) -> Vec<(String, String)> {
    let room = ((PAGE[0] - MARGIN - FACTS) / (LETTER * SIZE)) as usize;
    let mut lines = Vec::new();
    for (mut term, fact) in facts(reading) {
        for line in wrapped(&fact, room) {
            lines.push((std::mem::take(&mut term), line));
        }
    }
    lines
}

/// All that is said of the film.
fn facts(reading: &Reading) -> Vec<(String, String)> {
    let detection = &reading.pneumoconiosis;
    let mut facts = vec![
        (format!("P({})", detection.target), words::probability(detection.probability, detection)),
        (String::new(), words::calibrated(detection)),
    ];
    let mut add = |term: &str, fact: Option<String>| {
        facts.extend(fact.filter(|fact| !fact.is_empty()).map(|fact| (term.to_owned(), fact)));
    };
    add("Conclusion", words::abstention(reading));
    add("At this site", Some(words::decisions(reading).join("; ")));
    add(words::stage_title(reading.graded.is_some()), words::stage(reading));
    add("Clause", words::clause(reading));
    add("Stages", words::stages(reading));
    if let Some(graded) = &reading.graded {
        add("ILO", Some(words::ilo(&graded.ilo)));
        for (name, side) in [("right", Side::Right), ("left", Side::Left)] {
            add(&format!("Profusion, {name}"), words::grades(reading, side));
        }
        add("Large opacities", Some(words::large_opacities(graded)));
    }
    add("Right lung", Some(words::area(&reading.lungs.right)));
    add("Left lung", Some(words::area(&reading.lungs.left)));
    let flags =
        reading.quality.flags.iter().map(|flag| &*flag.message).collect::<Vec<_>>().join("; ");
    add("Quality", Some(if flags.is_empty() { "nothing to say".into() } else { flags }));
    for notice in words::notices(reading) {
        add("Note", Some(notice));
    }
    add("Film", reading.film.sop_instance_uid.clone());
    let model = |model: &ModelIdentity| Some(format!("{} (SHA-256 {})", model.id, model.sha256));
    add("Lung model", model(&reading.models.lungs));
    add(words::grader(reading), model(&reading.models.classifier));
    add("Program", Some(format!("{} {}", reading.software.name, reading.software.version)));
    facts
}

/// Broken between words, and within one that is longer than a line. The font has the letters of ASCII
/// alone.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let letters: String =
        text.chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect();
    let mut lines = vec![String::new()];
    for word in letters.split(' ') {
        let mut rest = word;
        loop {
            let line = lines.last().map_or(0, String::len);
            let gap = usize::from(line > 0);
            if line + gap + rest.len() <= room {
                if let Some(line) = lines.last_mut() {
                    line.push_str(if gap == 1 { " " } else { "" });
                    line.push_str(rest);
                }
                break;
            }
            if line == 0 {
                let (head, tail) = rest.split_at(room);
                lines.pop();
                lines.push(head.into());
                rest = tail;
            }
            lines.push(String::new());
        }
    }
    lines
}

#[derive(Clone, Hash)]
struct Picture {
    bytes: Vec<u8>,
    size: [u32; 2],
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fake;

    #[test]
    fn lines_are_broken_where_there_is_room() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a 0123456789 b", 4), ["a", "0123", "4567", "89 b"]);
        assert_eq!(wrapped("\u{e9}", 4), ["?"]);
    }

    #[test]
    fn a_reading_gives_the_same_pages_every_time() {
        let film = fake::film_of_zones();
        let bytes = pdf(&film).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, pdf(&film).unwrap());
        assert_ne!(bytes, pdf(&fake::film(2)).unwrap());
    }
}
