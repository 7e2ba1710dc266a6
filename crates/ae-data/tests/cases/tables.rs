//! What columns are taken for, and what is done with them.

use ae_data::table::KindName;
use ae_data::{Dataset, Kind, SourceOptions, source};

use crate::{Folder, numbers, read, read_with, refuse, refuse_with};

fn kinds(table: &Dataset) -> Vec<&'static str> {
    let columns = table.layout.schema().unwrap().columns.iter();
    columns.map(|column| column.kind.name()).collect()
}

fn kind_of(cells: &[&str]) -> &'static str {
    named_kind("x", cells)
}

/// The kind of a column beside one of numbers.
fn named_kind(name: &str, cells: &[&str]) -> &'static str {
    let line = |(row, cell): (usize, &&str)| format!("{cell};{row}.5\n");
    let text: String = cells.iter().enumerate().map(line).collect();
    let table = read("t.csv", format!("{name};v\n{text}").as_bytes());
    kinds(&table.unwrap_or_else(|error| panic!("{cells:?}: {error}")))[0]
}

#[test]
fn kinds_go_by_the_whole_column() {
    for (cells, expected) in [
        (&["1.5", "2", "-3e2"][..], "number"),
        (&["1", "", "3"], "number"),
        (&["1,5", "2", "3,25"], "number"),
        (&["red", "blue", "red"], "category"),
        (&["yes", "no", "no"], "boolean"),
        (&["True", "FALSE", "true"], "boolean"),
        (&["0", "1", "1"], "boolean"),
        (&["2024-01-05", "2024-02-06 10:00", "NA"], "date-time"),
        (&["31.01.2024", "01.02.2024"], "date-time"),
        (&["10:15", "23:59:59"], "date-time"),
        (&["same", "same", "same"], "constant"),
        (&["7", "7", "7"], "constant"),
        (&["", "NA", "?"], "constant"),
        (&["007", "012", "007"], "category"),
        (&["1", "2", "A", "1", "2", "1", "2", "A"], "category"),
    ] {
        assert_eq!(kind_of(cells), expected, "{cells:?}");
    }
}

#[test]
fn ids_and_prose_are_not_learnt_from() {
    assert_eq!(named_kind("id", &["17", "4", "23"]), "id");
    assert_eq!(named_kind("customer_id", &["17", "4", "23"]), "id");
    assert_eq!(named_kind("size", &["17", "4", "23"]), "number");
    let codes: Vec<String> = (0..30).map(|i| format!("AX-{}", i * i + 7)).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    assert_eq!(kind_of(&codes), "id");
    let prose: Vec<String> = (0..30)
        .map(|i| format!("a note on number {i}, at length"))
        .collect();
    let prose: Vec<&str> = prose.iter().map(String::as_str).collect();
    assert_eq!(kind_of(&prose), "text");
    let long: Vec<String> = (0..30)
        .map(|i| format!("12345678901234567{i:02}"))
        .collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    assert_eq!(kind_of(&long), "id", "digits a number would lose");
}

#[test]
fn guesses_say_what_and_why() {
    let table = read("t.csv", b"city,age\nRome,30\nOslo,\nRome,41\n").unwrap();
    let guess = &table.guesses[1];
    assert_eq!(
        (guess.column.as_str(), guess.kind, guess.missing),
        ("age", "number", 1)
    );
    assert_eq!(guess.examples, ["30", "41"]);
    assert_eq!(table.guesses[0].why, "2 different values");
    let values = numbers(&table);
    assert_eq!(values[..3], [1.0, 30.0, 0.0]);
    assert!(values[3].is_nan());
}

#[test]
fn the_user_has_the_last_word() {
    let text = b"a,b,c,d\n1,x,3,7\n2,y,4,8\n3,x,5,9\n";
    let options = SourceOptions {
        types: vec![("a".into(), "category".into())],
        id: vec!["c".into()],
        exclude: vec!["d".into()],
        ..SourceOptions::default()
    };
    let table = read_with("t.csv", text, &options).unwrap();
    assert_eq!(kinds(&table), ["category", "category", "id", "excluded"]);
    let options = SourceOptions {
        types: vec![("a".into(), "nummer".into())],
        ..SourceOptions::default()
    };
    let (message, hint) = refuse_with("t.csv", text, &options);
    assert_eq!(message, "t.csv: no type `nummer` to read column `a` as");
    for (name, _) in KindName::ALL {
        assert!(hint.contains(name), "{hint}");
    }
    let options = SourceOptions {
        types: vec![("b".into(), "number".into())],
        ..SourceOptions::default()
    };
    let (message, _) = refuse_with("t.csv", text, &options);
    assert_eq!(message, "t.csv: line 2, column `b`: `x` is not a number");
    let options = SourceOptions {
        missing: Some(vec!["x".into(), "-1".into()]),
        ..SourceOptions::default()
    };
    let table = read_with("t.csv", b"a,b\n1,x\n-1,4\n3,5\n", &options).unwrap();
    assert_eq!(kinds(&table), ["number", "number"]);
    assert!(table.value(0, 1).is_nan() && table.value(1, 0).is_nan());
}

#[test]
fn separators_are_read_when_they_are_named() {
    let with = |decimal, thousands| SourceOptions {
        decimal,
        thousands,
        ..SourceOptions::default()
    };
    let english = b"a,b\n\"1,234\",5\n\"12,000\",6\n";
    let table = read_with("t.csv", english, &with(Some('.'), None)).unwrap();
    assert_eq!(numbers(&table), [1234.0, 5.0, 12000.0, 6.0]);
    let table = read_with("t.csv", english, &with(None, Some(','))).unwrap();
    assert_eq!(numbers(&table), [1234.0, 5.0, 12000.0, 6.0]);
    let german = b"x;y\n1.234,56;2\n0,5;3\n";
    let table = read_with("t.csv", german, &with(Some(','), None)).unwrap();
    assert_eq!(numbers(&table), [1234.56, 2.0, 0.5, 3.0]);
    let swiss = b"x;y\n1'234.56;2\n0.5;3\n";
    assert!(
        refuse("t.csv", swiss)
            .0
            .contains("`1'234.56` is not a number")
    );
    let table = read_with("t.csv", swiss, &with(None, Some('\''))).unwrap();
    assert_eq!(numbers(&table), [1234.56, 2.0, 0.5, 3.0]);
}

#[test]
fn comments_are_no_records() {
    let text = b"# made by a logger\n# on Monday\na,b\n1,2\n# pause\n3,4\n";
    assert_eq!(numbers(&read("t.csv", text).unwrap()), [1.0, 2.0, 3.0, 4.0]);
    let header = read("t.csv", b"#a,b\n1,2\n3,4\n").unwrap();
    assert_eq!(header.layout.schema().unwrap().columns[0].name, "#a");
}

#[test]
fn a_small_spread_far_from_zero_is_kept() {
    let text: String = (0..50)
        .map(|i| format!("{},{}\n", 1_700_000_000 + i, i * i))
        .collect();
    let table = read("t.csv", format!("t,v\n{text}").as_bytes()).unwrap();
    let steps: Vec<f32> = (1..50)
        .map(|row| table.value(row, 0) - table.value(row - 1, 0))
        .collect();
    assert_eq!(steps, [1.0; 49], "f32 alone holds steps of 128 there");
    let Kind::Number(format) = table.layout.schema().unwrap().columns[0].kind else {
        panic!("{:?}", table.layout);
    };
    assert_eq!(format.origin, 1_700_000_000.0);
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let folder = Folder::new();
    let open =
        |path: &std::path::Path| source::open(path.to_str().unwrap(), &SourceOptions::default());
    let train = folder.write("train.csv", b"a,b,c\n1,x,3\n2,y,4\n4,x,5\n");
    let train = open(&train).unwrap().train;
    let schema = train.layout.schema().unwrap();
    let known = |text: &str| {
        let path = folder.write("new.csv", text.as_bytes());
        source::open_known(path.to_str().unwrap(), &SourceOptions::default(), schema)
    };
    let table = known("c,d,b,a\n3,?,x,1\n4,?,z,2\n").unwrap().train;
    assert_eq!(
        numbers(&table),
        [1.0, 0.0, 3.0, 2.0, 2.0, 4.0],
        "`z` is beyond all known"
    );
    assert_eq!(
        table.warnings,
        ["new.csv: columns the model doesn't know, ignored: d"]
    );
    let error = known("a,b\n1,x\n").unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("no column `c`, which the model was trained on")
    );
    let error = known("a,b,C\n1,x,2\n").unwrap_err();
    assert!(error.hint().unwrap().starts_with("did you mean `C`?"));
    let error = known("a,b,c\n1,x,red\n").unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("line 2, column `c`: `red` is not a number")
    );
}

#[test]
fn blocks_hold_every_row_once_with_its_id() {
    let folder = Folder::new();
    let rows = 20_000;
    let text: String = (0..rows)
        .map(|i| format!("00{i},{}.5,k{}\n", i % 7, i % 3))
        .collect();
    let path = folder.write("t.csv", format!("id,v,w\n{text}").as_bytes());
    let spec = path.to_str().unwrap();
    let options = SourceOptions::default();
    let whole = source::open(spec, &options).unwrap().train;
    let schema = whole.layout.schema().unwrap();
    let mut reader = source::open_blocks(spec, &options, schema)
        .unwrap()
        .unwrap();
    assert_eq!(reader.id_names(), ["id"]);
    let (mut values, mut ids) = (Vec::new(), Vec::new());
    while let Some(block) = reader.next_block().unwrap() {
        assert!(block.dataset.rows <= 8192);
        values.extend(numbers(&block.dataset));
        ids.extend(block.ids);
    }
    assert_eq!(values, numbers(&whole));
    assert_eq!(ids.len(), rows);
    assert_eq!(ids[12_345], "0012345");
}
