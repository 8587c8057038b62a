//! The films of a page, and what is known of each.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use koniscope::{
    FilmReading, Reader, Reading,
    files::bytes_of,
    form::{
        Proposal,
        signed::{FilmIdentity, Mode, Signed},
    },
    many,
    normalize::{Display, for_display},
    output::{self, FilmResult, FolderSink},
    report::{Failure, heat_layer, lungs_layer, zone_centers},
};
use koniscope_data::digest::sha256_of_file;

use super::{
    Clock, Options,
    store::{self, Kept},
    time::utc,
};

/// Longer side of the layers over a film, in pixels.
const LAYER: usize = 1024;

/// Films held decoded at once: the one looked at and its neighbor.
const DECODED: usize = 2;

/// Everything that a page is made of.
pub struct App {
    pub(super) options: Options,
    pub(super) films: Vec<Film>,
    pub(super) clock: Clock,
    reader: Reader,
    version: AtomicU64,
    decoded: Mutex<Vec<(usize, Arc<Display>)>>,
}

/// One film.
pub(super) struct Film {
    /// Its name, of no other film here.
    pub(super) name: String,
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    progress: Progress,
    sha256: Option<String>,
    opened_at: Option<String>,
    signed: Vec<Kept>,
}

#[derive(Clone, Default)]
enum Progress {
    #[default]
    Waiting,
    Reading,
    Read(Arc<Machine>),
    Refused(Failure),
}

/// What the machine says of a film.
pub(super) struct Machine {
    pub(super) reading: Reading,
    pub(super) proposal: Option<Proposal>,
    /// Where zones' grades are written, as shares of width and height.
    pub(super) centers: [Option<[f64; 2]>; 6],
}

/// Layers over a film.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// Outlines and zones.
    Lungs,
    /// Local probability.
    Heat,
}

/// Where a film stands.
pub(super) struct Standing {
    /// `waiting`, `reading`, `read` or `refused`.
    pub(super) word: &'static str,
    /// Why it was refused.
    pub(super) reason: Option<String>,
    /// Its records.
    pub(super) signed: Vec<Kept>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Film {
    /// What the machine says, where the mode lets it through: the one door to it.
    pub(super) fn machine(&self, mode: Mode) -> Option<Arc<Machine>> {
        let state = locked(&self.state);
        let is_shown = match mode {
            Mode::ReaderFirst => !state.signed.is_empty(),
            Mode::MachineFirst => true,
            Mode::MachineOff => false,
        };
        match &state.progress {
            Progress::Read(machine) if is_shown => Some(machine.clone()),
            _ => None,
        }
    }

    /// Where it stands.
    pub(super) fn standing(&self) -> Standing {
        let state = locked(&self.state);
        let (word, reason) = match &state.progress {
            Progress::Waiting => ("waiting", None),
            Progress::Reading => ("reading", None),
            Progress::Read(_) => ("read", None),
            Progress::Refused(failure) => ("refused", Some(failure.message.clone())),
        };
        Standing { word, reason, signed: state.signed.clone() }
    }

    /// When it was first opened, which is now if it was not.
    pub(super) fn opened_at(&self, now: u64) -> String {
        locked(&self.state).opened_at.get_or_insert_with(|| utc(now)).clone()
    }

    /// SHA-256 of its file.
    ///
    /// # Errors
    /// Why the file cannot be read.
    pub(super) fn sha256(&self) -> Result<String, String> {
        if let Some(sha256) = &locked(&self.state).sha256 {
            return Ok(sha256.clone());
        }
        let sha256 = sha256_of_file(&self.path).map_err(|e| e.to_string())?;
        locked(&self.state).sha256 = Some(sha256.clone());
        Ok(sha256)
    }
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
    pub fn new(options: Options, reader: Reader, clock: Clock) -> io::Result<Self> {
        let names = output::names(&options.films, &[&options.out]);
        let films = options.films.iter().zip(names).map(|(path, name)| Film {
            name,
            path: path.clone(),
            state: Mutex::default(),
        });
        let app = Self {
            films: films.collect(),
            clock,
            reader,
            version: AtomicU64::new(1),
            decoded: Mutex::default(),
            options,
        };
        for film in &app.films {
            // A film without results has no records, and one that is missing is refused later.
            let folder = app.options.out.join(&film.name);
            if folder.is_dir()
                && let Ok(sha256) = film.sha256()
            {
                let told = |why| io::Error::other(format!("{}: {why}", folder.display()));
                locked(&film.state).signed = store::load(&folder, &sha256).map_err(told)?;
            }
        }
        Ok(app)
    }

    /// Counted up whenever something changes.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// The mode of the page.
    pub(super) fn mode(&self) -> Mode {
        self.options.mode
    }

    fn now(&self, film: usize, progress: Progress) {
        locked(&self.films[film].state).progress = progress;
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    fn read(&self, i: usize) {
        self.now(i, Progress::Reading);
        let film = &self.films[i];
        let outcome = output::read_file(&self.reader, &film.path, &|| 0.0);
        let made = outcome.as_ref().ok().map(|reading| self.machine(&film.name, reading));
        let path = film.path.to_string_lossy().into_owned();
        let result = FilmResult { path, name: film.name.clone(), outcome };
        let kept = output::keep(result, &FolderSink::new(&self.options.out));
        let progress = match (kept.outcome, made) {
            (Ok(_), Some(Ok(machine))) => Progress::Read(Arc::new(machine)),
            (Err(failure), _) | (_, Some(Err(failure))) => Progress::Refused(failure),
            (Ok(_), None) => Progress::Refused(Failure::internal(&"a reading without a film")),
        };
        self.now(i, progress);
    }

    fn machine(&self, name: &str, film: &FilmReading) -> Result<Machine, Failure> {
        for layer in [Layer::Lungs, Layer::Heat] {
            let png = match layer {
                Layer::Lungs => lungs_layer(film, LAYER)?,
                Layer::Heat => heat_layer(film, LAYER)?,
            };
            let path = self.layer_file(name, layer);
            let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            folder
                .and_then(|()| koniscope::files::write_atomic(&path, &png))
                .map_err(|e| Failure::write(&e))?;
        }
        Ok(Machine {
            proposal: Proposal::of(&film.reading),
            centers: zone_centers(film),
            reading: film.reading.clone(),
        })
    }

    /// Layers lie beside the results in a hidden folder, and so many films cost no memory.
    fn layer_file(&self, name: &str, layer: Layer) -> PathBuf {
        let ending = if layer == Layer::Lungs { "lungs" } else { "heat" };
        self.options.out.join(".page").join(format!("{name}.{ending}.png"))
    }

    /// A layer of a film, where the mode lets it through.
    pub(super) fn layer(&self, film: &Film, layer: Layer) -> Option<Vec<u8>> {
        film.machine(self.mode())?;
        bytes_of(&self.layer_file(&film.name, layer), 64 << 20).ok()
    }

    /// The film for the screen.
    ///
    /// # Errors
    /// Why it cannot be decoded.
    pub(super) fn display(&self, film: usize) -> Result<Arc<Display>, String> {
        if let Some((_, display)) = locked(&self.decoded).iter().find(|(i, _)| *i == film) {
            return Ok(display.clone());
        }
        let decoded = Failure::caught(|| {
            let bytes = bytes_of(&self.films[film].path, self.reader.file_limit())?;
            let raw = koniscope::decode::decode(&bytes, &Default::default())?;
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
    pub(super) fn identity(&self, i: usize) -> Result<FilmIdentity, String> {
        let film = &self.films[i];
        let read = match &locked(&film.state).progress {
            Progress::Read(machine) => Some(machine.clone()),
            _ => None,
        };
        Ok(FilmIdentity {
            name: film.name.clone(),
            sha256: film.sha256()?,
            size: read.as_ref().map(|m| [m.reading.film.width, m.reading.film.height]),
            sop_instance_uid: read.and_then(|m| m.reading.film.sop_instance_uid.clone()),
        })
    }

    /// Keeps a record, if none was signed since the one before it.
    ///
    /// # Errors
    /// See [`NotKept`].
    pub(super) fn keep(&self, i: usize, signed: Signed) -> Result<(), NotKept> {
        let film = &self.films[i];
        let mut state = locked(&film.state);
        if signed.number as usize != state.signed.len() + 1 {
            return Err(NotKept::Overtaken);
        }
        let folder = self.options.out.join(&film.name);
        let kept = store::save(&folder, signed).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => NotKept::Overtaken,
            _ => NotKept::Disk(format!("cannot write into {}: {e}", folder.display())),
        })?;
        state.signed.push(kept);
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
    let app = app.clone();
    let work = move || {
        if let Err(e) = many::in_order(app.films.len(), |i| app.read(i)) {
            (0..app.films.len()).for_each(|i| app.now(i, Progress::Refused(Failure::internal(&e))));
        }
    };
    thread::Builder::new().name("reader".into()).spawn(work).map(drop)
}
