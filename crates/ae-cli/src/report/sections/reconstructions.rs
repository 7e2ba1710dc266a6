//! Rows beside what came back: the best, the ordinary and the worst.

use ae_data::Layout;
use ae_model::evaluation::{Example, Rank};
use maud::{Markup, html};

use super::folded;
use crate::report::chart::share;
use crate::report::number::{count, significant};
use crate::report::picture::{Shape, magnitude, picture, range, shrunk};
use crate::report::{ReportInput, Section};

/// Examples of a rank in the open: of images, and of tables, which are longer.
const IMAGES: usize = 3;
const TABLES: usize = 2;

/// Columns of a table's example in the open: those that came back worst.
const COLUMNS: usize = 6;

/// The ranks with their headings.
const RANKS: [(Rank, &str); 3] = [
    (Rank::Best, "Came back best"),
    (Rank::Median, "In the middle"),
    (Rank::Worst, "Came back worst"),
];

/// Draws an example.
type Card<'a> = Box<dyn Fn(&Example) -> Markup + 'a>;

pub fn section(input: &ReportInput) -> Option<Section> {
    let examples = &input.evaluation.examples;
    if examples.is_empty() {
        return None;
    }
    let names = input.layout.feature_names();
    let (class, shown, card): (_, _, Card) = match input.layout {
        Layout::Columns(_) | Layout::Table(_) => (
            "of-table",
            TABLES,
            Box::new(|example| table_card(input, &names, example)),
        ),
        Layout::Image {
            height,
            width,
            channels,
        } => {
            let shape = Shape::new(*height, *width, *channels);
            let scales = Scales::of(examples);
            let card = move |example: &Example| image_card(shape, &scales, example);
            ("of-image", IMAGES, Box::new(card))
        }
    };
    let cards = |examples: &[&Example]| {
        html! { div.examples.(class) { @for example in examples { (card(example)) } } }
    };
    Some(Section {
        title: "What came back",
        anchor: "reconstructions",
        html: html! {
            p.lead { (lead(input)) }
            @for (rank, heading) in RANKS {
                @let ranked: Vec<&Example> =
                    examples.iter().filter(|example| example.rank == rank).collect();
                @if !ranked.is_empty() {
                    h3 { (heading) }
                    (folded(&ranked, shown, ["row", "rows"], cards))
                }
            }
        },
    })
}

fn lead(input: &ReportInput) -> String {
    let [_, _, lower, _, upper, _, worst] = input.evaluation.error.row_quantiles;
    let colours = match input.layout {
        Layout::Image { .. } => {
            "In the difference, orange is where the output is too high and blue where it is too low."
        }
        Layout::Columns(_) | Layout::Table(_) => {
            "Errors and the bars of the difference are in scaled units, so that columns can be \
             compared; the numbers are in each column's own. A bar points right where the output \
             is too high."
        }
    };
    let rows = input.evaluation.rows;
    if rows == 1 {
        return colours.to_owned();
    }
    format!(
        "Of all {} rows, half have an error between {} and {}; the worst has {}. {colours}",
        count(rows),
        significant(lower),
        significant(upper),
        significant(worst),
    )
}

/// The same for all examples, so that they can be compared.
struct Scales {
    values: (f32, f32),
    difference: f32,
}

impl Scales {
    fn of(examples: &[Example]) -> Self {
        Self {
            values: range(examples.iter().map(|example| example.input.as_slice())),
            difference: magnitude(examples.iter().flat_map(differences)),
        }
    }
}

/// Of each number: what came back less what went in.
fn differences(example: &Example) -> impl Iterator<Item = f32> {
    let pairs = example.reconstruction.iter().zip(&example.input);
    pairs.map(|(back, input)| back - input)
}

fn caption(example: &Example) -> Markup {
    html! {
        figcaption {
            @if let Some(label) = &example.label { strong { (label) } " " }
            span { "error " (significant(example.mse)) }
            " "
            span.row-number { "row " (example.row) }
        }
    }
}

fn image_card(shape: Shape, scales: &Scales, example: &Example) -> Markup {
    let difference: Vec<f32> = differences(example).collect();
    let photograph = |row: &[f32]| shape.photograph(row, scales.values);
    let views = [
        ("input", Some(photograph(&example.input))),
        ("noisy", example.noisy.as_deref().map(photograph)),
        ("output", Some(photograph(&example.reconstruction))),
        (
            "difference",
            Some(shape.signed(&difference, scales.difference)),
        ),
    ];
    html! {
        figure.example {
            (caption(example))
            div.views {
                @for (name, image) in views {
                    @if let Some(image) = image {
                        div {
                            (picture(shrunk(image), &format!("{name}, row {}", example.row)))
                            small { (name) }
                        }
                    }
                }
            }
        }
    }
}

fn table_card(input: &ReportInput, names: &[String], example: &Example) -> Markup {
    let own = input.in_units(&example.input);
    let noisy = example.noisy.as_deref().map(|noisy| input.in_units(noisy));
    let back = input.in_units(&example.reconstruction);
    let differences: Vec<f32> = differences(example).collect();
    let most = differences
        .iter()
        .fold(0.0, |most: f32, difference| most.max(difference.abs()));
    let mut columns: Vec<usize> = (0..names.len()).collect();
    if columns.len() > COLUMNS {
        columns.sort_by(|a, b| differences[*b].abs().total_cmp(&differences[*a].abs()));
    }
    let line = |column: usize| {
        html! {
            tr {
                th scope="row" { (names[column]) }
                td.number { (input.cell(column, own[column])) }
                @if let Some(noisy) = &noisy { td.number { (input.cell(column, noisy[column])) } }
                td.number { (input.cell(column, back[column])) }
                td { (signed_bar(differences[column], most)) }
            }
        }
    };
    html! {
        figure.example {
            (caption(example))
            (folded(&columns, COLUMNS, ["column, which came back closer", "columns, which came back closer"], |columns| html! {
                table.columns {
                    thead {
                        tr {
                            th scope="col" { "column" }
                            th.number scope="col" { "input" }
                            @if noisy.is_some() { th.number scope="col" { "noisy" } }
                            th.number scope="col" { "output" }
                            th.difference scope="col" { "difference" }
                        }
                    }
                    tbody { @for column in columns { (line(*column)) } }
                }
            }))
        }
    }
}

/// A bar from the middle to the left or to the right.
fn signed_bar(value: f32, most: f32) -> Markup {
    let half = 50.0 * share(f64::from(value.abs()), f64::from(most));
    let (class, left) = if value < 0.0 {
        ("below", 50.0 - half)
    } else {
        ("above", 50.0)
    };
    html! {
        span.signed.(class) title=(significant(f64::from(value))) {
            span style=(format!("left:{left:.2}%;width:{half:.2}%")) {}
        }
    }
}
