//! A reading in the pixels of its file. It is made in those of the radiograph, which stands upright
//! and has square pixels; what it tells a user is to fit the file that he has.

use super::{LungLines, Reading};
use crate::{
    large::LargeOpacity,
    radiograph::SourceGrid,
    segmentation::{LungMask, Side},
    zones::{Zone, Zones},
};

impl Reading {
    /// Turns all pixels into those of the file. `mask` and `zones` are the radiograph's; mm stay.
    pub(crate) fn in_file(mut self, grid: &SourceGrid, mask: &LungMask, zones: &Zones) -> Self {
        if grid.is_identity() {
            return self;
        }
        let own = mask.in_file(grid);
        for (lung, side) in
            [(&mut self.lungs.right, Side::Right), (&mut self.lungs.left, Side::Left)]
        {
            (lung.area_px, lung.bounding_box) = (own.area_px(side), own.bounding_box(side));
        }
        for lines in [&mut self.zone_lines.right, &mut self.zone_lines.left] {
            let LungLines { apex, upper, lower, dome, .. } = lines;
            for line in [apex, upper, lower, dome] {
                *line = grid.line_to_file(*line);
            }
        }
        if let Some(graded) = &mut self.graded {
            for (zone, area) in graded.zones.0.iter_mut().zip(areas(grid, mask, zones)) {
                zone.area_px = area;
            }
            for opacity in &mut graded.large_opacities {
                *opacity = moved(opacity, grid);
            }
        }
        self
    }
}

/// The file's pixels in each zone, in the order of [`Zone::ALL`].
fn areas(grid: &SourceGrid, mask: &LungMask, zones: &Zones) -> [usize; 6] {
    let (width, height) = (mask.width(), mask.height());
    let number = |i: usize| {
        zones.of_pixel(mask, i % width, i / width).map_or(0, |zone| zone.index() as u8 + 1)
    };
    let labels: Vec<u8> = (0..width * height).map(number).collect();
    let mut counts = [0; Zone::ALL.len() + 1];
    for label in grid.labels_to_file(&labels) {
        counts[usize::from(label)] += 1;
    }
    std::array::from_fn(|i| counts[i + 1])
}

/// An opacity in the file's pixels. Axes are as long as the lines that they are there; in pixels that are
/// not square the long axis of the body, whose angle is told, may be the one of fewer pixels.
fn moved(opacity: &LargeOpacity, grid: &SourceGrid) -> LargeOpacity {
    let center = grid.to_file(opacity.center_px);
    let (sin, cos) = opacity.angle_deg.to_radians().sin_cos();
    let line = |direction: [f64; 2], length: f64| {
        let end = [0, 1].map(|i| opacity.center_px[i] + direction[i] * length);
        let end = grid.to_file(end);
        [end[0] - center[0], end[1] - center[1]]
    };
    let [x, y] = line([cos, sin], opacity.long_axis_px);
    let [short_x, short_y] = line([-sin, cos], opacity.short_axis_px);
    // A direction and its opposite are one: above -90 to 90 degrees.
    let angle = y.atan2(x).to_degrees();
    let half_turn = if angle > 90.0 {
        -180.0
    } else if angle <= -90.0 {
        180.0
    } else {
        0.0
    };
    LargeOpacity {
        center_px: center,
        long_axis_px: x.hypot(y),
        short_axis_px: short_x.hypot(short_y),
        angle_deg: angle + half_turn,
        area_px: opacity.area_px * grid.file_pixels_each(),
        ..*opacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode::Orientation, segmentation::BoundingBox, zones::Level};

    fn opacity() -> LargeOpacity {
        LargeOpacity {
            side: Side::Right,
            zone: Level::Upper,
            long_axis_mm: Some(30.0),
            short_axis_mm: Some(20.0),
            long_axis_px: 30.0,
            short_axis_px: 20.0,
            center_px: [40.0, 60.0],
            angle_deg: 30.0,
            area_px: 450.0,
        }
    }

    fn grid(orientation: Orientation, size: [usize; 2]) -> SourceGrid {
        let window = BoundingBox { x: 0, y: 0, width: 100, height: 100 };
        SourceGrid::new([100, 100], window, orientation, size)
    }

    #[test]
    fn an_opacity_turns_and_shrinks_with_its_file() {
        // Clockwise by a quarter when shown: in the file the axis points a quarter back.
        let turned = moved(&opacity(), &grid(Orientation::Rotate90, [100, 100]));
        assert!(turned.center_px.map(f64::round) == [60.0, 60.0], "{turned:?}");
        assert!((turned.angle_deg + 60.0).abs() < 1e-9, "{turned:?}");
        let mirrored = moved(&opacity(), &grid(Orientation::MirrorHorizontal, [100, 100]));
        assert!((mirrored.angle_deg + 30.0).abs() < 1e-9, "{mirrored:?}");
        assert!((mirrored.long_axis_px - 30.0).abs() < 1e-9);
        // Rows of the file are twice as high.
        let flat = moved(&opacity(), &grid(Orientation::Upright, [100, 200]));
        let (sin, cos) = 30f64.to_radians().sin_cos();
        assert!((flat.long_axis_px - 30.0 * cos.hypot(sin / 2.0)).abs() < 1e-9);
        assert!((flat.short_axis_px - 20.0 * sin.hypot(cos / 2.0)).abs() < 1e-9);
        assert_eq!((flat.area_px, flat.center_px), (225.0, [40.0, 30.0]));
        assert_eq!((flat.long_axis_mm, flat.short_axis_mm), (Some(30.0), Some(20.0)));
    }

    #[test]
    fn zones_have_the_pixels_that_their_label_map_has() {
        let (w, h) = (100, 200);
        let lung = |i: usize| match (i % w, i / w) {
            (10..40, 20..180) => 1,
            (60..90, 20..180) => 2,
            _ => 0,
        };
        let mask = LungMask::new(w, h, (0..w * h).map(lung).collect());
        let Ok(zones) = Zones::of(&mask) else { panic!("two lungs") };
        let in_radiograph = zones.extents(&mask).map(|zone| zone.map_or(0, |(area, _)| area));
        assert_eq!(areas(&SourceGrid::identity(w, h), &mask, &zones), in_radiograph);
        let halved = areas(&grid(Orientation::Upright, [100, 200]), &mask, &zones);
        assert_eq!(halved.iter().sum::<usize>(), 2 * 30 * 80);
        for (halved, whole) in halved.iter().zip(in_radiograph) {
            assert!((*halved as f64 - whole as f64 / 2.0).abs() <= 30.0);
        }
    }
}
