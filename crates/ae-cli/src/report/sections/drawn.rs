//! What the codes of a variational autoencoder tell, and rows that never were.

use ae_data::Layout;
use ae_model::evaluation::Drawn;
use maud::{Markup, html};

use crate::report::chart::{Axis, Bar, Frame, bars, legend, line};
use crate::report::number::{counted, significant};
use crate::report::picture::{Shape, grid, picture, range, shrunk};
use crate::report::{EpochLine, ReportInput, Section};

/// Numbers of the code listed: those that tell the most.
const LISTED: usize = 40;

/// Images in a line of samples; rows and columns of a table of them.
const IMAGES: usize = 8;
const ROWS: usize = 6;
const COLUMNS: usize = 12;

pub fn section(input: &ReportInput) -> Option<Section> {
    let drawn = input.evaluation.drawn.as_ref()?;
    Some(Section {
        title: "Rows that never were",
        anchor: "drawn",
        html: html! {
            p.lead {
                "Decoded from codes drawn at random, without any row: what the model thinks that "
                "rows look like. " (lead(drawn))
            }
            (samples(input, drawn))
            @if let Some(likelihood) = drawn.log_likelihood {
                p { "By importance sampling with " (counted(likelihood.draws as usize, "code", "codes"))
                    " a row, the mean log likelihood of a row is about "
                    (significant(likelihood.nats)) " nats." }
            }
            (told(drawn))
            (course(input))
        },
    })
}

fn lead(drawn: &Drawn) -> String {
    let (nats, what) = match drawn.is_likelihood {
        true => ("nats", "the negative evidence lower bound"),
        false => ("of loss", "the sum that is minimised"),
    };
    format!(
        "A row costs {} {nats}: {} for what its code leaves open, {} nats for the code ({what} \
         and its parts; the divergence of codes from the standard normal). \
         {} of {} of the code vary from row to row.",
        significant(drawn.negative_elbo),
        significant(drawn.reconstruction),
        significant(drawn.divergence),
        drawn.active,
        counted(drawn.divergences.len(), "number", "numbers"),
    )
}

fn samples(input: &ReportInput, drawn: &Drawn) -> Markup {
    match input.layout {
        Layout::Image {
            height,
            width,
            channels,
        } => {
            let shape = Shape::new(*height, *width, *channels);
            let range = range(drawn.samples.iter().map(Vec::as_slice));
            let frames: Vec<_> = drawn
                .samples
                .iter()
                .map(|row| shrunk(shape.photograph(row, range)))
                .collect();
            match grid(&frames, IMAGES) {
                Some(image) => html! {
                    div.strip { (picture(image, "images decoded from random codes")) }
                },
                None => html! {},
            }
        }
        Layout::Columns(_) | Layout::Table(_) => {
            let names = input.layout.feature_names();
            let rows = drawn.samples.iter().take(ROWS);
            let rows: Vec<Vec<f32>> = rows.map(|row| input.in_units(row)).collect();
            let shown = names.len().min(COLUMNS);
            html! {
                div.scrolls { table {
                    thead { tr { @for name in &names[..shown] { th { (name) } } } }
                    tbody {
                        @for row in &rows {
                            tr { @for column in 0..shown { td { (input.cell(column, row[column])) } } }
                        }
                    }
                } }
            }
        }
    }
}

/// A bar for each number of the code.
fn told(drawn: &Drawn) -> Markup {
    let mut order: Vec<usize> = (0..drawn.divergences.len()).collect();
    order.sort_by(|a, b| drawn.divergences[*b].total_cmp(&drawn.divergences[*a]));
    order.truncate(LISTED);
    let most = order.first().map_or(1.0, |unit| drawn.divergences[*unit]);
    let names: Vec<String> = order.iter().map(|unit| format!("number {unit}")).collect();
    html! {
        p { "How much each number of the code tells of a row, in nats; one that stays near 0 is "
            "not in use." }
        (bars(most, order.iter().zip(&names).map(|(unit, name)| Bar {
            name,
            detail: "",
            value: drawn.divergences[*unit],
            text: significant(drawn.divergences[*unit]),
            class: if drawn.is_active(*unit) { "model" } else { "behind" },
        })))
    }
}

/// The divergence by epoch.
fn course(input: &ReportInput) -> Markup {
    let points = |of: fn(&EpochLine) -> Option<f64>| -> Vec<(f64, f64)> {
        let lines = input.history.iter();
        lines
            .filter_map(|line| Some((line.epoch as f64, of(line)?)))
            .collect()
    };
    let train = points(|line| line.divergence);
    let validation = points(|line| line.validation_divergence);
    if train.len() < 2 {
        return html! {};
    }
    let x = Axis::linear(train.iter().map(|point| point.0)).with_room(6);
    let y = Axis::linear(
        train
            .iter()
            .chain(&validation)
            .map(|point| point.1)
            .chain([0.0]),
    );
    let frame = Frame {
        description: "divergence of the codes by epoch",
        shape: "middling",
        x_title: "epoch",
        y_title: "divergence, nats a row",
        x: &x,
        y: &y,
    };
    let marks = html! {
        (line("train", &x, &y, &train))
        (line("validation", &x, &y, &validation))
    };
    let names = [
        ("train", "training".to_owned()),
        ("validation", "validation".to_owned()),
    ];
    html! {
        (legend(names.into_iter().take(if validation.is_empty() { 1 } else { 2 })))
        (frame.around(&marks, &html! {}))
    }
}
