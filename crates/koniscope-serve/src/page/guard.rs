//! What every request meets first and every answer carries.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

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

/// Refuses what another site's page or another name asks, and adds the headers of every answer.
pub(super) async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    let refusal = refusal(request.headers(), request.method(), port);
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

/// Why a request is refused, if it is: a name that is not loopback's (DNS rebinding), or a change that
/// another site's page asks for.
fn refusal(headers: &HeaderMap, method: &Method, port: u16) -> Option<&'static str> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    if !text(header::HOST).is_some_and(|host| own.iter().any(|own| own == host)) {
        return Some("asked for by another name; open the address that the program printed");
    }
    if method == Method::GET || method == Method::HEAD {
        return None;
    }
    let is_own = |origin: &str| own.iter().any(|own| origin == format!("http://{own}"));
    let of_page = text(header::ORIGIN).is_none_or(is_own);
    let is_json =
        text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
    (!of_page || !is_json).then_some("changes are made by this program's own page, as JSON")
}
