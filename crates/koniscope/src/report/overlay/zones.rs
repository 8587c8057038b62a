//! The six zones on the picture: lines between them, a grade in each, large opacities.

use std::f64::consts::TAU;

use super::{LARGE, Panel, SMALL, label};
use crate::{
    large::LargeOpacity,
    reader::FilmReading,
    reading::Graded,
    report::{canvas::Canvas, colors, contour::Coverage, font, words},
    segmentation::Side,
    zones::{Level, Zone},
};

/// Width of a line between zones and of the outline of an opacity, and of their dark rim.
const LINE: f32 = 1.8;
const RIM: f32 = 4.0;

/// Rows below the apex in which its middle is looked for.
const APEX: f32 = 12.0;

/// Least room between two texts, in pixels.
const APART: f32 = 3.0;

/// Share of dark laid under a text.
const UNDER: f32 = 0.55;

/// Strokes that make an ellipse.
const STROKES: usize = 64;

/// Room between an opacity's outline and its axes in words, in pixels.
const GAP: f64 = 14.0;

/// One lung on the panel.
pub(super) struct Lung<'a> {
    pub(super) side: Side,
    pub(super) coverage: &'a Coverage,
    /// Of its contour, and its letter.
    pub(super) color: colors::Rgb,
    pub(super) letter: &'a str,
}

/// Draws the zones of one lung, with its letter over the apex.
pub(super) fn draw(
    canvas: &mut Canvas,
    panel: &Panel,
    lung: &Lung,
    film: &FilmReading,
    graded: &Graded,
) {
    let lung_height = film.zones.lung(lung.side);
    let row = |y: f64| (y / panel.scale[1]) as f32;
    let lines = lung_height.lines().map(row);
    for line in lines {
        stroked(canvas, panel, &lung.coverage.across(line));
    }
    let apex = row(lung_height.apex);
    if let Some([x, _]) = lung.coverage.center_of([0.0, apex + APEX]) {
        let y = (apex - font::cap_height(LARGE)).max(font::cap_height(LARGE));
        label(canvas, panel, [x, y], LARGE, lung.color, lung.letter);
    }
    let mut taken = Vec::new();
    for zone in Zone::ALL.into_iter().filter(|zone| zone.side == lung.side) {
        let rows = between(lines, zone.level);
        let Some(at) = lung.coverage.center_of(rows) else { continue };
        let grade = graded.zones.get(zone).grade.to_string();
        label(canvas, panel, at, LARGE, colors::ZONES, &grade);
        taken.push(Room::of(at, LARGE, &grade));
    }
    // Drawn as they lie on the film, told as the result tells them: in the file's pixels.
    let told = film.large_opacities.iter().zip(&graded.large_opacities);
    for (opacity, told) in told.filter(|(opacity, _)| opacity.side == lung.side) {
        outline(canvas, panel, opacity, &words::axes(told), &mut taken);
    }
}

/// Room that a text takes on the panel.
struct Room {
    center: [f32; 2],
    half: [f32; 2],
}

impl Room {
    fn of(center: [f32; 2], dot: f32, text: &str) -> Self {
        let half = [font::width(text, dot) / 2.0 + APART, font::cap_height(dot) / 2.0 + APART];
        Self { center, half }
    }

    /// Lays a dark veil under the text: beside the lungs a film is bright.
    fn darken(&self, canvas: &mut Canvas, panel: &Panel) {
        let range = |axis: usize, start: usize| {
            let from = start as f32 + self.center[axis] - self.half[axis];
            from.max(0.0) as usize..(from + 2.0 * self.half[axis]).max(0.0) as usize
        };
        for y in range(1, panel.top) {
            for x in range(0, panel.left) {
                canvas.blend(x, y, colors::PAGE, UNDER);
            }
        }
    }

    fn meets(&self, other: &Self) -> bool {
        (0..2).all(|i| (self.center[i] - other.center[i]).abs() < self.half[i] + other.half[i])
    }
}

/// Rows of the panel that a zone takes.
fn between([upper, lower]: [f32; 2], level: Level) -> [f32; 2] {
    match level {
        Level::Upper => [0.0, upper],
        Level::Middle => [upper, lower],
        Level::Lower => [lower, f32::INFINITY],
    }
}

/// The ellipse with an opacity's axes, and `text` beside it, where there is room.
fn outline(
    canvas: &mut Canvas,
    panel: &Panel,
    opacity: &LargeOpacity,
    text: &str,
    taken: &mut Vec<Room>,
) {
    let (sin, cos) = opacity.angle_deg.to_radians().sin_cos();
    let (long, short) = (opacity.long_axis_px / 2.0, opacity.short_axis_px / 2.0);
    let point = |k: usize| {
        let (v, u) = (k as f64 / STROKES as f64 * TAU).sin_cos();
        let (u, v) = (u * long, v * short);
        let [x, y] = opacity.center_px;
        [(x + u * cos - v * sin) / panel.scale[0], (y + u * sin + v * cos) / panel.scale[1]]
    };
    let points: Vec<[f64; 2]> = (0..=STROKES).map(point).collect();
    let soft = |p: &[f64; 2]| p.map(|c| c as f32);
    let strokes: Vec<[[f32; 2]; 2]> =
        points.windows(2).map(|pair| [soft(&pair[0]), soft(&pair[1])]).collect();
    stroked(canvas, panel, &strokes);
    let end = |axis: usize, sign: f64| {
        sign * points.iter().map(|p| sign * p[axis]).fold(f64::MIN, f64::max)
    };
    let [x, y] = [0, 1].map(|axis| opacity.center_px[axis] / panel.scale[axis]);
    let aside = GAP / 2.0 + f64::from(font::width(text, SMALL)) / 2.0;
    let places = [
        [x, end(1, 1.0) + GAP],
        [x, end(1, -1.0) - GAP],
        [end(0, 1.0) + aside, y],
        [end(0, -1.0) - aside, y],
    ];
    let rooms = places.map(|place| Room::of(place.map(|c| c as f32), SMALL, text));
    let free = |room: &Room| !taken.iter().any(|other: &Room| other.meets(room));
    let at = rooms.iter().find(|room| free(room)).unwrap_or(&rooms[0]).center;
    let room = Room::of(at, SMALL, text);
    room.darken(canvas, panel);
    label(canvas, panel, at, SMALL, colors::ZONES, text);
    taken.push(room);
}

/// Strokes given on the panel, with a dark rim.
fn stroked(canvas: &mut Canvas, panel: &Panel, strokes: &[[[f32; 2]; 2]]) {
    let (left, top) = (panel.left as f32, panel.top as f32);
    let moved: Vec<[[f32; 2]; 2]> =
        strokes.iter().map(|ends| ends.map(|[x, y]| [left + x, top + y])).collect();
    canvas.strokes(&moved, RIM, [0, 0, 0]);
    canvas.strokes(&moved, LINE, colors::ZONES);
}
