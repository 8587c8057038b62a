//! Texture in numbers: gray and detail of each of the six zones.

use std::{fs, path::Path};

use koniscope::{
    crop::ZoneCrops,
    files::write_atomic,
    many::in_order,
    model::{Device, local_means},
    plane::Plane,
    segmentation::LungSegmenter,
    weights::load_lungs,
    zones::{Zone, Zones},
};
use koniscope_data::LabeledRow;
use koniscope_train::dataset::load_film;

use crate::{Error, cohort::Cohort};

/// Side of a zone's picture in pixels, as of the shipped zone grader: all zones of a film have one
/// scale.
const SIDE: usize = 144;

/// Sides of the squares whose means part detail from gray, in pixels, as those of the zone grader:
/// about 4 and 12 mm.
const SQUARES: [usize; 2] = [5, 15];

/// Measures of a zone.
const OF_ZONE: [&str; 10] = [
    "gray_mean",
    "gray_std",
    "gray_skewness",
    "gray_kurtosis",
    "fine_std",
    "fine_skewness",
    "fine_kurtosis",
    "middling_std",
    "middling_skewness",
    "middling_kurtosis",
];

/// Measures of a film.
pub const MEASURES: usize = 6 * OF_ZONE.len();

/// Those of one film, zone after zone in the order of [`Zone::ALL`].
pub type Texture = [f64; MEASURES];

/// Mean, standard deviation, skewness and kurtosis (0 for a normal distribution; all without
/// correction for few pixels) of the gray of a zone, then the last three of its fine detail, what a
/// pixel is above the mean of the 5 x 5 about it, and of its middling detail, what that mean is above
/// the one of 15 x 15. Pixels of 0 lie outside the zone and count nowhere.
pub fn of_zone(picture: &Plane) -> [f64; OF_ZONE.len()] {
    let [near, far] = SQUARES.map(|side| local_means(picture, side));
    let inside: Vec<usize> =
        (0..picture.data().len()).filter(|i| picture.data()[*i] > 0.0).collect();
    let of = |value: &dyn Fn(usize) -> f32| {
        moments(&inside.iter().map(|i| f64::from(value(*i))).collect::<Vec<_>>())
    };
    let gray = of(&|i| picture.data()[i]);
    let fine = of(&|i| picture.data()[i] - near[i]);
    let middling = of(&|i| near[i] - far[i]);
    let [mean, std, skewness, kurtosis] = gray;
    [
        mean,
        std,
        skewness,
        kurtosis,
        fine[1],
        fine[2],
        fine[3],
        middling[1],
        middling[2],
        middling[3],
    ]
}

/// Mean, standard deviation, skewness, kurtosis; the last two are 0 where nothing varies.
fn moments(values: &[f64]) -> [f64; 4] {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let central = |power: i32| values.iter().map(|v| (v - mean).powi(power)).sum::<f64>() / n;
    let std = central(2).sqrt();
    // Below the rounding of the pixels themselves there is no shape.
    if std < 1e-7 {
        return [mean, std, 0.0, 0.0];
    }
    [mean, std, central(3) / std.powi(3), central(4) / std.powi(4) - 3.0]
}

/// Measures every film of a cohort with the lungs of a manifest, and keeps them in a table in
/// `folder`. Nothing for a film whose lungs are not found. A table that is there is taken.
///
/// # Errors
/// [`Error`] if the weights cannot be loaded or the table not be written.
pub(crate) fn measure(
    cohort: &Cohort,
    lungs: &Path,
    folder: &Path,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Option<Texture>>, Error> {
    let segmenter = load_lungs(lungs, &Device::cpu())?;
    let hash = &segmenter.manifest().sha256;
    let path = folder.join(format!("lungs-{}.csv", &hash[..hash.len().min(12)]));
    if path.exists() {
        return read(&path, cohort.cases.len());
    }
    let films = &cohort.cases;
    let textures = in_order(films.len(), |i| {
        let texture = of_film(&segmenter, &films[i].row);
        done();
        texture
    })
    .map_err(|e| Error::Threads(e.to_string()))?;
    fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
    let bytes = table(cohort, &textures).map_err(|e| Error::file(&path, e))?;
    write_atomic(&path, &bytes).map_err(|e| Error::file(&path, e))?;
    // As they stand in the table: a run that goes on finds the same numbers.
    read(&path, films.len())
}

fn of_film(segmenter: &dyn LungSegmenter, row: &LabeledRow) -> Option<Texture> {
    let film = load_film(row).ok()?;
    let mask = segmenter.lungs(&film).ok()?;
    let zones = Zones::of(&mask).ok()?;
    let crops = ZoneCrops::new(&film, &mask, &zones, SIDE, SIDE).ok()?;
    let measures = crops.pictures().iter().flat_map(of_zone);
    measures.collect::<Vec<f64>>().try_into().ok()
}

fn table(cohort: &Cohort, textures: &[Option<Texture>]) -> Result<Vec<u8>, String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let measures = Zone::NAMES.iter().flat_map(|zone| OF_ZONE.map(|name| format!("{zone}_{name}")));
    let head = ["source", "id"].map(String::from).into_iter().chain(measures);
    csv.write_record(head).map_err(|e| e.to_string())?;
    for (case, texture) in cohort.cases.iter().zip(textures) {
        let cells = (0..MEASURES).map(|i| texture.map(|t| t[i].to_string()).unwrap_or_default());
        let film = [case.row.set.clone(), case.row.id.clone()];
        csv.write_record(film.into_iter().chain(cells)).map_err(|e| e.to_string())?;
    }
    csv.into_inner().map_err(|e| e.to_string())
}

fn read(path: &Path, films: usize) -> Result<Vec<Option<Texture>>, Error> {
    let fault = |detail: String| Error::File { path: path.to_owned(), detail };
    let mut csv = csv::Reader::from_path(path).map_err(|e| fault(e.to_string()))?;
    let mut textures = Vec::with_capacity(films);
    for row in csv.records() {
        let row = row.map_err(|e| fault(e.to_string()))?;
        let cells: Vec<f64> = row.iter().skip(2).filter_map(|cell| cell.parse().ok()).collect();
        textures.push(Texture::try_from(cells).ok());
    }
    if textures.len() != films {
        return Err(fault(format!(
            "{} films, {films} were expected. Remove it and run again",
            textures.len()
        )));
    }
    Ok(textures)
}
