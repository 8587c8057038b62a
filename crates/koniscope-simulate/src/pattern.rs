//! What a film shall show: shapes, how many opacities each zone has, aggregation, large opacities.

mod draw;

use koniscope::{
    segmentation::Side,
    stage::{
        gbz70::{self, Clause, Findings, Large, Stage},
        ilo::{Profusion, Shape},
    },
    zones::Level,
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{
    opacities::{Form, LargeOpacity},
    profusion,
};

/// Plans drawn before one is taken that has another stage than the wanted one. Fewer than one in a
/// hundred plans need more than 50.
const TRIES: usize = 2000;

const SIDES: [Side; 2] = [Side::Right, Side::Left];

/// Kind of disease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// No opacity.
    None,
    /// Silicosis and coal workers' pneumoconiosis: rounded opacities, above more than below.
    SilicaCoal,
    /// Asbestosis: irregular opacities, below more than above.
    Asbestos,
}

impl Pattern {
    /// `none`, `silica_coal` or `asbestos`.
    pub fn name(self) -> &'static str {
        ["none", "silica_coal", "asbestos"][self as usize]
    }

    fn shapes(self) -> &'static [(Shape, f64)] {
        match self {
            Self::Asbestos => &[(Shape::S, 0.4), (Shape::T, 0.45), (Shape::U, 0.15)],
            _ => &[(Shape::P, 0.35), (Shape::Q, 0.45), (Shape::R, 0.2)],
        }
    }

    /// The level with the most opacities.
    fn home(self) -> Level {
        if self == Self::Asbestos { Level::Lower } else { Level::Upper }
    }
}

/// What plans are to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Wishes {
    /// Shares of the stages 0, I, II, III; they need not sum to 1.
    pub stages: [f64; 4],
    /// Share of films with the pattern of asbestos, 0 to 1.
    pub asbestos: f64,
    /// No film gets an opacity.
    pub none: bool,
    /// One lung of each film, by chance, gets none. Stage II takes four zones and is then out of reach:
    /// films wished so come out as another.
    pub one_sided: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { stages: [0.4, 0.2, 0.2, 0.2], asbestos: 0.25, none: false, one_sided: false }
    }
}

/// What one film shall show. Opacities are drawn, so grades are exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Kind of disease; none if there is no opacity at all.
    pub pattern: Pattern,
    /// Primary and secondary shape.
    pub shapes: [Shape; 2],
    /// Small opacities of each zone, not yet placed within it.
    pub small: [Vec<Form>; 6],
    /// Zones in which opacities crowd together.
    pub aggregation: [bool; 6],
    /// Large opacities, not yet placed within their zones.
    pub large: Vec<LargeOpacity>,
}

impl Plan {
    /// Draws a plan for zones of the given areas, whose stage is drawn from the wishes' shares.
    pub fn draw(wishes: &Wishes, areas_cm2: &[f64; 6], rng: &mut impl Rng) -> Self {
        if wishes.none {
            return Self::nothing();
        }
        let stage = Stage::ALL[weighted(&wishes.stages, rng)];
        let asbestos = rng.random_bool(wishes.asbestos.clamp(0.0, 1.0));
        let pattern = if asbestos { Pattern::Asbestos } else { Pattern::SilicaCoal };
        if stage == Stage::Zero && rng.random_bool(0.5) {
            return Self::nothing();
        }
        let free = wishes.one_sided.then(|| SIDES[rng.random_range(0..2)]);
        let mut plan = draw::plan(pattern, stage, free, areas_cm2, rng);
        for _ in 1..TRIES {
            if plan.stage(areas_cm2).0 == stage {
                break;
            }
            plan = draw::plan(pattern, stage, free, areas_cm2, rng);
        }
        if plan.small.iter().all(Vec::is_empty) && plan.large.is_empty() {
            Self::nothing()
        } else {
            plan
        }
    }

    fn nothing() -> Self {
        Self {
            pattern: Pattern::None,
            shapes: [Shape::P; 2],
            small: Default::default(),
            aggregation: [false; 6],
            large: Vec::new(),
        }
    }

    /// Profusion of each zone.
    pub fn profusion(&self, areas_cm2: &[f64; 6]) -> [Profusion; 6] {
        let profuse = self.small.each_ref().map(|zone| zone.iter().map(Form::profuse_cm2).sum());
        profusion::of_zones(profuse, areas_cm2)
    }

    /// Stage and clause of the planned grades.
    pub fn stage(&self, areas_cm2: &[f64; 6]) -> (Stage, Clause) {
        gbz70::stage(&Findings {
            zones: self.profusion(areas_cm2).map(Profusion::major),
            aggregation: self.aggregation.contains(&true),
            large: Large::of(self.large.iter().map(|l| [l.long_axis_mm, l.short_axis_mm])),
        })
    }
}

/// An index drawn by weights; the last one if all are 0.
fn weighted(weights: &[f64], rng: &mut impl Rng) -> usize {
    let sum: f64 = weights.iter().sum();
    let mut left = rng.random::<f64>() * sum;
    for (i, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return i;
        }
    }
    weights.len() - 1
}

#[cfg(test)]
mod tests {
    use koniscope::zones::Zone;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use super::*;

    const AREAS: [f64; 6] = [70.0, 95.0, 90.0, 65.0, 85.0, 60.0];

    #[test]
    fn plans_have_the_wanted_stage() {
        for (i, stage) in Stage::ALL.into_iter().enumerate() {
            let mut wishes = Wishes { stages: [0.0; 4], ..Wishes::default() };
            wishes.stages[i] = 1.0;
            for seed in 0..100 {
                let plan = Plan::draw(&wishes, &AREAS, &mut ChaCha12Rng::seed_from_u64(seed));
                assert_eq!(plan.stage(&AREAS).0, stage, "{seed} {plan:?}");
            }
        }
    }

    #[test]
    fn half_of_stage_0_has_nothing_and_patterns_keep_their_shapes() {
        let stages = [1.0, 0.0, 0.0, 0.0];
        let mut nothing = 0;
        for seed in 0..400 {
            let wishes = Wishes { stages, asbestos: 1.0, ..Wishes::default() };
            let plan = Plan::draw(&wishes, &AREAS, &mut ChaCha12Rng::seed_from_u64(seed));
            nothing += usize::from(plan.pattern == Pattern::None);
            let irregular = plan.shapes.iter().all(|s| s.is_irregular());
            assert!(plan.pattern == Pattern::None || irregular);
            assert!(plan.large.is_empty());
        }
        assert!((160..=240).contains(&nothing), "{nothing}");
        let none = Wishes { none: true, ..Wishes::default() };
        let plan = Plan::draw(&none, &AREAS, &mut ChaCha12Rng::seed_from_u64(1));
        assert_eq!(plan, Plan::nothing());
    }

    #[test]
    fn one_lung_may_be_free() {
        let wishes = Wishes { one_sided: true, stages: [0.1, 0.4, 0.0, 0.5], ..Wishes::default() };
        let mut sick = [0; 2];
        for seed in 0..200 {
            let plan = Plan::draw(&wishes, &AREAS, &mut ChaCha12Rng::seed_from_u64(seed));
            let is_sick = SIDES.map(|side| {
                let of_side = |zone: Zone| zone.side == side;
                let small = Zone::ALL
                    .into_iter()
                    .zip(&plan.small)
                    .any(|(z, n)| of_side(z) && !n.is_empty());
                let crowded =
                    Zone::ALL.into_iter().zip(plan.aggregation).any(|(z, a)| of_side(z) && a);
                small || crowded || plan.large.iter().any(|large| of_side(large.zone))
            });
            assert_ne!(is_sick, [true; 2], "{seed} {plan:?}");
            sick[0] += usize::from(is_sick[0]);
            sick[1] += usize::from(is_sick[1]);
        }
        assert!(sick.iter().all(|n| *n > 70), "{sick:?}");
    }

    #[test]
    fn the_mix_of_stages_is_kept() {
        let mut found = [0usize; 4];
        for seed in 0..1000 {
            let plan =
                Plan::draw(&Wishes::default(), &AREAS, &mut ChaCha12Rng::seed_from_u64(seed));
            found[plan.stage(&AREAS).0 as usize] += 1;
        }
        for (n, share) in found.into_iter().zip([0.4, 0.2, 0.2, 0.2]) {
            assert!((n as f64 / 1000.0 - share).abs() < 0.05, "{found:?}");
        }
    }
}
