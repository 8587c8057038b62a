//! What the machine says of a film, and the layers that show where: kept on disk, so that many films cost little
//! memory and a reading that was made before is there again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use koniscope::{
    FilmReading, Reading,
    files::{bytes_of, write_atomic},
    form::Proposal,
    report::{self, Failure, LargeShape, heat_layer, large_shapes, lungs_layer, zone_centers},
};

/// Longer side of the layers over a film, in pixels.
const LAYER: usize = 1024;

/// Bytes of a reading on disk at most.
const MOST_BYTES: u64 = 4 << 20;

/// What the machine says of a film.
pub(super) struct Machine {
    pub(super) reading: Reading,
    pub(super) proposal: Option<Proposal>,
    /// Where zones' grades are written, as shares of width and height.
    pub(super) centers: [Option<[f64; 2]>; 6],
    /// Large opacities as they are drawn.
    pub(super) large: Vec<LargeShape>,
}

/// What is drawn at places of the film: zones' grades, and large opacities.
type Places = ([Option<[f64; 2]>; 6], Vec<LargeShape>);

/// Layers over a film.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// Outlines and zones.
    Lungs,
    /// Local probability.
    Heat,
}

/// Layers lie beside the results in a hidden folder.
pub(super) fn layer_file(out: &Path, name: &str, layer: Layer) -> PathBuf {
    let ending = if layer == Layer::Lungs { "lungs.png" } else { "heat.png" };
    file(out, name, ending)
}

fn file(out: &Path, name: &str, ending: &str) -> PathBuf {
    out.join(".page").join(format!("{name}.{ending}"))
}

/// What is said of a film that was read, with its layers written.
///
/// # Errors
/// If a layer cannot be made or written.
pub(super) fn machine(out: &Path, name: &str, film: &FilmReading) -> Result<Machine, Failure> {
    let places = (zone_centers(film), large_shapes(film));
    let written = |path: &Path, bytes: &[u8]| {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| write_atomic(path, bytes)).map_err(|e| Failure::write(&e))
    };
    written(&layer_file(out, name, Layer::Lungs), &lungs_layer(film, LAYER)?)?;
    written(&layer_file(out, name, Layer::Heat), &heat_layer(film, LAYER)?)?;
    let json = serde_json::to_vec(&places).map_err(|e| Failure::internal(&e))?;
    written(&file(out, name, "places.json"), &json)?;
    Ok(of(film.reading.clone(), places))
}

fn of(reading: Reading, (centers, large): Places) -> Machine {
    Machine { proposal: Proposal::of(&reading), centers, large, reading }
}

/// What was said of a film whose results lie in `out/name`. Without its layers, where it was read by a program
/// that made none.
///
/// # Errors
/// Why there is nothing to be read.
pub(super) fn kept(out: &Path, name: &str) -> io::Result<Machine> {
    let text =
        bytes_of(&out.join(name).join("reading.json"), MOST_BYTES).map_err(io::Error::other)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    let report = report::parse(&text).map_err(io::Error::other)?;
    let reading = report.outcome.map_err(|failure| io::Error::other(failure.message))?;
    let places = bytes_of(&file(out, name, "places.json"), MOST_BYTES).ok();
    let places = places.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(of(reading, places.unwrap_or_default()))
}
