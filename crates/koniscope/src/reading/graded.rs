//! What a reading has with a zone grader: six graded zones, and what two standards make of them.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};

use crate::{
    Radiograph,
    grading::Grades,
    large::LargeOpacity,
    segmentation::BoundingBox,
    stage::{
        GradeProbabilities, StageDistribution,
        gbz70::{self, Clause, Large, Stage},
        ilo::{LargeCategory, Profusion, Shape, large_category},
    },
    zones::Zone,
};

/// A value for each zone, in the order of [`Zone::ALL`]; as JSON an object with the zones' names.
#[derive(Clone, Debug, PartialEq)]
pub struct ByZone<T>(pub [T; 6]);

impl<T> ByZone<T> {
    /// The value of one zone.
    pub fn get(&self, zone: Zone) -> &T {
        &self.0[zone.index()]
    }
}

impl<T: Serialize> Serialize for ByZone<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        for (name, value) in Zone::NAMES.iter().zip(&self.0) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByZone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut named = BTreeMap::<String, T>::deserialize(deserializer)?;
        let mut zones = Vec::with_capacity(Zone::NAMES.len());
        for name in Zone::NAMES {
            zones.push(named.remove(name).ok_or_else(|| D::Error::missing_field(name))?);
        }
        zones.try_into().map(Self).map_err(|_| D::Error::custom("six zones were expected"))
    }
}

/// The whole of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// The six zones.
    pub zones: ByZone<ZoneReading>,
    /// The stage by GBZ 70-2015.
    pub gbz70: Gbz70,
    /// What the ILO Classification says, as far as it is judged.
    pub ilo: Ilo,
    /// Large opacities as measured on the film.
    pub large_opacities: Vec<LargeOpacity>,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneReading {
    /// Probability of profusion 0 to 3; they sum to 1.
    pub profusion: GradeProbabilities,
    /// The median grade, 0 to 3.
    pub grade: u8,
    /// Area in pixels.
    pub area_px: usize,
    /// Area in mm2, where the spacing is known.
    pub area_mm2: Option<f64>,
    /// Probability that small opacities crowd together.
    pub aggregation: f64,
    /// Probability of a large opacity.
    pub large: f64,
}

/// The stage as a distribution, with the clause of the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gbz70 {
    /// The likeliest stage.
    pub stage: Stage,
    /// Probability of the stages 0, I, II, III; they sum to 1.
    pub probabilities: [f64; 4],
    /// The stage in the mean, 0 to 3.
    pub expected: f64,
    /// The likeliest clause that gives the stage.
    pub clause: Clause,
    /// The clause in words.
    pub clause_text: Cow<'static, str>,
    /// Highest of the zones' median grades, 0 to 3.
    pub overall_profusion: u8,
    /// Zones whose median grade is 1 and above, 0 to 6.
    pub distribution_range: usize,
}

impl Gbz70 {
    fn of(grades: &Grades) -> Self {
        let distribution = grades.stage();
        let stage = distribution.stage();
        let StageDistribution { probabilities, expected, clause, .. } = distribution;
        // Neither aggregation nor large opacities bear on the two figures taken from this.
        let zones = grades.zones.map(|zone| zone.grade());
        let findings = gbz70::Findings { zones, aggregation: false, large: Large::None };
        Self {
            stage,
            probabilities,
            expected,
            clause,
            clause_text: clause.text().into(),
            overall_profusion: findings.overall(),
            distribution_range: findings.range(),
        }
    }
}

/// The ILO Classification, as far as it is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ilo {
    /// Probability that overall profusion is 1/0 and above, from the grades of all zones together
    /// ([`Joint::reaches`]). From which probability on a film is positive has not been measured on
    /// films of patients, so no reading says that one is.
    ///
    /// [`Joint::reaches`]: crate::stage::Joint::reaches
    pub probability_1_0: f64,
    /// Shape and size of the small opacities; absent when no zone is affected or the likeliest stage is
    /// 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<IloShape>,
    /// Category of the large opacities as measured; nothing where there are some and without
    /// spacing it cannot be told which.
    pub large_opacity: Option<LargeCategory>,
    /// The same in the order of the form.
    pub form: Form,
}

/// Shape and size of small opacities, `p` to `u`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IloShape {
    /// Of most of them.
    pub primary: Shape,
    /// Of the others, or again the same.
    pub secondary: Shape,
}

/// Fields of the form CDC/NIOSH 2.8 in its order, as far as they can be filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// 1, technical quality: not judged.
    pub image_quality: Option<u8>,
    /// 2A: not judged, as it would say that the film is positive.
    pub parenchymal_abnormalities: Option<bool>,
    /// 2B.
    pub small_opacities: SmallOpacities,
    /// 2C; nothing where it cannot be told.
    pub large_opacities: Option<LargeCategory>,
    /// 3, pleural abnormalities: not judged.
    pub pleural: Option<bool>,
}

/// Part 2B of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmallOpacities {
    /// Primary shape and size, as [`Ilo::shape`].
    pub shape_primary: Option<Shape>,
    /// Secondary shape and size.
    pub shape_secondary: Option<Shape>,
    /// The zones with small opacities: those of grade 1 and above.
    pub zones: ByZone<bool>,
    /// Overall profusion: not judged, see [`Ilo::probability_1_0`].
    pub profusion: Option<Profusion>,
}

impl Ilo {
    fn of(grades: &Grades, stage: Stage, large_opacity: Option<LargeCategory>) -> Self {
        let affected = grades.zones.map(|zone| zone.grade() >= 1);
        let shape = (stage > Stage::Zero && affected.contains(&true)).then(|| {
            let [primary, secondary] = grades.shape();
            IloShape { primary, secondary }
        });
        Self {
            probability_1_0: grades.joint.reaches(Profusion::POSITIVE).min(1.0),
            shape,
            large_opacity,
            form: Form {
                image_quality: None,
                parenchymal_abnormalities: None,
                small_opacities: SmallOpacities {
                    shape_primary: shape.map(|shape| shape.primary),
                    shape_secondary: shape.map(|shape| shape.secondary),
                    zones: ByZone(affected),
                    profusion: None,
                },
                large_opacities: large_opacity,
                pleural: None,
            },
        }
    }
}

impl Graded {
    /// From the grades of a film's zones, their pixels (of [`Zones::extents`]) and the large
    /// opacities measured in them.
    ///
    /// [`Zones::extents`]: crate::zones::Zones::extents
    pub(crate) fn of(
        grades: &Grades,
        extents: &[Option<(usize, BoundingBox)>; 6],
        large_opacities: Vec<LargeOpacity>,
        film: &Radiograph,
    ) -> Self {
        let area_px = extents.map(|extent| extent.map_or(0, |(area, _)| area));
        let zones = std::array::from_fn(|i| {
            let grade = &grades.zones[i];
            ZoneReading {
                profusion: grade.profusion,
                grade: grade.grade(),
                area_px: area_px[i],
                area_mm2: film.pixel_area_mm2().map(|mm2| mm2 * area_px[i] as f64),
                aggregation: grade.aggregation,
                large: 1.0 - grade.large[0],
            }
        });
        let category = category(&large_opacities, area_px[0], film);
        let gbz70 = Gbz70::of(grades);
        Self {
            zones: ByZone(zones),
            ilo: Ilo::of(grades, gbz70.stage, category),
            gbz70,
            large_opacities,
        }
    }
}

/// Category of what was measured. C is told by areas alone, A and B need mm.
fn category(
    opacities: &[LargeOpacity],
    right_upper_px: usize,
    film: &Radiograph,
) -> Option<LargeCategory> {
    if opacities.is_empty() {
        return Some(LargeCategory::O);
    }
    let sizes: Option<Vec<[f64; 2]>> = opacities.iter().map(|o| o.size_mm(film)).collect();
    if let (Some(sizes), Some(mm2)) = (sizes, film.pixel_area_mm2()) {
        return Some(large_category(sizes, mm2 * right_upper_px as f64));
    }
    let area: f64 = opacities.iter().map(|opacity| opacity.area_px).sum();
    (area > right_upper_px as f64).then_some(LargeCategory::C)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        grading::{OUTPUTS, SHAPES, ZoneCalibration, ZoneOutput},
        plane::Plane,
        segmentation::Side,
        zones::Level,
    };

    /// Zones graded for sure, with shapes q and t.
    fn grades(of: [usize; 6]) -> Grades {
        let outputs = of.map(|grade| {
            let mut logits = vec![-12.0; OUTPUTS.len()];
            logits[..grade].fill(12.0);
            (logits[SHAPES + 1], logits[SHAPES + 4]) = (3.0, 2.0);
            ZoneOutput { logits, maps: Vec::new() }
        });
        Grades::of(&outputs, &ZoneCalibration::identity()).unwrap()
    }

    fn opacity(long: f64, area_px: f64, mm: bool) -> LargeOpacity {
        LargeOpacity {
            side: Side::Right,
            zone: Level::Upper,
            long_axis_mm: mm.then_some(long),
            short_axis_mm: mm.then_some(long / 2.0),
            long_axis_px: 2.0 * long,
            short_axis_px: long,
            center_px: [50.0, 50.0],
            angle_deg: 0.0,
            area_px,
        }
    }

    fn graded(of: [usize; 6], large: Vec<LargeOpacity>, spacing: Option<f64>) -> Graded {
        let film = Radiograph::new(Plane::filled(8, 8, 0.5), spacing.map(|mm| [mm; 2]));
        let bounds = BoundingBox { x: 0, y: 0, width: 100, height: 100 };
        Graded::of(&grades(of), &[Some((10_000, bounds)); 6], large, &film)
    }

    #[test]
    fn grades_go_into_both_standards() {
        let film = graded([3, 2, 0, 1, 1, 0], Vec::new(), Some(0.5));
        assert_eq!((film.gbz70.stage, film.gbz70.clause), (Stage::II, Clause::ThreeInFour));
        assert_eq!((film.gbz70.overall_profusion, film.gbz70.distribution_range), (3, 4));
        assert!(film.ilo.probability_1_0 > 0.999);
        assert_eq!(film.ilo.shape, Some(IloShape { primary: Shape::Q, secondary: Shape::T }));
        assert_eq!(film.ilo.form.small_opacities.zones.0, [true, true, false, true, true, false]);
        assert_eq!(film.zones.0[1].grade, 2);
        assert_eq!(film.zones.0[1].area_mm2, Some(2500.0));
        assert_eq!(film.ilo.large_opacity, Some(LargeCategory::O));
    }

    #[test]
    fn a_clear_film_has_no_shape() {
        let film = graded([0; 6], Vec::new(), None);
        assert_eq!((film.gbz70.stage, film.gbz70.clause), (Stage::Zero, Clause::NoZone));
        assert_eq!(film.ilo.shape, None);
        assert!(film.ilo.probability_1_0 < 0.001);
        assert_eq!(film.ilo.form.small_opacities.shape_primary, None);
        assert_eq!(film.zones.0[0].area_mm2, None);
    }

    #[test]
    fn the_form_does_not_contradict_the_stage() {
        let film = graded([1, 0, 0, 0, 0, 0], Vec::new(), None);
        assert_eq!((film.gbz70.stage, film.gbz70.clause), (Stage::Zero, Clause::OneZone));
        assert_eq!(film.ilo.shape, None);
        let Form { parenchymal_abnormalities, small_opacities, .. } = film.ilo.form;
        assert_eq!((parenchymal_abnormalities, small_opacities.profusion), (None, None));
        assert_eq!(small_opacities.zones.0, [true, false, false, false, false, false]);
    }

    #[test]
    fn categories_need_mm_except_where_areas_tell() {
        let of = |large, spacing| graded([0; 6], large, spacing).ilo;
        assert_eq!(of(vec![opacity(30.0, 900.0, true)], Some(0.5)).large_opacity, {
            Some(LargeCategory::A)
        });
        let two = vec![opacity(30.0, 900.0, true); 2];
        assert_eq!(of(two, Some(0.5)).large_opacity, Some(LargeCategory::B));
        let unknown = of(vec![opacity(30.0, 900.0, false)], None);
        assert_eq!(unknown.large_opacity, None);
        let all = of(vec![opacity(90.0, 10_001.0, false)], None);
        assert_eq!(all.large_opacity, Some(LargeCategory::C));
    }
}
