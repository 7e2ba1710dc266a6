//! Is the difference real?

use super::{SweepInput, words};
use crate::report::Section;
use crate::report::chart::{Axis, Frame, dots, line, segment};
use crate::report::number::count;
use ae_sweep::analysis::{Comparison, Verdict};
use maud::{Markup, html};

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    let comparisons = &input.analysis.comparisons;
    let settings = &input.analysis.varied;
    if comparisons.is_empty() {
        return None;
    }
    Some(Section {
        title: "Is the difference real?",
        anchor: "comparisons",
        html: html! {
            p.lead { (lead(input.analysis.seeds)) }
            @for setting in settings {
                @let own: Vec<&Comparison> =
                    comparisons.iter().filter(|c| c.setting == *setting).collect();
                @if !own.is_empty() {
                    h3 { (setting) }
                    (table(&own))
                }
            }
        },
    })
}

fn lead(seeds: usize) -> String {
    let interval = match seeds {
        1 => "With one seed nothing shows what chance does: give `--seeds 5`.",
        _ => {
            "In brackets is where the true difference lies with 95 % confidence, for all pairs of \
             a setting together (Student's t over seeds); where that holds 0, the two can't be \
             told apart. The strokes draw that, in % of the error."
        }
    };
    format!(
        "Runs are compared in pairs that differ in nothing else: same seed, same rows, same other \
         settings. {interval}"
    )
}

fn table(comparisons: &[&Comparison]) -> Markup {
    let ends = comparisons.iter().flat_map(|comparison| {
        let (low, high) = comparison.interval.unwrap_or_default();
        [low, high, comparison.difference]
    });
    let x = Axis::linear(ends.chain([0.0]).map(|share| 100.0 * share));
    let x = x.with_room(4);
    html! {
        table.comparisons {
            tbody {
                @for comparison in comparisons {
                    tr.(class(comparison.verdict)) {
                        td {
                            (words::comparison(comparison))
                            br;
                            small {
                                (count(comparison.pairs)) " pairs, "
                                (count(comparison.seeds))
                                (if comparison.seeds == 1 { " seed" } else { " seeds" })
                            }
                        }
                        td.interval { (interval(&x, comparison)) }
                    }
                }
            }
        }
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Real => "real",
        Verdict::Undecided | Verdict::OneSeed => "undecided",
    }
}

fn interval(x: &Axis, comparison: &Comparison) -> Markup {
    let y = Axis::between(-1.0, 1.0).with_room(1);
    let frame = Frame {
        description: &words::comparison(comparison),
        shape: "slim",
        x_title: "",
        y_title: "",
        x,
        y: &y.clone().without_labels(),
    };
    let stroke = comparison
        .interval
        .map(|(low, high)| segment("interval", x, &y, (100.0 * low, 0.0), (100.0 * high, 0.0)));
    let marks = html! {
        (line("zero", x, &y, &[(0.0, -1.0), (0.0, 1.0)]))
        @if let Some(stroke) = stroke { (stroke) }
        (dots("interval", x, &y, [(100.0 * comparison.difference, 0.0)]))
    };
    frame.around(&marks, &html! {})
}
