//! Lung crops for the classifier, made by the reader's rooms and kept on disk: a film is
//! segmented once for all epochs, folds and resumed runs.

use std::{fs, path::Path};

use koniscope::{
    crop::LungCrop, manifest::Region, plane::Plane, segmentation::LungSegmenter, weights::sha256,
};

use rayon::prelude::*;

use super::{classifier::LungSource, report_failures};
use crate::{
    Error,
    dataset::{Case, Failure, load_film, partition},
    run_log::Observer,
    training::classification::Graded,
    write::write_atomic,
};

/// Where crops come from and are kept.
pub(super) struct Crops<'a> {
    segmenter: &'a dyn LungSegmenter,
    region: Region,
    /// `[width, height]`.
    size: [usize; 2],
    cache: &'a Path,
}

impl<'a> Crops<'a> {
    /// Crops of `size`, `[width, height]`, by a first stage, kept where `lungs` says.
    pub(super) fn of(
        segmenter: &'a dyn LungSegmenter,
        region: Region,
        size: [usize; 2],
        lungs: &'a LungSource,
    ) -> Self {
        Self { segmenter, region, size, cache: &lungs.cache }
    }

    /// A crop, or why there is none, for every case, in order.
    ///
    /// # Errors
    /// [`Error::File`] if the cache cannot be written.
    pub(super) fn load(
        &self,
        cases: &[Case],
        part: &'static str,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Result<Plane, Failure>>, Error> {
        fs::create_dir_all(self.cache).map_err(|e| Error::file(self.cache, e))?;
        observer.note(&format!("crops of the {part} part: {} films", cases.len()));
        cases.par_iter().map(|case| self.crop(case)).collect()
    }

    /// [`load`](Self::load) with the class of each case; what could not be used is noted.
    ///
    /// # Errors
    /// [`Error::NoFilms`] if none could be used.
    pub(super) fn graded(
        &self,
        cases: &[Case],
        part: &'static str,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Graded>, Error> {
        let crops = self.load(cases, part, observer)?.into_iter().zip(cases);
        let graded = crops.map(|(crop, case)| match case.class {
            Some(class) => crop.map(|crop| Graded { crop, class }),
            None => Err(Failure {
                path: case.image.clone(),
                reason: "it has no label in the table".into(),
            }),
        });
        let (graded, failures) = partition(graded.collect(), cases.len(), part)?;
        report_failures(&failures, observer);
        Ok(graded)
    }

    /// One film's crop, from the cache if film, lungs' weights and size are the same.
    fn crop(&self, case: &Case) -> Result<Result<Plane, Failure>, Error> {
        let [width, height] = self.size;
        let fail = |reason: String| Failure { path: case.image.clone(), reason };
        if self.region == Region::Film {
            return Ok(load_film(&case.image).map(|film| film.pixels().resize(width, height)));
        }
        let bytes = match fs::read(&case.image) {
            Ok(bytes) => bytes,
            Err(e) => return Ok(Err(fail(e.to_string()))),
        };
        let model = &self.segmenter.manifest().sha256;
        let key = sha256(format!("{} {model} {width}x{height}", sha256(&bytes)).as_bytes());
        let path = self.cache.join(format!("{key}.f32"));
        if let Ok(bytes) = fs::read(&path)
            && bytes.len() == width * height * 4
        {
            let values = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b));
            return Ok(Ok(Plane::new(width, height, values.collect())));
        }
        let film = match load_film(&case.image) {
            Ok(film) => film,
            Err(failure) => return Ok(Err(failure)),
        };
        let crop =
            self.segmenter.lungs(&film).and_then(|mask| LungCrop::new(&film, &mask, width, height));
        let crop = match crop {
            Ok(crop) => crop.picture().clone(),
            Err(error) => return Ok(Err(fail(error.to_string()))),
        };
        let bytes: Vec<u8> = crop.data().iter().flat_map(|v| v.to_le_bytes()).collect();
        write_atomic(&path, &bytes)?;
        Ok(Ok(crop))
    }
}
