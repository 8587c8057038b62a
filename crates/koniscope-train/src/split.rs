//! Training, tuning and test parts, made of patients and never of pictures.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::Deserialize;

use crate::{
    Error,
    dataset::{Case, patient_key},
    recipe::{SplitRecipe, TestOnly},
    rng::{hash, mix},
};

/// Films that are learnt from.
#[derive(Clone, Debug, Default)]
pub struct Training(pub Vec<Case>);

/// Films that choose the epoch and the temperature.
#[derive(Clone, Debug, Default)]
pub struct Tuning(pub Vec<Case>);

/// Films that are only measured on.
#[derive(Clone, Debug, Default)]
pub struct Test(pub Vec<Case>);

/// The three parts.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// Films that are learnt from.
    pub training: Training,
    /// Films that choose the epoch and the temperature.
    pub tuning: Tuning,
    /// Films that are only measured on.
    pub test: Test,
    /// Patients that are learnt from since the weights to start from have seen them.
    pub seen: usize,
}

impl Split {
    /// The hand `fold` is tested on, the next one tunes, the others train; hands are those of the
    /// recipe's column, or else [`deal`]t. All films of a patient are in one hand; a patient with a
    /// film under one of the rules `test_only` is in none, but tested on, and one that the weights to start
    /// from have `seen` ([`seen_by`]) is in none, but learnt from.
    ///
    /// # Errors
    /// [`Error::Split`] if the recipe names a column which a film does not have, holds no hand, or
    /// holds another hand than for a film of the same patient; if a seen patient is to be only tested on.
    pub fn new(
        cases: Vec<Case>,
        recipe: &SplitRecipe,
        test_only: &[TestOnly],
        seen: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let kept_apart: BTreeSet<String> = cases
            .iter()
            .filter(|case| test_only.iter().any(|rule| rule.holds(case)))
            .map(Case::patient_key)
            .collect();
        if let Some(case) = cases.iter().find(|case| {
            let patient = case.patient_key();
            kept_apart.contains(&patient) && seen.contains(&patient)
        }) {
            let detail = "a rule of test_only lets it only be tested on, and the weights to start from \
                have seen its patient; start from others, or leave it out";
            return Err(Error::Split { film: case.image.clone(), detail: detail.into() });
        }
        let is_dealt = |patient: &String| !kept_apart.contains(patient) && !seen.contains(patient);
        let mut hand_of = match &recipe.column {
            Some(column) => dealt_before(&cases, column, recipe.folds)?,
            None => {
                let dealt = cases.iter().filter(|case| is_dealt(&case.patient_key()));
                deal(dealt, recipe.folds, recipe.seed)
            }
        };
        hand_of.retain(|patient, _| is_dealt(patient));
        let here: BTreeSet<String> = cases.iter().map(Case::patient_key).collect();
        let mut split = Self { seen: here.intersection(seen).count(), ..Self::default() };
        let tuning = (recipe.fold + 1) % recipe.folds;
        for case in cases {
            let patient = case.patient_key();
            match hand_of.get(&patient) {
                None if seen.contains(&patient) => split.training.0.push(case),
                None => split.test.0.push(case),
                Some(hand) if *hand == recipe.fold => split.test.0.push(case),
                Some(hand) if *hand == tuning => split.tuning.0.push(case),
                _ => split.training.0.push(case),
            }
        }
        Ok(split)
    }

    /// The parts as a table: `part,set,patient_id,image`.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let mut write = |cells: [&str; 4]| {
            csv.write_record(cells).expect("rows of equal length, written to memory");
        };
        write(["part", "set", "patient_id", "image"]);
        let parts =
            [("training", &self.training.0), ("tuning", &self.tuning.0), ("test", &self.test.0)];
        for (part, cases) in parts {
            for case in cases {
                write([part, &case.set, &case.patient, &case.id]);
            }
        }
        csv.into_inner().expect("memory takes every row")
    }
}

/// Patients that a run learnt from or tuned on, by [`Case::patient_key`], from its `split.csv`.
///
/// # Errors
/// [`Error::Labels`] if it cannot be read or is no such table.
pub fn seen_by(split: &Path) -> Result<BTreeSet<String>, Error> {
    #[derive(Deserialize)]
    struct Row {
        part: String,
        set: String,
        patient_id: String,
    }
    let fault = |e: csv::Error| Error::Labels {
        path: split.to_owned(),
        line: e.position().map(csv::Position::line),
        detail: format!("{e}; the split.csv of a run was expected"),
    };
    let mut seen = BTreeSet::new();
    for row in csv::Reader::from_path(split).map_err(fault)?.deserialize() {
        let Row { part, set, patient_id } = row.map_err(fault)?;
        if part != "test" {
            seen.insert(patient_key(&set, &patient_id));
        }
    }
    Ok(seen)
}

/// Deals the patients of each stratum (set and class) into `folds` hands, 1 at least, in an order
/// that depends on the seed and the patient alone: each patient's hand, by
/// [`Case::patient_key`]. A patient's stratum is that of the first film.
pub fn deal<'a>(
    cases: impl IntoIterator<Item = &'a Case>,
    folds: usize,
    seed: u64,
) -> BTreeMap<String, usize> {
    let mut strata: BTreeMap<(String, Option<usize>), Vec<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let patient = case.patient_key();
        if seen.insert(patient.clone()) {
            strata.entry((case.set.clone(), case.class)).or_default().push(patient);
        }
    }
    let mut hand_of = BTreeMap::new();
    let mut next = 0;
    for patients in strata.values_mut() {
        patients.sort_by_key(|p| (mix(hash(p) ^ mix(seed)), p.clone()));
        for patient in patients.iter() {
            // Strata follow one another round the table, so that small ones do not all
            // end in the first hand.
            hand_of.insert(patient.clone(), next % folds);
            next += 1;
        }
    }
    hand_of
}

/// Each patient's hand by a column.
fn dealt_before(
    cases: &[Case],
    column: &str,
    folds: usize,
) -> Result<BTreeMap<String, usize>, Error> {
    let mut hand_of = BTreeMap::new();
    for case in cases {
        let fault = |detail: String| Error::Split { film: case.image.clone(), detail };
        let cell = case.fields.get(column).map(String::as_str).ok_or_else(|| {
            fault(format!("its table has no column {column}, which split.column names"))
        })?;
        let hand = cell.parse().ok().filter(|hand| *hand < folds).ok_or_else(|| {
            fault(format!("column {column} holds {cell:?}; 0 to {} was expected", folds - 1))
        })?;
        let patient = case.patient_key();
        if hand_of.get(&patient).is_some_and(|before| *before != hand) {
            return Err(fault(format!(
                "column {column} holds {hand}, and another for a film of the same patient, {}",
                case.patient
            )));
        }
        hand_of.insert(patient, hand);
    }
    Ok(hand_of)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn case(set: &str, patient: usize, film: usize, class: usize) -> Case {
        Case {
            id: format!("{set}-{patient}-{film}"),
            set: set.into(),
            patient: patient.to_string(),
            image: format!("{patient}_{film}.png").into(),
            mask: None,
            opacities: None,
            class: Some(class),
            fields: BTreeMap::new(),
        }
    }

    fn dealing(folds: usize, fold: usize, seed: u64) -> SplitRecipe {
        SplitRecipe { folds, fold, seed, column: None }
    }

    fn none() -> BTreeSet<String> {
        BTreeSet::new()
    }

    fn patients(cases: &[Case]) -> BTreeSet<String> {
        cases.iter().map(Case::patient_key).collect()
    }

    proptest! {
        #[test]
        fn no_patient_is_in_two_parts_and_no_film_is_lost(
            films in proptest::collection::vec((0usize..2, 0usize..30, 0usize..2), 1..120),
            folds in 3usize..8, seed in 0u64..99, fold in 0usize..8,
        ) {
            let cases: Vec<Case> = films
                .iter()
                .enumerate()
                .map(|(i, (set, patient, class))| case(["A", "B"][*set], *patient, i, *class))
                .collect();
            let n = cases.len();
            let recipe = dealing(folds, fold % folds, seed);
            let split = Split::new(cases, &recipe, &[], &none()).unwrap();
            let parts = [&split.training.0, &split.tuning.0, &split.test.0].map(|p| patients(p));
            prop_assert!(parts[0].is_disjoint(&parts[1]));
            prop_assert!(parts[0].is_disjoint(&parts[2]));
            prop_assert!(parts[1].is_disjoint(&parts[2]));
            let total = split.training.0.len() + split.tuning.0.len() + split.test.0.len();
            prop_assert_eq!(total, n);
        }

        #[test]
        fn every_film_is_tested_once_over_all_folds(folds in 3usize..8, seed in 0u64..99) {
            let cases: Vec<Case> = (0..60).map(|i| case("A", i / 2, i, i % 2)).collect();
            let mut tested = Vec::new();
            for fold in 0..folds {
                let recipe = dealing(folds, fold, seed);
                let split = Split::new(cases.clone(), &recipe, &[], &none()).unwrap();
                tested.extend(split.test.0.into_iter().map(|c| c.id));
            }
            tested.sort();
            let mut all: Vec<String> = cases.iter().map(|c| c.id.clone()).collect();
            all.sort();
            prop_assert_eq!(tested, all);
        }
    }

    #[test]
    fn classes_are_dealt_evenly() {
        let cases: Vec<Case> = (0..100).map(|i| case("A", i, 0, usize::from(i < 20))).collect();
        let split = Split::new(cases, &dealing(5, 2, 7), &[], &none()).unwrap();
        let positive = split.test.0.iter().filter(|c| c.class == Some(1)).count();
        assert_eq!((split.test.0.len(), positive), (20, 4));
    }

    #[test]
    fn what_is_kept_apart_is_tested_only_with_all_films_of_its_patients() {
        let mut cases: Vec<Case> = (0..40).map(|i| case("A", i / 2, i, 0)).collect();
        for (i, case) in cases.iter_mut().enumerate() {
            let licence = if i % 4 == 1 { "closed" } else { "open" };
            case.fields.insert("licence".into(), licence.into());
        }
        let rule = TestOnly {
            set: "A".into(),
            column: Some("licence".into()),
            except: vec!["open".into()],
        };
        let split = Split::new(cases, &dealing(5, 0, 1), &[rule], &none()).unwrap();
        let trained: Vec<usize> = split
            .training
            .0
            .iter()
            .chain(&split.tuning.0)
            .map(|c| c.patient.parse().expect("a number"))
            .collect();
        assert_eq!(trained.len(), 16);
        assert!(trained.iter().all(|p| p % 2 == 1), "{trained:?}");
    }

    #[test]
    fn who_was_seen_before_is_only_learnt_from() {
        let films = || (0..40).map(|i| case("A, \"B\"", i, i, i % 2)).collect::<Vec<_>>();
        let before = Split::new(films(), &dealing(4, 0, 9), &[], &none()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("split.csv");
        std::fs::write(&file, before.to_csv()).unwrap();
        let seen = seen_by(&file).unwrap();
        assert_eq!(seen.len(), 30);
        let mut tested = BTreeSet::new();
        for fold in 0..5 {
            let split = Split::new(films(), &dealing(5, fold, 1), &[], &seen).unwrap();
            assert!(seen.is_subset(&patients(&split.training.0)));
            assert_eq!(split.seen, 30);
            assert_eq!((split.tuning.0.len(), split.test.0.len()), (2, 2));
            tested.extend(patients(&split.test.0));
        }
        assert_eq!(tested, patients(&before.test.0));
        let rule = TestOnly { set: "A, \"B\"".into(), column: None, except: Vec::new() };
        let fault = Split::new(films(), &dealing(5, 0, 1), &[rule], &seen).unwrap_err().to_string();
        assert!(fault.contains("have seen its patient"), "{fault}");
        std::fs::write(&file, "image,stage\na,0\n").unwrap();
        let fault = seen_by(&file).unwrap_err().to_string();
        assert!(fault.contains("split.csv") && fault.contains("part"), "{fault}");
    }

    #[test]
    fn hands_of_a_column_are_taken_as_they_stand() {
        let by = |hand: fn(usize) -> &'static str| -> Vec<Case> {
            let cases = (0..12).map(|i| {
                let mut case = case("A", i / 2, i, 0);
                case.fields.insert("fold".into(), hand(i).into());
                case
            });
            cases.collect()
        };
        let recipe = SplitRecipe { column: Some("fold".into()), ..dealing(3, 2, 1) };
        let split = Split::new(by(|i| ["0", "1", "2"][i / 2 % 3]), &recipe, &[], &none()).unwrap();
        let of = |cases: &[Case]| -> Vec<String> { patients(cases).into_iter().collect() };
        assert_eq!(of(&split.test.0), ["A/2", "A/5"]);
        assert_eq!(of(&split.tuning.0), ["A/0", "A/3"]);
        assert_eq!(of(&split.training.0), ["A/1", "A/4"]);

        let fault = |cases| Split::new(cases, &recipe, &[], &none()).unwrap_err().to_string();
        assert!(
            fault(by(|i| ["0", "1"][i % 2])).contains("another for a film of the same patient")
        );
        assert!(fault(by(|_| "3")).contains("column fold holds \"3\"; 0 to 2"));
        assert!(fault(vec![case("A", 1, 1, 0)]).contains("no column fold"));
    }
}
