//! Whose films a run learns from.

use koniscope::manifest::TrainedOn;
use koniscope_data::LabeledRow;

/// Of whom films are: simulated as soon as one of them is.
pub(super) fn trained_on(films: &[LabeledRow]) -> TrainedOn {
    match films.iter().any(LabeledRow::is_simulated) {
        true => TrainedOn::Simulated,
        false => TrainedOn::Patients,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_simulated_film_makes_the_films_simulated() {
        let film = || LabeledRow {
            id: "a".into(),
            set: "a".into(),
            patient: "a".into(),
            image: "a.png".into(),
            mask: None,
            opacities: None,
            spacing_mm: None,
            cover: None,
            class: None,
            fields: Default::default(),
        };
        let mut films = vec![film(), film()];
        assert_eq!(trained_on(&films), TrainedOn::Patients);
        let columns = ["pattern", "seed", "of", "ilo_profusion"];
        films[1].fields = columns.map(|name| (name.to_owned(), String::new())).into();
        assert_eq!(trained_on(&films), TrainedOn::Simulated);
    }
}
