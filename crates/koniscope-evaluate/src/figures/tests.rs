//! Figures of films made by hand, against figures worked out by hand.

use std::collections::BTreeMap;

use koniscope::{
    report::Failure,
    stage::ilo::{LargeCategory, Shape},
};

use super::*;
use crate::{
    cases::{Answer, Case, Origin},
    overlap::Overlap,
    truth::{Truth, tests::row},
};

const SETTINGS: Settings = Settings { seed: 1, prevalence: 0.05 };

/// A film of a patient of its own: its truth, and a probability.
fn film(number: usize, disease: bool, probability: f64) -> EvaluatedCase {
    let mut row = row(&[("site", ["north", "south"][number % 2])]);
    row.patient = number.to_string();
    let truth = Truth { disease: Some(disease), ..Truth::default() };
    let answer = Answer { probability, ..Answer::default() };
    let case =
        Case { row, truth, origin: Origin::Table, readers: BTreeMap::new(), simulated: false };
    EvaluatedCase { case, outcome: Ok(answer) }
}

/// A film of true and read stage; the probabilities are sure of what was read.
fn staged(number: usize, stage: usize, read: usize) -> EvaluatedCase {
    let mut film = film(number, stage > 0, f64::from(u8::from(read > 0)));
    film.case.truth.stage = Some(stage);
    film.case.truth.zones = Some([stage as u8; 6]);
    let answer = film.outcome.as_mut().unwrap();
    answer.stage = Some(read);
    answer.stages = Some(std::array::from_fn(|s| f64::from(u8::from(s == read))));
    answer.zones = Some([read as u8; 6]);
    film
}

fn all_figures(films: &[EvaluatedCase]) -> Vec<Figure> {
    all(&groups(films, &[]).unwrap(), SETTINGS)
}

fn figure<'a>(figures: &'a [Figure], name: &str) -> &'a Figure {
    let found = figures.iter().find(|figure| figure.name == name && figure.by == "all");
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[track_caller]
fn close(figures: &[Figure], name: &str, expected: f64) {
    let value = figure(figures, name).value.unwrap();
    assert!((value - expected).abs() < 1e-12, "{name}: {value}, {expected} was expected");
}

#[test]
fn detection_and_calibration_by_hand() {
    // Of ten sick 8 are above the threshold, of ten healthy 9 below.
    let mut films: Vec<EvaluatedCase> = (0..10)
        .map(|i| film(i, true, if i < 8 { 0.9 } else { 0.1 }))
        .chain((10..20).map(|i| film(i, false, if i < 19 { 0.1 } else { 0.9 })))
        .collect();
    let figures = all_figures(&films);
    // Pairs in order, ties half: 8 x 9 whole, 8 x 1 + 2 x 9 half.
    close(&figures, "AUC (ROC)", (72.0 + 26.0 / 2.0) / 100.0);
    close(&figures, "accuracy at 0.5", 17.0 / 20.0);
    close(&figures, "sensitivity at 0.5", 0.8);
    close(&figures, "specificity at 0.5", 0.9);
    close(&figures, "sensitivity at specificity 0.90", 0.8);
    close(&figures, "sensitivity at specificity 0.95", 0.0);
    close(&figures, "specificity at sensitivity 0.90", 0.0);
    close(&figures, "PPV at 0.5, prevalence 0.05", 0.8 * 0.05 / (0.8 * 0.05 + 0.1 * 0.95));
    close(&figures, "NPV at 0.5, prevalence 0.05", 0.9 * 0.95 / (0.9 * 0.95 + 0.2 * 0.05));
    // Precision 8/9 for recall 0.8, then 1/2.
    close(&figures, "average precision (PR)", 0.8 * 8.0 / 9.0 + 0.2 * 0.5);
    // Bin of 0.1: 2 of 11 sick; bin of 0.9: 8 of 9.
    let ece = (11.0 * (2.0 / 11.0 - 0.1) + 9.0 * (0.9 - 8.0 / 9.0)) / 20.0;
    close(&figures, "ECE, 10 bins of equal width", ece);
    close(&figures, "Brier score", (17.0 * 0.01 + 3.0 * 0.81) / 20.0);
    let auc = figure(&figures, "AUC (ROC)");
    assert!(auc.low < auc.value && auc.value < auc.high && auc.n == 20 && auc.method == DELONG);
    let accuracy = figure(&figures, "accuracy at 0.5");
    assert!(accuracy.low < accuracy.value && accuracy.method == BOOTSTRAP);
    assert_eq!(all_figures(&films), figures);

    // A film that was not read changes no figure.
    let mut broken = film(20, true, 0.5);
    broken.outcome = Err(Failure { kind: "damaged".into(), message: String::new() });
    films.push(broken);
    assert_eq!(all_figures(&films), figures);
}

#[test]
fn stages_and_zones_by_hand() {
    let pairs = [(0, 0), (0, 0), (1, 1), (1, 0), (2, 2), (2, 2), (3, 3), (3, 1)];
    let films: Vec<EvaluatedCase> =
        pairs.iter().enumerate().map(|(i, (stage, read))| staged(i, *stage, *read)).collect();
    let figures = all_figures(&films);
    close(&figures, "accuracy of four stages", 6.0 / 8.0);
    close(&figures, "balanced accuracy of four stages", (1.0 + 0.5 + 1.0 + 0.5) / 4.0);
    close(&figures, "mean absolute error, stages", 3.0 / 8.0);
    close(&figures, "share off by two stages or more", 1.0 / 8.0);
    // Observed 5/8; expected from the margins 2 2 2 2 and 3 2 2 1.
    let margins = ([2.0, 2.0, 2.0, 2.0], [3.0, 2.0, 2.0, 1.0]);
    let mut expected = 0.0;
    for (a, truth) in margins.0.iter().enumerate() {
        for (b, read) in margins.1.iter().enumerate() {
            expected += (a as f64 - b as f64).powi(2) * truth * read / 64.0;
        }
    }
    close(&figures, "quadratic weighted kappa", 1.0 - (5.0 / 8.0) / expected);
    // Of six sick five are read as such, of two healthy both.
    close(&figures, "AUC of stage I and above", (10.0 + 2.0 / 2.0) / 12.0);
    // Of stage I one of two is read as diseased, of stage 0 none.
    close(&figures, "sensitivity for stage I at specificity 0.90", 0.5);
    assert_eq!(figure(&figures, "sensitivity for stage I at specificity 0.90").n, 4);
    close(&figures, "AUC of stage III and above", (6.0 + 6.0 / 2.0) / 12.0);
    close(&figures, "zone grades right", 6.0 / 8.0);
    close(&figures, "zone grades within one", 7.0 / 8.0);
    close(&figures, "zones of grade 0 graded 0", 1.0);
    close(&figures, "zones of grade 1 to 3 graded so", 5.0 / 6.0);
    let none = figure(&figures, "zones of a free lung beside a sick one graded 0");
    assert!(none.value.is_none() && none.absent.is_some(), "both lungs of a film are alike");
    close(&figures, "quadratic weighted kappa, left lower", 1.0 - (5.0 / 8.0) / expected);
    close(&figures, "ECE of the likeliest stage, 10 bins of equal width", 2.0 / 8.0);
}

#[test]
fn a_free_lung_beside_a_sick_one_counts_by_itself() {
    let of = |number: usize, truth: [u8; 6], read: [u8; 6]| {
        let mut film = staged(number, 1, 1);
        film.case.truth.zones = Some(truth);
        film.outcome.as_mut().unwrap().zones = Some(read);
        film
    };
    let films = [
        of(0, [0, 0, 0, 1, 0, 2], [0, 1, 0, 1, 0, 2]), // the right lung is free, two zones found so
        of(1, [0, 3, 0, 0, 0, 0], [0, 3, 0, 0, 0, 0]), // the left one is, all three
        of(2, [0; 6], [1; 6]),                         // no lung is sick
        of(3, [1, 0, 0, 0, 0, 1], [0; 6]),             // no lung is free
    ];
    let figures = all_figures(&films);
    close(&figures, "zones of a free lung beside a sick one graded 0", 5.0 / 6.0);
    close(&figures, "zones of grade 0 graded 0", (3.0 + 5.0 + 0.0 + 4.0) / (4.0 + 5.0 + 6.0 + 4.0));
    close(&figures, "zones of grade 1 to 3 graded so", 3.0 / 5.0);
}

#[test]
fn fields_of_the_ilo_by_hand() {
    // Of profusion 0/1, 1/0, 1/1, 2/2, and one without a grade; grades of zones make 0/0 or 1/1.
    let truths = [Some(2), Some(3), Some(4), Some(7), None];
    let (told, grades) = ([0.6, 0.2, 0.7, 0.9, 0.8], [0, 0, 1, 1, 1]);
    let shapes = [Shape::P, Shape::Q, Shape::S, Shape::T, Shape::Q];
    let large = [LargeCategory::O, LargeCategory::A, LargeCategory::B];
    let films: Vec<EvaluatedCase> = (0..5)
        .map(|i| {
            let mut film = film(i, false, 0.5);
            let truth = &mut film.case.truth;
            (truth.disease, truth.ilo, truth.shape) = (None, truths[i], Some(shapes[i]));
            (truth.large, truth.large_category) = (Some(i % 3 > 0), Some(large[i % 3]));
            let answer = film.outcome.as_mut().unwrap();
            (answer.ilo_positive, answer.zones) = (Some(told[i]), Some([grades[i]; 6]));
            answer.shape = (grades[i] > 0).then_some(Shape::S);
            answer.large_opacity = Some(large[i / 2]);
            film
        })
        .collect();
    let figures = all_figures(&films);
    close(&figures, "P(profusion 1/0 and above) of 0.5 and more", 4.0 / 5.0);
    // 0.6 of the one below stands above 0.2 alone: two of three pairs are in order.
    let auc = figure(&figures, "AUC of profusion 1/0 and above");
    assert_eq!((auc.value, auc.low, auc.n), (Some(2.0 / 3.0), None, 4));
    assert!(auc.method.starts_with("no interval: two films at least"), "{}", auc.method);
    close(&figures, "sensitivity for profusion 1/0 and above at 0.5", 2.0 / 3.0);
    close(&figures, "specificity for profusion 1/0 and above at 0.5", 0.0);
    let brier = (0.6f64.powi(2) + 0.8f64.powi(2) + 0.3f64.powi(2) + 0.1f64.powi(2)) / 4.0;
    close(&figures, "Brier score of P(profusion 1/0 and above)", brier);
    // 0/0 of 0/1, 0/0 of 1/0, 1/1 of 1/1, 1/1 of 2/2.
    close(&figures, "major category of profusion right", 2.0 / 4.0);
    close(&figures, "profusion within one minor category", 2.0 / 4.0);
    close(&figures, "primary shape and size right", 1.0 / 3.0);
    close(&figures, "rounded or irregular right", 2.0 / 3.0);
    // Truth O, A, B, O, A; told O, O, A, A, B.
    close(&figures, "films with large opacities found so", 2.0 / 3.0);
    close(&figures, "films without large opacities found so", 1.0 / 2.0);
    close(&figures, "category of large opacities (O, A, B, C) right", 1.0 / 5.0);
    assert!(all_figures(&[film(0, true, 0.1)]).iter().all(|f| f.section != Section::Ilo));
}

#[test]
fn a_missing_class_is_said() {
    let films: Vec<EvaluatedCase> = (0..6).map(|i| film(i, true, 0.1 * i as f64)).collect();
    let figures = all_figures(&films);
    let auc = figure(&figures, "AUC (ROC)");
    assert_eq!((auc.value, auc.low), (None, None));
    assert!(auc.absent.as_deref().unwrap().contains("with and without"), "{auc:?}");
    for name in ["specificity at 0.5", "sensitivity at specificity 0.90", "calibration slope"] {
        let figure = figure(&figures, name);
        assert!(figure.value.is_none() && figure.absent.is_some(), "{figure:?}");
    }
    close(&figures, "sensitivity at 0.5", 1.0 / 6.0);
    // All were sick, and all read as sick: a share of 1 from six films is not sure.
    let certain: Vec<EvaluatedCase> = (0..6).map(|i| film(i, true, 0.9)).collect();
    let certain = all_figures(&certain);
    let found = figure(&certain, "sensitivity at 0.5");
    assert_eq!((found.value, found.low, found.high), (Some(1.0), None, None));
    assert!(found.method.contains("no interval"), "{found:?}");
    let none = all_figures(&[]);
    assert_eq!(none, []);
}

#[test]
fn parts_are_those_of_source_view_and_columns() {
    let mut films: Vec<EvaluatedCase> = (0..8).map(|i| film(i, i < 4, 0.5)).collect();
    films[0].case.row.set = "ward".into();
    films[0].case.simulated = true;
    films[1].outcome.as_mut().unwrap().view = Some("AP".into());
    films[2].case.row.fields.insert("view".into(), "PA".into());
    let found = groups(&films, &["site".into()]).unwrap();
    let named: Vec<(&str, &str, usize)> =
        found.iter().map(|g| (g.by.as_str(), g.name.as_str(), g.films.len())).collect();
    assert_eq!(
        named,
        [
            ("all", "all films", 8),
            ("source", "clinic", 7),
            ("source", "ward", 1),
            ("view", "AP", 1),
            ("view", "PA", 1),
            ("site", "north", 4),
            ("site", "south", 4),
        ]
    );
    assert_eq!(found[0].data, "clinic + ward (SIMULATED)");
    assert_eq!(found[1].data, "clinic");
    for (i, film) in films.iter_mut().enumerate() {
        film.case.row.fields.insert("age".into(), i.to_string());
    }
    assert!(groups(&films, &["age".into()]).is_ok());
    let mut many: Vec<EvaluatedCase> = films.iter().cycle().take(24).cloned().collect();
    for (i, film) in many.iter_mut().enumerate() {
        film.case.row.fields.insert("age".into(), i.to_string());
    }
    let error = groups(&many, &["age".into()]).unwrap_err().to_string();
    assert!(error.contains("age") && error.contains("24") && error.contains("40-59"), "{error}");
}

#[test]
fn lungs_are_means_of_films_with_a_mask() {
    let mut films: Vec<EvaluatedCase> = (0..4).map(|i| film(i, false, 0.1)).collect();
    for (i, film) in films.iter_mut().take(3).enumerate() {
        let dice = 0.9 + 0.02 * i as f64;
        let overlap = Overlap {
            dice,
            dice_right: dice,
            dice_left: dice,
            jaccard: dice / (2.0 - dice),
            hausdorff_px: Some(4.0),
            hausdorff_mm: (i == 0).then_some(2.0),
        };
        film.outcome.as_mut().unwrap().overlap = Some(Ok(overlap));
    }
    let figures = all_figures(&films);
    close(&figures, "mean Dice of the lungs", 0.92);
    assert_eq!(figure(&figures, "mean Dice of the lungs").n, 3);
    close(&figures, "mean 95 % Hausdorff distance, mm", 2.0);
    assert_eq!(figure(&figures, "mean 95 % Hausdorff distance, mm").n, 1);
}

#[test]
fn decisions_are_counted_per_stage_and_only_at_a_site() {
    let mut films: Vec<EvaluatedCase> = (0..80).map(|i| staged(i, i % 4, i % 4)).collect();
    assert!(all_figures(&films).iter().all(|figure| figure.section != Section::Decisions));
    for (i, film) in films.iter_mut().enumerate() {
        let answer = film.outcome.as_mut().unwrap();
        // Stage III is never in its set; every tenth film is unfamiliar.
        answer.set = Some((0..(i % 4 + 1).min(3)).collect());
        answer.positive = Some(i % 4 > 1);
        answer.abstained = (i % 10 == 0).then(|| "unfamiliar".into());
    }
    let figures = all_figures(&films);
    for (name, expected) in [
        ("sensitivity at the site's threshold", 2.0 / 3.0),
        ("specificity at the site's threshold", 1.0),
        ("coverage of sets of stages", 0.75),
        ("coverage of sets, stage II", 1.0),
        ("coverage of sets, stage III", 0.0),
        ("stages in a set", (1.0 + 2.0 + 3.0 + 3.0) / 4.0),
        ("abstained, unfamiliar", 0.1),
        ("called positive at the site's threshold", 0.5),
    ] {
        assert_eq!(figure(&figures, name).value, Some(expected), "{name}");
    }

    // Normal films without labels: none positive has an interval all the same, Wilson's upper end.
    for film in &mut films {
        film.case.truth = Truth::default();
        film.outcome.as_mut().unwrap().positive = Some(false);
    }
    let figures = all_figures(&films);
    let called = figure(&figures, "called positive at the site's threshold");
    let z2 = 1.959_963_984_540_054_f64.powi(2);
    assert_eq!((called.value, called.low, called.n), (Some(0.0), Some(0.0), 80));
    assert!((called.high.unwrap() - z2 / (80.0 + z2)).abs() < 1e-9, "{called:?}");
    assert!(figures.iter().all(|f| !f.name.starts_with("sensitivity at the site")));
}

#[test]
fn stages_err_where_lungs_are_missed_by_hand() {
    let overlap = |dice: f64| Overlap {
        dice,
        dice_right: dice,
        dice_left: dice,
        jaccard: dice / (2.0 - dice),
        hausdorff_px: None,
        hausdorff_mm: None,
    };
    // Ten films a third, from the best lungs to the worst. Of the worst third, 6 are read one stage
    // off and 2 two; of the middle 1; of the best none.
    let off = |i: usize| match i {
        20..26 | 10 => 1,
        26..28 => 2,
        _ => 0,
    };
    let film = |i: usize| {
        let mut film = staged(i, 2, 2 - off(i));
        let overlap = overlap(0.99 - 0.01 * i as f64);
        film.outcome.as_mut().unwrap().overlap = Some(Ok(overlap));
        film
    };
    let films: Vec<EvaluatedCase> = (0..30).map(film).collect();
    let figures = all_figures(&films);
    close(&figures, "mean Dice, lowest third by Dice", 0.99 - 0.01 * 24.5);
    close(&figures, "share of wrong stages, lowest third by Dice", 0.8);
    close(&figures, "share of wrong stages, middle third by Dice", 0.1);
    close(&figures, "share of wrong stages, highest third by Dice", 0.0);
    close(&figures, "mean absolute error of the stage, lowest third by Dice", 1.0);
    let less = figure(&figures, "share of wrong stages, lowest third by Dice less the highest");
    assert_eq!((less.value, less.n), (Some(0.8), 30));
    // Resamples of films, not of thirds: the interval is that of the lowest third, nearly.
    assert!(less.low.unwrap() > 0.4 && less.high.unwrap() <= 1.0, "{less:?}");

    let mut same = films;
    for film in &mut same {
        film.outcome.as_mut().unwrap().overlap = Some(Ok(overlap(0.9)));
    }
    assert!(all_figures(&same).iter().all(|f| !f.name.contains("third")));
}

#[test]
fn standard_films_by_hand() {
    // True 0/0, 1/1, 3/3 and 2/2; the highest grades of their zones 0, 2, 1 and 2.
    let films: Vec<EvaluatedCase> = [(1, 0), (4, 2), (10, 1), (7, 2)]
        .into_iter()
        .enumerate()
        .map(|(i, (ilo, highest))| {
            let mut film = film(i, ilo > 2, 0.5);
            film.case.truth.ilo = Some(ilo);
            let is_affected = |zone: usize| ilo > 2 && zone < 3;
            film.case.truth.affected = Some(std::array::from_fn(is_affected));
            let answer = film.outcome.as_mut().unwrap();
            answer.zones = Some([0, highest, 0, 0, 0, 0]);
            answer.ilo_positive = Some(0.5);
            // Of three affected zones two reach 0.5; a free one does on the first film.
            answer.affected = Some(if ilo > 2 {
                [0.5, 0.9, 0.2, 0.1, 0.1, 0.1]
            } else {
                [0.6, 0.1, 0.1, 0.1, 0.1, 0.1]
            });
            film
        })
        .collect();
    let figures = all_figures(&films);
    let of = "category as the highest grade of a zone";
    close(&figures, &format!("{of}, right"), 2.0 / 4.0);
    close(&figures, &format!("{of}, within one"), 3.0 / 4.0);
    close(&figures, &format!("{of}, mean error"), (1.0 - 2.0) / 4.0);
    // Observed 1 + 4; expected of the margins 1 1 1 1 and 1 1 2 0.
    let expected = [(0, [0, 1, 4]), (1, [1, 0, 1]), (2, [4, 1, 0]), (3, [9, 4, 1])]
        .map(|(_, far)| f64::from(far[0] + far[1] + 2 * far[2]) / 16.0);
    let kappa = 1.0 - (5.0 / 4.0) / expected.iter().sum::<f64>();
    close(&figures, &format!("{of}, quadratic weighted kappa"), kappa);
    let called = figure(&figures, "affected zones called affected at 0.5");
    assert_eq!((called.value, called.n), (Some(6.0 / 9.0), 9));
    let free = figure(&figures, "free zones called affected at 0.5");
    assert_eq!((free.value, free.n), (Some(1.0 / 15.0), 15));
    // 0.5 is below one of 15 free zones, 0.9 below none, 0.2 below one.
    close(&figures, "AUC of affected zones", 1.0 - 6.0 / (9.0 * 15.0));
}
