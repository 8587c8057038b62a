//! Training, tuning and test parts, made of patients and never of pictures.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    dataset::Case,
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
}

impl Split {
    /// Deals the patients of each stratum (set and class) into `folds` hands, in an order that
    /// depends on the seed and the patient alone. The hand `fold` is tested on, the next one
    /// tunes, the others train.
    ///
    /// All films of a patient stay together; a patient's stratum is that of the first film. A
    /// patient with a film under one of the rules `test_only` is not dealt but tested on.
    pub fn new(cases: Vec<Case>, recipe: &SplitRecipe, test_only: &[TestOnly]) -> Self {
        let kept_apart: BTreeSet<String> = cases
            .iter()
            .filter(|case| test_only.iter().any(|rule| rule.holds(case)))
            .map(Case::patient_key)
            .collect();
        let mut strata: BTreeMap<(String, Option<usize>), Vec<String>> = BTreeMap::new();
        let mut seen = kept_apart.clone();
        for case in &cases {
            let patient = case.patient_key();
            if seen.insert(patient.clone()) {
                strata.entry((case.set.clone(), case.class)).or_default().push(patient);
            }
        }
        let mut hand_of = BTreeMap::new();
        let mut next = 0;
        for patients in strata.values_mut() {
            patients.sort_by_key(|p| (mix(hash(p) ^ mix(recipe.seed)), p.clone()));
            for patient in patients.iter() {
                // Strata follow one another round the table, so that small ones do not all
                // end in the first hand.
                hand_of.insert(patient.clone(), next % recipe.folds);
                next += 1;
            }
        }
        let mut split = Self::default();
        let tuning = (recipe.fold + 1) % recipe.folds;
        for case in cases {
            match hand_of.get(&case.patient_key()) {
                None => split.test.0.push(case),
                Some(hand) if *hand == recipe.fold => split.test.0.push(case),
                Some(hand) if *hand == tuning => split.tuning.0.push(case),
                _ => split.training.0.push(case),
            }
        }
        split
    }

    /// The parts as a table: `part,set,patient_id,image`.
    pub fn to_csv(&self) -> String {
        let mut csv = String::from("part,set,patient_id,image\n");
        let parts =
            [("training", &self.training.0), ("tuning", &self.tuning.0), ("test", &self.test.0)];
        for (part, cases) in parts {
            for case in cases {
                csv += &format!("{part},{},{},{}\n", case.set, case.patient, case.id);
            }
        }
        csv
    }
}

#[cfg(test)]
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
            let recipe = SplitRecipe { folds, fold: fold % folds, seed };
            let split = Split::new(cases, &recipe, &[]);
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
                let split = Split::new(cases.clone(), &SplitRecipe { folds, fold, seed }, &[]);
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
        let split = Split::new(cases, &SplitRecipe { folds: 5, fold: 2, seed: 7 }, &[]);
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
        let recipe = SplitRecipe { folds: 5, fold: 0, seed: 1 };
        let split = Split::new(cases, &recipe, &[rule]);
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
}
