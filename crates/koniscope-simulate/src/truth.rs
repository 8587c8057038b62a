//! What is known of a simulated film: `truth/NAME.json` in full, a row of `truth.csv` in short.

mod table;

use std::path::Path;

use koniscope::{
    segmentation::Side,
    stage::{
        gbz70::{self, Findings, Large, Stage},
        ilo::{Profusion, Shape},
    },
    zones::Zone,
};
use serde::{Deserialize, Serialize};

pub use table::{COLUMNS, table};

use crate::{
    field::Field,
    insert::Look,
    opacities::{LargeOpacity, SmallOpacity},
    pattern::{Pattern, Plan},
    profusion,
};

/// Changes whenever a film of the same seed would come out otherwise. Films of two versions stand on two scales.
pub(crate) const RECIPE_VERSION: u32 = 6;

/// Folders of a run: pictures, label maps, truths.
pub(crate) const FOLDERS: [&str; 3] = ["films", "masks", "truth"];

/// All that is known of one film. Points are in mm from the film's upper left corner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Says that the film is no patient's.
    pub notice: String,
    /// Where the film comes from and is.
    #[serde(flatten)]
    pub film: Film,
    /// Kind of disease.
    pub pattern: Pattern,
    /// Stage by GBZ 70 of the zones' grades.
    pub stage: Stage,
    /// The clause that gave it.
    pub clause: String,
    /// The six zones in order.
    pub zones: Vec<ZoneTruth>,
    /// Overall profusion by the ILO, as `1/1`.
    pub ilo_profusion: String,
    /// Primary and secondary shape, as `q/t`; empty without opacities.
    pub shapes: String,
    /// Whether opacities crowd together somewhere.
    pub aggregation: bool,
    /// All large opacities.
    pub large_opacities: Vec<LargeOpacity>,
    /// Physics of the opacities.
    pub physics: Physics,
    /// All small opacities.
    pub small_opacities: Vec<SmallOpacity>,
}

/// Where a film comes from and is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Film {
    /// The picture, relative to `truth.csv`.
    pub image: String,
    /// The label map of its lungs (0, 1 right, 2 left), relative to `truth.csv`.
    pub mask: String,
    /// Whose it is.
    pub patient_id: String,
    /// Set of the real film, or `phantom`.
    pub source: String,
    /// File name of the real film; empty for a phantom.
    pub of: String,
    /// Seed of the run.
    pub seed: u64,
    /// Number of the film in the run; with the seed it gives the film again.
    pub number: u64,
    /// All options that the film depends on.
    pub recipe: String,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Distance of pixels in mm, `[between rows, between columns]`.
    pub spacing_mm: [f64; 2],
    /// Whether it was taken from the height of the lungs, since the film tells none.
    pub spacing_estimated: bool,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneTruth {
    /// `right_upper` to `left_lower`.
    pub zone: String,
    /// Major category, 0 to 3.
    pub grade: u8,
    /// Category on the scale of 12, as `1/1`.
    pub profusion: String,
    /// Small opacities whose center lies in it.
    pub count: usize,
    /// Area, cm2.
    pub area_cm2: f64,
    /// Whether opacities crowd together in it.
    pub aggregation: bool,
    /// Large opacities with their center in it.
    pub large: Large,
    /// First and last row between which it lies, in pixels; the lowest zone is open below.
    pub rows: [f64; 2],
}

/// Physics of a film's opacities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Physics {
    /// Contrast, scatter and detail.
    #[serde(flatten)]
    pub look: Look,
    /// Gray (0 to 1) per natural logarithm of signal, of a real film.
    pub gray_per_log: Option<f64>,
}

impl Truth {
    /// Where the whole truth stands, relative to `truth.csv`.
    pub fn file(&self) -> String {
        let stem = Path::new(&self.film.image).file_stem().unwrap_or_default();
        format!("{}/{}.json", FOLDERS[2], stem.to_string_lossy())
    }

    /// Whether its film was made by this version of the simulator.
    pub fn is_current(&self) -> bool {
        self.film.recipe.split(';').next() == Some(RECIPE_VERSION.to_string().as_str())
    }

    /// Measures what was placed and grades it: the grade of a zone is that of the opacities whose
    /// centers lie in it.
    pub fn new(
        film: Film,
        field: &Field,
        plan: &Plan,
        small: Vec<SmallOpacity>,
        large: Vec<LargeOpacity>,
        physics: Physics,
    ) -> Self {
        let areas = field.areas_cm2();
        let mut profuse = [0.0; 6];
        for opacity in &small {
            profuse[opacity.zone.index()] += opacity.form.profuse_cm2();
        }
        let profusion = profusion::of_zones(profuse, &areas);
        let large_in = |i: Option<usize>| {
            let here = large.iter().filter(|l| i.is_none_or(|i| l.zone.index() == i));
            Large::of(here.map(|l| [l.long_axis_mm, l.short_axis_mm]))
        };
        let aggregation = plan.aggregation.contains(&true);
        let zones = profusion.map(Profusion::major);
        let (stage, clause) = gbz70::stage(&Findings { zones, aggregation, large: large_in(None) });
        let zones = Zone::ALL.into_iter().enumerate().map(|(i, zone)| {
            let height = field.zones().lung(zone.side);
            let [upper, lower] = height.lines();
            let bottom = field
                .mask()
                .bounding_box(zone.side)
                .map_or(height.dome, |b| (b.y + b.height) as f64);
            ZoneTruth {
                zone: zone.name().into(),
                grade: profusion[i].major(),
                profusion: profusion[i].to_string(),
                count: small.iter().filter(|o| o.zone == zone).count(),
                area_cm2: areas[i],
                aggregation: plan.aggregation[i],
                large: large_in(Some(i)),
                rows: [[height.apex, upper], [upper, lower], [lower, bottom]][zone.level as usize],
            }
        });
        let [primary, secondary] = plan.shapes.map(Shape::name);
        Self {
            notice: format!("SIMULATED. {}", koniscope::reading::DISCLAIMER),
            film,
            pattern: plan.pattern,
            stage,
            clause: name_of(&clause),
            zones: zones.collect(),
            ilo_profusion: Profusion::overall(profusion).to_string(),
            shapes: if small.is_empty() { String::new() } else { format!("{primary}/{secondary}") },
            aggregation,
            large_opacities: large,
            physics,
            small_opacities: small,
        }
    }

    /// What the rule of staging is asked about.
    pub fn findings(&self) -> Findings {
        Findings {
            zones: std::array::from_fn(|i| self.zones.get(i).map_or(0, |zone| zone.grade)),
            aggregation: self.aggregation,
            large: Large::of(
                self.large_opacities.iter().map(|l| [l.long_axis_mm, l.short_axis_mm]),
            ),
        }
    }

    /// The longest large opacity.
    pub fn largest(&self) -> Option<&LargeOpacity> {
        self.large_opacities.iter().max_by(|a, b| a.long_axis_mm.total_cmp(&b.long_axis_mm))
    }

    /// The grades of one lung, from above.
    pub fn grades(&self, side: Side) -> [u8; 3] {
        let first = 3 * usize::from(side == Side::Left);
        std::array::from_fn(|i| self.findings().zones[first + i])
    }
}

/// The name under which a plain enum is written.
fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
