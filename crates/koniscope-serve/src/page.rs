//! The reader's page: a list, a viewer, and the official form beside it.
//!
//! ```text
//! films -> background: the Reader -> results in a folder        (or the node's store and results)
//! browser -> listen: connections, TLS -> guard: who asks -> rights: what for
//! browser <- list, film, form; machine's answers only where the mode lets them through
//! draft -> form's rules -> signed record, a new file that never changes
//! ```
//!
//! Without users it listens on loopback alone and answers to no other name. What the machine says leaves
//! `films` by one door, `Film::machine`, which asks the mode first.

mod api;
mod export;
mod film_api;
mod films;
mod form;
mod guard;
mod html;
mod ledger;
mod listen;
mod login;
mod machine;
mod node;
mod others;
mod people;
mod pictures;
mod rate;
mod rights;
mod second;
mod session;
mod settings;
pub mod standards;
mod store;
mod text;
mod time;
mod upload;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use koniscope::{
    Reader,
    form::{consensus, signed::Mode},
};
use rustls::ServerConfig;
use tokio::net::TcpListener;

pub use node::{Follower, Inbox, PageReader};
pub use people::{People, Role, User};
pub use settings::Settings;

use self::{
    films::App,
    guard::Door,
    listen::{Doorway, Peer},
    rights::{Access, Right, need},
};
use crate::tls;

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
    /// How many read each film.
    pub study: Study,
    /// Folder of the ILO's standard films, where there may be one.
    pub standards: Option<PathBuf>,
}

/// How many read each film, and when they agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Study {
    /// Independent readings of each film that are wanted.
    pub readings: usize,
    /// The rule by which they agree.
    pub by: consensus::By,
}

impl Default for Study {
    fn default() -> Self {
        Self { readings: 1, by: consensus::By::Ilo }
    }
}

/// Seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// A page that is ready to answer.
pub struct Page {
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: Arc<App>,
    local: SocketAddr,
}

impl Page {
    /// Takes a port of loopback (0 for any that is free) and begins to read the films in the background. Whoever
    /// is on this machine is its one reader.
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
        let local = listener.local_addr()?;
        let mut options = options;
        options.films.extend(upload::brought(&options.out));
        let app = Arc::new(App::new(options, Arc::new(reader), clock, None)?);
        films::read_all(&app)?;
        Ok(Self { listener, tls: None, app, local })
    }

    /// As [`open`](Self::open), with the users and the TLS of its settings.
    ///
    /// # Errors
    /// The same, and settings that do not do.
    pub async fn listen(
        settings: &Settings,
        options: Options,
        reader: Arc<Reader>,
        clock: Clock,
    ) -> io::Result<Self> {
        settings.check().map_err(io::Error::other)?;
        let tls = match (&settings.certificate, &settings.key) {
            (Some(certificate), Some(key)) => {
                Some(tls::server(certificate, key).map_err(io::Error::other)?)
            }
            _ => None,
        };
        let access = settings.users.as_ref().map(|file| {
            let told = |e| io::Error::other(format!("{}: {e}", file.display()));
            let people = People::load(file).map_err(told)?;
            if !people.has_readers() {
                let why = "nobody can log in; `koniscope users add NAME` adds somebody";
                return Err(io::Error::other(format!("{}: {why}", file.display())));
            }
            let idle = u64::from(settings.session_minutes) * 60;
            Ok(Access::new(file.clone(), idle, tls.is_some()))
        });
        let access = access.transpose()?;
        let listener = TcpListener::bind(settings.listen).await?;
        let local = listener.local_addr()?;
        let app = Arc::new(App::new(options, reader, clock, access)?);
        films::read_all(&app)?;
        Ok(Self { listener, tls, app, local })
    }

    /// Where it is.
    pub fn address(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/", self.local)
    }

    /// Answers until the program ends.
    ///
    /// # Errors
    /// The system's.
    pub async fn serve(self) -> io::Result<()> {
        let has_tls = self.tls.is_some();
        let door = Door { app: self.app.clone(), local: self.local, has_tls };
        let routes = router(self.app, door).into_make_service_with_connect_info::<Peer>();
        axum::serve(Doorway::new(self.listener, self.tls)?, routes).await
    }
}

fn router(app: Arc<App>, door: Door) -> Router {
    let only = |right| middleware::from_fn_with_state(right, need);
    let open = Router::new()
        .route("/login", get(login::form))
        .route("/api/login", post(login::login))
        .route("/static/{name}", get(html::asset));
    let look = Router::new()
        .route("/", get(html::list))
        .route("/films/{film}", get(html::film))
        .route("/disagreements", get(second::page))
        .route("/api/disagreements", get(second::list))
        .route("/api/logout", post(login::logout))
        .route("/api/films", get(api::films))
        .route("/api/signed.csv", get(api::signed_csv))
        .route("/api/signed.axt", get(api::signed_axt))
        .route("/api/films/{film}", get(film_api::film))
        .route("/api/films/{film}/others", get(others::list))
        .route("/api/films/{film}/preview.png", get(pictures::preview))
        .route("/api/films/{film}/pixels", get(pictures::pixels))
        .route("/api/films/{film}/lungs.png", get(pictures::lungs))
        .route("/api/films/{film}/heat.png", get(pictures::heat))
        .route("/api/films/{film}/signed/{number}/form.pdf", get(export::pdf))
        .route("/api/films/{film}/signed/{number}/sr.dcm", get(export::sr))
        .route("/api/labels.csv", get(export::table))
        .route("/api/standards", get(standards::list))
        .route("/api/standards/{number}/preview.png", get(standards::preview))
        .route("/api/standards/{number}/pixels", get(standards::pixels))
        .route_layer(only(Right::Look));
    let sign = Router::new()
        .route("/api/films/{film}/check", post(film_api::check))
        .route("/api/films/{film}/normal", post(film_api::normal))
        .route("/api/films/{film}/sign/{number}", post(film_api::sign))
        .route_layer(only(Right::Sign));
    // The room that a form needs is far too small for a film, which is written to disk as it comes.
    let bring = Router::new()
        .route("/api/upload", post(upload::upload))
        .layer(DefaultBodyLimit::disable())
        .route_layer(only(Right::Upload));
    let manage =
        Router::new().route("/api/people", get(login::people)).route_layer(only(Right::Manage));
    open.merge(look)
        .merge(sign)
        .merge(manage)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .merge(bring)
        .fallback(guard::not_found)
        .layer(middleware::from_fn_with_state(door, guard::guard))
        .with_state(app)
}
