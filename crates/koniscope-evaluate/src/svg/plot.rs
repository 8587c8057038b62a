//! Lines and marks over two axes.

use maud::{Markup, html};

use super::{Axis, GRID, STYLES, label, line, picture, px, short, upward};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;

/// A line of a plot, and what it is called.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// As in the legend.
    pub name: String,
    /// Points, left to right or not.
    pub points: Vec<[f64; 2]>,
    /// Drawn as steps: the height of a point holds from the one before it.
    pub steps: bool,
}

/// A point with a bar up and down.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Where it stands.
    pub at: [f64; 2],
    /// Lower and upper end of its interval, where it has one.
    pub interval: Option<[f64; 2]>,
    /// The line that it belongs to, and whose color it has: a circle for the first, a square for
    /// others.
    pub line: usize,
}

/// Lines and marks over two axes.
#[derive(Clone, Debug, Default)]
pub struct Plot {
    /// Above the plot.
    pub title: String,
    /// Under and beside it.
    pub labels: [String; 2],
    /// What the axes show, from and to.
    pub ranges: [[f64; 2]; 2],
    /// Lines, in the order of their styles.
    pub lines: Vec<Line>,
    /// Marks.
    pub marks: Vec<Mark>,
    /// What the marks are called.
    pub marks_name: String,
}

impl Plot {
    /// The picture.
    pub fn svg(&self) -> Markup {
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        let body = html! {
            rect x=(LEFT) y=(TOP) width=(width) height=(height) fill="none" stroke="#777" {}
            (self.axes())
            // A picture in the picture cuts off what lies beyond the axes.
            svg x=(LEFT) y=(TOP) width=(width) height=(height)
                viewBox={ (LEFT) " " (TOP) " " (width) " " (height) } {
                @for (line, style) in self.lines.iter().zip(STYLES.iter().cycle()) {
                    (self.line(line, *style))
                }
            }
            @for mark in &self.marks { (self.mark(mark)) }
            (self.legend())
        };
        picture([WIDTH, HEIGHT], &self.title, &body)
    }

    fn x(&self) -> Axis {
        Axis { range: self.ranges[0], ends: [LEFT, WIDTH - RIGHT] }
    }

    fn y(&self) -> Axis {
        Axis { range: self.ranges[1], ends: [HEIGHT - BOTTOM, TOP] }
    }

    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.x().at(x), self.y().at(y)]
    }

    /// How much of the lines a legend would cover, in places along them.
    fn covered(&self, [left, top]: [f64; 2], height: f64) -> usize {
        let under = |[x, y]: [f64; 2]| {
            (left - 8.0..left + 190.0).contains(&x) && (top - 8.0..top + height + 8.0).contains(&y)
        };
        let between = |pair: &[[f64; 2]]| -> usize {
            let (a, b) = (self.place(pair[0]), self.place(pair[1]));
            (0..16)
                .map(|i| f64::from(i) / 16.0)
                .filter(|t| under([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]))
                .count()
        };
        let lines = self.lines.iter().flat_map(|line| line.points.windows(2));
        lines.map(between).sum()
    }

    fn axes(&self) -> Markup {
        let (x, y) = (self.x(), self.y());
        html! {
            @for value in y.ticks() {
                @let at = y.at(value);
                (line([LEFT, at], [WIDTH - RIGHT, at], GRID, 1.0, ""))
                (label([LEFT - 6.0, at + 4.0], "end", &short(value)))
            }
            @for value in x.ticks() {
                (label([x.at(value), HEIGHT - BOTTOM + 16.0], "middle", &short(value)))
            }
            (label([(LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10.0], "middle", &self.labels[0]))
            (upward([14.0, (TOP + HEIGHT - BOTTOM) / 2.0], &self.labels[1]))
        }
    }

    fn line(&self, line: &Line, (color, dash): (&str, &str)) -> Markup {
        let mut points: Vec<String> = Vec::with_capacity(line.points.len());
        let mut before: Option<f64> = None;
        for point in line.points.iter().copied().filter(|p| p.iter().all(|v| v.is_finite())) {
            let [x, y] = self.place(point);
            if let (true, Some(x)) = (line.steps, before) {
                points.push(format!("{x:.1},{y:.1}"));
            }
            points.push(format!("{x:.1},{y:.1}"));
            before = Some(x);
        }
        points.dedup();
        html! {
            polyline points=(points.join(" ")) fill="none" stroke=(color) stroke-width="2"
                stroke-dasharray=(dash) {}
        }
    }

    fn mark(&self, mark: &Mark) -> Markup {
        let (color, _) = STYLES[mark.line % STYLES.len()];
        let [x, y] = self.place(mark.at);
        html! {
            @if let Some([low, high]) = mark.interval {
                (line([x, self.y().at(low)], [x, self.y().at(high)], color, 1.5, ""))
            }
            @if mark.line == 0 {
                circle cx=(px(x)) cy=(px(y)) r="4.5" fill=(color) stroke="white" {}
            } @else {
                rect x=(px(x - 4.0)) y=(px(y - 4.0)) width="8" height="8" fill=(color)
                    stroke="white" {}
            }
        }
    }

    /// In the corner where it covers least of the lines.
    fn legend(&self) -> Markup {
        let names = self.lines.iter().map(|line| line.name.as_str());
        let marks = (!self.marks.is_empty()).then_some(self.marks_name.as_str());
        let height = 17.0 * (self.lines.len() + usize::from(marks.is_some())) as f64;
        let places = [HEIGHT - BOTTOM - height - 8.0, TOP + 8.0]
            .into_iter()
            .flat_map(|top| [[WIDTH - RIGHT - 200.0, top], [LEFT + 14.0, top]]);
        let covered = |place: &[f64; 2]| self.covered(*place, height);
        let [left, top] = places.min_by_key(covered).unwrap_or_default();
        html! {
            rect x=(left - 8.0) y=(top - 4.0) width="198" height=(height + 6.0) fill="white"
                fill-opacity="0.85" {}
            @for (place, name) in names.chain(marks).enumerate() {
                @let y = top + 17.0 * place as f64 + 8.0;
                @if place < self.lines.len() {
                    @let (color, dash) = STYLES[place % STYLES.len()];
                    (line([left, y], [left + 26.0, y], color, 2.0, dash))
                } @else {
                    circle cx=(px(left + 13.0)) cy=(px(y)) r="4.5" fill=(STYLES[0].0) {}
                }
                (label([left + 32.0, y + 4.0], "start", name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_differ_in_color_and_dash_and_nothing_is_no_number() {
        let line = |name: &str, points: &[[f64; 2]], steps| Line {
            name: name.into(),
            points: points.to_vec(),
            steps,
        };
        let plot = Plot {
            title: "a < b".into(),
            labels: ["x".into(), "y".into()],
            ranges: [[0.0, 1.0]; 2],
            lines: vec![
                line("one", &[[0.0, 0.0], [0.5, 1.0], [f64::NAN, 2.0]], false),
                line("two", &[[0.0, 1.0], [1.0, 0.0]], true),
                line("none", &[], false),
            ],
            marks: vec![Mark { at: [0.5, 0.5], interval: Some([0.2, 0.7]), line: 0 }],
            marks_name: "point".into(),
        };
        let svg = plot.svg().into_string();
        assert!(svg.contains("a &lt; b") && !svg.contains("NaN") && !svg.contains("inf"));
        assert_eq!(svg.matches("<polyline").count(), 3);
        assert_eq!(svg.matches("<circle").count(), 2);
        // A step goes down before it goes on.
        assert!(svg.contains("58.0,34.0 58.0,352.0 446.0,352.0"), "{svg}");
        for (color, _) in &STYLES[..3] {
            assert!(svg.contains(color));
        }
    }
}
