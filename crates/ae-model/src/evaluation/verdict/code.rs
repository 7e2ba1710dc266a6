//! Findings about the code and the units before it.

use super::{Facts, finding};
use crate::evaluation::{Finding, HiddenLayer, Severity};

/// Nats below which a code as a whole tells nothing.
const NOTHING: f64 = 0.1;

/// A variational code that was traded for the little that its divergence costs.
pub(super) fn collapsed(facts: &Facts<'_>) -> Option<Finding> {
    let drawn = facts.drawn?;
    let all = drawn.divergences.len();
    let idle = all - drawn.active;
    let is_nothing = drawn.active == 0 || drawn.divergence < NOTHING;
    if idle == 0 && !is_nothing {
        return None;
    }
    let (severity, title) = match is_nothing {
        true => (Severity::Alarm, "collapsed code"),
        false if 2 * idle > all => (Severity::Warning, "most of the code is not in use"),
        false => (Severity::Note, "numbers of the code that are not in use"),
    };
    finding(
        severity,
        title,
        format!(
            "{idle} of the {all} numbers of the code have the same mean for every {}; all together \
             tell {:.2} nats",
            facts.row_noun(),
            drawn.divergence
        ),
        "a lower `--beta`, `--kl-warm-up 10` or `--free-nats 0.1` lets a code tell more; a narrower code loses nothing",
    )
}

pub(super) fn dead_units(facts: &Facts<'_>) -> Option<Finding> {
    if facts.drawn.is_some() {
        return None;
    }
    let count = facts.units.iter().filter(|unit| unit.dead).count();
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

/// Shares of dead units in a hidden layer that are worth a word, and a warning.
const SOME_DEAD: f64 = 0.1;
const MANY_DEAD: f64 = 0.5;

pub(super) fn dead_hidden_units(facts: &Facts<'_>) -> Option<Finding> {
    let share = |layer: &HiddenLayer| layer.dead as f64 / layer.units as f64;
    let layers: Vec<&HiddenLayer> = facts
        .hidden
        .iter()
        .filter(|layer| share(layer) >= SOME_DEAD)
        .collect();
    let most = layers.iter().map(|layer| share(layer)).reduce(f64::max)?;
    let severity = if most >= MANY_DEAD {
        Severity::Warning
    } else {
        Severity::Note
    };
    let layers: Vec<String> = layers
        .iter()
        .map(|layer| format!("{} of {} in {}", layer.dead, layer.units, layer.name))
        .collect();
    finding(
        severity,
        "dead hidden units",
        format!(
            "units that are the same for (nearly) every row: {}",
            layers.join(", ")
        ),
        "a lower learning rate, or an activation that cannot die, such as leaky-relu or gelu; or narrower layers, which lose nothing",
    )
}

/// A code that could copy and keeps less than this share of the variance has not even
/// learnt that.
const COPIED: f64 = 0.99;

pub(super) fn over_complete(facts: &Facts<'_>) -> Option<Finding> {
    // However wide a code is, what it keeps of a row is what could be a copy.
    let (latent, features) = (
        facts.model.numbers_kept(),
        facts.model.autoencoder().features(),
    );
    if latent < features {
        return None;
    }
    let kept = facts.measured.explained_variance();
    let severity = match kept {
        Some(kept) if kept < COPIED && facts.measured.noisy_input.is_none() => Severity::Warning,
        _ => Severity::Note,
    };
    finding(
        severity,
        &format!("the code is as wide as the {}", facts.row_noun()),
        format!("{latent} numbers for {features}: it could learn to copy every row"),
        "a narrower code, noise, or a penalty makes it learn structure",
    )
}
