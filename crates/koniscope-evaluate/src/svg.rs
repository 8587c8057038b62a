//! Plots as SVG: lines over two axes, a table of counts, values with intervals.

mod dots;
mod matrix;
mod plot;

use maud::{Markup, html};

pub use dots::{Dot, dots};
pub use matrix::{Cell, grid, matrix};
pub use plot::{Line, Mark, Plot};

/// Colors that color-blind people tell apart (Okabe and Ito 2008), each with a dash of its own for
/// prints without color.
const STYLES: [(&str, &str); 4] =
    [("#0072B2", ""), ("#D55E00", "7 4"), ("#009E73", "2 3"), ("#595959", "1 5")];

/// Color of the lines of an axis.
const GRID: &str = "#e3e3e3";

/// Where values of a range lie on a picture.
#[derive(Clone, Copy)]
struct Axis {
    range: [f64; 2],
    /// Of both ends of the range, in pixels.
    ends: [f64; 2],
}

impl Axis {
    fn at(&self, value: f64) -> f64 {
        let ([from, to], [start, end]) = (self.range, self.ends);
        start + (end - start) * ((value - from) / (to - from))
    }

    /// The same for values beyond its ends, which stand at them.
    fn within(&self, value: f64) -> f64 {
        self.at(value.clamp(self.range[0], self.range[1]))
    }

    /// Round numbers within its range, some five of them.
    fn ticks(&self) -> Vec<f64> {
        let [from, to] = self.range;
        let step = round_step((to - from) / 5.0);
        // A hair more, so that the ends are not lost to rounding.
        let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

/// The nearest of 1, 2, 5 times a power of ten that is as large at least.
pub fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let digits = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= step * (1.0 - 1e-9));
    digits.unwrap_or(10.0) * power
}

/// A picture with its title above.
fn picture([width, height]: [f64; 2], title: &str, body: &Markup) -> Markup {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } role="img"
            aria-label=(title) font-family="sans-serif" font-size="12" fill="#111" {
            rect width=(width) height=(height) fill="white" {}
            text x=(width / 2.0) y="18" text-anchor="middle" font-weight="bold" font-size="13" {
                (title)
            }
            (body)
        }
    }
}

/// Text at a point, which is its `start`, `middle` or `end`.
fn label([x, y]: [f64; 2], anchor: &str, text: &str) -> Markup {
    html! { text x=(px(x)) y=(px(y)) text-anchor=(anchor) { (text) } }
}

/// Text that runs upward, its middle at a point.
fn upward([x, y]: [f64; 2], text: &str) -> Markup {
    html! {
        text x=(x) y=(y) text-anchor="middle" transform={ "rotate(-90 " (x) " " (y) ")" } { (text) }
    }
}

fn line([x1, y1]: [f64; 2], [x2, y2]: [f64; 2], color: &str, width: f64, dash: &str) -> Markup {
    html! {
        line x1=(px(x1)) y1=(px(y1)) x2=(px(x2)) y2=(px(y2)) stroke=(color) stroke-width=(width)
            stroke-dasharray=(dash) {}
    }
}

/// A place in pixels.
fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// A number without zeros at its end.
fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_round() {
        assert_eq!([0.5, 1.0, -0.0, 0.125].map(short), ["0.5", "1", "0", "0.125"]);
        let ticks = |range| Axis { range, ends: [0.0, 1.0] }.ticks();
        assert_eq!(ticks([-0.1, 0.6]).len(), 4);
        assert_eq!(ticks([0.0, 1.0]).last(), Some(&1.0));
        assert_eq!([0.3, 0.1, 0.021].map(round_step), [0.5, 0.1, 0.05]);
    }
}
