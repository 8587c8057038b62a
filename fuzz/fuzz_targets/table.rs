//! Bytes as a table of labels, and as a mask: without a panic.
#![no_main]

use std::path::Path;

use koniscope_data::{
    mask::Mask,
    table::{Table, no_formula, of_no_formula, whole},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mask) = Mask::of_bytes(bytes) {
        assert_eq!(mask.labels.len(), mask.width * mask.height);
    }
    let Ok(table) = Table::parse(Path::new("labels.csv"), bytes) else { return };
    let _ = table.require(["image", "patient_id"]);
    for row in table.rows() {
        for (name, cell) in row.cells() {
            assert_eq!(row.cell(name), cell);
            assert_eq!(of_no_formula(&no_formula(cell)), cell);
            let _ = whole(cell);
        }
    }
});
