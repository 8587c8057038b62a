//! What the two tuberculosis sets of the National Library of Medicine share (Jaeger S. et al.,
//! Quant Imaging Med Surg 2014;4:475).
//!
//! Films are called `MCUCXR_0001_0.png`: the last figure is 1 where the film shows tuberculosis.
//! A text of the same name has sex, age and the reading.

use super::{OLDEST, Set};
use crate::{
    Error,
    files::read_text,
    film::{Film, Found},
    folder::{Folder, stem_of},
};

/// Bytes of a reading at most; they have a few hundred.
const READING_BYTES: u64 = 64 << 10;

/// Films of `CXR_png` whose names begin with `prefix`, with label, sex, age and reading.
///
/// # Errors
/// [`Error::Layout`] if there is no such film, [`Error::Io`].
pub(super) fn films(folder: &Folder, set: &Set, prefix: &str) -> Result<Found, Error> {
    let mut found = Found::default();
    for path in folder.right_in("CXR_png", &["png"]) {
        let stem = stem_of(path);
        let Some(sick) = label(&stem, prefix) else { continue };
        let mut film = Film::new(path.clone(), &stem);
        film.set("tb_abnormal", sick);
        match folder.only_ending(&stem, &["txt"]) {
            Ok(text) => {
                let reading = Reading::of(&read_text(text, READING_BYTES)?);
                film.set("sex", reading.sex);
                film.set("age", reading.years.map_or(String::new(), |y| y.to_string()));
                film.set("condition", reading.condition);
                found.read.push(text.clone());
            }
            Err(why) => found.notes.push(format!("{stem}: no sex, age and reading: {why}")),
        }
        found.films.push(film);
    }
    if found.films.is_empty() {
        let what = format!("no folder CXR_png with films called {prefix}_..._0.png or _1.png");
        return Err(set.not_as_expected(folder, what));
    }
    Ok(found)
}

/// The label in a film's name: `0` or `1`.
fn label(stem: &str, prefix: &str) -> Option<&'static str> {
    let (number, label) = stem.strip_prefix(prefix)?.strip_prefix('_')?.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    match label {
        "0" if is_number => Some("0"),
        "1" if is_number => Some("1"),
        _ => None,
    }
}

/// What a reading's text says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    sex: &'static str,
    years: Option<u32>,
    condition: String,
}

impl Reading {
    /// Montgomery writes `Patient's Sex: F` and `Patient's Age: 027Y`, Shenzhen `male 45yrs` and
    /// `Female , 6 months`; whatever lines are left are the reading.
    fn of(text: &str) -> Self {
        let mut reading = Self::default();
        let mut left = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let lower = line.to_lowercase();
            if let Some(value) = lower.strip_prefix("patient's sex:") {
                reading.sex = super::sex(value);
            } else if let Some(value) = lower.strip_prefix("patient's age:") {
                reading.years = years(value);
            } else if let (true, Some((sex, rest))) = (reading.sex.is_empty(), leading_sex(&lower))
            {
                reading.sex = sex;
                reading.years = years(rest);
            } else {
                left.push(line.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        reading.condition = left.join("; ");
        reading
    }
}

/// `male` or `female` at the head of a line, and what follows.
fn leading_sex(line: &str) -> Option<(&'static str, &str)> {
    let end = line.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    match super::sex(word) {
        "" => None,
        sex => Some((sex, rest)),
    }
}

/// Whole years of `, 45yrs`, `027y` or `6 months`.
fn years(text: &str) -> Option<u32> {
    let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: u32 = number.parse().ok()?;
    let years = match unit.trim_start().chars().next() {
        Some('m') => number / 12,
        Some('d' | 'w') => 0,
        _ => number,
    };
    (years <= OLDEST).then_some(years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_read() {
        let cases = [
            ("Patient's Sex: F\nPatient's Age: 027Y\nnormal\n", "F", Some(27), "normal"),
            ("male 45yrs\nnormal ", "M", Some(45), "normal"),
            ("Female , 6 months\r\n\r\nbilateral  PTB \t", "F", Some(0), "bilateral PTB"),
            ("Male, 24months\nPTB\npleuritis", "M", Some(2), "PTB; pleuritis"),
            ("Patient's Sex: O\nPatient's Age: 999Y", "", None, ""),
            ("female\nmale nurse", "F", None, "male nurse"),
            ("", "", None, ""),
            ("99999999999999999999yrs", "", None, "99999999999999999999yrs"),
        ];
        for (text, sex, years, condition) in cases {
            let expected = Reading { sex, years, condition: condition.into() };
            assert_eq!(Reading::of(text), expected, "{text:?}");
        }
    }

    #[test]
    fn names_carry_the_label() {
        for (stem, expected) in [
            ("MCUCXR_0001_0", Some("0")),
            ("MCUCXR_0104_1", Some("1")),
            ("MCUCXR_0104_2", None),
            ("MCUCXR__1", None),
            ("MCUCXR_x\"y,_1", None),
            ("CHNCXR_0001_0", None),
        ] {
            assert_eq!(label(stem, "MCUCXR"), expected, "{stem}");
        }
    }
}
