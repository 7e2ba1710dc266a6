use super::learn::{Filler, RECORDS_AT_A_TIME, name, text, warnings};
use super::records::{RecordReader, Records};
use super::series::SeriesReader;
use super::{CsvError, FORMAT};
use crate::source::input::Input;
use crate::source::{SourceOptions, image_options};
use crate::table::{Kind, Schema, StrangeWords};
use crate::{DataError, Dataset, Labels, Series, Values};

/// A table whose columns are known, a block of rows at a time.
pub struct TableReader {
    reader: RecordReader,
    schema: Schema,
    /// Where in a record each column of the schema is.
    places: Vec<Option<usize>>,
    ids: Vec<usize>,
    label: Option<usize>,
    path: std::path::PathBuf,
    notes: Vec<String>,
    rows: usize,
    limit: usize,
    records: Records,
    keeps_records: bool,
}

/// Some rows of a table, in the order of the file.
pub struct TableBlock {
    /// Their numbers and, if the schema or the options name a column of them and the file has
    /// it, their labels.
    pub dataset: Dataset,
    /// Their ids, digit for digit, row after row; [`TableReader::id_names`] of each.
    pub ids: Vec<String>,
    /// Their fields as the file has them, if [`TableReader::keep_records`] asked for that.
    pub records: Option<Records>,
}

/// What a block is made of.
struct Cells {
    values: Vec<f32>,
    ids: Vec<String>,
    labels: Vec<String>,
    strange: StrangeWords,
    series: Option<Series>,
}

impl TableReader {
    /// Finds the schema's columns in a file, by name and in any order.
    pub(in crate::source) fn open(
        input: Input,
        options: &SourceOptions,
        schema: &Schema,
    ) -> Result<Self, DataError> {
        let path = input.path().to_owned();
        image_options::refuse(options, &name(&path), schema.cells())?;
        Self::try_open(input, options, schema).map_err(DataError::in_file(&path))
    }

    fn try_open(input: Input, options: &SourceOptions, schema: &Schema) -> Result<Self, CsvError> {
        let path = input.path().to_owned();
        let reader = RecordReader::open(input, options)?;
        let header = &reader.header;
        let mut notes = Vec::new();
        let has_names = header.is_there || header.names == names(schema);
        let (places, ignored) = if !has_names && header.names.len() == schema.columns.len() {
            notes.push(
                "no names in the first line: the columns are taken in the order of the training \
                 data"
                    .to_owned(),
            );
            ((0..schema.columns.len()).map(Some).collect(), Vec::new())
        } else {
            schema.find_in(&header.names)?
        };
        let asked = |name: &String| options.exclude.contains(name) || options.id.contains(name);
        let is_label = |name: &String| options.label.as_ref() == Some(name);
        let ignored: Vec<String> = ignored
            .into_iter()
            .filter(|n| !asked(n) && !is_label(n))
            .collect();
        if !ignored.is_empty() {
            notes.push(format!(
                "columns the model doesn't know, ignored: {}",
                ignored.join(", ")
            ));
        }
        let is_known = |name: &String| {
            let mut columns = schema.columns.iter();
            columns.any(|column| {
                column.name == *name && matches!(column.kind, Kind::Time(_) | Kind::Group)
            })
        };
        let asked = [("time", &options.time), ("group", &options.group)];
        for (option, name) in asked {
            if let Some(name) = name.as_ref().filter(|name| !is_known(name)) {
                notes.push(format!(
                    "`{option}` is `{name}`, but the model has its own order of rows: ignored"
                ));
            }
        }
        let of_kind = |is: &dyn Fn(&Kind) -> bool| -> Vec<usize> {
            let columns = schema.columns.iter().zip(&places);
            columns
                .filter(|(column, _)| is(&column.kind))
                .filter_map(|(_, place)| *place)
                .collect()
        };
        // What says which row it is: of a series also its group and its time.
        let is_time = |kind: &Kind| matches!(kind, Kind::Time(_));
        let mut ids: Vec<usize> = [
            of_kind(&|kind| *kind == Kind::Id),
            of_kind(&|kind| *kind == Kind::Group),
            of_kind(&is_time),
        ]
        .concat();
        for name in &options.id {
            let place = header.place(name, "carry along as id")?;
            if !ids.contains(&place) {
                ids.push(place);
            }
        }
        let labels = of_kind(&|kind| *kind == Kind::Label);
        let label = match &options.label {
            Some(name) => Some(header.place(name, "take labels from")?),
            None => labels
                .first()
                .copied()
                .filter(|place| !options.exclude.contains(&header.names[*place])),
        };
        Ok(Self {
            notes: [
                warnings(&path, notes),
                options.idle(FORMAT.name, &name(&path)),
            ]
            .concat(),
            schema: schema.clone(),
            places,
            ids,
            label,
            path,
            rows: 0,
            limit: options.limit.map_or(usize::MAX, |limit| limit.get()),
            records: Records::default(),
            keeps_records: false,
            reader,
        })
    }

    /// What should be said about the file's columns.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The names of the columns that are carried along.
    pub fn id_names(&self) -> Vec<String> {
        let names = &self.reader.header.names;
        self.ids.iter().map(|&place| names[place].clone()).collect()
    }

    /// Asks for the fields of each record beside its numbers.
    pub fn keep_records(&mut self) {
        self.keeps_records = true;
    }

    /// The names of the file's columns, in its order.
    pub fn file_columns(&self) -> &[String] {
        &self.reader.header.names
    }

    /// Where among the file's columns each column of the schema is, if it is there.
    pub fn places(&self) -> &[Option<usize>] {
        &self.places
    }

    /// What stands between two fields.
    pub fn delimiter(&self) -> u8 {
        self.reader.delimiter
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// A cell that isn't what its column holds, or a file that can't be read on.
    pub fn next_block(&mut self) -> Result<Option<TableBlock>, DataError> {
        let path = self.path.clone();
        let block = self.try_next().map_err(CsvError::of_known_columns);
        let block = block.map_err(DataError::in_file(&path))?;
        let Some(cells) = block else {
            return Ok(None);
        };
        let (schema, ids) = (self.schema.clone(), cells.ids);
        let labels = self.label.map(|_| Labels::from_texts(&cells.labels));
        let mut dataset = Dataset::table(name(&path), schema, cells.values, labels)?;
        dataset.strange = cells.strange;
        dataset.series = cells.series;
        let records = self
            .keeps_records
            .then(|| std::mem::take(&mut self.records));
        Ok(Some(TableBlock {
            dataset,
            ids,
            records,
        }))
    }

    /// All rows that are left, and their ids, row after row.
    ///
    /// # Errors
    /// As [`next_block`](Self::next_block).
    pub fn read_all(mut self) -> Result<(Dataset, Vec<String>), DataError> {
        let (mut values, mut ids) = (Vec::new(), Vec::new());
        let mut strange = StrangeWords::default();
        let (mut labels, mut times, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(block) = self.next_block()? {
            strange.append(values.len() / block.dataset.width, block.dataset.strange);
            if let Values::Floats(floats) = &block.dataset.values {
                values.extend_from_slice(floats);
            }
            ids.extend(block.ids);
            labels.extend(block.dataset.labels.iter().flat_map(texts));
            if let Some(series) = block.dataset.series {
                times.extend(series.times.into_iter().flatten());
                groups.extend(series.groups.iter().flat_map(texts));
            }
        }
        let labels = (!labels.is_empty()).then(|| Labels::from_texts(&labels));
        let mut dataset = Dataset::table(name(&self.path), self.schema, values, labels)?;
        let series = Series {
            times: (!times.is_empty()).then_some(times),
            groups: (!groups.is_empty()).then(|| Labels::from_texts(&groups)),
        };
        dataset.strange = strange;
        dataset.series = (series != Series::default()).then_some(series);
        Ok((dataset, ids))
    }

    fn try_next(&mut self) -> Result<Option<Cells>, CsvError> {
        let wanted = RECORDS_AT_A_TIME.min(self.limit - self.rows);
        self.reader.read(wanted, &mut self.records)?;
        let (records, found) = (&self.records, self.records.rows());
        if found == 0 {
            return if self.rows == 0 {
                Err(CsvError::NoRows)
            } else {
                Ok(None)
            };
        }
        self.rows += found;
        let mut values = vec![0.0; found * self.schema.cells()];
        let filler = Filler::new(&self.schema, &self.places);
        filler.fill(records, &mut values)?;
        let strange = filler.strange_words(records, &values);
        let mut series = SeriesReader::new(&self.schema, &self.places);
        series.add(records)?;
        let of = |columns: &[usize]| {
            let rows = 0..found;
            let cells = rows.flat_map(|row| columns.iter().map(move |&c| (row, c)));
            cells
                .map(|(row, column)| text(records.cell(row, column)))
                .collect()
        };
        Ok(Some(Cells {
            values,
            ids: of(&self.ids),
            labels: of(self.label.as_slice()),
            strange,
            series: series.finish(),
        }))
    }
}

/// The label of each row.
fn texts(labels: &Labels) -> impl Iterator<Item = String> {
    let ids = labels.ids.iter();
    ids.map(|id| labels.names[*id as usize].clone())
}

fn names(schema: &Schema) -> Vec<String> {
    let columns = schema.columns.iter();
    columns.map(|column| column.name.clone()).collect()
}
