use super::{print, warn};
use crate::data_options::DataArguments;
use crate::options::choice;
use crate::run_folder::write_text;
use crate::run_report::{Page, settings_text};
use ae_data::Noise;
use ae_model::denoising::{NOISES, noise_matrix};
use ae_model::{Model, Rows, evaluate};
use std::path::PathBuf;

/// Measures a model on data and says whether it is any good.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A model file.
    model: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// What the rows are spoiled with before the encoder sees them; the noise of the
    /// model's training, if not given; none for clean rows.
    #[arg(long, value_parser = choice::<Noise>)]
    noise: Option<Noise>,
    /// Try several noises and strengths, each beside the noisy rows themselves and, for images,
    /// beside a median and a Gaussian filter; those named, as gaussian:0.3 salt-pepper:0.1, or
    /// nine usual ones.
    #[arg(long, value_name = "NOISE", num_args = 0.., value_parser = choice::<Noise>)]
    noise_matrix: Option<Vec<Noise>>,
    /// Estimate how likely the rows are, from so many codes drawn for each: for variational
    /// autoencoders.
    #[arg(long, value_name = "DRAWS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    likelihood: Option<u32>,
    /// Write the whole report there, as one HTML file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// All that was measured, as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    let (dataset, part) = arguments.data.open(&model)?;
    let (prepared, mut warnings) = model.prepare(&dataset)?;
    warnings.extend(dataset.warnings.iter().cloned());
    warn(&warnings, quiet);
    let all: Vec<u32> = (0..dataset.rows as u32).collect();
    let clean = || Rows::new(&dataset, &all, &prepared);
    let noise = arguments.noise.unwrap_or(model.settings().noise);
    let range = model.range();
    let rows = clean().with_fixed_noise(noise, model.settings().seed, range, &clean());
    let mut evaluation = evaluate(&model, &rows, part)?;
    if let Some(asked) = &arguments.noise_matrix {
        let matrix = noise_matrix(&model, &clean, &noises(asked, model.settings().noise)?)?;
        evaluation = evaluation.with_noise_matrix(matrix);
    }
    if let Some(draws) = arguments.likelihood {
        evaluation = evaluation.with_likelihood(&model, &rows, draws)?;
    }
    let page = Page {
        model: &model,
        evaluation: &evaluation,
        command: &format!(
            "ae evaluate {} {}",
            arguments.model.display(),
            arguments.data.data
        ),
        data: &arguments.data.data,
        settings: &settings_text(&model)?,
        warnings: &warnings,
    };
    if let Some(path) = &arguments.report {
        write_text(path, &page.html()?)?;
    }
    if arguments.json {
        return print(&serde_json::to_string_pretty(&evaluation)?);
    }
    print(page.summary().trim_end())
}

/// Those asked for, or the usual ones and that of the training.
fn noises(asked: &[Noise], trained_on: Noise) -> anyhow::Result<Vec<Noise>> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let usual: Result<Vec<Noise>, _> = NOISES.iter().map(|noise| noise.parse()).collect();
    let mut noises = usual?;
    if !matches!(trained_on, Noise::None(_)) && !noises.contains(&trained_on) {
        noises.insert(0, trained_on);
    }
    Ok(noises)
}
