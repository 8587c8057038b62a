//! Who asks, and what they may do.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use tokio::sync::Semaphore;

use super::{
    guard::Fault,
    people::{People, Role},
    rate::Rate,
    session::Sessions,
    text::cookie,
};

/// A request that a page makes by itself, which keeps no session open.
pub(super) const IDLE: &str = "x-koniscope-idle";

/// The token that a change must bring along.
pub(super) const CSRF: &str = "x-koniscope-csrf";

/// Passwords hashed at once: each takes 19 MB.
const HASHED: usize = 2;

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Films, and what is known of them.
    Look,
    /// A reading of one's own.
    Sign,
    /// Films that are brought.
    Upload,
    /// People.
    Manage,
}

impl Role {
    /// What it may do.
    pub(super) fn may(self, right: Right) -> bool {
        match right {
            Right::Look | Right::Upload => true,
            Right::Sign => self == Self::Reader,
            Right::Manage => self == Self::Admin,
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    /// Nothing for the one reader of a page without users.
    pub(super) name: Option<String>,
    pub(super) role: Role,
    /// Of a session.
    pub(super) csrf: Option<String>,
}

impl Who {
    /// The one reader of a page without users.
    pub(super) fn local() -> Self {
        Self { name: None, role: Role::Reader, csrf: None }
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unknown)
    }
}

fn unknown() -> Fault {
    Fault(StatusCode::UNAUTHORIZED, "log in first, or bring a token".into())
}

/// By which a file that was changed is told: when, and its length.
type Mark = (SystemTime, u64);

/// Users of a page, and what they have open.
pub(super) struct Access {
    file: PathBuf,
    known: Mutex<(Option<Mark>, Arc<People>)>,
    pub(super) sessions: Sessions,
    pub(super) rate: Rate,
    pub(super) hashing: Semaphore,
    is_secure: bool,
}

impl Access {
    /// Of a file of users; `is_secure` where cookies go through TLS alone.
    pub(super) fn new(file: PathBuf, idle: u64, is_secure: bool) -> Self {
        Self {
            file,
            known: Mutex::default(),
            sessions: Sessions::new(idle),
            rate: Rate::default(),
            hashing: Semaphore::new(HASHED),
            is_secure,
        }
    }

    /// Everybody, as the file says now. Nobody, where it cannot be read.
    pub(super) fn people(&self) -> Arc<People> {
        let found = fs::metadata(&self.file);
        let mark = found.and_then(|found| Ok((found.modified()?, found.len()))).ok();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if mark.is_none() || known.0 != mark {
            *known = (mark, Arc::new(People::load(&self.file).unwrap_or_default()));
        }
        known.1.clone()
    }

    /// Name of the cookie of a session; browsers bind the second form to TLS and this host.
    fn cookie(&self) -> &'static str {
        if self.is_secure { "__Host-koniscope" } else { "koniscope-session" }
    }

    /// The cookie of a session; one that ends it where there is no token.
    pub(super) fn set_cookie(&self, token: Option<&str>) -> String {
        let (name, value) = (self.cookie(), token.unwrap_or_default());
        let secure = if self.is_secure { "; Secure" } else { "" };
        let ends = if token.is_none() { "; Max-Age=0" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{ends}")
    }

    /// The token of a session, as a browser sends it.
    pub(super) fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie(headers, self.cookie())
    }

    /// Who asks: a program by its token, else a session's.
    pub(super) fn who(&self, headers: &HeaderMap, now: u64) -> Option<Who> {
        let people = self.people();
        if let Some(bearer) = headers.get(header::AUTHORIZATION) {
            let (kind, token) = bearer.to_str().ok()?.split_once(' ')?;
            let (name, user) = people.program(token.trim())?;
            let is_bearer = kind.eq_ignore_ascii_case("bearer");
            let who = Who { name: Some(name.to_owned()), role: user.role, csrf: None };
            return is_bearer.then_some(who);
        }
        let session = self.sessions.find(self.token(headers)?, headers.contains_key(IDLE), now)?;
        let user = people.get(&session.name).filter(|user| user.stamp() == session.stamp)?;
        Some(Who { name: Some(session.name), role: user.role, csrf: Some(session.csrf) })
    }
}

/// Whether a change comes without the token of its session.
pub(super) fn is_forged(who: &Who, method: &Method, headers: &HeaderMap) -> bool {
    let is_change = method != Method::GET && method != Method::HEAD;
    let brought = headers.get(CSRF).and_then(|token| token.to_str().ok());
    is_change && who.csrf.is_some() && who.csrf.as_deref() != brought
}

/// Lets through whom a route is for.
pub(super) async fn need(State(right): State<Right>, request: Request, next: Next) -> Response {
    match request.extensions().get::<Who>() {
        Some(who) if who.role.may(right) => next.run(request).await,
        Some(who) => {
            let why = format!("this is not for the role {}", who.role.word());
            Fault(StatusCode::FORBIDDEN, why).into_response()
        }
        None => {
            let path = request.uri().path();
            let is_page = request.method() == Method::GET && !path.starts_with("/api/");
            if is_page {
                Redirect::to(&format!("/login?next={path}")).into_response()
            } else {
                unknown().into_response()
            }
        }
    }
}
