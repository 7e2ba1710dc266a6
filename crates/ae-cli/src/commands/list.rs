use crate::failure::Failure;
use crate::recipe::RECIPES;
use ae_choice::Entry;
use ae_data::source::{FORMATS, NamedSet};
use ae_data::{Noise, Scaling};
use ae_model::{Scoring, Threshold};
use ae_nn::{Activation, Clipping, Initialiser, Loss, Optimizer, Schedule, Sparsity};
use comfy_table::{Table, presets};

/// Lists data sets, recipes, activations, losses and every other choice.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// What to list; everything, if not given.
    what: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// A name and one line on it.
type Line = (String, String);

/// What a kind is called, and its lines.
type Kind = (&'static str, fn() -> Vec<Line>);

/// Every kind there is.
const KINDS: &[Kind] = &[
    ("data", data),
    ("formats", formats),
    ("recipes", recipes),
    ("activations", || catalogue(Activation::CATALOGUE)),
    ("losses", || catalogue(Loss::CATALOGUE)),
    ("optimizers", || catalogue(Optimizer::CATALOGUE)),
    ("schedules", || catalogue(Schedule::CATALOGUE)),
    ("initialisers", || catalogue(Initialiser::CATALOGUE)),
    ("sparsities", || catalogue(Sparsity::CATALOGUE)),
    ("clippings", || catalogue(Clipping::CATALOGUE)),
    ("noises", || catalogue(Noise::CATALOGUE)),
    ("scalings", || catalogue(Scaling::CATALOGUE)),
    ("scorings", || catalogue(Scoring::CATALOGUE)),
    ("thresholds", || catalogue(Threshold::CATALOGUE)),
    ("samplers", || catalogue(ae_sweep::Sampler::CATALOGUE)),
];

pub fn run(arguments: Arguments, _quiet: bool) -> anyhow::Result<()> {
    let asked = arguments.what.as_deref();
    let kinds: Vec<_> = KINDS
        .iter()
        .filter(|(name, _)| asked.is_none_or(|asked| is(asked, name)))
        .collect();
    if kinds.is_empty() {
        let names = || KINDS.iter().map(|(name, _)| *name);
        let found = asked.unwrap_or_default();
        let near = ae_choice::suggest(found, names());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", names().collect::<Vec<_>>().join(", ")),
        };
        return Err(Failure::usage(format!("nothing called `{found}` to list"), Some(hint)).into());
    }
    if arguments.json {
        let map: serde_json::Map<String, serde_json::Value> = kinds
            .iter()
            .map(|(name, lines)| {
                let entries = lines()
                    .into_iter()
                    .map(|(name, summary)| serde_json::json!({ "name": name, "summary": summary }));
                ((*name).to_owned(), entries.collect())
            })
            .collect();
        return super::print(&serde_json::to_string_pretty(&map)?);
    }
    let sections = kinds.iter().map(|(name, lines)| {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for (name, summary) in lines() {
            table.add_row([format!("  {name}"), summary]);
        }
        format!("{name}\n{}", table.trim_fmt())
    });
    super::print(&sections.collect::<Vec<_>>().join("\n\n"))
}

/// The plural or the singular.
fn is(asked: &str, name: &str) -> bool {
    let singular = match name {
        "losses" => "loss",
        "sparsities" => "sparsity",
        _ => name.strip_suffix('s').unwrap_or(name),
    };
    asked == name || asked == singular
}

fn catalogue(entries: &[Entry]) -> Vec<Line> {
    let line = |entry: &Entry| {
        let parameters = entry.parameters.iter().map(|parameter| {
            format!(
                "\n{}={} in {}: {}",
                parameter.key, parameter.default, parameter.range, parameter.help
            )
        });
        let parameters: String = parameters.collect();
        (
            entry.name.to_owned(),
            format!("{}{parameters}", entry.summary),
        )
    };
    entries.iter().map(line).collect()
}

fn data() -> Vec<Line> {
    catalogue(NamedSet::CATALOGUE)
}

fn formats() -> Vec<Line> {
    let lines = FORMATS.iter();
    lines
        .map(|format| (format.name.to_owned(), format.summary.to_owned()))
        .collect()
}

fn recipes() -> Vec<Line> {
    let lines = RECIPES.iter();
    lines
        .map(|recipe| (recipe.name.to_owned(), recipe.summary()))
        .collect()
}
