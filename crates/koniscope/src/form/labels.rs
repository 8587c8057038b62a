//! Signed forms as `labels.csv`, for `koniscope evaluate` and `koniscope train`: one row per film.

use koniscope_data::labels::ZONES;

use super::{signed::Signed, table::written};
use crate::{
    stage::{
        gbz70::Stage,
        ilo::{LargeCategory, Profusion},
    },
    zones::Zone,
};

/// Columns before those of the zones.
const BEFORE: [&str; 8] = [
    "image",
    "patient_id",
    "id",
    "pneumoconiosis",
    "stage",
    "ilo_profusion",
    "ilo_large",
    "shapes",
];

/// A film with its form.
#[derive(Clone, Debug)]
pub struct LabeledFilm {
    /// Path of the film, whole or from the table's folder.
    pub image: String,
    /// Whose film it is: the same for all films of a patient, and no number that others know.
    pub patient: String,
    /// Its last record.
    pub signed: Signed,
}

/// The table. What a form does not say is an empty cell: profusion where 2A is no, zones' grades where the form
/// of GBZ 70 is not filled in. `pneumoconiosis` follows from the stage of GBZ 70, else from the profusion (1/0
/// and above) and large opacities, else from 2A where it is no.
pub fn csv(films: &[LabeledFilm]) -> Vec<u8> {
    let zones = ["", "_affected"]
        .iter()
        .flat_map(|suffix| ZONES.iter().map(move |zone| format!("{zone}{suffix}")));
    let heading: Vec<String> = BEFORE.iter().map(ToString::to_string).chain(zones).collect();
    let mut table = vec![heading];
    table.extend(films.iter().map(row));
    written(&table, false)
}

fn row(film: &LabeledFilm) -> Vec<String> {
    let LabeledFilm { image, patient, signed } = film;
    let (niosh, gbz70) = (&signed.forms.niosh, &signed.forms.gbz70);
    let stage = signed.stage.as_ref().map(|outcome| outcome.stage);
    let small = &niosh.small;
    let large = match niosh.parenchymal {
        Some(false) => Some(LargeCategory::O),
        _ => niosh.large,
    };
    let shapes = match [small.primary, small.secondary] {
        [Some(primary), Some(secondary)] => format!("{}/{}", primary.name(), secondary.name()),
        _ => String::new(),
    };
    let mut cells = vec![
        image.clone(),
        patient.clone(),
        signed.film.name.clone(),
        disease(signed).map_or("", |is| if is { "1" } else { "0" }).into(),
        stage.map_or("", Stage::name).into(),
        small.profusion.map(|profusion| profusion.to_string()).unwrap_or_default(),
        large.map(|category| format!("{category:?}")).unwrap_or_default(),
        shapes,
    ];
    let grades = Zone::ALL.map(|zone| gbz70.zones.get(zone).map(|grade| grade.major().to_string()));
    let is_whole = grades.iter().all(Option::is_some);
    cells.extend(grades.map(|grade| grade.filter(|_| is_whole).unwrap_or_default()));
    let affected = match niosh.parenchymal {
        Some(true) if small.profusion.is_some() => Some(small.zones.0),
        Some(false) => Some([false; 6]),
        _ => None,
    };
    cells.extend(Zone::ALL.map(|zone| {
        affected.map_or("", |zones| if zones[zone.index()] { "1" } else { "0" }).to_owned()
    }));
    cells
}

fn disease(signed: &Signed) -> Option<bool> {
    let form = &signed.forms.niosh;
    let by_stage = signed.stage.as_ref().map(|outcome| outcome.stage != Stage::Zero);
    let is_large = form.large.map(|category| category != LargeCategory::O);
    let by_form = match (form.small.profusion, is_large) {
        (_, Some(true)) => Some(true),
        (Some(profusion), _) => Some(profusion >= Profusion::POSITIVE),
        (None, _) => form.parenchymal.filter(|yes| !yes),
    };
    by_stage.or(by_form)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use koniscope_data::labels::{ZoneLabels, affected, read_labels};

    use super::*;
    use crate::{
        form::{gbz70::ZoneGrade, signed::tests::signed},
        reading::ByZone,
    };

    fn film(id: &str, change: impl FnOnce(&mut Signed)) -> LabeledFilm {
        let mut signed = signed();
        signed.film.name = id.into();
        change(&mut signed);
        LabeledFilm { image: format!("/films/{id}, 1.dcm"), patient: "p1".into(), signed }
    }

    #[test]
    fn the_table_is_what_evaluate_and_train_take() {
        let films = [
            film("a", |_| {}),
            film("b", |s| {
                s.forms.niosh.parenchymal = Some(false);
                s.forms.niosh = s.forms.niosh.settled();
            }),
            film("c", |s| {
                s.forms.gbz70.zones = ByZone([Some(ZoneGrade::Two); 6]);
                s.forms.gbz70.aggregation = Some(false);
                s.forms.gbz70.large = Some(crate::stage::gbz70::Large::None);
                s.stage = s.forms.gbz70.outcome();
            }),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, csv(&films)).unwrap();
        let rows = read_labels(&path, None).unwrap();
        let cell = |row: usize, column: &str| rows[row].cell(column).unwrap_or("-").to_owned();
        assert_eq!((rows.len(), &*rows[0].patient, &*rows[0].id), (3, "p1", "a"));
        assert_eq!(rows[0].image, std::path::Path::new("/films/a, 1.dcm"));
        let niosh = &films[0].signed.forms.niosh;
        assert_eq!(cell(0, "ilo_profusion"), niosh.small.profusion.unwrap().to_string());
        assert_eq!(cell(0, "ilo_large"), format!("{:?}", niosh.large.unwrap()));
        assert_eq!(affected(&rows[0]).unwrap(), Some(niosh.small.zones.0));
        assert_eq!([cell(0, "stage"), cell(0, "pneumoconiosis")], ["-", "1"]);
        assert_eq!(
            ["ilo_profusion", "ilo_large", "pneumoconiosis"].map(|column| cell(1, column)),
            ["-", "O", "0"]
        );
        assert_eq!(affected(&rows[1]).unwrap(), Some([false; 6]));
        let zones = ZoneLabels::of(&rows[2]).unwrap();
        assert_eq!((zones.grades, zones.stage), (Some([2; 6]), Some(2)));
        assert!(ZoneLabels::of(&rows[0]).is_err(), "no grades, no stage");
    }
}
