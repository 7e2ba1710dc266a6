use super::{print, rows};
use crate::failure::Failure;
use crate::output::system_error;
use crate::say::say;
use ae_data::Labels;
use ae_model::{Judged, Ranking};
use ndarray::Array2;
use std::io::{self, Write};

/// Says how odd each row is, and which are anomalies.
///
/// A line a row: its number (from 1), its score (higher is odder), its p-value (the share of
/// ordinary rows at least as odd) and whether it is beyond the model's threshold. A .npy file
/// holds the last three. Where the rows have labels, how well the scores find the anomalies
/// is said too.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    rows: rows::Arguments,
    /// A JSON object a line, in place of CSV.
    #[arg(long)]
    json: bool,
    /// The label of anomalies [default: the rarer of two].
    #[arg(long, value_name = "CLASS")]
    outlier: Option<String>,
}

/// What is said of one row.
#[derive(serde::Serialize)]
struct Line {
    row: usize,
    #[serde(flatten)]
    judged: Judged,
}

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let (model, dataset) = arguments.rows.open(quiet)?;
    let judged = model.judge(&dataset)?;
    let quality = match &dataset.labels {
        Some(labels) => Some(quality(labels, arguments.outlier.as_deref(), &judged)?),
        None if arguments.outlier.is_some() => {
            let hint = "say where the classes are with `--label`".to_owned();
            return Err(Failure::usage("--outlier: the rows have no labels", Some(hint)).into());
        }
        None => None,
    };
    let numbers = Array2::from_shape_fn((judged.len(), 3), |(row, column)| {
        let Judged {
            score,
            p_value,
            anomaly,
        } = judged[row];
        [score as f32, p_value as f32, f32::from(u8::from(anomaly))][column]
    });
    let lines = (1..).zip(&judged).map(|(row, judged)| Line {
        row,
        judged: *judged,
    });
    let kinds: &[&str] = if arguments.json {
        &["jsonl", "json"]
    } else {
        &["csv"]
    };
    let output = &arguments.rows.output;
    output.write_text(kinds, &numbers, |out| match arguments.json {
        true => write_json(out, lines),
        false => write_csv(out, lines),
    })?;
    match quality {
        Some(text) if output.is_file() => print(&text),
        Some(text) if !quiet => {
            say(text);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn write_json(out: &mut dyn Write, lines: impl Iterator<Item = Line>) -> io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn write_csv(out: &mut dyn Write, lines: impl Iterator<Item = Line>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let names = ["row", "score", "p_value", "anomaly"];
    writer.write_record(names).map_err(system_error)?;
    for Line { row, judged } in lines {
        let cells = [
            row.to_string(),
            judged.score.to_string(),
            judged.p_value.to_string(),
            judged.anomaly.to_string(),
        ];
        writer.write_record(cells).map_err(system_error)?;
    }
    writer.flush()
}

/// How well scores find the rows of a class; nothing here changes what is called an anomaly.
fn quality(labels: &Labels, outlier: Option<&str>, judged: &[Judged]) -> anyhow::Result<String> {
    let class = match outlier {
        Some(name) => labels.names.iter().position(|known| known == name),
        None => rarer(labels),
    };
    let Some(class) = class else {
        let known = labels.names.join(", ");
        return match outlier {
            Some(name) => {
                let near = ae_choice::suggest(name, labels.names.iter().map(String::as_str));
                let hint = near.map_or(format!("classes: {known}"), |near| {
                    format!("did you mean `{near}`? classes: {known}")
                });
                Err(Failure::usage(format!("no row is labelled `{name}`"), Some(hint)).into())
            }
            None => Ok(format!(
                "AUROC n/a: {} classes ({known}); `--outlier CLASS` says which are anomalies",
                labels.names.len()
            )),
        };
    };
    let anomalies: Vec<bool> = labels.ids.iter().map(|id| *id as usize == class).collect();
    let scores: Vec<f64> = judged.iter().map(|judged| judged.score).collect();
    let name = &labels.names[class];
    Ok(match Ranking::judge(&scores, &anomalies) {
        Err(reason) => format!("AUROC n/a: {reason} (label `{name}`)"),
        Ok(ranking) => {
            let flagged = || judged.iter().zip(&anomalies).filter(|(row, _)| row.anomaly);
            format!(
                "anomalies           {} of {} rows, labelled `{name}`\n\
                 AUROC               {:.4}\n\
                 average precision   {:.4} (by chance {:.4})\n\
                 precision at {:<6} {:.4}\n\
                 beyond threshold    {} rows, {} of them anomalies",
                ranking.anomalies,
                ranking.rows,
                ranking.auroc,
                ranking.average_precision,
                ranking.anomalies as f64 / ranking.rows as f64,
                ranking.anomalies,
                ranking.precision_at_n,
                flagged().count(),
                flagged().filter(|(_, is)| **is).count(),
            )
        }
    })
}

/// The rarer of two classes; the second, which is 1 or `true`, of two equally frequent.
fn rarer(labels: &Labels) -> Option<usize> {
    if labels.names.len() != 2 {
        return None;
    }
    let second = labels.ids.iter().filter(|id| **id == 1).count();
    Some(usize::from(2 * second <= labels.ids.len()))
}
