//! The pipeline as one sentence.

mod findings;
mod load;

pub use load::{
    CLASSIFIER_MANIFEST, CLASSIFIER_SITE, LUNGS_MANIFEST, ZONES_MANIFEST, ZONES_SITE, at_site,
    load_reader, load_second_stage,
};

use std::fmt;

use crate::{
    Error, Radiograph,
    decode::{Limits, RawImage, Source, Told, decode, decode_with_source},
    features::Features,
    heat_map::HeatMap,
    large::LargeOpacity,
    normalize::normalize,
    quality::{self, Flag},
    reading::{
        DISCLAIMER, Film, Lungs, ModelIdentity, Models, Quality, Reading, SCHEMA_VERSION, Software,
        ZoneLines,
    },
    second_stage::{Chest, SecondStage},
    segmentation::{LungMask, LungProbabilities, LungSegmenter},
    site::Site,
    stopwatch::{Clock, Stopwatch},
    zones::Zones,
};
use findings::Findings;

/// Two networks and what stands around them. One reader reads any number of films, also from
/// several threads.
pub struct Reader {
    segmenter: Box<dyn LungSegmenter>,
    second_stage: Box<dyn SecondStage>,
    limits: Limits,
    site: Option<Site>,
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

impl Reader {
    /// Of both stages, with the limits that are usual and set to no site.
    pub fn new(segmenter: Box<dyn LungSegmenter>, second_stage: Box<dyn SecondStage>) -> Self {
        Self { segmenter, second_stage, limits: Limits::default(), site: None }
    }

    /// With other limits of what a file may cost.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the reader to a site.
    ///
    /// # Errors
    /// [`Error::Model`] if the site's file was made for other weights or another number of classes.
    pub fn at_site(self, site: Site) -> Result<Self, Error> {
        let manifest = self.second_stage.manifest();
        let calibration = manifest.calibration_sha256();
        let classes = self.second_stage.classes().len();
        site.fits([&manifest.id, &manifest.sha256, &calibration], classes)?;
        Ok(Self { site: Some(site), ..self })
    }

    /// First stage.
    pub fn segmenter(&self) -> &dyn LungSegmenter {
        self.segmenter.as_ref()
    }

    /// Second stage.
    pub fn second_stage(&self) -> &dyn SecondStage {
        self.second_stage.as_ref()
    }

    /// What it is set to, where it is.
    pub fn site(&self) -> Option<&Site> {
        self.site.as_ref()
    }

    /// Most bytes of a file.
    pub fn file_limit(&self) -> u64 {
        self.limits.file_bytes
    }

    /// Reads one film from a file's bytes.
    ///
    /// # Errors
    /// The first [`Error`] of any room: a film is read whole or not at all.
    pub fn read(&self, bytes: &[u8], clock: Clock) -> Result<FilmReading, Error> {
        self.read_told(bytes, &Told::default(), clock)
    }

    /// [`read`](Self::read) of a film of which more is told than its file holds.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_told(&self, bytes: &[u8], told: &Told, clock: Clock) -> Result<FilmReading, Error> {
        let mut watch = Stopwatch::new(clock);
        let (raw, source) =
            watch.time(|t| &mut t.decode_ms, || decode_with_source(bytes, &self.limits))?;
        let raw = told.of(raw);
        quality::check_header(&raw)?;
        let film = watch.time(|t| &mut t.normalize_ms, || normalize(&raw))?;
        let mut flags = quality::check_film(&raw, &film)?;
        let (film, mask) =
            watch.time(|t| &mut t.segmentation_ms, || self.find_lungs(film, &mut flags))?;
        let zones = Zones::of(&mask)?;
        let (film, of_scale) = quality::check_scale(&raw, film, &zones);
        flags.extend(of_scale);
        let chest = Chest { film: &film, mask: &mask, zones: &zones };
        let conclusion = self.second_stage.conclude(chest, &mut watch)?;
        let features = Features::of(&film, &mask);
        let findings = self.findings(conclusion.probabilities, features.as_ref());
        flags.sort();
        let reading = Reading {
            schema_version: SCHEMA_VERSION,
            disclaimer: DISCLAIMER.into(),
            software: Software::this(),
            film: Film::of(&raw, &film),
            models: Models {
                lungs: ModelIdentity::of(self.segmenter.manifest()),
                grader: self.second_stage.kind(),
                classifier: ModelIdentity::of(self.second_stage.manifest()),
                site: self.site.as_ref().map(|site| site.films.clone()),
            },
            quality: Quality::of(flags),
            lungs: Lungs::of(&mask, &film),
            zone_lines: ZoneLines::of(&zones, &film),
            pneumoconiosis: findings.pneumoconiosis,
            stage: findings.stage,
            abstained: findings.abstained,
            features,
            graded: conclusion.graded,
            timings: watch.stop(),
        };
        let large_opacities =
            reading.graded.as_ref().map_or_else(Vec::new, |graded| graded.large_opacities.clone());
        let reading = reading.in_file(film.grid(), &mask, &zones);
        let heat_map = conclusion.heat_map;
        Ok(FilmReading { reading, film, mask, zones, large_opacities, heat_map, source })
    }

    fn findings(&self, probabilities: Vec<f64>, features: Option<&Features>) -> Findings {
        let findings = Findings::of(self.second_stage.as_ref(), probabilities);
        match &self.site {
            Some(site) => findings.decided(site, features),
            None => findings,
        }
    }

    /// Probability of each class that the second stage gives to `film` with the lungs of `mask`: of the
    /// stages 0 to III where it tells them, else of absence and presence of disease. For measuring
    /// what a reading rests on, with a film or lungs that were changed.
    ///
    /// # Errors
    /// The first [`Error`] from the lungs on.
    pub fn probabilities(&self, film: &Radiograph, mask: &LungMask) -> Result<Vec<f64>, Error> {
        let chest = Chest { film, mask, zones: &Zones::of(mask)? };
        let conclusion = self.second_stage.conclude(chest, &mut Stopwatch::new(&|| 0.0))?;
        Ok(self.findings(conclusion.probabilities, None).probabilities())
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
}

/// A reading with the pictures it speaks of.
#[derive(Clone)]
pub struct FilmReading {
    /// The result.
    pub reading: Reading,
    /// The film as read.
    pub film: Radiograph,
    /// Its lungs, in the film's pixels; [`lungs_in_file`](Self::lungs_in_file) has them in the file's.
    pub mask: LungMask,
    /// Its zones, in the film's pixels.
    pub zones: Zones,
    /// Its large opacities, in the film's pixels.
    pub large_opacities: Vec<LargeOpacity>,
    /// Where the evidence lies.
    pub heat_map: HeatMap,
    /// What DICOM results of a DICOM film copy from it.
    pub source: Option<Source>,
}

/// The reading alone: pictures are large, and a source is printed nowhere.
impl fmt::Debug for FilmReading {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("FilmReading").field("reading", &self.reading).finish_non_exhaustive()
    }
}

impl FilmReading {
    /// The lungs in the pixels of the file, as they are stored.
    pub fn lungs_in_file(&self) -> LungMask {
        self.mask.in_file(self.film.grid())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
