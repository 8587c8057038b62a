//! In and out, and who is here.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use maud::html;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::{
    films::App, guard::Fault, html::page, listen::Peer, people::Role, rights::Access, text::Look,
};

/// Attempts within the window of [`super::rate`]: of a name from an address, of a name, and from an address.
const ATTEMPTS: [u32; 3] = [5, 50, 30];

/// What is handed in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    name: String,
    password: String,
}

fn access(app: &App) -> Result<&Access, Fault> {
    app.access.as_ref().ok_or_else(|| Fault::missing("such page: nobody logs in here"))
}

/// The page to log in on.
pub(super) async fn form(State(app): State<Arc<App>>, look: Look) -> Result<Html<String>, Fault> {
    access(&app)?;
    let field = |name: &str, kind: &str, fill: &str| {
        html! {
            label { (look.text(&format!("login.{name}"))) " "
                input id=(name) type=(kind) autocomplete=(fill) required maxlength="256";
            }
        }
    };
    let body = html! {
        main.login {
            h1 { (look.text("login.title")) }
            form #login {
                (field("name", "text", "username"))
                (field("password", "password", "current-password"))
                button type="submit" { (look.text("login.enter")) }
                p #told role="alert" {}
            }
        }
    };
    Ok(page(look, None, look.text("login.title"), "login.js", &body))
}

/// Opens a session.
pub(super) async fn login(
    State(app): State<Arc<App>>,
    ConnectInfo(Peer(address)): ConnectInfo<Peer>,
    body: Bytes,
) -> Result<Response, Fault> {
    let access = access(&app)?;
    let wrong = |e| Fault(StatusCode::BAD_REQUEST, format!("no login: {e}"));
    // The words of serde_json could repeat a word of the password.
    let login: Login =
        serde_json::from_slice(&body).map_err(|_| wrong("name and password were expected"))?;
    if login.name.len() > 64 || login.password.len() > 1024 {
        return Err(wrong("name or password is too long"));
    }
    let (now, ip) = ((app.clock)(), address.ip());
    let keys = [format!("{} {ip}", login.name), format!("name {}", login.name), ip.to_string()];
    let keys: Vec<(String, u32)> = keys.into_iter().zip(ATTEMPTS).collect();
    if let Err(seconds) = access.rate.attempt(&keys, now) {
        let why = format!("too many attempts; try again in {} minutes", seconds.div_ceil(60));
        let mut response = Fault(StatusCode::TOO_MANY_REQUESTS, why).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(response);
    }
    let _turn = access.hashing.acquire().await.map_err(Fault::internal)?;
    let people = access.people();
    let Login { name, password } = login;
    let proved = spawn_blocking(move || {
        let stamp = people.proved(&name, &password).map(super::people::User::stamp);
        (name, stamp)
    });
    let (name, stamp) = proved.await.map_err(Fault::internal)?;
    let Some(stamp) = stamp else {
        return Err(Fault(StatusCode::UNAUTHORIZED, "name or password is wrong".into()));
    };
    access.rate.forgive(&keys);
    let token = access.sessions.open(&name, stamp, now).map_err(Fault::internal)?;
    let cookie = access.set_cookie(Some(&token));
    Ok(([(header::SET_COOKIE, cookie)], Json(json!({ "name": name }))).into_response())
}

/// Ends a session.
pub(super) async fn logout(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let access = access(&app)?;
    if let Some(token) = access.token(&headers) {
        access.sessions.close(token);
    }
    Ok(([(header::SET_COOKIE, access.set_cookie(None))], Json(json!({}))).into_response())
}

/// Somebody, for those who look after people.
#[derive(Serialize)]
pub(super) struct Somebody {
    name: String,
    role: Role,
    /// Sessions that are open.
    sessions: usize,
}

/// Everybody.
pub(super) async fn people(State(app): State<Arc<App>>) -> Result<Json<Vec<Somebody>>, Fault> {
    let (access, now) = (access(&app)?, (app.clock)());
    let people = access.people();
    let somebody = |(name, role): (&str, Role)| Somebody {
        name: name.to_owned(),
        role,
        sessions: access.sessions.count(name, now),
    };
    Ok(Json(people.all().map(somebody).collect()))
}
