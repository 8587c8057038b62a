use koniscope::{quality::Flag, report::Failure};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};

use super::*;
use crate::{
    cases::{Answer, Case},
    overlap::Overlap,
    truth::{Truth, tests::row},
};

fn film(truth: Truth, outcome: Result<Answer, Failure>) -> EvaluatedCase {
    let origin = crate::cases::Origin::Table;
    let readers = Default::default();
    EvaluatedCase { case: Case { row: row(&[]), truth, origin, readers, simulated: true }, outcome }
}

fn answer(overlap: Option<Result<Overlap, String>>) -> Answer {
    Answer {
        probability: 0.1 + 0.2,
        stages: Some([0.7, 0.1, 0.1, 0.1]),
        stage: Some(0),
        zones: Some([0, 1, 2, 3, 0, 1]),
        flags: vec![Flag::Inverted, Flag::NoSpacing],
        overlap,
        ..Answer::default()
    }
}

/// Films with everything, with next to nothing, with a mask that is none, and unread.
fn films() -> Vec<EvaluatedCase> {
    let overlap = Overlap {
        dice: 0.9,
        dice_right: 0.8,
        dice_left: 1.0,
        jaccard: 0.9 / 1.1,
        hausdorff_px: Some(2.5),
        hausdorff_mm: None,
    };
    let known =
        Truth { disease: Some(true), stage: Some(2), zones: Some([1; 6]), ..Truth::default() };
    let mut bare = answer(None);
    (bare.stages, bare.stage, bare.zones, bare.flags) = (None, None, None, Vec::new());
    let failure = Failure { kind: "damaged".into(), message: "a \"quote\", and\na line".into() };
    vec![
        film(known, Ok(answer(Some(Ok(overlap))))),
        film(Truth { disease: Some(false), ..Truth::default() }, Ok(bare)),
        film(known, Ok(answer(Some(Err("mask.png: no picture".into()))))),
        film(Truth::default(), Err(failure)),
    ]
}

#[test]
fn parquet_holds_what_the_csv_holds() {
    let films = films();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PARQUET_FILE);
    std::fs::write(&path, parquet(&films).unwrap()).unwrap();
    let file = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    let said = file.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(said[0].value.as_deref().unwrap().contains("Research use only"));

    let table = csv(&films).unwrap();
    let mut table = csv::Reader::from_reader(&table[..]);
    let names: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    let cells: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let rows: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!((names.len(), cells.len(), rows.len()), (31, 4, 4));
    let mut nulls = 0;
    for (row, cells) in rows.iter().zip(&cells) {
        for ((name, field), (column, cell)) in row.get_column_iter().zip(names.iter().zip(cells)) {
            assert_eq!(name, column);
            // To the last digit: both are the shortest text that gives the number back.
            let text = match field {
                Field::Null => {
                    nulls += 1;
                    String::new()
                }
                Field::Str(text) => text.clone(),
                Field::Double(number) => number.to_string(),
                Field::Int(number) => number.to_string(),
                Field::Bool(yes) => u8::from(*yes).to_string(),
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(text, cell, "{name}");
        }
    }
    // Of the first film hausdorff_95_mm, mask_error and error are unknown; of the last all but five.
    assert!(nulls > 3 + 26, "{nulls}");
}

#[test]
fn columns_have_the_types_of_what_they_hold() {
    let columns = columns(&films());
    let of = |name: &str| &columns.iter().find(|column| column.name == name).unwrap().values;
    assert!(
        matches!(of("label"), Values::Yes(v) if *v == [Some(true), Some(false), Some(true), None])
    );
    assert!(matches!(of("right_upper"), Values::Whole(v) if *v == [Some(1), None, Some(1), None]));
    assert!(matches!(of("dice"), Values::Number(v) if *v == [Some(0.9), None, None, None]));
    let words = ["inverted no_spacing", "", "inverted no_spacing"].map(|w| Some(w.to_owned()));
    assert!(matches!(of("flags"), Values::Text(v) if v[..3] == words && v[3].is_none()));
}
