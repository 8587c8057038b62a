//! The pipeline as one sentence, and its result.

mod findings;
mod graded;
mod record;
mod second_stage;

pub use graded::{ByZone, Form, Gbz70, Graded, Ilo, IloShape, SmallOpacities, ZoneReading};
pub use record::{
    CalibratedOn, Detection, Film, FlagEntry, Lung, LungLines, Lungs, ModelIdentity, Models,
    Quality, Reading, StageProbabilities, Timings, ZoneLines,
};
pub use second_stage::{Grading, GradingKind};

use crate::{
    Error, Radiograph,
    calibration::Calibration,
    crop::{LungCrop, ZoneCrops},
    decode::{Limits, RawImage, decode},
    features::Features,
    grading::{Grades, ZoneCalibration},
    heat_map::HeatMap,
    large,
    normalize::normalize,
    quality::{self, Flag},
    segmentation::{LungMask, LungProbabilities, LungSegmenter},
    site::Site,
    stage::gbz70::Stage,
    zones::Zones,
};
use findings::Findings;

/// Said on every output.
pub const DISCLAIMER: &str = "Research use only. Not a medical device; not for diagnosis.";

/// Two networks and what stands around them. One reader reads any number of films, also from
/// several threads.
pub struct Reader {
    /// First stage.
    pub segmenter: Box<dyn LungSegmenter>,
    /// Second stage.
    pub grading: Grading,
    /// What a file may cost.
    pub limits: Limits,
    /// What it is set to, where it is.
    pub site: Option<Site>,
}

/// By how much the lungs of the negative must be surer before a film is taken for inverted. Of
/// 1,655 upright films of four sets none reached it with `unet-lungs-2`, though the negative of 292
/// had plausible lungs, and none of their negatives was taken for upright.
const INVERTED_CERTAINTY: f64 = 0.005;

/// From this certainty on plausible lungs are not looked for in the negative too. Of the negatives of
/// those 1,655 films the surest had 0.960, and 0.955 where its lungs were plausible; of the films
/// themselves 83 % have 0.97 and above.
const SURE: f64 = 0.97;

/// Plausible lungs of one film, on the network's grid.
struct FoundLungs {
    probabilities: LungProbabilities,
    flags: Vec<Flag>,
    certainty: f64,
}

/// Milliseconds since any fixed moment. The library reads no clock; the door brings one.
pub type Clock<'a> = &'a dyn Fn() -> f64;

impl Reader {
    /// Sets the reader to a site.
    ///
    /// # Errors
    /// [`Error::Model`] if the site's file was made for other weights or another number of classes.
    pub fn at_site(mut self, site: Site) -> Result<Self, Error> {
        let manifest = self.grading.manifest();
        let classes = match &self.grading {
            Grading::Paper(_) => manifest.classes.len(),
            Grading::Zones(_) => Stage::ALL.len(),
        };
        let calibration = manifest.calibration_sha256();
        site.fits([&manifest.id, &manifest.sha256, &calibration], classes)?;
        self.site = Some(site);
        Ok(self)
    }

    /// Reads one film from a file's bytes.
    ///
    /// # Errors
    /// The first [`Error`] of any room: a film is read whole or not at all.
    pub fn read(&self, bytes: &[u8], clock: Clock) -> Result<FilmReading, Error> {
        let mut timings = Timings::default();
        let start = clock();
        let raw = timed(clock, &mut timings.decode_ms, || self.decode(bytes))?;
        let film = timed(clock, &mut timings.normalize_ms, || normalize(&raw))?;
        let mut flags = quality::check_film(&raw, &film)?;
        let (film, mask) =
            timed(clock, &mut timings.segmentation_ms, || self.find_lungs(film, &mut flags))?;
        let zones = Zones::of(&mask)?;
        let (findings, heat_map) = self.second_stage(&film, &mask, &zones, clock, &mut timings)?;
        let features = Features::of(&film, &mask);
        let findings = match &self.site {
            Some(site) => findings.decided(site, features.as_ref()),
            None => findings,
        };
        timings.total_ms = clock() - start;
        flags.sort();
        let reading = Reading {
            disclaimer: DISCLAIMER,
            film: Film::of(&raw),
            models: Models {
                lungs: ModelIdentity::of(self.segmenter.manifest()),
                grader: self.grading.kind(),
                classifier: ModelIdentity::of(self.grading.manifest()),
                site: self.site.as_ref().map(|site| site.films.clone()),
            },
            quality: Quality::of(flags),
            lungs: Lungs::of(&mask, &film),
            zone_lines: ZoneLines::of(&zones, &film),
            pneumoconiosis: findings.pneumoconiosis,
            stage: findings.stage,
            abstained: findings.abstained,
            features,
            graded: findings.graded,
            timings,
        };
        Ok(FilmReading { reading, film, mask, heat_map })
    }

    /// What the second stage says of given lungs.
    fn second_stage(
        &self,
        film: &Radiograph,
        mask: &LungMask,
        zones: &Zones,
        clock: Clock,
        timings: &mut Timings,
    ) -> Result<(Findings, HeatMap), Error> {
        match &self.grading {
            Grading::Paper(classifier) => {
                let crop = self.crop(film, mask)?;
                let class =
                    timed(clock, &mut timings.classification_ms, || classifier.classify(&crop))?;
                let findings = Findings::of_classes(classifier.manifest(), &class.logits)?;
                let calibration = Calibration::of(classifier.manifest())?;
                let heat_map = timed(clock, &mut timings.heat_map_ms, || {
                    HeatMap::new(&class.class_maps, &calibration, crop)
                });
                Ok((findings, heat_map))
            }
            Grading::Zones(grader) => {
                let crops = self.zone_crops(film, mask, zones)?;
                let calibration = ZoneCalibration::of(grader.manifest())?;
                let (outputs, findings) = timed(clock, &mut timings.classification_ms, || {
                    let outputs = grader.grade(&crops)?;
                    let grades = Grades::of(&outputs, &calibration)?;
                    let seeds = large::seeds(&outputs, &grades, &crops, zones, mask);
                    let large = large::measure(film, mask, zones, &seeds);
                    let graded = Graded::of(&grades, &zones.extents(mask), large, film);
                    Ok((outputs, Findings::of_zones(grader.manifest(), graded)))
                })?;
                let heat_map = timed(clock, &mut timings.heat_map_ms, || {
                    HeatMap::of_zones(&outputs, &calibration, crops, *zones)
                })?;
                Ok((findings, heat_map))
            }
        }
    }

    /// Probability of each class that the second stage gives to `film` with the lungs of `mask`: of the
    /// stages 0 to III where it tells them, else of absence and presence of disease. For measuring
    /// what a reading rests on, with a film or lungs that were changed.
    ///
    /// # Errors
    /// The first [`Error`] from the lungs on.
    pub fn probabilities(&self, film: &Radiograph, mask: &LungMask) -> Result<Vec<f64>, Error> {
        let zones = Zones::of(mask)?;
        let (findings, _) =
            self.second_stage(film, mask, &zones, &|| 0.0, &mut Timings::default())?;
        let findings = match &self.site {
            Some(site) => findings.decided(site, None),
            None => findings,
        };
        let disease = findings.pneumoconiosis.probability;
        Ok(findings.stage.map_or_else(|| vec![1.0 - disease, disease], |s| s.probabilities))
    }

    /// Bytes to pixels as stored; refuses what the header says is no frontal chest film.
    ///
    /// # Errors
    /// See [`decode`] and [`quality::check_header`].
    pub fn decode(&self, bytes: &[u8]) -> Result<RawImage, Error> {
        let raw = decode(bytes, &self.limits)?;
        quality::check_header(&raw)?;
        Ok(raw)
    }

    /// Finds the lungs, in the film and, unless they are sure there, in its negative; a film whose lungs
    /// are plausible only in the negative, or found there with more certainty, is read as such and flagged.
    ///
    /// # Errors
    /// [`Error::LungsNotFound`] or [`Error::LungsImplausible`], of the film as it is.
    pub fn find_lungs(
        &self,
        film: Radiograph,
        flags: &mut Vec<Flag>,
    ) -> Result<(Radiograph, LungMask), Error> {
        let small = Radiograph::new(self.segmenter.small(&film), None);
        let shape = film.height() as f64 / film.width() as f64;
        let upright = self.lungs_of(&small, shape);
        let least = match &upright {
            Ok(found) if found.certainty >= SURE => None,
            Ok(found) => Some(found.certainty + INVERTED_CERTAINTY),
            Err(Error::LungsNotFound { .. } | Error::LungsImplausible { .. }) => Some(0.0),
            Err(_) => None,
        };
        let inverted = least.and_then(|least| {
            let found = self.lungs_of(&small.negative(), shape).ok()?;
            (found.certainty > least).then_some(found)
        });
        let (film, found) = match inverted {
            Some(inverted) => {
                flags.push(Flag::Inverted);
                (film.negative(), inverted)
            }
            None => (film, upright?),
        };
        flags.extend(found.flags);
        let mask = LungMask::from_probabilities(&found.probabilities, film.width(), film.height())?;
        Ok((film, mask))
    }

    /// Lungs of a film as small as the network wants it. Whether they are plausible shows there
    /// as well as in the film's own pixels. `shape` is the film's height over its width.
    fn lungs_of(&self, small: &Radiograph, shape: f64) -> Result<FoundLungs, Error> {
        let probabilities = self.segmenter.lung_probabilities(small.pixels())?;
        let (w, h) = (probabilities.right.width(), probabilities.right.height());
        let mask = LungMask::from_probabilities(&probabilities, w, h)?;
        let flags =
            quality::check_lungs(&small.pixels().resize(w, h), &mask, shape * w as f64 / h as f64)?;
        let certainty = probabilities.certainty();
        Ok(FoundLungs { probabilities, flags, certainty })
    }

    /// The crop of both lungs that the paper's classifier wants.
    ///
    /// # Errors
    /// See [`LungCrop::new`].
    pub fn crop(&self, film: &Radiograph, mask: &LungMask) -> Result<LungCrop, Error> {
        let input = &self.grading.manifest().input;
        LungCrop::new(film, mask, input.width, input.height)
    }

    /// The six pictures that a zone grader wants.
    ///
    /// # Errors
    /// See [`ZoneCrops::new`].
    pub fn zone_crops(
        &self,
        film: &Radiograph,
        mask: &LungMask,
        zones: &Zones,
    ) -> Result<ZoneCrops, Error> {
        let input = &self.grading.manifest().input;
        ZoneCrops::new(film, mask, zones, input.width, input.height)
    }
}

fn timed<T>(clock: Clock, ms: &mut f64, step: impl FnOnce() -> T) -> T {
    let start = clock();
    let value = step();
    *ms = clock() - start;
    value
}

/// A reading with the pictures it speaks of.
#[derive(Clone, Debug)]
pub struct FilmReading {
    /// The result.
    pub reading: Reading,
    /// The film as read.
    pub film: Radiograph,
    /// Its lungs.
    pub mask: LungMask,
    /// Where the evidence lies.
    pub heat_map: HeatMap,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
