//! Pages, and the scripts and styles that come with them.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderName, header},
    response::{Html, IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};

use super::{
    film_api::film_of,
    films::App,
    form,
    guard::Fault,
    text::{TABLE, text},
};

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Files of the page: name, kind, content.
pub(super) const ASSETS: [(&str, &str, &str); 7] = [
    ("page.css", "text/css; charset=utf-8", include_str!("assets/page.css")),
    ("text.js", SCRIPT, include_str!("assets/text.js")),
    ("list.js", SCRIPT, include_str!("assets/list.js")),
    ("film.js", SCRIPT, include_str!("assets/film.js")),
    ("viewer.js", SCRIPT, include_str!("assets/viewer.js")),
    ("levels.js", SCRIPT, include_str!("assets/levels.js")),
    ("form.js", SCRIPT, include_str!("assets/form.js")),
];

/// A script or a style.
pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Fault> {
    let found = ASSETS.iter().find(|(of, _, _)| *of == name);
    let (_, kind, content) = found.ok_or_else(|| Fault::missing("such file"))?;
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, kind)];
    Ok((headers, *content).into_response())
}

fn page(title: &str, script: &str, body: &Markup) -> Html<String> {
    let words: Map<String, Value> =
        TABLE.iter().map(|(key, words)| ((*key).to_owned(), Value::from(*words))).collect();
    // JSON inside a script element: no `<` may stand in it.
    let words = Value::Object(words).to_string().replace('<', "\\u003c");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - Koniscope" }
                link rel="stylesheet" href="/static/page.css";
                link rel="icon" href="data:,";
                script type="application/json" id="words" { (PreEscaped(words)) }
                script type="module" src=(format!("/static/{script}")) {}
            }
            body {
                p.notice { strong { (text("notice")) } " " (text("display")) }
                (body)
            }
        }
    };
    Html(page.into_string())
}

/// The list of films.
pub(super) async fn list(State(app): State<Arc<App>>) -> Html<String> {
    let columns = ["film", "state", "readings", "stage", "probability", "quality"];
    let body = html! {
        main.list {
            h1 { (text("title")) }
            p { (text(&format!("mode.{}", app.mode().word()))) }
            div.bar {
                label { (text("list.search")) " " input #search type="search"; }
                label { (text("list.show")) " "
                    select #show {
                        @for show in ["all", "unsigned", "signed", "refused"] {
                            option value=(show) { (text(&format!("list.{show}"))) }
                        }
                    }
                }
                a href="/api/signed.csv" download { (text("list.csv")) }
                a href="/api/signed.axt" download { (text("list.axt")) }
                span #count role="status" {}
            }
            table {
                thead { tr {
                    @for column in columns {
                        th scope="col" data-column=(column) {
                            button type="button" { (text(&format!("list.{column}"))) }
                        }
                    }
                } }
                tbody #rows {}
            }
        }
    };
    page(text("title"), "list.js", &body)
}

/// One film with its form.
pub(super) async fn film(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
) -> Result<Html<String>, Fault> {
    let film = film_of(&app, id)?;
    let last = app.films.len() - 1;
    let body = html! {
        header.bar {
            a href="/" { (text("film.back")) }
            @if id > 0 { a rel="prev" href=(format!("/films/{}", id - 1)) { (text("film.previous")) } }
            @if id < last { a rel="next" href=(format!("/films/{}", id + 1)) { (text("film.next")) } }
            h1 { (film.name) }
            button #keys type="button" { (text("film.keys")) }
        }
        main.film data-film=(id) {
            (viewer())
            form #form autocomplete="off" {
                h2 { (text("form.title")) }
                p #state role="status" {}
                div #machine {}
                div.bar { button #normal type="button" { (text("form.normal")) } (form::report()) }
                (form::niosh())
                (form::gbz70())
                div.sign {
                    label #why hidden { (text("form.reason")) " " input #reason maxlength="400"; }
                    button #sign type="submit" { (text("form.sign")) }
                    p #told role="alert" {}
                    div #wanted {}
                }
                section #history {}
            }
        }
        dialog #lost {
            p { (text("form.lost")) }
            ul {}
            button #keep type="button" { (text("form.keep")) }
            button #erase type="button" { (text("form.erase")) }
        }
        dialog #card {
            h2 { (text("film.keys")) }
            ul { @for (_, words) in TABLE.iter().filter(|(key, _)| key.starts_with("key.")) {
                li { (words) }
            } }
            form method="dialog" { button { "OK" } }
        }
    };
    Ok(page(&film.name, "film.js", &body))
}

fn viewer() -> Markup {
    let toggles = ["rulers", "invert", "lungs", "grades", "heat"];
    html! {
        section.viewer aria-label=(text("film.canvas")) {
            div.bar {
                button type="button" data-tool="fit" { (text("tool.fit")) }
                label { (text("tool.window")) " "
                    select #window {
                        @for window in ["own", "auto", "whole", "custom"] {
                            option value=(window) { (text(&format!("tool.{window}"))) }
                        }
                    }
                }
                @for tool in toggles {
                    button type="button" data-tool=(tool) aria-pressed="false" {
                        (text(&format!("tool.{tool}")))
                    }
                }
                label.opacity { (text("tool.opacity")) " "
                    input #opacity type="range" min="0" max="100" value="45";
                }
                label { input #direction type="checkbox"; " " (text("tool.direction")) }
                span #shown role="status" {}
            }
            canvas #canvas tabindex="0" role="img" aria-label=(text("film.canvas")) {}
            p #legend hidden { span.ramp {} (text("tool.legend")) }
        }
    }
}
