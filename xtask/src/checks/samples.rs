//! The first command: it reads every sample, and what it writes is what the twin says.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Where it writes, under the repository root.
const READING: &str = "target/xtask/reading";

/// Readings of the samples by `reference/reading.py`.
const GOLDEN: &str = "crates/koniscope/tests/data/golden/reading.json";

/// Probabilities of JPEGs differ by this much between two decoders; the tests of the library say more.
const TOLERANCE: f64 = 0.02;

/// Reads the samples with the program that stands beside this one.
pub(crate) fn samples_are_read(root: &Path) -> Result<String> {
    // So that what an earlier run wrote is not taken for this one's.
    let out = root.join(READING);
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| READING)?;
    }
    let own = std::env::current_exe()?;
    let status = Command::new(own.with_file_name("koniscope"))
        .args(["read", "samples", "--out", READING])
        .current_dir(root)
        .status()
        .context("koniscope did not start")?;
    ensure!(status.success(), "koniscope read: {status}");
    were_read(root)
}

/// Every sample has its reading, pictures and place on the page.
fn were_read(root: &Path) -> Result<String> {
    let reading = root.join(READING);
    let page = fs::read_to_string(reading.join("index.html")).context("index.html")?;
    let golden: Value = serde_json::from_slice(&fs::read(root.join(GOLDEN)).context(GOLDEN)?)?;
    let samples = golden["samples"].as_object().context("samples")?;
    ensure!(!samples.is_empty(), "{GOLDEN} holds no sample");
    for (name, golden) in samples {
        let stem = Path::new(name).file_stem().unwrap_or_default();
        ensure!(page.contains(name.as_str()), "{name} is not on the page");
        is_read(&reading.join(stem), golden).with_context(|| name.clone())?;
    }
    Ok(format!("{} samples are read as the twin reads them", samples.len()))
}

fn is_read(folder: &Path, golden: &Value) -> Result<()> {
    let text = fs::read_to_string(folder.join("reading.json")).context("reading.json")?;
    let reading: Value = serde_json::from_str(&text)?;
    ensure!(text.contains("Not a medical device; not for diagnosis."), "no disclaimer");
    let p = reading["pneumoconiosis"]["probability"].as_f64().context("no probability")?;
    let expected = golden["disease"].as_f64().context("disease")?;
    ensure!((p - expected).abs() <= TOLERANCE, "P {p}, by the twin {expected}");
    let size = [&reading["film"]["width"], &reading["film"]["height"]].map(Value::as_u64);
    let mask = png_size(&folder.join("lungs.png"))?;
    ensure!(mask.map(Some) == size, "lungs.png has {mask:?} pixels, the film {size:?}");
    let overlay = png_size(&folder.join("overlay.png"))?;
    ensure!(overlay.iter().all(|side| *side >= 256), "overlay.png has {overlay:?} pixels");
    Ok(())
}

/// Width and height of a PNG, which stand at a fixed place (RFC 2083, 3.2 and 4.1.1).
fn png_size(path: &Path) -> Result<[u64; 2]> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    ensure!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 24, "{path:?} is no PNG");
    let side = |at: usize| bytes[at..at + 4].iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
    Ok([side(16), side(20)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sample_that_is_not_read_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        };
        let golden = json!({"samples": {"a.jpg": {"disease": 0.25}}});
        write(GOLDEN, golden.to_string().as_bytes());
        write(&format!("{READING}/index.html"), b"a.jpg");
        let check = || were_read(root.path()).map_err(|e| format!("{e:#}"));
        assert!(check().expect_err("no reading").contains("a.jpg: reading.json"));

        let reading = |p: f64| {
            json!({
                "disclaimer": "Not a medical device; not for diagnosis.",
                "pneumoconiosis": {"probability": p},
                "film": {"width": 512, "height": 300},
            })
        };
        let png = |width: u8| {
            [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"[..], &[width, 0, 0, 0, 1, 44, 8]].concat()
        };
        write(&format!("{READING}/a/reading.json"), reading(0.3).to_string().as_bytes());
        assert!(check().expect_err("another probability").contains("by the twin 0.25"));
        write(&format!("{READING}/a/reading.json"), reading(0.26).to_string().as_bytes());
        write(&format!("{READING}/a/lungs.png"), &png(1));
        write(&format!("{READING}/a/overlay.png"), &png(3));
        assert!(check().expect_err("another size").contains("lungs.png has [256, 300]"));
        write(&format!("{READING}/a/lungs.png"), &png(2));
        check().expect("all is there");
    }
}
