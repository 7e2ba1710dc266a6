//! What does quality cost?

use super::{SweepInput, words};
use crate::report::Section;
use crate::report::chart::{Axis, Frame, dots, legend, line};
use ae_sweep::analysis::Configuration;
use maud::{Markup, html};

/// Colours that can be told apart, `--class-0` and so on in the style sheet.
const COLOURS: usize = 10;

pub fn section(input: &SweepInput<'_>) -> Option<Section> {
    let configurations: Vec<&Configuration> = (input.analysis.configurations.iter())
        .filter(|configuration| !configuration.runs.is_empty())
        .collect();
    if configurations.len() < 2 {
        return None;
    }
    let measure = words::measure(input.analysis);
    let mut sizes: Vec<usize> = configurations.iter().map(|c| c.latent).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let class = |configuration: &Configuration| {
        let index = sizes.iter().position(|size| *size == configuration.latent);
        format!(
            "class-{}",
            index.filter(|_| sizes.len() <= COLOURS).unwrap_or(0)
        )
    };
    let classes: Vec<String> = configurations.iter().map(|c| class(c)).collect();
    let entries = sizes.iter().enumerate().map(|(index, size)| {
        (
            CLASSES[index % COLOURS],
            format!("{size} numbers in the code"),
        )
    });
    let chart = |title: &str, cost: fn(&Configuration) -> f64| {
        let points: Vec<(f64, f64)> = configurations
            .iter()
            .map(|c| (cost(c), c.error.mean))
            .collect();
        chart(title, measure, &points, &classes)
    };
    Some(Section {
        title: "What does quality cost?",
        anchor: "cost",
        html: html! {
            p.lead {
                "Each dot is a configuration. The line joins those that nothing beats in both: \
                 whatever lies above it is to be had cheaper or better."
            }
            @if sizes.len() > 1 && sizes.len() <= COLOURS { (legend(entries)) }
            div.pair {
                (chart("seconds a run", |c| c.seconds.mean))
                (chart("trained numbers", |c| c.parameters as f64))
            }
        },
    })
}

const CLASSES: [&str; COLOURS] = [
    "class-0", "class-1", "class-2", "class-3", "class-4", "class-5", "class-6", "class-7",
    "class-8", "class-9",
];

fn chart(title: &str, measure: &str, points: &[(f64, f64)], classes: &[String]) -> Markup {
    let x = Axis::fitting(points.iter().map(|(cost, _)| *cost).collect::<Vec<_>>()).with_room(4);
    let y = Axis::fitting(points.iter().map(|(_, error)| *error).collect::<Vec<_>>());
    let with_scale = |title: &str, axis: &Axis| match axis.is_logarithmic() {
        true => format!("{title}, scale of powers"),
        false => title.to_owned(),
    };
    let frame = Frame {
        description: &format!("{measure} by {title}"),
        shape: "middling",
        x_title: &with_scale(title, &x),
        y_title: &with_scale(measure, &y),
        x: &x,
        y: &y,
    };
    let marks = html! {
        (line("front", &x, &y, &front(points)))
        @for (point, class) in points.iter().zip(classes) {
            (dots(class, &x, &y, [*point]))
        }
    };
    frame.around(&marks, &html! {})
}

/// The points that no other is both cheaper and better than, by cost.
fn front(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut best = f64::INFINITY;
    sorted.retain(|(_, error)| {
        let leads = *error < best;
        best = best.min(*error);
        leads
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_is_what_nothing_beats_in_both() {
        let points = [(3.0, 1.0), (1.0, 3.0), (2.0, 2.0), (2.0, 4.0), (4.0, 1.0)];
        assert_eq!(front(&points), [(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)]);
    }
}
