//! The frame of a chart: grid, labels, titles.

use maud::{Markup, html};

use super::Axis;

/// Width and height of the drawing in its own units, stretched to the page.
pub const SIDE: f64 = 2000.0;

/// A chart around marks made with the same axes.
pub struct Frame<'a> {
    /// What it shows, for those who cannot see it.
    pub description: &'a str,
    /// CSS class that sets its height.
    pub shape: &'a str,
    /// What runs across.
    pub x_title: &'a str,
    /// What runs up.
    pub y_title: &'a str,
    /// The scale across.
    pub x: &'a Axis,
    /// The scale up.
    pub y: &'a Axis,
}

impl Frame<'_> {
    /// The chart with `marks` drawn and `words` written over them.
    pub fn around(&self, marks: &Markup, words: &Markup) -> Markup {
        let (across, up) = (placed(self.x), placed(self.y));
        html! {
            div.chart {
                div.y-title { (self.y_title) }
                div.plot.(self.shape) role="img" aria-label=(self.description) {
                    svg viewBox={ "0 0 " (SIDE) " " (SIDE) } preserveAspectRatio="none" aria-hidden="true" {
                        (grid(&across, &up))
                        (marks)
                    }
                    @for (share, label) in &up {
                        span.y-label style={ "bottom:" (per_cent(*share)) } { (label) }
                    }
                    @for (share, label) in &across {
                        span.x-label style={ "left:" (per_cent(*share)) } { (label) }
                    }
                    (words)
                }
                div.x-title { (self.x_title) }
            }
        }
    }

    /// A word at a point of the chart; nothing if the point isn't finite.
    pub fn word(&self, class: &str, at: (f64, f64), text: &str) -> Markup {
        let (Some(across), Some(up)) = (self.x.position(at.0), self.y.position(at.1)) else {
            return html! {};
        };
        // On the right half a word runs to the left, so that it stays inside.
        let side = if across > 0.5 {
            "leftwards"
        } else {
            "rightwards"
        };
        html! {
            span.word.(side).(class)
                style={ "left:" (per_cent(across)) ";bottom:" (per_cent(up)) } { (text) }
        }
    }
}

/// Names beside the marks that stand for them: class and name of each.
pub fn legend<'a>(entries: impl IntoIterator<Item = (&'a str, String)>) -> Markup {
    html! {
        ul.legend {
            @for (class, name) in entries {
                li.(class) { span.key {} (name) }
            }
        }
    }
}

fn placed(axis: &Axis) -> Vec<(f64, String)> {
    axis.labels()
        .into_iter()
        .filter_map(|(value, label)| Some((axis.position(value)?, label)))
        .collect()
}

fn grid(across: &[(f64, String)], up: &[(f64, String)]) -> Markup {
    let vertical = across.iter().map(|(share, _)| (share * SIDE).round());
    let horizontal = up.iter().map(|(share, _)| ((1.0 - share) * SIDE).round());
    let path: String = vertical
        .map(|x| format!("M{x} 0V{SIDE}"))
        .chain(horizontal.map(|y| format!("M0 {y}H{SIDE}")))
        .collect();
    html! { path.grid d=(path) {} }
}

/// A share of 1 as a CSS length.
fn per_cent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}
