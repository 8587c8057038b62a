//! Lines and marks over two axes.

use std::fmt::Write;

use super::{STYLES, escape, head, short, ticks};

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
    pub fn svg(&self) -> String {
        let mut svg = head(WIDTH, HEIGHT, &self.title);
        let _ = writeln!(
            svg,
            "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\" fill=\"none\" \
             stroke=\"#777\"/>",
            WIDTH - LEFT - RIGHT,
            HEIGHT - TOP - BOTTOM
        );
        self.axes(&mut svg);
        // A picture in the picture cuts off what lies beyond the axes.
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        let _ = writeln!(
            svg,
            "<svg x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{LEFT} {TOP} {width} {height}\">"
        );
        for (line, style) in self.lines.iter().zip(STYLES.iter().cycle()) {
            self.line(&mut svg, line, *style);
        }
        svg += "</svg>\n";
        for mark in &self.marks {
            self.mark(&mut svg, mark);
        }
        self.legend(&mut svg);
        svg + "</svg>\n"
    }

    fn x(&self, value: f64) -> f64 {
        let [from, to] = self.ranges[0];
        LEFT + (WIDTH - LEFT - RIGHT) * ((value - from) / (to - from))
    }

    fn y(&self, value: f64) -> f64 {
        let [from, to] = self.ranges[1];
        TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - from) / (to - from))
    }

    /// How much of the lines a legend would cover, in places along them.
    fn covered(&self, [left, top]: [f64; 2], height: f64) -> usize {
        let place = |[x, y]: [f64; 2]| [self.x(x), self.y(y)];
        let under = |[x, y]: [f64; 2]| {
            (left - 8.0..left + 190.0).contains(&x) && (top - 8.0..top + height + 8.0).contains(&y)
        };
        let between = |pair: &[[f64; 2]]| -> usize {
            let (a, b) = (place(pair[0]), place(pair[1]));
            (0..16)
                .map(|i| f64::from(i) / 16.0)
                .filter(|t| under([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]))
                .count()
        };
        let lines = self.lines.iter().flat_map(|line| line.points.windows(2));
        lines.map(between).sum()
    }

    fn axes(&self, svg: &mut String) {
        for y in ticks(self.ranges[1]) {
            let at = self.y(y);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#e3e3e3\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                at + 4.0,
                short(y),
            );
        }
        for x in ticks(self.ranges[0]) {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                self.x(x),
                HEIGHT - BOTTOM + 16.0,
                short(x),
            );
        }
        let middle = TOP + (HEIGHT - TOP - BOTTOM) / 2.0;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
             <text x=\"14\" y=\"{middle}\" text-anchor=\"middle\" \
             transform=\"rotate(-90 14 {middle})\">{}</text>",
            LEFT + (WIDTH - LEFT - RIGHT) / 2.0,
            HEIGHT - 10.0,
            escape(&self.labels[0]),
            escape(&self.labels[1]),
        );
    }

    fn line(&self, svg: &mut String, line: &Line, (color, dash): (&str, &str)) {
        let mut points: Vec<String> = Vec::with_capacity(line.points.len());
        let mut before: Option<f64> = None;
        for [x, y] in line.points.iter().copied().filter(|p| p.iter().all(|v| v.is_finite())) {
            if let (true, Some(x)) = (line.steps, before) {
                points.push(format!("{x:.1},{:.1}", self.y(y)));
            }
            points.push(format!("{:.1},{:.1}", self.x(x), self.y(y)));
            before = Some(self.x(x));
        }
        points.dedup();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" \
             stroke-dasharray=\"{dash}\"/>",
            points.join(" ")
        );
    }

    fn mark(&self, svg: &mut String, mark: &Mark) {
        let (color, _) = STYLES[mark.line % STYLES.len()];
        let (x, y) = (self.x(mark.at[0]), self.y(mark.at[1]));
        if let Some([low, high]) = mark.interval {
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"{color}\" \
                 stroke-width=\"1.5\"/>",
                self.y(low),
                self.y(high)
            );
        }
        let _ = match mark.line {
            0 => writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{color}\" stroke=\"white\"/>"
            ),
            _ => writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\" fill=\"{color}\" \
                 stroke=\"white\"/>",
                x - 4.0,
                y - 4.0
            ),
        };
    }

    /// In the corner where it covers least of the lines.
    fn legend(&self, svg: &mut String) {
        let mut names: Vec<(&str, Option<usize>)> = Vec::new();
        names.extend(self.lines.iter().enumerate().map(|(i, line)| (line.name.as_str(), Some(i))));
        if !self.marks.is_empty() {
            names.push((&self.marks_name, None));
        }
        let height = 17.0 * names.len() as f64;
        let places = [HEIGHT - BOTTOM - height - 8.0, TOP + 8.0]
            .into_iter()
            .flat_map(|top| [[WIDTH - RIGHT - 200.0, top], [LEFT + 14.0, top]]);
        let covered = |[left, top]: &[f64; 2]| self.covered([*left, *top], height);
        let Some([left, top]) = places.min_by_key(covered) else { return };
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"198\" height=\"{}\" fill=\"white\" \
             fill-opacity=\"0.85\"/>",
            left - 8.0,
            top - 4.0,
            height + 6.0
        );
        for (place, (name, line)) in names.into_iter().enumerate() {
            let y = top + 17.0 * place as f64 + 8.0;
            let _ = match line {
                Some(i) => {
                    let (color, dash) = STYLES[i % STYLES.len()];
                    writeln!(
                        svg,
                        "<line x1=\"{left}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{color}\" \
                         stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>",
                        left + 26.0
                    )
                }
                None => writeln!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{y}\" r=\"4.5\" fill=\"{}\"/>",
                    left + 13.0,
                    STYLES[0].0
                ),
            };
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\">{}</text>",
                left + 32.0,
                y + 4.0,
                escape(name)
            );
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
        let svg = plot.svg();
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
