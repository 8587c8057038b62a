//! Crops of lungs or zones, made by the reader's rooms and kept on disk: a film is
//! segmented once for all epochs, folds and resumed runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use koniscope::{
    Radiograph,
    cache::Cache,
    crop::{LungCrop, ZoneCrops},
    manifest::Region,
    plane::Plane,
    segmentation::LungSegmenter,
    zones::Zones,
};
use koniscope_data::{
    LabeledRow,
    split::{Kind, Part},
};

use super::report_failures;
use crate::{
    Error,
    dataset::{
        Failure, load_film,
        opacities::{OpacityMaps, ZoneOpacities},
        partition, told,
    },
    run_log::Observer,
};

/// Where the first stage comes from and crops are kept.
#[derive(Clone, Debug)]
pub struct LungSource {
    /// Folder with `lungs.toml`.
    pub models: PathBuf,
    /// Folder of crops already made.
    pub cache: PathBuf,
}

/// The pictures of a film with what is known of it.
type Labeled<L> = (Vec<Plane>, L);

/// Where crops come from and are kept.
pub(super) struct Crops<'a> {
    segmenter: &'a dyn LungSegmenter,
    region: Region,
    /// `[width, height]`.
    size: [usize; 2],
    /// Of what was made before.
    folder: &'a Path,
}

impl<'a> Crops<'a> {
    /// Crops of `size`, `[width, height]`, by a first stage, kept where `lungs` says.
    pub(super) fn of(
        segmenter: &'a dyn LungSegmenter,
        region: Region,
        size: [usize; 2],
        lungs: &'a LungSource,
    ) -> Self {
        Self { segmenter, region, size, folder: &lungs.cache }
    }

    /// The pictures of every film, one or six as the region has, with what `label` makes of its row; or
    /// why there are none, in order.
    ///
    /// # Errors
    /// [`Error::File`] if the cache cannot be written.
    pub(super) fn load<P: Kind, L: Send>(
        &self,
        films: &Part<P>,
        observer: &mut dyn Observer,
        label: impl Fn(&LabeledRow) -> Result<L, String> + Sync,
    ) -> Result<Part<P, Result<Labeled<L>, Failure>>, Error> {
        observer.note(&format!("crops of the {} part: {} films", P::NAME, films.len()));
        let crop = |row: &LabeledRow| {
            let fail = |reason| Failure { path: row.image.clone(), reason };
            let crop = self.crop(row)?;
            Ok(crop.and_then(|crop| Ok((crop, label(row).map_err(fail)?))))
        };
        films.par_map(crop).transpose()
    }

    /// [`load`](Self::load) without the films that could not be used; they are noted.
    ///
    /// # Errors
    /// [`Error::NoFilms`] if none could be used.
    pub(super) fn labeled<P: Kind, L: Send>(
        &self,
        films: &Part<P>,
        observer: &mut dyn Observer,
        label: impl Fn(&LabeledRow) -> Result<L, String> + Sync,
    ) -> Result<Part<P, Labeled<L>>, Error> {
        let (labeled, failures) = partition(self.load(films, observer, label)?)?;
        report_failures(&failures, observer);
        Ok(labeled)
    }

    /// One film's pictures, from the cache if film, what its row tells of it, lungs' weights, region, size and
    /// version of reading are the same.
    fn crop(&self, case: &LabeledRow) -> Result<Result<Vec<Plane>, Failure>, Error> {
        let [width, height] = self.size;
        let fail = |reason: String| Failure { path: case.image.clone(), reason };
        if self.region == Region::Film {
            let film = load_film(case);
            return Ok(film.map(|film| vec![film.pixels().resize(width, height)]));
        }
        let bytes = match fs::read(&case.image) {
            Ok(bytes) => bytes,
            Err(e) => return Ok(Err(fail(e.to_string()))),
        };
        let (region, pictures) = match self.region {
            Region::Zones => ("zones", 6),
            Region::Lungs | Region::Film => ("lungs", 1),
        };
        let cache = self.cache(region)?;
        let told = told(case).bytes();
        let inputs = [Some(bytes.as_slice()), told.as_deref()];
        let file = cache.file(inputs.into_iter().flatten(), "f32");
        if let Some(bytes) = cache.get(&file)
            && bytes.len() == pictures * width * height * 4
        {
            let values: Vec<f32> =
                bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            let planes = values.chunks_exact(width * height);
            return Ok(Ok(planes.map(|p| Plane::new(width, height, p.to_vec())).collect()));
        }
        let film = match load_film(case) {
            Ok(film) => film,
            Err(failure) => return Ok(Err(failure)),
        };
        let planes = match self.cut(&film) {
            Ok(planes) => planes,
            Err(error) => return Ok(Err(fail(error.to_string()))),
        };
        let bytes: Vec<u8> =
            planes.iter().flat_map(Plane::data).flat_map(|v| v.to_le_bytes()).collect();
        cache.put(&file, &bytes).map_err(|e| Error::file(&file, e))?;
        Ok(Ok(planes))
    }

    /// Opacities of a film's zones as its pictures show them, where the table names the file that tells
    /// them; from the cache if both files, lungs' weights and size are the same.
    ///
    /// # Errors
    /// [`Error::File`] if the cache cannot be written.
    pub(super) fn opacities(
        &self,
        case: &LabeledRow,
    ) -> Result<Result<Option<Vec<ZoneOpacities>>, Failure>, Error> {
        let Some(truth) = &case.opacities else { return Ok(Ok(None)) };
        let fail = |path: &Path, reason: String| Ok(Err(Failure { path: path.into(), reason }));
        let mut inputs = [const { Vec::new() }; 2];
        for (bytes, path) in inputs.iter_mut().zip([&case.image, truth]) {
            *bytes = match fs::read(path) {
                Ok(bytes) => bytes,
                Err(e) => return fail(path, e.to_string()),
            };
        }
        let cache = self.cache("profusion")?;
        let told = told(case).bytes();
        let file = cache.file(inputs.iter().chain(&told).map(Vec::as_slice), "bin");
        if let Some(zones) = cache.get(&file).and_then(|b| ZoneOpacities::from_bytes(&b))
            && zones.len() == 6
        {
            return Ok(Ok(Some(zones)));
        }
        let film = match load_film(case) {
            Ok(film) => film,
            Err(failure) => return Ok(Err(failure)),
        };
        let maps = match OpacityMaps::read(truth, [film.width(), film.height()]) {
            Ok(maps) => maps,
            Err(reason) => return fail(truth, reason),
        };
        match self.segmenter.lungs(&film).and_then(|mask| maps.zones(&mask, self.size)) {
            Ok(zones) => {
                let bytes = ZoneOpacities::to_bytes(&zones);
                cache.put(&file, &bytes).map_err(|e| Error::file(&file, e))?;
                Ok(Ok(Some(zones)))
            }
            Err(error) => fail(&case.image, error.to_string()),
        }
    }

    /// Where what is made with this first stage at this size is kept.
    fn cache(&self, what: &str) -> Result<Cache, Error> {
        let [width, height] = self.size;
        let model = &self.segmenter.manifest().sha256;
        Cache::open(self.folder, &format!("{what} {model} {width}x{height}"))
            .map_err(|e| Error::file(self.folder, e))
    }

    /// Finds the lungs and cuts out what the region says.
    fn cut(&self, film: &Radiograph) -> Result<Vec<Plane>, koniscope::Error> {
        let [width, height] = self.size;
        let mask = self.segmenter.lungs(film)?;
        if self.region == Region::Zones {
            let zones = Zones::of(&mask)?;
            return Ok(ZoneCrops::new(film, &mask, &zones, width, height)?.pictures().to_vec());
        }
        Ok(vec![LungCrop::new(film, &mask, width, height)?.picture().clone()])
    }
}
