//! The loss by epoch.

use ae_model::evaluation::{PartLoss, Training};
use maud::{Markup, html};

use crate::report::chart::{Axis, Frame, dots, legend, line, segment};
use crate::report::number::{counted, significant};
use crate::report::{EpochLine, ReportInput, Section};

/// Up to this many epochs each gets a dot.
const FEW: usize = 15;

pub fn section(input: &ReportInput) -> Option<Section> {
    let history = input.history;
    if history.is_empty() {
        return None;
    }
    Some(Section {
        title: "How it learned",
        anchor: "losses",
        html: html! {
            p.lead { (lead(history)) }
            @if let Some(training) = &input.evaluation.training { p { (alike(training, input.evaluation.rows_noun)) } }
            (loss_chart(input))
            @if !is_constant(history) { (rate_chart(history)) }
        },
    })
}

fn lead(history: &[EpochLine]) -> String {
    let epochs = counted(history.len(), "epoch", "epochs");
    match best(history) {
        Some((epoch, loss)) if history.iter().any(|line| line.divergence.is_some()) => format!(
            "{epochs}; loss and divergence together were lowest in epoch {epoch}, with a loss of {}. \
             Only that sum must fall: the less a code tells, the more its reconstruction leaves \
             open.",
            significant(loss)
        ),
        Some((epoch, loss)) if has_validation(history) => format!(
            "{epochs}; the lowest validation loss was {} in epoch {epoch}. Both lines should fall \
             together: a validation line that rises again means that the model learns its \
             training rows by heart.",
            significant(loss)
        ),
        Some((epoch, loss)) => format!(
            "{epochs}; the lowest training loss was {} in epoch {epoch}. Without validation rows \
             nothing shows whether the model learns its training rows by heart.",
            significant(loss)
        ),
        None => format!("{epochs}; the loss was never a finite number."),
    }
}

fn has_validation(history: &[EpochLine]) -> bool {
    history.iter().any(|line| line.validation.is_some())
}

fn is_constant(history: &[EpochLine]) -> bool {
    history
        .windows(2)
        .all(|pair| pair[0].learning_rate == pair[1].learning_rate)
}

/// The epoch that was judged best, and its loss: of the validation rows where there are any.
fn best(history: &[EpochLine]) -> Option<(usize, f64)> {
    let validated = has_validation(history);
    history
        .iter()
        .filter_map(|line| {
            let loss = if validated {
                line.validation?
            } else {
                line.train
            };
            let is_finite = loss.is_finite() && line.judged.is_finite();
            is_finite.then_some((line, loss))
        })
        .min_by(|a, b| a.0.judged.total_cmp(&b.0.judged))
        .map(|(line, loss)| (line.epoch, loss))
}

fn losses(history: &[EpochLine]) -> Vec<f64> {
    history
        .iter()
        .flat_map(|line| [Some(line.train), line.validation])
        .flatten()
        .filter(|loss| loss.is_finite())
        .collect()
}

/// The kept weights on both parts. The lines of the chart can't be compared like that: the
/// training line is a mean over moving weights, and over dropout and noise if there are any.
fn alike(training: &Training, many: &str) -> String {
    let one = many.trim_end_matches('s');
    let on = |part: &PartLoss, name: &str| {
        let rows = counted(
            part.rows,
            &format!("{name} {one}"),
            &format!("{name} {many}"),
        );
        format!("{} on {rows}", significant(part.loss))
    };
    let train = on(&training.train, "training");
    match &training.validation {
        Some(validation) => format!(
            "Measured in the same way, the weights that were kept have a loss of {train} and of {}.",
            on(validation, "validation")
        ),
        None => format!("The weights that were kept have a loss of {train}."),
    }
}

/// The floor of the rows that were watched, unless showing it would squeeze the lines into less than half of the chart.
fn near_floor(input: &ReportInput) -> Option<f64> {
    let floor = input.evaluation.training.as_ref()?.watched().floor;
    let losses = losses(input.history);
    let lowest = losses.iter().copied().reduce(f64::min)?;
    let highest = losses.iter().copied().reduce(f64::max)?;
    (floor > 0.0 && lowest - floor <= highest - lowest).then_some(floor)
}

fn epoch_axis(history: &[EpochLine]) -> Axis {
    // Epochs are whole: no more labels than there are steps between them.
    let room = history.len().saturating_sub(1).clamp(1, 6);
    match history {
        [first, .., last] => Axis::between(first.epoch as f64, last.epoch as f64),
        _ => Axis::between(history[0].epoch as f64 - 1.0, history[0].epoch as f64 + 1.0),
    }
    .with_room(room)
}

fn loss_chart(input: &ReportInput) -> Markup {
    let history = input.history;
    let floor = near_floor(input);
    let x = epoch_axis(history);
    let y = Axis::fitting(losses(history).into_iter().chain(floor).collect::<Vec<_>>());
    let train: Vec<(f64, f64)> = history
        .iter()
        .map(|line| (line.epoch as f64, line.train))
        .collect();
    let validation: Vec<(f64, f64)> = history
        .iter()
        .filter_map(|line| Some((line.epoch as f64, line.validation?)))
        .collect();
    let epochs = (
        history[0].epoch as f64,
        history[history.len() - 1].epoch as f64,
    );
    let best = best(history).map(|(epoch, loss)| (epoch as f64, loss));
    let y_title = format!(
        "loss ({}){}",
        input.evaluation.loss.name,
        if y.is_logarithmic() {
            ", scale of powers"
        } else {
            ""
        }
    );
    let frame = Frame {
        description: "training and validation loss by epoch",
        shape: "wide",
        x_title: "epoch",
        y_title: &y_title,
        x: &x,
        y: &y,
    };
    let marks = html! {
        @if let Some(floor) = floor {
            (segment("floor", &x, &y, (epochs.0, floor), (epochs.1, floor)))
        }
        (line("train", &x, &y, &train))
        (line("validation", &x, &y, &validation))
        @if history.len() <= FEW {
            (dots("train", &x, &y, train.iter().copied()))
            (dots("validation", &x, &y, validation.iter().copied()))
        }
        (dots("best", &x, &y, best))
    };
    let words = html! {
        @if let Some((epoch, loss)) = best {
            (frame.word("best", (epoch, loss), &format!("best, epoch {epoch}")))
        }
    };
    let entries = [
        Some(("train", last("training", &train))),
        (!validation.is_empty()).then(|| ("validation", last("validation", &validation))),
        floor.map(|floor| ("floor", format!("floor, {}", significant(floor)))),
    ];
    html! {
        (legend(entries.into_iter().flatten()))
        (frame.around(&marks, &words))
    }
}

/// A line's name with its last value.
fn last(name: &str, points: &[(f64, f64)]) -> String {
    match points.last() {
        Some((_, value)) => format!("{name}, {} at the end", significant(*value)),
        None => name.to_owned(),
    }
}

fn rate_chart(history: &[EpochLine]) -> Markup {
    let rates: Vec<(f64, f64)> = history
        .iter()
        .map(|line| (line.epoch as f64, line.learning_rate))
        .collect();
    let x = epoch_axis(history);
    let y = Axis::linear(rates.iter().map(|(_, rate)| *rate).chain([0.0])).with_room(2);
    let frame = Frame {
        description: "learning rate by epoch",
        shape: "low",
        x_title: "epoch",
        y_title: "learning rate",
        x: &x,
        y: &y,
    };
    frame.around(&line("rate", &x, &y, &rates), &html! {})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[(f64, Option<f64>)]) -> Vec<EpochLine> {
        let line = |(index, (train, validation)): (usize, &(f64, Option<f64>))| EpochLine {
            epoch: index + 1,
            train: *train,
            validation: *validation,
            learning_rate: 1e-3,
            divergence: None,
            validation_divergence: None,
            judged: validation.unwrap_or(*train),
        };
        losses.iter().enumerate().map(line).collect()
    }

    #[test]
    fn the_best_epoch_is_the_lowest_finite_validation_loss() {
        let validated = [
            (3.0, Some(4.0)),
            (2.0, Some(2.5)),
            (1.0, Some(f64::NAN)),
            (0.5, None),
        ];
        assert_eq!(best(&history(&validated)), Some((2, 2.5)));
        assert_eq!(best(&history(&[(3.0, None), (1.0, None)])), Some((2, 1.0)));
        assert_eq!(best(&history(&[(f64::NAN, None)])), None);
    }

    #[test]
    fn the_floor_is_drawn_only_where_it_is_near() {
        let digits = crate::report::fixtures::all().swap_remove(0);
        let mut evaluation = digits.input().evaluation.clone();
        let lines = history(&[(0.3, None), (0.2, None)]);
        for (floor, drawn) in [(0.11, true), (0.09, false), (0.0, false)] {
            let validation = PartLoss {
                rows: 10,
                loss: 0.2,
                floor,
                standard_error: 0.0,
            };
            let train = PartLoss {
                floor: 0.15,
                ..validation.clone()
            };
            evaluation.training = Some(Training {
                train,
                validation: Some(validation),
            });
            let input = ReportInput {
                history: &lines,
                evaluation: &evaluation,
                ..digits.input()
            };
            assert_eq!(near_floor(&input).is_some(), drawn, "{floor}");
        }
    }
}
