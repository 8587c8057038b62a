//! Figures and fields of a report, as a mark wants them written.

use serde_json::Value;

use super::{
    mark::{Format, Mark},
    report::Figure,
};

/// How far from a whole number the films of a share may be, by rounding.
const WHOLE: f64 = 1e-6;

/// A figure.
pub(super) fn figure(figure: &Figure, mark: &Mark) -> Result<String, String> {
    let digits = mark.digits;
    let number = |value: f64| format!("{value:.digits$}");
    let format = mark.format.unwrap_or_default();
    match format {
        Format::N => return Ok(figure.n.to_string()),
        Format::Data => return Ok(figure.data.clone()),
        _ => {}
    }
    let Some(value) = figure.value else {
        let why = figure.absent.as_deref().unwrap_or("it has no value");
        return Err(format!("{:?} of report {} is absent: {why}", mark.name, mark.report));
    };
    let range =
        figure.low.zip(figure.high).map(|(low, high)| [number(low), number(high)].join(" to "));
    let value_text = number(value);
    let n = figure.n;
    Ok(match (format, range) {
        (Format::Interval, Some(range)) => format!("{value_text} ({range})"),
        (Format::Interval, None) => format!("{value_text} (no interval)"),
        (Format::IntervalN, Some(range)) => format!("{value_text} ({range}, n = {n})"),
        (Format::IntervalN, None) => format!("{value_text} (no interval, n = {n})"),
        (Format::Range, range) => range.unwrap_or_else(|| "no interval".into()),
        (Format::Count, _) => {
            let films = value * n as f64;
            if !(0.0..=1.0).contains(&value) || (films - films.round()).abs() > WHOLE {
                return Err(format!("as=count: {:?} is no share of films", mark.name));
            }
            format!("{films:.0} of {n}")
        }
        _ => value_text,
    })
}

/// A text or number of a report; nothing where it is neither.
pub(super) fn field(value: &Value, digits: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map(|number| format!("{number:.digits$}"))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
