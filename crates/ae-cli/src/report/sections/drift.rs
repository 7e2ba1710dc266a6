//! Whether the columns look like those that the model was trained on.

use ae_model::evaluation::{Change, Drift};
use maud::html;

use super::folded;
use crate::report::chart::{Bar, bars};
use crate::report::number::{percent, significant};
use crate::report::{ReportInput, Section};

/// Columns in the open.
const SHOWN: usize = 8;

pub fn section(input: &ReportInput) -> Option<Section> {
    let drift = &input.evaluation.drift;
    let farthest = drift.first()?;
    let details: Vec<String> = drift.iter().map(detail).collect();
    let lines: Vec<(&Drift, &String)> = drift.iter().zip(&details).collect();
    Some(Section {
        title: "Are these rows like those it learnt from?",
        anchor: "drift",
        html: html! {
            p.lead {
                @if drift.iter().any(|drift| drift.is_drift) {
                    "Not quite: columns in colour are spread otherwise than in the training rows, "
                    "by more than chance explains. What the model says of them is less sure. "
                } @else {
                    "Yes: no column is spread otherwise than in the training rows by more than 10 % "
                    "and chance. "
                }
                "The bars are distances between both distributions, from 0 % (the same) to 100 % "
                "(nothing in common)."
            }
            (folded(&lines, SHOWN, ["column, which changed less", "columns, which changed less"], |lines| {
                bars(farthest.distance.max(0.1), lines.iter().map(|(drift, detail)| Bar {
                    name: &drift.column,
                    detail,
                    value: drift.distance,
                    text: percent(drift.distance),
                    class: if drift.is_drift { "ahead" } else { "model" },
                }))
            }))
        },
    })
}

/// What changed most, before and now.
fn detail(drift: &Drift) -> String {
    match &drift.change {
        Change::Median([before, now]) => {
            format!("median {}, was {}", significant(*now), significant(*before))
        }
        Change::Share {
            value,
            shares: [before, now],
        } => format!("{value}: {}, was {}", percent(*now), percent(*before)),
        Change::Holes([before, now]) => {
            format!("missing: {}, was {}", percent(*now), percent(*before))
        }
        Change::Parts => String::new(),
    }
}
