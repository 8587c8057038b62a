use burn::tensor::{Device, Distribution};
use koniscope::grading::{Grades, ZoneCalibration, ZoneOutput, lung_logits, zone_logits};

use super::*;

fn logits(n: usize, device: &Device) -> Tensor<2> {
    device.seed(7);
    Tensor::random([6 * n, OUTPUTS.len()], Distribution::Uniform(-2.0, 2.0), device)
}

#[test]
fn the_likelihood_of_a_stage_is_the_readers() {
    let device = Device::flex();
    let logits = logits(4, &device);
    let values: Vec<f32> = logits.clone().into_data().try_to_vec().unwrap();
    for (film, zones) in values.chunks_exact(6 * OUTPUTS.len()).enumerate() {
        let zones: Vec<ZoneOutput> = zones
            .chunks_exact(OUTPUTS.len())
            .map(|zone| ZoneOutput { logits: zone.to_vec(), maps: Vec::new() })
            .collect();
        let read = Grades::of(&zones, &ZoneCalibration::identity()).unwrap().stage();
        for stage in Stage::ALL {
            let one = logits.clone().slice([6 * film..6 * film + 6, 0..OUTPUTS.len()]);
            let one = one.reshape([1, 6, OUTPUTS.len()]);
            let log: f32 = stage_log_likelihood(one, &[stage]).into_scalar();
            let p = read.probabilities[stage as usize];
            assert!((f64::from(log).exp() - p).abs() < 1e-4, "{stage:?} {} {p}", log.exp());
        }
    }
}

#[test]
fn conditional_questions_are_asked_only_under_their_condition() {
    let labels = ZoneLabels {
        grades: Some([0, 1, 2, 3, 0, 0]),
        large: Some([0, 1, 2, 0, 0, 0]),
        ..ZoneLabels::default()
    };
    let of = |zone: usize| answers(&labels, zone);
    assert_eq!(of(0)[..3], [Some(false), None, None]);
    assert_eq!(of(1)[..3], [Some(true), Some(false), None]);
    assert_eq!(of(3)[..3], [Some(true), Some(true), Some(true)]);
    assert_eq!(of(0)[LARGE..=LARGE + 1], [Some(false), None]);
    assert_eq!(of(2)[LARGE..=LARGE + 1], [Some(true), Some(true)]);
    assert!(of(3)[SHAPES..].iter().all(Option::is_none));
}

#[test]
fn zones_are_pooled_as_they_are_read() {
    let device = Device::flex();
    device.seed(3);
    let maps = Tensor::<3>::random([2, 12, 20], Distribution::Uniform(-6.0, 6.0), &device);
    let found: Vec<f32> = pooled(maps.clone()).into_data().try_to_vec().unwrap();
    let means: Vec<f32> = maps.clone().mean_dim(2).into_data().try_to_vec().unwrap();
    let maps: Vec<f32> = maps.into_data().try_to_vec().unwrap();
    for (i, found) in found.chunks_exact(12).enumerate() {
        let read = zone_logits(&means[i * 12..][..12], &maps[i * 240..][..240], true);
        assert!(found.iter().zip(&read).all(|(a, b)| (a - b).abs() < 1e-4), "{found:?} {read:?}");
        assert!(found[LARGE] > means[i * 12 + LARGE] + 1.0, "a peak is above the mean");
    }
}

#[test]
fn a_lung_counts_in_each_of_its_zones_as_it_is_read() {
    let device = Device::flex();
    device.seed(4);
    let maps = Tensor::<3>::random([12, 24, 5], Distribution::Uniform(-6.0, 6.0), &device);
    let values: Vec<f32> = maps.clone().into_data().try_to_vec().unwrap();
    let means: Vec<f32> = maps.clone().mean_dim(2).into_data().try_to_vec().unwrap();
    let found: Vec<f32> = with_lung(maps).into_data().try_to_vec().unwrap();
    for (i, found) in found.iter().enumerate() {
        let (zone, output, cell) = (i / 60, i / 5 % 12, i % 5);
        let lung = lung_logits(&means[zone / 3 * 72..][..72]);
        let expected = values[(zone * 24 + output) * 5 + cell] + lung[output];
        assert!((found - expected).abs() < 1e-4, "{zone} {output}: {found}, {expected}");
    }
}

#[test]
fn each_cell_is_pulled_to_what_lies_there() {
    let device = Device::flex().autodiff();
    let labels = ZoneLabels { grades: Some([2; 6]), ..ZoneLabels::default() };
    // The middle of a grade's three places.
    let cell = |grade: u8, large| Cell {
        place: Some(Place::new(f64::from(grade) * 3.0 + 1.0)),
        large: Some(large),
    };
    let mut cells = vec![Vec::new(); 6];
    cells[1] = vec![cell(0, false), cell(3, true), Cell::default(), cell(1, false)];
    let target =
        ZoneTarget { counts: vec![0.0; 72], ..ZoneTarget::of([(&labels, None)], &cells, 0.0) };
    let maps = Tensor::<4>::zeros([6, OUTPUTS.len(), 2, 2], &device).require_grad();
    let loss = zone_loss(maps.clone(), &target);
    let gradient: Vec<f32> = maps.grad(&loss.backward()).unwrap().into_data().try_to_vec().unwrap();
    let of = |output: usize| -> [f32; 4] {
        gradient[(OUTPUTS.len() + output) * 4..][..4].try_into().unwrap()
    };
    let signs = |output: usize| of(output).map(|g| if g == 0.0 { 0 } else { g.signum() as i8 });
    assert_eq!(signs(PROFUSION), [1, -1, 0, -1]);
    assert_eq!(signs(PROFUSION + 1), [0, -1, 0, 1], "asked where the grade is 1 and above");
    assert_eq!(signs(LARGE), [1, -1, 0, 1]);
    let others = gradient.iter().enumerate().filter(|(i, _)| i / (4 * OUTPUTS.len()) != 1);
    assert!(others.into_iter().all(|(_, g)| *g == 0.0));
}

#[test]
fn grades_count_by_the_distance_of_their_place() {
    let labels = ZoneLabels { grades: Some([1; 6]), ..ZoneLabels::default() };
    let target = |places, spread| ZoneTarget::of([(&labels, places)], &[], spread);
    // 1/2, half a place below grade 2.
    let places = Some([Place::new(5.0); 6]);
    let hard = target(None, 0.5);
    assert_eq!(hard.answers, target(places, 0.0).answers);
    assert_eq!(hard.counts, target(places, 0.0).counts);
    let soft = target(places, 0.5);
    let logistic = |x: f32| 1.0 / (1.0 + (-x).exp());
    let at_least = [5.0, -1.0, -7.0].map(logistic);
    for zone in 0..6 {
        let at = zone * OUTPUTS.len();
        let expected = [at_least[0], at_least[1] / at_least[0], at_least[2] / at_least[1]];
        let near = |(answer, expected): (&f32, f32)| (answer - expected).abs() < 1e-6;
        assert!(soft.answers[at..at + 3].iter().zip(expected).all(near), "{soft:?}");
        assert_eq!(soft.counts[at], 1.0);
        assert!((soft.counts[at + 2] - at_least[1]).abs() < 1e-6);
        assert_eq!(soft.answers[at + 3..at + 12], hard.answers[at + 3..at + 12]);
    }
    // Where there is no opacity nothing is doubtful.
    let none = target(Some([Place::new(f64::NEG_INFINITY); 6]), 0.5);
    assert_eq!((none.answers[0], none.counts[0], none.counts[1]), (0.0, 1.0, 0.0));
}

#[test]
fn known_stages_alone_pull_the_right_way() {
    let device = Device::flex().autodiff();
    let labels = ZoneLabels { stage: Some(0), ..ZoneLabels::default() };
    let target = ZoneTarget::of([(&labels, None)], &[], 0.5);
    let logits = Tensor::<4>::zeros([6, OUTPUTS.len(), 1, 1], &device).require_grad();
    let loss = zone_loss(logits.clone(), &target);
    let gradient: Vec<f32> =
        logits.grad(&loss.backward()).unwrap().into_data().try_to_vec().unwrap();
    assert!(gradient.iter().all(|g| g.is_finite()));
    let profusion: Vec<f32> = gradient.chunks_exact(OUTPUTS.len()).map(|z| z[0]).collect();
    assert!(profusion.iter().all(|g| *g > 0.0), "less profusion is more stage 0: {profusion:?}");
}
