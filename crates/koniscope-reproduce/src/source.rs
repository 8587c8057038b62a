//! Where the films come from: a table that is there, or a simulation into the folder.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use koniscope::{Radiograph, Reader, model::Device, reader::load_reader};
use koniscope_simulate::{
    Options as Simulation, pattern,
    run::{Format, Source as From, TRUTH_FILE},
    simulate,
};

use crate::{Error, Settings, Source, Watch};

/// Folder of simulated films, in the experiment's.
pub(crate) const SIMULATED: &str = "simulated";

/// Tables looked for in a folder of films, in order.
const TABLES: [&str; 2] = ["labels.csv", TRUTH_FILE];

impl Source {
    /// Films to be simulated; nothing where they are there.
    pub(crate) fn simulated(&self) -> Option<usize> {
        match self {
            Self::Films { .. } => None,
            Self::Onto { count, .. } | Self::Phantoms { count, .. } => Some(*count),
        }
    }

    /// The table of films: given, or to be simulated in `out`.
    ///
    /// # Errors
    /// [`Error::Films`] if the folder has none.
    pub(crate) fn table(&self, out: &Path) -> Result<PathBuf, Error> {
        let Self::Films { folder } = self else {
            return Ok(out.join(SIMULATED).join(TRUTH_FILE));
        };
        let found = TABLES.into_iter().map(|name| folder.join(name)).find(|path| path.is_file());
        found.ok_or_else(|| {
            Error::films(
                folder,
                format!(
                    "neither {} in it. For normal films without labels, simulate onto them: \
                     --onto {}",
                    TABLES.join(" nor "),
                    folder.display()
                ),
            )
        })
    }
}

/// Simulates the films; those that an earlier run made are kept.
///
/// # Errors
/// [`Error::Simulate`], or [`Error::Films`] if none could be made.
pub(crate) fn make(
    settings: &Settings,
    models: &Path,
    out: &Path,
    watch: &dyn Watch,
) -> Result<(), Error> {
    let (count, source) = match &settings.source {
        Source::Films { .. } => return Ok(()),
        Source::Phantoms { count, size } => (*count, From::Phantoms { size: *size }),
        Source::Onto { folder, wanted, count } => {
            (*count, From::Films { folder: folder.clone(), wanted: wanted.clone() })
        }
    };
    let simulation = Simulation {
        count,
        seed: settings.seed,
        out: out.join(SIMULATED),
        source,
        wishes: pattern::Wishes::default(),
        format: Format::Png,
    };
    // Loaded for the first film without a mask.
    let reader: OnceLock<Result<Reader, koniscope::Error>> = OnceLock::new();
    let lungs = |film: Radiograph| {
        let reader = reader.get_or_init(|| load_reader(models, &Device::cpu(), None));
        reader.as_ref().map_err(Clone::clone)?.find_lungs(film, &mut Vec::new())
    };
    watch.films(count);
    let summary = simulate(&simulation, Some(&lungs), &|| watch.film())?;
    for (film, reason) in &summary.failures {
        watch.note(&format!("not simulated: {film}: {reason}"));
    }
    if summary.films == 0 {
        let table = simulation.out.join(TRUTH_FILE);
        return Err(Error::films(&table, "no film could be simulated; see the reasons above"));
    }
    Ok(())
}
