use super::named::{NamedRows, Which, cell_json, table};
use super::{print, refuse_windows};
use crate::data_options::DataArguments;
use crate::report::cells::judgement;
use ae_model::Model;
use ae_model::explain::{Column, Repair};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Says which few cells to change, and to what, to make odd rows ordinary.
///
/// Columns are set to what the network expects of the row's other cells, one after the other,
/// until the score is within the model's threshold; what turns out not to be needed is left as it
/// was.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    which: Which,
    /// A JSON object a row.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    refuse_windows(&model, "repair")?;
    let rows = NamedRows::read(&arguments.data, &arguments.which, &model, quiet)?;
    let chosen = arguments.which.of(&model.judge(&rows.dataset)?, quiet)?;
    let columns = model.columns();
    for repair in model.repair(&rows.dataset, &chosen)? {
        let text = match arguments.json {
            true => json_line(&repair, &rows, &columns).to_string(),
            false => paragraph(&repair, &rows, &columns),
        };
        print(&text)?;
    }
    Ok(())
}

fn paragraph(repair: &Repair, rows: &NamedRows, columns: &[Column]) -> String {
    let mut lines = table(["column", "from", "to"]);
    for edit in &repair.edits {
        let column = &columns[edit.column];
        lines.add_row([
            column.name.clone(),
            rows.text(repair.row, column),
            column.text(&edit.to),
        ]);
    }
    let name = rows.name(repair.row);
    let before = judgement(&repair.before);
    if repair.edits.is_empty() {
        return format!("{name}: {before}; nothing to change\n");
    }
    let after = judgement(&repair.after);
    let (edits, s) = (
        repair.edits.len(),
        if repair.edits.len() == 1 { "" } else { "s" },
    );
    let but = match repair.after.anomaly {
        true => format!("\nnot ordinary with {edits} edit{s} either: the whole row is strange"),
        false => String::new(),
    };
    format!(
        "{name}: {before}\n{}\nthen {after}{but}\n",
        lines.trim_fmt()
    )
}

fn json_line(repair: &Repair, rows: &NamedRows, columns: &[Column]) -> Value {
    let mut json = rows.json(repair.row);
    json.insert("before".to_owned(), json!(repair.before));
    json.insert("after".to_owned(), json!(repair.after));
    let edits = repair.edits.iter().map(|edit| {
        let column = &columns[edit.column];
        json!({
            "column": column.name,
            "from": rows.value(repair.row, column),
            "to": cell_json(column, &edit.to),
        })
    });
    json.insert("edits".to_owned(), edits.collect());
    Value::Object(json)
}
