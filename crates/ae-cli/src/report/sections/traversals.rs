//! What moving one number of the code does.

use ae_data::Layout;
use ae_model::evaluation::Traversal;
use maud::{Markup, html};

use super::folded;
use crate::report::chart::{Axis, Frame, legend, line};
use crate::report::number::significant;
use crate::report::picture::{Shape, picture, range, shrunk, strip};
use crate::report::{ReportInput, Section};

/// Traversals in the open.
const SHOWN: usize = 10;

/// Columns drawn for a table: those that move the most.
const COLUMNS: usize = 4;

pub fn section(input: &ReportInput) -> Option<Section> {
    let traversals = &input.evaluation.traversals;
    if traversals.is_empty() {
        return None;
    }
    let names = input.layout.feature_names();
    let draw: Box<dyn Fn(&Traversal) -> Markup> = match input.layout {
        Layout::Columns(_) | Layout::Table(_) => {
            Box::new(|traversal| columns(input, &names, traversal))
        }
        Layout::Image {
            height,
            width,
            channels,
        } => {
            let shape = Shape::new(*height, *width, *channels);
            let rows = traversals.iter().flat_map(|traversal| &traversal.rows);
            let range = range(rows.map(Vec::as_slice));
            Box::new(move |traversal| images(shape, range, traversal))
        }
    };
    Some(Section {
        title: "Turning the knobs",
        anchor: "traversals",
        html: html! {
            p.lead {
                "Each line moves one of the liveliest numbers of the code from low to high and leaves the others at "
                "their median. What changes is what that number stands for; where nothing changes, "
                "the decoder does not listen to it."
                @if !matches!(input.layout, Layout::Image { .. }) {
                    " The lines are in scaled units, so that one chart holds them; beside the "
                    "names stands where they go in the column's own."
                }
            }
            (folded(traversals, SHOWN, ["number of the code", "numbers of the code"], |traversals| html! {
                div.traversals {
                    @for traversal in traversals {
                        figure {
                            figcaption { "number " (traversal.unit) }
                            (draw(traversal))
                        }
                    }
                }
            }))
        },
    })
}

fn images(shape: Shape, range: (f32, f32), traversal: &Traversal) -> Markup {
    let frames: Vec<_> = traversal
        .rows
        .iter()
        .map(|row| shrunk(shape.photograph(row, range)))
        .collect();
    if frames.is_empty() {
        return html! {};
    }
    let alt = format!("images as number {} of the code grows", traversal.unit);
    html! {
        div.strip { (picture(strip(&frames), &alt)) }
        div.ends {
            @for value in [traversal.values.first(), traversal.values.last()].into_iter().flatten() {
                span { (significant(f64::from(*value))) }
            }
        }
    }
}

fn columns(input: &ReportInput, names: &[String], traversal: &Traversal) -> Markup {
    let moving = most_moving(names.len(), traversal);
    let lines: Vec<Vec<(f64, f64)>> = moving
        .iter()
        .map(|column| course(traversal, *column))
        .collect();
    let x = Axis::linear(traversal.values.iter().map(|value| f64::from(*value)));
    let y = Axis::linear(lines.iter().flatten().map(|(_, value)| *value)).with_room(3);
    let frame = Frame {
        description: "columns as one number of the code grows",
        shape: "small",
        x_title: &format!("number {} of the code", traversal.unit),
        y_title: "scaled value",
        x: &x,
        y: &y,
    };
    let classes: Vec<String> = (0..moving.len())
        .map(|index| format!("class-{index}"))
        .collect();
    let own: Vec<Vec<f32>> = traversal
        .rows
        .iter()
        .map(|row| input.in_units(row))
        .collect();
    let name = |column: usize| match (own.first(), own.last()) {
        (Some(first), Some(last)) => {
            let [first, last] = [first, last].map(|row| input.cell(column, row[column]));
            format!("{}: {first} → {last}", names[column])
        }
        _ => names[column].clone(),
    };
    let entries = moving.iter().map(|column| name(*column));
    let marks = html! {
        @for (class, points) in classes.iter().zip(&lines) { (line(class, &x, &y, points)) }
    };
    html! {
        (legend(classes.iter().map(String::as_str).zip(entries)))
        (frame.around(&marks, &html! {}))
    }
}

/// The values of one column along a traversal.
fn course(traversal: &Traversal, column: usize) -> Vec<(f64, f64)> {
    let rows = traversal.rows.iter().map(|row| f64::from(row[column]));
    traversal
        .values
        .iter()
        .map(|value| f64::from(*value))
        .zip(rows)
        .collect()
}

/// The columns that move the furthest, in the order of the table.
fn most_moving(width: usize, traversal: &Traversal) -> Vec<usize> {
    let way = |column: &usize| {
        let values = traversal.rows.iter().map(|row| row[*column]);
        values.clone().fold(f32::MIN, f32::max) - values.fold(f32::MAX, f32::min)
    };
    let mut columns: Vec<usize> = (0..width).collect();
    columns.sort_by(|a, b| way(b).total_cmp(&way(a)));
    columns.truncate(COLUMNS);
    columns.sort_unstable();
    columns
}
