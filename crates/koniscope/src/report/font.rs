//! Letters as dots on a grid, seven rows high above the line and two below, drawn as round strokes
//! from dot to dot, so that they are smooth at any size.

use super::{canvas::Canvas, colors::Rgb};

/// Rows above the line.
const RISE: f32 = 7.0;

/// Rows from one line of text to the next.
const LINE: f32 = 11.0;

/// Grid columns between letters.
const GAP: f32 = 1.6;

/// Height of a line of text, in pixels, at `dot` pixels a grid step.
pub(super) fn line_height(dot: f32) -> f32 {
    LINE * dot
}

/// Height of a capital letter.
pub(super) fn cap_height(dot: f32) -> f32 {
    RISE * dot
}

/// Width of a text in pixels.
pub(super) fn width(text: &str, dot: f32) -> f32 {
    let letters: f32 = text.chars().map(|c| columns(glyph(c)) + GAP).sum();
    (letters - GAP).max(0.0) * dot
}

/// Breaks a text between words into lines of at most `room` pixels. A longer word stands alone.
pub(super) fn wrap(text: &str, dot: f32, room: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), dot) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

/// Draws a text whose capitals begin at `(x, y)`, in pixels.
pub(super) fn draw(canvas: &mut Canvas, x: f32, y: f32, dot: f32, color: Rgb, text: &str) {
    let mut strokes = Vec::new();
    let mut left = x;
    for c in text.chars() {
        let rows = glyph(c);
        for [x0, y0, x1, y1] in segments(rows) {
            let at = |gx: f32, gy: f32| [left + (gx + 0.5) * dot, y + (gy + 0.5) * dot];
            strokes.push([at(x0, y0), at(x1, y1)]);
        }
        left += (columns(rows) + GAP) * dot;
    }
    canvas.strokes(&strokes, dot * 1.05, color);
}

/// Lit dots joined to their lit neighbors; diagonally only where no straight way leads. Grid
/// coordinates `[x0, y0, x1, y1]`; a lone dot is a stroke of no length.
fn segments(rows: &str) -> Vec<[f32; 4]> {
    let grid: Vec<&[u8]> = rows.split(' ').map(str::as_bytes).collect();
    let lit = |x: isize, y: isize| {
        let row = usize::try_from(y).ok().and_then(|y| grid.get(y));
        let dot = usize::try_from(x).ok().and_then(|x| row.and_then(|r| r.get(x)));
        dot == Some(&b'#')
    };
    let mut segments = Vec::new();
    for y in 0..grid.len() as isize {
        for x in (0..5).filter(|x| lit(*x, y)) {
            let mut join = |dx: isize, dy: isize| {
                segments.push([x as f32, y as f32, (x + dx) as f32, (y + dy) as f32]);
            };
            join(0, 0);
            for (dx, dy) in [(1, 0), (0, 1)] {
                if lit(x + dx, y + dy) {
                    join(dx, dy);
                }
            }
            for dx in [-1, 1] {
                if lit(x + dx, y + 1) && !lit(x + dx, y) && !lit(x, y + 1) {
                    join(dx, 1);
                }
            }
        }
    }
    segments
}

fn columns(rows: &str) -> f32 {
    rows.split(' ').next().map_or(0, str::len) as f32
}

/// A letter's rows, top to bottom; a letter that is not here shows as a question mark.
fn glyph(c: char) -> &'static str {
    let index = (c as usize).wrapping_sub(' ' as usize);
    GLYPHS.get(index).copied().unwrap_or(GLYPHS['?' as usize - ' ' as usize])
}

/// ASCII from space to tilde.
#[rustfmt::skip]
const GLYPHS: [&str; 95] = [
    "... ... ... ... ... ... ...", // space
    "# # # # # . #",
    "#.# #.# ... ... ... ... ...",
    ".#.#. .#.#. ##### .#.#. ##### .#.#. .#.#.",
    "..#.. .#### #.#.. .###. ..#.# ####. ..#..",
    "##..# ##..# ...#. ..#.. .#... #..## #..##",
    ".##.. #..#. #..#. .##.. #.#.# #..#. .##.#",
    "# # . . . . .",
    "..# .#. #.. #.. #.. .#. ..#",
    "#.. .#. ..# ..# ..# .#. #..",
    "..... #.#.# .###. ##### .###. #.#.# .....",
    "..... ..#.. ..#.. ##### ..#.. ..#.. .....",
    ".. .. .. .. .. .. .# .# #.",
    ".... .... .... #### .... .... ....",
    ". . . . . . #",
    "....# ....# ...#. ..#.. .#... #.... #....",
    ".###. #...# #..## #.#.# ##..# #...# .###.", // 0
    ".#. ##. .#. .#. .#. .#. ###",
    ".###. #...# ....# ...#. ..#.. .#... #####",
    ".###. #...# ....# ..##. ....# #...# .###.",
    "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
    "##### #.... ####. ....# ....# #...# .###.",
    ".###. #.... #.... ####. #...# #...# .###.",
    "##### ....# ...#. ...#. ..#.. ..#.. ..#..",
    ".###. #...# #...# .###. #...# #...# .###.",
    ".###. #...# #...# .#### ....# ....# .###.",
    ". . # . . . #", // :
    ".. .. .# .. .. .. .# .# #.",
    "...# ..#. .#.. #... .#.. ..#. ...#",
    ".... .... #### .... #### .... ....",
    "#... .#.. ..#. ...# ..#. .#.. #...",
    ".###. #...# ....# ...#. ..#.. ..... ..#..",
    ".###. #...# #.### #.#.# #.##. #.... .###.", // @
    ".###. #...# #...# ##### #...# #...# #...#", // A
    "####. #...# #...# ####. #...# #...# ####.",
    ".###. #...# #.... #.... #.... #...# .###.",
    "####. #...# #...# #...# #...# #...# ####.",
    "##### #.... #.... ####. #.... #.... #####",
    "##### #.... #.... ####. #.... #.... #....",
    ".###. #...# #.... #.### #...# #...# .###.",
    "#...# #...# #...# ##### #...# #...# #...#",
    "### .#. .#. .#. .#. .#. ###",
    "..### ...#. ...#. ...#. ...#. #..#. .##..",
    "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
    "#.... #.... #.... #.... #.... #.... #####",
    "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "#...# ##..# ##..# #.#.# #..## #..## #...#",
    ".###. #...# #...# #...# #...# #...# .###.",
    "####. #...# #...# ####. #.... #.... #....",
    ".###. #...# #...# #...# #.#.# #..#. .##.#",
    "####. #...# #...# ####. #.#.. #..#. #...#",
    ".#### #.... #.... .###. ....# ....# ####.",
    "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "#...# #...# #...# #...# #...# #...# .###.",
    "#...# #...# #...# #...# .#.#. .#.#. ..#..",
    "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "#...# #...# .#.#. ..#.. .#.#. #...# #...#",
    "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",
    "##### ....# ...#. ..#.. .#... #.... #####",
    "### #.. #.. #.. #.. #.. ###",
    "#.... #.... .#... ..#.. ...#. ....# ....#",
    "### ..# ..# ..# ..# ..# ###",
    "..#.. .#.#. #...# ..... ..... ..... .....",
    "..... ..... ..... ..... ..... ..... ..... #####", // _
    "#. .# .. .. .. .. ..",
    "..... ..... .##.. ...#. .###. #..#. .##.#", // a
    "#... #... ###. #..# #..# #..# ###.",
    ".... .... .### #... #... #... .###",
    "...# ...# .### #..# #..# #..# .###",
    ".... .... .##. #..# #### #... .###",
    "..## .#.. ###. .#.. .#.. .#.. .#..",
    ".... .... .### #..# #..# #..# .### ...# .##.",
    "#... #... ###. #..# #..# #..# #..#",
    "# . # # # # #",
    ".# .. .# .# .# .# .# .# #.",
    "#... #... #..# #.#. ##.. #.#. #..#",
    "#. #. #. #. #. #. .#",
    "..... ..... ##.#. #.#.# #.#.# #.#.# #.#.#",
    ".... .... ###. #..# #..# #..# #..#",
    ".... .... .##. #..# #..# #..# .##.",
    ".... .... ###. #..# #..# #..# ###. #... #...",
    ".... .... .### #..# #..# #..# .### ...# ...#",
    "... ... #.# ##. #.. #.. #..",
    ".... .... .### #... .##. ...# ###.",
    ".#. .#. ### .#. .#. .#. ..#",
    ".... .... #..# #..# #..# #..# .###",
    "..... ..... #...# #...# .#.#. .#.#. ..#..",
    "..... ..... #...# #...# #.#.# #.#.# .#.#.",
    "..... ..... #...# .#.#. ..#.. .#.#. #...#",
    ".... .... #..# #..# #..# #..# .### ...# .##.",
    "..... ..... ##### ...#. ..#.. .#... #####",
    "..# .#. .#. #.. .#. .#. ..#",
    "# # # # # # #",
    "#.. .#. .#. ..# .#. .#. #..",
    "..... ..... .#... #.#.# ...#. ..... .....", // ~
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::colors::{PAGE, TEXT};

    #[test]
    fn every_letter_is_a_grid_of_its_own() {
        for (i, rows) in GLYPHS.iter().enumerate() {
            let c = (b' ' + i as u8) as char;
            let widths: Vec<usize> = rows.split(' ').map(str::len).collect();
            assert!((7..=9).contains(&widths.len()), "{c:?} has {} rows", widths.len());
            assert!(widths.iter().all(|w| *w == widths[0] && *w <= 5), "{c:?}: {widths:?}");
            assert!(!GLYPHS[..i].contains(rows), "{c:?} looks like another");
        }
    }

    #[test]
    fn a_foreign_letter_is_a_question_mark() {
        assert_eq!(glyph('\u{e9}'), glyph('?'));
        assert_eq!(glyph('\n'), glyph('?'));
    }

    #[test]
    fn text_is_drawn_within_its_width() {
        let (dot, text) = (3.0, "Probability 0.83");
        let wide = width(text, dot);
        let mut canvas = Canvas::new(wide as usize + 20, 40, PAGE);
        draw(&mut canvas, 10.0, 8.0, dot, TEXT, text);
        let lit: Vec<usize> =
            (0..canvas.width()).filter(|x| (0..40).any(|y| canvas.pixel(*x, y) != PAGE)).collect();
        assert!(lit[0] >= 9 && lit[lit.len() - 1] <= 11 + wide as usize, "{lit:?}");
        assert!(lit.len() > wide as usize / 2);
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_room() {
        let text = "Research use only. Not a medical device; not for diagnosis.";
        let lines = wrap(text, 2.0, 200.0);
        assert!(lines.len() > 2 && lines.iter().all(|l| width(l, 2.0) <= 200.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrap("unbreakable", 2.0, 1.0), ["unbreakable"]);
    }
}
