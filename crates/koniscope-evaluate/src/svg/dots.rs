//! Values with their intervals, one under the other.

use maud::{Markup, html};

use super::{Axis, GRID, STYLES, label, line, picture, px, short};

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

/// Values over one axis, which is called `name`, from and to `range`. Where 0 lies between, a line
/// stands there.
pub fn dots(title: &str, name: &str, range: [f64; 2], values: &[Dot]) -> Markup {
    let bottom = TOP + ROW * values.len() as f64;
    let longest = values.iter().map(|dot| dot.name.chars().count()).max().unwrap_or(0);
    let left = (LETTER * longest as f64 + 20.0).max(NAMES);
    let axis = Axis { range, ends: [left, left + WIDTH] };
    let (color, _) = STYLES[0];
    let body = html! {
        @for tick in 0..=4 {
            @let value = range[0] + (range[1] - range[0]) * f64::from(tick) / 4.0;
            @let x = axis.at(value);
            (line([x, TOP], [x, bottom], GRID, 1.0, ""))
            (label([x, bottom + 16.0], "middle", &short(value)))
        }
        @if range[0] < 0.0 && range[1] > 0.0 {
            (line([axis.at(0.0), TOP], [axis.at(0.0), bottom], "#777", 1.0, ""))
        }
        (label([left + WIDTH / 2.0, bottom + 36.0], "middle", name))
        @for (i, dot) in values.iter().enumerate() {
            @let y = TOP + ROW * (i as f64 + 0.5);
            @if let Some([low, high]) = dot.interval {
                (line([axis.within(low), y], [axis.within(high), y], color, 2.0, ""))
            }
            circle cx=(px(axis.within(dot.value))) cy=(px(y)) r="5" fill=(color) {}
            (label([left - 10.0, y + 4.0], "end", &dot.name))
        }
    };
    picture([left + WIDTH + RIGHT, bottom + 44.0], title, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_stands_where_the_axis_says() {
        let dot = |value| Dot { name: "right upper".into(), value, interval: Some([0.0, 1.0]) };
        let svg = dots("kappa", "kappa", [0.0, 1.0], &[dot(0.5), dot(7.0)]).into_string();
        assert!(svg.contains("cx=\"370.0\"") && svg.contains("cx=\"540.0\""), "{svg}");
    }
}
