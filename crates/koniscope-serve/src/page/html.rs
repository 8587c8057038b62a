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
    rights::Who,
    text::{LANGUAGES, Look, THEMES},
};

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Files of the page: name, kind, content.
pub(super) const ASSETS: [(&str, &str, &str); 17] = [
    ("page.css", "text/css; charset=utf-8", include_str!("assets/page.css")),
    ("text.js", SCRIPT, include_str!("assets/text.js")),
    ("look.js", SCRIPT, include_str!("assets/look.js")),
    ("login.js", SCRIPT, include_str!("assets/login.js")),
    ("upload.js", SCRIPT, include_str!("assets/upload.js")),
    ("list.js", SCRIPT, include_str!("assets/list.js")),
    ("film.js", SCRIPT, include_str!("assets/film.js")),
    ("viewer.js", SCRIPT, include_str!("assets/viewer.js")),
    ("levels.js", SCRIPT, include_str!("assets/levels.js")),
    ("paint.js", SCRIPT, include_str!("assets/paint.js")),
    ("over.js", SCRIPT, include_str!("assets/over.js")),
    ("pointer.js", SCRIPT, include_str!("assets/pointer.js")),
    ("keys.js", SCRIPT, include_str!("assets/keys.js")),
    ("tools.js", SCRIPT, include_str!("assets/tools.js")),
    ("screen.js", SCRIPT, include_str!("assets/screen.js")),
    ("compare.js", SCRIPT, include_str!("assets/compare.js")),
    ("form.js", SCRIPT, include_str!("assets/form.js")),
];

/// A script or a style.
pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Fault> {
    let found = ASSETS.iter().find(|(of, _, _)| *of == name);
    let (_, kind, content) = found.ok_or_else(|| Fault::missing("such file"))?;
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, kind)];
    Ok((headers, *content).into_response())
}

pub(super) fn page(
    look: Look,
    who: Option<&Who>,
    title: &str,
    script: &str,
    body: &Markup,
) -> Html<String> {
    let words: Map<String, Value> =
        look.words().map(|(key, words)| (key.to_owned(), Value::from(words))).collect();
    // JSON inside a script element: no `<` may stand in it.
    let words = Value::Object(words).to_string().replace('<', "\\u003c");
    let name = who.and_then(|who| who.name.as_ref());
    let page = html! {
        (DOCTYPE)
        html lang=(look.language()) data-theme=(look.theme)
            data-role=[who.map(|who| who.role.word())] data-who=[name] data-csrf=[who.and_then(|who| who.csrf.as_ref())] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - Koniscope" }
                link rel="stylesheet" href="/static/page.css";
                link rel="icon" href="data:,";
                script type="application/json" id="words" { (PreEscaped(words)) }
                script type="module" src="/static/look.js" {}
                script type="module" src=(format!("/static/{script}")) {}
            }
            body {
                div.notice {
                    p { strong { (look.text("notice")) } " " span #display { (look.text("display")) } }
                    (choices(look))
                    @if let Some(name) = name {
                        span { (name) } " "
                        button #logout type="button" { (look.text("login.leave")) }
                    }
                }
                (body)
            }
        }
    };
    Html(page.into_string())
}

/// Language and theme.
fn choices(look: Look) -> Markup {
    let choice = |name: &str, now: &str, all: &[&'static str]| {
        html! {
            label { (look.text(&format!("look.{name}"))) " "
                select data-look=(name) {
                    @for one in all {
                        option value=(one) selected[*one == now] { (look.text(&format!("look.{one}"))) }
                    }
                }
            }
        }
    };
    html! {
        (choice("language", look.language(), &LANGUAGES))
        (choice("theme", look.theme, &THEMES))
    }
}

/// The list of films.
pub(super) async fn list(State(app): State<Arc<App>>, look: Look, who: Who) -> Html<String> {
    let columns =
        ["film", "came", "state", "readings", "stage", "probability", "priority", "quality"];
    let body = html! {
        main.list {
            h1 { (look.text("title")) }
            p { (look.text(&format!("mode.{}", app.mode().word()))) }
            div.bar {
                label { (look.text("list.search")) " " input #search type="search"; }
                label { (look.text("list.show")) " "
                    select #show {
                        @for show in ["all", "wanted", "unsigned", "signed", "refused"] {
                            option value=(show) { (look.text(&format!("list.{show}"))) }
                        }
                    }
                }
                a href="/api/signed.csv" download { (look.text("list.csv")) }
                a href="/api/labels.csv" download { (look.text("list.labels")) }
                a href="/api/signed.axt" download { (look.text("list.axt")) }
                @if app.options.study.readings > 1 {
                    a href="/disagreements" { (look.text("second.title")) }
                }
                span #count role="status" {}
            }
            div #drop data-limit=(app.file_limit()) {
                label { (look.text("upload.choose")) " " input #choose type="file" multiple; }
                ul #uploads aria-live="polite" {}
            }
            div #scroll {
                table #films {
                    thead { tr {
                        @for column in columns {
                            th scope="col" data-column=(column) {
                                button type="button" { (look.text(&format!("list.{column}"))) }
                            }
                        }
                    } }
                    tbody #above aria-hidden="true" {}
                    tbody #rows {}
                    tbody #below aria-hidden="true" {}
                }
            }
        }
    };
    page(look, Some(&who), look.text("title"), "list.js", &body)
}

/// One film with its form.
pub(super) async fn film(
    State(app): State<Arc<App>>,
    Path(id): Path<usize>,
    look: Look,
    who: Who,
) -> Result<Html<String>, Fault> {
    let film = film_of(&app, id)?;
    let last = app.count() - 1;
    let body = html! {
        header.bar {
            a href="/" { (look.text("film.back")) }
            @if id > 0 { a rel="prev" href=(format!("/films/{}", id - 1)) { (look.text("film.previous")) } }
            @if id < last { a rel="next" href=(format!("/films/{}", id + 1)) { (look.text("film.next")) } }
            h1 { (film.name) }
            button #keys type="button" { (look.text("film.keys")) }
        }
        main.film data-film=(id) {
            (viewer(look))
            form #form autocomplete="off" {
                h2 { (look.text("form.title")) }
                p #state role="status" {}
                div #machine {}
                div.bar { button #normal type="button" { (look.text("form.normal")) } (form::report(look)) }
                (form::niosh(look))
                (form::gbz70(look))
                div.sign {
                    label #why hidden { (look.text("form.reason")) " " input #reason maxlength="400"; }
                    button #sign type="button" { (look.text("form.sign")) }
                    p #told role="alert" {}
                    div #wanted {}
                }
                section #history {}
            }
        }
        dialog #lost {
            p { (look.text("form.lost")) }
            ul {}
            button #keep type="button" { (look.text("form.keep")) }
            button #erase type="button" { (look.text("form.erase")) }
        }
        (dialogs(look))
    };
    Ok(page(look, Some(&who), &film.name, "film.js", &body))
}

/// The card of all keys, and what is said of the screen.
fn dialogs(look: Look) -> Markup {
    html! {
        dialog #card {
            h2 { (look.text("film.keys")) }
            label { (look.text("map.title")) " "
                select #map {
                    @for map in ["ihe", "ohif"] {
                        option value=(map) { (look.text(&format!("map.{map}"))) }
                    }
                }
            }
            ul #keylist {}
            form method="dialog" { button { "OK" } }
        }
        dialog #screen {
            h2 { (look.text("screen.title")) }
            p { (look.text("screen.card")) }
            label { (look.text("screen.width")) " "
                input #card-width type="range" min="150" max="1200" step="1";
            }
            div #card-shape aria-hidden="true" {}
            p { (look.text("screen.patches")) }
            div.patches aria-hidden="true" { div.dark { div {} } div.light { div {} } }
            label { (look.text("screen.calibrated")) " " input #calibrated type="date"; }
            p { (look.text("screen.note")) }
            div.bar {
                button #screen-keep type="button" { (look.text("screen.keep")) }
                form method="dialog" { button { (look.text("screen.cancel")) } }
            }
        }
    }
}

fn viewer(look: Look) -> Markup {
    let drags = ["pan", "window", "zoom", "distance", "magnifier"];
    let toggles = ["rulers", "invert", "lungs", "grades", "heat", "large"];
    html! {
        section.viewer aria-label=(look.text("film.canvas")) {
            div.bar {
                button type="button" data-tool="size" { (look.text("tool.size")) }
                @for drag in drags {
                    button type="button" data-drag=(drag) aria-pressed="false" {
                        (look.text(&format!("act.{drag}")))
                    }
                }
                label { (look.text("tool.window")) " "
                    select #window {
                        @for window in ["own", "auto", "whole", "custom"] {
                            option value=(window) { (look.text(&format!("tool.{window}"))) }
                        }
                    }
                }
                @for tool in toggles {
                    button type="button" data-tool=(tool) aria-pressed="false" {
                        (look.text(&format!("tool.{tool}")))
                    }
                }
                label.opacity { (look.text("tool.opacity")) " "
                    input #opacity type="range" min="0" max="100" value="45";
                }
                label { input #direction type="checkbox"; " " (look.text("tool.direction")) }
                button #screen-size type="button" { (look.text("screen.title")) }
                span #shown role="status" {}
            }
            div.beside {
                @for (kind, label) in [("prior", "beside.prior"), ("standard", "beside.standard")] {
                    button type="button" data-beside=(kind) aria-pressed="false" { (look.text(label)) }
                    " "
                }
                span.tools {
                    @for tool in ["both", "blink", "lock"] {
                        button id=(tool) type="button" { (look.text(&format!("beside.{tool}"))) }
                    }
                }
                div #standards role="group" aria-label=(look.text("beside.standard")) {}
                div #others {}
                p #beside role="status" hidden {}
            }
            div #pair data-show="film" {
                canvas #canvas tabindex="0" role="img" aria-label=(look.text("film.canvas")) {}
            }
            p #legend hidden { span.ramp {} (look.text("tool.legend")) }
        }
    }
}
