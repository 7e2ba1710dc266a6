use super::{print, rows};
use crate::failure::Failure;
use crate::output::{Form, Head};
use crate::say::say;
use ae_data::{Dataset, Kind, Labels, Schema, Windows};
use ae_model::{Judged, Model, Ranking};
use ndarray::Array2;
use std::borrow::Cow;
use std::collections::HashMap;

/// Says how odd each row is, and which are anomalies.
///
/// A line a row: its id or its number (from 1), its score (higher is odder), its p-value (the share of
/// ordinary rows at least as odd) and whether it is beyond the model's threshold. A .npy file
/// holds the last three. Where the rows have labels, how well the scores find the anomalies
/// is said too. With a model of windows, a row's score is the mean of those of the windows
/// that cover it: a row that none covers has empty cells. How well the scores do is counted row
/// by row, without point adjustment: finding one row of an odd stretch is not finding all of it.
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

/// What is said of a row.
const NAMES: [&str; 3] = ["score", "p_value", "anomaly"];

pub fn run(arguments: Arguments, quiet: bool) -> anyhow::Result<()> {
    let form = if arguments.json {
        Form::JsonLines
    } else {
        Form::Csv
    };
    let mut tally = Tally {
        outlier: arguments.outlier,
        rows: Vec::new(),
        classes: Vec::new(),
        places: HashMap::new(),
        quality: None,
    };
    arguments.rows.run(quiet, form, head, &mut tally)?;
    match tally.quality {
        Some(text) if arguments.rows.output.is_file() => print(&text),
        Some(text) if !quiet => {
            say(text);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn head(_model: &Model) -> Head<'_> {
    let mut schema = Schema::of_numbers(NAMES.map(str::to_owned));
    if let Some(anomaly) = schema.columns.last_mut() {
        anomaly.kind = Kind::Boolean {
            no: false.to_string(),
            yes: true.to_string(),
        };
    }
    Head {
        numbered: true,
        ..Head::of_table(Cow::Owned(schema))
    }
}

/// What rows with labels were judged, to say in the end how well.
struct Tally {
    /// The class of anomalies, if it was said.
    outlier: Option<String>,
    /// The class of each row.
    rows: Vec<(u32, Judged)>,
    /// The classes, in the order in which they came, and the place of each.
    classes: Vec<String>,
    places: HashMap<String, u32>,
    quality: Option<String>,
}

impl rows::Work for Tally {
    fn rows(&mut self, model: &Model, dataset: &Dataset) -> anyhow::Result<Array2<f32>> {
        let judged = model.judge(dataset)?.into_iter().map(Some).collect();
        self.judged(dataset.labels.as_ref(), judged)
    }

    fn windows(&mut self, model: &Model, windows: &Dataset) -> anyhow::Result<Array2<f32>> {
        let labels = windows.windows.as_ref().and_then(Windows::labels);
        self.judged(labels, model.judge_steps(windows)?)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        if !self.rows.is_empty() {
            self.quality = Some(self.judge()?);
        }
        Ok(())
    }
}

impl Tally {
    /// Scores, p-values and flags, NaN where nothing was judged.
    fn judged(
        &mut self,
        labels: Option<&Labels>,
        judged: Vec<Option<Judged>>,
    ) -> anyhow::Result<Array2<f32>> {
        if labels.is_none() && self.outlier.is_some() {
            let hint = "say where the classes are with `--label`".to_owned();
            return Err(Failure::usage("--outlier: the rows have no labels", Some(hint)).into());
        }
        if let Some(labels) = labels {
            self.add(labels, &judged);
        }
        Ok(Array2::from_shape_fn(
            (judged.len(), NAMES.len()),
            |(row, column)| {
                let Some(Judged {
                    score,
                    p_value,
                    anomaly,
                }) = judged[row]
                else {
                    return f32::NAN;
                };
                [score as f32, p_value as f32, f32::from(u8::from(anomaly))][column]
            },
        ))
    }

    fn add(&mut self, labels: &Labels, judged: &[Option<Judged>]) {
        let ids: Vec<u32> = labels.names.iter().map(|name| self.class(name)).collect();
        let of = labels.ids.iter().map(|id| ids[*id as usize]);
        let known = of
            .zip(judged)
            .filter_map(|(class, judged)| Some((class, (*judged)?)));
        self.rows.extend(known);
    }

    fn class(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.classes.len() as u32;
        self.classes.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    fn judge(&self) -> anyhow::Result<String> {
        let order = Labels::from_texts(&self.classes);
        let ids = self
            .rows
            .iter()
            .map(|(class, _)| order.ids[*class as usize]);
        let labels = Labels {
            ids: ids.collect(),
            names: order.names.clone(),
        };
        let judged: Vec<Judged> = self.rows.iter().map(|(_, judged)| *judged).collect();
        quality(&labels, self.outlier.as_deref(), &judged)
    }
}

/// Classes that are named, at most.
const FEW: usize = 10;

/// How well scores find the rows of a class; nothing here changes what is called an anomaly.
fn quality(labels: &Labels, outlier: Option<&str>, judged: &[Judged]) -> anyhow::Result<String> {
    let class = match outlier {
        Some(name) => labels.names.iter().position(|known| known == name),
        None => rarer(labels),
    };
    let Some(class) = class else {
        let mut known = labels.names[..labels.names.len().min(FEW)].join(", ");
        if labels.names.len() > FEW {
            known += ", …";
        }
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
