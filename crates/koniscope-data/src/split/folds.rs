//! The fold of each patient.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Error, LabeledRow, table::whole};

/// Assigns the patients of each stratum (set and class) to `folds` folds, 1 at least, in an order
/// that depends on the seed and the patient alone: each patient's fold, by
/// [`LabeledRow::patient_key`]. A patient's stratum is that of the first film.
pub fn assign_folds<'a>(
    rows: impl IntoIterator<Item = &'a LabeledRow>,
    folds: usize,
    seed: u64,
) -> BTreeMap<String, usize> {
    let mut strata: BTreeMap<(String, Option<usize>), Vec<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let patient = row.patient_key();
        if seen.insert(patient.clone()) {
            strata.entry((row.set.clone(), row.class)).or_default().push(patient);
        }
    }
    let mut fold_of = BTreeMap::new();
    let mut next = 0;
    for patients in strata.values_mut() {
        patients.sort_by_key(|p| (mix(hash(p) ^ mix(seed)), p.clone()));
        for patient in patients.iter() {
            // Strata go on where the one before ended, so that small ones do not all end in the
            // first fold.
            fold_of.insert(patient.clone(), next % folds);
            next += 1;
        }
    }
    fold_of
}

/// Each patient's fold by a column of the table, by [`LabeledRow::patient_key`].
///
/// # Errors
/// [`Error::Split`] if a film's table has no such column, it holds no fold, or another fold than for a
/// film of the same patient.
pub fn predefined_folds(
    rows: &[LabeledRow],
    column: &str,
    folds: usize,
) -> Result<BTreeMap<String, usize>, Error> {
    let mut fold_of = BTreeMap::new();
    for row in rows {
        let fault = |detail: String| Error::Split { film: row.image.clone(), detail };
        let cell = row.fields.get(column).map(String::as_str).ok_or_else(|| {
            fault(format!("its table has no column {column}, which split.column names"))
        })?;
        let fold = whole(cell).and_then(|fold| usize::try_from(fold).ok());
        let fold = fold.filter(|fold| *fold < folds).ok_or_else(|| {
            fault(format!("column {column} holds {cell:?}; 0 to {} was expected", folds - 1))
        })?;
        let patient = row.patient_key();
        if fold_of.get(&patient).is_some_and(|before| *before != fold) {
            return Err(fault(format!(
                "column {column} holds {fold}, and another for a film of the same patient, {}",
                row.patient
            )));
        }
        fold_of.insert(patient, fold);
    }
    Ok(fold_of)
}

/// A number for a text, the same on every machine (FNV-1a).
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// One step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): neighbors in, strangers out.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a's own test vector, and the first output of SplitMix64 from a seed of 0.
    #[test]
    fn both_numbers_are_those_published() {
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }
}
