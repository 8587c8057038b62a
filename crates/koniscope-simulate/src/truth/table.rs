//! `truth.csv`: a row a film.

use koniscope::{stage::gbz70::Stage, zones::Zone};

use super::Truth;
use crate::Error;

/// Columns in order.
pub const COLUMNS: [&str; 34] = [
    "image",
    "mask",
    "patient_id",
    "source",
    "stage",
    "right_upper",
    "right_middle",
    "right_lower",
    "left_upper",
    "left_middle",
    "left_lower",
    "right_upper_aggregation",
    "right_upper_large",
    "right_middle_aggregation",
    "right_middle_large",
    "right_lower_aggregation",
    "right_lower_large",
    "left_upper_aggregation",
    "left_upper_large",
    "left_middle_aggregation",
    "left_middle_large",
    "left_lower_aggregation",
    "left_lower_large",
    "ilo_profusion",
    "shapes",
    "aggregation",
    "large_long_mm",
    "large_short_mm",
    "pattern",
    "seed",
    "of",
    "number",
    "pneumoconiosis",
    "opacities",
];

/// The table of all films, in their order, as CSV: [`COLUMNS`].
///
/// # Errors
/// [`Error::Encode`] if a row cannot be written.
pub fn table<'a>(films: impl IntoIterator<Item = &'a Truth>) -> Result<Vec<u8>, Error> {
    let fail = |e: csv::Error| Error::encode("truth.csv", &e);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(COLUMNS).map_err(fail)?;
    for truth in films {
        csv.write_record(row(truth)).map_err(fail)?;
    }
    csv.into_inner().map_err(|e| Error::encode("truth.csv", &e))
}

fn row(truth: &Truth) -> Vec<String> {
    let film = &truth.film;
    let mut row = vec![
        film.image.clone(),
        film.mask.clone(),
        film.patient_id.clone(),
        film.source.clone(),
        truth.stage.name().to_owned(),
    ];
    row.extend(truth.findings().zones.map(|grade| grade.to_string()));
    for zone in truth.zones.iter().take(Zone::ALL.len()) {
        row.push(u8::from(zone.aggregation).to_string());
        row.push((zone.large as u8).to_string());
    }
    let axis = |long: bool| {
        let axis = truth.largest().map(|l| if long { l.long_axis_mm } else { l.short_axis_mm });
        axis.map_or(String::new(), |mm| format!("{mm:.2}"))
    };
    row.extend([
        truth.ilo_profusion.clone(),
        truth.shapes.clone(),
        u8::from(truth.aggregation).to_string(),
        axis(true),
        axis(false),
        truth.pattern.name().to_owned(),
        film.seed.to_string(),
        film.of.clone(),
        film.number.to_string(),
        u8::from(truth.stage != Stage::Zero).to_string(),
        truth.file(),
    ]);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_zones_stand_in_the_zones_order() {
        assert_eq!(COLUMNS[5..11], Zone::NAMES);
        for (i, name) in Zone::NAMES.into_iter().enumerate() {
            assert_eq!(COLUMNS[11 + 2 * i], format!("{name}_aggregation"));
            assert_eq!(COLUMNS[12 + 2 * i], format!("{name}_large"));
        }
    }
}
