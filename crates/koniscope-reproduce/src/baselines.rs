//! Answers without a network of ours: what any model must beat.

pub mod logistic;
pub mod texture;

use crate::{
    cohort::Cohort,
    model::{Model, Question},
};
use logistic::Logistic;

/// Penalties of the logistic regression that the tuning films choose from: scikit-learn's `C`.
const STRENGTHS: [f64; 5] = [0.001, 0.01, 0.1, 1.0, 10.0];

/// Classes of a question.
fn classes(question: Question) -> usize {
    match question {
        Question::Disease => 2,
        Question::Stage => 4,
    }
}

/// The class that most training films of a fold have, as a probability of 1; of equally frequent
/// ones the first.
pub(crate) fn majority(cohort: &Cohort, question: Question, fold: usize) -> Vec<f64> {
    let mut films = vec![0usize; classes(question)];
    for class in cohort.training(fold).into_iter().filter_map(|i| cohort.class(i, question)) {
        films[class] += 1;
    }
    let most = (0..films.len()).rev().max_by_key(|class| films[*class]).unwrap_or(0);
    (0..films.len()).map(|class| f64::from(u8::from(class == most))).collect()
}

/// Probabilities of a fold's test films by logistic regression of their textures, in the order of
/// [`Cohort::test`]; nothing for a film without textures, or for all if the training films cannot be
/// fitted. The penalty is the one whose probabilities fit the tuning films best.
pub(crate) fn by_texture(
    cohort: &Cohort,
    textures: &[Option<texture::Texture>],
    model: Model,
    fold: usize,
) -> Vec<Option<Vec<f64>>> {
    let labeled = |films: Vec<usize>| -> (Vec<Vec<f64>>, Vec<usize>) {
        let films = films.into_iter().filter_map(|i| {
            Some((textures[i].as_ref()?.to_vec(), cohort.class(i, model.question)?))
        });
        films.unzip()
    };
    let (measures, truth) = labeled(cohort.training(fold));
    let (tuning, tuning_truth) = labeled(cohort.tuning(fold));
    let fits = STRENGTHS.into_iter().filter_map(|strength| {
        let fit = Logistic::fit(&measures, &truth, classes(model.question), strength)?;
        Some((fit.loss(&tuning, &tuning_truth), fit))
    });
    let best = fits.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, fit)| fit);
    let films = cohort.test(fold).into_iter();
    films.map(|i| Some(best.as_ref()?.probabilities(textures[i].as_ref()?))).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cohort::tests::cohort;

    #[test]
    fn most_films_are_sick_and_a_telling_measure_is_learnt() {
        let folder = tempfile::tempdir().unwrap();
        let cohort = cohort(folder.path(), true);
        assert_eq!(majority(&cohort, Question::Disease, 0), [0.0, 1.0]);
        assert_eq!(majority(&cohort, Question::Stage, 0).iter().sum::<f64>(), 1.0);

        let model = Model::ALL[6];
        assert_eq!(model.name(), "texture4");
        let textures: Vec<Option<texture::Texture>> = (0..cohort.cases.len())
            .map(|i| {
                let stage = cohort.class(i, Question::Stage)? as f64;
                let mut measures = [0.5; texture::MEASURES];
                measures[7] = stage + 0.01 * i as f64;
                (i != 3).then_some(measures)
            })
            .collect();
        let mut right = 0;
        for fold in 0..3 {
            for (i, p) in
                cohort.test(fold).into_iter().zip(by_texture(&cohort, &textures, model, fold))
            {
                assert_eq!(p.is_none(), i == 3);
                let Some(p) = p else { continue };
                assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                let found = (0..4).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
                right += usize::from(Some(found) == cohort.class(i, Question::Stage));
            }
        }
        assert!(right >= 30, "{right} of 35");
    }
}
