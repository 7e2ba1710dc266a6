//! Rows that are spoken of one by one: what they are called, and which of them.

use super::rows::FILE;
use super::{say_rows, warn};
use crate::data_options::DataArguments;
use crate::failure::Failure;
use crate::report::number::counted;
use crate::say::say;
use ae_data::{Dataset, Kind, Windows};
use ae_model::explain::{Column, OddRun};
use ae_model::{Judged, Model};
use comfy_table::{Table, presets};
use serde_json::{Map, Value, json};

/// All rows of some data, with their ids.
pub struct NamedRows {
    /// The rows.
    pub dataset: Dataset,
    ids: Vec<String>,
    id_names: Vec<String>,
    shown: Vec<Column>,
    /// Of time steps: the place of each row in its series.
    places: Vec<usize>,
}

/// Which rows.
#[derive(clap::Args, Debug)]
pub struct Which {
    /// These rows, by number from 1, in place of the anomalies.
    #[arg(long = "row", value_name = "NUMBER", value_delimiter = ',')]
    rows: Vec<usize>,
    /// At most so many anomalies, the oddest first.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    top: usize,
    /// Columns to name each row by, beside its number and its ids.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    show: Vec<String>,
}

impl NamedRows {
    /// Reads them as the model wants them.
    pub fn read(
        data: &DataArguments,
        which: &Which,
        model: &Model,
        quiet: bool,
    ) -> anyhow::Result<Self> {
        let shown = which.shown(model)?;
        let (dataset, part, ids, id_names) = if let Some(table) = data.open_windows(model)? {
            (table.windows, "given", table.ids, table.id_names)
        } else if let Some(reader) = data.open_blocks(model)? {
            warn(reader.notes(), quiet);
            let id_names = reader.id_names();
            let (dataset, ids) = reader.read_all()?;
            (dataset, "given", ids, id_names)
        } else {
            let (dataset, part) = data.open(model)?;
            let ids = dataset.row_names.clone();
            let id_names = match ids.is_empty() {
                true => Vec::new(),
                false => vec![FILE.to_owned()],
            };
            (dataset, part, ids, id_names)
        };
        say_rows(&dataset, part, quiet);
        warn(&model.prepare(&dataset)?.1, quiet);
        let windows = dataset.windows.as_ref();
        Ok(Self {
            places: windows.map(Windows::places_of_rows).unwrap_or_default(),
            dataset,
            ids,
            id_names,
            shown,
        })
    }

    /// "row 17", "row 17 (machine A12)".
    pub fn name(&self, row: usize) -> String {
        let ids = self.ids(row).map(|(name, id)| format!("{name} {id}"));
        let shown = self.shown.iter();
        let shown = shown.map(|column| format!("{} {}", column.name, self.text(row, column)));
        let names: Vec<String> = ids.chain(shown).collect();
        match names.is_empty() {
            true => format!("row {}", row + 1),
            false => format!("row {} ({})", row + 1, names.join(", ")),
        }
    }

    /// What a row has in a column.
    pub fn text(&self, row: usize, column: &Column) -> String {
        match self.dataset.strange.get(row, column.cells.start) {
            Some(word) => word.to_owned(),
            None => column.text(&self.cells(row, column)),
        }
    }

    /// The same for a script.
    pub fn value(&self, row: usize, column: &Column) -> Value {
        match self.dataset.strange.get(row, column.cells.start) {
            Some(word) => json!(word),
            None => cell_json(column, &self.cells(row, column)),
        }
    }

    fn cells(&self, row: usize, column: &Column) -> Vec<f32> {
        let cells = column.cells.clone();
        let value = |cell| match &self.dataset.windows {
            Some(windows) => windows.cell(&self.dataset, self.places[row], cell),
            None => self.dataset.value(row, cell),
        };
        cells.map(value).collect()
    }

    /// What a row is called, for a script.
    pub fn json(&self, row: usize) -> Map<String, Value> {
        let ids: Map<String, Value> = self
            .ids(row)
            .map(|(name, id)| (name.clone(), json!(id)))
            .collect();
        let mut json = Map::from_iter([("row".to_owned(), json!(row + 1))]);
        if !ids.is_empty() {
            json.insert("id".to_owned(), Value::Object(ids));
        }
        let shown = self.shown.iter();
        let shown: Map<String, Value> = shown
            .map(|column| (column.name.clone(), self.value(row, column)))
            .collect();
        if !shown.is_empty() {
            json.insert("shown".to_owned(), Value::Object(shown));
        }
        json
    }

    fn ids(&self, row: usize) -> impl Iterator<Item = (&String, &String)> {
        let count = self.id_names.len();
        self.id_names.iter().zip(&self.ids[row * count..][..count])
    }
}

impl Which {
    /// The columns to name rows by.
    fn shown(&self, model: &Model) -> anyhow::Result<Vec<Column>> {
        let columns = model.columns_of_a_step();
        // Rows are named by their ids in any case.
        let is_id = |name: &&String| {
            let mut all = model.table().schema().into_iter().flat_map(|s| &s.columns);
            all.any(|column| column.name == **name && column.kind == Kind::Id)
        };
        let find = |name: &String| columns.iter().find(|column| column.name == *name);
        let asked = || self.show.iter().filter(|name| !is_id(name));
        let unknown: Vec<&str> = asked()
            .filter(|name| find(name).is_none())
            .map(String::as_str)
            .collect();
        match unknown.is_empty() {
            true => Ok(asked().filter_map(find).cloned().collect()),
            false => Err(no_such_columns(&unknown, &columns)),
        }
    }

    /// The rows that were asked for by number, from 0, of so many.
    fn by_number(&self, rows: usize) -> anyhow::Result<Vec<usize>> {
        self.rows.iter().map(|row| place(*row, rows)).collect()
    }

    /// The rows that are meant, from 0.
    pub fn of(&self, judged: &[Judged], quiet: bool) -> anyhow::Result<Vec<usize>> {
        if !self.rows.is_empty() {
            return self.by_number(judged.len());
        }
        let mut odd: Vec<usize> = (0..judged.len())
            .filter(|row| judged[*row].anomaly)
            .collect();
        odd.sort_by(|a, b| judged[*b].score.total_cmp(&judged[*a].score));
        if !quiet {
            let (found, rows, top) = (odd.len(), judged.len(), self.top);
            let shown = if found > top {
                format!("; the oddest {top}:")
            } else {
                String::new()
            };
            let are = if found == 1 {
                "is an anomaly"
            } else {
                "are anomalies"
            };
            say(format_args!("{found} of {rows} rows {are}{shown}"));
        }
        odd.truncate(self.top);
        Ok(odd)
    }
}

/// Rows that are explained though none is an anomaly.
const FEW: usize = 3;

impl Which {
    /// The rows that are meant; where there are no anomalies, the oddest few.
    pub fn or_oddest(&self, judged: &[Judged], quiet: bool) -> anyhow::Result<Vec<usize>> {
        let chosen = self.of(judged, quiet)?;
        if !chosen.is_empty() {
            return Ok(chosen);
        }
        let rows = judged.iter().enumerate();
        let oddest = self.oddest(rows.map(|(row, judged)| (row, judged.score)));
        if !quiet {
            say(format_args!(
                "the oddest {} of them all the same:",
                oddest.len()
            ));
        }
        Ok(oddest)
    }

    /// The time steps that are meant, from 0: of each run of anomalies the oddest step, or the
    /// oddest few where there are no anomalies.
    pub fn steps(
        &self,
        judged: &[Option<Judged>],
        runs: &[OddRun],
        quiet: bool,
    ) -> anyhow::Result<Vec<usize>> {
        if !self.rows.is_empty() {
            let chosen = self.by_number(judged.len())?;
            return match chosen.iter().find(|row| judged[**row].is_none()) {
                None => Ok(chosen),
                Some(row) => Err(Failure::usage(
                    format!("--row {}: no window covers this time step", row + 1),
                    Some("its stretch of the series is shorter than a window".to_owned()),
                )
                .into()),
            };
        }
        let odd = judged.iter().flatten().filter(|step| step.anomaly).count();
        let mut chosen: Vec<usize> = runs.iter().map(|run| run.peak).collect();
        chosen.truncate(self.top);
        if runs.is_empty() {
            let steps = judged.iter().enumerate();
            chosen = self.oddest(steps.filter_map(|(row, step)| Some((row, (*step)?.score))));
        }
        if !quiet {
            let (steps, shown) = (judged.len(), chosen.len());
            say(match runs.len() {
                0 => format!("0 of {steps} time steps are anomalies; the oddest {shown}:"),
                runs => format!(
                    "{odd} of {steps} time steps are anomalies, in {}; the oddest step of {}:",
                    counted(runs, "stretch", "stretches"),
                    if runs > shown {
                        format!("the oddest {shown}")
                    } else {
                        "each".to_owned()
                    },
                ),
            });
        }
        Ok(chosen)
    }

    /// The rows with the highest scores, a few.
    fn oddest(&self, scores: impl Iterator<Item = (usize, f64)>) -> Vec<usize> {
        let mut scores: Vec<(usize, f64)> = scores.collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        scores.truncate(self.top.min(FEW));
        scores.into_iter().map(|(row, _)| row).collect()
    }
}

fn no_such_columns(unknown: &[&str], columns: &[Column]) -> anyhow::Error {
    let names = columns.iter().map(|column| column.name.as_str());
    let list = names.clone().collect::<Vec<_>>().join(", ");
    let near: Vec<String> = unknown
        .iter()
        .filter_map(|name| ae_choice::suggest(name, names.clone()))
        .map(|near| format!("`{near}`"))
        .collect();
    let hint = match near.is_empty() {
        true => format!("columns: {list}"),
        false => format!("did you mean {}? columns: {list}", near.join(", ")),
    };
    let (which, column) = (
        unknown.join(","),
        if unknown.len() == 1 {
            "column"
        } else {
            "columns"
        },
    );
    let what = format!("--show {which}: the model knows no such {column}");
    Failure::usage(what, Some(hint)).into()
}

fn place(number: usize, rows: usize) -> anyhow::Result<usize> {
    match number {
        1.. if number <= rows => Ok(number - 1),
        _ => {
            let hint = Some(format!("rows are numbered from 1 to {rows}"));
            Err(Failure::usage(format!("--row {number}: there is no such row"), hint).into())
        }
    }
}

/// A cell for a script: numbers as such, all else as the table has it, null for a missing one.
pub fn cell_json(column: &Column, cells: &[f32]) -> Value {
    let text = column.text(cells);
    match column.kind {
        _ if text.is_empty() => Value::Null,
        Kind::Number(_) => json!(column.number(cells[0])),
        _ => json!(text),
    }
}

/// A table without lines.
pub fn table<const COLUMNS: usize>(head: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(head);
    table
}
