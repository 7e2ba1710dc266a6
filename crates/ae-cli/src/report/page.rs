//! The page around the sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Section;

const STYLE: &str = include_str!("style.css");

/// Keeps the browser from fetching or running anything, whatever the page holds.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/// A page of sections under a title and a line on what was measured.
pub fn page(title: &str, measured: &str, sections: &[Section], version: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p { (measured) }
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
                footer { "ae " (version) }
            }
        }
    }
}
