//! Parquet files: the same table as a CSV file of the same cells.

use ae_data::source::{SourceOptions, TableReader, open, open_blocks};
use ae_data::{Dataset, Kind, Layout, Values};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const ROWS: i64 = 700;

/// As many rows as `ROWS` in two groups of columns that every writer has: a text, whole numbers,
/// fractions with holes, yes and no, times to the nanosecond, days.
fn write(path: &Path) {
    let schema = "message table {
        required binary colour (STRING);
        required int64 count;
        optional double weight;
        required boolean wet;
        required int64 at (TIMESTAMP(NANOS, true));
        required int32 day (DATE);
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    for rows in [0..500, 500..ROWS] {
        let mut group = writer.next_row_group().unwrap();
        write_group(&mut group, rows);
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn colour(row: i64) -> &'static str {
    ["red", "say \"green\", twice", "blue"][row as usize % 3]
}

fn weight(row: i64) -> Option<f64> {
    (row % 10 != 3).then_some(0.1 * row as f64 - 7.0)
}

fn write_group(group: &mut SerializedRowGroupWriter<'_, File>, rows: std::ops::Range<i64>) {
    let all = || rows.clone();
    macro_rules! column {
        ($type:ty, $values:expr, $defined:expr) => {{
            let values: Vec<_> = $values.collect();
            let defined: Option<Vec<i16>> = $defined;
            let mut column = group.next_column().unwrap().unwrap();
            column
                .typed::<$type>()
                .write_batch(&values, defined.as_deref(), None)
                .unwrap();
            column.close().unwrap();
        }};
    }
    column!(ByteArrayType, all().map(|row| colour(row).into()), None);
    column!(Int64Type, all().map(|row| row * row), None);
    let defined = all().map(|row| i16::from(weight(row).is_some())).collect();
    column!(DoubleType, all().filter_map(weight), Some(defined));
    column!(BoolType, all().map(|row| row % 7 < 3), None);
    let second = 1_700_000_000_i64;
    column!(
        Int64Type,
        all().map(|row| (second + 3600 * row) * 1_000_000_000),
        None
    );
    column!(Int32Type, all().map(|row| 19_000 + row as i32), None);
}

/// The same cells as text.
fn csv() -> String {
    let mut text = "colour,count,weight,wet,at,day\n".to_owned();
    for row in 0..ROWS {
        let colour = colour(row).replace('"', "\"\"");
        let weight = weight(row).map_or(String::new(), |weight| weight.to_string());
        let (at, day) = (1_700_000_000 + 3600 * row, 19_000 + row);
        let (year, month, date) = civil(at / 86_400);
        let (hour, minute, second) = (at / 3600 % 24, at / 60 % 60, at % 60);
        text += &format!("\"{colour}\",{},{weight},{},", row * row, row % 7 < 3);
        text += &format!("{year}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02},");
        let (year, month, date) = civil(day);
        text += &format!("{year}-{month:02}-{date:02}\n");
    }
    text
}

/// Year, month and day of a day since 1970, counted from January on.
fn civil(mut day: i64) -> (i64, usize, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + i64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    (year, month + 1, day + 1)
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    write(&folder.path().join("table.parquet"));
    std::fs::write(folder.path().join("table.csv"), csv()).unwrap();
    folder
}

fn read(folder: &TempDir, name: &str) -> Dataset {
    let path = folder.path().join(name);
    open(path.to_str().unwrap(), &SourceOptions::default())
        .unwrap()
        .train
}

/// The numbers' bits: holes are NaN.
fn bits(dataset: &Dataset) -> Vec<u32> {
    let Values::Floats(floats) = &dataset.values else {
        panic!("a table holds floats");
    };
    floats.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_parquet_file_is_the_table_that_its_text_would_be() {
    let folder = folder();
    let (parquet, csv) = (read(&folder, "table.parquet"), read(&folder, "table.csv"));
    assert_eq!(parquet.rows, ROWS as usize);
    assert_eq!(parquet.layout, csv.layout);
    assert_eq!(bits(&parquet), bits(&csv));
    let Layout::Table(schema) = &parquet.layout else {
        panic!("a table");
    };
    let kinds: Vec<&str> = schema.columns.iter().map(|c| c.kind.name()).collect();
    let expected = [
        "category",
        "number",
        "number",
        "boolean",
        "date-time",
        "date-time",
    ];
    assert_eq!(kinds, expected);
    let Kind::Category { values } = &schema.columns[0].kind else {
        panic!("a category");
    };
    assert!(
        values.contains(&"say \"green\", twice".to_owned()),
        "{values:?}"
    );
}

#[test]
fn a_model_reads_it_in_blocks_by_the_names_of_columns() {
    let folder = folder();
    let csv = read(&folder, "table.csv");
    let Layout::Table(schema) = &csv.layout else {
        panic!("a table");
    };
    let path = folder.path().join("table.parquet");
    let blocks = open_blocks(path.to_str().unwrap(), &SourceOptions::default(), schema);
    let (all, _) = blocks.unwrap().map(TableReader::read_all).unwrap().unwrap();
    assert_eq!(bits(&all), bits(&csv));
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = folder();
    let whole = std::fs::read(folder.path().join("table.parquet")).unwrap();
    for length in [5, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(folder.path().join("cut.parquet"), &whole[..length]).unwrap();
        let path = folder.path().join("cut.parquet");
        let error = open(path.to_str().unwrap(), &SourceOptions::default()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("Parquet"), "{length}: {text}");
    }
}
