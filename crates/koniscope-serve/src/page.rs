//! The reader's page for local films: a list, a viewer, and the official form beside it.
//!
//! ```text
//! films -> background: the Reader -> results in a folder
//! browser <- list, film, form; machine's answers only where the mode lets them through
//! draft -> form's rules -> signed record, a new file that never changes
//! ```
//!
//! It listens on loopback alone and answers to no other name. What the machine says leaves `films` by
//! one door, `Film::machine`, which asks the mode first.

mod api;
mod film_api;
pub mod films;
mod form;
mod guard;
mod html;
mod pictures;
mod store;
mod text;
mod time;

use std::{io, net::Ipv4Addr, path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use koniscope::{Reader, form::signed::Mode};
use tokio::net::TcpListener;

pub use films::App;

/// Bytes of a request at most: a form with long comments has 20,000.
const MOST_BYTES: usize = 256 << 10;

/// What is opened, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The films, in the order of the list.
    pub films: Vec<PathBuf>,
    /// Folder of results and signed readings.
    pub out: PathBuf,
    /// When a reader sees what the machine says.
    pub mode: Mode,
}

/// Seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// A page that is ready to answer.
pub struct Page {
    listener: TcpListener,
    app: Arc<App>,
    port: u16,
}

impl Page {
    /// Takes a port of loopback (0 for any that is free) and begins to read the films in the background.
    ///
    /// # Errors
    /// The system's, where the port is taken or a signed reading cannot be looked at.
    pub async fn open(
        options: Options,
        reader: Reader,
        clock: Clock,
        port: u16,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let app = Arc::new(App::new(options, reader, clock)?);
        films::read_all(&app)?;
        Ok(Self { listener, app, port })
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Answers until the program ends.
    ///
    /// # Errors
    /// The system's.
    pub async fn serve(self) -> io::Result<()> {
        axum::serve(self.listener, router(self.app, self.port)).await
    }
}

fn router(app: Arc<App>, port: u16) -> Router {
    Router::new()
        .route("/", get(html::list))
        .route("/films/{film}", get(html::film))
        .route("/static/{name}", get(html::asset))
        .route("/api/films", get(api::films))
        .route("/api/signed.csv", get(api::signed_csv))
        .route("/api/signed.axt", get(api::signed_axt))
        .route("/api/films/{film}", get(film_api::film))
        .route("/api/films/{film}/check", post(film_api::check))
        .route("/api/films/{film}/normal", post(film_api::normal))
        .route("/api/films/{film}/sign/{number}", post(film_api::sign))
        .route("/api/films/{film}/preview.png", get(pictures::preview))
        .route("/api/films/{film}/pixels", get(pictures::pixels))
        .route("/api/films/{film}/lungs.png", get(pictures::lungs))
        .route("/api/films/{film}/heat.png", get(pictures::heat))
        .fallback(guard::not_found)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::from_fn_with_state(port, guard::guard))
        .with_state(app)
}
