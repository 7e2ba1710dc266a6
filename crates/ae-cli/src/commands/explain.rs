use super::named::{NamedRows, Which, cell_json, table};
use super::print;
use crate::data_options::DataArguments;
use crate::report::cells::{confidence, judgement};
use crate::report::number::percent;
use ae_model::Model;
use ae_model::explain::{Column, Confidence, Explanation, OddRun};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Says why rows are odd, or the oddest few if none is an anomaly: the cells that make them so, what was expected there, how sure that
/// is, and each cell's share of the row's score; and the ordinary row of the same data that is
/// most like it in everything else. Of a model of windows, rows are time steps, and of
/// anomalies that follow each other the oddest is explained.
///
/// What is expected in a listed cell is what the network makes of the row's less suspicious
/// cells. The interval behind it holds about 95 % of such cells: that is tried out on ordinary
/// rows of the same data.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    which: Which,
    /// At most so many cells of a row.
    #[arg(long, value_name = "CELLS", default_value_t = 5)]
    cells: usize,
    /// A JSON object a row.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    let rows = NamedRows::read(&arguments.data, &arguments.which, &model, quiet)?;
    let (which, cells) = (&arguments.which, arguments.cells);
    let mut runs = Vec::new();
    let explained = match &rows.dataset.windows {
        Some(windows) => {
            let judged = model.judge_steps(&rows.dataset)?;
            runs = OddRun::all(windows, &judged);
            let chosen = which.steps(&judged, &runs, quiet)?;
            model.explain_steps(&rows.dataset, &judged, &chosen, cells)?
        }
        None => {
            let judged = model.judge(&rows.dataset)?;
            let chosen = which.or_oddest(&judged, quiet)?;
            model.explain(&rows.dataset, &judged, &chosen, cells)?
        }
    };
    let columns = model.columns_of_a_step();
    for explanation in &explained {
        let run = runs.iter().find(|run| run.peak == explanation.row);
        let text = match arguments.json {
            true => json_line(explanation, run, &rows, &columns).to_string(),
            false => paragraph(explanation, run, &rows, &columns),
        };
        print(&text)?;
    }
    Ok(())
}

fn paragraph(
    explanation: &Explanation,
    run: Option<&OddRun>,
    rows: &NamedRows,
    columns: &[Column],
) -> String {
    let mut lines = table(["column", "value", "expected", "", "share of the score"]);
    for cell in &explanation.cells {
        let column = &columns[cell.column];
        lines.add_row([
            column.name.clone(),
            cell.text(column),
            column.text(&cell.expected),
            confidence(cell, column),
            percent(cell.share),
        ]);
    }
    let nearest = explanation.nearest.map(|row| {
        let cells = explanation.cells.iter();
        let values = cells.map(|cell| {
            let column = &columns[cell.column];
            format!("{} {}", column.name, rows.text(row, column))
        });
        let values: Vec<String> = values.collect();
        format!(
            "\nmost alike: {}, with {}",
            rows.name(row),
            values.join(", ")
        )
    });
    let run = run.filter(|run| run.steps > 1).map(|run| {
        let [first, last] = run.ends.map(|row| rows.name(row));
        format!("; the oddest of {} in a row, {first} to {last}", run.steps)
    });
    format!(
        "{}: {}{}\n{}{}\n",
        rows.name(explanation.row),
        judgement(&explanation.judged),
        run.unwrap_or_default(),
        lines.trim_fmt(),
        nearest.unwrap_or_default()
    )
}

fn json_line(
    explanation: &Explanation,
    run: Option<&OddRun>,
    rows: &NamedRows,
    columns: &[Column],
) -> Value {
    let mut json = rows.json(explanation.row);
    json.insert("judged".to_owned(), json!(explanation.judged));
    if let Some(run) = run {
        let [first, last] = run.ends.map(|row| row + 1);
        let stretch = json!({ "first_row": first, "last_row": last, "steps": run.steps });
        json.insert("stretch".to_owned(), stretch);
    }
    let cells = explanation.cells.iter().map(|cell| {
        let column = &columns[cell.column];
        let mut json = json!({
            "column": column.name,
            "share": cell.share,
            "value": rows.value(explanation.row, column),
            "expected": cell_json(column, &cell.expected),
        });
        match cell.confidence {
            Confidence::Interval(ends) => {
                json["interval"] = json!(ends.map(|end| column.number(end)))
            }
            Confidence::Probability([expected, own]) => {
                json["probability"] = json!({ "expected": expected, "value": own });
            }
            Confidence::Unknown => {}
        }
        json
    });
    json.insert("cells".to_owned(), cells.collect());
    if let Some(row) = explanation.nearest {
        let mut nearest = rows.json(row);
        let values = explanation.cells.iter().map(|cell| {
            let column = &columns[cell.column];
            (column.name.clone(), rows.value(row, column))
        });
        nearest.insert("values".to_owned(), Value::Object(values.collect()));
        json.insert("nearest".to_owned(), Value::Object(nearest));
    }
    Value::Object(json)
}
