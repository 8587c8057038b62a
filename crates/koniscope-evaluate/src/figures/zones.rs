//! Grades of the six zones.

use koniscope::{grading::ZONES_OF_LUNG, zones::Zone};
use koniscope_metrics::agreement::quadratic_kappa;

use super::{Figure, Group, Section, Sheet, patients};
use crate::cases::EvaluatedCase;

/// Whether a zone counts, by the true grades of all six.
type Picked = fn(&[u8; 6], usize) -> bool;

/// Figures of zone grades; nothing where none is known or none was read.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let graded = |film: &&'_ EvaluatedCase| Some((film.case.truth.zones?, film.answer()?.zones?));
    let films: Vec<&EvaluatedCase> =
        group.films.iter().copied().filter(|film| graded(film).is_some()).collect();
    if films.is_empty() {
        return Vec::new();
    }
    let grades: Vec<([u8; 6], [u8; 6])> = films.iter().filter_map(graded).collect();
    let patients = patients(&films);
    let mut sheet = Sheet::new(group, Section::Zones, seed);
    let pairs = |chosen: &[usize], zones: std::ops::Range<usize>| -> Vec<(usize, usize)> {
        let of = |i: &usize| {
            let (truth, found) = grades[*i];
            zones.clone().map(move |z| (usize::from(truth[z]), usize::from(found[z])))
        };
        chosen.iter().flat_map(of).collect()
    };
    let one_grade = "two grades at least are needed";
    let name = "quadratic weighted kappa, all zones";
    sheet.bootstrap(name, &patients, one_grade, |chosen| quadratic_kappa(&pairs(chosen, 0..6), 4));
    for (zone, words) in Zone::NAMES.iter().enumerate() {
        let name = format!("quadratic weighted kappa, {}", words.replace('_', " "));
        sheet.bootstrap(name, &patients, one_grade, |chosen| {
            quadratic_kappa(&pairs(chosen, zone..zone + 1), 4)
        });
    }
    for (name, off) in [("zone grades right", 0), ("zone grades within one", 1)] {
        sheet.bootstrap(name, &patients, "", |chosen| {
            let pairs = pairs(chosen, 0..6);
            let hits = pairs.iter().filter(|(a, b)| a.abs_diff(*b) <= off).count();
            Some(hits as f64 / pairs.len() as f64)
        });
    }
    // Of zones that the rule picks by the true grades, those found healthy or sick as they are.
    let rules: [(&str, Picked, &str); 3] = [
        ("zones of grade 0 graded 0", |truth, zone| truth[zone] == 0, "no zone is 0"),
        ("zones of grade 1 to 3 graded so", |truth, zone| truth[zone] > 0, "all zones are 0"),
        (
            "zones of a free lung beside a sick one graded 0",
            |truth, zone| {
                let lungs =
                    truth.chunks_exact(ZONES_OF_LUNG).map(|lung| lung.iter().any(|g| *g > 0));
                let own = zone / ZONES_OF_LUNG;
                lungs.enumerate().all(|(lung, is_sick)| is_sick == (lung != own))
            },
            "no film has one free lung and one sick",
        ),
    ];
    for (name, picked, absent) in rules {
        sheet.bootstrap(name, &patients, absent, |chosen| {
            let zones = chosen.iter().flat_map(|i| (0..6).map(|zone| (grades[*i], zone)));
            let picked: Vec<bool> = zones
                .filter(|((truth, _), zone)| picked(truth, *zone))
                .map(|((truth, found), zone)| (truth[zone] > 0) == (found[zone] > 0))
                .collect();
            let hits = picked.iter().filter(|hit| **hit).count();
            (!picked.is_empty()).then(|| hits as f64 / picked.len() as f64)
        });
    }
    sheet.done()
}
