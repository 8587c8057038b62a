//! Forms on which a reader writes down what a film shows, and what is kept of them. Pure: no file, no
//! clock.
//!
//! [`niosh_2_8`] is the form of the ILO Classification, [`gbz70`] the one of GBZ 70-2015 beside it. A
//! [`Proposal`] fills both in from a reading of the program; every answer of it waits for a reader's
//! decision. [`signed`] is a form as signed, which never changes; [`axt`], [`table`] and
//! [`labels`] are its tables, [`consensus`] is what several readers come to.

pub mod axt;
pub mod consensus;
mod date;
pub mod gbz70;
pub mod labels;
pub mod niosh_2_8;
mod proposal;
pub mod signed;
pub mod table;
mod words;

pub use date::Date;
pub use proposal::{Decided, Decision, Decisions, Forms, Mark, Proposal};
