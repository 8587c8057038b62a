//! Columns of readers, and their consensus.

use super::{consensus, *};
use crate::{
    cases::{Case, Origin},
    truth::tests::row,
};

#[test]
fn columns_are_those_of_labels_after_the_reader_s_name() {
    let zones = koniscope::zones::Zone::NAMES.map(|zone| format!("reader_A_{zone}"));
    let mut fields: Vec<(&str, &str)> = zones.iter().map(|c| (c.as_str(), "2")).collect();
    fields.extend([
        ("upper", ""),
        ("reader_Dr. B_2_ilo_profusion", "1/0"),
        ("reader_C_pneumoconiosis", "no"),
        ("reader_D_stage", ""),
        ("reader_1", "B1:0/1"),
        ("reader_id", "7"),
        ("reader_A_upper", "x"),
    ]);
    let row = row(&fields);
    let said = of(&row, None).unwrap();
    assert_eq!(said.keys().collect::<Vec<_>>(), ["A", "C", "Dr. B_2"]);
    // Six zones of profusion 2 are stage II by the rule.
    assert_eq!((said["A"].zones, said["A"].stage), (Some([2; 6]), Some(2)));
    assert_eq!((said["Dr. B_2"].ilo, said["Dr. B_2"].disease), (Some(3), Some(true)));
    assert_eq!((said["C"].disease, said["C"].stage), (Some(false), None));
    assert_eq!(unknown(&row, None).collect::<Vec<_>>(), ["reader_1", "reader_id"]);
}

#[test]
fn another_label_is_read_of_its_own_column_or_of_a_list_of_findings() {
    let fields = [
        ("ILD", "1"),
        ("Nodule_Mass", "0"),
        ("reader_R1_findings", "Nodule_Mass|ILD"),
        ("reader_R2_findings", "Nodule_Mass"),
        ("reader_R3_findings", "Nodule_Mass"),
        ("reader_R3_ILD", "1"),
        ("reader_R4_stage", "II"),
    ];
    let said = of(&row(&fields), Some("ILD")).unwrap();
    let disease = ["R1", "R2", "R3", "R4"].map(|name| said[name].disease);
    assert_eq!(disease, [Some(true), Some(false), Some(true), None]);
    // Nothing of it is said of pneumoconiosis, nor of a label that the film was not asked about.
    assert_eq!(of(&row(&fields[..3]), None).unwrap(), Said::new());
    assert_eq!(
        of(&row(&[("ILD", ""), ("reader_R1_findings", "ILD")]), Some("ILD")).unwrap(),
        Said::new()
    );
    // A label that readers alone have.
    let readers_alone = [("reader_A_tb", "1"), ("reader_B_tb", "1")];
    let case = Case::of(row(&readers_alone), Some("tb")).unwrap();
    assert_eq!((case.truth.disease, case.origin), (Some(true), Origin::Consensus));
    assert!(
        Case::of(row(&readers_alone), Some("sarcoid")).unwrap_err().contains("no column sarcoid")
    );
}

#[test]
fn faults_name_the_reader_the_column_and_what_was_expected() {
    let fault = |fields: &[(&str, &str)]| Case::of(row(fields), None).unwrap_err();
    for (fields, said) in [
        (
            vec![("reader_A_stage", "IV")],
            "reader A (columns reader_A_...): column stage holds \"IV\"; 0, I",
        ),
        (
            vec![("reader_A_right_upper", "1")],
            "reader A (columns reader_A_...): 1 of the six columns",
        ),
        (vec![("reader_B_ilo_profusion", "10")], "column ilo_profusion holds \"10\"; one of 0/-"),
        (
            vec![("reader_B_pneumoconiosis", "maybe")],
            "column pneumoconiosis holds \"maybe\"; 1, yes",
        ),
        (
            vec![("reader_A_pneumoconiosis", "0"), ("reader_A_stage", "II")],
            "its column pneumoconiosis says 0, its stage is II",
        ),
        (
            vec![("x", ""), ("reader_A_findings", "x|ILDD")],
            "column reader_A_findings holds \"x|ILDD\"; names of columns of the table",
        ),
        (vec![("stage", "I"), ("labels_from", "us")], "column labels_from holds \"us\"; readers"),
    ] {
        let fault = fault(&fields);
        assert!(fault.contains(said), "{fault}");
    }
}

#[test]
fn a_consensus_is_the_median_and_none_where_a_disease_is_tied() {
    for (grades, ordered, disease) in [
        (vec![], None, None),
        (vec![1], None, None),
        (vec![0, 1], Some(0), None),
        (vec![1, 1], Some(1), Some(1)),
        (vec![1, 0, 1], Some(1), Some(1)),
        (vec![0, 1, 0, 0], Some(0), Some(0)),
    ] {
        assert_eq!(consensus::grade(grades.clone(), Scale::Stage), ordered, "{grades:?}");
        assert_eq!(consensus::grade(grades.clone(), Scale::Disease), disease, "{grades:?}");
    }
    assert_eq!(consensus::grade(vec![3, 0, 1], Scale::Stage), Some(1));
    assert_eq!(consensus::grade(vec![0, 3, 0, 3, 2], Scale::Stage), Some(2));
    assert_eq!(consensus::grade(vec![2, 5], Scale::Ilo), Some(3));
}

#[test]
fn a_film_without_labels_takes_its_readers_consensus_and_any_label_stands() {
    let readers = [("reader_A_stage", "I"), ("reader_B_stage", "II"), ("reader_C_stage", "II")];
    let of = |more: &[(&str, &str)]| {
        let case = Case::of(row(&[&readers[..], more].concat()), None).unwrap();
        (case.truth.stage, case.truth.disease, case.origin)
    };
    assert_eq!(of(&[]), (Some(2), Some(true), Origin::Consensus));
    assert_eq!(of(&[("stage", "0")]), (Some(0), Some(false), Origin::Table));
    assert_eq!(of(&[("pneumoconiosis", "1")]), (None, Some(true), Origin::Table));
    let made = [("pneumoconiosis", "1"), ("labels_from", "readers")];
    assert_eq!(of(&made), (None, Some(true), Origin::Readers));
    let tied = Case::of(row(&[("reader_A_stage", "0"), ("reader_B_stage", "I")]), None).unwrap();
    assert_eq!((tied.truth.stage, tied.truth.disease), (Some(0), None));
    let alone = Case::of(row(&readers[..1]), None).unwrap();
    assert!(alone.truth.is_empty() && alone.readers.len() == 1);
}
