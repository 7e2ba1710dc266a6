//! What is seen while training: a bar on a terminal, a line an epoch elsewhere.

use crate::say::say;
use ae_nn::trainer::Now;
use ae_nn::{Epoch, Flow, Observer, Trainer};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Follows a training run.
pub struct Progress {
    view: View,
    stop: &'static AtomicBool,
    epochs: usize,
    /// What is trained on: "rows" or "windows".
    noun: &'static str,
    /// Epochs of this run, and when it began: for the time left.
    done: usize,
    started: Instant,
    /// Seconds and speed of each epoch, which the history of a model doesn't keep.
    pub timed: Vec<Epoch>,
}

enum View {
    Bar(ProgressBar),
    Lines,
    Nothing,
}

impl Progress {
    /// Follows a run of `epochs` epochs in all, until `stop` is set.
    pub fn new(quiet: bool, epochs: usize, noun: &'static str, stop: &'static AtomicBool) -> Self {
        let view = if quiet {
            View::Nothing
        } else if std::io::stderr().is_terminal() {
            View::Bar(bar())
        } else {
            View::Lines
        };
        Self {
            view,
            stop,
            epochs,
            noun,
            done: 0,
            started: Instant::now(),
            timed: Vec::new(),
        }
    }

    /// Takes the bar away, and leaves the terminal as it was.
    pub fn finish(&self) {
        if let View::Bar(bar) = &self.view {
            bar.finish_and_clear();
        }
    }

    fn flow(&self) -> Flow {
        if self.stop.load(Ordering::Relaxed) {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }

    fn left(&self, epoch: usize) -> Duration {
        let each = self.started.elapsed().div_f64(self.done.max(1) as f64);
        each.mul_f64((self.epochs - epoch.min(self.epochs)) as f64)
    }

    fn line(&self, epoch: &Epoch) -> String {
        let beside = beside(epoch);
        format!(
            "epoch {:>w$}/{}  loss {:.5}{beside}  {} {}/s  {} left",
            epoch.epoch,
            self.epochs,
            epoch.train_loss,
            thousands(epoch.rows_per_second),
            self.noun,
            minutes(self.left(epoch.epoch)),
            w = self.epochs.to_string().len(),
        )
    }
}

/// What stands beside the training loss.
fn beside(epoch: &Epoch) -> String {
    let validation = epoch.validation_loss;
    let validation = validation.map(|loss| format!("  validation {loss:.5}"));
    let divergence = epoch.divergence.map(|nats| format!("  KL {nats:.2} nats"));
    [validation, divergence].into_iter().flatten().collect()
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(1);
    let style = ProgressStyle::with_template("{prefix} {wide_bar:.cyan/dim} {msg}");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
}

impl Observer for Progress {
    fn batch(&mut self, now: Now) -> Flow {
        if let View::Bar(bar) = &self.view {
            bar.set_length(now.rows_in_all as u64);
            bar.set_prefix(format!("epoch {}/{}", now.epoch, now.epochs));
            bar.set_position(now.rows as u64);
            if self.done == 0 {
                bar.set_message(format!("loss {:.5}", now.loss));
            }
        }
        self.flow()
    }

    fn epoch(&mut self, epoch: &Epoch, _trainer: &Trainer<'_>) -> Flow {
        self.done += 1;
        self.timed.push(epoch.clone());
        match &self.view {
            View::Bar(bar) => {
                let beside = beside(epoch);
                bar.set_message(format!(
                    "loss {:.5}{beside}  {} {}/s  {} left",
                    epoch.train_loss,
                    thousands(epoch.rows_per_second),
                    self.noun,
                    minutes(self.left(epoch.epoch)),
                ));
            }
            View::Lines => say(self.line(epoch)),
            View::Nothing => {}
        }
        self.flow()
    }
}

/// 123456.7 → "123,457".
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "45 s", "3:07 min", "1:02:30 h".
pub fn minutes(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02} min", seconds / 60, seconds % 60),
        _ => format!(
            "{}:{:02}:{:02} h",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(thousands(999.6), "1,000");
        assert_eq!(thousands(12.0), "12");
        assert_eq!(thousands(1234567.0), "1,234,567");
        assert_eq!(minutes(Duration::from_secs(59)), "59 s");
        assert_eq!(minutes(Duration::from_secs(187)), "3:07 min");
        assert_eq!(minutes(Duration::from_secs(3750)), "1:02:30 h");
    }
}
