//! A time series, its score, and the stretches in which it is odd.

use ae_model::evaluation::{OddStretch, SeriesLook, ShownSeries};
use maud::{Markup, html};

use crate::report::chart::{Axis, Frame, bands, line, segment};
use crate::report::number::{count, counted, percent, significant};
use crate::report::{ReportInput, Section};

/// Places across a chart that steps share: about a pixel each on a wide screen. Of the steps of
/// a place, the lowest and the highest are drawn, so that no peak is lost.
const PLACES: usize = 1000;

pub fn section(input: &ReportInput) -> Option<Section> {
    let look = input.evaluation.series.as_ref()?;
    Some(Section {
        title: "When it was odd",
        anchor: "series",
        html: html! {
            p.lead { (lead(look)) }
            @for series in &look.shown {
                @if let Some(group) = &series.group {
                    h3 { (group) }
                }
                (charts(series, look.cutoff))
                @if !series.oddest.is_empty() {
                    (stretches(series))
                }
            }
        },
    })
}

fn lead(look: &SeriesLook) -> String {
    let steps = counted(look.steps, "time step", "time steps");
    let found = match look.anomalies {
        0 => format!("Of {steps}, none is beyond the model's threshold."),
        anomalies => format!(
            "Of {steps}, {} beyond the model's threshold. They are marked in the charts.",
            counted(anomalies, "is", "are")
        ),
    };
    let shown = match look.groups > look.shown.len() {
        true => format!(
            " Shown are the {} of {} series with the most of them.",
            count(look.shown.len()),
            count(look.groups)
        ),
        false => String::new(),
    };
    format!(
        "{found}{shown} A step's score is the mean of those of the windows that cover it, so that \
         steps beside an odd stretch are a little odd too."
    )
}

fn charts(series: &ShownSeries, cutoff: f64) -> Markup {
    let steps = series.scores.len();
    let ticks = series.ticks.iter();
    let ticks = ticks.map(|(step, text)| (*step as f64, text.clone()));
    let x = Axis::between(-0.5, steps as f64 - 0.5);
    let labelled = x.clone().with_labels(ticks.collect());
    let bare = x.clone().without_labels();
    let scores = series.scores.iter().copied();
    let y = Axis::linear(scores.chain([cutoff]));
    let ends = [(-0.5, cutoff), (steps as f64 - 0.5, cutoff)];
    let score = html! {
        (odd(series, &x))
        (segment("floor", &x, &y, ends[0], ends[1]))
        (line("odd-score", &x, &y, &thinned(&series.scores, &series.follows)))
    };
    let last = series.columns.len();
    html! {
        (chart(&score, "score (dashed: threshold)", &y, if last == 0 { &labelled } else { &bare }))
        @for (at, column) in series.columns.iter().enumerate() {
            @let y = Axis::linear(column.values.iter().copied());
            @let marks = html! {
                (odd(series, &x))
                (line("course", &x, &y, &thinned(&column.values, &series.follows)))
            };
            (chart(&marks, &column.name, &y, if at + 1 == last { &labelled } else { &bare }))
        }
    }
}

fn chart(marks: &Markup, name: &str, y: &Axis, x: &Axis) -> Markup {
    let frame = Frame {
        description: &format!("{name} over time, odd stretches marked"),
        shape: "small",
        x_title: "",
        y_title: name,
        x,
        y,
    };
    html! { div.series-column { (frame.around(marks, &html! {})) } }
}

fn odd(series: &ShownSeries, x: &Axis) -> Markup {
    let ends = |steps: &std::ops::Range<usize>| (steps.start as f64 - 0.5, steps.end as f64 - 0.5);
    // Stretches that share a place of the drawing are one there.
    let place = series.scores.len() as f64 / PLACES as f64;
    let mut merged: Vec<(f64, f64)> = Vec::new();
    for (from, to) in series.odd.iter().map(ends) {
        match merged.last_mut() {
            Some(last) if from - last.1 < place => last.1 = to,
            _ => merged.push((from, to)),
        }
    }
    bands("odd-step", x, merged)
}

/// The steps worth drawing: all if there are few, else the lowest and the highest of each place,
/// in the order of time. Between steps that don't follow each other there is a point that is no
/// number: the line breaks.
fn thinned(values: &[f64], follows: &[bool]) -> Vec<(f64, f64)> {
    let at_a_place = values.len().div_ceil(PLACES).max(1);
    let mut points = Vec::new();
    let mut start = 0;
    while start < values.len() {
        let most = (start + at_a_place).min(values.len());
        let gap = (start + 1..most).find(|step| !follows[*step]);
        let end = gap.unwrap_or(most);
        if start > 0 && !follows[start] {
            points.push((start as f64, f64::NAN));
        }
        points.extend(extremes(&values[start..end]).map(|at| {
            let step = start + at;
            (step as f64, values[step])
        }));
        start = end;
    }
    points
}

/// The places of the lowest and the highest value, in order: one if they are the same, the first
/// of all if none is a number.
fn extremes(values: &[f64]) -> impl Iterator<Item = usize> + use<> {
    let numbers = || (0..values.len()).filter(|at| !values[*at].is_nan());
    let low = numbers().min_by(|a, b| values[*a].total_cmp(&values[*b]));
    let high = numbers().max_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (low, high) = (low.unwrap_or(0), high.unwrap_or(0));
    let second = (low != high).then_some(low.max(high));
    [low.min(high)].into_iter().chain(second)
}

fn stretches(series: &ShownSeries) -> Markup {
    let others = series.odd.len() - series.oddest.len();
    html! {
        table {
            thead {
                tr {
                    th { "From" }
                    th { "To" }
                    th { "Most to blame" }
                    th.number { "Steps" }
                    th.number { "Highest score" }
                }
            }
            tbody {
                @for stretch in &series.oddest {
                    tr {
                        td { (stretch.from_to[0]) }
                        td { (stretch.from_to[1]) }
                        td { (blame(stretch)) }
                        td.number { (count(stretch.steps)) }
                        td.number { (significant(stretch.score)) }
                    }
                }
            }
        }
        @if others > 0 {
            p.lead { "Not listed: " (counted(others, "stretch", "stretches")) " less odd." }
        }
    }
}

fn blame(stretch: &OddStretch) -> String {
    let named = stretch.blame.iter();
    let named = named.map(|(column, share)| format!("{column} ({})", percent(*share)));
    named.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_peak_is_lost_and_lines_break_at_gaps() {
        let mut values = vec![0.0; 300_000];
        values[123_456] = 9.0;
        values[200_001] = -3.0;
        let mut follows = vec![true; values.len()];
        (follows[0], follows[150_000]) = (false, false);
        let points = thinned(&values, &follows);
        assert!(points.len() <= 2 * PLACES + 4, "{}", points.len());
        assert!(points.contains(&(123_456.0, 9.0)));
        assert!(points.contains(&(200_001.0, -3.0)));
        let breaks: Vec<f64> = points
            .iter()
            .filter(|p| p.1.is_nan())
            .map(|p| p.0)
            .collect();
        assert_eq!(breaks, [150_000.0]);
        assert!(points.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn few_steps_are_all_drawn() {
        let points = thinned(&[1.0, f64::NAN, 3.0], &[false, true, true]);
        assert_eq!((points[0], points[2]), ((0.0, 1.0), (2.0, 3.0)));
        assert!(points.len() == 3 && points[1].1.is_nan());
    }
}
