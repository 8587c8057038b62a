use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn case(set: &str, patient: usize, film: usize, class: usize) -> LabeledRow {
    LabeledRow {
        id: format!("{set}-{patient}-{film}"),
        set: set.into(),
        patient: patient.to_string(),
        image: format!("{patient}_{film}.png").into(),
        mask: None,
        opacities: None,
        spacing_mm: None,
        cover: None,
        class: Some(class),
        fields: BTreeMap::new(),
    }
}

fn recipe_of(folds: usize, fold: usize, seed: u64) -> SplitRecipe {
    SplitRecipe { folds, fold, seed, column: None }
}

fn none() -> BTreeSet<String> {
    BTreeSet::new()
}

fn patients(cases: &[LabeledRow]) -> BTreeSet<String> {
    cases.iter().map(LabeledRow::patient_key).collect()
}

proptest! {
    #[test]
    fn no_patient_is_in_two_parts_and_no_film_is_lost(
        films in proptest::collection::vec((0usize..2, 0usize..30, 0usize..2), 1..120),
        folds in 3usize..8, seed in 0u64..99, fold in 0usize..8,
    ) {
        let cases: Vec<LabeledRow> = films
            .iter()
            .enumerate()
            .map(|(i, (set, patient, class))| case(["A", "B"][*set], *patient, i, *class))
            .collect();
        let n = cases.len();
        let recipe = recipe_of(folds, fold % folds, seed);
        let split = Split::new(cases, &recipe, &[], &none()).unwrap();
        let parts = [patients(&split.training), patients(&split.tuning), patients(&split.test)];
        prop_assert!(parts[0].is_disjoint(&parts[1]));
        prop_assert!(parts[0].is_disjoint(&parts[2]));
        prop_assert!(parts[1].is_disjoint(&parts[2]));
        let total = split.training.len() + split.tuning.len() + split.test.len();
        prop_assert_eq!(total, n);
    }

    #[test]
    fn every_film_is_tested_once_over_all_folds(folds in 3usize..8, seed in 0u64..99) {
        let cases: Vec<LabeledRow> = (0..60).map(|i| case("A", i / 2, i, i % 2)).collect();
        let mut tested = Vec::new();
        for fold in 0..folds {
            let recipe = recipe_of(folds, fold, seed);
            let split = Split::new(cases.clone(), &recipe, &[], &none()).unwrap();
            tested.extend(split.test.iter().map(|c| c.id.clone()));
        }
        tested.sort();
        let mut all: Vec<String> = cases.iter().map(|c| c.id.clone()).collect();
        all.sort();
        prop_assert_eq!(tested, all);
    }
}

#[test]
fn classes_are_assigned_evenly() {
    let cases: Vec<LabeledRow> = (0..100).map(|i| case("A", i, 0, usize::from(i < 20))).collect();
    let split = Split::new(cases, &recipe_of(5, 2, 7), &[], &none()).unwrap();
    let positive = split.test.iter().filter(|c| c.class == Some(1)).count();
    assert_eq!((split.test.len(), positive), (20, 4));
}

#[test]
fn what_is_kept_apart_is_tested_only_with_all_films_of_its_patients() {
    let mut cases: Vec<LabeledRow> = (0..40).map(|i| case("A", i / 2, i, 0)).collect();
    for (i, case) in cases.iter_mut().enumerate() {
        let licence = if i % 4 == 1 { "closed" } else { "open" };
        case.fields.insert("licence".into(), licence.into());
    }
    let rule =
        TestOnly { set: "A".into(), column: Some("licence".into()), except: vec!["open".into()] };
    let split = Split::new(cases, &recipe_of(5, 0, 1), &[rule], &none()).unwrap();
    let trained: Vec<usize> = split
        .training
        .iter()
        .chain(split.tuning.iter())
        .map(|c| c.patient.parse().expect("a number"))
        .collect();
    assert_eq!(trained.len(), 16);
    assert!(trained.iter().all(|p| p % 2 == 1), "{trained:?}");
}

#[test]
fn who_was_seen_before_is_only_learnt_from() {
    let films = || (0..40).map(|i| case("A, \"B\"", i, i, i % 2)).collect::<Vec<_>>();
    let before = Split::new(films(), &recipe_of(4, 0, 9), &[], &none()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("split.csv");
    std::fs::write(&file, before.to_csv()).unwrap();
    let seen = seen_by(&file).unwrap();
    assert_eq!(seen.len(), 30);
    let mut tested = BTreeSet::new();
    for fold in 0..5 {
        let split = Split::new(films(), &recipe_of(5, fold, 1), &[], &seen).unwrap();
        assert!(seen.is_subset(&patients(&split.training)));
        assert_eq!(split.seen, 30);
        assert_eq!((split.tuning.len(), split.test.len()), (2, 2));
        tested.extend(patients(&split.test));
    }
    assert_eq!(tested, patients(&before.test));
    let rule = TestOnly { set: "A, \"B\"".into(), column: None, except: Vec::new() };
    let fault = Split::new(films(), &recipe_of(5, 0, 1), &[rule], &seen).unwrap_err().to_string();
    assert!(fault.contains("have seen its patient"), "{fault}");
    std::fs::write(&file, "image,stage\na,0\n").unwrap();
    let fault = seen_by(&file).unwrap_err().to_string();
    assert!(fault.contains("split.csv") && fault.contains("part"), "{fault}");
}

#[test]
fn folds_of_a_column_are_taken_as_they_stand() {
    let by = |fold: fn(usize) -> &'static str| -> Vec<LabeledRow> {
        let cases = (0..12).map(|i| {
            let mut case = case("A", i / 2, i, 0);
            case.fields.insert("fold".into(), fold(i).into());
            case
        });
        cases.collect()
    };
    let recipe = SplitRecipe { column: Some("fold".into()), ..recipe_of(3, 2, 1) };
    let split = Split::new(by(|i| ["0", "1", "2"][i / 2 % 3]), &recipe, &[], &none()).unwrap();
    let of = |cases: &[LabeledRow]| -> Vec<String> { patients(cases).into_iter().collect() };
    assert_eq!(of(&split.test), ["A/2", "A/5"]);
    assert_eq!(of(&split.tuning), ["A/0", "A/3"]);
    assert_eq!(of(&split.training), ["A/1", "A/4"]);

    let fault = |cases| Split::new(cases, &recipe, &[], &none()).unwrap_err().to_string();
    assert!(fault(by(|i| ["0", "1"][i % 2])).contains("another for a film of the same patient"));
    assert!(fault(by(|_| "3")).contains("column fold holds \"3\"; 0 to 2"));
    assert!(fault(vec![case("A", 1, 1, 0)]).contains("no column fold"));
}
