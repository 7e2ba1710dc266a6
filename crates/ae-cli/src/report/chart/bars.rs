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
    format!("{:.2}%", 100.0 * share(value, most))
}

/// `value` as a share of `most`, kept between 0 and 1; 0 for what is no number.
pub fn share(value: f64, most: f64) -> f64 {
    match value / most {
        share if share.is_nan() => 0.0,
        share => share.clamp(0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_stay_inside() {
        assert_eq!(share(1.0, 4.0), 0.25);
        assert_eq!(share(9.0, 4.0), 1.0);
        assert_eq!(share(-1.0, 4.0), 0.0);
        assert_eq!(share(f64::NAN, 4.0), 0.0);
        assert_eq!(share(f64::INFINITY, 4.0), 1.0);
        assert_eq!(share(0.0, 0.0), 0.0);
    }
}
