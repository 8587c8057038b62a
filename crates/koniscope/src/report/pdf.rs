//! A reading as a PDF of A4 pages: picture, facts and notices.

mod form;
mod pages;

pub use form::form_pdf;
use pages::{Line, Picture, pages};

use super::{Failure, overlay::overlay_rgb, words};
use crate::{FilmReading, Reading, reading::ModelIdentity, segmentation::Side};

/// The report as PDF. A reading gives the same bytes every time.
///
/// # Errors
/// [`Failure::internal`] if it cannot be made.
pub fn pdf(film: &FilmReading) -> Result<Vec<u8>, Failure> {
    let (bytes, size) = overlay_rgb(film);
    let picture = Picture { bytes, size: size.map(|length| length as u32) };
    let lines = facts(&film.reading).into_iter().map(|(term, fact)| Line::Fact(term, fact));
    pages("Chest radiograph read by Koniscope", Some(picture), lines.collect())
}

/// All that is said of the film.
fn facts(reading: &Reading) -> Vec<(String, String)> {
    let detection = &reading.pneumoconiosis;
    let mut facts = vec![
        (format!("P({})", detection.target), words::probability(detection.probability, detection)),
        (String::new(), words::calibrated(detection)),
    ];
    let mut add = |term: &str, fact: Option<String>| {
        facts.extend(fact.filter(|fact| !fact.is_empty()).map(|fact| (term.to_owned(), fact)));
    };
    add("Conclusion", words::abstention(reading));
    add("At this site", Some(words::decisions(reading).join("; ")));
    add(words::stage_title(reading.graded.is_some()), words::stage(reading));
    add("Clause", words::clause(reading));
    add("Stages", words::stages(reading));
    if let Some(graded) = &reading.graded {
        add("ILO", Some(words::ilo(&graded.ilo)));
        for (name, side) in [("right", Side::Right), ("left", Side::Left)] {
            add(&format!("Profusion, {name}"), words::grades(reading, side));
        }
        add("Large opacities", Some(words::large_opacities(graded)));
    }
    add("Right lung", Some(words::area(&reading.lungs.right)));
    add("Left lung", Some(words::area(&reading.lungs.left)));
    let flags =
        reading.quality.flags.iter().map(|flag| &*flag.message).collect::<Vec<_>>().join("; ");
    add("Quality", Some(if flags.is_empty() { "nothing to say".into() } else { flags }));
    for notice in words::notices(reading) {
        add("Note", Some(notice));
    }
    add("Film", reading.film.sop_instance_uid.clone());
    let model = |model: &ModelIdentity| Some(format!("{} (SHA-256 {})", model.id, model.sha256));
    add("Lung model", model(&reading.models.lungs));
    add(words::grader(reading), model(&reading.models.classifier));
    add("Program", Some(format!("{} {}", reading.software.name, reading.software.version)));
    facts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fake;

    #[test]
    fn a_reading_gives_the_same_pages_every_time() {
        let film = fake::film_of_zones();
        let bytes = pdf(&film).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, pdf(&film).unwrap());
        assert_ne!(bytes, pdf(&fake::film(2)).unwrap());
    }
}
