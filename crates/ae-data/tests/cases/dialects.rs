//! What is written in any dialect is read back as the same table.

use ae_data::table::cell_text;
use ae_data::{Dataset, SourceOptions};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{gzip, read, read_with};

/// The kinds of a table's columns, and its cells in words.
fn content(table: &Dataset) -> (Vec<(String, &'static str)>, Vec<Vec<String>>) {
    let schema = table.layout.schema().unwrap();
    let columns = schema.columns.iter();
    let kinds = columns.map(|column| (column.name.clone(), column.kind.name()));
    let rows = (0..table.rows).map(|row| {
        let cells = schema.written().map(|(first, column)| {
            let width = column.kind.cells();
            let cells: Vec<f32> = (first..first + width)
                .map(|c| table.value(row, c))
                .collect();
            cell_text(&column.kind, &cells)
        });
        cells.collect()
    });
    (kinds.collect(), rows.collect())
}

/// A way to write a table.
#[derive(Debug, Clone)]
struct Writing {
    delimiter: char,
    line_end: &'static str,
    quote_all: bool,
    decimal: char,
    thousands: bool,
    encoding: &'static str,
    mark: bool,
    last_line_ends: bool,
    packed: bool,
    missing: &'static str,
}

fn writing() -> impl Strategy<Value = Writing> {
    let how = (
        prop::sample::select(vec![',', ';', '\t', '|']),
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
        any::<[bool; 5]>(),
        prop::sample::select(vec!['.', ',']),
        prop::sample::select(vec!["utf-8", "utf-16le", "utf-16be", "latin-1"]),
        prop::sample::select(vec!["", "NA", "n/a", "NULL", "?", "-", "None"]),
    );
    how.prop_map(|(delimiter, line_end, flags, decimal, encoding, missing)| {
        let [quote_all, thousands, mark, last_line_ends, packed] = flags;
        Writing {
            delimiter,
            line_end,
            quote_all,
            decimal,
            thousands,
            encoding,
            mark,
            last_line_ends,
            packed,
            missing,
        }
    })
}

impl Writing {
    fn number(&self, value: Option<i32>) -> String {
        let Some(value) = value else {
            return self.missing.to_owned();
        };
        let sign = if value < 0 { "-" } else { "" };
        let whole = (value.unsigned_abs() / 100).to_string();
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if self.thousands && place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(if self.decimal == '.' { ',' } else { '.' });
            }
            grouped.push(digit);
        }
        format!(
            "{sign}{grouped}{}{:02}",
            self.decimal,
            value.unsigned_abs() % 100
        )
    }

    fn field(&self, text: &str) -> String {
        let needs = |letter: char| letter == self.delimiter || "\"\r\n".contains(letter);
        if self.quote_all || text.contains(needs) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    }

    fn line(&self, fields: &[String]) -> String {
        let fields: Vec<String> = fields.iter().map(|field| self.field(field)).collect();
        fields.join(&self.delimiter.to_string())
    }

    fn bytes(&self, lines: &[Vec<String>]) -> Vec<u8> {
        let lines: Vec<String> = lines.iter().map(|line| self.line(line)).collect();
        let mut text = lines.join(self.line_end);
        if self.last_line_ends {
            text += self.line_end;
        }
        let wide = |bytes: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let marked = if self.mark {
            format!("\u{feff}{text}")
        } else {
            text.clone()
        };
        let bytes = match self.encoding {
            "utf-16le" => wide(u16::to_le_bytes, &marked),
            "utf-16be" => wide(u16::to_be_bytes, &marked),
            "latin-1" => text.chars().map(|letter| letter as u8).collect(),
            _ => marked.into_bytes(),
        };
        if self.packed { gzip(&bytes) } else { bytes }
    }

    fn options(&self) -> SourceOptions {
        SourceOptions {
            encoding: (self.encoding != "utf-8").then(|| self.encoding.to_owned()),
            decimal: (self.decimal == ',' || self.thousands).then_some(self.decimal),
            ..SourceOptions::default()
        }
    }
}

const WORDS: [&str; 4] = ["rot, dunkel", "grün; hell", "\"blau\"", "gelb|\tblass"];

type Row = (Option<i32>, usize, bool, Option<i64>);

/// The table as lines of fields; `write` writes its numbers.
fn lines(rows: &[Row], write: &Writing) -> Vec<Vec<String>> {
    let header = ["größe", "farbe", "neu", "wann"]
        .map(str::to_owned)
        .to_vec();
    let line = |&(number, word, flag, day): &Row| {
        let day = day.map_or_else(
            || write.missing.to_owned(),
            |day| {
                format!(
                    "20{:02}-{:02}-{:02}",
                    day % 90 + 10,
                    day % 12 + 1,
                    day % 28 + 1
                )
            },
        );
        let flag = if flag { "yes" } else { "no" };
        vec![
            write.number(number),
            WORDS[word].to_owned(),
            flag.to_owned(),
            day,
        ]
    };
    [header].into_iter().chain(rows.iter().map(line)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_dialect_gives_the_same_table(
        mut rows in vec((prop::option::of(-9_999_999..9_999_999i32), 0usize..4, any::<bool>(), prop::option::of(0i64..1000)), 4..40),
        write in writing(),
    ) {
        // Each column has what makes its kind.
        rows[0] = (Some(150), 0, true, Some(3));
        rows[1] = (Some(-275_010), 1, false, Some(700));
        let plain = Writing {
            delimiter: ',', line_end: "\n", quote_all: false, decimal: '.', thousands: false,
            encoding: "utf-8", mark: false, last_line_ends: true, packed: false, missing: "",
        };
        let expected = read("t.csv", &plain.bytes(&lines(&rows, &plain))).unwrap();
        let found = read_with("t.csv", &write.bytes(&lines(&rows, &write)), &write.options());
        let found = found.unwrap_or_else(|error| panic!("{error}\n{write:?}"));
        prop_assert_eq!(content(&found), content(&expected));
        let kinds: Vec<&str> = content(&found).0.iter().map(|(_, kind)| *kind).collect();
        prop_assert_eq!(kinds, ["number", "category", "boolean", "date-time"]);
    }

    #[test]
    fn every_finite_number_comes_back(
        values in vec(any::<f32>().prop_filter("finite", |v| v.is_finite()), 2..60),
        delimiter in prop::sample::select(vec![",", ";", "\t", "|"]),
    ) {
        let line = |value: &f32| format!("{value:?}{delimiter}{:?}\n", value / 2.0);
        let text: String = values.iter().map(line).collect();
        let options = SourceOptions {
            types: ["a", "b"].map(|name| (name.to_owned(), "number".to_owned())).to_vec(),
            ..SourceOptions::default()
        };
        let text = format!("a{delimiter}b\n{text}");
        let table = read_with("t.csv", text.as_bytes(), &options).unwrap();
        let back = content(&table).1;
        for (row, value) in back.iter().zip(&values) {
            let read = |text: &str| text.parse::<f64>().unwrap() as f32;
            prop_assert_eq!((read(&row[0]), read(&row[1])), (*value, value / 2.0));
        }
    }
}
