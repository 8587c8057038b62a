//! What a recipe says of its parts.

use serde::{Deserialize, Serialize};

use crate::LabeledRow;

/// How patients are assigned to parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitRecipe {
    /// Folds that patients are assigned to, at least 3.
    pub folds: usize,
    /// The fold that is tested on; the next one tunes.
    pub fold: usize,
    /// Seed of the assignment, and of the intervals of scores.
    pub seed: u64,
    /// Column of the table that holds each film's fold, 0 to `folds - 1`: patients were assigned
    /// before, as for several networks on the same folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// Films of a set that are only measured on, as those whose licence forbids some uses of what is
/// made from them, or a hospital kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestOnly {
    /// The set.
    pub set: String,
    /// Column whose value excepts a film from this rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Values that do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

impl TestOnly {
    /// Whether a film falls under this rule.
    pub fn holds(&self, row: &LabeledRow) -> bool {
        let value = self.column.as_ref().and_then(|column| row.fields.get(column));
        row.set == self.set && !value.is_some_and(|v| self.except.contains(v))
    }
}
