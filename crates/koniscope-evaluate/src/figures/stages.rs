//! Stages 0 to III.

use koniscope::stage::gbz70::Stage;
use koniscope_metrics::{
    agreement::{Confusion, Weights},
    counts::sensitivity_at_specificity,
};

use super::{Figure, Group, Section, Sheet, patients};
use crate::cases::EvaluatedCase;

/// Specificity at which the sensitivity for stage I is told.
const SPECIFICITY: f64 = 0.90;

/// Films with a true stage and a read one.
pub struct Staged<'a> {
    /// The films.
    pub films: Vec<&'a EvaluatedCase>,
    /// True and likeliest stage, 0 to 3.
    pub pairs: Vec<(usize, usize)>,
    /// Probability of each stage.
    pub stages: Vec<[f64; 4]>,
}

impl<'a> Staged<'a> {
    /// Those of a group.
    pub fn of(group: &Group<'a>) -> Self {
        let staged = |film: &&'a EvaluatedCase| {
            let answer = film.answer()?;
            Some((*film, (film.case.truth.stage?, answer.stage?), answer.stages?))
        };
        let mut all = Self { films: Vec::new(), pairs: Vec::new(), stages: Vec::new() };
        for (film, pair, stages) in group.films.iter().filter_map(staged) {
            all.films.push(film);
            all.pairs.push(pair);
            all.stages.push(stages);
        }
        all
    }
}

/// Figures of the four stages; nothing where none is known or none was read.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let staged = Staged::of(group);
    if staged.films.is_empty() {
        return Vec::new();
    }
    let patients = patients(&staged.films);
    let mut sheet = Sheet::new(group, Section::Stage, seed);
    let mut add = |name: &str, of: &(dyn Fn(&Confusion) -> Option<f64> + Sync)| {
        let absent = "two stages at least are needed";
        sheet.bootstrap(name, &patients, absent, |chosen| {
            let pairs: Vec<_> = chosen.iter().map(|i| staged.pairs[*i]).collect();
            of(&Confusion::from_pairs(&pairs, 4)?)
        });
    };
    add("accuracy of four stages", &Confusion::accuracy);
    add("balanced accuracy of four stages", &Confusion::balanced_accuracy);
    add("quadratic weighted kappa", &|c| c.kappa(Weights::Quadratic));
    add("mean absolute error, stages", &Confusion::mean_absolute_error);
    add("share off by two stages or more", &Confusion::share_off_by_two);
    for from in 1..4 {
        let truth: Vec<bool> = staged.pairs.iter().map(|(truth, _)| *truth >= from).collect();
        let above = |p: &[f64; 4]| p[from..].iter().sum::<f64>();
        let scores: Vec<f64> = staged.stages.iter().map(above).collect();
        let name = format!("AUC of stage {} and above", Stage::ALL[from].name());
        sheet.auc(name, &scores, &truth);
    }
    early(&staged, &mut sheet);
    sheet.done()
}

/// Sensitivity for stage I: of films of stage 0 and I alone, where disease is hardest to see.
fn early(staged: &Staged, sheet: &mut Sheet) {
    let early: Vec<usize> =
        (0..staged.films.len()).filter(|i| staged.pairs[*i].0 <= Stage::I as usize).collect();
    let films: Vec<&EvaluatedCase> = early.iter().map(|i| staged.films[*i]).collect();
    let name = format!("sensitivity for stage I at specificity {SPECIFICITY:.2}");
    let absent = "films of stage 0 and I are needed";
    sheet.bootstrap(name, &patients(&films), absent, |chosen| {
        let chosen = chosen.iter().map(|i| early[*i]);
        let (scores, truth): (Vec<f64>, Vec<bool>) =
            chosen.map(|i| (1.0 - staged.stages[i][0], staged.pairs[i].0 > 0)).unzip();
        Some(sensitivity_at_specificity(&scores, &truth, SPECIFICITY)?.sensitivity)
    });
}

/// Films by true and read stage; nothing where there are none.
pub fn confusion(group: &Group) -> Option<Confusion> {
    let staged = Staged::of(group);
    if staged.films.is_empty() { None } else { Confusion::from_pairs(&staged.pairs, 4) }
}
