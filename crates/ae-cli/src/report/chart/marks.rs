//! Lines and dots as SVG paths, in the coordinates of [`super::Frame`].

use std::fmt::Write as _;

use maud::{Markup, html};

use super::Axis;
use super::frame::SIDE;

/// A line through `points`, interrupted where one of them isn't finite.
pub fn line(class: &str, x: &Axis, y: &Axis, points: &[(f64, f64)]) -> Markup {
    let mut path = String::new();
    let mut drawing = false;
    for &(horizontal, vertical) in points {
        match place(x, y, horizontal, vertical) {
            Some((across, down)) => {
                let _ = write!(path, "{}{across} {down}", if drawing { 'L' } else { 'M' });
                drawing = true;
            }
            None => drawing = false,
        }
    }
    html! { path class={ "line " (class) } d=(path) {} }
}

/// A dot at each of `points` that is finite.
///
/// All are one path of strokes of no length with round ends: they stay round however the chart
/// is stretched, and take a dozen bytes each.
pub fn dots(
    class: &str,
    x: &Axis,
    y: &Axis,
    points: impl IntoIterator<Item = (f64, f64)>,
) -> Markup {
    let mut path = String::new();
    for (horizontal, vertical) in points {
        if let Some((across, down)) = place(x, y, horizontal, vertical) {
            let _ = write!(path, "M{across} {down}h0");
        }
    }
    html! { path class={ "dots " (class) } d=(path) {} }
}

/// An upright band over all of the chart's height from one value across to another; never
/// narrower than a hair.
pub fn bands(class: &str, x: &Axis, ranges: impl IntoIterator<Item = (f64, f64)>) -> Markup {
    let mut path = String::new();
    for (from, to) in ranges {
        if let (Some(from), Some(to)) = (x.position(from), x.position(to)) {
            let [from, to] = [from, to].map(|share| (share.clamp(0.0, 1.0) * SIDE).round() as i64);
            let _ = write!(path, "M{from} 0H{to}V{SIDE}H{from}Z");
        }
    }
    html! { path class={ "band " (class) } d=(path) {} }
}

/// A straight stroke between two points; nothing if one of them isn't finite.
pub fn segment(class: &str, x: &Axis, y: &Axis, from: (f64, f64), to: (f64, f64)) -> Markup {
    line(class, x, y, &[from, to])
}

/// Across and down, rounded to whole units: finer than a pixel.
fn place(x: &Axis, y: &Axis, horizontal: f64, vertical: f64) -> Option<(i64, i64)> {
    let across = x.position(horizontal)?;
    let down = 1.0 - y.position(vertical)?;
    Some(((across * SIDE).round() as i64, (down * SIDE).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_what_is_not_finite() {
        let axis = Axis::between(0.0, 1.0);
        let points = [
            (0.0, 0.0),
            (0.5, 1.0),
            (0.6, f64::NAN),
            (0.8, 0.5),
            (1.0, 0.25),
        ];
        assert_eq!(
            line("a", &axis, &axis, &points).into_string(),
            r#"<path class="line a" d="M0 2000L1000 0M1600 1000L2000 1500"></path>"#
        );
        assert_eq!(
            dots("b", &axis, &axis, points[1..4].iter().copied()).into_string(),
            r#"<path class="dots b" d="M1000 0h0M1600 1000h0"></path>"#
        );
    }
}
