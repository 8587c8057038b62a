//! The six zones on the picture: lines between them, a grade in each, large opacities.

use std::f64::consts::TAU;

use super::{LARGE, Panel, SMALL, label};
use crate::{
    large::LargeOpacity,
    reading::{Graded, LungLines, Reading},
    report::{canvas::Canvas, colors, contour::Coverage, words},
    segmentation::Side,
    zones::{Level, Zone},
};

/// Width of a line between zones and of the outline of an opacity, and of their dark rim.
const LINE: f32 = 1.8;
const RIM: f32 = 4.0;

/// Strokes that make an ellipse.
const STROKES: usize = 64;

/// Room between an opacity's outline and its axes in words, in pixels.
const GAP: f64 = 14.0;

/// Draws the zones of one lung.
pub(super) fn draw(
    canvas: &mut Canvas,
    panel: &Panel,
    coverage: &Coverage,
    side: Side,
    reading: &Reading,
    graded: &Graded,
) {
    let lines = reading.zone_lines.lung(side);
    let rows = [lines.upper, lines.lower].map(|row| (row / panel.scale[1]) as f32);
    for row in rows {
        stroked(canvas, panel, &coverage.across(row));
    }
    for zone in Zone::ALL.into_iter().filter(|zone| zone.side == side) {
        let Some(at) = coverage.center_of(between(lines, panel, zone.level)) else { continue };
        let grade = graded.zones.get(zone).grade.to_string();
        label(canvas, panel, at, LARGE, colors::ZONES, &grade);
    }
    for opacity in graded.large_opacities.iter().filter(|opacity| opacity.side == side) {
        outline(canvas, panel, opacity);
    }
}

/// Rows of the panel that a zone takes.
fn between(lines: &LungLines, panel: &Panel, level: Level) -> [f32; 2] {
    let row = |y: f64| (y / panel.scale[1]) as f32;
    match level {
        Level::Upper => [0.0, row(lines.upper)],
        Level::Middle => [row(lines.upper), row(lines.lower)],
        Level::Lower => [row(lines.lower), f32::INFINITY],
    }
}

/// The ellipse with an opacity's axes, and the axes in words below it.
fn outline(canvas: &mut Canvas, panel: &Panel, opacity: &LargeOpacity) {
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
    let lowest = points.iter().map(|p| p[1]).fold(f64::MIN, f64::max);
    let at = [opacity.center_px[0] / panel.scale[0], lowest + GAP].map(|c| c as f32);
    label(canvas, panel, at, SMALL, colors::ZONES, &words::axes(opacity));
}

/// Strokes given on the panel, with a dark rim.
fn stroked(canvas: &mut Canvas, panel: &Panel, strokes: &[[[f32; 2]; 2]]) {
    let (left, top) = (panel.left as f32, panel.top as f32);
    let moved: Vec<[[f32; 2]; 2]> =
        strokes.iter().map(|ends| ends.map(|[x, y]| [left + x, top + y])).collect();
    canvas.strokes(&moved, RIM, [0, 0, 0]);
    canvas.strokes(&moved, LINE, colors::ZONES);
}
