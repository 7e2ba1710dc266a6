use crate::run_report::architecture;
use ae_data::{Kind, Schema};
use ae_model::Model;
use comfy_table::{Table, presets};
use std::path::PathBuf;

/// Shows what is in a model file.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments, _quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    if arguments.json {
        let last = model.history().last();
        let mut value = serde_json::json!({
            "shape": model.autoencoder().shape(),
            "features": model.autoencoder().features(),
            "latent": model.autoencoder().latent(),
            "parameters": model.autoencoder().free_parameters(model.settings().tied),
            "loss": model.loss(),
            "layout": model.table(),
            "scaling": model.scaling().scaling(),
            "cutoff": model.scorer().cutoff(),
            "groups": model.preprocessing().groups(),
            "provenance": model.provenance(),
            "settings": model.settings(),
            "epochs": model.history().len(),
            "train_loss": last.map(|epoch| epoch.train_loss),
            "validation_loss": last.and_then(|epoch| epoch.validation_loss),
        });
        if let Some(windowing) = model.windowing() {
            value["windows"] = serde_json::json!(windowing);
        }
        return super::print(&serde_json::to_string_pretty(&value)?);
    }
    let provenance = model.provenance();
    let mut lines = vec![
        ("shape", model.autoencoder().shape()),
        (
            "parameters",
            model
                .autoencoder()
                .free_parameters(model.settings().tied)
                .to_string(),
        ),
        ("loss", model.loss_name()),
        ("scaling", model.scaling().scaling().to_string()),
        ("data", provenance.data.clone()),
        ("data SHA-256", provenance.fingerprint.clone()),
        (
            model.rows_noun(),
            format!(
                "{} trained on, {} watched",
                provenance.train_rows, provenance.validation_rows
            ),
        ),
        (
            "weights",
            format!("of epoch {} of {}", provenance.epoch, model.history().len()),
        ),
        ("anomalies", anomalies(&model)),
        ("made by", provenance.program.clone()),
    ];
    if let Some(windowing) = model.windowing() {
        let (length, stride) = (windowing.length(), windowing.stride());
        let value = format!("{length} time steps each, one every {stride}");
        lines.push(("windows are", value));
    }
    if let Some(epoch) = model.history().get(provenance.epoch.saturating_sub(1)) {
        lines.push(("train loss", format!("{:.5}", epoch.train_loss)));
        if let Some(loss) = epoch.validation_loss {
            lines.push(("validation loss", format!("{loss:.5}")));
        }
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (name, value) in lines {
        table.add_row([name.to_owned(), value]);
    }
    let mut layers = Table::new();
    layers.load_style(presets::NOTHING);
    layers.set_header(["layer", "kind", "shape", "parameters"]);
    for line in architecture(&model) {
        let parameters = line.parameters.to_string();
        layers.add_row([line.name, line.kind, line.shape, parameters]);
    }
    let mut text = format!("{}\n\n{}", table.trim_fmt(), layers.trim_fmt());
    if let Some(schema) = model.table().schema() {
        text += &format!("\n\n{}", columns(schema, &model).trim_fmt());
    }
    super::print(&text)
}

/// The columns of the table it was trained on, and what became of each.
fn columns(schema: &Schema, model: &Model) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["column", "kind", "features"]);
    let groups = model.table_preprocessing().groups().unwrap_or_default();
    for column in &schema.columns {
        let group = groups.iter().find(|group| group.column == column.name);
        let features = match (group, &column.kind) {
            (Some(group), _) => group.features.len().to_string(),
            (None, Kind::Id) => "carried along".to_owned(),
            (None, Kind::Time(_)) => "orders the rows".to_owned(),
            (None, Kind::Group) => "tells series apart".to_owned(),
            (None, _) => "left out".to_owned(),
        };
        table.add_row([column.name.clone(), column.kind.name().to_owned(), features]);
    }
    table
}

/// From which score on, and by which rows.
fn anomalies(model: &Model) -> String {
    let scorer = model.scorer();
    let (rows, held_out) = scorer.calibration();
    let kind = if held_out { "held-out" } else { "training" };
    format!(
        "scores above {:.4}: {} on {rows} {kind} rows",
        scorer.cutoff(),
        scorer.threshold()
    )
}
