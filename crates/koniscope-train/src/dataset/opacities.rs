//! Where in a zone its opacities lie, of simulated films: what a network can learn from beside the
//! grade.

use std::path::Path;

use koniscope::{Radiograph, crop::ZoneCrops, plane::Plane, segmentation::LungMask, zones::Zones};
use koniscope_simulate::{opacities::LargeOpacity, truth::Truth};

use super::place::Place;

/// A zone's picture has so many pixels on the side of one here.
const FINER: usize = 4;

/// Pixels of a zone's picture on the side of a cell of its class map: ResNet halves five times.
const CELL: usize = 32;

/// Least share of a cell that is lung where opacities are told.
const LEAST_LUNG: f32 = 0.3;

/// Share of a cell's lung under a large opacity from which it is there, and up to which it is not;
/// between them nothing is told.
const LARGE: [f32; 2] = [0.02, 0.2];

/// Profusion over that of 1/1 is kept as a picture, whose values are at most 1; a pixel may hold many
/// opacities.
const MOST_PROFUSE: f32 = 64.0;

/// Where opacities lie on a film, as pictures of its size.
#[derive(Clone, Debug)]
pub struct OpacityMaps {
    small: Plane,
    large: Plane,
}

/// Opacities and lung of one zone, as its picture shows them, at a quarter of its size.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneOpacities {
    /// Area that small opacities make 1/1 over that of the pixel, over 64.
    pub small: Plane,
    /// 1 under a large opacity.
    pub large: Plane,
    /// 1 where the zone's lung is.
    pub lung: Plane,
}

/// What is known of one cell of a class map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// Profusion of its lung.
    pub place: Option<Place>,
    /// Whether a large opacity lies there.
    pub large: Option<bool>,
}

impl OpacityMaps {
    /// Reads the whole truth, `truth/NAME.json`, of a simulated film of `[width, height]`.
    ///
    /// # Errors
    /// The file and what is wrong, also if it is of a film of another size.
    pub fn read(path: &Path, [width, height]: [usize; 2]) -> Result<Self, String> {
        let fault = |detail: String| format!("opacities in {}: {detail}", path.display());
        let bytes = std::fs::read(path).map_err(|e| fault(e.to_string()))?;
        let truth: Truth = serde_json::from_slice(&bytes).map_err(|e| fault(e.to_string()))?;
        let told = [truth.film.width, truth.film.height];
        if told != [width, height] {
            return Err(fault(format!(
                "it tells of a film of {} x {}; the film has {width} x {height} pixels. Simulate again",
                told[0], told[1]
            )));
        }
        if !truth.is_current() {
            return Err(fault(
                "it was made by another version of the simulator. Simulate again".into(),
            ));
        }
        Ok(Self::of(&truth))
    }

    fn of(truth: &Truth) -> Self {
        let film = &truth.film;
        let [row_mm, column_mm] = film.spacing_mm;
        let pixel_cm2 = row_mm * column_mm / 100.0;
        let mut small = Plane::filled(film.width, film.height, 0.0);
        for opacity in &truth.small_opacities {
            // Spread over a square of its area: on fine pixels one would not hold it.
            let area = opacity.form.area_cm2();
            let half_mm = 5.0 * area.sqrt();
            let within = |center: f64, step: f64, count: usize| {
                let end = |v: f64| (v / step).max(0.0) as usize;
                end(center - half_mm).min(count - 1)..=end(center + half_mm).min(count - 1)
            };
            let rows = within(opacity.y_mm, row_mm, film.height);
            let columns = within(opacity.x_mm, column_mm, film.width);
            let pixels = rows.clone().count() * columns.clone().count();
            let profuse = opacity.form.profuse_cm2() / pixel_cm2 / pixels as f64;
            let profuse = profuse as f32 / MOST_PROFUSE;
            for y in rows {
                for value in &mut small.data_mut()[y * film.width..][columns.clone()] {
                    *value = (*value + profuse).min(1.0);
                }
            }
        }
        let mut large = Plane::filled(film.width, film.height, 0.0);
        for opacity in &truth.large_opacities {
            for (i, value) in large.data_mut().iter_mut().enumerate() {
                let [x, y] = [i % film.width, i / film.width].map(|v| v as f64 + 0.5);
                if lies_in(opacity, x * column_mm, y * row_mm) {
                    *value = 1.0;
                }
            }
        }
        Self { small, large }
    }

    /// Cut to the zones as their pictures of `width x height` are.
    ///
    /// # Errors
    /// [`koniscope::Error::LungsNotFound`] if a zone has no pixel.
    pub fn zones(
        self,
        mask: &LungMask,
        [width, height]: [usize; 2],
    ) -> Result<Vec<ZoneOpacities>, koniscope::Error> {
        let zones = Zones::of(mask)?;
        // Without the margin of the zones' pictures, where no opacity was put.
        let lung = mask.labels().iter().map(|label| f32::from(u8::from(*label > 0))).collect();
        let lung = Plane::new(mask.width(), mask.height(), lung);
        let cut = |plane: Plane| {
            let film = Radiograph::new(plane, None);
            let crops = ZoneCrops::new(&film, mask, &zones, finer(width), finer(height))?;
            Ok::<_, koniscope::Error>(crops.pictures().clone())
        };
        let [small, large, lung] = [cut(self.small)?, cut(self.large)?, cut(lung)?];
        let together = small.into_iter().zip(large).zip(lung);
        Ok(together.map(|((small, large), lung)| ZoneOpacities { small, large, lung }).collect())
    }
}

/// Side of the planes of a picture, rounded up as the network's halvings are, so that a zone has as many
/// cells as its class maps.
fn finer(length: usize) -> usize {
    length.div_ceil(FINER)
}

/// Inside of the ellipse of its axes.
fn lies_in(opacity: &LargeOpacity, x_mm: f64, y_mm: f64) -> bool {
    let (sin, cos) = opacity.angle.sin_cos();
    let (x, y) = (x_mm - opacity.x_mm, y_mm - opacity.y_mm);
    let along = (cos * x + sin * y) / (opacity.long_axis_mm / 2.0);
    let across = (cos * y - sin * x) / (opacity.short_axis_mm / 2.0);
    along * along + across * across < 1.0
}

impl ZoneOpacities {
    /// Zones as they are kept: width and height, then all planes, little-endian.
    pub fn to_bytes(zones: &[Self]) -> Vec<u8> {
        let Some(first) = zones.first() else { return Vec::new() };
        let size = [first.lung.width(), first.lung.height()];
        let mut bytes: Vec<u8> = size.iter().flat_map(|v| (*v as u32).to_le_bytes()).collect();
        for zone in zones {
            for plane in [&zone.small, &zone.large, &zone.lung] {
                bytes.extend(plane.data().iter().flat_map(|v| v.to_le_bytes()));
            }
        }
        bytes
    }

    /// The inverse of [`Self::to_bytes`]; nothing for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let (head, rest) = bytes.split_at_checked(8)?;
        let side = |at: usize| Some(u32::from_le_bytes(head[at..at + 4].try_into().ok()?) as usize);
        let (w, h) = (side(0)?, side(4)?);
        let values: Vec<f32> =
            rest.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let size = w.checked_mul(h).filter(|size| *size > 0)?;
        if !rest.len().is_multiple_of(4) || !values.len().is_multiple_of(size.checked_mul(3)?) {
            return None;
        }
        let plane = |values: &[f32]| Plane::new(w, h, values.to_vec());
        let zones = values.chunks_exact(3 * size).map(|zone| Self {
            small: plane(&zone[..size]),
            large: plane(&zone[size..2 * size]),
            lung: plane(&zone[2 * size..]),
        });
        Some(zones.collect())
    }

    /// Profusion of the whole zone.
    pub fn place(&self) -> Place {
        let sum = |plane: &Plane| -> f32 { plane.data().iter().sum() };
        place(sum(&self.small), sum(&self.lung))
    }

    /// All planes, to be varied by one geometry.
    pub fn map(&self, f: impl Fn(&Plane) -> Plane) -> Self {
        Self { small: f(&self.small), large: f(&self.large), lung: f(&self.lung) }
    }

    /// What is known of each cell of the class map, row by row. A cell's middle is every 32nd pixel of
    /// the zone's picture from its first on, since each halving keeps the first.
    pub fn cells(&self) -> Vec<Cell> {
        let (w, h) = (self.lung.width(), self.lung.height());
        let side = CELL / FINER;
        let count = |length: usize| length.div_ceil(side);
        let mut cells = Vec::with_capacity(count(w) * count(h));
        for row in 0..count(h) {
            for column in 0..count(w) {
                let range = |cell: usize, length: usize| {
                    (cell * side).saturating_sub(side / 2)..(cell * side + side / 2).min(length)
                };
                let mut sums = [0.0f32; 3];
                for y in range(row, h) {
                    for x in range(column, w) {
                        let i = y * w + x;
                        for (sum, plane) in
                            sums.iter_mut().zip([&self.small, &self.large, &self.lung])
                        {
                            *sum += plane.data()[i];
                        }
                    }
                }
                cells.push(cell(sums, side));
            }
        }
        cells
    }
}

/// Profusion, from sums over pixels as it is kept and of lung.
fn place(small: f32, lung: f32) -> Place {
    Place::of_share(f64::from(small / lung * MOST_PROFUSE))
}

fn cell([small, large, lung]: [f32; 3], side: usize) -> Cell {
    if lung < LEAST_LUNG * (side * side) as f32 {
        return Cell::default();
    }
    let under = large / lung;
    Cell {
        place: Some(place(small, lung)),
        large: (under <= LARGE[0] || under >= LARGE[1]).then_some(under >= LARGE[1]),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TRUTH: &str = r#"{"notice":"","image":"films/a.png","mask":"masks/a.png","patient_id":"a",
        "source":"phantom","of":"","seed":1,"number":0,"recipe":"6; ","width":40,"height":30,
        "spacing_mm":[1.0,1.0],"spacing_estimated":false,"pattern":"silica_coal","stage":"0",
        "clause":"","zones":[],"ilo_profusion":"0/0","shapes":"","aggregation":false,
        "large_opacities":[],"small_opacities":[],"physics":{"density_factor":1.0,
        "scatter_fraction":0.1,"detail_gain":1.0,"gray_per_log":null}}"#;

    /// A zone of 64 x 64, all lung, at a quarter.
    fn zone(
        small: impl Fn(usize, usize) -> f32,
        large: impl Fn(usize, usize) -> bool,
    ) -> ZoneOpacities {
        let plane = |f: &dyn Fn(usize, usize) -> f32| {
            Plane::new(16, 16, (0..256).map(|i| f(i % 16, i / 16)).collect())
        };
        ZoneOpacities {
            small: plane(&small),
            large: plane(&|x, y| f32::from(u8::from(large(x, y)))),
            lung: plane(&|_, _| 1.0),
        }
    }

    #[test]
    fn cells_tell_what_lies_about_their_middle() {
        // The profusion of 1/1 on the left, that of 3/3 in the rightmost cell's reach.
        let covered = |place: f64| 1.35f64.powf(place - 4.0) as f32 / MOST_PROFUSE;
        let cells =
            zone(|x, _| if x < 4 { covered(4.0) } else { covered(10.0) }, |x, y| x >= 6 && y < 4)
                .cells();
        // Middles at pixels 0 and 32: two cells on a side, the first half outside, and of the corner's
        // so much that nothing is told.
        let grade = |cell: &Cell| cell.place.map(|place| place.grade());
        let grades: Vec<Option<u8>> = cells.iter().map(grade).collect();
        assert_eq!(grades, [None, Some(3), Some(1), Some(3)]);
        let large: Vec<Option<bool>> = cells.iter().map(|cell| cell.large).collect();
        assert_eq!(large, [None, Some(true), Some(false), Some(false)]);
        let none = zone(|_, _| 0.0, |x, y| x == 8 && y < 8).cells();
        assert_eq!((grade(&none[2]), none[2].large), (Some(0), Some(false)));
        assert_eq!(none[1].large, None, "a touch is neither");
    }

    #[test]
    fn profusion_of_an_opacity_goes_with_its_area_at_any_pixel() {
        for (shape, size_mm, at_1_1) in [("p", 1.2, 0.48), ("r", 9.0, 0.9)] {
            for pixel_mm in [0.14, 0.84] {
                let opacity = format!(
                    r#"[{{"shape":"{shape}","x_mm":15.0,"y_mm":20.0,"size_mm":{size_mm},
                    "density":1.0,"zone":"right_upper"}}]"#
                );
                let text = TRUTH
                    .replace(r#""small_opacities":[]"#, &format!(r#""small_opacities":{opacity}"#))
                    .replace("[1.0,1.0]", &format!("[{pixel_mm},{pixel_mm}]"))
                    .replace(r#""width":40,"height":30"#, r#""width":250,"height":300"#);
                let maps = OpacityMaps::of(&serde_json::from_str(&text).unwrap());
                let sum: f32 = maps.small.data().iter().sum();
                let covered = f64::from(sum * MOST_PROFUSE) * pixel_mm * pixel_mm;
                let area = std::f64::consts::FRAC_PI_4 * size_mm * size_mm;
                assert!(
                    (covered * at_1_1 / area - 1.0).abs() < 1e-3,
                    "{shape} {pixel_mm}: {covered}"
                );
            }
        }
    }

    #[test]
    fn a_zone_has_as_many_cells_as_its_class_maps() {
        for length in 32..300 {
            let halved = (0..5).fold(length, |side: usize, _| side.div_ceil(2));
            assert_eq!(finer(length).div_ceil(CELL / FINER), halved, "{length}");
        }
    }

    #[test]
    fn truth_of_a_film_of_another_size_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.json");
        std::fs::write(&path, TRUTH).unwrap();
        assert!(OpacityMaps::read(&path, [40, 30]).is_ok());
        let error = OpacityMaps::read(&path, [30, 40]).unwrap_err();
        assert!(error.contains("40 x 30") && error.contains("30 x 40"), "{error}");
        std::fs::write(&path, &TRUTH[..200]).unwrap();
        assert!(OpacityMaps::read(&path, [40, 30]).unwrap_err().contains("truth.json"));
    }

    #[test]
    fn where_there_is_little_lung_nothing_is_told() {
        let mut zone = zone(|_, _| 0.1, |_, _| true);
        zone.lung =
            Plane::new(16, 16, (0..256).map(|i| f32::from(u8::from(i % 16 > 14))).collect());
        assert!(zone.cells().iter().all(|cell| *cell == Cell::default()));
    }

    #[test]
    fn bytes_come_back() {
        let zones =
            [zone(|x, y| (x * y) as f32 / 256.0, |x, _| x > 3), zone(|_, _| 0.5, |_, _| false)];
        let bytes = ZoneOpacities::to_bytes(&zones);
        assert_eq!(ZoneOpacities::from_bytes(&bytes).unwrap(), zones);
        for cut in [0, 7, 8, 9, bytes.len() - 4, bytes.len() - 1] {
            let some = ZoneOpacities::from_bytes(&bytes[..cut]);
            assert!(some.is_none_or(|zones| zones.is_empty()), "{cut}");
        }
    }
}
