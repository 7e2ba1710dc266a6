use std::ops::Range;
use std::path::Path;

use ae_tensor::parallel;

use super::CsvError;
use super::records::{RecordReader, Records};
use super::series::SeriesReader;
use crate::source::SourceOptions;
use crate::source::input::Input;
use crate::table::infer::Profile;
use crate::table::{
    CellReader, Column, Guess, Kind, KindName, MissingWords, Overrides, Schema, StrangeWords,
};
use crate::{DataError, Dataset, Labels, Parts, Series};

/// Records looked at together: enough to share among cores.
pub(super) const RECORDS_AT_A_TIME: usize = 8192;

/// Columns that one piece of work looks at, and rows that one fills.
const COLUMNS_PER_PIECE: usize = 2;
const ROWS_PER_PIECE: usize = 256;

/// Reads a table whose columns nobody knows yet: once to find out what they are, once more to
/// keep their numbers, so that little more than these is ever in memory.
pub(super) fn read(input: Input, options: &SourceOptions) -> Result<Parts, DataError> {
    let path = input.path().to_owned();
    let (input, again) = input.twice()?;
    let learnt = learn(input, options).map_err(DataError::in_file(&path))?;
    let filled = fill(again, options, &learnt).map_err(DataError::in_file(&path))?;
    let (schema, labels) = (learnt.schema, filled.labels);
    let mut train = Dataset::table(name(&path), schema, filled.values, labels)?;
    train.series = filled.series;
    train.guesses = learnt.guesses;
    train.warnings = warnings(&path, learnt.warnings);
    Ok(Parts { train, test: None })
}

/// Reads all rows of a table whose columns are known.
pub(in crate::source) fn read_known(
    input: Input,
    options: &SourceOptions,
    schema: &Schema,
) -> Result<Parts, DataError> {
    let reader = super::TableReader::open(input, options, schema)?;
    let notes = reader.notes().to_vec();
    let (mut train, _) = reader.read_all()?;
    train.warnings = notes;
    Ok(Parts { train, test: None })
}

pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

pub(super) fn warnings(path: &Path, texts: Vec<String>) -> Vec<String> {
    let name = name(path);
    let texts = texts.into_iter();
    texts.map(|text| format!("{name}: {text}")).collect()
}

/// What the first pass finds out.
struct Learnt {
    schema: Schema,
    rows: usize,
    guesses: Vec<Guess>,
    warnings: Vec<String>,
}

fn learn(input: Input, options: &SourceOptions) -> Result<Learnt, CsvError> {
    let overrides = Overrides::new(options)?;
    let mut reader = RecordReader::open(input, options)?;
    let roles = roles(&reader, options, &overrides)?;
    let names = reader.header.names.clone();
    let new = |name: &String| Profile::new(name, reader.delimiter, &overrides);
    let missing = MissingWords::new(&overrides.missing);
    let mut profiles: Vec<Profile> = names.iter().map(new).collect();
    let (mut records, mut rows) = (Records::default(), 0);
    loop {
        let wanted = wanted(options, rows);
        reader.read(wanted, &mut records)?;
        if records.rows() == 0 {
            break;
        }
        rows += records.rows();
        let look = |first: usize, profiles: &mut [Profile]| {
            for (profile, column) in profiles.iter_mut().zip(first..) {
                if roles[column].is_none() {
                    for row in 0..records.rows() {
                        let cell = records.cell(row, column);
                        profile.add(cell, records.line(row), &missing);
                    }
                }
            }
        };
        parallel::for_each(&mut profiles[..], COLUMNS_PER_PIECE, look);
    }
    if rows == 0 {
        return Err(CsvError::NoRows);
    }
    let mut columns = Vec::with_capacity(names.len());
    let mut guesses = Vec::new();
    for ((profile, role), name) in profiles.into_iter().zip(roles).zip(names) {
        let kind = match role {
            Some(kind) => kind,
            None if options.time.as_ref() == Some(&name) => {
                let (kind, guess) = profile.decide_time()?;
                guesses.push(guess);
                kind
            }
            None => {
                let (kind, guess) = profile.decide(overrides.kind_of(&name))?;
                guesses.push(guess);
                kind
            }
        };
        columns.push(Column { name, kind });
    }
    let missing = overrides.missing;
    let schema = Schema { columns, missing };
    if schema.cells() == 0 {
        let columns = schema.columns.iter();
        let left_out = columns.map(|column| (column.name.clone(), column.kind.name()));
        return Err(CsvError::NoColumns {
            left_out: left_out.collect(),
        });
    }
    let mut warnings: Vec<String> = reader.header.warning().into_iter().collect();
    warnings.extend(unnamed(&schema));
    warnings.extend(dates(&schema));
    warnings.extend(spaced(&guesses));
    Ok(Learnt {
        schema,
        rows,
        guesses,
        warnings,
    })
}

/// How many records to read next, with so many read already.
fn wanted(options: &SourceOptions, rows: usize) -> usize {
    let limit = options.limit.map_or(usize::MAX, |limit| limit.get());
    RECORDS_AT_A_TIME.min(limit - rows.min(limit))
}

/// What the options say that columns are.
fn roles(
    reader: &RecordReader,
    options: &SourceOptions,
    overrides: &Overrides,
) -> Result<Vec<Option<Kind>>, CsvError> {
    let header = &reader.header;
    let mut roles = vec![None; header.names.len()];
    for (name, _) in &overrides.types {
        header.place(name, "read as another type")?;
    }
    for name in &options.exclude {
        roles[header.place(name, "leave out")?] = Some(Kind::Excluded);
    }
    for name in &options.id {
        roles[header.place(name, "carry along as id")?] = Some(Kind::Id);
    }
    if let Some(name) = &options.group {
        roles[header.place(name, "tell series apart by")?] = Some(Kind::Group);
    }
    if let Some(name) = &options.label {
        roles[header.place(name, "take labels from")?] = Some(Kind::Label);
    }
    if let Some(name) = &options.time {
        // What it is says more than that it is to be left out or carried along.
        roles[header.place(name, "order rows by")?] = None;
    }
    for (role, name) in roles.iter_mut().zip(&header.names) {
        if options.time.as_ref() == Some(name) {
            continue;
        }
        match overrides.kind_of(name) {
            Some(KindName::Id) if role.is_none() => *role = Some(Kind::Id),
            Some(KindName::Text) if role.is_none() => *role = Some(Kind::Text),
            _ => {}
        }
    }
    Ok(roles)
}

fn unnamed(schema: &Schema) -> Option<String> {
    let first = schema.columns.first()?;
    if first.name != "column 1" {
        return None;
    }
    Some(match first.kind {
        Kind::Id => "the first column has no name and counts the rows: left out".to_owned(),
        _ => format!(
            "the first column has no name; it is called `{}`",
            first.name
        ),
    })
}

/// One column, whose name and cells are as many words each.
fn spaced(guesses: &[Guess]) -> Option<String> {
    let [only] = guesses else { return None };
    let words = |text: &str| text.split_whitespace().count();
    let alike = |example: &String| words(example) == words(&only.column);
    (words(&only.column) > 1 && only.examples.iter().all(alike)).then(|| {
        format!(
            "one column, `{}`: if spaces separate the fields, `--delimiter ' '` says so",
            only.column
        )
    })
}

fn dates(schema: &Schema) -> impl Iterator<Item = String> {
    let columns = schema.columns.iter();
    let dates = columns.filter(|column| matches!(column.kind, Kind::DateTime(_)));
    dates.map(|column| {
        format!(
            "column `{0}` looks like a date-time and is expanded to what varies of it: days, \
             month, weekday, hour; `--exclude {0}` or `--id {0}` says otherwise",
            column.name
        )
    })
}

/// What the second pass reads.
struct Filled {
    values: Vec<f32>,
    labels: Option<Labels>,
    series: Option<Series>,
}

fn fill(input: Input, options: &SourceOptions, learnt: &Learnt) -> Result<Filled, CsvError> {
    let mut reader = RecordReader::open(input, options)?;
    let all: Vec<Option<usize>> = (0..learnt.schema.columns.len()).map(Some).collect();
    let filler = Filler::new(&learnt.schema, &all);
    let width = learnt.schema.cells();
    let mut values = vec![0.0; learnt.rows * width];
    let label = learnt
        .schema
        .columns
        .iter()
        .position(|c| c.kind == Kind::Label);
    let mut labels = Vec::new();
    let mut series = SeriesReader::new(&learnt.schema, &all);
    let (mut records, mut rows) = (Records::default(), 0);
    while rows < learnt.rows {
        reader.read(RECORDS_AT_A_TIME.min(learnt.rows - rows), &mut records)?;
        let found = records.rows();
        if found == 0 {
            // The file has become shorter since the first pass.
            return Err(CsvError::Changed {
                expected: learnt.rows,
                found: rows,
            });
        }
        filler.fill(&records, &mut values[rows * width..(rows + found) * width])?;
        series.add(&records)?;
        if let Some(label) = label {
            labels.extend((0..found).map(|row| text(records.cell(row, label))));
        }
        rows += found;
    }
    Ok(Filled {
        values,
        labels: label.map(|_| Labels::from_texts(&labels)),
        series: series.finish(),
    })
}

pub(super) fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell.trim_ascii()).into_owned()
}

/// Turns records into rows of numbers.
pub(super) struct Filler<'a> {
    /// For each column with cells: its name, its place in a record and in a row, and how it is
    /// read.
    columns: Vec<FilledColumn<'a>>,
    width: usize,
}

struct FilledColumn<'a> {
    name: &'a str,
    field: usize,
    cells: Range<usize>,
    reader: CellReader<'a>,
}

impl<'a> Filler<'a> {
    /// `places` says where in a record each column of the schema is.
    pub(super) fn new(schema: &'a Schema, places: &[Option<usize>]) -> Self {
        let columns = schema
            .placed()
            .zip(places)
            .filter_map(|((first, column), place)| {
                Some(FilledColumn {
                    name: &column.name,
                    field: (*place)?,
                    cells: first..first + column.kind.cells(),
                    reader: CellReader::new(&column.kind, &schema.missing)?,
                })
            });
        Self {
            columns: columns.collect(),
            width: schema.cells(),
        }
    }

    /// Fills as many rows as there are records.
    pub(super) fn fill(&self, records: &Records, values: &mut [f32]) -> Result<(), CsvError> {
        let rows = ndarray::ArrayViewMut2::from_shape((records.rows(), self.width), values);
        // cannot fail: the callers make room for as many rows as there are records
        let rows = rows.expect("room for each record");
        let fill = |first: usize, mut rows: ndarray::ArrayViewMut2<f32>| {
            let mut outcome = Ok(());
            for (offset, mut row) in rows.rows_mut().into_iter().enumerate() {
                if let (Ok(()), Some(row)) = (&outcome, row.as_slice_mut()) {
                    outcome = self.fill_row(records, first + offset, row);
                }
            }
            outcome
        };
        parallel::reduce(rows, ROWS_PER_PIECE, &fill, &Result::and)
    }

    /// What the filled rows' categories hold beside their known values.
    pub(super) fn strange_words(&self, records: &Records, values: &[f32]) -> StrangeWords {
        let mut strange = StrangeWords::default();
        let of = |column: &FilledColumn<'_>| {
            Some((column.cells.start, column.field, column.reader.strange()?))
        };
        let categories: Vec<_> = self.columns.iter().filter_map(of).collect();
        if categories.is_empty() {
            return strange;
        }
        for (row, values) in values.chunks_exact(self.width).enumerate() {
            for (cell, field, unknown) in &categories {
                if values[*cell] == *unknown {
                    strange.push(row, *cell, text(records.cell(row, *field)));
                }
            }
        }
        strange
    }

    fn fill_row(&self, records: &Records, row: usize, out: &mut [f32]) -> Result<(), CsvError> {
        for column in &self.columns {
            let cell = records.cell(row, column.field);
            let read = column.reader.read(cell, &mut out[column.cells.clone()]);
            read.map_err(|problem| CsvError::Cell {
                line: records.line(row),
                column: column.name.to_owned(),
                problem,
                is_known: false,
            })?;
        }
        Ok(())
    }
}
