use std::path::Path;

use ae_model::Part;
use anyhow::{Context, Result};
use serde::Serialize;

use super::duel::{Duel, Ours, duel};
use super::job::rows_file;
use super::table::workload_table;
use super::{Entry, Job, Peer};
use crate::bench::inference::Inference;
use crate::bench::training::{Training, WARM_UP};
use crate::bench::workload::Workload;

/// Everything that was compared.
#[derive(Debug, Serialize)]
pub struct Comparison {
    pub processor: String,
    /// That we use.
    pub threads: usize,
    pub rounds: u32,
    pub workloads: Vec<Compared>,
}

/// One workload.
#[derive(Debug, Serialize)]
pub struct Compared {
    pub name: &'static str,
    /// The network and its batch.
    pub title: String,
    pub peers: Vec<Entry<Duel>>,
}

/// Measures each workload in turns with each peer, one peer at a time.
pub fn compare(
    workloads: &[Workload],
    peers: &[&Peer],
    python: &Path,
    rounds: u32,
) -> Result<Comparison> {
    let folder = tempfile::tempdir()?;
    let compared = workloads.iter().map(|workload| {
        let (parts, plan) = workload.open()?;
        let rows = plan.rows(&parts, Part::Train).context("no rows")?;
        let file = rows_file(workload, &rows, folder.path())?;
        let job = Job::new(workload, &file);
        let entries = peers.iter().map(|peer| {
            eprintln!("{} in turns with {} …", workload.name, peer.name);
            let mut trained = plan.initial.clone();
            let mut training = Training::new(&mut trained, &plan.training, &rows)?;
            training.run(WARM_UP)?;
            let ours = Ours {
                training,
                rows: workload.epochs * workload.rows,
                inference: Inference::new(&plan.initial, &rows),
            };
            Ok(Entry {
                name: peer.name,
                outcome: duel(ours, peer.command(python), &job, rounds).into(),
            })
        });
        let compared = Compared {
            name: workload.name,
            title: workload.title(),
            peers: entries.collect::<Result<_>>()?,
        };
        // All of them take long: what is known by now should outlive an interruption.
        eprintln!("{}", workload_table(&compared));
        Ok(compared)
    });
    Ok(Comparison {
        workloads: compared.collect::<Result<_>>()?,
        processor: crate::bench::processor(),
        threads: ae_tensor::parallel::threads(),
        rounds,
    })
}
