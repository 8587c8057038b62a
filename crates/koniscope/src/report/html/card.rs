//! All that is said of one film.

use maud::{Markup, html};

use super::{link, table::area};
use crate::{
    reading::{Lung, ModelIdentity, Reading},
    report::{
        FilmReport, LUNGS_FILE, OVERLAY_FILE, READING_FILE,
        words::{self, notices, plain, probability, probability_title},
    },
    segmentation::Side,
};

/// A film that was read: its picture, its facts and its warnings. `id` names the section.
pub fn card(id: &str, film: &FilmReport, reading: &Reading) -> Markup {
    let Reading { lungs, quality, models, film: size, .. } = reading;
    html! {
        section id=(id) {
            h2 { (plain(&film.path)) }
            @if let Some(folder) = &film.folder { (picture(folder, film, reading)) }
            dl {
                (conclusions(reading))
                @for (side, lung) in [("Right lung", &lungs.right), ("Left lung", &lungs.left)] {
                    (fact(side, &lung_area(lung)))
                }
                (fact("Quality", &html! {
                    @for (i, flag) in quality.flags.iter().enumerate() {
                        @if i > 0 { "; " } (flag.message)
                    }
                    @if quality.flags.is_empty() { "nothing to say" }
                }))
                (fact("Film", &html! { (size.width) " \u{d7} " (size.height) " pixels" }))
                (fact("Lung model", &model(&models.lungs)))
                (fact(words::grader(reading), &model(&models.classifier)))
                @if let Some(folder) = &film.folder {
                    (fact("Files", &html! {
                        a href=(link(folder, READING_FILE)) { "reading" } ", "
                        a href=(link(folder, LUNGS_FILE)) { "label map" }
                    }))
                }
            }
            @for notice in notices(reading) { p.notice { (notice) } }
        }
    }
}

fn picture(folder: &str, film: &FilmReport, reading: &Reading) -> Markup {
    let overlay = link(folder, OVERLAY_FILE);
    let shown = match &reading.graded {
        None => format!("the local probability of {}", reading.pneumoconiosis.target),
        Some(_) => "the local probability of small opacities, the zones and their grades, and the \
                    large opacities,"
            .into(),
    };
    let alt = format!(
        "{}: the film as read, and with the contours of the right and left lung and {shown} in color",
        plain(film.file_name())
    );
    html! { a href=(overlay) { img src=(overlay) loading="lazy" alt=(alt); } }
}

/// What is concluded, with its doubt.
fn conclusions(reading: &Reading) -> Markup {
    let detection = &reading.pneumoconiosis;
    let decisions = words::decisions(reading);
    html! {
        (fact(&probability_title(detection), &html! {
            strong { (probability(detection.probability, detection)) }
        }))
        @if let Some(reason) = words::abstention(reading) {
            (fact("Conclusion", &html! { strong { (reason) } }))
        }
        @if !decisions.is_empty() { (fact("At this site", &html! { (decisions.join("; ")) })) }
        @if let (Some(stages), Some(stage)) = (words::stages(reading), words::stage(reading)) {
            (fact(words::stage_title(reading.graded.is_some()), &html! {
                strong { (stage) }
                @if let Some(clause) = words::clause(reading) { ": " (clause) }
            }))
            (fact("Stages", &html! { (stages) }))
        }
        @if let Some(graded) = &reading.graded {
            (fact("ILO", &html! { (words::ilo(&graded.ilo)) }))
            @for (name, side) in [("right", Side::Right), ("left", Side::Left)] {
                (fact(&format!("Profusion, {name} lung, from above"), &html! {
                    (words::grades(reading, side).unwrap_or_default())
                }))
            }
            @if !graded.large_opacities.is_empty() {
                (fact("Large opacities", &html! { (words::large_opacities(graded)) }))
            }
        }
    }
}

fn fact(term: &str, fact: &Markup) -> Markup {
    html! { div { dt { (term) } dd { (fact) } } }
}

fn lung_area(lung: &Lung) -> Markup {
    html! {
        (area(lung))
        @if lung.area_mm2.is_some() { " (" (lung.area_px) " px)" }
    }
}

fn model(model: &ModelIdentity) -> Markup {
    let short: String = model.sha256.chars().take(12).collect();
    html! { (model.id) " " code title=(model.sha256) { (short) } }
}
