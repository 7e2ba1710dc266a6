//! What each number of the code does over rows.

use ae_model::evaluation::{CodeUse, HiddenLayer, LatentUnit};
use maud::{Markup, html};

use crate::report::chart::{Axis, Frame, dots, legend, segment};
use crate::report::number::{count, counted, percent, significant};
use crate::report::{ReportInput, Section};

pub fn section(input: &ReportInput) -> Option<Section> {
    let units = &input.evaluation.latent_units;
    if units.is_empty() {
        return None;
    }
    let dead: Vec<usize> = (0..units.len()).filter(|unit| units[*unit].dead).collect();
    Some(Section {
        title: "The numbers of the code",
        anchor: "latent-units",
        html: html! {
            p.lead { (lead(units, &dead)) (in_use(&input.evaluation.code_use)) (hidden(&input.evaluation.hidden_layers)) }
            (spread_chart(units, &dead))
            @if units.iter().any(|unit| unit.active < 1.0) { (activity_chart(units, &dead)) }
        },
    })
}

fn lead(units: &[LatentUnit], dead: &[usize]) -> String {
    let numbers = counted(units.len(), "number", "numbers");
    match dead.len() {
        0 => format!("{numbers}, all of them in use: each varies from row to row."),
        all if all == units.len() => {
            format!("{numbers}, each the same in every row: the code carries nothing.")
        }
        some => format!(
            "{numbers}, {} of which {} the same in every row and so {} nothing (dead, in red).",
            some,
            if some == 1 { "is" } else { "are" },
            if some == 1 { "carries" } else { "carry" },
        ),
    }
}

/// L0 and the dead share, of codes that are 0 at places.
fn in_use(code: &CodeUse) -> String {
    format!(
        " Of a row\u{2019}s code, {} are not 0 on average (L0); {} are dead.",
        significant(code.l0),
        percent(code.dead_fraction)
    )
}

/// How the units between the row and the code do.
fn hidden(layers: &[HiddenLayer]) -> String {
    let line = |layer: &HiddenLayer| {
        let dead = match layer.dead {
            0 => "none".to_owned(),
            some => count(some),
        };
        format!("{dead} of {} in {}", count(layer.units), layer.name)
    };
    if layers.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = layers.iter().map(line).collect();
    format!(" Dead units before them: {}.", lines.join(", "))
}

/// Whole numbers from 0, with half a place free at both ends.
fn unit_axis(units: &[LatentUnit]) -> Axis {
    Axis::between(-0.5, units.len() as f64 - 0.5).with_room(units.len().clamp(1, 8))
}

fn spread_chart(units: &[LatentUnit], dead: &[usize]) -> Markup {
    let ends = |unit: &LatentUnit| [unit.mean - unit.std, unit.mean + unit.std];
    let x = unit_axis(units);
    let y = Axis::linear(units.iter().flat_map(ends).chain([0.0]));
    let frame = Frame {
        description: "mean and standard deviation of each number of the code",
        shape: "middling",
        x_title: "number of the code",
        y_title: "mean ± standard deviation",
        x: &x,
        y: &y,
    };
    let mean = |index: usize| (index as f64, units[index].mean);
    let marks = html! {
        (segment("zero", &x, &y, (-0.5, 0.0), (units.len() as f64 - 0.5, 0.0)))
        @for (index, unit) in units.iter().enumerate() {
            @let [low, high] = ends(unit);
            (segment("spread", &x, &y, (index as f64, low), (index as f64, high)))
        }
        (dots("mean", &x, &y, (0..units.len()).filter(|index| !dead.contains(index)).map(mean)))
        (dots("dead", &x, &y, dead.iter().copied().map(mean)))
    };
    let entries = [("mean", "mean".to_owned()), ("dead", "dead".to_owned())];
    html! {
        @if !dead.is_empty() { (legend(entries)) }
        (frame.around(&marks, &html! {}))
    }
}

fn activity_chart(units: &[LatentUnit], dead: &[usize]) -> Markup {
    let x = unit_axis(units);
    let y = Axis::between(0.0, 100.0).with_room(2);
    let frame = Frame {
        description: "share of rows in which each number of the code is not 0",
        shape: "low",
        x_title: "number of the code",
        y_title: "not 0, percent of rows",
        x: &x,
        y: &y,
    };
    let marks = html! {
        @for (index, unit) in units.iter().enumerate() {
            @let class = if dead.contains(&index) { "dead" } else { "activity" };
            (segment(class, &x, &y, (index as f64, 0.0), (index as f64, 100.0 * unit.active)))
        }
    };
    let living = (0..units.len()).filter(|index| !dead.contains(index));
    let least = living.map(|index| units[index].active).fold(1.0, f64::min);
    html! {
        p.lead {
            "A number can be exactly 0. "
            @if least < 1.0 { "The quietest living one speaks in " (percent(least)) " of the rows." }
        }
        (frame.around(&marks, &html! {}))
    }
}
