//! Options that say what data is read, and how.

use crate::failure::Failure;
use crate::table_options::{Mark, column_type, first};
use ae_data::source::{Background, Colour, Size, TableReader};
use ae_data::{Dataset, Parts, SourceOptions, source};
use ae_model::{Model, Settings};
use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// How a source is read.
#[derive(Args, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SourceArguments {
    /// Folder of fetched data sets [default: datasets].
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Swap lines and columns of images (EMNIST comes that way).
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "is_false")]
    pub transpose: bool,
    /// Turn dark pixels bright and bright ones dark.
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "is_false")]
    pub invert: bool,
    /// Which array of an npz file.
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Whether a CSV file's first line names the columns; guessed if not given.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// What separates the fields of a CSV file; guessed if not given.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Mark>,
    /// Where the classes are: a column, an array of an npz file, or a file of labels.
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Columns to leave out.
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Columns that name the rows: carried along, not learnt from.
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id: Vec<String>,
    /// What columns are, as price=number,zip=category: number, boolean, category, datetime, id
    /// or text; found out from all of their cells if not given.
    #[arg(
        long,
        value_name = "COLUMN=TYPE",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// The column that says when a row is, for windows; not learnt from. Without it, rows follow
    /// each other as in the file.
    #[arg(long, value_name = "COLUMN", help_heading = "Time series")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The column that tells several series apart, for windows; not learnt from.
    #[arg(long, value_name = "COLUMN", help_heading = "Time series")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Words for a missing value, besides an empty cell, as NA,-999; as +unknown,-999 besides the
    /// usual ones [default: NA, N/A, #N/A, NaN, -NaN, <NA>, null, none, nil, ?, -, . in any case].
    #[arg(
        long,
        value_name = "WORDS",
        value_delimiter = ',',
        allow_hyphen_values = true,
        help_heading = "Data"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The decimal mark of a CSV file's numbers, a point or a comma; the other may then stand
    /// between thousands. Guessed if not given, but never with thousands.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// What stands between the thousands of a CSV file's numbers.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thousands: Option<char>,
    /// How a CSV file's text is encoded: utf-8, utf-16, latin-1, …; UTF-8, or what the file's
    /// first bytes say, if not given.
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What stands around a CSV field that holds the delimiter [default: a double quote].
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Mark>,
    /// What the lines of a CSV file begin with that are no records; guessed if not given.
    #[arg(long, value_name = "CHAR", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Mark>,
    /// The size that pictures are brought to, as 64x48 (width x height); all must have one, if not
    /// given.
    #[arg(long, value_name = "SIZE", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resize: Option<Size>,
    /// Read pictures grey or in colour [default: grey, if all of them are].
    #[arg(long, value_name = "COLOUR", value_parser = colours(), help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// What is behind transparent pixels of pictures [default: white].
    #[arg(long, value_name = "COLOUR", value_parser = backgrounds(), help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// Leave damaged pictures out, in place of stopping at the first.
    #[arg(long, help_heading = "Data")]
    #[serde(skip_serializing_if = "is_false")]
    pub skip_damaged: bool,
    /// At most this many rows of each part, from the start.
    #[arg(long, value_name = "ROWS", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<NonZeroUsize>,
}

/// Words for `T` as settings files have them.
fn words<T: serde::de::DeserializeOwned + Clone + Send + Sync + 'static>(
    words: [&'static str; 2],
) -> impl clap::builder::TypedValueParser<Value = T> {
    clap::builder::PossibleValuesParser::new(words)
        .try_map(|word| serde_json::from_value(serde_json::Value::String(word)))
}

fn colours() -> impl clap::builder::TypedValueParser<Value = Colour> {
    words(["grey", "rgb"])
}

fn backgrounds() -> impl clap::builder::TypedValueParser<Value = Background> {
    words(["white", "black"])
}

fn is_false(value: &bool) -> bool {
    !value
}

impl SourceArguments {
    /// What is given here, or else what `other` says.
    pub fn over(&self, other: &Self) -> Self {
        Self {
            data_dir: self.data_dir.clone().or_else(|| other.data_dir.clone()),
            transpose: self.transpose || other.transpose,
            invert: self.invert || other.invert,
            member: self.member.clone().or_else(|| other.member.clone()),
            header: self.header.or(other.header),
            delimiter: self.delimiter.or(other.delimiter),
            label: self.label.clone().or_else(|| other.label.clone()),
            exclude: first(&self.exclude, &other.exclude),
            id: first(&self.id, &other.id),
            types: first(&self.types, &other.types),
            time: self.time.clone().or_else(|| other.time.clone()),
            group: self.group.clone().or_else(|| other.group.clone()),
            missing: first(&self.missing, &other.missing),
            decimal: self.decimal.or(other.decimal),
            thousands: self.thousands.or(other.thousands),
            encoding: self.encoding.clone().or_else(|| other.encoding.clone()),
            quote: self.quote.or(other.quote),
            comment: self.comment.or(other.comment),
            resize: self.resize.or(other.resize),
            colour: self.colour.or(other.colour),
            background: self.background.or(other.background),
            skip_damaged: self.skip_damaged || other.skip_damaged,
            limit: self.limit.or(other.limit),
        }
    }

    /// Opens a data set for training, cut into windows if `settings` ask for them.
    pub fn open_for(&self, data: &str, settings: &Settings) -> anyhow::Result<Parts> {
        for (option, given) in [("--time", &self.time), ("--group", &self.group)] {
            if let (Some(column), None) = (given, settings.window) {
                let hint = "say how many steps a window has: `ae train --window 64`".to_owned();
                let message = format!("{option} {column}: it orders windows, and there are none");
                return Err(Failure::usage(message, Some(hint)).into());
            }
        }
        // What can be wrong with the settings is said before the data is read.
        settings.windowing()?;
        Ok(settings.cut(self.open(data)?)?)
    }

    /// Opens a data set.
    pub fn open(&self, data: &str) -> anyhow::Result<Parts> {
        Ok(source::open(data, &self.options()?)?)
    }

    /// The rows of a part, or else of the test part if there is one, read as the model wants them,
    /// and what they are called.
    pub fn open_with(
        &self,
        data: &str,
        model: &Model,
        part: Option<PartName>,
    ) -> anyhow::Result<(Dataset, &'static str)> {
        let options = self.options()?;
        let parts = match model.table().schema() {
            Some(schema) => source::open_known(data, &options, schema)?,
            None => source::open(data, &model.reading(options))?,
        };
        let parts = model.settings().cut(parts)?;
        Ok(match (part, parts.test) {
            (Some(PartName::Train), _) => (parts.train, "train"),
            (_, Some(test)) => (test, "test"),
            (None, None) => (parts.train, "given"),
            (Some(PartName::Test), None) => {
                return Err(Failure::new(
                    format!("{data} has no test rows of its own"),
                    "leave out `--part test`",
                )
                .into());
            }
        })
    }

    /// How sources are read.
    pub fn options(&self) -> anyhow::Result<SourceOptions> {
        let mut options = SourceOptions {
            transpose: self.transpose,
            invert: self.invert,
            member: self.member.clone(),
            header: self.header,
            delimiter: self.delimiter.map(Mark::byte),
            label: self.label.clone(),
            exclude: self.exclude.clone(),
            id: self.id.clone(),
            types: self
                .types
                .iter()
                .map(|text| column_type(text))
                .collect::<Result<_, _>>()?,
            time: self.time.clone(),
            group: self.group.clone(),
            missing: (!self.missing.is_empty()).then(|| self.missing.clone()),
            decimal: self.decimal,
            thousands: self.thousands,
            encoding: self.encoding.clone(),
            quote: self.quote.map(Mark::byte),
            comment: self.comment.map(Mark::byte),
            resize: self.resize,
            colour: self.colour,
            background: self.background,
            skip_damaged: self.skip_damaged,
            limit: self.limit,
            ..SourceOptions::default()
        };
        if let Some(folder) = &self.data_dir {
            options.folder.clone_from(folder);
        }
        Ok(options)
    }
}

/// A table cut into windows, with the ids of its rows in the order of the file.
pub struct WindowedTable {
    pub windows: Dataset,
    pub ids: Vec<String>,
    pub id_names: Vec<String>,
}

/// Which of a source's parts to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartName {
    /// The rows for training.
    Train,
    /// The source's own test rows.
    Test,
}

/// Data and which part of it, for commands that use a model.
#[derive(Args, Debug)]
pub struct DataArguments {
    /// A data set's name, a file or a folder of pictures: mnist, strokes, rows.csv, images.idx,
    /// rows.npy, photos/.
    pub data: String,
    /// Which rows of a set that has test rows of its own [default: test, if there are any].
    #[arg(long, help_heading = "Data")]
    part: Option<PartName>,
    #[command(flatten)]
    source: SourceArguments,
}

impl DataArguments {
    /// The table, a block of rows at a time, if it is a CSV file and the model knows its
    /// columns.
    pub fn open_blocks(&self, model: &Model) -> anyhow::Result<Option<TableReader>> {
        let Some(schema) = model.table().schema() else {
            return Ok(None);
        };
        if self.part == Some(PartName::Test) {
            // No CSV file has any: `open` says so.
            return Ok(None);
        }
        let options = self.source.options()?;
        Ok(source::open_blocks(&self.data, &options, schema)?)
    }

    /// The windows that a model of windows sees, and the ids of the table's rows.
    pub fn open_windows(&self, model: &Model) -> anyhow::Result<Option<WindowedTable>> {
        // A pipe can be opened once: not for a model of rows.
        let Some(windowing) = model.windowing() else {
            return Ok(None);
        };
        let Some(reader) = self.open_blocks(model)? else {
            return Ok(None);
        };
        let notes = reader.notes().to_vec();
        let id_names = reader.id_names();
        let (table, ids) = reader.read_all()?;
        let mut windows = table.into_windows(windowing)?;
        windows.warnings.splice(0..0, notes);
        Ok(Some(WindowedTable {
            windows,
            ids,
            id_names,
        }))
    }

    /// The rows asked for, read as the model wants them, and what they are called.
    pub fn open(&self, model: &Model) -> anyhow::Result<(Dataset, &'static str)> {
        self.source.open_with(&self.data, model, self.part)
    }
}
