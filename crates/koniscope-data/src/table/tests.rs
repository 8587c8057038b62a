use super::*;

fn read(text: impl AsRef<[u8]>) -> Result<Table, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    Table::read(&path).map_err(|e| e.to_string())
}

fn cells(table: &Table) -> Vec<Vec<(&str, &str)>> {
    table.rows().map(|row| row.cells().collect()).collect()
}

#[test]
fn tables_of_other_programs_hold_the_same_cells() {
    let expected = [[("image", "a, b.png"), ("stage", "1")], [("image", "c.png"), ("stage", "")]];
    for (program, text) in [
        ("plain", "image,stage\n\"a, b.png\",1\nc.png,\n"),
        ("byte order mark, CRLF", "\u{feff}image, stage \r\n\"a, b.png\",1\r\nc.png,\r\n"),
        ("pandas", ",image,stage\n0,\"a, b.png\",1\n1,c.png,\n"),
        ("Excel, semicolons", "image;stage\r\na, b.png;1\r\nc.png;\r\n"),
        ("Excel, tabs", "image\tstage\na, b.png\t1\nc.png\t\n"),
        ("rows that end with commas", "image,stage\n\"a, b.png\",1,\nc.png,,,\n"),
        ("a heading that does too", "image,stage,,\n\"a, b.png\",1,,\nc.png,,\n"),
        ("empty rows at the end", "image,stage\n\"a, b.png\",1\nc.png,\n,\n\n,,\n"),
    ] {
        assert_eq!(cells(&read(text).expect(program)), expected, "{program}");
    }
    assert_eq!(read("image\na\n").unwrap().rows().count(), 1);
}

#[test]
fn faults_name_line_and_expectation() {
    for (text, said) in [
        ("a,b\n1,2\n3\n", "line 3: it has 1 fields, the heading 2"),
        ("a,b\n1,2,3\n", "line 2: it has 3 fields, the heading 2"),
        ("a,b,a\n1,2,3\n", "line 1: the column a is given twice"),
        ("a;b;a\n1;2;3\n", "line 1: the column a is given twice"),
        ("", "it is empty"),
        (",,\n1,2,3\n", "it is empty"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains("t.csv") && error.contains(said), "{text:?}: {error}");
    }
    assert!(read(b"a,b\n\xe9,1\n").unwrap_err().contains("UTF-8"));
    assert!(read(b"\xff\xfea\0,\0").unwrap_err().contains("UTF-16"));
    assert!(Table::read(Path::new("no/such.csv")).unwrap_err().to_string().contains("such.csv"));
}

#[test]
fn what_is_required_is_there() {
    let table = read("a,b\n1,2\n").unwrap();
    table.require(["a", "b"]).unwrap();
    let error = table.require(["a", "c"]).unwrap_err().to_string();
    assert!(error.contains("line 1: no column c; it has a, b"), "{error}");
    let error = read("a,b\n").unwrap().require(["a"]).unwrap_err().to_string();
    assert!(error.contains("no rows"), "{error}");
    let error = table.rows().next().unwrap().needed("c").unwrap_err().to_string();
    assert!(error.contains("line 2: the column c is empty"), "{error}");
}

#[test]
fn rows_of_public_sets_may_be_ragged() {
    let table = Table::parse(Path::new("t.csv"), b"a,b\n1\n1,2,3\n").unwrap();
    let rows: Vec<_> = table.rows().map(|row| (row.cell("a"), row.filled("b"))).collect();
    assert_eq!(rows, [("1", None), ("1", Some("2"))]);
}

#[test]
fn whole_numbers_as_pandas_writes_them() {
    let cases =
        [("1", Some(1)), ("1.0", Some(1)), ("12.00", Some(12)), ("0", Some(0)), ("1.", Some(1))];
    let none = ["1.5", "", "1,0", "-1", "+1", ".0", "1e0", "I", "1.0.0"];
    for (cell, number) in cases.into_iter().chain(none.map(|cell| (cell, None))) {
        assert_eq!(whole(cell), number, "{cell}");
    }
}

#[test]
fn no_cell_is_a_formula_and_all_come_back() {
    for (cell, written) in [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-a.png", "'-a.png"),
        ("-1.5", "-1.5"),
        ("+1e3", "+1e3"),
        ("a=b", "a=b"),
        ("'=x", "''=x"),
        ("'quoted", "'quoted"),
        ("", ""),
    ] {
        assert_eq!(no_formula(cell), written);
        assert_eq!(of_no_formula(written), cell);
    }
}
