//! The International Classification of Radiographs of Pneumoconioses of the International Labour
//! Office (2011, revised 2022), as far as it is a rule.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Minor categories of profusion in order.
const NAMES: [&str; 12] =
    ["0/-", "0/0", "0/1", "1/0", "1/1", "1/2", "2/1", "2/2", "2/3", "3/2", "3/3", "3/+"];

/// From how many minor categories below the highest zone a zone is left out of the overall
/// profusion.
const LEFT_OUT_BELOW: u8 = 3;

/// Longest dimension above which an opacity is large, in mm.
pub const LARGE_MM: f64 = 10.0;

/// Longest dimension, or sum of them, up to which large opacities are category A, in mm.
const CATEGORY_A_MM: f64 = 50.0;

/// Profusion on the scale of 12: `0/-` to `3/+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Profusion(u8);

impl Profusion {
    /// `1/0`: positive by law and practice from here on.
    pub const POSITIVE: Self = Self(3);

    /// By its place on the scale.
    ///
    /// # Panics
    /// If `index` is above 11.
    pub fn new(index: u8) -> Self {
        assert!(index < 12, "profusion has 12 categories, not {index}");
        Self(index)
    }

    /// By its name, as `1/0`.
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.iter().position(|n| *n == name).map(|i| Self(i as u8))
    }

    /// Its place on the scale, 0 to 11.
    pub fn index(self) -> u8 {
        self.0
    }

    /// Its major category, 0 to 3.
    pub fn major(self) -> u8 {
        self.0 / 3
    }

    /// The middle of a major category: `0/0`, `1/1`, `2/2`, `3/3`.
    ///
    /// # Panics
    /// If `major` is above 3.
    pub fn middle_of(major: u8) -> Self {
        assert!(major < 4, "there are 4 major categories, not {major}");
        Self(3 * major + 1)
    }

    /// Overall profusion: the mean place of the affected zones, rounded to the nearest; zones
    /// three and more minor categories below the highest are left out.
    pub fn overall(zones: [Self; 6]) -> Self {
        let highest = zones.iter().map(|z| z.0).max().unwrap_or(0);
        let counted = zones.iter().map(|z| z.0).filter(|z| highest - z < LEFT_OUT_BELOW);
        let (sum, n) = counted.fold((0u32, 0u32), |(sum, n), z| (sum + u32::from(z), n + 1));
        Self(((2 * sum + n) / (2 * n)) as u8)
    }
}

impl fmt::Display for Profusion {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(NAMES[usize::from(self.0)])
    }
}

impl From<Profusion> for String {
    fn from(profusion: Profusion) -> Self {
        profusion.to_string()
    }
}

impl TryFrom<String> for Profusion {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).ok_or_else(|| format!("no profusion {name:?}; 0/- to 3/+ was expected"))
    }
}

/// Shape and size of small opacities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Rounded, diameter up to 1.5 mm.
    P,
    /// Rounded, above 1.5 to 3 mm.
    Q,
    /// Rounded, above 3 to 10 mm.
    R,
    /// Irregular, width up to 1.5 mm.
    S,
    /// Irregular, above 1.5 to 3 mm.
    T,
    /// Irregular, above 3 to 10 mm.
    U,
}

impl Shape {
    /// All, in the order of the form.
    pub const ALL: [Self; 6] = [Self::P, Self::Q, Self::R, Self::S, Self::T, Self::U];

    /// `p` to `u`.
    pub fn name(self) -> &'static str {
        ["p", "q", "r", "s", "t", "u"][self as usize]
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    /// Whether it is irregular: `s`, `t`, `u`.
    pub fn is_irregular(self) -> bool {
        self >= Self::S
    }

    /// Smallest and largest diameter or width, in mm. The standard gives the lowest size no lower
    /// bound; below 1 mm nothing is seen.
    pub fn size_mm(self) -> [f64; 2] {
        match self {
            Self::P | Self::S => [1.0, 1.5],
            Self::Q | Self::T => [1.5, 3.0],
            Self::R | Self::U => [3.0, 10.0],
        }
    }
}

/// Category of large opacities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LargeCategory {
    /// None.
    O,
    /// One up to 50 mm, or several whose longest dimensions sum to 50 mm at most.
    A,
    /// More than A; together no larger than the right upper zone.
    B,
    /// Together larger than the right upper zone.
    C,
}

/// Category of opacities given by `[longest dimension in mm, area in mm2]`; those of 10 mm and less
/// are not large.
pub fn large_category(
    opacities: impl IntoIterator<Item = [f64; 2]>,
    right_upper_mm2: f64,
) -> LargeCategory {
    let large = opacities.into_iter().filter(|[long, _]| *long > LARGE_MM);
    let (long, area) = large.fold((0.0, 0.0), |(l, a), [long, area]| (l + long, a + area));
    if long == 0.0 {
        LargeCategory::O
    } else if area > right_upper_mm2 {
        LargeCategory::C
    } else if long > CATEGORY_A_MM {
        LargeCategory::B
    } else {
        LargeCategory::A
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_and_majors_go_in_threes() {
        for index in 0..12 {
            let profusion = Profusion::new(index);
            assert_eq!(Profusion::parse(&profusion.to_string()), Some(profusion));
            let first = profusion.to_string()[..1].parse::<u8>();
            assert_eq!(profusion.major(), first.unwrap());
        }
        assert_eq!(Profusion::POSITIVE.to_string(), "1/0");
        assert_eq!(Profusion::middle_of(2).to_string(), "2/2");
        assert_eq!(Profusion::parse("4/4"), None);
    }

    #[test]
    fn overall_is_the_mean_of_affected_zones() {
        let of = |zones: [&str; 6]| {
            Profusion::overall(zones.map(|z| Profusion::parse(z).unwrap())).to_string()
        };
        let cases = [
            (["0/0"; 6], "0/0"),
            (["2/2", "2/2", "0/0", "2/2", "2/2", "0/0"], "2/2"),
            // 1/1 is three below 2/2 and is left out, 1/2 is not.
            (["2/2", "1/1", "0/0", "0/0", "0/0", "0/0"], "2/2"),
            (["2/2", "1/2", "0/0", "0/0", "0/0", "0/0"], "2/1"),
            (["3/+", "3/+", "3/3", "3/3", "3/2", "3/2"], "3/3"),
        ];
        for (zones, overall) in cases {
            assert_eq!(of(zones), overall, "{zones:?}");
        }
    }

    #[test]
    fn overall_lies_between_lowest_and_highest() {
        for code in 0..12u32.pow(4) {
            let at = |i: u32| Profusion::new((code / 12u32.pow(i % 4) % 12) as u8);
            let zones = std::array::from_fn(|i| at(i as u32));
            let overall = Profusion::overall(zones);
            assert!(overall <= *zones.iter().max().unwrap());
            assert!(overall >= *zones.iter().min().unwrap());
        }
    }

    #[test]
    fn categories_of_large_opacities() {
        let of = |opacities: &[[f64; 2]]| large_category(opacities.iter().copied(), 5000.0);
        assert_eq!(of(&[]), LargeCategory::O);
        assert_eq!(of(&[[10.0, 70.0]]), LargeCategory::O);
        assert_eq!(of(&[[10.1, 70.0]]), LargeCategory::A);
        assert_eq!(of(&[[30.0, 400.0], [20.0, 200.0]]), LargeCategory::A);
        assert_eq!(of(&[[30.0, 400.0], [20.1, 200.0]]), LargeCategory::B);
        assert_eq!(of(&[[100.0, 5000.0]]), LargeCategory::B);
        assert_eq!(of(&[[45.0, 5000.1]]), LargeCategory::C);
    }
}
