//! Which settings matter?

use super::SweepInput;
use crate::report::Section;
use crate::report::chart::{Bar, bars};
use crate::report::number::percent;
use maud::html;

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    let importance = &input.analysis.importance;
    if importance.is_empty() {
        return None;
    }
    let bar = |own: &'_ ae_sweep::analysis::Importance| {
        let is_chance = own.setting == "seed";
        (own.setting.clone(), own.share, is_chance)
    };
    let lines: Vec<(String, f64, bool)> = importance.iter().map(bar).collect();
    let all = lines.iter().map(|(name, share, is_chance)| Bar {
        name,
        detail: if *is_chance {
            "chance: other rows held out, other first weights"
        } else {
            ""
        },
        value: *share,
        text: percent(*share),
        class: if *is_chance { "behind" } else { "model" },
    });
    Some(Section {
        title: "Which settings matter?",
        anchor: "importance",
        html: html! {
            p.lead {
                "The share of the differences between all runs (of the logarithm of their errors) \
                 that each setting accounts for by itself. What is missing to 100 % is decided by \
                 combinations, and by chance."
            }
            (bars(1.0, all))
        },
    })
}
