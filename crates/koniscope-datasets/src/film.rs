//! What an adapter says of a set, before anything is written.

use std::{collections::BTreeMap, path::PathBuf};

/// Column that says where a film's labels come from, if from its readers.
pub(crate) const LABELS_FROM: &str = "labels_from";

/// A film of a set. Paths are those of a [`Folder`](crate::folder::Folder)'s list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// The picture.
    pub picture: Picture,
    /// Whose it is; unique within the set.
    pub patient_id: String,
    /// Its lungs, where the set has them.
    pub mask: Option<Mask>,
    /// Labels and whatever else is known, by the columns of the [`Set`](crate::Set). What is not
    /// known is absent.
    pub cells: BTreeMap<&'static str, String>,
    /// What its readers say, by columns as `reader_B1_ilo_profusion`.
    pub readers: BTreeMap<String, String>,
}

/// Where a film's pixels are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A DICOM, PNG, JPEG or TIFF file.
    File(PathBuf),
    /// JSRT's raw file; written as PNG of 16 bits.
    JsrtRaw(PathBuf),
}

/// Where a film's lungs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// A mask as tables of labels may have it: 0 background, 255 lung.
    File(PathBuf),
    /// A picture a lung, in any order; written as one label map.
    TwoLungs([PathBuf; 2]),
}

/// All that was found of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Films in the table's order.
    pub films: Vec<Film>,
    /// Tables and texts that were read.
    pub read: Vec<PathBuf>,
    /// Rows without a film and films that cannot be used: which and why.
    pub left_out: Vec<String>,
    /// Films that were kept although something of them is missing: which and what.
    pub notes: Vec<String>,
}

impl Film {
    /// A film with nothing but its file and patient.
    pub(crate) fn new(picture: PathBuf, patient_id: impl Into<String>) -> Self {
        Self {
            picture: Picture::File(picture),
            patient_id: patient_id.into(),
            mask: None,
            cells: BTreeMap::new(),
            readers: BTreeMap::new(),
        }
    }

    /// Fills a cell; an empty value is none.
    pub(crate) fn set(&mut self, column: &'static str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.cells.insert(column, value);
        }
    }

    /// What a reader says of a column, in a column of his own; its labels are then made of what
    /// readers say.
    pub(crate) fn set_read(&mut self, reader: &str, column: &str, value: impl Into<String>) {
        self.readers.insert(format!("reader_{reader}_{column}"), value.into());
        self.set(LABELS_FROM, "readers");
    }
}

impl Picture {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::File(path) | Self::JsrtRaw(path) => path,
        }
    }
}

impl Mask {
    /// The files.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::File(path) => std::slice::from_ref(path),
            Self::TwoLungs(paths) => paths,
        }
    }
}
