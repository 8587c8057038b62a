//! Public sets of chest radiographs, as downloaded, to one `labels.csv`.
//!
//! A folder is listed ([`folder`]); the set's adapter ([`sets`]) says which films there are, whose,
//! and what their labels are ([`film`]), without writing anything; [`run`] then writes what no
//! reader could take as it is (raw films, the two lungs of a mask) and the table.
//!
//! Films are copied nowhere and sent nowhere. Each set has a licence of its own, which the adapter
//! names; the labels are those of the set, not of this project.

mod error;
mod files;
pub mod film;
pub mod folder;
mod pictures;
pub mod run;
pub mod sets;
mod table;
#[cfg(test)]
mod testing;

pub use error::Error;
pub use run::{Summary, write_labels};
pub use sets::Set;
