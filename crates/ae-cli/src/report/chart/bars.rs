//! Bars that lie, each under its name.

use maud::{Markup, html};

/// A bar with its name and value.
pub struct Bar<'a> {
    /// Its name.
    pub name: &'a str,
    /// A few more words, or nothing.
    pub detail: &'a str,
    /// Its length.
    pub value: f64,
    /// Its value in words.
    pub text: String,
    /// CSS class that gives its colour.
    pub class: &'a str,
}

/// Bars from 0 to `most`; what is not finite gets none, what is longer is cut there.
pub fn bars<'a>(most: f64, bars: impl IntoIterator<Item = Bar<'a>>) -> Markup {
    html! {
        ol.bars {
            @for bar in bars {
                li.(bar.class) {
                    span.name { (bar.name) }
                    span.track { span.bar style={ "width:" (length(bar.value, most)) } {} }
                    span.value { (bar.text) }
                    @if !bar.detail.is_empty() { span.detail { (bar.detail) } }
                }
            }
        }
    }
}

fn length(value: f64, most: f64) -> String {
    // NaN and what is below 0 end up as 0.
    let share = (value / most).max(0.0).min(1.0);
    format!("{:.2}%", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_stay_inside() {
        assert_eq!(length(1.0, 4.0), "25.00%");
        assert_eq!(length(9.0, 4.0), "100.00%");
        assert_eq!(length(-1.0, 4.0), "0.00%");
        assert_eq!(length(f64::NAN, 4.0), "0.00%");
        assert_eq!(length(0.0, 0.0), "0.00%");
    }
}
