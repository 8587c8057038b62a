//! Form CDC/NIOSH 2.8, *Chest radiograph classification*: its fields in order, and its rules.
//!
//! A field has a value or none; nothing is answered by default. [`Form::is_open`] says which fields
//! may be answered as the others stand, [`Form::settled`] erases those that may not, and
//! [`Form::faults`] what is wanting before a form can be signed. The rules are those that NIOSH's
//! BViewer enforces, and where they are stricter those of the ILO's guidelines of 2022.

mod answers;
mod field;
mod form;
mod rules;

pub use answers::{
    Defect, Disorder, Extent, Grade, ReportKind, Revision, Sides, Symbol, TypeOfReading, Width,
};
pub use field::{Field, Section};
pub use form::{
    BySide, Form, Heading, ImageQuality, Plaques, Reader, SmallOpacities, Thickening,
    ThickeningSites, WallSites,
};
pub use rules::{Fault, Rule};

#[cfg(test)]
pub(crate) use rules::tests::full as full_form;
