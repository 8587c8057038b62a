//! The films of the experiment, with the fold of each patient: the same for all models.

use std::{
    collections::{BTreeSet, HashSet},
    path::{Path, PathBuf},
};

use koniscope::stage::gbz70::Stage;
use koniscope_data::split::assign_folds;
use koniscope_evaluate::cases::{Case, Choice, find};

use crate::{
    Error, Lungs, Settings,
    model::{Model, Question},
    step::kept,
};

/// File of the cohort, in the experiment's folder.
pub(crate) const FILE: &str = "cohort.csv";

/// Its column of folds.
pub(crate) const FOLD: &str = "fold";

/// Films of a rehearsal, about.
const QUICK_FILMS: usize = 60;

/// Films with labels, in the order of their table.
#[derive(Clone, Debug)]
pub(crate) struct Cohort {
    /// The films with their truth; paths are absolute, `id` is unique within a set.
    pub(crate) cases: Vec<Case>,
    /// Fold of each film, in which it is tested.
    pub(crate) folds_of: Vec<usize>,
    /// Folds.
    pub(crate) folds: usize,
    /// Films of the table without a label of disease or stage, which are left out.
    pub(crate) unlabeled: usize,
}

impl Cohort {
    /// Reads a table and deals its patients into folds, stratified by set and stage (or disease,
    /// where the stage is not known). Of more than 60 films a rehearsal takes about 60.
    ///
    /// # Errors
    /// [`Error::Evaluate`] for a table that cannot be used, [`Error::Films`] for fewer patients than
    /// folds.
    pub(crate) fn deal(table: &Path, settings: &Settings) -> Result<Self, Error> {
        let found = find(&[table.to_owned()], None, &[], &Choice::default())?;
        let (mut cases, mut unlabeled) = (found.cases, found.unlabeled);
        let labeled = cases.len();
        cases.retain(|case| case.truth.disease.is_some());
        unlabeled += labeled - cases.len();
        if cases.is_empty() {
            return Err(Error::films(table, "no film has a label of disease or stage"));
        }
        if settings.lungs == Lungs::Train && cases.iter().all(|case| case.row.mask.is_none()) {
            return Err(Error::films(table, "--lungs train: no film has a mask (column mask)"));
        }
        let mut ids = HashSet::new();
        for (i, case) in cases.iter_mut().enumerate() {
            let stratum = case.truth.disease.map(|sick| 4 + usize::from(sick));
            case.row.class = case.truth.stage.or(stratum);
            case.row.image = absolute(&case.row.image);
            case.row.mask = case.row.mask.as_deref().map(absolute);
            if !ids.insert((case.row.set.clone(), case.row.id.clone())) {
                case.row.id = format!("{} ({i})", case.row.id);
            }
        }
        if settings.quick && cases.len() > QUICK_FILMS {
            let parts = cases.len().div_ceil(QUICK_FILMS);
            let part_of = assign_folds(cases.iter().map(|case| &case.row), parts, settings.seed);
            cases.retain(|case| part_of.get(&case.row.patient_key()) == Some(&0));
        }
        let folds = assign_folds(cases.iter().map(|case| &case.row), settings.folds, settings.seed);
        if folds.len() < settings.folds {
            return Err(Error::films(
                table,
                format!(
                    "{} patients have labels; at least one for each of {} folds was expected",
                    folds.len(),
                    settings.folds
                ),
            ));
        }
        let of = |case: &Case| folds.get(&case.row.patient_key()).copied().unwrap_or(0);
        let folds_of: Vec<usize> = cases.iter().map(of).collect();
        for (case, fold) in cases.iter_mut().zip(&folds_of) {
            fill(case, *fold);
        }
        Ok(Self { cases, folds_of, folds: settings.folds, unlabeled })
    }

    /// Places of the films that are tested in a fold.
    pub(crate) fn test(&self, fold: usize) -> Vec<usize> {
        self.places(|f| f == fold)
    }

    /// Places of the films that choose epoch and calibration there.
    pub(crate) fn tuning(&self, fold: usize) -> Vec<usize> {
        self.places(|f| f == (fold + 1) % self.folds)
    }

    /// Places of the films that are learnt from there.
    pub(crate) fn training(&self, fold: usize) -> Vec<usize> {
        self.places(|f| f != fold && f != (fold + 1) % self.folds)
    }

    fn places(&self, of: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.cases.len()).filter(|i| of(self.folds_of[*i])).collect()
    }

    /// True class of a film, where it is known.
    pub(crate) fn class(&self, film: usize, question: Question) -> Option<usize> {
        let truth = &self.cases[film].truth;
        match question {
            Question::Disease => truth.disease.map(usize::from),
            Question::Stage => truth.stage,
        }
    }

    /// Whether any film comes from the simulator.
    pub(crate) fn simulated(&self) -> bool {
        self.cases.iter().any(|case| case.simulated)
    }

    /// Why a model cannot be trained and measured on these films; nothing where it can.
    pub(crate) fn why_not(&self, model: Model) -> Option<String> {
        let question = model.question();
        let class = |film: &usize| self.class(*film, question);
        let classes: BTreeSet<usize> = (0..self.cases.len()).filter_map(|i| class(&i)).collect();
        let (names, of) = match question {
            Question::Disease => (vec!["without disease", "with disease"], ""),
            Question::Stage => (Stage::ALL.map(Stage::name).to_vec(), "of stage "),
        };
        let missing = (0..names.len()).find(|class| !classes.contains(class));
        match missing {
            _ if classes.is_empty() => {
                return Some("no film has a stage or six graded zones".into());
            }
            // A grader learns from films of any stages; a classifier needs each class.
            Some(class) if model != Model::Zones => {
                return Some(format!("no film {of}{} is in the table", names[class]));
            }
            _ => {}
        }
        // The network of each fold is chosen by films with and without disease.
        (0..self.folds).find_map(|fold| {
            let sick: BTreeSet<bool> =
                self.test(fold).iter().filter_map(class).map(|class| class > 0).collect();
            let missing = if sick.contains(&true) { "without" } else { "with" };
            (sick.len() < 2).then(|| {
                format!(
                    "fold {fold} of {} has no film {missing} disease; give more patients, or fewer \
                     folds",
                    self.folds
                )
            })
        })
    }

    /// The table with folds, its columns sorted.
    fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let columns: BTreeSet<&String> =
            self.cases.iter().flat_map(|c| c.row.fields.keys()).collect();
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&columns)?;
        for case in &self.cases {
            csv.write_record(
                columns.iter().map(|c| case.row.fields.get(*c).map_or("", String::as_str)),
            )?;
        }
        csv.into_inner().map_err(|e| e.into_error().into())
    }

    /// Writes the table into the folder, where it must be the same if it is there.
    ///
    /// # Errors
    /// [`Error::Run`] if it is another, [`Error::File`].
    pub(crate) fn keep(&self, out: &Path) -> Result<PathBuf, Error> {
        let path = out.join(FILE);
        let text = self.to_csv().map_err(|e| Error::file(&path, e))?;
        let changed = "the table has changed since; what was trained on the films before cannot go on. \
                       Choose another folder";
        kept(&path, &text, changed)?;
        Ok(path)
    }
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Writes what is known of a film into the cells of its row.
fn fill(case: &mut Case, fold: usize) {
    let (row, truth) = (&mut case.row, &case.truth);
    let mask = row.mask.as_deref().map(Path::to_string_lossy).unwrap_or_default().into_owned();
    let cells = [
        ("image", row.image.to_string_lossy().into_owned()),
        ("mask", mask),
        ("patient_id", row.patient.clone()),
        ("source", row.set.clone()),
        ("id", row.id.clone()),
        (FOLD, fold.to_string()),
        ("pneumoconiosis", truth.disease.map(|d| u8::from(d).to_string()).unwrap_or_default()),
        ("stage", truth.stage.map(|s| Stage::ALL[s].name().to_owned()).unwrap_or_default()),
    ];
    row.fields.extend(cells.map(|(column, value)| (column.to_owned(), value)));
    if let Some(file) = &row.opacities {
        let file = absolute(file).to_string_lossy().into_owned();
        row.fields.insert("opacities".into(), file);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::tests::settings;

    /// 36 films of 18 patients; the stage goes round, or only the disease is known.
    fn cohort(folder: &Path, staged: bool) -> Cohort {
        let mut text = String::from("image,patient_id,pneumoconiosis,stage\n");
        for i in 0..36 {
            let stage = i / 2 % 4;
            let cell = if staged { ["0", "I", "II", "III"][stage] } else { "" };
            text += &format!("{i}.png,p{},{},{cell}\n", i / 2, u8::from(stage > 0));
        }
        text += "unlabeled.png,p99,,\n";
        let table = folder.join("labels.csv");
        fs::write(&table, text).unwrap();
        Cohort::deal(&table, &settings()).unwrap()
    }

    #[test]
    fn every_film_is_tested_once_by_a_model_that_did_not_see_its_patient() {
        let folder = tempfile::tempdir().unwrap();
        let cohort = cohort(folder.path(), true);
        assert_eq!((cohort.cases.len(), cohort.unlabeled), (36, 1));
        let mut tested: Vec<usize> = (0..3).flat_map(|fold| cohort.test(fold)).collect();
        tested.sort_unstable();
        assert_eq!(tested, (0..36).collect::<Vec<_>>());
        for fold in 0..3 {
            let patients = |films: Vec<usize>| -> BTreeSet<String> {
                films.into_iter().map(|i| cohort.cases[i].row.patient_key()).collect()
            };
            let [test, tuning, training] =
                [cohort.test(fold), cohort.tuning(fold), cohort.training(fold)].map(patients);
            assert!(test.is_disjoint(&training) && test.is_disjoint(&tuning));
            assert_eq!(test.len() + tuning.len() + training.len(), 18);
        }
        assert!(Model::ALL.into_iter().all(|model| cohort.why_not(model).is_none()));
    }

    #[test]
    fn what_the_films_do_not_allow_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let cohort = cohort(folder.path(), false);
        for model in Model::ALL {
            assert_eq!(cohort.why_not(model).is_none(), model.question() == Question::Disease);
        }
        let few = folder.path().join("labels.csv");
        fs::write(&few, "image,patient_id,stage\na.png,p,0\nb.png,q,I\n").unwrap();
        let error = Cohort::deal(&few, &settings()).unwrap_err().to_string();
        assert!(error.contains("2 patients have labels"), "{error}");
        let train = Settings { lungs: Lungs::Train, ..settings() };
        let error = Cohort::deal(&few, &train).unwrap_err().to_string();
        assert!(error.contains("no film has a mask"), "{error}");
    }

    #[test]
    fn a_table_that_changed_does_not_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let first = cohort(folder.path(), true);
        first.keep(folder.path()).unwrap();
        first.keep(folder.path()).unwrap();
        let error = cohort(folder.path(), false).keep(folder.path()).unwrap_err().to_string();
        assert!(error.contains("has changed since"), "{error}");
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(
            text.starts_with("fold,id,image,mask,patient_id,pneumoconiosis,source,stage"),
            "{text}"
        );
    }
}
