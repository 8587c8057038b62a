//! One film: drawn, written, its truth told.

use std::{fs, path::Path};

use koniscope::{READING_VERSION, segmentation::LungMask};
use koniscope_dicom::{
    VR, tags,
    write::{Radiograph, radiograph},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::{Format, Options, Source};
use crate::{
    Error,
    field::Field,
    insert::{self, Look},
    opacities,
    pattern::Plan,
    phantom::Phantom,
    place,
    sources::{self, FindLungs, RealFilm},
    truth::{FOLDERS, Film, Physics, RECIPE_VERSION, Truth},
    write::{self, write_atomic},
};

/// A picture before it is a file.
struct Picture {
    values: Vec<u16>,
    bits: u32,
    truth: Truth,
    mask: LungMask,
}

/// Simulates film `number` and writes its files; whether it was there already.
pub(super) fn simulate(
    options: &Options,
    number: u64,
    real: Option<&RealFilm>,
    lungs: Option<&FindLungs>,
) -> Result<(Truth, bool), Error> {
    let film = film(options, number, real);
    let truth_file = options.out.join(FOLDERS[2]).join(format!("{}.json", name(number, real)));
    if let Some(truth) = there_already(&options.out, &truth_file, &film) {
        return Ok((truth, true));
    }
    // Nothing is taken for whole while it is made.
    drop(fs::remove_file(&truth_file));
    let mut rng = ChaCha12Rng::seed_from_u64(mix(options.seed, number));
    let picture = match (&options.source, real) {
        (Source::Phantoms { size }, _) => phantom(options, film, *size, &mut rng)?,
        (Source::Films { .. }, Some(real)) => onto(options, film, real, lungs, &mut rng)?,
        (Source::Films { .. }, None) => return Err(Error::Internal("no real film".into())),
    };
    let Picture { values, bits, truth, mask } = picture;
    let (width, height) = (mask.width(), mask.height());
    let bytes = match options.format {
        Format::Png => {
            // To the full 16 bits, so that any viewer shows it.
            let top = f64::from((1u32 << bits) - 1);
            let values: Vec<u16> = if bits == 16 {
                values
            } else {
                values.iter().map(|v| (f64::from(*v) / top * 65535.0).round() as u16).collect()
            };
            write::gray16(&values, width, height)?
        }
        Format::Dicom { monochrome1 } => {
            let uids = [rng.random(), rng.random(), rng.random()];
            let monochrome1 = rng.random_bool(0.5) && monochrome1;
            let spacing_mm = truth.film.spacing_mm;
            let comment = format!("SIMULATED {}", crate::WARNING);
            let texts = [
                (tags::MANUFACTURER, VR::LO, "Koniscope simulator"),
                (tags::PATIENT_NAME, VR::PN, "SIMULATED"),
                (tags::PATIENT_ID, VR::LO, &truth.film.patient_id),
                (tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES"),
                (tags::DEIDENTIFICATION_METHOD, VR::LO, "Simulated"),
                (tags::IMAGE_COMMENTS, VR::LT, &comment),
            ];
            let film =
                Radiograph { width, height, bits, spacing_mm, monochrome1, uids, texts: &texts };
            radiograph(&values, &film).map_err(|e| Error::encode("DICOM", &e))?
        }
    };
    write_atomic(&options.out.join(&truth.film.image), &bytes)?;
    let labels = write::labels(mask.labels(), width, height)?;
    write_atomic(&options.out.join(&truth.film.mask), &labels)?;
    // Last, so that where it is the film is whole.
    let json = serde_json::to_vec(&truth).map_err(|e| Error::encode("truth", &e))?;
    write_atomic(&truth_file, &json)?;
    Ok((truth, false))
}

/// A phantom with its opacities.
fn phantom(
    options: &Options,
    film: Film,
    size: usize,
    rng: &mut ChaCha12Rng,
) -> Result<Picture, Error> {
    let mut phantom = Phantom::draw(size, rng);
    let field = phantom.field()?;
    let look = Look {
        density_factor: rng.random_range(insert::DENSITY),
        scatter_fraction: phantom.acquisition.scatter_fraction,
        detail_gain: 1.0,
    };
    let noise = rng.random();
    let plan = Plan::draw(&options.wishes, &field.areas_cm2(), rng);
    let small = place::small(&plan, &field, rng);
    let large = place::large(&plan, &field, rng);
    phantom.add(&opacities::thickness(&field.grid(), &small, &large), look.density_factor);
    let film = of_grid(film, &field, false);
    let physics = Physics { look, gray_per_log: None };
    let truth = Truth::new(film, &field, &plan, small, large, physics);
    Ok(Picture {
        values: phantom.expose(noise),
        bits: phantom.acquisition.bits,
        truth,
        mask: field.mask().clone(),
    })
}

/// A real film with opacities.
fn onto(
    options: &Options,
    film: Film,
    real: &RealFilm,
    lungs: Option<&FindLungs>,
    rng: &mut ChaCha12Rng,
) -> Result<Picture, Error> {
    let (picture, mask) = sources::load(real, lungs)?;
    let spacing = match picture.spacing_mm() {
        Some(spacing) => spacing,
        None => insert::estimated_spacing(&mask)?,
    };
    let estimated = picture.spacing_mm().is_none();
    let gray_per_log = insert::gray_per_log(&picture, &mask)?;
    let field = Field::new(mask, spacing)?;
    let look = Look::draw(rng);
    let plan = Plan::draw(&options.wishes, &field.areas_cm2(), rng);
    let small = place::small(&plan, &field, rng);
    let large = place::large(&plan, &field, rng);
    let mut values = picture.pixels().data().to_vec();
    if !small.is_empty() || !large.is_empty() {
        let thickness = opacities::thickness(&field.grid(), &small, &large);
        let detected = insert::as_detected(thickness, &field);
        insert::insert(&mut values, &detected, &look, gray_per_log);
    }
    let film = of_grid(film, &field, estimated);
    let physics = Physics { look, gray_per_log: Some(gray_per_log) };
    let truth = Truth::new(film, &field, &plan, small, large, physics);
    let values = values.iter().map(|v| (v * 65535.0).round() as u16).collect();
    Ok(Picture { values, bits: 16, truth, mask: field.mask().clone() })
}

/// What is known before anything is drawn.
fn film(options: &Options, number: u64, real: Option<&RealFilm>) -> Film {
    let name = name(number, real);
    let ending = if options.format == Format::Png { "png" } else { "dcm" };
    let kind = match &options.source {
        Source::Phantoms { size } => format!("phantom of {size}"),
        // Which lungs are found, and in which pixels, is the reading's.
        Source::Films { .. } => {
            format!("onto {}, reading {READING_VERSION}", real.map_or("", |r| &r.name))
        }
    };
    let recipe = format!("{RECIPE_VERSION}; {kind}; {:?}; {:?}", options.wishes, options.format);
    let unnamed = || format!("phantom-{}-{number}", options.seed);
    Film {
        image: format!("{}/{name}.{ending}", FOLDERS[0]),
        mask: format!("{}/{name}.png", FOLDERS[1]),
        patient_id: real.map_or_else(unnamed, |r| r.patient_id.clone()),
        source: real.map_or("phantom".into(), |r| r.source.clone()),
        of: real.map_or(String::new(), |r| r.name.clone()),
        seed: options.seed,
        number,
        recipe,
        width: 0,
        height: 0,
        spacing_mm: [0.0; 2],
        spacing_estimated: false,
    }
}

fn of_grid(film: Film, field: &Field, spacing_estimated: bool) -> Film {
    let grid = field.grid();
    let (width, height) = (grid.width, grid.height);
    Film { width, height, spacing_mm: grid.spacing_mm, spacing_estimated, ..film }
}

/// A film that is whole and of the same seed, number and options.
fn there_already(out: &Path, truth_file: &Path, film: &Film) -> Option<Truth> {
    let truth: Truth = serde_json::from_slice(&fs::read(truth_file).ok()?).ok()?;
    let found = &truth.film;
    let same = (found.seed, found.number, &found.recipe, &found.image)
        == (film.seed, film.number, &film.recipe, &film.image);
    let whole = [&found.image, &found.mask].iter().all(|file| out.join(file).is_file());
    (same && whole).then_some(truth)
}

/// Name of a film's files.
fn name(number: u64, real: Option<&RealFilm>) -> String {
    let stem = real.and_then(|r| r.image.file_stem()).map(|s| s.to_string_lossy().into_owned());
    let refused = |c: char| c.is_control() || r#"<>:"/\|?*"#.contains(c);
    let stem = stem.unwrap_or_else(|| "phantom".into());
    let stem: String = stem.chars().take(100).map(|c| if refused(c) { '_' } else { c }).collect();
    format!("{number:06}-{stem}")
}

/// How a film is named to people.
pub(super) fn shown(number: u64, real: Option<&RealFilm>) -> String {
    match real {
        Some(real) => format!("film {number}, onto {}", real.name),
        None => format!("film {number}"),
    }
}

/// SplitMix64's finalizer (Steele, Lea and Flood, OOPSLA 2014) of seed and number.
fn mix(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
