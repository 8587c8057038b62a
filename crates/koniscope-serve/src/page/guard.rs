//! What every request meets first and every answer carries.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    films::App,
    rights::{Who, is_forged},
};

/// Scripts, styles, pictures and data of this page alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Why a request is not done, as `{"error": ...}`.
#[derive(Debug)]
pub(super) struct Fault(pub(super) StatusCode, pub(super) String);

impl Fault {
    pub(super) fn missing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("there is no {what} here"))
    }

    /// A fault of this program or its disk. The reason is for the person in front of it: it is local.
    pub(super) fn internal(why: impl std::fmt::Display) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

pub(super) async fn not_found() -> Fault {
    Fault::missing("such page")
}

/// Where a page is asked for.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) local: SocketAddr,
    pub(super) has_tls: bool,
}

/// Refuses what another site's page or another name asks, says who asks, and adds the headers of every answer.
pub(super) async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let refusal = door.refusal(request.headers(), request.method());
    let who = match &door.app.access {
        None => Some(Who::local()),
        Some(access) => access.who(request.headers(), (door.app.clock)()),
    };
    let is_forged =
        who.as_ref().is_some_and(|who| is_forged(who, request.method(), request.headers()));
    let refusal = refusal.or(is_forged.then_some("a change without the token of its session"));
    if let Some(who) = who {
        request.extensions_mut().insert(who);
    }
    let mut response = match refusal {
        Some(why) => Fault(StatusCode::FORBIDDEN, why.into()).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Answers change with a signature, and hold patients' films.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

impl Door {
    /// Names and ports by which it may be asked for; on loopback its own alone, so that no other name can be
    /// made to lead here (DNS rebinding). Elsewhere the certificate holds the name, and the cookie belongs to it.
    fn hosts(&self, host: &str) -> Vec<String> {
        let port = self.local.port();
        if self.local.ip().is_loopback() {
            ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}")).to_vec()
        } else {
            vec![host.to_owned()]
        }
    }

    /// Why a request is refused, if it is: a name that is not this one's, or a change that another site's page
    /// asks for.
    fn refusal(&self, headers: &HeaderMap, method: &Method) -> Option<&'static str> {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).filter(|host| !host.is_empty());
        let own = host.map(|host| self.hosts(host)).unwrap_or_default();
        if !host.is_some_and(|host| own.iter().any(|own| own == host)) {
            return Some("asked for by another name; open the address that the program printed");
        }
        if method == Method::GET || method == Method::HEAD {
            return None;
        }
        let scheme = if self.has_tls { "https" } else { "http" };
        let is_own = |origin: &str| own.iter().any(|own| origin == format!("{scheme}://{own}"));
        let of_page = text(header::ORIGIN).is_none_or(is_own);
        // Forms of other pages cannot send these kinds.
        let kinds = ["application/json", "application/octet-stream"];
        let is_data = text(header::CONTENT_TYPE)
            .is_some_and(|kind| kinds.iter().any(|own| kind.starts_with(own)));
        (!of_page || !is_data).then_some("changes are made by this program's own page, as JSON")
    }
}
