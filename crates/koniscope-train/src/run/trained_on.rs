//! Whose films a run learns from.

use koniscope::manifest::TrainedOn;

use crate::dataset::Case;

/// Columns that together only the table of the simulator has.
const SIMULATED: [&str; 4] = ["pattern", "seed", "of", "ilo_profusion"];

/// Of whom films are: simulated as soon as one of them is.
pub(super) fn trained_on(films: &[Case]) -> TrainedOn {
    let is_simulated =
        |film: &Case| SIMULATED.iter().all(|column| film.fields.contains_key(*column));
    match films.iter().any(is_simulated) {
        true => TrainedOn::Simulated,
        false => TrainedOn::Patients,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_simulated_film_makes_the_films_simulated() {
        let film = || Case {
            id: "a".into(),
            set: "a".into(),
            patient: "a".into(),
            image: "a.png".into(),
            mask: None,
            opacities: None,
            class: None,
            fields: Default::default(),
        };
        let mut films = vec![film(), film()];
        assert_eq!(trained_on(&films), TrainedOn::Patients);
        films[1].fields = SIMULATED.map(|name| (name.to_owned(), String::new())).into();
        assert_eq!(trained_on(&films), TrainedOn::Simulated);
    }
}
