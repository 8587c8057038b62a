//! Films on which readers differ, and what the rule makes of their readings.

use std::sync::Arc;

use axum::{Json, extract::State, response::Html};
use koniscope::form::{
    consensus::{Consensus, State as Stands},
    signed::Signed,
};
use maud::{Markup, html};
use serde::Serialize;

use super::{
    films::{App, Standing},
    html,
    rights::Who,
    text::Look,
};

/// A film on which readers differ, as somebody may know it.
#[derive(Serialize)]
pub(super) struct Disagreement {
    id: usize,
    name: String,
    #[serde(flatten)]
    consensus: Consensus,
    /// First records, in the order in which they were signed.
    readings: Vec<Signed>,
}

fn disagreements(app: &App, who: &Who) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (id, film) in app.all().iter().enumerate() {
        let Standing { own, others, consensus, .. } = film.standing(&app.options.study, who);
        let Some(consensus) = consensus else { continue };
        if !matches!(consensus.state, Stands::Disagreed | Stands::Settled | Stands::Open) {
            continue;
        }
        let all = own.iter().chain(&others).map(|kept| &kept.0);
        let mut readings: Vec<Signed> = all.filter(|signed| signed.number == 1).cloned().collect();
        readings.sort_by(|a, b| a.signed_at.cmp(&b.signed_at));
        found.push(Disagreement { id, name: film.name.clone(), consensus, readings });
    }
    found
}

/// As data.
pub(super) async fn list(State(app): State<Arc<App>>, who: Who) -> Json<Vec<Disagreement>> {
    Json(disagreements(&app, &who))
}

/// As a page.
pub(super) async fn page(State(app): State<Arc<App>>, look: Look, who: Who) -> Html<String> {
    let found = disagreements(&app, &who);
    let columns = ["film", "standing", "differs", "readings", "result"];
    let body = html! {
        header.bar {
            a href="/" { (look.text("film.back")) }
            h1 { (look.text("second.title")) }
        }
        main.list {
            p { (look.text(&format!("second.rule.{}", app.options.study.by.word()))) }
            @if found.is_empty() { p { (look.text("second.none")) } } @else {
                table {
                    thead { tr { @for column in columns {
                        th scope="col" { (look.text(&format!("second.{column}"))) }
                    } } }
                    tbody { @for film in &found { (row(look, film)) } }
                }
            }
        }
    };
    html::page(look, Some(&who), look.text("second.title"), "look.js", &body)
}

fn row(look: Look, film: &Disagreement) -> Markup {
    let Consensus { state, differs, result, .. } = &film.consensus;
    let differs = differs.iter().map(|what| look.text(&format!("differs.{what}")).to_owned());
    html! {
        tr {
            th scope="row" { a href=(format!("/films/{}", film.id)) { (film.name) } }
            td { (look.text(&format!("consensus.{}", state.word()))) }
            td { (differs.collect::<Vec<_>>().join(", ")) }
            td { ul { @for signed in &film.readings { li { (words(look, signed)) } } } }
            td { (result.as_deref().unwrap_or_default()) }
        }
    }
}

/// Who, when, what, in which mode, and with which model.
fn words(look: Look, signed: &Signed) -> String {
    let form = &signed.forms.niosh;
    let stage = signed.stage.as_ref();
    let parts = [
        signed.account.clone().unwrap_or_else(|| form.reader.printed_name.clone()),
        signed.signed_at.clone(),
        form.small.profusion.map(|profusion| profusion.to_string()).unwrap_or_default(),
        form.large.map(|large| format!("{large:?}")).unwrap_or_default(),
        stage
            .map(|stage| format!("{} {}", look.text("form.stage"), stage.stage.name()))
            .unwrap_or_default(),
        look.text(&format!("mode.{}", signed.mode.word())).to_owned(),
        signed.models.as_ref().map(|models| models.classifier.id.clone()).unwrap_or_default(),
        format!("{} {}", signed.software.name, signed.software.version),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}
