//! The page around the sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::number::counted;
use super::{ReportInput, Section};

const STYLE: &str = include_str!("style.css");

/// Keeps the browser from fetching or running anything, whatever the page holds.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

pub fn page(input: &ReportInput, sections: &[Section]) -> Markup {
    let evaluation = input.evaluation;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (input.title) " – report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (input.title) }
                    p {
                        "Measured on " (counted(evaluation.rows, "row", "rows"))
                        " (" (evaluation.part) ") of "
                        (counted(evaluation.features, "number", "numbers")) " each"
                    }
                    nav aria-label="contents" {
                        @for section in sections {
                            a href={ "#" (section.anchor) } { (section.anchor.replace('-', " ")) }
                        }
                    }
                }
                main {
                    @for section in sections {
                        section id=(section.anchor) {
                            h2 { (section.title) }
                            (section.html)
                        }
                    }
                }
                footer { "ae " (input.version) }
            }
        }
    }
}
