//! Sentences that page and terminal share.

use crate::report::number::{count, percent, significant};
use ae_sweep::analysis::{Comparison, Configuration, MeanSd, Size, Sizes, Verdict};
use ae_sweep::{Analysis, Measure};

/// Whose errors they are.
pub fn part(analysis: &Analysis) -> &str {
    match analysis.part.as_str() {
        "" => "measured",
        "train" => "training",
        part => part,
    }
}

/// What an error is.
pub fn measure(analysis: &Analysis) -> &'static str {
    match analysis.measure {
        Measure::MeanSquaredError => "mean squared error",
        Measure::VarianceLeft => "share of the variance left",
        Measure::NegativeElbo => "negative ELBO",
    }
}

/// "0.004103 ± 0.000031": a mean with the digits that its spread makes sense of.
pub fn mean_sd(value: &MeanSd) -> String {
    const MOST_DECIMALS: f64 = 7.0;
    match value.sd {
        Some(sd) if sd > 0.0 && value.mean.abs() < 1e4 => {
            let decimals = (1.0 - sd.log10().floor()).clamp(0.0, MOST_DECIMALS) as usize;
            format!("{:.decimals$} ± {sd:.decimals$}", value.mean)
        }
        _ => significant(value.mean),
    }
}

/// "gelu beats relu by 4.3 % (3.9 to 4.7 %)".
pub fn comparison(comparison: &Comparison) -> String {
    let Comparison { better, worse, .. } = comparison;
    let by = percent(comparison.difference);
    match (comparison.verdict, comparison.interval) {
        (Verdict::Real, Some((low, high))) => format!(
            "{better} beats {worse} by {by} ({} to {})",
            percent(low),
            percent(high)
        ),
        (Verdict::Undecided, _) => format!("{better} and {worse} can't be told apart"),
        _ => format!("{better} is ahead of {worse} by {by}, with one seed"),
    }
}

/// How the best stands to principal components.
pub fn beside_pca(best: &Configuration) -> Option<String> {
    let pca = best.pca_error?.mean;
    let latent = best.latent;
    let share = 1.0 - best.error.mean / pca;
    share.is_finite().then(|| match share > 0.0 {
        true => format!("{} less than PCA with {latent}", percent(share)),
        false => format!("no less than PCA with {latent} ({})", significant(pca)),
    })
}

/// Which size of the code is needed.
pub fn size(sizes: &Sizes) -> String {
    let keeps = |size: &Size| match size.explained_variance {
        Some(share) => format!("keep {} of the variance", percent(share)),
        None => format!("have an error of {}", significant(size.error.mean)),
    };
    let all = &sizes.sizes;
    let largest = all.len() - 1;
    let Some(knee) = sizes.knee else {
        return format!(
            "The curve has no knee between {} and {} numbers: they {} and {}.",
            count(all[0].latent),
            count(all[largest].latent),
            keeps(&all[0]),
            keeps(&all[largest])
        );
    };
    let beyond: Vec<String> = [knee + 1, largest]
        .iter()
        .take(if knee + 1 == largest { 1 } else { 2 })
        .map(|index| format!("{} {}", count(all[*index].latent), keeps(&all[*index])))
        .collect();
    format!(
        "The curve bends at {} numbers, which {}; {}.",
        count(all[knee].latent),
        keeps(&all[knee]),
        beyond.join(", ")
    )
}
