//! Where the grader's evidence lies, without gradients: class activation maps on the film.

use crate::{
    Error,
    calibration::Calibration,
    crop::{LungCrop, ZoneCrops},
    grading::{OUTPUTS, PROFUSION, ZoneCalibration, ZoneOutput},
    plane::Plane,
    segmentation::Side,
    zones::Zones,
};

/// Local probability over the lungs: of disease with the paper's classifier, of small opacities
/// (profusion 1 and above) with a zone grader.
///
/// A class activation map averages to its class's logit, so each of its cells is what the logit
/// would be if the whole picture looked like that cell. Calibrated and turned into a probability it
/// is on the same scale for every film, which a map stretched to its own maximum is not.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap(Source);

#[derive(Clone, Debug, PartialEq)]
enum Source {
    /// One map over the crop of both lungs.
    Lungs { local: Plane, crop: LungCrop },
    /// A map a zone, in the order of `Zone::ALL`.
    Zones { local: Vec<Plane>, crops: Box<ZoneCrops>, zones: Zones },
}

impl HeatMap {
    /// From one activation map per class (`[h, w]`, any size, all alike), over `crop`.
    pub fn new(class_maps: &[Plane], calibration: &Calibration, crop: LungCrop) -> Self {
        let (w, h) = (class_maps[0].width(), class_maps[0].height());
        let local = (0..w * h).map(|i| {
            let logits: Vec<f32> = class_maps.iter().map(|map| map.data()[i]).collect();
            (1.0 - calibration.probabilities(&logits)[0]) as f32
        });
        Self(Source::Lungs { local: Plane::new(w, h, local.collect()), crop })
    }

    /// From what a zone grader says of six zones, in the order of
    /// [`Zone::ALL`](crate::zones::Zone::ALL).
    ///
    /// # Errors
    /// [`Error::Model`] if there are not six of them with a map an output.
    pub fn of_zones(
        outputs: &[ZoneOutput],
        calibration: &ZoneCalibration,
        crops: ZoneCrops,
        zones: Zones,
    ) -> Result<Self, Error> {
        let whole = |zone: &ZoneOutput| {
            zone.maps.len() == OUTPUTS.len() && zone.maps.iter().all(|map| !map.data().is_empty())
        };
        if outputs.len() != 6 || !outputs.iter().all(whole) {
            return Err(Error::Model {
                detail:
                    "a zone grader gave too few class maps; one an output and zone was expected"
                        .into(),
            });
        }
        let local = outputs.iter().map(|zone| {
            let p = |logit| calibration.probability(PROFUSION, logit) as f32;
            zone.maps[PROFUSION].clone().map(p)
        });
        Ok(Self(Source::Zones { local: local.collect(), crops: Box::new(crops), zones }))
    }

    /// Local probability in `[0, 1]` at a film point inside one lung, in continuous pixels.
    pub fn at(&self, side: Side, x: f64, y: f64) -> f32 {
        let (local, picture, [cx, cy]) = match &self.0 {
            Source::Lungs { local, crop } => (local, crop.picture(), crop.from_film(side, x, y)),
            Source::Zones { local, crops, zones } => {
                let zone = zones.at(side, y);
                let i = zone.index();
                (&local[i], &crops.pictures()[i], crops.from_film(zone, x, y))
            }
        };
        let sx = cx * local.width() as f64 / picture.width() as f64;
        let sy = cy * local.height() as f64 / picture.height() as f64;
        local.bilinear(sx as f32, sy as f32)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Radiograph, segmentation::LungMask, zones::Zone};

    #[test]
    fn each_zone_shows_its_own_map() {
        let (w, h) = (210, 240);
        let mut labels = vec![0; w * h];
        for (label, columns) in [(1, 20..80), (2, 120..190)] {
            for y in 30..210 {
                labels[y * w..][columns.clone()].fill(label);
            }
        }
        let mask = LungMask::new(w, h, labels);
        let zones = Zones::of(&mask).unwrap();
        let film = Radiograph::new(Plane::filled(w, h, 0.5), None);
        let crops = ZoneCrops::new(&film, &mask, &zones, 64, 64).unwrap();
        let logit = |zone: usize| zone as f32 - 2.0;
        let output = |zone: usize| ZoneOutput {
            logits: vec![logit(zone); OUTPUTS.len()],
            maps: vec![Plane::filled(2, 2, logit(zone)); OUTPUTS.len()],
        };
        let outputs: Vec<ZoneOutput> = (0..6).map(output).collect();
        let identity = ZoneCalibration::identity();
        let map = HeatMap::of_zones(&outputs, &identity, crops.clone(), zones).unwrap();
        for zone in Zone::ALL {
            let y = 60.0 + 60.0 * f64::from(zone.level as u8);
            let p = map.at(zone.side, 50.0, y);
            let expected = identity.probability(PROFUSION, logit(zone.index())) as f32;
            assert!((p - expected).abs() < 1e-6, "{}: {p} {expected}", zone.name());
        }
        assert!(HeatMap::of_zones(&outputs[1..], &identity, crops.clone(), zones).is_err());
        let mut bare = outputs;
        bare[3].maps.pop();
        assert!(HeatMap::of_zones(&bare, &identity, crops, zones).is_err());
    }
}
