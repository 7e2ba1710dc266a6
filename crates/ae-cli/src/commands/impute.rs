use super::refuse_windows;
use super::warn;
use crate::data_options::DataArguments;
use crate::failure::Failure;
use crate::output::{OutputArguments, system_error};
use crate::say::say;
use ae_data::source::TableReader;
use ae_data::{Dataset, Kind, Noise};
use ae_model::Model;
use ae_model::explain::Column;
use ndarray::Array2;
use std::io::Write;
use std::path::PathBuf;

/// Fills the missing cells of a table with what the model expects of the row's other cells.
///
/// The table comes out as it went in, with the same columns, also those that the model
/// leaves out, and digit for digit: missing cells alone are written anew. A model trained with
/// `--noise masking:0.2` has learnt to fill holes, and does it much better than one without.
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
    let (mut rows, mut filled) = (0, 0);
    arguments.output.write_with(&["csv"], &mut |out| {
        (rows, filled) = write(out, &model, &mut reader)?;
        Ok(())
    })?;
    if !quiet {
        let data = &arguments.data.data;
        say(format_args!("{data}: {rows} rows, {filled} cells filled"));
    }
    Ok(())
}

/// Writes the whole table; gives the number of rows and of filled cells.
fn write(
    out: &mut dyn Write,
    model: &Model,
    reader: &mut TableReader,
) -> anyhow::Result<(usize, usize)> {
    let delimiter = reader.delimiter();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(out);
    writer
        .write_record(reader.file_columns())
        .map_err(system_error)?;
    let fields = fields(model, reader);
    let (mut rows, mut filled) = (0, 0);
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
                match column.as_ref().and_then(|column| holes.text(column)) {
                    Some(text) => {
                        filled += 1;
                        writer.write_field(text)
                    }
                    None => writer.write_field(records.cell(row, place)),
                }
                .map_err(system_error)?;
            }
            writer.write_record(None::<&[u8]>).map_err(system_error)?;
        }
        rows += records.rows();
    }
    writer.flush()?;
    Ok((rows, filled))
}

/// The model's column behind each of the file's, if there is one.
fn fields(model: &Model, reader: &TableReader) -> Vec<Option<Column>> {
    let mut fields: Vec<Option<Column>> = vec![None; reader.file_columns().len()];
    let schema = model.layout().schema().into_iter();
    let in_file = schema
        .flat_map(|schema| &schema.columns)
        .zip(reader.places());
    for (column, place) in in_file {
        if let Some(place) = place {
            let mut known = model.columns().into_iter();
            fields[*place] = known.find(|known| known.name == column.name);
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
