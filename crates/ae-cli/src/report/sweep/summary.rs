//! The report of a sweep in about ten lines of plain text.

use super::words;
use crate::report::number::{count, percent, significant};
use ae_sweep::Analysis;
use ae_sweep::analysis::Verdict;
use std::fmt::Write as _;

/// Configurations, comparisons and settings shown.
const SHOWN: usize = 5;

/// Best configurations, what is worth knowing about them, how much failed.
pub fn summary(analysis: &Analysis) -> String {
    let mut text = String::new();
    let Some(best) = analysis.best() else {
        return text;
    };
    let _ = writeln!(text, "BEST: {}", best.label);
    if let Some(words) = words::beside_pca(best) {
        let _ = writeln!(text, "      its error is {words}");
    }
    let head = format!(
        "{} ({} rows)",
        words::measure(analysis),
        words::part(analysis)
    );
    let _ = writeln!(text, "  {head}");
    let _ = writeln!(
        text,
        "  {:<22} {:<9} {:>7} {:>11}",
        "error ± sd", "PCA", "s", "parameters"
    );
    for configuration in analysis.configurations.iter().take(SHOWN) {
        let pca = configuration
            .pca_error
            .map_or("-".to_owned(), |e| significant(e.mean));
        let _ = writeln!(
            text,
            "  {:<22} {pca:<9} {:>7.1} {:>11}  {}",
            words::mean_sd(&configuration.error),
            configuration.seconds.mean,
            count(configuration.parameters),
            configuration.label,
        );
    }
    if let Some(sizes) = &analysis.sizes {
        let _ = writeln!(text, "  size of the code: {}", words::size(sizes));
    }
    let decided = |verdict| verdict != Verdict::OneSeed;
    let comparisons = analysis.comparisons.iter().filter(|c| decided(c.verdict));
    for comparison in comparisons.take(SHOWN) {
        let (setting, words) = (&comparison.setting, words::comparison(comparison));
        let _ = writeln!(text, "  {setting}: {words}");
    }
    let shares: Vec<String> = analysis
        .importance
        .iter()
        .take(SHOWN)
        .map(|importance| format!("{} {}", importance.setting, percent(importance.share)))
        .collect();
    if !shares.is_empty() {
        let _ = writeln!(text, "  what decides: {}", shares.join(", "));
    }
    if !analysis.failed.is_empty() {
        let _ = writeln!(
            text,
            "  failed: {} of {} trials",
            analysis.failed.len(),
            analysis.failed.len() + analysis.done
        );
    }
    text
}
