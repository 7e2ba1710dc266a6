//! Is this model any good? One small function a finding; [`FINDINGS`] lists them.

mod code;

use super::measure::Measured;
use super::{
    Drawn, Drift, Finding, Grade, HiddenLayer, LatentUnit, PartLoss, Severity, Training, Verdict,
};
use crate::Model;
use code::{collapsed, dead_hidden_units, dead_units, over_complete};

/// What a finding may look at.
pub(super) struct Facts<'a> {
    pub(super) model: &'a Model,
    pub(super) measured: &'a Measured,
    pub(super) units: &'a [LatentUnit],
    /// Of a variational autoencoder.
    pub(super) drawn: Option<&'a Drawn>,
    pub(super) hidden: &'a [HiddenLayer],
    /// Where the rows of the training are at hand.
    pub(super) training: Option<&'a Training>,
    /// Of the columns of a table.
    pub(super) drift: &'a [Drift],
    /// Name of the part that was measured.
    pub(super) part: &'a str,
}

impl Facts<'_> {
    /// What one of the rows is: "row" or "window".
    fn row_noun(&self) -> &'static str {
        self.model.rows_noun().trim_end_matches('s')
    }
}

/// Everything that is looked for. To add one: a function, and its name here.
const FINDINGS: &[fn(&Facts<'_>) -> Option<Finding>] = &[
    rows_do_not_vary,
    barely_varies,
    worse_than_mean,
    worse_than_noisy_input,
    worse_than_components,
    hardly_trained,
    drifted,
    collapsed,
    dead_units,
    dead_hidden_units,
    over_complete,
    over_fits,
    still_learning,
];

/// Below this share of the data's variance, outputs barely vary.
const BARELY: f64 = 0.02;

pub(super) fn verdict(facts: &Facts<'_>) -> Verdict {
    let mut findings: Vec<Finding> = FINDINGS.iter().filter_map(|find| find(facts)).collect();
    findings.sort_by_key(|finding| finding.severity);
    let explained = facts.measured.explained_variance();
    let worst = findings.first().map(|finding| finding.severity);
    let grade = if explained.is_some_and(|explained| explained.is_nan() || explained < BARELY) {
        Grade::Broken
    } else if is_beaten(facts) {
        Grade::Poor
    } else if hardly_wins(facts) || worst.is_some_and(|severity| severity <= Severity::Warning) {
        Grade::Fair
    } else {
        Grade::Good
    };
    Verdict {
        grade,
        sentence: sentence(facts, grade, explained),
        findings,
    }
}

/// Whether a simpler method does as well. Rows that are all the same have no winner.
fn is_beaten(facts: &Facts<'_>) -> bool {
    reaches_a_baseline(facts, facts.measured.mse())
}

/// Below this share of less error than a simpler method, being better is no reason to prefer
/// the model.
const HARDLY: f64 = 0.01;

/// Whether a simpler method does nearly as well.
fn hardly_wins(facts: &Facts<'_>) -> bool {
    reaches_a_baseline(facts, facts.measured.mse() / (1.0 - HARDLY))
}

fn reaches_a_baseline(facts: &Facts<'_>, error: f64) -> bool {
    let measured = facts.measured;
    let mut baselines = [measured.components, measured.noisy_input]
        .into_iter()
        .flatten();
    measured.rows_vary() && baselines.any(|baseline| baseline <= error)
}

/// An error that is this share of the mean predictor's is rounding.
const LOSSLESS: f64 = 1e-9;

fn sentence(facts: &Facts<'_>, grade: Grade, explained: Option<f64>) -> String {
    let (measured, part, rows) = (facts.measured, facts.part, facts.model.rows_noun());
    let latent = facts.units.len();
    let (numbers, keep, tell) = match latent {
        1 => ("number", "keeps", "tells"),
        _ => ("numbers", "keep", "tell"),
    };
    let Some(explained) = explained else {
        let alike = match measured.rows {
            1 => format!("there is one {} to measure", facts.row_noun()),
            _ => format!("the {part} {rows} are all the same"),
        };
        return format!("{alike}: nothing shows whether {latent} {numbers} {tell} {rows} apart");
    };
    // Near 100 %, the digits that tell it from 100 %.
    let decimals = if explained > 0.999 { 3 } else { 1 };
    let at_a_time = match facts.model.numbers_kept() {
        kept if kept < latent => format!(", {kept} at a time,"),
        _ => String::new(),
    };
    let kept = format!(
        "{latent} {numbers}{at_a_time} {keep} {:.decimals$} % of the variance of the {part} {rows}",
        100.0 * explained.max(0.0),
    );
    let against = match measured.components {
        Some(components) if components <= LOSSLESS * measured.mean_predictor => {
            "; PCA with as many loses nothing".to_owned()
        }
        Some(components) => against_components(measured.mse() / components),
        None => String::new(),
    };
    match grade {
        Grade::Broken => format!("it does not reconstruct: {kept}{against}"),
        _ => format!("{kept}{against}"),
    }
}

/// Error as a multiple of that of the components, in words.
fn against_components(ratio: f64) -> String {
    if ratio < 0.1 {
        let times = 1.0 / ratio;
        format!(", with an error {times:.0} times smaller than that of PCA with as many")
    } else if ratio < 1.0 {
        let less = 100.0 * (1.0 - ratio);
        format!(", with {less:.0} % less error than PCA with as many")
    } else if ratio < 2.0 {
        let more = 100.0 * (ratio - 1.0);
        format!(", with {more:.0} % more error than PCA with as many")
    } else {
        format!(", with {ratio:.1} times the error of PCA with as many")
    }
}

fn finding(severity: Severity, title: &str, detail: String, hint: &str) -> Option<Finding> {
    Some(Finding {
        severity,
        title: title.to_owned(),
        detail,
        hint: hint.to_owned(),
    })
}

fn rows_do_not_vary(facts: &Facts<'_>) -> Option<Finding> {
    if facts.measured.rows_vary() {
        return None;
    }
    let detail = match facts.measured.rows {
        1 => "one row was measured".to_owned(),
        rows => format!("{rows} rows were measured, and no number differs between them"),
    };
    finding(
        Severity::Warning,
        "nothing to tell apart",
        detail,
        "measure on more rows",
    )
}

fn barely_varies(facts: &Facts<'_>) -> Option<Finding> {
    let share = facts.measured.output_variation()?;
    if share >= BARELY {
        return None;
    }
    finding(
        Severity::Alarm,
        "outputs barely vary",
        format!(
            "over the {0} {1}, reconstructions have {2:.2} % of the variance of the {1}: every {3} gets nearly the same answer",
            facts.part,
            facts.model.rows_noun(),
            100.0 * share,
            facts.row_noun()
        ),
        "train longer or with a higher learning rate; look for dead units",
    )
}

fn worse_than_mean(facts: &Facts<'_>) -> Option<Finding> {
    let (model, mean) = (facts.measured.mse(), facts.measured.mean_predictor);
    if model < mean || !facts.measured.rows_vary() {
        return None;
    }
    finding(
        Severity::Alarm,
        "no better than the mean",
        format!(
            "its squared error is {model:.4}, always answering the mean of the training {} gives {mean:.4}",
            facts.model.rows_noun()
        ),
        "train longer, try another learning rate, or check that the data is what the model was trained on",
    )
}

fn worse_than_noisy_input(facts: &Facts<'_>) -> Option<Finding> {
    let noisy = facts.measured.noisy_input?;
    let model = facts.measured.mse();
    if model < noisy || !facts.measured.rows_vary() {
        return None;
    }
    finding(
        Severity::Alarm,
        "no better than the noisy input",
        format!(
            "its squared error is {model:.4}, leaving the noisy {} as they are gives {noisy:.4}",
            facts.model.rows_noun()
        ),
        "a wider code or more training; with weak noise there may be nothing to gain",
    )
}

fn worse_than_components(facts: &Facts<'_>) -> Option<Finding> {
    let components = facts.measured.components?;
    let model = facts.measured.mse();
    if model < components || !facts.measured.rows_vary() {
        return None;
    }
    let latent = facts.units.len();
    finding(
        Severity::Warning,
        "no better than PCA",
        format!(
            "its squared error is {model:.4}, {latent} principal components give {components:.4}"
        ),
        "add hidden layers, train longer, or use PCA: it is simpler",
    )
}

/// Steps that even a small network wants before it can be judged.
const FEW_STEPS: usize = 1000;

fn hardly_trained(facts: &Facts<'_>) -> Option<Finding> {
    let (model, measured) = (facts.model, facts.measured);
    let batches = model
        .provenance()
        .train_rows
        .div_ceil(model.settings().batch.max(1));
    let steps = batches * model.history().len();
    let lost = is_beaten(facts) || measured.mse() >= measured.mean_predictor;
    if steps >= FEW_STEPS || !lost || !measured.rows_vary() {
        return None;
    }
    finding(
        Severity::Warning,
        "hardly trained",
        format!(
            "it took {steps} steps: {} epochs of {batches}",
            model.history().len()
        ),
        "a smaller batch (`--batch 16`), more epochs, or a higher learning rate",
    )
}

/// Drifted columns that are named.
const NAMED: usize = 3;

fn drifted(facts: &Facts<'_>) -> Option<Finding> {
    let mut names: Vec<&str> = Vec::new();
    for drift in facts.drift.iter().filter(|drift| drift.is_drift) {
        if !names.contains(&drift.column.as_str()) {
            names.push(&drift.column);
        }
    }
    let count = names.len();
    let (columns, are) = match count {
        0 => return None,
        1 => ("column", "is"),
        _ => ("columns", "are"),
    };
    let more = if count > NAMED { ", …" } else { "" };
    names.truncate(NAMED);
    finding(
        Severity::Warning,
        "not like the training rows",
        format!(
            "{count} {columns} {are} spread otherwise than in training: {}{more}",
            names.join(", ")
        ),
        "if this is what rows look like from now on, train anew with such rows",
    )
}

/// An excess of the validation rows' loss, above what no model can pass, of this share of the
/// training rows': the usual eyeball measure.
const OVER_FIT: f64 = 0.1;

fn over_fits(facts: &Facts<'_>) -> Option<Finding> {
    let training = facts.training?;
    let (train, validation) = (&training.train, training.validation.as_ref()?);
    let excess = validation.above_floor() - train.above_floor();
    // Two standard errors: a few odd validation rows are no over-fitting.
    let chance = 2.0 * train.standard_error.hypot(validation.standard_error);
    if excess <= OVER_FIT * train.above_floor() || excess <= chance {
        return None;
    }
    let floor = |part: &PartLoss| match part.floor > 0.0 {
        true => format!(", {:.4} of it floor", part.floor),
        false => String::new(),
    };
    finding(
        Severity::Warning,
        "over-fitting",
        format!(
            "measured in the same way, the loss is {:.4} on training rows{} and {:.4} on validation rows{}",
            train.loss,
            floor(train),
            validation.loss,
            floor(validation),
        ),
        "more rows, noise, dropout or a weight penalty; fewer or narrower layers",
    )
}

/// Epochs looked back at, and the share of the loss they may still win.
const LOOK_BACK: usize = 5;
const STILL: f64 = 0.01;

fn still_learning(facts: &Facts<'_>) -> Option<Finding> {
    let floor = facts.training?.watched().floor;
    let history = facts.model.history();
    let last = history.last()?;
    let before = history.get(history.len().checked_sub(LOOK_BACK + 1)?)?;
    let watched = |epoch: &ae_nn::Epoch| epoch.judged() - floor;
    let (before, now) = (watched(before), watched(last));
    if before <= 0.0 || now > before * (1.0 - STILL * LOOK_BACK as f64) {
        return None;
    }
    let rows = match last.validation_loss {
        Some(_) => "validation",
        None => "training",
    };
    let above = if floor > 0.0 {
        " (above its floor)"
    } else {
        ""
    };
    finding(
        Severity::Note,
        "still learning",
        format!(
            "in the last {LOOK_BACK} epochs the {rows} loss fell by {:.1} %{above}",
            100.0 * (1.0 - now / before)
        ),
        "more epochs (`--resume --epochs N`) would make it better",
    )
}
