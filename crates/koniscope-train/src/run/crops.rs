//! Lung crops for the classifier, made by the reader's rooms and kept on disk: a film is
//! segmented once for all epochs, folds and resumed runs.

use std::{fs, path::Path};

use koniscope::{
    crop::LungCrop,
    plane::Plane,
    segmentation::{LungMask, LungSegmenter},
    weights::sha256,
};

use crate::{
    Error,
    dataset::{Case, Failure, load_film, partition},
    run_log::Observer,
    training::classification::Graded,
    write::write_atomic,
};

/// Where crops come from and are kept.
pub(super) struct Crops<'a> {
    /// First stage.
    pub segmenter: &'a dyn LungSegmenter,
    /// Size of a crop, `[width, height]`.
    pub size: [usize; 2],
    /// Folder of the cache.
    pub cache: &'a Path,
}

impl Crops<'_> {
    /// Crops of all cases that have a class and readable lungs, in order.
    ///
    /// # Errors
    /// [`Error::NoFilms`] if none could be used.
    pub(super) fn load(
        &self,
        cases: &[Case],
        part: &'static str,
        observer: &mut dyn Observer,
    ) -> Result<(Vec<Graded>, Vec<Failure>), Error> {
        fs::create_dir_all(self.cache).map_err(|e| Error::file(self.cache, e))?;
        let mut results = Vec::with_capacity(cases.len());
        for (i, case) in cases.iter().enumerate() {
            if i % 100 == 0 {
                observer.note(&format!("lung crops of the {part} part: {i} of {}", cases.len()));
            }
            results.push(self.graded(case)?);
        }
        partition(results, cases.len(), part)
    }

    fn graded(&self, case: &Case) -> Result<Result<Graded, Failure>, Error> {
        let fail = |reason: String| Failure { path: case.image.clone(), reason };
        let Some(class) = case.class else {
            return Ok(Err(fail("it has no label in the table".into())));
        };
        Ok(self.crop(case)?.map(|crop| Graded { crop, class }))
    }

    /// One film's crop, from the cache if film, lungs' weights and size are the same.
    fn crop(&self, case: &Case) -> Result<Result<Plane, Failure>, Error> {
        let [width, height] = self.size;
        let fail = |reason: String| Failure { path: case.image.clone(), reason };
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
        let crop = self
            .segmenter
            .lung_probabilities(&film)
            .and_then(|p| LungMask::from_probabilities(&p, film.width(), film.height()))
            .and_then(|mask| LungCrop::new(&film, &mask, width, height));
        let crop = match crop {
            Ok(crop) => crop.picture().clone(),
            Err(error) => return Ok(Err(fail(error.to_string()))),
        };
        let bytes: Vec<u8> = crop.data().iter().flat_map(|v| v.to_le_bytes()).collect();
        write_atomic(&path, &bytes)?;
        Ok(Ok(crop))
    }
}
