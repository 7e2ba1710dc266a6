//! Rows on their way out: npy, text or pictures, by the file's name; text on stdout.

mod pictures;

use crate::failure::Failure;
use crate::report::picture::Shape;
use ae_data::table::cell_text;
use ae_data::{Kind, Layout, Schema, write_npy};
use ae_model::{Model, write_beside};
use clap::builder::{PathBufValueParser, TypedValueParser};
use ndarray::{Array2, ArrayView2};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where results go.
#[derive(clap::Args, Debug)]
pub struct OutputArguments {
    /// A .npy or .csv file, or of rows that are images a .png of all or a folder (photos/) of a
    /// .png each; CSV on stdout, if not given.
    #[arg(long, short, value_name = "FILE", value_parser = PathBufValueParser::new().try_map(writable))]
    out: Option<PathBuf>,
}

/// Rows of a result.
pub struct Block {
    /// What names each of them, row after row; nothing for rows without a name.
    pub ids: Vec<String>,
    /// Their numbers.
    pub rows: Array2<f32>,
    /// The images they were made of, to be drawn above them.
    pub seen: Option<Array2<f32>>,
}

impl Block {
    /// Rows without names.
    pub fn unnamed(rows: Array2<f32>) -> Self {
        Self {
            ids: Vec::new(),
            rows,
            seen: None,
        }
    }
}

/// How rows are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// CSV.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

impl Form {
    /// Ends of names of such files.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &["csv"],
            Self::JsonLines => &["jsonl", "json"],
        }
    }
}

/// What a result's rows hold.
pub struct Head<'a> {
    /// Rows without a name of their own get their number, from 1.
    pub numbered: bool,
    /// The columns that name a row.
    pub ids: Vec<String>,
    /// The others.
    pub names: Vec<String>,
    /// The table whose cells the numbers are; plain numbers, if not given.
    pub schema: Option<Cow<'a, Schema>>,
    /// The images that rows are, if they are.
    pub image: Option<Shape>,
    /// What a white pixel of them is, black being 0.
    pub white: f32,
    /// Whether images stand in one line, rather than in a square.
    pub in_a_line: bool,
}

impl Head<'_> {
    /// Plain numbers.
    pub fn plain(names: Vec<String>) -> Self {
        Self {
            numbered: false,
            ids: Vec::new(),
            names,
            schema: None,
            image: None,
            white: 1.0,
            in_a_line: false,
        }
    }

    /// The cells of a table.
    pub fn of_table(schema: Cow<'_, Schema>) -> Head<'_> {
        let columns = schema.written();
        Head {
            names: columns.map(|(_, column)| column.name.clone()).collect(),
            schema: Some(schema),
            ..Head::plain(Vec::new())
        }
    }

    /// The cells of a model's rows.
    pub fn of_rows(model: &Model) -> Head<'_> {
        match model.layout() {
            Layout::Table(schema) => Head::of_table(Cow::Borrowed(schema)),
            Layout::Columns(_) => Head::plain(model.layout().feature_names()),
            Layout::Image {
                height,
                width,
                channels,
            } => Head {
                image: Some(Shape::new(*height, *width, *channels)),
                white: model.white(),
                ..Head::plain(model.layout().feature_names())
            },
        }
    }

    /// Whether rows begin with their number.
    fn has_numbers(&self) -> bool {
        self.numbered && self.ids.is_empty()
    }
}

/// Gives the next rows; `None` after the last.
pub type Next<'a> = dyn FnMut() -> anyhow::Result<Option<Block>> + 'a;

impl OutputArguments {
    /// Writes all rows of a result at once.
    pub fn write(&self, head: &Head<'_>, rows: Array2<f32>) -> anyhow::Result<()> {
        let mut block = Some(Block::unnamed(rows));
        self.write_blocks(Form::Csv, head, &mut || Ok(block.take()))
    }

    /// Writes rows as they come. Nothing is left of a file if they end with an error.
    pub fn write_blocks(
        &self,
        form: Form,
        head: &Head<'_>,
        next: &mut Next<'_>,
    ) -> anyhow::Result<()> {
        if let Some(folder) = self.out.as_deref().filter(|path| is_folder(path)) {
            return pictures::in_folder(folder, head, next);
        }
        let kind = self.out.as_deref().map(extension);
        let kinds = [&["npy", "png"], form.kinds()].concat();
        self.write_with(&kinds, &mut |out| match kind.as_deref() {
            Some("npy") => npy(out, head, next),
            Some("png") => pictures::in_one(out, head, next),
            _ => text(out, form, head, next),
        })
    }

    /// Lets `write` write to stdout or to a file whose name ends in one of `kinds`. Nothing is
    /// left of a file if that ends with an error.
    pub fn write_with(
        &self,
        kinds: &[&str],
        write: &mut dyn FnMut(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(path) = &self.out else {
            let mut out = BufWriter::new(io::stdout().lock());
            write(&mut out)?;
            return Ok(out.flush()?);
        };
        let kind = extension(path);
        if is_folder(path) || !kinds.contains(&kind.as_str()) {
            let hint = format!("end the name in .{}", kinds.join(" or ."));
            let what = match is_folder(path) {
                true => "a folder".to_owned(),
                false => format!("`{kind}` files"),
            };
            let message = format!("{}: can't write {what}", path.display());
            return Err(Failure::usage(message, Some(hint)).into());
        }
        let mut failure = None;
        // An error of what is written is the system's; one of the rows is kept beside it.
        let written = write_beside(path, false, |file| {
            write(file).map_err(|error| {
                let system = error.downcast::<io::Error>();
                system.unwrap_or_else(|error| {
                    failure = Some(error);
                    io::Error::other("rows")
                })
            })
        });
        match failure {
            Some(failure) => Err(failure),
            None => Ok(written?),
        }
    }

    /// Refuses to write over the file that is read from.
    ///
    /// # Errors
    /// It is asked for.
    pub fn spare(&self, source: &str) -> anyhow::Result<()> {
        let file = |path: &Path| std::fs::canonicalize(path).ok();
        let out = self.out.as_deref().and_then(file);
        if out.is_none() || out != file(Path::new(source)) {
            return Ok(());
        }
        let message = format!("{source}: the result would replace the rows it is made of");
        let hint = "give `--out` another name".to_owned();
        Err(Failure::usage(message, Some(hint)).into())
    }

    /// Whether rows are drawn.
    pub fn is_picture(&self) -> bool {
        self.out.as_deref().map(extension).as_deref() == Some("png")
    }

    /// Whether rows go to a file, which leaves stdout to what is said of them.
    pub fn is_file(&self) -> bool {
        self.out.is_some()
    }
}

/// The numbers of all rows, which must be known before the first is written.
fn npy(file: &mut dyn Write, head: &Head<'_>, next: &mut Next<'_>) -> anyhow::Result<()> {
    let is_number =
        |kind: &Kind| kind.cells() == 0 || matches!(kind, Kind::Number(_) | Kind::Boolean { .. });
    if let Some(column) = head.schema.as_ref().and_then(|schema| {
        schema
            .columns
            .iter()
            .find(|column| !is_number(&column.kind))
    }) {
        return Err(Failure::new(
            format!(
                "column `{}` is {}, an .npy file holds numbers",
                column.name,
                column.kind.name()
            ),
            "end the name in .csv",
        )
        .into());
    }
    let (mut values, mut rows, mut width) = (Vec::new(), 0, head.names.len());
    while let Some(block) = next()? {
        rows += block.rows.nrows();
        width = block.rows.ncols();
        values.extend(block.rows);
    }
    let all = ArrayView2::from_shape((rows, width), &values)?;
    Ok(write_npy(file, all)?)
}

fn text(
    out: &mut dyn Write,
    form: Form,
    head: &Head<'_>,
    next: &mut Next<'_>,
) -> anyhow::Result<()> {
    match form {
        Form::Csv => csv_lines(out, head, next),
        Form::JsonLines => json_lines(out, head, next),
    }
}

/// A row with its ids and its number, from 1.
struct Row<'a> {
    number: usize,
    ids: &'a [String],
    cells: &'a [f32],
}

fn for_rows(
    head: &Head<'_>,
    next: &mut Next<'_>,
    write: &mut dyn FnMut(&Row<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut number = 0;
    while let Some(block) = next()? {
        let mut all = block.ids.chunks(head.ids.len().max(1));
        for cells in block.rows.as_standard_layout().rows() {
            number += 1;
            let ids = all.next().unwrap_or_default();
            let cells = cells.to_slice().unwrap_or_default();
            write(&Row { number, ids, cells })?;
        }
    }
    Ok(())
}

fn csv_lines(out: impl Write, head: &Head<'_>, next: &mut Next<'_>) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let number = head.has_numbers().then_some("row");
    let ids = head.ids.iter().map(String::as_str);
    let names = head.names.iter().map(String::as_str);
    let names = number.into_iter().chain(ids).chain(names);
    writer.write_record(names).map_err(system_error)?;
    let mut text = String::new();
    for_rows(head, next, &mut |row| {
        if head.has_numbers() {
            text.clear();
            write!(text, "{}", row.number)?;
            writer.write_field(&text).map_err(system_error)?;
        }
        for id in row.ids {
            writer.write_field(id).map_err(system_error)?;
        }
        match &head.schema {
            Some(schema) => {
                for (first, column) in schema.written() {
                    let text = cell_text(&column.kind, &row.cells[first..]);
                    writer.write_field(text).map_err(system_error)?;
                }
            }
            None => {
                for value in row.cells {
                    text.clear();
                    write!(text, "{value}")?;
                    writer.write_field(&text).map_err(system_error)?;
                }
            }
        }
        Ok(writer.write_record(None::<&[u8]>).map_err(system_error)?)
    })?;
    Ok(writer.flush()?)
}

/// Numbers and booleans of a table as JSON has them, all else as text.
fn json_lines(out: &mut dyn Write, head: &Head<'_>, next: &mut Next<'_>) -> anyhow::Result<()> {
    let key = |name: &str| serde_json::to_string(name);
    let ids = head.ids.iter().map(|name| key(name));
    let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
    let written = head.schema.as_deref().into_iter().flat_map(Schema::written);
    let columns = written.map(|(first, column)| Ok((key(&column.name)?, first, &column.kind)));
    let columns: Vec<(String, usize, &Kind)> = columns.collect::<serde_json::Result<_>>()?;
    for_rows(head, next, &mut |row| {
        let mut before = '{';
        let mut member = |name: &str, value: &str| {
            let before = std::mem::replace(&mut before, ',');
            write!(out, "{before}{name}:{value}")
        };
        if head.has_numbers() {
            member("\"row\"", &row.number.to_string())?;
        }
        for (name, id) in ids.iter().zip(row.ids) {
            member(name, &serde_json::to_string(id)?)?;
        }
        for (name, first, kind) in &columns {
            let text = cell_text(kind, &row.cells[*first..]);
            match kind {
                // Nothing is known: no score of a time step that no window covers.
                Kind::Number(_) | Kind::Boolean { .. } if text.is_empty() => member(name, "null")?,
                Kind::Number(_) | Kind::Boolean { .. } => member(name, &text)?,
                _ => member(name, &serde_json::to_string(&text)?)?,
            }
        }
        Ok(out.write_all(b"}\n")?)
    })
}

fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_lowercase()
}

/// Whether a path means a folder: it is one, or it ends as one does.
fn is_folder(path: &Path) -> bool {
    let ends_open = path.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    ends_open || path.is_dir()
}

/// A name that some command can write to, before any work is done for it.
fn writable(path: PathBuf) -> Result<PathBuf, String> {
    match extension(&path).as_str() {
        _ if is_folder(&path) => Ok(path),
        "npy" | "csv" | "json" | "jsonl" | "png" => Ok(path),
        other => {
            let what = match other {
                "" => "the name doesn't say what to write".to_owned(),
                other => format!("can't write `{other}` files"),
            };
            Err(format!(
                "{what}: end it in .npy or .csv, images in .png, or in / for a folder of them"
            ))
        }
    }
}

/// What the system said, not what became of it on the way: a closed pipe must be told.
pub fn system_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// "latent 0", "latent 1", …
pub fn latent_names(width: usize) -> Vec<String> {
    (0..width).map(|unit| format!("latent {unit}")).collect()
}
