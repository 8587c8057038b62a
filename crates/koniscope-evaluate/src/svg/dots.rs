//! Values with their intervals, one under the other.

use std::fmt::Write;

use super::{escape, head, short};

const ROW: f64 = 26.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 36.0;
/// Of the axis.
const WIDTH: f64 = 340.0;
/// Room for names: that of short ones, and a letter's.
const NAMES: f64 = 200.0;
const LETTER: f64 = 6.6;

/// One value.
#[derive(Clone, Debug)]
pub struct Dot {
    /// Beside it.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Its interval, where it has one.
    pub interval: Option<[f64; 2]>,
}

/// Values over one axis, which is called `label`, from and to `range`. Where 0 lies between, a line
/// stands there.
pub fn dots(title: &str, label: &str, range: [f64; 2], values: &[Dot]) -> String {
    let bottom = TOP + ROW * values.len() as f64;
    let longest = values.iter().map(|dot| dot.name.chars().count()).max().unwrap_or(0);
    let left = (LETTER * longest as f64 + 20.0).max(NAMES);
    let mut svg = head(left + WIDTH + RIGHT, bottom + 44.0, title);
    let x = |v: f64| {
        let share = ((v - range[0]) / (range[1] - range[0])).clamp(0.0, 1.0);
        left + WIDTH * share
    };
    for tick in 0..=4 {
        let value = range[0] + (range[1] - range[0]) * f64::from(tick) / 4.0;
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom}\" stroke=\"#e3e3e3\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            bottom + 16.0,
            short(value),
            at = x(value),
        );
    }
    if range[0] < 0.0 && range[1] > 0.0 {
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom}\" stroke=\"#777\"/>",
            at = x(0.0)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        left + WIDTH / 2.0,
        bottom + 36.0,
        escape(label)
    );
    for (i, dot) in values.iter().enumerate() {
        let y = TOP + ROW * (i as f64 + 0.5);
        if let Some([low, high]) = dot.interval {
            let _ = writeln!(
                svg,
                "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#0072B2\" \
                 stroke-width=\"2\"/>",
                x(low),
                x(high)
            );
        }
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"5\" fill=\"#0072B2\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            x(dot.value),
            left - 10.0,
            y + 4.0,
            escape(&dot.name)
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_stands_where_the_axis_says() {
        let dot = |value| Dot { name: "right upper".into(), value, interval: Some([0.0, 1.0]) };
        let svg = dots("kappa", "kappa", [0.0, 1.0], &[dot(0.5), dot(7.0)]);
        assert!(svg.contains("cx=\"370.0\"") && svg.contains("cx=\"540.0\""), "{svg}");
    }
}
