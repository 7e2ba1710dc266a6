use super::named::table;
use super::refuse_windows;
use super::warn;
use crate::data_options::DataArguments;
use crate::failure::Failure;
use crate::output::{OutputArguments, system_error};
use crate::report::number::{counted, percent, significant};
use crate::say::say;
use ae_data::source::TableReader;
use ae_data::{Dataset, Kind, Noise};
use ae_model::Model;
use ae_model::explain::Column;
use ndarray::Array2;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// Fills the missing cells of a table with what the model expects of the row's other cells.
///
/// The table comes out as it went in, with the same columns, also those that the model
/// leaves out, and digit for digit: missing cells alone are written anew. A model trained with
/// `--noise masking:0.2` has learnt to fill holes, and does it much better than one without. How
/// far off filled cells may be is tried out on cells that are known, hidden one at a time, beside
/// always answering the median or the commonest word.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    arguments.output.spare(&arguments.data.data)?;
    let model = Model::load(&arguments.model)?;
    refuse_windows(&model, "impute")?;
    let Some(mut reader) = arguments.data.open_blocks(&model)? else {
        let data = &arguments.data.data;
        return Err(Failure::new(
            format!("{data}: not a table, or not a model of one: there are no cells to fill"),
            "fill a CSV file with a model that was trained on one",
        )
        .into());
    };
    warn(reader.notes(), quiet);
    if matches!(model.settings().noise, Noise::None(_)) {
        let advice = "the model was trained without noise and never learnt to fill holes: \
                      `--noise masking:0.2` in training fills them better";
        warn(&[advice.to_owned()], quiet);
    }
    reader.keep_records();
    let mut done = Done::default();
    arguments.output.write_with(&["csv"], &mut |out| {
        done = write(out, &model, &mut reader)?;
        Ok(())
    })?;
    if !quiet {
        let data = &arguments.data.data;
        let filled: usize = done.filled.values().sum();
        say(format_args!(
            "{data}: {} rows, {filled} cells filled",
            done.rows
        ));
        say_how_well(&model, &done)?;
    }
    Ok(())
}

/// What was written.
#[derive(Default)]
struct Done {
    rows: usize,
    /// Cells by column, as far as any were filled.
    filled: BTreeMap<usize, usize>,
    /// The first rows, to try out how well that goes.
    first: Option<Dataset>,
}

/// Says how far off the filled cells may be, by cells that are known.
fn say_how_well(model: &Model, done: &Done) -> anyhow::Result<()> {
    let Some(first) = &done.first else {
        return Ok(());
    };
    let places: Vec<usize> = done.filled.keys().copied().collect();
    let tried = model.hide(first, &places)?;
    if tried.is_empty() {
        return Ok(());
    }
    let columns = model.columns();
    let mut lines = table(["column", "filled", "off by", "the usual value", "tried on"]);
    let mut useless = Vec::new();
    for hidden in &tried {
        let column = &columns[hidden.column];
        let error = |error: f64| match column.kind {
            Kind::Number(_) => significant(error),
            _ => format!("{} wrong", percent(error)),
        };
        if hidden.error >= hidden.usual && hidden.usual > 0.0 {
            useless.push(format!("`{}`", column.name));
        }
        lines.add_row([
            column.name.clone(),
            done.filled[&hidden.column].to_string(),
            error(hidden.error),
            error(hidden.usual),
            counted(hidden.tried, "known cell", "known cells"),
        ]);
    }
    say(lines.trim_fmt());
    if !useless.is_empty() {
        let useless = useless.join(", ");
        warn(
            &[format!(
                "{useless}: filled no better than with the usual value (median or commonest)"
            )],
            false,
        );
    }
    Ok(())
}

/// Writes the whole table.
fn write(out: &mut dyn Write, model: &Model, reader: &mut TableReader) -> anyhow::Result<Done> {
    let delimiter = reader.delimiter();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(out);
    writer
        .write_record(reader.file_columns())
        .map_err(system_error)?;
    let fields = fields(model, reader);
    let mut done = Done::default();
    while let Some(block) = reader.next_block()? {
        let Some(records) = &block.records else { break };
        let expected = model.impute(&block.dataset)?;
        for row in 0..records.rows() {
            let holes = Holes {
                dataset: &block.dataset,
                expected: &expected,
                row,
            };
            for (place, column) in fields.iter().enumerate() {
                let filled = column
                    .as_ref()
                    .and_then(|(at, column)| Some((*at, holes.text(column)?)));
                match filled {
                    Some((at, text)) => {
                        *done.filled.entry(at).or_default() += 1;
                        writer.write_field(text)
                    }
                    None => writer.write_field(records.cell(row, place)),
                }
                .map_err(system_error)?;
            }
            writer.write_record(None::<&[u8]>).map_err(system_error)?;
        }
        done.rows += records.rows();
        done.first.get_or_insert(block.dataset);
    }
    writer.flush()?;
    Ok(done)
}

/// The model's column behind each of the file's, if there is one, and its place.
fn fields(model: &Model, reader: &TableReader) -> Vec<Option<(usize, Column)>> {
    let mut fields: Vec<Option<(usize, Column)>> = vec![None; reader.file_columns().len()];
    let schema = model.layout().schema().into_iter();
    let in_file = schema
        .flat_map(|schema| &schema.columns)
        .zip(reader.places());
    for (column, place) in in_file {
        if let Some(place) = place {
            let mut known = model.columns().into_iter().enumerate();
            fields[*place] = known.find(|(_, known)| known.name == column.name);
        }
    }
    fields
}

/// A row with what is expected in it.
struct Holes<'a> {
    dataset: &'a Dataset,
    expected: &'a Array2<f32>,
    row: usize,
}

impl Holes<'_> {
    /// What belongs into a column's cell, as its file would write it, if it is missing.
    fn text(&self, column: &Column) -> Option<String> {
        let first = column.cells.start;
        if !self.dataset.value(self.row, first).is_nan() {
            return None;
        }
        let cells = column.cells.clone();
        let cells: Vec<f32> = cells.map(|cell| self.expected[(self.row, cell)]).collect();
        let text = column.text(&cells);
        Some(match column.kind {
            Kind::Number(format) => text.replace('.', &format.decimal.to_string()),
            _ => text,
        })
    }
}
