//! The rows of a data set as a network sees them.

use ae_data::noise::NoiseContext;
use ae_data::{Dataset, Noise, Prepared};
use ae_nn::Samples;
use ae_tensor::random::{Purpose, Stream};
use ndarray::ArrayViewMut2;
use std::iter::StepBy;
use std::ops::Range;

/// Some rows of a data set, scaled as they are asked for, with noise if wanted. The data
/// set itself stays as it was read: images stay bytes.
pub struct Rows<'a> {
    dataset: &'a Dataset,
    chosen: &'a [u32],
    prepared: &'a Prepared,
    spoil: Option<Spoil<'a>>,
}

/// Noise and what it is drawn from.
#[derive(Clone, Copy)]
struct Spoil<'a> {
    noise: Noise,
    seed: u64,
    purpose: Purpose,
    range: Option<(f32, f32)>,
    donors: Donors<'a>,
}

/// Where swap noise takes its values: always the training rows.
#[derive(Clone, Copy)]
struct Donors<'a> {
    dataset: &'a Dataset,
    rows: &'a [u32],
    prepared: &'a Prepared,
}

impl<'a> Rows<'a> {
    /// The chosen rows, clean.
    pub fn new(dataset: &'a Dataset, chosen: &'a [u32], prepared: &'a Prepared) -> Self {
        Self {
            dataset,
            chosen,
            prepared,
            spoil: None,
        }
    }

    /// The same with noise that differs from epoch to epoch.
    pub fn with_training_noise(self, noise: Noise, seed: u64, range: Option<(f32, f32)>) -> Self {
        let donors = self.as_donors();
        self.with(noise, seed, Purpose::Noise, range, donors)
    }

    /// The same with noise that is fixed; swap noise takes its values from `donors`.
    pub fn with_fixed_noise(
        self,
        noise: Noise,
        seed: u64,
        range: Option<(f32, f32)>,
        donors: &Rows<'a>,
    ) -> Self {
        let donors = donors.as_donors();
        self.with(noise, seed, Purpose::ValidationNoise, range, donors)
    }

    /// Number of the row in its data set.
    pub fn number(&self, row: usize) -> usize {
        self.chosen[row] as usize
    }

    /// Numbers of the rows in their data set.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.chosen.iter().map(|row| *row as usize)
    }

    /// The data set they are from.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// All rows, or evenly spread ones, `most` at most.
    pub(crate) fn spread(&self, most: usize) -> Vec<u32> {
        let rows = spread(self.chosen.len(), most);
        rows.map(|row| row as u32).collect()
    }

    /// Makes NaN of the features of missing cells, in rows that [`fill`](Samples::fill) wrote.
    pub(crate) fn blank_holes(&self, rows: &[u32], mut inout: ArrayViewMut2<f32>) {
        for (row, mut features) in rows.iter().zip(inout.rows_mut()) {
            let row = self.number(*row as usize);
            if let Some(features) = features.as_slice_mut() {
                self.prepared.blank_holes(self.dataset, row, features);
            }
        }
    }

    fn as_donors(&self) -> Donors<'a> {
        Donors {
            dataset: self.dataset,
            rows: self.chosen,
            prepared: self.prepared,
        }
    }

    fn with(
        mut self,
        noise: Noise,
        seed: u64,
        purpose: Purpose,
        range: Option<(f32, f32)>,
        donors: Donors<'a>,
    ) -> Self {
        if !matches!(noise, Noise::None(_)) {
            self.spoil = Some(Spoil {
                noise,
                seed,
                purpose,
                range,
                donors,
            });
        }
        self
    }
}

/// All numbers below `rows`, or evenly spread ones, `most` at most, from 0 on.
pub(crate) fn spread(rows: usize, most: usize) -> StepBy<Range<usize>> {
    (0..rows).step_by(rows.div_ceil(most).max(1))
}

/// Rows with noise take the lower 40 bits of a stream's index, epochs the upper 24.
fn stream_index(epoch: u64, row: u32) -> u64 {
    (epoch << 40) | u64::from(row)
}

impl Samples for Rows<'_> {
    fn row_count(&self) -> usize {
        self.chosen.len()
    }

    fn width(&self) -> usize {
        self.prepared.width()
    }

    fn fill(&self, rows: &[u32], mut out: ArrayViewMut2<f32>) {
        for (row, mut out) in rows.iter().zip(out.rows_mut()) {
            let row = self.chosen[*row as usize] as usize;
            if let Some(out) = out.as_slice_mut() {
                self.prepared.fill_row(self.dataset, row, out);
            }
        }
    }

    fn is_noisy(&self) -> bool {
        self.spoil.is_some()
    }

    fn corrupt(&self, rows: &[u32], epoch: u64, mut inout: ArrayViewMut2<f32>) {
        let Some(spoil) = &self.spoil else { return };
        let epoch = match spoil.purpose {
            Purpose::ValidationNoise => 0,
            _ => epoch,
        };
        let donors = spoil.donors;
        let context = NoiseContext {
            range: spoil.range,
            donors: &|row, group, out| {
                let row = donors.rows[row as usize] as usize;
                donors.prepared.fill_group(donors.dataset, row, group, out);
            },
            donor_rows: donors.rows.len() as u32,
            groups: donors.prepared.preprocessing().groups(),
        };
        for (row, mut values) in rows.iter().zip(inout.rows_mut()) {
            let index = stream_index(epoch, self.chosen[*row as usize]);
            let mut stream = Stream::new(spoil.seed, spoil.purpose, index);
            if let Some(values) = values.as_slice_mut() {
                spoil.noise.corrupt(values, &mut stream, &context);
            }
        }
    }
}
