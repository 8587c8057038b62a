//! Six graded zones, and the stage by rule.

use super::{Chest, Conclusion, SecondStage};
use crate::{
    Error,
    crop::ZoneCrops,
    grading::{Grades, ZoneCalibration, ZoneGrader},
    heat_map::HeatMap,
    large,
    manifest::Manifest,
    reading::{Graded, SecondStageKind},
    stage::gbz70::Stage,
    stopwatch::Stopwatch,
};

/// A grader of the six zones, with its calibration; the stage follows by GBZ 70.
pub struct ZoneGrading {
    grader: Box<dyn ZoneGrader>,
    calibration: ZoneCalibration,
    stages: [String; 4],
}

impl ZoneGrading {
    /// # Errors
    /// [`Error::Model`] if its manifest names or calibrates other outputs than
    /// [`OUTPUTS`](crate::grading::OUTPUTS).
    pub fn new(grader: Box<dyn ZoneGrader>) -> Result<Self, Error> {
        let calibration = ZoneCalibration::of(grader.manifest())?;
        let stages = Stage::ALL.map(|stage| stage.name().to_owned());
        Ok(Self { grader, calibration, stages })
    }
}

impl SecondStage for ZoneGrading {
    fn manifest(&self) -> &Manifest {
        self.grader.manifest()
    }

    fn kind(&self) -> SecondStageKind {
        SecondStageKind::Zones
    }

    fn classes(&self) -> &[String] {
        &self.stages
    }

    fn conclude(&self, chest: Chest, watch: &mut Stopwatch) -> Result<Conclusion, Error> {
        let Chest { film, mask, zones } = chest;
        let input = &self.manifest().input;
        let crops = ZoneCrops::new(film, mask, zones, input.width, input.height)?;
        let (outputs, graded) = watch.time(
            |t| &mut t.classification_ms,
            || {
                let outputs = self.grader.grade(&crops)?;
                let grades = Grades::of(&outputs, &self.calibration)?;
                let seeds = large::seeds(&outputs, &grades, &crops, zones, mask);
                let large = large::measure(film, mask, zones, &seeds);
                let graded = Graded::of(&grades, &zones.extents(mask), large, film);
                Ok::<_, Error>((outputs, graded))
            },
        )?;
        let heat_map = watch.time(
            |t| &mut t.heat_map_ms,
            || HeatMap::of_zones(&outputs, &self.calibration, crops, *zones),
        )?;
        let probabilities = graded.gbz70.probabilities.to_vec();
        Ok(Conclusion { probabilities, graded: Some(graded), heat_map })
    }
}
