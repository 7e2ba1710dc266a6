//! Which configuration is best?

use super::{SweepInput, words};
use crate::report::Section;
use crate::report::number::{count, counted, significant};
use crate::report::sections::folded;
use ae_sweep::Analysis;
use ae_sweep::analysis::Configuration;
use maud::{Markup, html};

/// Configurations in the open.
const SHOWN: usize = 8;

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    let analysis = input.analysis;
    Some(Section {
        title: "Which is best?",
        anchor: "answer",
        html: match analysis.best() {
            Some(best) => html! {
                (badge(analysis, best))
                (figures(analysis, best))
                h3 { "The configurations, best first" }
                (folded(
                    &analysis.configurations,
                    SHOWN,
                    ["configuration", "configurations"],
                    |configurations| table(analysis, configurations),
                ))
            },
            None => html! {
                div.verdict.broken {
                    div.sign aria-hidden="true" { "✕" }
                    div { p.grade { strong { "None" } " " span { "every trial failed" } } }
                }
            },
        },
    })
}

fn badge(analysis: &Analysis, best: &Configuration) -> Markup {
    let beaten = best.pca_error.is_none_or(|pca| best.error.mean < pca.mean);
    let (class, sign) = if beaten {
        ("good", "✓")
    } else {
        ("poor", "!")
    };
    html! {
        div.verdict.(class) {
            div.sign aria-hidden="true" { (sign) }
            div {
                p.grade { strong { (best.label) } }
                p.sentence {
                    (words::measure(analysis)) " " (words::mean_sd(&best.error))
                    " over " (counted(best.runs.len(), "seed", "seeds"))
                    @if let Some(words) = words::beside_pca(best) { ": " (words) }
                    "."
                }
                @if let Some(sizes) = &analysis.sizes { p { (words::size(sizes)) } }
            }
        }
    }
}

fn figures(analysis: &Analysis, best: &Configuration) -> Markup {
    let failed = analysis.failed.len();
    html! {
        dl.figures {
            div { dt { "Trials" } dd { (count(analysis.done + failed)) }
                @if failed > 0 { dd.detail { (count(failed)) " failed" } } }
            div { dt { "Training, all told" } dd { (significant(analysis.seconds)) small { " s" } } }
            div { dt { "Numbers in the best code" } dd { (count(best.latent)) } }
            div { dt { "Trained numbers" } dd { (count(best.parameters)) } }
            div { dt { "Seconds a run" } dd { (significant(best.seconds.mean)) } }
        }
    }
}

fn table(analysis: &Analysis, configurations: &[Configuration]) -> Markup {
    html! {
        table.configurations {
            thead {
                tr {
                    @for name in &analysis.varied { th scope="col" { (name) } }
                    th.number scope="col" { "error ± sd" }
                    th.number scope="col" { "PCA" }
                    th.number scope="col" { "parameters" }
                    th.number scope="col" { "seconds" }
                }
            }
            tbody {
                @for configuration in configurations {
                    tr {
                        @for name in &analysis.varied {
                            td { (configuration.values.get(name).map(ae_sweep::text).unwrap_or_default()) }
                        }
                        td.number { (error(configuration)) }
                        td.number { (configuration.pca_error.map_or("–".to_owned(), |e| significant(e.mean))) }
                        td.number { (count(configuration.parameters)) }
                        td.number { (significant(configuration.seconds.mean)) }
                    }
                }
            }
        }
    }
}

fn error(configuration: &Configuration) -> Markup {
    let failed = configuration.failed;
    html! {
        @if configuration.runs.is_empty() { "failed" }
        @else {
            (words::mean_sd(&configuration.error))
            @if failed > 0 { small { " (" (count(failed)) " failed)" } }
        }
    }
}
