use crate::{gzip, numbers, read, read_with, refuse, refuse_with};
use ae_data::{Dataset, SourceOptions};

/// The columns that are learnt from.
fn names(dataset: &Dataset) -> Vec<&str> {
    let columns = dataset.layout.schema().unwrap().columns.iter();
    let learnt = columns.filter(|column| column.kind.cells() > 0);
    learnt.map(|column| column.name.as_str()).collect()
}

fn with_header(header: bool) -> SourceOptions {
    SourceOptions {
        header: Some(header),
        ..SourceOptions::default()
    }
}

/// Reads a table that must have these columns and numbers.
fn expect(text: &str, columns: &[&str], values: &[f32]) -> Dataset {
    let table = read("t.csv", text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(names(&table), columns, "{text:?}");
    assert_eq!(numbers(&table), values, "{text:?}");
    table
}

#[test]
fn any_line_end_and_a_byte_order_mark() {
    for text in [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4",
        "a,b\r1,2\r3,4\r",
        "\u{feff}a,b\n1,2\n3,4",
    ] {
        expect(text, &["a", "b"], &[1.0, 2.0, 3.0, 4.0]);
    }
}

#[test]
fn spaces_after_commas_belong_to_nothing() {
    expect(
        "temp, hum\n1, 2\n3 ,\t4\n",
        &["temp", "hum"],
        &[1.0, 2.0, 3.0, 4.0],
    );
}

#[test]
fn the_delimiter_is_found_beside_commas_in_quotes() {
    let options = SourceOptions {
        exclude: vec!["tag".to_owned()],
        ..SourceOptions::default()
    };
    let text = "id;v;tag\n1;2.5;\"a,b\"\n2;3.5;\"c,d\"\n";
    let table = read_with("t.csv", text.as_bytes(), &options).unwrap();
    assert_eq!(names(&table), ["v"], "`id` is carried along");
    assert_eq!(numbers(&table), [2.5, 3.5]);
    for delimiter in ['\t', ';', '|', ','] {
        let text = "a,b,c\n1,2,3\n4,5,6\n".replace(',', &delimiter.to_string());
        expect(&text, &["a", "b", "c"], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }
}

#[test]
fn a_first_line_of_numbers_is_data_unless_the_user_says_otherwise() {
    let table = expect(
        "1,2\n3,4\n5,6\n",
        &["x0", "x1"],
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    );
    assert!(table.warnings[0].starts_with("t.csv: the first line is all numbers"));
    let years = read_with("t.csv", b"2019,2020\n1,2\n3,2.5\n", &with_header(true)).unwrap();
    assert_eq!((names(&years), years.rows), (vec!["2019", "2020"], 2));
    assert!(years.warnings.is_empty());
    let (message, _) = refuse_with("t.csv", b"a,b\n1,2\n3,4\n", &with_header(false));
    assert_eq!(message, "t.csv: line 1, column `x0`: `a` is not a number");
}

#[test]
fn a_delimiter_at_the_end_of_the_line_begins_no_column() {
    expect(
        "A|B|C|\n1|2|3|\n4|5|6|\n",
        &["A", "B", "C"],
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    );
    expect(
        "a,b,c\n1,2,3,\n4,5,6,\n",
        &["a", "b", "c"],
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    );
}

#[test]
fn a_column_that_counts_the_rows_is_left_out() {
    let table = expect(",x\n0,1.5\n1,2.5\n2,0.5\n", &["x"], &[1.5, 2.5, 0.5]);
    assert_eq!(
        table.warnings,
        ["t.csv: the first column has no name and counts the rows: left out"]
    );
    let table = expect(
        ",x\n7,1.5\n3,2.5\n",
        &["column 1", "x"],
        &[7.0, 1.5, 3.0, 2.5],
    );
    assert!(table.warnings[0].contains("it is called `column 1`"));
}

#[test]
fn a_column_may_turn_fractional_late() {
    let text = format!("v,w\n{}0.5,1\n", "0,1\n".repeat(300));
    let table = read("t.csv", text.as_bytes()).unwrap();
    assert_eq!(table.value(300, 0), 0.5);
}

#[test]
fn labels_come_from_a_column() {
    let options = SourceOptions {
        label: Some("kind".to_owned()),
        ..SourceOptions::default()
    };
    let table = read_with(
        "t.csv",
        b"a,kind,b\n1,pear,2\n3,fig,4\n5,pear,6\n",
        &options,
    )
    .unwrap();
    assert_eq!(names(&table), ["a", "b"]);
    let labels = table.labels.unwrap();
    assert_eq!(
        (labels.ids.as_slice(), labels.names.as_slice()),
        (&[1, 0, 1][..], &["fig".to_owned(), "pear".to_owned()][..])
    );
    let numbered = read_with("t.csv", b"a,kind\n1,10\n3,9\n", &options)
        .unwrap()
        .labels
        .unwrap();
    assert_eq!(numbered.names, ["9", "10"], "numbers are sorted as numbers");
    let options = SourceOptions {
        label: Some("knd".to_owned()),
        ..SourceOptions::default()
    };
    let (message, hint) = refuse_with("t.csv", b"a,kind\n1,2\n2,1\n", &options);
    assert_eq!(message, "t.csv: no column `knd` to take labels from");
    assert_eq!(hint, "did you mean `kind`? columns: a, kind");
}

#[test]
fn cells_that_are_no_finite_numbers_are_placed() {
    for (text, expected) in [
        (
            "a,b\n1,inf\n2,3\n",
            "line 2, column `b`: `inf`, where a finite number was expected",
        ),
        (
            "a,b\n1,2\n3,1e400\n",
            "line 3, column `b`: `1e400` is beyond what a 32-bit number holds (3.4e38)",
        ),
        (
            "a,b\n1,2\n3,1e39\n",
            "line 3, column `b`: `1e39` is beyond what a 32-bit number holds (3.4e38)",
        ),
        (
            "a,b\n1,2\n\n3,x1\n4,5\n",
            "line 4, column `b`: `x1` is not a number",
        ),
        (
            "a,b\r1,2\r3,x1\r5,4\r",
            "line 3, column `b`: `x1` is not a number",
        ),
        (
            "a,b\n\"1,234\",5\n\"12,000\",6\n",
            "line 2, column `a`: `1,234` is not a number",
        ),
        (
            "x;y\n1.234,56;2\n1.5;2\n",
            "line 2, column `x`: `1.234,56` is not a number",
        ),
        (
            "t,h\ndegC,pct\n20,40\n21,41\n",
            "line 2, column `t`: `degC` is not a number",
        ),
    ] {
        let (message, hint) = refuse("t.csv", text.as_bytes());
        assert_eq!(message, format!("t.csv: {expected}"));
        assert!(!hint.is_empty(), "{text}");
    }
}

#[test]
fn hints_go_by_what_the_cell_looks_like() {
    for (text, expected) in [
        ("a,b\n\"1,234\",5\n\"2,345\",6\n", "`--decimal .`"),
        ("t,h\ndegC,pct\n20,40\n25,50\n", "second header line"),
        ("v,city\n1,2\n1,5\n1,Oslo\n", "`--types city=category`"),
    ] {
        let hint = refuse("t.csv", text.as_bytes()).1;
        assert!(hint.contains(expected), "{text}: {hint}");
    }
}

#[test]
fn rows_of_other_lengths_are_placed() {
    let (message, _) = refuse("t.csv", b"a,b\n1,2\n3,4,5\n");
    assert_eq!(message, "t.csv: line 3: 3 fields, where 2 were expected");
    let (message, _) = refuse("t.csv", b"a,b\n1,2\n3\n");
    assert_eq!(message, "t.csv: line 3: 1 fields, where 2 were expected");
}

#[test]
fn encodings_are_found_or_named() {
    let utf16 = |big: bool| -> Vec<u8> {
        let units = "\u{feff}a,é\n1,2\n3,4\n".encode_utf16();
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    for bytes in [utf16(false), utf16(true), utf16(false)[2..].to_vec()] {
        let table = read("t.csv", &bytes).unwrap();
        assert_eq!(
            (names(&table), numbers(&table)),
            (vec!["a", "é"], vec![1.0, 2.0, 3.0, 4.0])
        );
    }
    let latin = SourceOptions {
        encoding: Some("latin-1".to_owned()),
        ..SourceOptions::default()
    };
    let table = read_with("t.csv", b"a,\xE9t\xE9\n1,2\n3,4\n", &latin).unwrap();
    assert_eq!(names(&table), ["a", "été"]);
    let (message, _) = refuse("t.csv", b"a,\xE9t\xE9\n1,2\n");
    assert_eq!(message, "t.csv: not UTF-8: byte E9 at line 1, byte 2");
    let (message, _) = refuse("t.csv", b"a,b\n1,2\n1,\"caf\xC3\xA9\",\xFF\n");
    assert_eq!(message, "t.csv: not UTF-8: byte FF at line 3, byte 18");
    let (message, _) = refuse("t.csv", b"a,b\n1,2\n\xE2\x82");
    assert_eq!(message, "t.csv: not UTF-8: byte E2 at line 3, byte 8");
    let (message, _) = refuse("t.csv", b"a,b\n1,2\0\n");
    assert_eq!(message, "t.csv: a zero byte at byte 7: this is no text");
}

#[test]
fn a_far_away_bad_byte_is_placed_too() {
    let mut text = b"a,b\n".to_vec();
    text.extend(b"1,2\n".repeat(100_000));
    text.extend(b"3,\xFF\n");
    let (message, _) = refuse("t.csv", &text);
    assert_eq!(
        message,
        "t.csv: not UTF-8: byte FF at line 100002, byte 400006"
    );
}

#[test]
fn nothing_to_learn_from_is_an_error() {
    assert_eq!(refuse("t.csv", b"").0, "t.csv: empty file, 0 data rows");
    assert_eq!(refuse("t.csv", b"a,b\n").0, "t.csv: 0 data rows");
    assert_eq!(refuse("t.csv", b"\n\n").0, "t.csv: 0 data rows");
    let options = SourceOptions {
        exclude: vec!["a".to_owned()],
        ..SourceOptions::default()
    };
    assert_eq!(
        refuse_with("t.csv", b"a\n1\n", &options).0,
        "t.csv: no column is left to learn from: `a` is excluded"
    );
    assert_eq!(
        refuse("t.csv", b"a,b,a\n1,2,3\n").0,
        "t.csv: columns 1 and 3 are both called `a`"
    );
    assert_eq!(refuse("t.csv", b"<html>\n").0, "t.csv: a web page, not CSV");
}

#[test]
fn a_gzip_of_two_members_is_read_to_the_end() {
    let mut bytes = gzip(b"a,b\n1,2\n");
    bytes.extend(gzip(b"3,4\n"));
    assert_eq!(
        numbers(&read("t.csv.gz", &bytes).unwrap()),
        [1.0, 2.0, 3.0, 4.0]
    );
}
