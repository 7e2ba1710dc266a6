use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::Job;
use super::conversation::Conversation;
use crate::bench::inference::{BATCH, Inference};
use crate::bench::spread::Versus;
use crate::bench::training::{Training, Until};

/// What came out of the turns of ours and a peer.
#[derive(Debug, Serialize)]
pub struct Duel {
    /// The peer's name and version.
    pub version: String,
    /// Processors that it found.
    pub threads: usize,
    pub training_rows_per_second: Versus,
    /// In batches of 4,096.
    pub inference_rows_per_second: Versus,
    pub one_row_us: Versus,
    /// The training loss after the last round, so that no one is fast by doing nothing.
    pub loss: f64,
    pub our_loss: f64,
}

/// Our side.
pub struct Ours<'a> {
    pub training: Training<'a>,
    /// Rows to train on in a round.
    pub rows: usize,
    pub inference: Inference<'a>,
}

/// After a job, once the peer is warm.
#[derive(Debug, Deserialize)]
struct Ready {
    version: String,
    threads: usize,
}

#[derive(Debug, Serialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Question {
    /// To be answered with [`Trained`].
    Train,
    /// To be answered with [`Inferred`].
    Infer { rows: usize },
}

#[derive(Debug, Deserialize)]
struct Trained {
    rows_per_second: f64,
    loss: f64,
}

/// How long so many rows took.
#[derive(Debug, Deserialize)]
struct Inferred {
    seconds: f64,
}

/// Some libraries' threads wait busily for a while after their work.
fn let_threads_rest() {
    thread::sleep(Duration::from_millis(200));
}

/// Measures in turns: ours, the peer, ours, the peer, …
pub fn duel(mut ours: Ours, peer: Command, job: &Job, rounds: u32) -> Result<Duel> {
    let mut peer = Conversation::start(peer)?;
    let Ready { version, threads } = peer.ask(job)?;
    let [mut training, mut inference, mut one_row] = [(); 3].map(|()| Vec::new());
    let (mut our_loss, mut loss) = (f64::NAN, f64::NAN);
    for _ in 0..rounds {
        let_threads_rest();
        let our_turn = ours.training.run(Until::Rows(ours.rows))?;
        let_threads_rest();
        let its_turn: Trained = peer.ask(&Question::Train)?;
        training.push((our_turn.rows_per_second, its_turn.rows_per_second));
        (our_loss, loss) = (our_turn.loss, its_turn.loss);
        for (rows, turns) in [(BATCH, &mut inference), (1, &mut one_row)] {
            let_threads_rest();
            let our_seconds = ours.inference.seconds(rows)?;
            let_threads_rest();
            let its_turn: Inferred = peer.ask(&Question::Infer { rows })?;
            turns.push((our_seconds, its_turn.seconds));
        }
    }
    let scaled = |turns: Vec<(f64, f64)>, scale: fn(f64) -> f64| -> Vec<(f64, f64)> {
        let both = turns
            .into_iter()
            .map(|(ours, its)| (scale(ours), scale(its)));
        both.collect()
    };
    let inference = scaled(inference, |seconds| BATCH as f64 / seconds);
    let one_row = scaled(one_row, |seconds| 1e6 * seconds);
    Ok(Duel {
        version,
        threads,
        training_rows_per_second: Versus::of_speeds(&training),
        inference_rows_per_second: Versus::of_speeds(&inference),
        one_row_us: Versus::of_times(&one_row),
        loss,
        our_loss,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_are_those_of_the_scripts() {
        let question = |question| serde_json::to_string(&question).unwrap();
        assert_eq!(question(Question::Train), r#"{"do":"train"}"#);
        let infer = Question::Infer { rows: 1 };
        assert_eq!(question(infer), r#"{"do":"infer","rows":1}"#);
        let trained: Trained =
            serde_json::from_str(r#"{"rows_per_second": 1.5e5, "loss": 0.125}"#).unwrap();
        assert_eq!((trained.rows_per_second, trained.loss), (1.5e5, 0.125));
        let ready: Ready = serde_json::from_str(r#"{"version": "JAX 1", "threads": 2}"#).unwrap();
        assert_eq!((ready.version.as_str(), ready.threads), ("JAX 1", 2));
        let inferred: Inferred = serde_json::from_str(r#"{"seconds": 0.5}"#).unwrap();
        assert_eq!(inferred.seconds, 0.5);
    }

    #[test]
    fn a_loss_that_is_no_number_is_not_taken() {
        let diverged = r#"{"rows_per_second": 1e5, "loss": NaN}"#;
        assert!(serde_json::from_str::<Trained>(diverged).is_err());
    }
}
