//! Is the probability what happens?

use koniscope_metrics::calibration::{
    BINS, brier, expected_calibration_error, slope_intercept, top_class_error,
};

use super::{
    Figure, Group, Section, Sheet,
    detection::{Labeled, Measure},
    patients,
    stages::Staged,
};

/// Figures of the probability of disease, and of the likeliest stage; nothing where no film has a
/// label.
pub fn figures(group: &Group, seed: u64) -> Vec<Figure> {
    let labeled = Labeled::of(group);
    let mut sheet = Sheet::new(group, Section::Calibration, seed);
    if !labeled.films.is_empty() {
        let owners = patients(&labeled.films);
        let needed = "films with and without disease are needed, of more than one probability, that \
                      no threshold parts fully";
        let mut add = |name: String, of: &Measure| {
            sheet.bootstrap(name, &owners, needed, |chosen| {
                let (scores, truth) = labeled.pick(chosen);
                of(&scores, &truth)
            });
        };
        add(format!("ECE, {BINS} bins of equal width"), &expected_calibration_error);
        add("Brier score".into(), &brier);
        add("calibration slope".into(), &|p, t| slope_intercept(p, t).map(|fit| fit.slope));
        add("calibration intercept".into(), &|p, t| slope_intercept(p, t).map(|fit| fit.intercept));
    }
    let staged = Staged::of(group);
    if !staged.films.is_empty() {
        let name = format!("ECE of the likeliest stage, {BINS} bins of equal width");
        sheet.bootstrap(name, &patients(&staged.films), "", |chosen| {
            let (p, t): (Vec<[f64; 4]>, Vec<usize>) =
                chosen.iter().map(|i| (staged.stages[*i], staged.pairs[*i].0)).unzip();
            top_class_error(&p, &t)
        });
    }
    sheet.done()
}
