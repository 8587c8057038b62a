//! The films of a page, and what is known of each.

mod film;

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::UNIX_EPOCH,
};

use koniscope::{
    Reader,
    files::bytes_of,
    form::signed::{FilmIdentity, Mode, Signed},
    many,
    normalize::{Display, for_display},
    output::{self, FilmResult, FolderSink},
    report::Failure,
};
use tokio::sync::Semaphore;

use self::film::locked;
pub(super) use self::film::{Film, Progress, Standing};
use super::{
    Clock, Options,
    machine::{Layer, layer_file, machine},
    node::Inbox,
    others::Studies,
    rights::{Access, Who},
    standards::Standards,
    store::{self, Kept},
    upload::AT_ONCE,
};

/// Films held decoded at once: the one looked at and its neighbor.
const DECODED: usize = 2;

/// Everything that a page is made of.
pub(super) struct App {
    pub(super) options: Options,
    films: RwLock<Vec<Arc<Film>>>,
    names: Mutex<HashMap<String, usize>>,
    pub(super) clock: Clock,
    pub(super) standards: Standards,
    pub(super) studies: Studies,
    /// Users; nothing where whoever is here is the one reader.
    pub(super) access: Option<Access>,
    /// Films on their way.
    pub(super) uploads: Semaphore,
    /// Films that were brought are read one after another: each takes much memory.
    pub(super) reading: Semaphore,
    /// Where films go that are brought, where a node takes them.
    pub(super) inbox: OnceLock<Inbox>,
    /// Held while one is put in its place.
    pub(super) taking: Mutex<()>,
    reader: Arc<Reader>,
    version: AtomicU64,
    decoded: Mutex<Vec<(usize, Arc<Display>)>>,
}

/// Why a record was not kept.
pub(super) enum NotKept {
    /// Another was signed meanwhile.
    Overtaken,
    /// It cannot be written.
    Disk(String),
}

impl App {
    /// Of options; looks for readings that were signed before.
    ///
    /// # Errors
    /// A signed reading that is damaged.
    pub(super) fn new(
        options: Options,
        reader: Arc<Reader>,
        clock: Clock,
        access: Option<Access>,
    ) -> io::Result<Self> {
        let names = output::names(&options.films, &[&options.out]);
        let paths = options.films.clone();
        let app = Self {
            films: RwLock::default(),
            names: Mutex::default(),
            standards: match &options.standards {
                Some(folder) => Standards::open(folder)?,
                None => Standards::default(),
            },
            studies: Studies::default(),
            clock,
            access,
            uploads: Semaphore::new(AT_ONCE),
            reading: Semaphore::new(1),
            inbox: OnceLock::new(),
            taking: Mutex::default(),
            reader,
            version: AtomicU64::new(1),
            decoded: Mutex::default(),
            options,
        };
        for (path, name) in paths.into_iter().zip(names) {
            let changed = path.metadata().and_then(|found| found.modified()).ok();
            let since = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let folder = app.options.out.join(&name);
            let added = app.add(name, path, since.map_or(0, |since| since.as_secs()), None);
            if let Some(why) = app.film(added).and_then(|film| film.barred()) {
                return Err(io::Error::other(format!("{}: {why}", folder.display())));
            }
        }
        Ok(app)
    }

    /// Adds a film, and looks for readings of it that were signed before: one that is damaged bars it. Its number.
    pub(super) fn add(
        &self,
        name: String,
        path: PathBuf,
        came: u64,
        sha256: Option<String>,
    ) -> usize {
        let film = Film { name: name.clone(), came, path, state: Mutex::default() };
        locked(&film.state).sha256 = sha256;
        // A film without results has no records, and one that is missing is refused later.
        let folder = self.options.out.join(&film.name);
        if folder.is_dir()
            && let Ok(sha256) = film.sha256()
        {
            let mut state = locked(&film.state);
            match store::load(&folder, &sha256) {
                Ok(signed) => state.signed = signed,
                Err(why) => state.barred = Some(format!("{why}; then start the program again")),
            }
        }
        let mut films = self.films.write().unwrap_or_else(PoisonError::into_inner);
        films.push(Arc::new(film));
        let number = films.len() - 1;
        drop(films);
        locked(&self.names).insert(name, number);
        self.version.fetch_add(1, Ordering::SeqCst);
        number
    }

    /// A film by its number.
    pub(super) fn film(&self, i: usize) -> Option<Arc<Film>> {
        self.films.read().unwrap_or_else(PoisonError::into_inner).get(i).cloned()
    }

    /// All films, by their numbers.
    pub(super) fn all(&self) -> Vec<Arc<Film>> {
        self.films.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A film by its name.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Film>> {
        let number = *locked(&self.names).get(name)?;
        self.film(number)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.films.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Counted up whenever something changes.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// The mode of the page.
    pub(super) fn mode(&self) -> Mode {
        self.options.mode
    }

    /// A film has come further.
    pub(super) fn now(&self, film: &Film, progress: Progress) {
        let is_new = {
            let before = &mut locked(&film.state).progress;
            let is_new = std::mem::discriminant(before) != std::mem::discriminant(&progress);
            *before = progress;
            is_new
        };
        if !is_new {
            return;
        }
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    /// Bytes of a film's file at most.
    pub(super) fn file_limit(&self) -> u64 {
        self.reader.file_limit()
    }

    /// Reads a film and keeps what comes of it.
    pub(super) fn read(&self, film: &Film) {
        self.now(film, Progress::Reading);
        // By its fingerprint a film that is brought once more is known; one without is refused below.
        let _ = film.sha256();
        let outcome = output::read_file(&self.reader, &film.path, &|| 0.0);
        let made =
            outcome.as_ref().ok().map(|reading| machine(&self.options.out, &film.name, reading));
        let path = film.path.to_string_lossy().into_owned();
        let result = FilmResult { path, name: film.name.clone(), outcome };
        let kept = output::keep(result, &FolderSink::new(&self.options.out));
        let progress = match (kept.outcome, made) {
            (Ok(_), Some(Ok(machine))) => Progress::Read(Arc::new(machine)),
            (Err(failure), _) | (_, Some(Err(failure))) => Progress::Refused(failure),
            (Ok(_), None) => Progress::Refused(Failure::internal(&"a reading without a film")),
        };
        self.now(film, progress);
    }

    /// A layer of a film, where the mode lets it through.
    pub(super) fn layer(&self, film: &Film, layer: Layer, who: &Who) -> Option<Vec<u8>> {
        film.machine(self.mode(), who)?;
        bytes_of(&layer_file(&self.options.out, &film.name, layer), 64 << 20).ok()
    }

    /// The film for the screen.
    ///
    /// # Errors
    /// Why it cannot be decoded.
    pub(super) fn display(&self, film: usize) -> Result<Arc<Display>, String> {
        if let Some((_, display)) = locked(&self.decoded).iter().find(|(i, _)| *i == film) {
            return Ok(display.clone());
        }
        let of = self.film(film).ok_or("there is no such film here")?;
        let decoded = Failure::caught(|| {
            let raw = of.decoded(self.file_limit())?;
            Ok(Arc::new(for_display(&raw)?))
        });
        let display = decoded.map_err(|failure| failure.message)?;
        let mut held = locked(&self.decoded);
        held.retain(|(i, _)| *i != film);
        held.truncate(DECODED - 1);
        held.insert(0, (film, display.clone()));
        Ok(display)
    }

    /// Who the film is, for its record.
    ///
    /// # Errors
    /// Why its file cannot be read.
    pub(super) fn identity(&self, film: &Film) -> Result<FilmIdentity, String> {
        let (size, uid) = film.header(self.file_limit()).unzip();
        Ok(FilmIdentity {
            name: film.name.clone(),
            sha256: film.sha256()?,
            size,
            sop_instance_uid: uid.flatten(),
        })
    }

    /// Keeps a record, if none was signed since the one before it.
    ///
    /// # Errors
    /// See [`NotKept`].
    pub(super) fn keep(&self, film: &Film, signed: Signed) -> Result<(), NotKept> {
        let mut state = locked(&film.state);
        if let Some(why) = &state.barred {
            return Err(NotKept::Disk(why.clone()));
        }
        let of_account = |kept: &&Arc<Kept>| kept.0.account == signed.account;
        if signed.number as usize != state.signed.iter().filter(of_account).count() + 1 {
            return Err(NotKept::Overtaken);
        }
        let folder = self.options.out.join(&film.name);
        let kept = store::save(&folder, signed).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => NotKept::Overtaken,
            _ => NotKept::Disk(format!("cannot write into {}: {e}", folder.display())),
        })?;
        state.signed.push(Arc::new(kept));
        drop(state);
        self.version.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Reads all films in the background, as many at once as there are threads.
///
/// # Errors
/// If the system gives no thread.
pub(super) fn read_all(app: &Arc<App>) -> io::Result<()> {
    let (app, films) = (app.clone(), app.all());
    let work = move || {
        if let Err(e) = many::in_order(films.len(), |i| app.read(&films[i])) {
            films.iter().for_each(|film| app.now(film, Progress::Refused(Failure::internal(&e))));
        }
    };
    thread::Builder::new().name("reader".into()).spawn(work).map(drop)
}
