//! Axes of large opacities, measured on the film.
//!
//! A zone grader says in which zones a large opacity lies, and about where; how large it is, is
//! measured: the film, smoothed, less a wide background; what of it stays above half of the height
//! of the peak and hangs together with it; the axes of the ellipse with the same moments.

mod component;
mod relief;

use serde::{Deserialize, Serialize};

use crate::{
    Radiograph,
    crop::ZoneCrops,
    grading::{Grades, LARGE, ZoneOutput},
    segmentation::{LungMask, Side},
    stage::ilo::LARGE_MM,
    zones::{Level, Zone, Zones},
};
use component::Component;
use relief::Relief;

/// Probability of a large opacity in a zone from which it is looked for.
const LIKELY: f64 = 0.5;

/// Height of a lung from apex to dome that stands for the scale of a film without spacing, in mm.
/// Grown people at full inspiration have 200 to 280.
const LUNG_MM: f64 = 240.0;

/// Longest that an opacity is looked for, in mm.
const LONGEST_MM: f64 = 80.0;

/// Height of a peak over its background, in film values, below which there is nothing to measure.
/// Empirically chosen.
const LEAST_HEIGHT: f32 = 0.01;

/// One large opacity as measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LargeOpacity {
    /// Lung that it lies in.
    pub side: Side,
    /// Third of the lung in which its peak was found.
    pub zone: Level,
    /// Long axis in mm, where the spacing is known.
    pub long_axis_mm: Option<f64>,
    /// Short axis in mm, where the spacing is known.
    pub short_axis_mm: Option<f64>,
    /// Long axis in film pixels.
    pub long_axis_px: f64,
    /// Short axis in film pixels.
    pub short_axis_px: f64,
    /// Center `[x, y]` in continuous film pixels.
    pub center_px: [f64; 2],
    /// Direction of the long axis in film pixels: degrees from the row towards higher rows, above
    /// -90 to 90.
    pub angle_deg: f64,
    /// Area in film pixels.
    pub area_px: f64,
}

impl LargeOpacity {
    /// Long axis and area in mm and mm2, where the spacing is known.
    pub fn size_mm(&self, film: &Radiograph) -> Option<[f64; 2]> {
        Some([self.long_axis_mm?, self.area_px * film.pixel_area_mm2()?])
    }
}

/// Where to begin: a point in a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seed {
    /// The zone.
    pub zone: Zone,
    /// `[x, y]` in continuous film pixels.
    pub at: [f64; 2],
    /// How far from there the peak may lie, in film pixels.
    pub reach: f64,
}

/// A seed in each zone where a large opacity is likelier than not: the center of the class map's
/// highest cell that lies inside the zone. `outputs` and `grades` are of one film.
pub fn seeds(
    outputs: &[ZoneOutput],
    grades: &Grades,
    crops: &ZoneCrops,
    zones: &Zones,
    mask: &LungMask,
) -> Vec<Seed> {
    let likely = |zone: &Zone| 1.0 - grades.zones[zone.index()].large[0] >= LIKELY;
    let seed = |zone: Zone| {
        let map = outputs.get(zone.index())?.maps.get(LARGE)?;
        let picture = &crops.pictures()[zone.index()];
        let cell = [
            picture.width() as f64 / map.width() as f64,
            picture.height() as f64 / map.height() as f64,
        ];
        let cells = (0..map.height()).flat_map(|y| (0..map.width()).map(move |x| (x, y)));
        let inside = cells.filter_map(|(x, y)| {
            let (cx, cy) = ((x as f64 + 0.5) * cell[0], (y as f64 + 0.5) * cell[1]);
            let at = crops.to_film(zone, cx, cy);
            let on_film = (0.0..mask.width() as f64).contains(&at[0])
                && (0.0..mask.height() as f64).contains(&at[1]);
            let found =
                on_film.then(|| zones.of_pixel(mask, at[0] as usize, at[1] as usize)).flatten();
            (found == Some(zone)).then(|| (map.at(x, y), at))
        });
        let (_, at) = inside.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        Some(Seed { zone, at, reach: cell[0].max(cell[1]) * crops.scale() })
    };
    Zone::ALL.into_iter().filter(likely).filter_map(seed).collect()
}

/// Measures what lies at each seed. Nothing comes of a seed without a peak, of one whose opacity
/// is not longer than 10 mm, and of one that leads to the same opacity as another. Without spacing
/// a lung of 240 mm is assumed, and axes are in pixels alone.
pub fn measure(
    film: &Radiograph,
    mask: &LungMask,
    zones: &Zones,
    seeds: &[Seed],
) -> Vec<LargeOpacity> {
    if seeds.is_empty() {
        return Vec::new();
    }
    let mm = millimeters(film, zones);
    let mut reliefs: [Option<Relief>; 2] = [None, None];
    let mut found: Vec<(LargeOpacity, Component)> = Vec::new();
    for seed in seeds {
        let side = seed.zone.side;
        let relief = reliefs[usize::from(side == Side::Left)]
            .get_or_insert_with(|| Relief::new(film, mask, side, mm));
        let Some(component) = component_at(relief, seed, mm) else { continue };
        let opacity = opacity(seed.zone, film, relief, &component);
        if mm * opacity.long_axis_px <= LARGE_MM {
            continue;
        }
        let same = found.iter().position(|(other, of)| other.side == side && of.meets(&component));
        match same {
            Some(i) if found[i].1.pixels() < component.pixels() => found[i] = (opacity, component),
            Some(_) => {}
            None => found.push((opacity, component)),
        }
    }
    found.into_iter().map(|(opacity, _)| opacity).collect()
}

/// Millimeters a film pixel: of the spacing, or such that the lungs are as high as most.
fn millimeters(film: &Radiograph, zones: &Zones) -> f64 {
    let of_lungs = || {
        let heights = Side::BOTH.map(|side| zones.lung(side).dome - zones.lung(side).apex);
        LUNG_MM / ((heights[0] + heights[1]) / 2.0).max(1.0)
    };
    film.pixel_area_mm2().map_or_else(of_lungs, f64::sqrt)
}

/// The peak near a seed, and what of the relief hangs together with it above half of its height;
/// looked for once about the peak and once about the center of what was found.
fn component_at(relief: &Relief, seed: &Seed, mm: f64) -> Option<Component> {
    let peak = relief.peak(seed.at, seed.reach)?;
    let height = relief.height(peak);
    if height < LEAST_HEIGHT {
        return None;
    }
    let within = LONGEST_MM / 2.0 / mm;
    let first = Component::of(relief, peak, height / 2.0, relief.point(peak), within)?;
    let again = Component::of(relief, peak, height / 2.0, first.center(relief), within);
    Some(again.unwrap_or(first))
}

fn opacity(zone: Zone, film: &Radiograph, relief: &Relief, component: &Component) -> LargeOpacity {
    let ([long, short], angle) = component.axes(relief, [1.0, 1.0]);
    let mm = film.spacing_mm().map(|[row, column]| component.axes(relief, [column, row]).0);
    LargeOpacity {
        side: zone.side,
        zone: zone.level,
        long_axis_mm: mm.map(|[long, _]| long),
        short_axis_mm: mm.map(|[_, short]| short),
        long_axis_px: long,
        short_axis_px: short,
        center_px: component.center(relief),
        angle_deg: angle.to_degrees(),
        area_px: component.pixels() as f64 * relief.pixel_area(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
