//! Films of two evaluations, matched.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path},
};

use serde::Serialize;

use crate::{
    Error,
    cases::{Recorded, Said},
};

/// Films of whom fewer patients have a label than this say nothing of how sure a difference is.
const FEWEST: usize = 2;

/// Films named in an error.
const NAMED: usize = 3;

/// By what films are matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    /// The picture's path, as the tables say it.
    #[default]
    Image,
    /// The picture's file name, without its folder.
    Name,
    /// The patient's id, each having one film.
    Patient,
}

/// A film that both read.
#[derive(Clone, Debug)]
pub(super) struct Pair<'a> {
    /// As A has it: its truth is that of B too.
    pub(super) film: &'a Recorded,
    /// What A and B said.
    pub(super) said: [&'a Said; 2],
}

/// A film that is in both evaluations, and was not read in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotRead {
    /// The picture.
    pub image: String,
    /// Why A did not read it; nothing where it did.
    pub a: Option<String>,
    /// Why B did not.
    pub b: Option<String>,
}

/// All films of two evaluations.
#[derive(Clone, Debug)]
pub(super) struct Matched<'a> {
    /// Those that both read, in the order of A.
    pub(super) pairs: Vec<Pair<'a>>,
    /// Those that are in A alone, and in B alone.
    pub(super) only: [Vec<String>; 2],
    /// Those that are in both, and were not read in both.
    pub(super) not_read: Vec<NotRead>,
    /// Sources that B calls otherwise.
    pub(super) renamed: bool,
}

/// Matches the films of A and B.
///
/// Labels that differ stop the comparison rather than being left out: they mean that the tables were
/// not the same, and which films are left out is then no accident.
///
/// # Errors
/// [`Error::Compare`] where a key stands for several films, no film is in both, labels or patients of
/// a film differ, or fewer than two patients have a film that both read and that has a label.
pub(super) fn matched<'a>(
    a: &'a [Recorded],
    b: &'a [Recorded],
    key: Key,
) -> Result<Matched<'a>, Error> {
    let (of_a, of_b) = (by_key(a, key, "A")?, by_key(b, key, "B")?);
    let only = |films: &'a [Recorded], others: &BTreeMap<String, &Recorded>| -> Vec<String> {
        let alone = films.iter().filter(|film| !others.contains_key(&key.of(film)));
        alone.map(|film| film.image.clone()).collect()
    };
    let both: Vec<(&Recorded, &Recorded)> =
        a.iter().filter_map(|film| Some((film, *of_b.get(&key.of(film))?))).collect();
    if both.is_empty() {
        return Err(nothing(a, b, key));
    }
    same_truth(&both)?;
    let mut matched = Matched {
        pairs: Vec::new(),
        only: [only(a, &of_b), only(b, &of_a)],
        not_read: Vec::new(),
        renamed: both.iter().any(|(a, b)| a.source != b.source),
    };
    for (a, b) in both {
        match (&a.outcome, &b.outcome) {
            (Ok(of_a), Ok(of_b)) => matched.pairs.push(Pair { film: a, said: [of_a, of_b] }),
            (of_a, of_b) => matched.not_read.push(NotRead {
                image: a.image.clone(),
                a: of_a.as_ref().err().cloned(),
                b: of_b.as_ref().err().cloned(),
            }),
        }
    }
    let labeled = matched.pairs.iter().filter(|pair| !pair.film.truth.is_empty());
    let patients: BTreeSet<String> = labeled.map(|pair| pair.film.patient_key()).collect();
    if patients.len() < FEWEST {
        return Err(Error::Compare(format!(
            "of {} films in both evaluations, {} were read by both, and {} patients have one of them \
             with a label (disease, stage or zones); {FEWEST} at least were expected. Evaluate more \
             films with both",
            matched.pairs.len() + matched.not_read.len(),
            matched.pairs.len(),
            patients.len()
        )));
    }
    Ok(matched)
}

impl Key {
    fn of(self, film: &Recorded) -> String {
        let path = Path::new(&film.image);
        match self {
            Self::Image => {
                let parts = path.components().filter(|part| *part != Component::CurDir);
                parts.collect::<std::path::PathBuf>().to_string_lossy().into_owned()
            }
            Self::Name => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
            Self::Patient => film.patient.clone(),
        }
    }
}

fn by_key<'a>(
    films: &'a [Recorded],
    key: Key,
    who: &str,
) -> Result<BTreeMap<String, &'a Recorded>, Error> {
    let mut by_key: BTreeMap<String, &Recorded> = BTreeMap::new();
    for film in films {
        if let Some(first) = by_key.insert(key.of(film), film) {
            return Err(Error::Compare(format!(
                "two films of {who} are one by --key {}: {} and {}. Match them by {}",
                key.word(),
                first.image,
                film.image,
                if key == Key::Image { "tables that name each once" } else { "--key image" }
            )));
        }
    }
    Ok(by_key)
}

fn nothing(a: &[Recorded], b: &[Recorded], key: Key) -> Error {
    let remedy = match key {
        Key::Image => "where folders alone differ, --key name matches them by file name",
        Key::Name | Key::Patient => "evaluate both on the same films",
    };
    let first = |films: &[Recorded]| films.first().map(|film| key.of(film)).unwrap_or_default();
    Error::Compare(format!(
        "no film stands in both evaluations by --key {}: A begins with {}, B with {}; {remedy}",
        key.word(),
        first(a),
        first(b)
    ))
}

/// Labels, patient and origin of each film, which must be the same.
fn same_truth(both: &[(&Recorded, &Recorded)]) -> Result<(), Error> {
    let differing: Vec<String> = both
        .iter()
        .filter_map(|(a, b)| Some(format!("{} ({})", a.image, difference(a, b)?)))
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    let more = match differing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(Error::Compare(format!(
        "{} of {} films are labeled otherwise in B than in A: {}{more}. Evaluate both with the same \
         table and --label; films that were read are not read again",
        differing.len(),
        both.len(),
        differing[..differing.len().min(NAMED)].join(", ")
    )))
}

fn difference(a: &Recorded, b: &Recorded) -> Option<String> {
    let said = |value: Option<String>| value.unwrap_or_else(|| "none".into());
    let differ = |what: &str, a: Option<String>, b: Option<String>| {
        (a != b).then(|| format!("{what} {} in A, {} in B", said(a), said(b)))
    };
    let zones = |film: &Recorded| film.truth.zones.map(|z| z.map(|g| g.to_string()).join(" "));
    differ(
        "disease",
        a.truth.disease.map(|d| u8::from(d).to_string()),
        b.truth.disease.map(|d| u8::from(d).to_string()),
    )
    .or_else(|| {
        let stage = |film: &Recorded| film.truth.stage.map(|s| s.to_string());
        differ("stage", stage(a), stage(b))
    })
    .or_else(|| differ("zones", zones(a), zones(b)))
    // Who the patient is stands in no message.
    .or_else(|| (a.patient != b.patient).then(|| "another patient".into()))
    .or_else(|| (a.simulated != b.simulated).then(|| "simulated in one alone".into()))
}

impl Key {
    /// As the command line has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Name => "name",
            Self::Patient => "patient",
        }
    }
}
