//! A day of the calendar.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day, written as `2026-11-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Of a year from 1 to 9999, a month from 1 on and a day from 1 on; nothing for a day that the
    /// calendar does not have.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let of = |years: u16| year.is_multiple_of(years);
        let is_leap = (of(4) && !of(100)) || of(400);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        ((1..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Self {
            year,
            month,
            day,
        })
    }

    /// Of `2026-11-30`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let of_digits = |part: &str, length| {
            part.len() == length && part.bytes().all(|digit| digit.is_ascii_digit())
        };
        let is_whole = of_digits(year, 4) && of_digits(month, 2) && of_digits(day, 2);
        let date = Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        (is_whole && parts.next().is_none()).then_some(date)
    }

    /// Year, month and day.
    pub fn parts(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
            .ok_or_else(|| "no day; year-month-day was expected, as 2026-11-30".into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for good in ["2026-11-30", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(Date::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "",
            "2026-11-31",
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "0000-01-01",
            "2026-01-01-01",
            "+026-01-01",
            "11/30/2026",
            "2026-01-00",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }
}
