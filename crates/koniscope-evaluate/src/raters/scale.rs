//! What films are graded on.

use koniscope::{
    stage::{gbz70::Stage, ilo::Profusion},
    zones::Zone,
};

use crate::truth::{self, Truth};

/// Grades of one film by one reader: the first unit alone, but for [`Scale::Zones`], which has six.
pub(crate) type Grades = [Option<usize>; 6];

/// Ordered categories that films are put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Disease or not.
    Disease,
    /// Stages 0 to III.
    Stage,
    /// The ILO's profusion, 0/- to 3/+.
    Ilo,
    /// Profusion 0 to 3 of all six zones, each for itself.
    Zones,
    /// Profusion 0 to 3 of one zone, by its place in [`Zone::ALL`].
    Zone(usize),
}

impl Scale {
    /// All, the zones last.
    pub const ALL: [Self; 10] = [
        Self::Disease,
        Self::Stage,
        Self::Ilo,
        Self::Zones,
        Self::Zone(0),
        Self::Zone(1),
        Self::Zone(2),
        Self::Zone(3),
        Self::Zone(4),
        Self::Zone(5),
    ];

    /// Those that say something of the whole film.
    pub const WHOLE: [Self; 4] = [Self::Disease, Self::Stage, Self::Ilo, Self::Zones];

    /// As figures are named.
    pub fn name(self) -> String {
        match self {
            Self::Disease => "disease".into(),
            Self::Stage => "stage".into(),
            Self::Ilo => "ILO profusion".into(),
            Self::Zones => "all zones".into(),
            Self::Zone(zone) => Zone::NAMES[zone].replace('_', " "),
        }
    }

    /// The column of labels; that of the disease is `label`.
    pub fn column(self, label: &str) -> &str {
        match self {
            Self::Disease => label,
            Self::Stage => "stage",
            Self::Ilo => truth::ILO,
            Self::Zones => "zones",
            Self::Zone(zone) => Zone::NAMES[zone],
        }
    }

    /// How many there are.
    pub fn categories(self) -> usize {
        match self {
            Self::Disease => 2,
            Self::Ilo => 12,
            Self::Stage | Self::Zones | Self::Zone(_) => 4,
        }
    }

    /// A category as tables write it.
    pub fn text(self, grade: usize) -> String {
        match self {
            Self::Stage => Stage::ALL.get(grade).map_or("", |stage| stage.name()).into(),
            Self::Ilo if grade < self.categories() => Profusion::new(grade as u8).to_string(),
            _ => grade.to_string(),
        }
    }

    /// What labels say on it.
    pub(crate) fn grades(self, said: &Truth) -> Grades {
        let zone = |zone: usize| said.zones.map(|zones| usize::from(zones[zone]));
        match self {
            Self::Disease => one(said.disease.map(usize::from)),
            Self::Stage => one(said.stage),
            Self::Ilo => one(said.ilo.map(usize::from)),
            Self::Zones => std::array::from_fn(zone),
            Self::Zone(place) => one(zone(place)),
        }
    }
}

fn one(grade: Option<usize>) -> Grades {
    let mut grades = Grades::default();
    grades[0] = grade;
    grades
}
