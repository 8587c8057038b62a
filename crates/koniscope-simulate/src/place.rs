//! Where each opacity of a plan is.

use std::f64::consts::TAU;

use koniscope::zones::Zone;
use rand::{Rng, seq::SliceRandom};

use crate::{
    field::Field,
    opacities::{Form, LargeOpacity, SmallOpacity, hundredth},
    pattern::Plan,
};

/// Share of an aggregated zone's opacities that lie in clusters.
const CLUSTERED: f64 = 0.7;

/// Standard deviation of a cluster, mm.
const CLUSTER_MM: std::ops::Range<f64> = 6.0..10.0;

/// Density in a cluster's middle over the zone's mean.
const CLUSTER_DENSITY: f64 = 3.0;

/// Fewest opacities of a cluster.
const FEWEST: f64 = 8.0;

/// Depth below the lung's border of a large opacity's outline, where there is room, mm.
const LARGE_DEPTH_MM: f64 = 4.0;

/// Share of the knots of irregular opacities that lie where a strand of another ends, so that they make a net.
const JOINED: f64 = 0.7;

/// Depth below the lung's border over which the knots that begin a net get fewer, mm, and their least share.
const PERIPHERAL: (f64, f64) = (20.0, 0.2);

/// Points tried for one place before an even one is taken.
const TRIES: usize = 50;

/// Places all small opacities of a plan: rounded ones evenly over their zone, irregular ones as nets, more below
/// the lung's border than deep in it; or, where it is aggregated, most of them in clusters (Thomas's process: normal about evenly drawn centers). Their number is the
/// plan's in any case. A cluster has 8 to about 25 opacities at grade 2 and more at grade 3, so
/// that its middle is three times as dense as the zone.
pub fn small(plan: &Plan, field: &Field, rng: &mut impl Rng) -> Vec<SmallOpacity> {
    let areas = field.areas_cm2();
    let mut placed = Vec::new();
    for (i, zone) in Zone::ALL.into_iter().enumerate() {
        let mut forms = plan.small[i].clone();
        forms.shuffle(rng);
        let count = forms.len() as f64;
        let clustered = if plan.aggregation[i] { CLUSTERED * count } else { 0.0 };
        let mut net = Net::default();
        let mut cluster = Cluster { center: [0.0; 2], sigma: 1.0, left: 0 };
        for (number, form) in forms.into_iter().enumerate() {
            let point = if (number as f64) < clustered {
                if cluster.left == 0 {
                    cluster = Cluster::draw(count / areas[i], field, zone, rng);
                }
                cluster.left -= 1;
                cluster.point(field, zone, rng)
            } else if form.shape.is_irregular() {
                net.point(&form, field, zone, rng)
            } else {
                even(field, zone, rng)
            };
            let [x_mm, y_mm] = point;
            placed.push(SmallOpacity { x_mm, y_mm, zone, form });
        }
    }
    placed
}

/// Places the large opacities of a plan, inside of the lung where it is wide enough.
pub fn large(plan: &Plan, field: &Field, rng: &mut impl Rng) -> Vec<LargeOpacity> {
    let mut placed: Vec<LargeOpacity> = Vec::new();
    for opacity in &plan.large {
        let outline = opacity.outline();
        // The first that lies inside and apart from the others, else the best seen.
        let mut best = (f64::NEG_INFINITY, [0.0; 2]);
        for _ in 0..200 {
            let point = even(field, opacity.zone, rng);
            let apart = placed.iter().map(|other| {
                let distance = (point[0] - other.x_mm).hypot(point[1] - other.y_mm);
                distance - 0.5 * (opacity.long_axis_mm + other.long_axis_mm)
            });
            let apart = apart.fold(f64::INFINITY, f64::min).min(0.0);
            let outside = outline
                .iter()
                .step_by(15)
                .filter(|[x, y]| field.depth_mm([point[0] + x, point[1] + y]) < LARGE_DEPTH_MM);
            let score = apart - outside.count() as f64;
            if score > best.0 {
                best = (score, point);
            }
            if score >= 0.0 {
                break;
            }
        }
        let [x_mm, y_mm] = best.1;
        placed.push(LargeOpacity { x_mm, y_mm, ..opacity.clone() });
    }
    placed
}

/// The open ends of a zone's strands.
#[derive(Default)]
struct Net {
    ends: Vec<[f64; 2]>,
}

impl Net {
    fn point(&mut self, form: &Form, field: &Field, zone: Zone, rng: &mut impl Rng) -> [f64; 2] {
        let joined = rng.random_bool(JOINED) && !self.ends.is_empty();
        let end = joined.then(|| self.ends.swap_remove(rng.random_range(0..self.ends.len())));
        let inside = end.map(|end| end.map(hundredth)).filter(|e| field.zone_at(*e) == Some(zone));
        let knot = inside.unwrap_or_else(|| peripheral(field, zone, rng));
        let open = form.strands.iter().map(|strand| {
            let [x, y] = strand.end();
            [knot[0] + x, knot[1] + y]
        });
        self.ends.extend(open);
        knot
    }
}

/// A point more likely near the lung's border.
fn peripheral(field: &Field, zone: Zone, rng: &mut impl Rng) -> [f64; 2] {
    let (fall, least) = PERIPHERAL;
    for _ in 0..TRIES {
        let point = even(field, zone, rng);
        if rng.random::<f64>() < (-field.depth_mm(point) / fall).exp().max(least) {
            return point;
        }
    }
    even(field, zone, rng)
}

struct Cluster {
    center: [f64; 2],
    sigma: f64,
    left: usize,
}

impl Cluster {
    fn draw(density_cm2: f64, field: &Field, zone: Zone, rng: &mut impl Rng) -> Self {
        let sigma = rng.random_range(CLUSTER_MM);
        // A normal cluster is n / (2 pi sigma^2) dense in its middle; even ones add theirs.
        let middle = (CLUSTER_DENSITY - (1.0 - CLUSTERED)) * density_cm2 / 100.0;
        let n = (middle * TAU * sigma * sigma).max(FEWEST);
        Self { center: even(field, zone, rng), sigma, left: n.round() as usize }
    }

    fn point(&self, field: &Field, zone: Zone, rng: &mut impl Rng) -> [f64; 2] {
        for _ in 0..TRIES {
            let r = self.sigma * (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
            let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
            let point = [self.center[0] + r * cos, self.center[1] + r * sin].map(hundredth);
            if field.zone_at(point) == Some(zone) {
                return point;
            }
        }
        even(field, zone, rng)
    }
}

/// An even point that stays in its zone when rounded as it is written.
fn even(field: &Field, zone: Zone, rng: &mut impl Rng) -> [f64; 2] {
    let mut point = field.point_in(zone, rng).map(hundredth);
    for _ in 0..TRIES {
        if field.zone_at(point) == Some(zone) {
            break;
        }
        point = field.point_in(zone, rng).map(hundredth);
    }
    point
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope::stage::ilo::Shape;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use super::*;
    use crate::{
        field::tests::boxes,
        pattern::{Pattern, Wishes},
    };

    fn plan(count: usize, aggregation: bool) -> Plan {
        let mut rng = ChaCha12Rng::seed_from_u64(5);
        let mut some = |shape, count| (0..count).map(|_| Form::draw(shape, &mut rng)).collect();
        let mut forms: Vec<Form> = some(Shape::Q, count);
        forms.append(&mut some(Shape::R, count / 4));
        Plan {
            pattern: Pattern::SilicaCoal,
            shapes: [Shape::Q, Shape::R],
            small: std::array::from_fn(|_| forms.clone()),
            aggregation: [aggregation; 6],
            large: Vec::new(),
        }
    }

    #[test]
    fn every_opacity_lies_in_its_zone_and_none_is_lost() {
        let field = boxes(0.7);
        for aggregation in [false, true] {
            let placed = small(&plan(120, aggregation), &field, &mut ChaCha12Rng::seed_from_u64(6));
            assert_eq!(placed.len(), 6 * 150);
            for opacity in &placed {
                let at = field.zone_at([opacity.x_mm, opacity.y_mm]);
                assert_eq!(at, Some(opacity.zone));
            }
        }
    }

    #[test]
    fn clusters_are_about_three_times_as_dense() {
        let field = boxes(1.0);
        let densest = |aggregation| {
            let placed = small(&plan(640, aggregation), &field, &mut ChaCha12Rng::seed_from_u64(7));
            let within = |o: &SmallOpacity| {
                let near = |p: &&SmallOpacity| (p.x_mm - o.x_mm).hypot(p.y_mm - o.y_mm) < 6.0;
                placed.iter().filter(near).count()
            };
            let most = placed.iter().map(within).max().unwrap() as f64;
            most / (placed.len() as f64 / 396.0 * std::f64::consts::PI * 0.36)
        };
        let (even, crowded) = (densest(false), densest(true));
        assert!(crowded > 2.5 && crowded > 1.5 * even, "{even} {crowded}");
    }

    #[test]
    fn irregular_ones_make_nets_below_the_border() {
        let field = boxes(0.7);
        let mut rng = ChaCha12Rng::seed_from_u64(8);
        let forms: Vec<Form> = (0..300).map(|_| Form::draw(Shape::S, &mut rng)).collect();
        let plan = Plan { small: std::array::from_fn(|_| forms.clone()), ..plan(0, false) };
        let placed = small(&plan, &field, &mut rng);
        let ends: Vec<[f64; 2]> = placed
            .iter()
            .flat_map(|o| {
                o.form.strands.iter().map(|s| s.end()).map(|[x, y]| [o.x_mm + x, o.y_mm + y])
            })
            .collect();
        let touches =
            |o: &&SmallOpacity| ends.iter().any(|[x, y]| (x - o.x_mm).hypot(y - o.y_mm) < 0.02);
        let joined = placed.iter().filter(touches).count() as f64 / placed.len() as f64;
        assert!((0.55..0.75).contains(&joined), "{joined}");
        let depth = |o: &SmallOpacity| field.depth_mm([o.x_mm, o.y_mm]);
        let mean = placed.iter().map(depth).sum::<f64>() / placed.len() as f64;
        let even: Vec<[f64; 2]> =
            (0..6000).map(|i| field.point_in(Zone::ALL[i % 6], &mut rng)).collect();
        let of_even = even.iter().map(|p| field.depth_mm(*p)).sum::<f64>() / 6000.0;
        assert!(mean < 0.9 * of_even, "{mean} {of_even}");
    }

    #[test]
    fn large_opacities_lie_inside_and_apart() {
        let field = boxes(1.0);
        let wishes = Wishes { stages: [0.0, 0.0, 0.0, 1.0], ..Wishes::default() };
        let mut seen = 0;
        for seed in 0..40 {
            let mut rng = ChaCha12Rng::seed_from_u64(seed);
            let plan = Plan::draw(&wishes, &field.areas_cm2(), &mut rng);
            for opacity in large(&plan, &field, &mut rng) {
                let point = [opacity.x_mm, opacity.y_mm];
                assert_eq!(field.zone_at(point), Some(opacity.zone));
                assert!(field.depth_mm(point) >= 0.4 * opacity.short_axis_mm);
                seen += 1;
            }
        }
        assert!(seen > 20);
    }
}
