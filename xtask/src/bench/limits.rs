//! What a step could take at best: its parts alone, measured beside the whole.
//!
//! The processor's multiply-adds, the step's matrix products and the optimiser's pass over memory
//! are each run by themselves, with buffers of the real sizes. Products and optimiser together are
//! what no way to train exactly this network with these kernels could beat; what the whole takes
//! more goes to activations, the loss, reading rows and handing work from thread to thread.

use std::fmt::Write as _;

use ae_model::Part;
use ae_nn::optimizer::{Adam, Moment, Piece, Rule};
use ae_tensor::random::{Purpose, Stream};
use ae_tensor::{AlignedBuffer, Matrix, matmul, parallel};
use anyhow::{Context, Result};
use serde::Serialize;

use super::inference::{BATCH, Inference};
use super::measure::{LEAST, seconds_of};
use super::peak::Peak;
use super::spread::Spread;
use super::training::{Training, Until, WARM_UP};
use super::workload::Workload;

/// Rows that one thread takes through a narrow network by itself, in training and in use.
const ALONE: [usize; 2] = [64, 128];

/// Parts that a batch is cut into at most where its rows go alone.
const PARTS: usize = 16;

/// Parameters that one thread moves at a time.
const CHUNK: usize = 16 * 1024;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Limits {
    processor: String,
    threads: usize,
    peak: Peak,
    workloads: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    title: String,
    training: Parts,
    inference: Parts,
}

/// Milliseconds of one batch.
#[derive(Debug, Serialize)]
struct Parts {
    /// The multiply-adds at the rate of [`Peak`].
    multiply_adds: f64,
    /// The matrix products by themselves, over buffers as large as the real ones.
    products: Spread,
    /// Adam's pass over parameters, gradients and moments; in use, copying the rows.
    memory: Spread,
    whole: Spread,
}

impl Parts {
    /// How much of the whole is what it can't do without.
    fn share(&self) -> f64 {
        (self.products.median + self.memory.median) / self.whole.median
    }
}

/// Measures every workload of dense layers.
pub fn measure(workloads: &[Workload], repeat: u32) -> Result<Limits> {
    let peak = super::peak::measure();
    let dense = workloads.iter().filter(|workload| workload.conv.is_empty());
    let lines = dense.map(|workload| {
        eprintln!("{} …", workload.name);
        line(workload, peak, repeat)
    });
    Ok(Limits {
        workloads: lines.collect::<Result<_>>()?,
        processor: super::processor(),
        threads: parallel::threads(),
        peak,
    })
}

fn line(workload: &Workload, peak: Peak, repeat: u32) -> Result<Line> {
    let (parts, plan) = workload.open()?;
    let rows = plan.rows(&parts, Part::Train).context("no rows")?;
    let mut trained = plan.initial.clone();
    let mut training = Training::new(&mut trained, &plan.training, &rows)?;
    let mut inference = Inference::new(&plan.initial, &rows);
    let widths = workload.widths();
    let mut optimiser = Optimiser::new(plan.initial.network().parameters().len());
    let mut copy = Copy::new(BATCH * workload.features());
    let alone = Products::new(&widths);
    training.run(WARM_UP)?;

    let mut turns = [const { Vec::new() }; 6];
    for _ in 0..repeat {
        let speed = training.run(Until::Time(LEAST))?.rows_per_second;
        let taken = [
            alone.seconds(workload.batch, true)?,
            seconds(|| optimiser.run())?,
            workload.batch as f64 / speed,
            alone.seconds(BATCH, false)?,
            seconds(|| copy.run())?,
            inference.seconds(BATCH)?,
        ];
        turns
            .iter_mut()
            .zip(taken)
            .for_each(|(turns, taken)| turns.push(1e3 * taken));
    }
    let at_peak = |rows: usize, flop: f64| 1e-6 * rows as f64 * flop / peak.all_cores;
    let [products, memory, whole, in_use, copied, used] =
        turns.map(|turns| Spread::of(turns.iter().copied()));
    Ok(Line {
        name: workload.name,
        title: workload.title(),
        training: Parts {
            multiply_adds: at_peak(workload.batch, workload.training_flop()?),
            products,
            memory,
            whole,
        },
        inference: Parts {
            multiply_adds: at_peak(BATCH, workload.inference_flop()?),
            products: in_use,
            memory: copied,
            whole: used,
        },
    })
}

/// Seconds of a call that can't fail.
fn seconds(mut call: impl FnMut()) -> Result<f64> {
    seconds_of(1, || {
        call();
        Ok(())
    })
}

/// The matrix products of a batch, without what stands between them.
struct Products {
    weights: Vec<Matrix>,
}

/// What a part of the batch goes through.
struct Way {
    values: Vec<Matrix>,
    derivatives: Vec<Matrix>,
    gradients: Vec<Matrix>,
}

impl Products {
    fn new(widths: &[usize]) -> Self {
        let mut stream = Stream::new(0, Purpose::Generator, 0);
        let pairs = widths.iter().zip(&widths[1..]);
        let weights = pairs.map(|(&inputs, &outputs)| {
            let mut weight = Matrix::zeros(inputs, outputs);
            stream.fill_normal(weight.as_mut_slice());
            weight
        });
        Self {
            weights: weights.collect(),
        }
    }

    /// Of a batch in one piece, or cut into parts for a thread each: whichever way is fastest.
    fn seconds(&self, rows: usize, back: bool) -> Result<f64> {
        let cut = |part: usize| {
            let mut ways: Vec<Way> = (0..rows.div_ceil(part)).map(|_| self.way(part)).collect();
            seconds(|| {
                parallel::for_each(&mut ways[..], 1, |_, ways| {
                    ways.iter_mut().for_each(|way| self.run(way, back));
                });
            })
        };
        let few = rows.div_ceil(PARTS);
        let parts = ALONE.into_iter().chain([few]).map(|part| part.min(rows));
        parts
            .map(cut)
            .try_fold(cut(rows)?, |least, taken| Ok(least.min(taken?)))
    }

    fn way(&self, rows: usize) -> Way {
        let inputs = self.weights.iter().map(|weight| weight.rows());
        let outputs = self.weights.iter().map(|weight| weight.cols());
        let matrices = |widths: &mut dyn Iterator<Item = usize>| {
            widths.map(|width| Matrix::zeros(rows, width)).collect()
        };
        let gradient = |weight: &Matrix| Matrix::zeros(weight.rows(), weight.cols());
        Way {
            values: matrices(&mut inputs.clone().take(1).chain(outputs.clone())),
            derivatives: matrices(&mut inputs.take(1).chain(outputs)),
            gradients: self.weights.iter().map(gradient).collect(),
        }
    }

    fn run(&self, way: &mut Way, back: bool) {
        for (layer, weight) in self.weights.iter().enumerate() {
            let (from, to) = way.values.split_at_mut(layer + 1);
            matmul(from[layer].view(), weight.view(), to[0].view_mut());
        }
        if !back {
            return;
        }
        for (layer, weight) in self.weights.iter().enumerate().rev() {
            let (to, from) = way.derivatives.split_at_mut(layer + 1);
            let (to, from) = (to[layer].view_mut(), from[0].view());
            matmul(
                way.values[layer].view().reversed_axes(),
                from,
                way.gradients[layer].view_mut(),
            );
            if layer > 0 {
                matmul(from, weight.view().reversed_axes(), to);
            }
        }
    }
}

/// Adam by itself.
struct Optimiser {
    parameters: AlignedBuffer,
    gradients: AlignedBuffer,
    moments: [AlignedBuffer; 2],
}

impl Optimiser {
    fn new(length: usize) -> Self {
        let zeros = || AlignedBuffer::zeros(length);
        Self {
            parameters: zeros(),
            gradients: zeros(),
            moments: [zeros(), zeros()],
        }
    }

    fn run(&mut self) {
        let rule = Adam::default();
        let moment = Moment {
            step: 1,
            learning_rate: rule.learning_rate(),
            decays: false,
        };
        let [first, second] = &mut self.moments;
        let parts = (
            &mut self.parameters[..],
            &self.gradients[..],
            &mut first[..],
            &mut second[..],
        );
        parallel::for_each(parts, CHUNK, |_, (parameters, gradients, first, second)| {
            let piece = Piece {
                parameters,
                gradients,
                first,
                second,
            };
            rule.update(moment, piece);
        });
    }
}

/// Rows read and as many written.
struct Copy {
    from: AlignedBuffer,
    to: AlignedBuffer,
}

impl Copy {
    fn new(length: usize) -> Self {
        Self {
            from: AlignedBuffer::zeros(length),
            to: AlignedBuffer::zeros(length),
        }
    }

    fn run(&mut self) {
        parallel::for_each(
            (&self.from[..], &mut self.to[..]),
            CHUNK,
            |_, (from, to)| {
                to.copy_from_slice(from);
            },
        );
    }
}

/// For people.
pub fn table(limits: &Limits) -> String {
    let mut text = format!(
        "{}, {} threads; multiply-adds alone: {:.0} GFLOP/s; milliseconds of a batch, median \
         (least to most)\n",
        limits.processor, limits.threads, limits.peak.all_cores
    );
    let lines = &limits.workloads;
    let training = lines.iter().map(|line| (line, &line.training));
    text += &way("training", "optimiser alone", training);
    let inference = lines.iter().map(|line| (line, &line.inference));
    text += &way("use, batches of 4,096", "rows copied", inference);
    text
}

fn way<'a>(name: &str, memory: &str, lines: impl Iterator<Item = (&'a Line, &'a Parts)>) -> String {
    let mut text = format!(
        "\n| {name} | multiply-adds at their peak | products alone | {memory} | the whole | \
         products and {memory}, of the whole |\n{}\n",
        "|---".repeat(6) + "|"
    );
    for (line, parts) in lines {
        let _ = writeln!(
            text,
            "| {} | {:.3} | {} | {} | {} | {:.0} % |",
            line.title,
            parts.multiply_adds,
            milliseconds(parts.products),
            milliseconds(parts.memory),
            milliseconds(parts.whole),
            100.0 * parts.share()
        );
    }
    text
}

fn milliseconds(spread: Spread) -> String {
    format!(
        "{:.3} ({:.3} to {:.3})",
        spread.median, spread.least, spread.most
    )
}
