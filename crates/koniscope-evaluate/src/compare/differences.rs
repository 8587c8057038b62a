//! All figures of both.

use koniscope::stage::gbz70::Stage;
use koniscope_metrics::{
    agreement::quadratic_kappa,
    calibration::{BINS, brier, expected_calibration_error},
    multiple::holm,
};

use super::{
    difference::{Better, Difference, Subject},
    pairs::Pair,
};
use crate::{THRESHOLD, figures::Section};

/// Every figure of both on the films that both read; p are adjusted for each other.
pub(super) fn all(pairs: &[Pair], seed: u64) -> Vec<Difference> {
    let mut rows = disease(pairs, seed);
    rows.extend(stages(pairs, seed));
    rows.extend(zones(pairs, seed));
    let p: Vec<f64> = rows.iter().filter_map(|row| row.p).collect();
    let tested = rows.iter_mut().filter(|row| row.p.is_some());
    for (row, adjusted) in tested.zip(holm(&p).unwrap_or_default()) {
        row.p_holm = Some(adjusted);
    }
    rows
}

fn disease(pairs: &[Pair], seed: u64) -> Vec<Difference> {
    let why = "no film that both read is labeled with disease or none";
    let subject = Subject::of(pairs, seed, why, |pair| pair.film.truth.disease);
    let accuracy = format!("accuracy at {THRESHOLD}");
    let ece = format!("ECE, {BINS} bins");
    let (detection, calibration) = (Section::Detection, Section::Calibration);
    let truth: Vec<bool> =
        subject.pairs.iter().filter_map(|pair| pair.film.truth.disease).collect();
    let scores = [0, 1]
        .map(|side| subject.pairs.iter().map(|p| p.said[side].probability).collect::<Vec<_>>());
    let right = [0, 1].map(|side| {
        let sides = scores[side].iter().zip(&truth);
        sides.map(|(p, sick)| (*p >= THRESHOLD) == *sick).collect::<Vec<_>>()
    });
    let calibrated = |name: &str, of: fn(&[f64], &[bool]) -> Option<f64>| {
        subject.bootstrap(calibration, name, Better::Lower, "", &|side, films| {
            let (p, t): (Vec<f64>, Vec<bool>) =
                films.iter().map(|i| (scores[side][*i], truth[*i])).unzip();
            of(&p, &t)
        })
    };
    vec![
        subject.areas(detection, "AUC (ROC)", [&scores[0], &scores[1]], &truth),
        subject.shares(detection, &accuracy, [&right[0], &right[1]]),
        calibrated(&ece, expected_calibration_error),
        calibrated("Brier score", brier),
    ]
}

fn stages(pairs: &[Pair], seed: u64) -> Vec<Difference> {
    const ACCURACY: &str = "accuracy of four stages";
    const KAPPA: &str = "quadratic kappa, stages";
    let section = Section::Stage;
    let area = |from: usize| format!("AUC of stage {} and above", Stage::ALL[from].name());
    let why = "no film has a true stage and one that both read";
    let subject = Subject::of(pairs, seed, why, |pair| {
        let told = pair.said.iter().all(|said| said.stage.is_some() && said.stages.is_some());
        (told && pair.film.truth.stage.is_some()).then_some(true)
    });
    let truth: Vec<usize> = subject.pairs.iter().filter_map(|pair| pair.film.truth.stage).collect();
    let read = [0, 1]
        .map(|side| subject.pairs.iter().filter_map(|p| p.said[side].stage).collect::<Vec<_>>());
    let mut rows: Vec<Difference> = [2, 3]
        .into_iter()
        .map(|from| {
            let above = |side: usize| -> Vec<f64> {
                let stages = subject.pairs.iter().filter_map(|p| p.said[side].stages);
                stages.map(|p| p[from..].iter().sum()).collect()
            };
            let truth: Vec<bool> = truth.iter().map(|stage| *stage >= from).collect();
            subject.areas(section, &area(from), [&above(0), &above(1)], &truth)
        })
        .collect();
    let right = [0, 1].map(|side| {
        truth.iter().zip(&read[side]).map(|(truth, read)| truth == read).collect::<Vec<_>>()
    });
    rows.push(subject.shares(section, ACCURACY, [&right[0], &right[1]]));
    let absent = "two stages at least are needed";
    rows.push(subject.bootstrap(section, KAPPA, Better::Higher, absent, &|side, films| {
        let pairs: Vec<_> = films.iter().map(|i| (truth[*i], read[side][*i])).collect();
        quadratic_kappa(&pairs, 4)
    }));
    rows
}

fn zones(pairs: &[Pair], seed: u64) -> Vec<Difference> {
    const WITHIN_ONE: &str = "zone grades within one";
    const KAPPA: &str = "quadratic kappa, all zones";
    let (section, higher) = (Section::Zones, Better::Higher);
    let why = "no film has six graded zones and six that both read";
    let subject = Subject::of(pairs, seed, why, |pair| {
        let graded = pair.said.iter().all(|said| said.zones.is_some());
        (graded && pair.film.truth.zones.is_some()).then_some(true)
    });
    let grades = |side: usize, films: &[usize]| -> Vec<(usize, usize)> {
        let zones = films.iter().filter_map(|i| {
            let pair = subject.pairs[*i];
            Some(pair.film.truth.zones?.into_iter().zip(pair.said[side].zones?))
        });
        zones.flatten().map(|(truth, read)| (usize::from(truth), usize::from(read))).collect()
    };
    vec![
        subject.bootstrap(section, WITHIN_ONE, higher, "", &|side, films| {
            let grades = grades(side, films);
            let hits = grades.iter().filter(|(truth, read)| truth.abs_diff(*read) <= 1).count();
            Some(hits as f64 / grades.len() as f64)
        }),
        subject.bootstrap(
            section,
            KAPPA,
            higher,
            "two grades at least are needed",
            &|side, films| quadratic_kappa(&grades(side, films), 4),
        ),
    ]
}
