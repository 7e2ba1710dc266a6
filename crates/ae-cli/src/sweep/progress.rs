//! What is seen while a sweep runs: a line a trial, and on a terminal a bar and what each
//! worker is at.

use crate::progress::minutes;
use crate::say::say;
use ae_sweep::{Event, Outcome, Record, Trial};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Map, Value};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Follows a sweep.
pub struct Progress {
    quiet: bool,
    view: Option<View>,
    state: Mutex<State>,
    started: Instant,
}

struct View {
    all: MultiProgress,
    total: ProgressBar,
    workers: Vec<ProgressBar>,
}

struct State {
    total: usize,
    done: usize,
    /// Trials of this process: others' say nothing of the time left.
    own: usize,
    best: Option<f64>,
}

impl Progress {
    /// Of `total` trials, `done` of which have their record already.
    pub fn new(quiet: bool, workers: usize, total: usize, done: usize) -> Self {
        let is_seen = !quiet && std::io::stderr().is_terminal();
        Self {
            quiet,
            view: is_seen.then(|| View::new(workers)),
            state: Mutex::new(State {
                total,
                done,
                own: 0,
                best: None,
            }),
            started: Instant::now(),
        }
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        if let Some(view) = &self.view {
            let _ = view.all.clear();
        }
    }

    /// Hears what happens.
    pub fn tell(&self, event: Event<'_>) {
        match event {
            Event::Begun { worker, trial } => self.at(worker, || name(trial)),
            Event::Epoch {
                worker,
                trial,
                epoch,
            } => self.at(worker, || {
                let loss = epoch.judged();
                let epochs = trial.settings.epochs;
                format!(
                    "{}  epoch {}/{epochs}  loss {loss:.5}",
                    name(trial),
                    epoch.epoch
                )
            }),
            Event::Trained { .. } => {}
            Event::Ended { trial, record } => self.ended(trial, record),
        }
    }

    fn at(&self, worker: usize, message: impl FnOnce() -> String) {
        let bar = self.view.as_ref().and_then(|view| view.workers.get(worker));
        if let Some(bar) = bar {
            bar.set_message(message());
        }
    }

    fn ended(&self, trial: &Trial, record: Option<&Record>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        state.own += usize::from(record.is_some());
        if let Some(metrics) = record.and_then(Record::metrics) {
            let best = state
                .best
                .map_or(metrics.error, |best| best.min(metrics.error));
            state.best = Some(best);
        }
        if self.quiet {
            return;
        }
        let left = self.left(&state);
        let (done, total) = (state.done, state.total);
        let width = total.to_string().len();
        let line = format!(
            "{done:>width$}/{total}  {}  {}  {} left",
            name(trial),
            outcome(record),
            minutes(left)
        );
        let Some(view) = &self.view else {
            say(line);
            return;
        };
        let _ = view.all.println(line);
        view.total.set_length(total as u64);
        view.total.set_position(done as u64);
        let best = state
            .best
            .map_or(String::new(), |best| format!("best {best:.5}  "));
        view.total
            .set_message(format!("{best}{} left", minutes(left)));
    }

    /// By the time each trial of this process took so far.
    fn left(&self, state: &State) -> Duration {
        let each = self.started.elapsed().div_f64(state.own.max(1) as f64);
        each.mul_f64((state.total - state.done.min(state.total)) as f64)
    }
}

impl View {
    fn new(workers: usize) -> Self {
        let all = MultiProgress::new();
        let line = |template: &str| {
            let bar = all.add(ProgressBar::new(1));
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("━━─"));
            }
            bar
        };
        let workers = (0..workers).map(|_| line("  {msg}")).collect();
        let total = line("{pos}/{len} {wide_bar:.cyan/dim} {msg}");
        Self {
            total,
            workers,
            all,
        }
    }
}

/// "latent=8 hidden=128 seed=2".
fn name(trial: &Trial) -> String {
    let mut words = point(&trial.point);
    words.push(format!("seed={}", trial.settings.seed));
    words.join(" ")
}

fn point(point: &Map<String, Value>) -> Vec<String> {
    let word = |(name, value): (&String, &Value)| format!("{name}={}", ae_sweep::text(value));
    point.iter().map(word).collect()
}

fn outcome(record: Option<&Record>) -> String {
    let Some(record) = record else {
        return "done by another process".to_owned();
    };
    match &record.outcome {
        Outcome::Done { metrics } => {
            format!("error {:.5}  {:.1} s", metrics.error, record.seconds)
        }
        Outcome::Failed { reason } => format!("failed: {reason}"),
    }
}
