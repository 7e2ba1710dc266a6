//! Is this model any good? One small function a finding; [`FINDINGS`] lists them.

use super::measure::Measured;
use super::{Finding, Grade, LatentUnit, Severity, Verdict};
use crate::Model;

/// What a finding may look at.
pub(super) struct Facts<'a> {
    pub(super) model: &'a Model,
    pub(super) measured: &'a Measured,
    pub(super) units: &'a [LatentUnit],
    /// Name of the part that was measured.
    pub(super) part: &'a str,
}

/// Everything that is looked for. To add one: a function, and its name here.
const FINDINGS: &[fn(&Facts<'_>) -> Option<Finding>] = &[
    barely_varies,
    worse_than_mean,
    worse_than_noisy_input,
    worse_than_components,
    dead_units,
    over_complete,
    over_fits,
    still_learning,
    near_the_floor,
];

/// Below this share of the data's variance, outputs barely vary.
const BARELY: f64 = 0.02;

/// A unit is dead if it varies less than this share of the most varying one, or is 0 in all
/// but this share of rows.
const DEAD: f64 = 1e-3;

pub(super) fn verdict(facts: &Facts<'_>) -> Verdict {
    let mut findings: Vec<Finding> = FINDINGS.iter().filter_map(|find| find(facts)).collect();
    findings.sort_by_key(|finding| finding.severity);
    let explained = explained_variance(facts.measured);
    let worst = findings.first().map(|finding| finding.severity);
    let beaten = [facts.measured.components, facts.measured.noisy_input]
        .into_iter()
        .flatten()
        .any(|baseline| baseline <= facts.measured.mse());
    let grade = if explained < BARELY {
        Grade::Broken
    } else if beaten {
        Grade::Poor
    } else if worst.is_some_and(|severity| severity <= Severity::Warning) {
        Grade::Fair
    } else {
        Grade::Good
    };
    let sentence = sentence(facts, grade, explained);
    Verdict {
        grade,
        sentence,
        findings,
    }
}

/// 1 − mse / mse of the mean predictor; 0 where nothing varies.
pub(super) fn explained_variance(measured: &Measured) -> f64 {
    if measured.mean_predictor > 0.0 {
        1.0 - measured.mse() / measured.mean_predictor
    } else {
        0.0
    }
}

fn sentence(facts: &Facts<'_>, grade: Grade, explained: f64) -> String {
    let measured = facts.measured;
    let latent = facts.units.len();
    let numbers = if latent == 1 { "number" } else { "numbers" };
    let kept = format!(
        "{latent} {numbers} keep {:.1} % of the variance of the {} rows",
        100.0 * explained.max(0.0),
        facts.part
    );
    let against = match measured.components {
        Some(components) if components > 0.0 => {
            let ratio = measured.mse() / components;
            if ratio < 1.0 {
                format!(
                    ", with {:.0} % less error than PCA with as many",
                    100.0 * (1.0 - ratio)
                )
            } else {
                format!(
                    ", with {:.0} % more error than PCA with as many",
                    100.0 * (ratio - 1.0)
                )
            }
        }
        _ => String::new(),
    };
    match grade {
        Grade::Broken => format!("it does not reconstruct: {kept}{against}"),
        _ => format!("{kept}{against}"),
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

fn barely_varies(facts: &Facts<'_>) -> Option<Finding> {
    let share = facts.measured.output_variation();
    if share >= BARELY {
        return None;
    }
    finding(
        Severity::Alarm,
        "outputs barely vary",
        format!(
            "over the {} rows, reconstructions have {:.2} % of the variance of the rows: every row gets nearly the same answer",
            facts.part,
            100.0 * share
        ),
        "train longer or with a higher learning rate; look for dead units",
    )
}

fn worse_than_mean(facts: &Facts<'_>) -> Option<Finding> {
    let (model, mean) = (facts.measured.mse(), facts.measured.mean_predictor);
    if model < mean {
        return None;
    }
    finding(
        Severity::Alarm,
        "no better than the mean",
        format!(
            "its squared error is {model:.4}, always answering the mean of the training rows gives {mean:.4}"
        ),
        "train longer, try another learning rate, or check that the data is what the model was trained on",
    )
}

fn worse_than_noisy_input(facts: &Facts<'_>) -> Option<Finding> {
    let noisy = facts.measured.noisy_input?;
    let model = facts.measured.mse();
    if model < noisy {
        return None;
    }
    finding(
        Severity::Alarm,
        "no better than the noisy input",
        format!(
            "its squared error is {model:.4}, leaving the noisy rows as they are gives {noisy:.4}"
        ),
        "a wider code or more training; with weak noise there may be nothing to gain",
    )
}

fn worse_than_components(facts: &Facts<'_>) -> Option<Finding> {
    let components = facts.measured.components?;
    let model = facts.measured.mse();
    if model < components {
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

fn dead_units(facts: &Facts<'_>) -> Option<Finding> {
    let most = facts.units.iter().map(|unit| unit.std).fold(0.0, f64::max);
    let dead = |unit: &&LatentUnit| unit.std <= DEAD * most || unit.active <= DEAD;
    let count = facts.units.iter().filter(dead).count();
    if count == 0 {
        return None;
    }
    let all = facts.units.len();
    let severity = if count == all {
        Severity::Alarm
    } else if count * 10 >= all {
        Severity::Warning
    } else {
        Severity::Note
    };
    let title = if count == all {
        "collapsed code"
    } else {
        "dead units in the code"
    };
    finding(
        severity,
        title,
        format!("{count} of the {all} numbers of the code are the same for (nearly) every row"),
        "a narrower code loses nothing; or use a linear or leaky-relu code, or a lower learning rate",
    )
}

fn over_complete(facts: &Facts<'_>) -> Option<Finding> {
    let (latent, features) = (facts.units.len(), facts.model.autoencoder().features());
    if latent < features {
        return None;
    }
    finding(
        Severity::Note,
        "the code is as wide as the row",
        format!("{latent} numbers for {features}: it could learn to copy"),
        "a narrower code, noise, or a penalty makes it learn structure",
    )
}

fn over_fits(facts: &Facts<'_>) -> Option<Finding> {
    let history = facts.model.history();
    let kept = facts.model.provenance().epoch.checked_sub(1)?;
    let epoch = history.get(kept)?;
    let validation = epoch.validation_loss?;
    let floor = facts.measured.floor;
    let (train, validation) = (epoch.train_loss - floor, validation - floor);
    // A tenth of the loss above what no model can pass, the usual eyeball measure.
    if train <= 0.0 || validation <= 1.1 * train {
        return None;
    }
    finding(
        Severity::Warning,
        "over-fitting",
        format!(
            "at epoch {} the loss is {:.4} on training rows and {:.4} on validation rows",
            epoch.epoch,
            epoch.train_loss,
            validation + floor
        ),
        "more rows, noise, dropout or a weight penalty; fewer or narrower layers",
    )
}

/// Epochs looked back at, and the share of the loss they may still win.
const LOOK_BACK: usize = 5;
const STILL: f64 = 0.01;

fn still_learning(facts: &Facts<'_>) -> Option<Finding> {
    let history = facts.model.history();
    let last = history.last()?;
    let before = history.get(history.len().checked_sub(LOOK_BACK + 1)?)?;
    let loss = |epoch: &ae_nn::Epoch| epoch.validation_loss.unwrap_or(epoch.train_loss);
    let floor = facts.measured.floor;
    let (before, now) = (loss(before) - floor, loss(last) - floor);
    if before <= 0.0 || now > before * (1.0 - STILL * LOOK_BACK as f64) {
        return None;
    }
    finding(
        Severity::Note,
        "still learning",
        format!(
            "in the last {LOOK_BACK} epochs the validation loss fell by {:.1} % (above its floor)",
            100.0 * (1.0 - now / before)
        ),
        "more epochs (`--resume --epochs N`) would make it better",
    )
}

fn near_the_floor(facts: &Facts<'_>) -> Option<Finding> {
    let (loss, floor) = (facts.measured.loss, facts.measured.floor);
    if floor <= 0.0 {
        return None;
    }
    finding(
        Severity::Note,
        "the loss cannot reach 0",
        format!(
            "grey values keep {} at {floor:.4} or above; this model is {:.4} above that",
            facts.model.loss(),
            loss - floor
        ),
        "compare models by what they are above the floor, or by squared error",
    )
}
