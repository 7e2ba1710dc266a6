//! A table of mixed columns that depend on each other, of any length.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use ae_tensor::random::{Purpose, Stream};
use anyhow::Context;

/// Write a CSV file of mixed columns that depend on each other.
#[derive(clap::Args)]
pub struct GenerateTableArguments {
    /// Where to.
    file: PathBuf,
    /// Data rows.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Where the numbers come from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Columns of each kind: 30 with the id and the date.
const NUMBERS: usize = 18;
const CATEGORIES: [usize; 6] = [3, 5, 8, 12, 20, 40];
const BOOLEANS: usize = 4;

/// Hidden causes that all columns depend on.
const CAUSES: usize = 3;

/// One row in so many misses a number, one number in this many columns.
const HOLES: u32 = 25;

pub fn run(arguments: &GenerateTableArguments) -> anyhow::Result<()> {
    let file =
        File::create(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    let mut out = BufWriter::new(file);
    writeln!(out, "{}", header())?;
    let mut line = String::new();
    for row in 0..arguments.rows {
        line.clear();
        write_row(&mut line, arguments.seed, row)?;
        out.write_all(line.as_bytes())?;
    }
    Ok(out.flush()?)
}

fn header() -> String {
    let mut names = vec!["id".to_owned(), "when".to_owned()];
    names.extend((0..NUMBERS).map(|column| format!("number{column}")));
    names.extend((0..CATEGORIES.len()).map(|column| format!("kind{column}")));
    names.extend((0..BOOLEANS).map(|column| format!("flag{column}")));
    names.join(",")
}

fn write_row(line: &mut String, seed: u64, row: u64) -> std::fmt::Result {
    let mut stream = Stream::new(seed, Purpose::Generator, row);
    let mut causes = [0.0; CAUSES];
    stream.fill_normal(&mut causes);
    let mut noise = [0.0; NUMBERS + CATEGORIES.len() + BOOLEANS];
    stream.fill_normal(&mut noise);
    let mut words = [0; NUMBERS];
    stream.fill_u32(&mut words);
    let (hour, day) = (row % 24, row / 24 % 28 + 1);
    let (month, year) = (row / (24 * 28) % 12 + 1, 2020 + row / (24 * 28 * 12) % 5);
    write!(line, "{row:09},{year}-{month:02}-{day:02} {hour:02}:00")?;
    // Each column listens to two causes, more to the one than to the other.
    let cause = |column: usize| causes[column % CAUSES] + 0.5 * causes[(column / CAUSES) % CAUSES];
    for column in 0..NUMBERS {
        line.push(',');
        if column % 6 == 5 && words[column] % HOLES == 0 {
            continue;
        }
        let value = cause(column) + 0.2 * noise[column];
        write!(line, "{:.3}", 10.0 * value + column as f32)?;
    }
    for (column, values) in CATEGORIES.into_iter().enumerate() {
        let value = cause(column) + 0.2 * noise[NUMBERS + column];
        let share = ((value + 3.0) / 6.0).clamp(0.0, 0.999);
        write!(line, ",v{}", (share * values as f32) as usize)?;
    }
    for column in 0..BOOLEANS {
        let value = cause(column) + 0.2 * noise[NUMBERS + CATEGORIES.len() + column];
        line.push_str(if value > 0.0 { ",yes" } else { ",no" });
    }
    line.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_as_many_fields_as_the_header_and_repeat() {
        let mut line = String::new();
        write_row(&mut line, 7, 12).unwrap();
        assert_eq!(line.split(',').count(), header().split(',').count());
        assert_eq!(header().split(',').count(), 30);
        let mut again = String::new();
        write_row(&mut again, 7, 12).unwrap();
        assert_eq!(line, again);
    }
}
