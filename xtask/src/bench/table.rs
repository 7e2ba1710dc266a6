use std::fmt::Write as _;

use super::Report;
use super::spread::Spread;

/// The report for people.
pub fn table(report: &Report) -> String {
    let mut text = format!(
        "{}, {}, {} threads; multiply-adds alone: {:.0} GFLOP/s on one core, {:.0} on all\n\n",
        report.processor,
        report.instruction_set,
        report.threads,
        report.peak.one_core,
        report.peak.all_cores
    );
    text += "| workload | training, rows/s | GFLOP/s | of peak | batches of 4,096, rows/s | GFLOP/s | one row, µs | loss |\n";
    text += "|---|---|---|---|---|---|---|---|\n";
    for figures in &report.workloads {
        let _ = writeln!(
            text,
            "| {} {}, batch {} | {} | {:.0} | {:.0} % | {} | {:.0} | {} | {:.4} |",
            figures.name,
            figures.shape,
            figures.batch,
            thousands(figures.training),
            figures.training_gflops,
            100.0 * figures.training_gflops / report.peak.all_cores,
            thousands(figures.inference),
            figures.inference_gflops,
            microseconds(figures.one_row_us),
            figures.loss,
        );
    }
    if let Some(memory) = report.peak_memory_mb {
        let _ = write!(text, "\npeak memory of the whole benchmark: {memory:.0} MB");
    }
    text
}

fn thousands(spread: Spread) -> String {
    format!(
        "{:.1} k ({:.1} to {:.1})",
        spread.median * 1e-3,
        spread.least * 1e-3,
        spread.most * 1e-3
    )
}

fn microseconds(spread: Spread) -> String {
    format!(
        "{:.1} ({:.1} to {:.1})",
        spread.median, spread.least, spread.most
    )
}

/// A ratio, as precise as it is worth.
pub fn times(ratio: Spread) -> String {
    format!(
        "{:.2} ({:.2} to {:.2})",
        ratio.median, ratio.least, ratio.most
    )
}
