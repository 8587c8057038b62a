//! GBZ 70-2015, *Diagnosis of occupational pneumoconiosis*: the stage as a rule.
//!
//! The overall profusion is that of the zone with the highest grade, the distribution range the
//! number of zones of grade 1 and above. The standard leaves cases open; what is chosen here:
//! overall 2 or 3 in two or three zones, and overall 2 in exactly four, give stage I; overall 3 in
//! more than four zones without aggregation gives II; a large opacity below 20 x 10 mm alone does
//! not raise the stage.

use serde::{Deserialize, Serialize};

/// Long axis from which a large opacity alone makes stage III, in mm.
pub const LARGE_LONG_AXIS_MM: f64 = 20.0;

/// Short axis that it must have with it, in mm. Copies of the standard differ between "above 10"
/// and "10 and above".
pub const LARGE_SHORT_AXIS_MM: f64 = 10.0;

/// A stage of pneumoconiosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// No pneumoconiosis.
    #[serde(rename = "0")]
    Zero,
    /// Stage one.
    I,
    /// Stage two.
    II,
    /// Stage three.
    III,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 4] = [Self::Zero, Self::I, Self::II, Self::III];

    /// As people write it: `0`, `I`, `II`, `III`.
    pub fn name(self) -> &'static str {
        ["0", "I", "II", "III"][self as usize]
    }
}

/// Large opacities as the rule sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Large {
    /// None.
    None,
    /// One at least, none of 20 x 10 mm.
    Present,
    /// One of 20 x 10 mm at least.
    Major,
}

impl Large {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::None, Self::Present, Self::Major];

    /// Of opacities given by long and short axis in mm.
    pub fn of(axes_mm: impl IntoIterator<Item = [f64; 2]>) -> Self {
        let one = |[long, short]: [f64; 2]| {
            if long >= LARGE_LONG_AXIS_MM && short >= LARGE_SHORT_AXIS_MM {
                Self::Major
            } else {
                Self::Present
            }
        };
        axes_mm.into_iter().map(one).max().unwrap_or(Self::None)
    }
}

/// What the rule is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Profusion of each zone, 0 to 3, in the order of [`Zone::ALL`](crate::zones::Zone::ALL).
    pub zones: [u8; 6],
    /// Whether small opacities crowd together somewhere.
    pub aggregation: bool,
    /// Large opacities.
    pub large: Large,
}

impl Findings {
    /// Overall profusion: the highest grade of a zone.
    pub fn overall(&self) -> u8 {
        self.zones.into_iter().max().unwrap_or(0)
    }

    /// Distribution range: zones of grade 1 and above.
    pub fn range(&self) -> usize {
        self.zones.iter().filter(|grade| **grade >= 1).count()
    }
}

/// Why a stage was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// A large opacity of 20 x 10 mm and above.
    LargeOpacity,
    /// Overall profusion 3 in more than four zones, with aggregation.
    ThreeAggregation,
    /// Overall profusion 3 in more than four zones, with a large opacity.
    ThreeLargeOpacity,
    /// Overall profusion 3 in four zones and more.
    ThreeInFour,
    /// Overall profusion 2 in more than four zones.
    TwoInFive,
    /// Overall profusion 1 and above in two zones and more.
    OneInTwo,
    /// One zone alone.
    OneZone,
    /// No zone.
    NoZone,
    /// Asbestos: profusion in more or fewer zones together with plaques; see [`asbestos`].
    Asbestos,
}

impl Clause {
    /// All but the one of [`asbestos`], in the order in which they are asked.
    pub const ALL: [Self; 8] = [
        Self::LargeOpacity,
        Self::ThreeAggregation,
        Self::ThreeLargeOpacity,
        Self::ThreeInFour,
        Self::TwoInFive,
        Self::OneInTwo,
        Self::OneZone,
        Self::NoZone,
    ];

    /// The clause in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::LargeOpacity => "a large opacity of at least 20 x 10 mm",
            Self::ThreeAggregation => {
                "overall profusion 3 in more than four zones, with aggregation"
            }
            Self::ThreeLargeOpacity => {
                "overall profusion 3 in more than four zones, with a large opacity"
            }
            Self::ThreeInFour => "overall profusion 3 in four or more zones",
            Self::TwoInFive => "overall profusion 2 in more than four zones",
            Self::OneInTwo => "overall profusion 1 or more in two or more zones",
            Self::OneZone => "opacities in one zone alone",
            Self::NoZone => "no zone of profusion 1 or more",
            Self::Asbestos => "profusion together with pleural plaques, exposed to asbestos",
        }
    }
}

/// The stage, and the clause that gave it: the first that holds.
pub fn stage(findings: &Findings) -> (Stage, Clause) {
    let (overall, range) = (findings.overall(), findings.range());
    if findings.large == Large::Major {
        (Stage::III, Clause::LargeOpacity)
    } else if overall == 3 && range > 4 && findings.aggregation {
        (Stage::III, Clause::ThreeAggregation)
    } else if overall == 3 && range > 4 && findings.large == Large::Present {
        (Stage::III, Clause::ThreeLargeOpacity)
    } else if overall == 3 && range >= 4 {
        (Stage::II, Clause::ThreeInFour)
    } else if overall == 2 && range > 4 {
        (Stage::II, Clause::TwoInFive)
    } else if overall >= 1 && range >= 2 {
        (Stage::I, Clause::OneInTwo)
    } else if range == 1 {
        (Stage::Zero, Clause::OneZone)
    } else {
        (Stage::Zero, Clause::NoZone)
    }
}

/// How far pleural plaques go, of a person exposed to asbestos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plaques {
    /// None.
    None,
    /// Some.
    Present,
    /// On part of the heart's border or of the diaphragm.
    HeartOrDiaphragm,
    /// Over half of one chest wall, one or both sides summed, or a shaggy heart border.
    Extensive,
}

/// The stage of a person exposed to asbestos: [`stage`], or what the clauses with plaques give
/// where that is more. `doubtful_zones` counts zones of 0/1, below grade 1.
pub fn asbestos(findings: &Findings, doubtful_zones: usize, plaques: Plaques) -> (Stage, Clause) {
    let (overall, range) = (findings.overall(), findings.range());
    let by_plaques = if plaques >= Plaques::Extensive && overall == 3 && range > 4 {
        Stage::III
    } else if plaques >= Plaques::HeartOrDiaphragm
        && ((overall >= 1 && range > 4) || (overall >= 2 && range >= 4))
    {
        Stage::II
    } else if plaques >= Plaques::Present && (range >= 1 || doubtful_zones >= 2) {
        Stage::I
    } else {
        Stage::Zero
    };
    let (by_rule, clause) = stage(findings);
    if by_plaques > by_rule { (by_plaques, Clause::Asbestos) } else { (by_rule, clause) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All 4^6 x 2 x 3 inputs.
    fn all() -> impl Iterator<Item = Findings> {
        (0..4096u32).flat_map(|code| {
            let zones = std::array::from_fn(|i| (code >> (2 * i) & 3) as u8);
            [false, true].into_iter().flat_map(move |aggregation| {
                Large::ALL.into_iter().map(move |large| Findings { zones, aggregation, large })
            })
        })
    }

    /// The rule of the standard in its own order of words, written apart from [`stage`].
    fn by_the_text(f: &Findings) -> Stage {
        let highest = *f.zones.iter().max().unwrap_or(&0);
        let n = 6 - f.zones.iter().filter(|z| **z == 0).count();
        let three = f.large == Large::Major
            || (highest == 3 && n > 4 && (f.aggregation || f.large != Large::None));
        let two = (highest == 2 && n > 4) || (highest == 3 && n >= 4);
        match (three, two, highest >= 1 && n >= 2) {
            (true, ..) => Stage::III,
            (_, true, _) => Stage::II,
            (.., true) => Stage::I,
            _ => Stage::Zero,
        }
    }

    #[test]
    fn every_input_has_the_stage_of_the_text() {
        assert_eq!(all().count(), 4096 * 6);
        for f in all() {
            assert_eq!(stage(&f).0, by_the_text(&f), "{f:?}");
        }
    }

    #[test]
    fn every_clause_is_reached_and_more_is_never_a_lower_stage() {
        let mut reached = BTreeSet::new();
        for f in all() {
            let (now, clause) = stage(&f);
            reached.insert(clause);
            for zone in 0..6 {
                let mut worse = f;
                worse.zones[zone] = (worse.zones[zone] + 1).min(3);
                assert!(stage(&worse).0 >= now, "{f:?} zone {zone}");
            }
            assert!(stage(&Findings { aggregation: true, ..f }).0 >= now);
            assert!(stage(&Findings { large: Large::Major, ..f }).0 >= now);
        }
        assert_eq!(reached.into_iter().collect::<Vec<_>>(), {
            let mut all = Clause::ALL.to_vec();
            all.sort();
            all
        });
    }

    #[test]
    fn the_choices_that_the_standard_leaves_open() {
        let of = |zones, aggregation, large| stage(&Findings { zones, aggregation, large }).0;
        assert_eq!(of([3, 3, 0, 0, 0, 0], true, Large::None), Stage::I);
        assert_eq!(of([2, 2, 2, 2, 0, 0], false, Large::None), Stage::I);
        assert_eq!(of([3, 1, 1, 1, 1, 0], false, Large::None), Stage::II);
        assert_eq!(of([0; 6], false, Large::Present), Stage::Zero);
    }

    #[test]
    fn axes_make_a_large_opacity_major_only_together() {
        assert_eq!(Large::of([]), Large::None);
        assert_eq!(Large::of([[30.0, 9.0], [15.0, 12.0]]), Large::Present);
        assert_eq!(Large::of([[12.0, 11.0], [20.0, 10.0]]), Large::Major);
    }

    #[test]
    fn plaques_count_only_with_profusion() {
        let of = |zones, doubtful, plaques| {
            asbestos(&Findings { zones, aggregation: false, large: Large::None }, doubtful, plaques)
        };
        assert_eq!(of([0; 6], 0, Plaques::Extensive).0, Stage::Zero);
        assert_eq!(of([0; 6], 2, Plaques::Present), (Stage::I, Clause::Asbestos));
        assert_eq!(of([1, 0, 0, 0, 0, 0], 0, Plaques::Present), (Stage::I, Clause::Asbestos));
        assert_eq!(of([1, 0, 0, 0, 0, 0], 0, Plaques::None).0, Stage::Zero);
        assert_eq!(of([1, 1, 1, 1, 1, 0], 0, Plaques::HeartOrDiaphragm).0, Stage::II);
        assert_eq!(of([2, 1, 1, 1, 0, 0], 0, Plaques::HeartOrDiaphragm).0, Stage::II);
        assert_eq!(of([3, 1, 1, 1, 1, 0], 0, Plaques::Extensive), (Stage::III, Clause::Asbestos));
        for f in all() {
            let mut before = Stage::Zero;
            for plaques in
                [Plaques::None, Plaques::Present, Plaques::HeartOrDiaphragm, Plaques::Extensive]
            {
                let now = asbestos(&f, 1, plaques).0;
                assert!(now >= before && now >= stage(&f).0);
                before = now;
            }
        }
    }
}
