//! Every trial, those that failed, and how to do it again.

use super::SweepInput;
use crate::report::Section;
use crate::report::number::{count, significant};
use crate::report::sections::folded;
use ae_sweep::{Outcome, Record, text};
use maud::{Markup, html};

/// Failures in the open.
const SHOWN: usize = 5;

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    let failed = &input.analysis.failed;
    let hosts = hosts(input.records);
    Some(Section {
        title: "How it was made",
        anchor: "trials",
        html: html! {
            @if !input.command.is_empty() {
                p.lead { "To do it again, or to go on:" }
                pre.command { code { (input.command) } }
            }
            p { "Machines: " (hosts) "." }
            @if !failed.is_empty() {
                h3 { "What failed" }
                (folded(failed, SHOWN, ["trial", "trials"], failures))
            }
            details {
                summary { "Trials" }
                (folded(input.records, TRIALS, ["trial", "trials"], trials))
            }
        },
    })
}

/// Trials that are listed before the rest is folded again.
const TRIALS: usize = 50;

fn hosts(records: &[Record]) -> String {
    let mut hosts: Vec<&str> = records.iter().map(|record| record.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts.join(", ")
}

fn failures(failures: &[ae_sweep::analysis::Failure]) -> Markup {
    html! {
        ul.findings {
            @for failure in failures {
                li.warning {
                    p { span.tag { "failed" } (failure.configuration) ", seed " (failure.seed) }
                    p.detail { (failure.reason) }
                }
            }
        }
    }
}

fn trials(records: &[Record]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { "trial" }
                    th.number scope="col" { "error" }
                    th.number scope="col" { "epochs" }
                    th.number scope="col" { "seconds" }
                }
            }
            tbody {
                @for record in records {
                    tr {
                        td { (name(record)) }
                        td.number {
                            @match &record.outcome {
                                Outcome::Done { metrics } => (significant(metrics.error)),
                                Outcome::Failed { .. } => "failed",
                            }
                        }
                        td.number { (record.metrics().map_or(String::new(), |m| count(m.epochs))) }
                        td.number { (significant(record.seconds)) }
                    }
                }
            }
        }
    }
}

fn name(record: &Record) -> String {
    let words = record
        .point
        .iter()
        .map(|(name, value)| format!("{name} {}", text(value)));
    let seed = format!("seed {}", record.settings.seed);
    words.chain([seed]).collect::<Vec<_>>().join(", ")
}
