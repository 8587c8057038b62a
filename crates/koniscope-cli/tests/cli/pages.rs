//! The program's pages in a browser, as their users see them.

use std::path::Path;

use crate::{
    browser::{self, Seen},
    evaluate::{evaluate, readers_evaluated, table},
    program::{assert_code, koniscope, repository},
    zones,
};

#[track_caller]
fn assert_fits(seen: &Seen) {
    assert!(seen.overflow <= 0 && seen.broken == 0, "{seen:?}");
}

/// A4 in points, 210 x 297 mm.
#[track_caller]
fn assert_a4(page: &Path, most: usize) {
    let sizes = browser::page_sizes(&browser::print(page));
    assert!(!sizes.is_empty() && sizes.len() <= most, "{sizes:?}");
    let is_a4 =
        |[width, height]: &[f64; 2]| (width - 595.3).abs() < 1.5 && (height - 841.9).abs() < 1.5;
    assert!(sizes.iter().all(is_a4), "{sizes:?}");
}

#[test]
#[ignore = "needs Chromium"]
fn pages_of_readings_show_every_picture() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    assert_code(&koniscope(&repository(), ["read", "samples", "--out", folder]), 0);
    let seen = browser::look(&out.path().join("index.html"));
    let samples = std::fs::read_dir(repository().join("samples")).unwrap().count() - 1;
    assert_eq!((seen.pictures, seen.buttons), (samples, 6), "{seen:?}");
    assert_fits(&seen);
}

#[test]
#[ignore = "needs Chromium"]
fn pages_of_zones_fit() {
    let folder = zones::folder();
    zones::read(folder.path(), &[]);
    let seen = browser::look(&folder.path().join("out/index.html"));
    assert_eq!(seen.buttons, 6, "{seen:?}");
    assert_fits(&seen);
}

#[test]
#[ignore = "needs Chromium"]
fn pages_of_evaluations_and_their_comparison_fit_and_print() {
    let (root, folder) = (repository(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    let table = table(folder.path(), &root, |i| i % 2);
    for (name, model) in [("a", "zones"), ("b", "paper")] {
        let more = ["--label", "tb", "--subgroup", "sex", "--model", model, "--no-site", "--quiet"];
        assert_code(&evaluate(&root, &table, &at(name), &more), 2);
    }
    let report = at("b/report.html");
    let seen = browser::look(&report);
    assert_eq!(seen.pictures, 6, "{seen:?}");
    assert_fits(&seen);
    assert_a4(&report, 12);

    assert_code(&koniscope(folder.path(), ["compare", "a", "b", "--out", "out"]), 2);
    let page = at("out/compare.html");
    assert_fits(&browser::look(&page));
    assert_a4(&page, 5);
}

#[test]
#[ignore = "needs Chromium"]
fn pages_of_readers_fit() {
    let folder = tempfile::tempdir().unwrap();
    let (out, output) = readers_evaluated(folder.path());
    assert_code(&output, 0);
    assert_fits(&browser::look(&out.join("report.html")));
}
