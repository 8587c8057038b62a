//! The pipeline as one sentence, and its result.

use serde::Serialize;

use crate::{
    Error, Radiograph,
    calibration::Calibration,
    classification::StageClassifier,
    crop::LungCrop,
    decode::{Header, Limits, RawImage, decode},
    heat_map::HeatMap,
    manifest::Manifest,
    normalize::normalize,
    quality::{self, Flag},
    segmentation::{BoundingBox, Extent, LungMask, LungProbabilities, LungSegmenter},
};

/// Said on every output.
pub const DISCLAIMER: &str = "Research use only. Not a medical device; not for diagnosis.";

/// Two networks and what stands around them. One reader reads any number of films, also from
/// several threads.
pub struct Reader {
    /// First stage.
    pub segmenter: Box<dyn LungSegmenter>,
    /// Second stage.
    pub classifier: Box<dyn StageClassifier>,
    /// What a file may cost.
    pub limits: Limits,
}

/// By how much the lungs of the negative must be surer before a film is taken for inverted. Of
/// 1,655 upright films of four sets none reached it with `unet-lungs-2`, though the negative of 292
/// had plausible lungs, and none of their negatives was taken for upright.
const INVERTED_CERTAINTY: f64 = 0.005;

/// Plausible lungs of one film, on the network's grid.
struct FoundLungs {
    probabilities: LungProbabilities,
    flags: Vec<Flag>,
    certainty: f64,
}

/// Milliseconds since any fixed moment. The library reads no clock; the door brings one.
pub type Clock<'a> = &'a dyn Fn() -> f64;

impl Reader {
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
        let crop = self.crop(&film, &mask)?;
        let class =
            timed(clock, &mut timings.classification_ms, || self.classifier.classify(&crop))?;
        let manifest = self.classifier.manifest();
        let calibration = Calibration::of(manifest)?;
        let probabilities = calibration.probabilities(&class.logits);
        let heat_map = timed(clock, &mut timings.heat_map_ms, || {
            HeatMap::new(&class.class_maps, &calibration, crop)
        });
        timings.total_ms = clock() - start;
        flags.sort();
        let reading = Reading {
            disclaimer: DISCLAIMER,
            film: Film::of(&raw),
            models: Models {
                lungs: ModelIdentity::of(self.segmenter.manifest()),
                classifier: ModelIdentity::of(manifest),
            },
            quality: Quality::of(flags),
            lungs: Lungs::of(&mask, &film),
            pneumoconiosis: Detection::of(manifest, &probabilities),
            stage: StageProbabilities::of(manifest, &probabilities),
            timings,
        };
        Ok(FilmReading { reading, film, mask, heat_map })
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

    /// Finds the lungs, in the film and in its negative; a film whose lungs are plausible only
    /// in the negative, or found there with more certainty, is read as such and flagged.
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
        let negative = small.negative();
        let (upright, inverted) =
            rayon::join(|| self.lungs_of(&small, shape), || self.lungs_of(&negative, shape));
        let is_inverted = match (&upright, &inverted) {
            (Ok(upright), Ok(inverted)) => {
                inverted.certainty > upright.certainty + INVERTED_CERTAINTY
            }
            (Err(Error::LungsNotFound { .. } | Error::LungsImplausible { .. }), Ok(_)) => true,
            _ => false,
        };
        let (film, found) =
            if is_inverted { (film.negative(), inverted?) } else { (film, upright?) };
        if is_inverted {
            flags.push(Flag::Inverted);
        }
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

    /// The crop that the classifier wants.
    ///
    /// # Errors
    /// See [`LungCrop::new`].
    pub fn crop(&self, film: &Radiograph, mask: &LungMask) -> Result<LungCrop, Error> {
        let input = &self.classifier.manifest().input;
        LungCrop::new(film, mask, input.width, input.height)
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

/// The result of one film: complete, or it does not exist.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// [`DISCLAIMER`].
    pub disclaimer: &'static str,
    /// The film that was read.
    pub film: Film,
    /// The networks that read it.
    pub models: Models,
    /// What to know about the film.
    pub quality: Quality,
    /// The lungs, per side.
    pub lungs: Lungs,
    /// Disease or not.
    pub pneumoconiosis: Detection,
    /// Stage, where the classifier has four classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageProbabilities>,
    /// Milliseconds a step.
    pub timings: Timings,
}

/// The film that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Film {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bits that hold a value.
    pub bits_stored: u32,
    /// Pixel spacing in mm, `[between rows, between columns]`.
    pub spacing_mm: Option<[f64; 2]>,
    /// View position, where the header says it.
    pub view_position: Option<String>,
    /// SOP Instance UID of a DICOM film.
    pub sop_instance_uid: Option<String>,
}

impl Film {
    fn of(raw: &RawImage) -> Self {
        let Header { spacing_mm, view_position, sop_instance_uid, .. } = raw.header.clone();
        Self {
            width: raw.width,
            height: raw.height,
            bits_stored: raw.bits_stored,
            spacing_mm,
            view_position,
            sop_instance_uid,
        }
    }
}

/// The networks of a reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Models {
    /// First stage.
    pub lungs: ModelIdentity,
    /// Second stage.
    pub classifier: ModelIdentity,
}

/// Which weights, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelIdentity {
    /// Name and version.
    pub id: String,
    /// SHA-256 of the weights.
    pub sha256: String,
    /// A warning that belongs to every result of these weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl ModelIdentity {
    fn of(manifest: &Manifest) -> Self {
        Self {
            id: manifest.id.clone(),
            sha256: manifest.sha256.clone(),
            notice: manifest.notice.clone(),
        }
    }
}

/// What to know about the film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// Flags with their sentence; empty if there is nothing to say.
    pub flags: Vec<FlagEntry>,
}

/// A flag and its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlagEntry {
    /// A stable word.
    pub kind: Flag,
    /// A sentence for people.
    pub message: &'static str,
}

impl Quality {
    fn of(flags: Vec<Flag>) -> Self {
        let flags = flags.into_iter().map(|kind| FlagEntry { kind, message: kind.message() });
        Self { flags: flags.collect() }
    }
}

/// Both lungs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lungs {
    /// The patient's right lung.
    pub right: Lung,
    /// The patient's left lung.
    pub left: Lung,
}

/// One lung as found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lung {
    /// Area in pixels.
    pub area_px: usize,
    /// Area in mm2, where the spacing is known.
    pub area_mm2: Option<f64>,
    /// Smallest rectangle that holds it, in pixels.
    pub bounding_box: Option<BoundingBox>,
}

impl Lungs {
    fn of(mask: &LungMask, film: &Radiograph) -> Self {
        let [right, left] = mask.extents().map(|Extent { area_px, bounding_box }| Lung {
            area_px,
            area_mm2: film.pixel_area_mm2().map(|mm2| mm2 * area_px as f64),
            bounding_box,
        });
        Self { right, left }
    }
}

/// Disease or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Calibrated probability of disease: of all classes but the first.
    pub probability: f64,
    /// What the classifier was really trained to find, as `tuberculosis`.
    pub target: String,
    /// Whether that only stands in for pneumoconiosis.
    pub stand_in: bool,
}

impl Detection {
    fn of(manifest: &Manifest, probabilities: &[f64]) -> Self {
        Self {
            probability: 1.0 - probabilities[0],
            target: manifest.target.clone().unwrap_or_else(|| "pneumoconiosis".into()),
            stand_in: manifest.stand_in,
        }
    }
}

/// Probability of each stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageProbabilities {
    /// The classes, in order.
    pub classes: Vec<String>,
    /// A probability per class; they sum to 1.
    pub probabilities: Vec<f64>,
}

impl StageProbabilities {
    fn of(manifest: &Manifest, probabilities: &[f64]) -> Option<Self> {
        (probabilities.len() == 4).then(|| Self {
            classes: manifest.classes.clone(),
            probabilities: probabilities.to_vec(),
        })
    }
}

/// Milliseconds a step took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Timings {
    pub decode_ms: f64,
    pub normalize_ms: f64,
    pub segmentation_ms: f64,
    pub classification_ms: f64,
    pub heat_map_ms: f64,
    pub total_ms: f64,
}
