//! The picture for people: the film as read; beside it the film with the lungs' contours and the
//! local probability, a color bar, and the result in words.

mod zones;

use super::{
    Failure,
    canvas::{Canvas, mixed},
    colors,
    contour::Coverage,
    font, png, words,
};
use crate::{FilmReading, Reading, segmentation::Side};

/// Longer side of one panel, in pixels.
const PANEL: f64 = 768.0;

/// Space about everything.
const SPACE: usize = 20;

/// Room above the panels for their titles.
const TITLE: usize = 30;

/// Width of the color bar, and of the bar with its ticks and numbers.
const BAR: usize = 26;
const BAR_AND_TICKS: usize = 82;

/// Height under which no color bar is readable.
const MIN_BAR: usize = 200;

/// Share of the color laid over the lungs: the film stays visible under it.
const VEIL: f32 = 0.42;

/// Width of a contour, and of the dark rim that sets it off from film and color.
const CONTOUR: f32 = 2.8;
const RIM: f32 = 5.0;

/// Pixels a font dot: small print, and the result.
const SMALL: f32 = 1.9;
const LARGE: f32 = 3.0;

/// Film, lungs, local probability, result and disclaimer as a PNG. Panels show the whole film,
/// scaled to 768 pixels on its longer side.
///
/// # Errors
/// [`Failure::internal`] if the picture cannot be encoded.
pub fn overlay(film: &FilmReading) -> Result<Vec<u8>, Failure> {
    let canvas = draw(film);
    png::rgb(canvas.bytes(), canvas.width(), canvas.height())
}

/// [`overlay`] as RGB bytes `[height, width, 3]`, and its width and height.
pub fn overlay_rgb(film: &FilmReading) -> (Vec<u8>, [usize; 2]) {
    let canvas = draw(film);
    (canvas.bytes().to_vec(), [canvas.width(), canvas.height()])
}

/// Where things stand, in pixels.
struct Layout {
    panel: [usize; 2],
    left: usize,
    right: usize,
    bar: usize,
    top: usize,
    bar_height: usize,
    width: usize,
    below: usize,
}

impl Layout {
    fn of(film_width: usize, film_height: usize) -> Self {
        let scale = PANEL / film_width.max(film_height).max(1) as f64;
        let side = |length: usize| ((length as f64 * scale).round() as usize).max(1);
        let panel = [side(film_width), side(film_height)];
        let bar_height = panel[1].max(MIN_BAR);
        let right = 2 * SPACE + panel[0];
        let bar = right + panel[0] + SPACE;
        let top = SPACE + TITLE;
        Self {
            panel,
            left: SPACE,
            right,
            bar,
            top,
            bar_height,
            width: bar + BAR_AND_TICKS + SPACE,
            below: top + bar_height + SPACE,
        }
    }
}

/// A line of text under the panels.
struct Line {
    dot: f32,
    color: colors::Rgb,
    text: String,
}

fn draw(film: &FilmReading) -> Canvas {
    let layout = Layout::of(film.film.width(), film.film.height());
    let lines = lines(&film.reading, (layout.width - 2 * SPACE) as f32);
    let text_height: f32 = lines.iter().map(|line| font::line_height(line.dot)).sum();
    let height = layout.below + text_height.ceil() as usize + SPACE / 2;
    let mut canvas = Canvas::new(layout.width, height, colors::PAGE);

    let title_y = (SPACE + TITLE) as f32 - font::line_height(SMALL) - 2.0;
    let shown = match &film.reading.graded {
        Some(_) => "Zones with grade, local probability of small opacities",
        None => "Lungs and local probability",
    };
    let titles = [(layout.left, "Film as read"), (layout.right, shown)];
    for (x, title) in titles {
        font::draw(&mut canvas, x as f32, title_y, SMALL, colors::DIM, title);
    }
    draw_film(&mut canvas, film, &layout);
    draw_lungs(&mut canvas, film, &layout);
    draw_bar(&mut canvas, &layout, title_y);

    let mut y = layout.below as f32;
    for Line { dot, color, text } in &lines {
        font::draw(&mut canvas, SPACE as f32, y, *dot, *color, text);
        y += font::line_height(*dot);
    }
    canvas
}

/// The film on both panels.
fn draw_film(canvas: &mut Canvas, film: &FilmReading, layout: &Layout) {
    let [w, h] = layout.panel;
    let pixels = film.film.pixels().resize(w, h);
    for left in [layout.left, layout.right] {
        canvas.shade([left, layout.top], [w, h], |x, y, _| {
            [(pixels.at(x, y).clamp(0.0, 1.0) * 255.0 + 0.5) as u8; 3]
        });
    }
}

/// Local probability inside the lungs, their contours with a dark rim, and their letters.
fn draw_lungs(canvas: &mut Canvas, film: &FilmReading, layout: &Layout) {
    let [w, h] = layout.panel;
    let scale = [film.film.width() as f64 / w as f64, film.film.height() as f64 / h as f64];
    for side in Side::BOTH {
        let coverage = Coverage::new(&film.mask, side, w, h);
        let (line_color, letter) = match side {
            Side::Right => (colors::RIGHT, "R"),
            Side::Left => (colors::LEFT, "L"),
        };
        canvas.shade([layout.right, layout.top], [w, h], |x, y, color| {
            let inside = coverage.inside(x, y);
            if inside == 0.0 {
                return color;
            }
            let [fx, fy] = [(x as f64 + 0.5) * scale[0], (y as f64 + 0.5) * scale[1]];
            let heat = colors::probability(film.heat_map.at(side, fx, fy));
            let color = mixed(color, heat, VEIL * inside);
            let color = mixed(color, [0, 0, 0], 0.7 * coverage.line(x, y, RIM));
            mixed(color, line_color, coverage.line(x, y, CONTOUR))
        });
        let panel = Panel { left: layout.right, top: layout.top, scale };
        match &film.reading.graded {
            Some(graded) => {
                let lung = zones::Lung { side, coverage: &coverage, color: line_color, letter };
                zones::draw(canvas, &panel, &lung, film, graded);
            }
            None => {
                if let Some(at) = coverage.center() {
                    label(canvas, &panel, at, LARGE, line_color, letter);
                }
            }
        }
    }
}

/// Where a picture of the film stands on the canvas.
struct Panel {
    left: usize,
    top: usize,
    /// Film pixels a pixel of the panel, `[x, y]`.
    scale: [f64; 2],
}

/// A text about a point of the panel, with a dark rim.
fn label(
    canvas: &mut Canvas,
    panel: &Panel,
    at: [f32; 2],
    dot: f32,
    color: colors::Rgb,
    text: &str,
) {
    let x = panel.left as f32 + at[0] - font::width(text, dot) / 2.0;
    let y = panel.top as f32 + at[1] - font::cap_height(dot) / 2.0;
    for (dx, dy) in [(-1.5, -1.5), (1.5, -1.5), (-1.5, 1.5), (1.5, 1.5)] {
        font::draw(canvas, x + dx, y + dy, dot, [0, 0, 0], text);
    }
    font::draw(canvas, x, y, dot, color, text);
}

/// The color bar, from 0 below to 1 above on every film.
fn draw_bar(canvas: &mut Canvas, layout: &Layout, title_y: f32) {
    let (x, top, height) = (layout.bar, layout.top, layout.bar_height);
    for row in 0..height {
        let p = 1.0 - (row as f32 + 0.5) / height as f32;
        canvas.fill(x, top + row, BAR, 1, colors::probability(p));
    }
    for tick in 0..=4u8 {
        let p = f32::from(tick) / 4.0;
        let y = top as f32 + (1.0 - p) * (height - 1) as f32;
        canvas.fill(x + BAR, (y as usize).min(top + height - 2), 6, 2, colors::TEXT);
        let text_y = y - font::cap_height(SMALL) / 2.0;
        let text_y = text_y.clamp(top as f32, (top + height) as f32 - font::cap_height(SMALL));
        font::draw(canvas, (x + BAR + 11) as f32, text_y, SMALL, colors::TEXT, &format!("{p:.2}"));
    }
    font::draw(canvas, x as f32, title_y, SMALL, colors::DIM, "Local P");
}

/// The result in words, wrapped to `room` pixels.
fn lines(reading: &Reading, room: f32) -> Vec<Line> {
    let detection = &reading.pneumoconiosis;
    let p = words::probability(detection.probability, detection);
    let result = format!("{}: {p}", words::probability_title(detection));
    let mut parts = Vec::new();
    if let Some(reason) = words::abstention(reading) {
        parts.push((LARGE, colors::NOTICE, reason));
    }
    match (words::stages(reading), words::stage(reading)) {
        (Some(stages), Some(likeliest)) => {
            let clause = words::clause(reading).map_or(String::new(), |c| format!(": {c}"));
            parts.push((LARGE, colors::TEXT, format!("Stage {likeliest}{clause}")));
            parts.push((SMALL, colors::TEXT, format!("{result}. Stages: {stages}")));
        }
        _ => parts.push((LARGE, colors::TEXT, result)),
    }
    let decisions = words::decisions(reading);
    if !decisions.is_empty() {
        parts.push((SMALL, colors::TEXT, format!("At this site: {}", decisions.join("; "))));
    }
    if let Some(graded) = &reading.graded {
        parts.push((SMALL, colors::TEXT, format!("ILO: {}", words::ilo(&graded.ilo))));
        if !graded.large_opacities.is_empty() {
            let large = format!("Large opacities, measured: {}", words::large_opacities(graded));
            parts.push((SMALL, colors::TEXT, large));
        }
    }
    for notice in words::notices(reading) {
        parts.push((SMALL, colors::NOTICE, notice));
    }
    for flag in &reading.quality.flags {
        parts.push((SMALL, colors::DIM, format!("Quality: {}", flag.message)));
    }
    parts.push((SMALL, colors::TEXT, reading.disclaimer.clone().into_owned()));
    let wrap = |(dot, color, text): (f32, colors::Rgb, String)| {
        font::wrap(&text, dot, room).into_iter().map(move |text| Line { dot, color, text })
    };
    parts.into_iter().flat_map(wrap).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fake;

    #[test]
    fn the_picture_shows_film_lungs_heat_and_bar() {
        let film = fake::film(2);
        let layout = Layout::of(film.film.width(), film.film.height());
        assert_eq!(layout.panel[0].max(layout.panel[1]), 768);
        let png = overlay(&film).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_rgb8();
        assert_eq!(picture.width() as usize, layout.width);
        let at = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32).0;
        let is_gray = |[r, g, b]: [u8; 3]| r == g && g == b;
        // The left panel is the film and nothing else; the right one is colored in the lungs only.
        let [w, h] = layout.panel;
        for y in (0..h).step_by(7) {
            for x in (0..w).step_by(7) {
                assert!(is_gray(at(layout.left + x, layout.top + y)));
            }
        }
        assert!(is_gray(at(layout.right + w / 2, layout.top + h / 2)), "between the lungs");
        let lung = at(layout.right + w / 4, layout.top + h / 2 + 40);
        assert!(!is_gray(lung), "{lung:?}");
        let top = at(layout.bar + BAR / 2, layout.top);
        assert_eq!(top, colors::probability(1.0 - 0.5 / layout.bar_height as f32));
        for color in [colors::RIGHT, colors::LEFT] {
            assert!(picture.pixels().filter(|p| p.0 == color).count() > 200, "{color:?}");
        }
    }

    #[test]
    fn the_words_have_result_notice_and_disclaimer() {
        let reading = fake::read(4).unwrap();
        let lines: Vec<String> = lines(&reading, 1e6).into_iter().map(|l| l.text).collect();
        assert!(lines[0].starts_with("Stage stage 1, P 0.20-0.50"), "{lines:?}");
        assert!(
            lines[1].starts_with("Probability of tuberculosis, calibrated on films of "),
            "{lines:?}"
        );
        assert!(lines[1].contains("Stages: normal 0.05-0.20"), "{lines:?}");
        assert!(lines.iter().any(|l| l.contains("not pneumoconiosis")), "{lines:?}");
        assert_eq!(lines.last().unwrap(), crate::reading::DISCLAIMER);
    }

    #[test]
    fn zones_have_lines_grades_and_outlines_of_large_opacities() {
        let film = fake::film_of_zones();
        let png = overlay(&film).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_rgb8();
        let layout = Layout::of(film.film.width(), film.film.height());
        let scale = layout.panel[1] as f64 / film.film.height() as f64;
        // Along the ellipse, as far as it was drawn, there is white.
        let [cx, cy, long, _] = fake::OPACITY;
        let white = |x: f64, y: f64| {
            let near = (-4..=4).flat_map(|dy| (-4..=4).map(move |dx| (dx, dy)));
            near.filter(|(dx, dy)| {
                let x = (layout.right as f64 + x * scale) as i64 + dx;
                let y = (layout.top as f64 + y * scale) as i64 + dy;
                picture.get_pixel(x as u32, y as u32).0 == colors::ZONES
            })
            .count()
        };
        assert!(white(cx, cy - long) > 3 && white(cx, cy + long) > 3);
        // A line between zones on both sides.
        let reading = &film.reading;
        for (side, x) in [(Side::Right, 0.34), (Side::Left, 0.66)] {
            let lines = reading.zone_lines.lung(side);
            let x = x * film.film.width() as f64;
            assert!(white(x, lines.upper) > 3 && white(x, lines.lower) > 3, "{side:?}");
        }
        let lines: Vec<String> = lines(reading, 1e6).into_iter().map(|l| l.text).collect();
        let clause = ": overall profusion 2 in more than four zones";
        assert!(
            lines[0].starts_with("Stage II, P 0.80-0.95") && lines[0].ends_with(clause),
            "{lines:?}"
        );
        assert!(lines[1].contains("on simulated films: >0.95"), "{lines:?}");
        assert!(lines[2].starts_with("ILO: shapes q/t"), "{lines:?}");
        assert!(lines[3].starts_with("Large opacities, measured: right upper "), "{lines:?}");
    }

    #[test]
    fn odd_shapes_are_drawn_too() {
        for (w, h) in [(5000, 3), (3, 5000), (1, 1)] {
            let layout = Layout::of(w, h);
            assert!(layout.panel.iter().all(|side| (1..=768).contains(side)));
            assert!(layout.bar_height >= MIN_BAR);
        }
    }
}
