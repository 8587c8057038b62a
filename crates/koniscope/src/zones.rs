//! The six zones: each lung cut by two horizontal lines at one third and two thirds of the
//! vertical distance from its apex to its dome of the diaphragm (ILO 2011 and 2022, GBZ 70-2015).

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    segmentation::{BoundingBox, Extent, LungMask, Side},
};

/// Columns whose lowest lung pixel lies this share of the lung's height or less above its lowest
/// end on the diaphragm; the others end on the heart. Costophrenic angles reach less far below
/// the dome. Empirically chosen.
const DIAPHRAGM: f64 = 0.25;

/// By what share of the lung's height the border must fall again, medial of its highest point, to
/// have shown a dome.
const FALL: f64 = 0.01;

/// Third of a lung, from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// From the apex.
    Upper,
    /// Between the lines.
    Middle,
    /// To the diaphragm, with what of the lung lies below its dome.
    Lower,
}

impl Level {
    /// All, from above.
    pub const ALL: [Self; 3] = [Self::Upper, Self::Middle, Self::Lower];
}

/// One of the six zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Zone {
    /// Side of the patient.
    pub side: Side,
    /// Third of the lung.
    pub level: Level,
}

impl Zone {
    /// All: the right lung from above, then the left.
    pub const ALL: [Self; 6] = [
        Self { side: Side::Right, level: Level::Upper },
        Self { side: Side::Right, level: Level::Middle },
        Self { side: Side::Right, level: Level::Lower },
        Self { side: Side::Left, level: Level::Upper },
        Self { side: Side::Left, level: Level::Middle },
        Self { side: Side::Left, level: Level::Lower },
    ];

    /// As columns and fields are named: `right_upper` to `left_lower`.
    pub const NAMES: [&str; 6] = koniscope_data::labels::ZONES;

    /// Its place in [`ALL`](Self::ALL).
    pub fn index(self) -> usize {
        3 * (self.side == Side::Left) as usize + self.level as usize
    }

    /// `right_upper` to `left_lower`.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.index()]
    }
}

/// Rows between which the zones of one lung are counted, in continuous film pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LungHeight {
    /// Upper end of the apex.
    pub apex: f64,
    /// Dome of the diaphragm.
    pub dome: f64,
}

impl LungHeight {
    /// The two lines.
    pub fn lines(&self) -> [f64; 2] {
        [1.0, 2.0].map(|third| self.apex + third / 3.0 * (self.dome - self.apex))
    }
}

/// The zones of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zones {
    right: LungHeight,
    left: LungHeight,
}

impl Zones {
    /// Finds apex and dome of both lungs.
    ///
    /// # Errors
    /// [`Error::LungsNotFound`] if a side is empty.
    pub fn of(mask: &LungMask) -> Result<Self, Error> {
        Ok(Self { right: height(mask, Side::Right)?, left: height(mask, Side::Left)? })
    }

    /// Apex and dome of one lung.
    pub fn lung(&self, side: Side) -> LungHeight {
        match side {
            Side::Right => self.right,
            Side::Left => self.left,
        }
    }

    /// The zone of a row of one lung, `y` in continuous film pixels.
    pub fn at(&self, side: Side, y: f64) -> Zone {
        let [upper, lower] = self.lung(side).lines();
        let level = match y {
            y if y < upper => Level::Upper,
            y if y < lower => Level::Middle,
            _ => Level::Lower,
        };
        Zone { side, level }
    }

    /// The zone of a pixel, or nothing outside of both lungs.
    pub fn of_pixel(&self, mask: &LungMask, x: usize, y: usize) -> Option<Zone> {
        let label = mask.labels()[y * mask.width() + x];
        let side = Side::BOTH.into_iter().find(|side| side.label() == label)?;
        Some(self.at(side, y as f64 + 0.5))
    }

    /// Pixels and smallest rectangle of each zone, in the order of [`Zone::ALL`]; nothing for a
    /// zone without a pixel.
    pub fn extents(&self, mask: &LungMask) -> [Option<(usize, BoundingBox)>; 6] {
        Zone::ALL.map(|zone| {
            let level_of = |y: &usize| self.at(zone.side, *y as f64 + 0.5).level;
            let first = |is_there: &dyn Fn(Level) -> bool| {
                (0..mask.height()).find(|y| is_there(level_of(y))).unwrap_or(mask.height())
            };
            let rows = first(&|level| level >= zone.level)..first(&|level| level > zone.level);
            let Extent { area_px, bounding_box } = mask.extent_in(zone.side, rows);
            bounding_box.map(|bounds| (area_px, bounds))
        })
    }
}

fn height(mask: &LungMask, side: Side) -> Result<LungHeight, Error> {
    let bounds = mask
        .bounding_box(side)
        .ok_or_else(|| Error::LungsNotFound { detail: format!("the {side:?} lung is empty") })?;
    let column = |x: usize| {
        (bounds.y..bounds.y + bounds.height)
            .rev()
            .find(|y| mask.labels()[y * mask.width() + x] == side.label())
            .map_or(0.0, |y| y as f64 + 1.0)
    };
    let mut border: Vec<f64> = (bounds.x..bounds.x + bounds.width).map(column).collect();
    if side == Side::Left {
        border.reverse();
    }
    // From the side of the chest wall now.
    let (apex, bottom) = (bounds.y as f64, (bounds.y + bounds.height) as f64);
    Ok(LungHeight { apex, dome: dome(&border, bottom - apex, bottom) })
}

/// The highest point of the diaphragm along a lung's lower border, given from the chest wall to
/// the heart: medial of the costophrenic angle the border rises to the dome, falls to the
/// cardiophrenic angle and rises along the heart. Where it rises to the heart without a fall the
/// middle of the diaphragm's columns counts.
fn dome(border: &[f64], height: f64, bottom: f64) -> f64 {
    let on_diaphragm = |y: &f64| *y >= bottom - DIAPHRAGM * height;
    let first = border.iter().position(on_diaphragm).unwrap_or(0);
    let last = border.iter().rposition(on_diaphragm).unwrap_or(border.len() - 1);
    let base = &border[first..=last];
    let angle = (0..base.len() / 2 + 1)
        .max_by(|a, b| base[*a].total_cmp(&base[*b]).then(b.cmp(a)))
        .unwrap_or(0);
    let mut highest = base[angle];
    for y in &base[angle..] {
        if *y > highest + FALL * height {
            return highest;
        }
        highest = highest.min(*y);
    }
    base[angle + (base.len() - angle) / 2].min(bottom)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Two lungs whose lower border is `base(u)`, with `u` from 0 at the chest wall to 1.
    fn lungs(w: usize, h: usize, apex: usize, base: impl Fn(f64) -> f64) -> LungMask {
        let mut labels = vec![0; w * h];
        let (x0, x1) = (w / 10, w * 4 / 10);
        for x in x0..x1 {
            let u = (x - x0) as f64 / (x1 - x0) as f64;
            for y in apex..h {
                if (y as f64) < base(u) {
                    labels[y * w + x] = 1;
                    labels[y * w + w - 1 - x] = 2;
                }
            }
        }
        LungMask::new(w, h, labels)
    }

    #[test]
    fn lines_stand_at_thirds_between_apex_and_dome() {
        // The angle lies at 280, the dome at 250, then the border falls to 262 and the heart
        // takes it up to 120.
        let base = |u: f64| match u {
            u if u < 0.4 => 280.0 - 30.0 * u / 0.4,
            u if u < 0.7 => 250.0 + 12.0 * (u - 0.4) / 0.3,
            u => 262.0 - 142.0 * (u - 0.7) / 0.3,
        };
        let mask = lungs(300, 320, 40, base);
        let zones = Zones::of(&mask).unwrap();
        for side in Side::BOTH {
            let LungHeight { apex, dome } = zones.lung(side);
            assert_eq!(apex, 40.0);
            assert!((dome - 250.0).abs() <= 2.0, "{side:?} {dome}");
            let [a, b] = zones.lung(side).lines();
            assert!((a - 110.0).abs() < 1.0 && (b - 180.0).abs() < 1.5);
            assert_eq!(zones.at(side, 41.0).level, Level::Upper);
            assert_eq!(zones.at(side, 150.0).level, Level::Middle);
            assert_eq!(zones.at(side, 279.0).level, Level::Lower);
        }
    }

    #[test]
    fn a_border_without_a_fall_counts_in_its_middle() {
        let mask = lungs(300, 320, 40, |u| 280.0 - 40.0 * u);
        let dome = Zones::of(&mask).unwrap().lung(Side::Right).dome;
        assert!((dome - 260.0).abs() < 3.0, "{dome}");
        let flat = Zones::of(&lungs(300, 320, 40, |_| 200.0)).unwrap();
        assert_eq!(flat.lung(Side::Left), LungHeight { apex: 40.0, dome: 200.0 });
    }

    proptest! {
        #[test]
        fn every_lung_pixel_has_one_zone_and_scale_changes_nothing(
            apex in 10usize..60, dome in 150.0f64..220.0, depth in 0.0f64..30.0,
        ) {
            let base = |u: f64| dome + depth * (2.0 * u - 1.0).powi(2);
            let mask = lungs(200, 260, apex, base);
            let zones = Zones::of(&mask).unwrap();
            let area: usize = zones.extents(&mask).iter().flatten().map(|(area, _)| area).sum();
            prop_assert_eq!(area, mask.labels().iter().filter(|l| **l > 0).count());
            let twice = lungs(400, 520, 2 * apex, |u| 2.0 * base(u));
            let other = Zones::of(&twice).unwrap();
            for side in Side::BOTH {
                let (a, b) = (zones.lung(side), other.lung(side));
                prop_assert!((2.0 * a.apex - b.apex).abs() <= 2.0);
                prop_assert!((2.0 * a.dome - b.dome).abs() <= 6.0, "{} {}", a.dome, b.dome);
            }
        }
    }

    #[test]
    fn zones_are_named_in_order() {
        for (i, zone) in Zone::ALL.into_iter().enumerate() {
            assert_eq!(zone.index(), i);
        }
        assert_eq!(Zone { side: Side::Left, level: Level::Middle }.name(), "left_middle");
    }
}
