//! What the commands that put rows through a model have in common.

use super::{refuse_windows, say_rows, warn};
use crate::data_options::{DataArguments, WindowedTable};
use crate::output::{Block, Form, Head, OutputArguments};
use crate::say::say;
use ae_data::preprocess::Oddities;
use ae_data::source::TableReader;
use ae_data::{DataError, Dataset};
use ae_model::{Model, ModelError};
use ndarray::Array2;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::thread;

/// A model, the rows to put through it, and where the result goes.
// Its own group's name: a command whose arguments hold these has one called `Arguments`.
#[derive(clap::Args, Debug)]
#[group(id = "rows")]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// Where the result goes.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// What a command makes of rows.
pub trait Work {
    /// Whether it can do that with this model; asked before anything is read.
    fn check(&self, _model: &Model) -> anyhow::Result<()> {
        Ok(())
    }

    /// What comes of some rows, a row of it for each.
    fn rows(&mut self, model: &Model, dataset: &Dataset) -> anyhow::Result<Array2<f32>>;

    /// What comes of windows, a row of it for each row of their table.
    fn windows(&mut self, model: &Model, windows: &Dataset) -> anyhow::Result<Array2<f32>> {
        self.rows(model, windows)
    }

    /// After the last row, before a file of the result is kept.
    fn end(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What a command makes of each row by itself.
pub struct OfRows {
    /// "encode".
    pub command: &'static str,
    /// A row of the result for each row.
    pub make: fn(&Model, &Dataset) -> Result<Array2<f32>, ModelError>,
}

impl Work for OfRows {
    fn check(&self, model: &Model) -> anyhow::Result<()> {
        refuse_windows(model, self.command)
    }

    fn rows(&mut self, model: &Model, dataset: &Dataset) -> anyhow::Result<Array2<f32>> {
        Ok((self.make)(model, dataset)?)
    }
}

/// The column of names of rows that are files.
pub const FILE: &str = "file";

/// Blocks of a table that are read ahead of the one that is worked on.
const BLOCKS_AHEAD: usize = 2;

impl Arguments {
    /// Puts all rows through `work` and writes what comes of them, in order. `head` says what
    /// that is. Of a table, only a few blocks are in memory at a time.
    pub fn run(
        &self,
        quiet: bool,
        form: Form,
        head: fn(&Model) -> Head<'_>,
        work: &mut dyn Work,
    ) -> anyhow::Result<()> {
        self.output.spare(&self.data.data)?;
        let model = Model::load(&self.model)?;
        work.check(&model)?;
        if let Some(table) = self.data.open_windows(&model)? {
            return self.run_windows(&model, table, quiet, (form, head(&model)), work);
        }
        match self.data.open_blocks(&model)? {
            Some(reader) => {
                warn(reader.notes(), quiet);
                self.run_table(&model, reader, quiet, (form, head(&model)), work)
            }
            None => {
                let (dataset, part) = self.data.open(&model)?;
                say_rows(&dataset, part, quiet);
                warn(&model.prepare(&dataset)?.1, quiet);
                let rows = work.rows(&model, &dataset)?;
                work.end()?;
                let mut head = head(&model);
                if !dataset.row_names.is_empty() {
                    head.ids = vec![FILE.to_owned()];
                }
                let mut block = Some(Block {
                    seen: self.output.is_picture().then(|| dataset.matrix()),
                    ids: dataset.row_names,
                    rows,
                });
                self.output
                    .write_blocks(form, &head, &mut || Ok(block.take()))
            }
        }
    }

    fn run_windows(
        &self,
        model: &Model,
        table: WindowedTable,
        quiet: bool,
        (form, mut head): (Form, Head<'_>),
        work: &mut dyn Work,
    ) -> anyhow::Result<()> {
        let windows = &table.windows;
        say_rows(windows, "given", quiet);
        warn(&model.prepare(windows)?.1, quiet);
        let rows = work.windows(model, windows)?;
        work.end()?;
        head.ids = table.id_names;
        let mut block = Some(Block {
            ids: table.ids,
            ..Block::unnamed(rows)
        });
        self.output
            .write_blocks(form, &head, &mut || Ok(block.take()))
    }

    fn run_table(
        &self,
        model: &Model,
        mut reader: TableReader,
        quiet: bool,
        (form, mut head): (Form, Head<'_>),
        work: &mut dyn Work,
    ) -> anyhow::Result<()> {
        head.ids = reader.id_names();
        let mut oddities = Oddities::default();
        thread::scope(|scope| -> anyhow::Result<()> {
            let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
            scope.spawn(move || {
                loop {
                    let block = reader.next_block();
                    let is_last = !matches!(block, Ok(Some(_)));
                    // The other side hears of the end, or has gone away with an error.
                    if sender.send(block).is_err() || is_last {
                        break;
                    }
                }
            });
            let mut next = || -> anyhow::Result<Option<Block>> {
                let block: Result<_, DataError> = blocks.recv()?;
                let Some(block) = block? else {
                    work.end()?;
                    return Ok(None);
                };
                oddities.add(&model.oddities(&block.dataset)?);
                let rows = work.rows(model, &block.dataset)?;
                Ok(Some(Block {
                    ids: block.ids,
                    ..Block::unnamed(rows)
                }))
            };
            let written = self.output.write_blocks(form, &head, &mut next);
            // The reader may wait for room.
            drop(blocks);
            written
        })?;
        if !quiet {
            say(format_args!("{}: {} rows", self.data.data, oddities.rows));
        }
        warn(&model.oddities_in_words(&oddities), quiet);
        Ok(())
    }
}
