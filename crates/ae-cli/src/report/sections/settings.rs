//! What was trained on what, and how to do it again.

use maud::{Markup, html};

use crate::report::number::count;
use crate::report::{LayerLine, ReportInput, Section};

pub fn section(input: &ReportInput) -> Option<Section> {
    Some(Section {
        title: "How it was made",
        anchor: "settings",
        html: html! {
            @if !input.command.is_empty() {
                p.lead { "To do it again:" }
                pre.command { code { (input.command) } }
            }
            @if !input.architecture.is_empty() {
                details { summary { "Layers" } (layers(input.architecture)) }
            }
            @if !input.data.is_empty() {
                details { summary { "Data" } (data(input.data)) }
            }
            @if !input.settings.is_empty() {
                details { summary { "All settings" } pre { code { (input.settings) } } }
            }
        },
    })
}

fn layers(layers: &[LayerLine]) -> Markup {
    let total = layers.iter().map(|layer| layer.parameters).sum();
    html! {
        table {
            thead {
                tr {
                    th scope="col" { "layer" }
                    th scope="col" { "kind" }
                    th scope="col" { "shape" }
                    th.number scope="col" { "parameters" }
                }
            }
            tbody {
                @for layer in layers {
                    tr {
                        th scope="row" { (layer.name) }
                        td { (layer.kind) }
                        td { (layer.shape) }
                        td.number { (count(layer.parameters)) }
                    }
                }
            }
            tfoot {
                tr { th scope="row" colspan="3" { "together" } td.number { (count(total)) } }
            }
        }
    }
}

fn data(lines: &[(String, String)]) -> Markup {
    html! {
        table {
            tbody {
                @for (name, value) in lines { tr { th scope="row" { (name) } td { (value) } } }
            }
        }
    }
}
