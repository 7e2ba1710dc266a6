//! The report in about ten lines of plain text.

use std::fmt::Write as _;

use ae_model::denoising::{MethodQuality, NoiseMatrix};
use ae_model::evaluation::{Evaluation, Finding, Grade, Severity};

use super::chart::share;
use super::number::{count, counted, percent, significant};
use super::{ReportInput, counted_rows};

/// Columns of a terminal that every terminal has.
const WIDTH: usize = 80;

/// Columns of a name, and of the longest bar.
const NAME: usize = 26;

/// Letters of a loss's name that stands behind its value.
const LOSS: usize = 32;
const BAR: usize = 38;

/// Baselines and findings shown: the best and the gravest.
const SHOWN: usize = 3;

fn gravity(severity: Severity) -> &'static str {
    match severity {
        Severity::Alarm => "alarm",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Findings with all that is known of them.
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let what = format!("{}: {}", finding.title, finding.detail);
        wrap(
            &mut text,
            &format!("{}: ", gravity(finding.severity)),
            &what,
        );
        wrap(&mut text, "  hint: ", &finding.hint);
    }
    text
}

/// The verdict, the error beside the baselines, the gravest findings, in lines of at most
/// 80 characters.
pub fn summary(input: &ReportInput) -> String {
    let evaluation = input.evaluation;
    let mut text = String::new();
    let word = match evaluation.verdict.grade {
        Grade::Good => "GOOD",
        Grade::Fair => "FAIR",
        Grade::Poor => "POOR",
        Grade::Broken => "BROKEN",
    };
    wrap(
        &mut text,
        &format!("{word}: "),
        &evaluation.verdict.sentence,
    );
    comparison(&mut text, evaluation);
    if let Some(matrix) = &evaluation.noise_matrix {
        noises(&mut text, matrix);
    }
    figures(&mut text, evaluation);
    for finding in evaluation.verdict.findings.iter().take(SHOWN) {
        let severity = gravity(finding.severity);
        wrap(&mut text, &format!("  {severity}: "), &finding.title);
        if finding.severity != Severity::Note && !finding.hint.is_empty() {
            wrap(&mut text, "    hint: ", &finding.hint);
        }
    }
    let more = evaluation.verdict.findings.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more in the report");
    }
    text
}

fn comparison(text: &mut String, evaluation: &Evaluation) {
    let model = ("this model", evaluation.error.mse);
    let baselines = evaluation.baselines.iter().take(SHOWN);
    let errors: Vec<(&str, f64)> = std::iter::once(model)
        .chain(baselines.map(|baseline| (baseline.name.as_str(), baseline.mse)))
        .collect();
    let most = errors
        .iter()
        .map(|(_, error)| *error)
        .filter(|error| error.is_finite())
        .fold(0.0, f64::max);
    let _ = writeln!(
        text,
        "  {:<NAME$} on {}",
        "mean squared error",
        rows(evaluation)
    );
    for (name, error) in errors {
        let length = (BAR as f64 * share(error, most)).round() as usize;
        let bar = "█".repeat(length);
        line(text, name, &format!("{:>12} {bar}", significant(error)));
    }
}

fn rows(evaluation: &Evaluation) -> String {
    let rows = counted_rows(evaluation);
    format!("{rows} ({})", shortened(&evaluation.part, NAME))
}

fn figures(text: &mut String, evaluation: &Evaluation) {
    let loss = &evaluation.loss;
    let floor = match loss.floor {
        Some(floor) if floor > 0.0 => format!(" (no model gets below {})", significant(floor)),
        _ => String::new(),
    };
    let units = evaluation.latent_units.iter();
    let dead = match units.filter(|unit| unit.dead).count() {
        0 => String::new(),
        some => format!(", {} of them dead", count(some)),
    };
    let explained = match evaluation.error.explained_variance {
        Some(share) => percent(share),
        None => "nothing varies".to_owned(),
    };
    let mut loss_name = format!("loss ({})", loss.name);
    let mut loss_value = format!("{}{floor}", significant(loss.value));
    if loss_name.chars().count() > NAME {
        loss_name = "loss".to_owned();
        loss_value = format!("{loss_value}, {}", shortened(&loss.name, LOSS));
    }
    for (name, value) in [
        ("variance explained", explained),
        (&loss_name, loss_value),
        (
            "code",
            format!(
                "{} for {} in a {}{dead}",
                counted(evaluation.latent, "number", "numbers"),
                count(evaluation.features),
                evaluation.rows_noun.trim_end_matches('s')
            ),
        ),
    ] {
        line(text, name, &value);
    }
    if let Some(drawn) = &evaluation.drawn {
        let row = evaluation.rows_noun.trim_end_matches('s');
        // Of a weighted loss, no unit is known.
        let nats = if drawn.is_likelihood { "nats " } else { "" };
        let parts = format!(
            "{} {nats}a {row} ({} + {} nats of divergence)",
            significant(drawn.negative_elbo),
            significant(drawn.reconstruction),
            significant(drawn.divergence)
        );
        let name = match drawn.is_likelihood {
            true => "negative ELBO",
            false => "loss and divergence",
        };
        line(text, name, &parts);
        if let Some(likelihood) = drawn.log_likelihood {
            line(
                text,
                "log likelihood",
                &format!(
                    "{} nats a {row}, about ({})",
                    significant(likelihood.nats),
                    counted(likelihood.draws as usize, "draw", "draws")
                ),
            );
        }
    }
    let in_use = evaluation.code_use.l0;
    if in_use < 0.5 * evaluation.latent as f64 {
        line(
            text,
            "numbers not 0 (L0)",
            &format!("{} a row", significant(in_use)),
        );
    }
}

/// A line a noise: what the model reaches, and what the best simpler method does.
fn noises(text: &mut String, matrix: &NoiseMatrix) {
    let quality = |method: &MethodQuality| match method.psnr {
        Some(psnr) => format!("{psnr:.2} dB"),
        None => significant(method.mse),
    };
    line(text, "noise", "this model     the best simpler method");
    for noise in &matrix.lines {
        let (Some(model), Some(other)) = (noise.model(), noise.best_other()) else {
            continue;
        };
        let mark = if noise.is_lost() { "  <- nearer" } else { "" };
        let value = format!(
            "{:<14} {:<10} {}{mark}",
            quality(model),
            quality(other),
            other.name
        );
        line(text, &format!("  {}", noise.noise), &value);
    }
}

/// A name and its value.
fn line(text: &mut String, name: &str, value: &str) {
    let line = format!("  {:<NAME$} {}", shortened(name, NAME), printable(value));
    let _ = writeln!(text, "{}", line.trim_end());
}

/// At most so long.
fn shortened(text: &str, most: usize) -> String {
    let text = printable(text);
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Without what would steer the terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// Writes `words` behind `start`, broken into lines that begin below the first word.
fn wrap(text: &mut String, start: &str, words: &str) {
    let indent = start.chars().count();
    let words: Vec<Vec<char>> = words
        .split_whitespace()
        .map(|word| printable(word).chars().collect())
        .collect();
    text.push_str(start);
    let mut column = indent;
    // A path may be longer than a line.
    for word in words.iter().flat_map(|word| word.chunks(WIDTH - indent)) {
        if column > indent && column + 1 + word.len() > WIDTH {
            let _ = write!(text, "\n{:indent$}", "");
            column = indent;
        }
        if column > indent {
            text.push(' ');
            column += 1;
        }
        text.extend(word);
        column += word.len();
    }
    text.push('\n');
}
