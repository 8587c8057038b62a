//! Against pydicom: `reference/dicom_golden.py`.

use std::{collections::BTreeMap, path::Path};

use koniscope::{
    Error,
    decode::{Limits, Orientation, RawImage, decode},
    normalize::normalize,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    transfer_syntax: Option<String>,
    refused: Option<String>,
    shape: Option<[usize; 2]>,
    stored: Option<Summary>,
    film: Option<Summary>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    min: f64,
    max: f64,
    sum: f64,
    weighted_sum: f64,
    first_middle_last: [f64; 3],
}

impl Summary {
    fn of(values: &[f64]) -> Self {
        let weight = |i: usize| (i % 251 + 1) as f64;
        Self {
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            sum: values.iter().sum(),
            weighted_sum: values.iter().enumerate().map(|(i, v)| weight(i) * v).sum(),
            first_middle_last: [0, values.len() / 2, values.len() - 1].map(|i| values[i]),
        }
    }

    /// Within `tolerance` a value; for the sums, on average.
    fn assert_near(&self, expected: &Self, tolerance: f64, pixels: usize, name: &str) {
        let n = pixels as f64;
        let pairs = [
            (self.min, expected.min, 1.0),
            (self.max, expected.max, 1.0),
            (self.sum, expected.sum, n),
            (self.weighted_sum, expected.weighted_sum, n * 126.0),
        ];
        let points = self.first_middle_last.iter().zip(expected.first_middle_last);
        let points = points.map(|(found, expected)| (*found, expected, 1.0));
        for (found, expected_value, scale) in pairs.into_iter().chain(points) {
            assert!(
                (found - expected_value).abs() <= tolerance * scale,
                "{name}: {self:?}, expected {expected:?}"
            );
        }
    }
}

fn table(name: &str) -> BTreeMap<String, Golden> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dicom_golden.json");
    let mut tables: BTreeMap<String, BTreeMap<String, Golden>> =
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    tables.remove(name).unwrap()
}

/// Coded by JPEG baseline: decoders round differently.
const BASELINE: &str = "1.2.840.10008.1.2.4.50";

fn needs_codecs(syntax: &str) -> bool {
    let number = syntax.strip_prefix("1.2.840.10008.1.2.4.").and_then(|n| n.parse::<u32>().ok());
    number.is_some_and(|n| (80..=93).contains(&n))
}

fn compare(name: &str, found: Result<RawImage, Error>, golden: &Golden) {
    if let Some(reason) = &golden.refused {
        let expected: &[&str] = match reason.as_str() {
            "color" => &["color"],
            "pixels" => &["damaged"],
            _ => &["not_an_image"],
        };
        let kind = found.map_err(|e| e.kind()).map(|_| ());
        assert!(expected.contains(&kind.unwrap_err()), "{name}: {kind:?}, expected {expected:?}");
        return;
    }
    let syntax = golden.transfer_syntax.as_deref().unwrap();
    if needs_codecs(syntax) && cfg!(not(feature = "codecs")) {
        let error = found.unwrap_err();
        assert_eq!(error.kind(), "unsupported_coding", "{name}");
        assert!(error.to_string().contains("--features codecs"), "{error}");
        return;
    }
    let raw = found.unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(golden.shape, Some([raw.height, raw.width]), "{name}");
    let (stored_tolerance, film_tolerance) =
        if syntax == BASELINE { (1.0, 0.01) } else { (0.0, 2e-6) };
    let stored: Vec<f64> = raw.stored.iter().map(|v| f64::from(*v)).collect();
    let expected = golden.stored.as_ref().unwrap();
    Summary::of(&stored).assert_near(expected, stored_tolerance, stored.len(), name);
    // The twin turns and scales nothing, and leaves declared padding where it is.
    let mut raw = raw;
    raw.header.padding = None;
    raw.header.orientation = Orientation::Upright;
    (raw.header.spacing_mm, raw.header.aspect) = (None, None);
    let film = normalize(&raw).unwrap_or_else(|e| panic!("{name}: {e}"));
    let film: Vec<f64> = film.pixels().data().iter().map(|v| f64::from(*v)).collect();
    let expected = golden.film.as_ref().unwrap();
    Summary::of(&film).assert_near(expected, film_tolerance, film.len(), name);
}

#[test]
fn made_files_decode_as_pydicom_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dicom");
    let table = table("made");
    assert_eq!(table.len(), std::fs::read_dir(&folder).unwrap().count());
    for (name, golden) in table {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        compare(&name, decode(&bytes, &Limits::default()), &golden);
    }
}

#[test]
#[ignore = "needs KONISCOPE_DATA"]
fn samples_decode_as_pydicom_does_or_get_their_named_error() {
    let data = std::env::var_os("KONISCOPE_DATA").expect("KONISCOPE_DATA names real films");
    for (name, golden) in table("samples") {
        let bytes = std::fs::read(Path::new(&data).join("dicom-samples").join(&name)).unwrap();
        compare(&name, decode(&bytes, &Limits::default()), &golden);
    }
}
