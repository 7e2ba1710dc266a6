//! Where in a row the errors are.

use ae_data::Layout;
use ae_model::evaluation::FeatureError;
use maud::{Markup, html};

use super::folded;
use crate::report::chart::{Bar, bars};
use crate::report::number::{percent, significant};
use crate::report::picture::{Shape, magnitude, picture, shrunk};
use crate::report::{ReportInput, Section};

/// Columns in the open.
const SHOWN: usize = 30;

/// A feature with less than this share of the largest variance hardly varies: the share that
/// is left of it says nothing.
const CONSTANT: f64 = 1e-4;

pub fn section(input: &ReportInput) -> Option<Section> {
    let features = &input.evaluation.per_feature;
    if features.is_empty() {
        return None;
    }
    Some(Section {
        title: "Where the errors are",
        anchor: "feature-errors",
        html: match *input.layout {
            Layout::Image {
                height,
                width,
                channels,
            } => maps(Shape::new(height, width, channels), features),
            Layout::Columns(_) | Layout::Table(_) => columns(input, features),
        },
    })
}

/// The share of each feature's variance that the model leaves; `None` for constant features.
fn left(features: &[FeatureError]) -> Vec<Option<f64>> {
    let most = features
        .iter()
        .map(|feature| feature.variance)
        .fold(0.0, f64::max);
    features
        .iter()
        .map(|feature| {
            let varies = feature.variance > CONSTANT * most;
            varies.then(|| feature.mse / feature.variance)
        })
        .collect()
}

fn maps(shape: Shape, features: &[FeatureError]) -> Markup {
    let errors: Vec<f32> = features.iter().map(|feature| feature.mse as f32).collect();
    let largest = magnitude(errors.iter().copied());
    let error_shares: Vec<f32> = errors
        .iter()
        .map(|error| (error / largest).min(1.0))
        .collect();
    let left: Vec<f32> = left(features)
        .into_iter()
        .map(|share| share.unwrap_or(0.0) as f32)
        .collect();
    let above = left.iter().any(|share| *share > 1.0);
    html! {
        div.maps {
            figure {
                figcaption {
                    strong { "Mean squared error" }
                    small { "Where most of the error falls." }
                }
                (picture(shrunk(shape.shares(&error_shares)), "mean squared error of each pixel"))
                (key("0", &significant(f64::from(largest))))
            }
            figure {
                figcaption {
                    strong { "Share of the variance left" }
                    small {
                        "How much of what happens in a pixel is missed; blank where it hardly changes."
                        @if above { " Red pixels come back worse than their mean would." }
                    }
                }
                (picture(shrunk(shape.shares(&left)), "share of the variance left in each pixel"))
                (key("0", "all of it"))
            }
        }
    }
}

fn key(low: &str, high: &str) -> Markup {
    let steps: Vec<f32> = (0..=20).map(|step| step as f32 / 20.0).collect();
    html! {
        div.scale {
            span { (low) }
            (picture(Shape::new(1, steps.len(), 1).shares(&steps), "from nothing to full colour"))
            span { (high) }
        }
    }
}

/// A column's line.
struct Column<'a> {
    name: &'a str,
    left: f64,
    error: String,
}

fn columns(input: &ReportInput, features: &[FeatureError]) -> Markup {
    let mut shares: Vec<Column> = features
        .iter()
        .zip(left(features))
        .enumerate()
        .filter_map(|(index, (feature, left))| {
            let error = feature.mse.sqrt() * input.unit(index);
            Some(Column {
                name: &feature.name,
                left: left?,
                error: format!("off by {}", significant(error)),
            })
        })
        .collect();
    shares.sort_by(|a, b| b.left.total_cmp(&a.left));
    let constant = features.len() - shares.len();
    html! {
        p.lead {
            "The share of each column's variance that the model misses, the worst first. At 100 % "
            "the column's mean would do as well. Under its bar, how far off the column is in its "
            "own units: the root of its mean squared error."
            @if constant > 0 { " Left out as (nearly) constant: " (constant) "." }
        }
        (folded(&shares, SHOWN, ["column, which came back better", "columns, which came back better"], |shares| {
            bars(1.0, shares.iter().map(|column| Bar {
                name: column.name,
                detail: &column.error,
                value: column.left,
                text: percent(column.left),
                class: if column.left > 1.0 { "ahead" } else { "model" },
            }))
        }))
    }
}
