//! Plots as SVG, written by hand: lines over two axes, a table of counts, values with intervals.

mod dots;
mod matrix;
mod plot;

pub use dots::{Dot, dots};
pub use matrix::{Cell, grid, matrix};
pub use plot::{Line, Mark, Plot};

/// Colors that color-blind people tell apart (Okabe and Ito 2008), each with a dash of its own for
/// prints without color.
const STYLES: [(&str, &str); 4] =
    [("#0072B2", ""), ("#D55E00", "7 4"), ("#009E73", "2 3"), ("#595959", "1 5")];

/// Round numbers within a range, some five of them.
fn ticks([from, to]: [f64; 2]) -> Vec<f64> {
    let step = round_step((to - from) / 5.0);
    // A hair more, so that the ends are not lost to rounding.
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

/// The nearest of 1, 2, 5 times a power of ten that is as large at least.
pub fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let digits = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= step * (1.0 - 1e-9));
    digits.unwrap_or(10.0) * power
}

/// Opening of a picture with its title.
fn head(width: f64, height: f64, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{title}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#111\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"{}\" y=\"18\" text-anchor=\"middle\" font-weight=\"bold\" \
         font-size=\"13\">{title}</text>\n",
        width / 2.0,
        title = escape(title),
    )
}

/// A number without zeros at its end.
fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// Text as it may stand in markup or in a quoted attribute.
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_round() {
        assert_eq!([0.5, 1.0, -0.0, 0.125].map(short), ["0.5", "1", "0", "0.125"]);
        assert_eq!(ticks([-0.1, 0.6]).len(), 4);
        assert_eq!(ticks([0.0, 1.0]).last(), Some(&1.0));
        assert_eq!([0.3, 0.1, 0.021].map(round_step), [0.5, 0.1, 0.05]);
    }
}
