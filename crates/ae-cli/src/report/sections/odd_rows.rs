//! The oddest rows of a table: which cells make them so, and what would mend them.

use ae_model::evaluation::OddRows;
use ae_model::explain::{Column, Explanation, Repair};
use maud::{Markup, html};

use crate::report::cells::{confidence, judgement};
use crate::report::number::{count, counted, percent};
use crate::report::{ReportInput, Section};

pub fn section(input: &ReportInput) -> Option<Section> {
    let odd = input.evaluation.odd_rows.as_ref()?;
    Some(Section {
        title: "Rows that don't belong",
        anchor: "odd-rows",
        html: html! {
            p.lead {
                (lead(odd, input.evaluation.rows))
            }
            @for (explanation, repair) in odd.explanations.iter().zip(&odd.repairs) {
                h3 { "Row " (count(explanation.row + 1)) ": " (judgement(&explanation.judged)) }
                (cells(explanation, &odd.columns))
                (mending(repair, &odd.columns))
            }
        },
    })
}

fn lead(odd: &OddRows, rows: usize) -> String {
    let rows = counted(rows, "row", "rows");
    match odd.anomalies {
        0 => format!("Of {rows}, none is beyond the model's threshold."),
        anomalies if anomalies > odd.explanations.len() => format!(
            "Of {rows}, {} are beyond the model's threshold. The oddest of them, and the cells that make them so:",
            count(anomalies)
        ),
        anomalies => format!(
            "Of {rows}, {} beyond the model's threshold, for these cells:",
            counted(anomalies, "is", "are")
        ),
    }
}

fn cells(explanation: &Explanation, columns: &[Column]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th { "Column" }
                    th { "Value" }
                    th { "Expected" }
                    th { "How surely" }
                    th.number { "Share of the score" }
                }
            }
            tbody {
                @for cell in &explanation.cells {
                    @let column = &columns[cell.column];
                    tr {
                        td { (column.name) }
                        td { strong { (shown(cell.text(column))) } }
                        td { (shown(column.text(&cell.expected))) }
                        td { (confidence(cell, column)) }
                        td.number { (percent(cell.share)) }
                    }
                }
            }
        }
    }
}

/// A cell's text; a hole is said to be one.
fn shown(text: String) -> String {
    match text.is_empty() {
        true => "(nothing)".to_owned(),
        false => text,
    }
}

fn mending(repair: &Repair, columns: &[Column]) -> Markup {
    let edits = repair.edits.iter().map(|edit| {
        let column = &columns[edit.column];
        format!("{} {}", column.name, shown(column.text(&edit.to)))
    });
    let edits: Vec<String> = edits.collect();
    html! {
        p {
            @if repair.after.anomaly {
                "No few changes make it ordinary: the whole row is strange."
            } @else {
                "It would be ordinary with " (edits.join(", ")) "."
            }
        }
    }
}
