//! What the first layer looks for.

use ae_data::Layout;
use maud::{Markup, html};

use super::folded;
use crate::report::number::significant;
use crate::report::picture::{Shape, magnitude, picture, shrunk};
use crate::report::{ReportInput, Section};

/// Filters in the open.
const SHOWN: usize = 64;

pub fn section(input: &ReportInput) -> Option<Section> {
    let filters = &input.evaluation.filters;
    // Weights of a table's columns have no neighbours: as an image they would show nothing.
    let Layout::Image {
        height,
        width,
        channels,
    } = *input.layout
    else {
        return None;
    };
    if filters.is_empty() {
        return None;
    }
    let shape = Shape::new(height, width, channels);
    let scale = magnitude(filters.iter().flatten().copied());
    Some(Section {
        title: "What the first layer looks for",
        anchor: "filters",
        html: html! {
            p.lead {
                "The weights of the strongest units, pixel by pixel: orange adds to the unit, blue "
                "takes away, and what is not tinted does not count. Strokes and spots are a good sign; "
                "even noise means that a unit has learned little."
            }
            (folded(filters, SHOWN, ["filter", "filters"], |filters| html! {
                div.filters {
                    @for filter in filters {
                        (picture(shrunk(shape.signed(filter, scale)), "weights of a unit"))
                    }
                }
            }))
            (key(scale))
        },
    })
}

/// The colours from the most negative to the most positive weight.
fn key(scale: f32) -> Markup {
    let steps: Vec<f32> = (-20..=20).map(|step| step as f32 / 20.0).collect();
    let text = significant(f64::from(scale));
    html! {
        div.scale {
            span { "-" (text) }
            (picture(Shape::new(1, steps.len(), 1).signed(&steps, 1.0), "from blue over nothing to orange"))
            span { (text) }
        }
    }
}
