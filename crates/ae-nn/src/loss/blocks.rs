//! One loss for rows whose features are of several kinds.

use super::{Loss, Measure};
use crate::Error;
use ae_tensor::{elementwise, scalar};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Features that stand together and are measured in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Which features.
    pub features: Range<usize>,
    /// How they are measured, and what turns the network's output into a reconstruction.
    pub kind: BlockKind,
    /// Factor of their loss, above 0.
    pub weight: f32,
    /// A feature that, where the target has more than ½ there, says that these count nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<usize>,
}

/// How a block is measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Each feature by this loss.
    Each(Loss),
    /// Softmax and cross-entropy: one of the features is 1, the others 0.
    ///
    /// For logits z and a target t that sums up to 1: ln Σ eᶻ − Σ t z, with the derivative
    /// softmax(z) − t.
    Choice,
}

/// A loss over blocks of features, which cover a row from its first to its last: the sum over
/// the blocks of weight × loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Block>", into = "Vec<Block>")]
pub struct Blocks {
    blocks: Vec<Block>,
    /// The same with neighbours of one kind and weight put together: fewer and longer loops.
    merged: Vec<Block>,
}

impl Blocks {
    /// A loss over these blocks.
    ///
    /// # Errors
    /// No blocks, blocks that leave a gap or are empty, a weight that isn't above 0, or a mask
    /// beyond the row.
    pub fn new(blocks: Vec<Block>) -> Result<Self, Error> {
        let width = blocks.last().map_or(0, |block| block.features.end);
        let mut next = 0;
        for (index, block) in blocks.iter().enumerate() {
            let what = if block.features.start != next || block.features.is_empty() {
                format!("features {:?}, where {next} should begin", block.features)
            } else if !(block.weight > 0.0 && block.weight.is_finite()) {
                format!("weight {}", block.weight)
            } else if block.mask.is_some_and(|mask| mask >= width) {
                format!("mask {:?} in rows of {width}", block.mask)
            } else {
                next = block.features.end;
                continue;
            };
            return Err(Error::Blocks { index, what });
        }
        if blocks.is_empty() {
            let what = "blocks of a loss";
            return Err(Error::Zero { what });
        }
        let mut merged: Vec<Block> = Vec::new();
        for block in &blocks {
            match merged.last_mut() {
                Some(last) if can_merge(last, block) => last.features.end = block.features.end,
                _ => merged.push(block.clone()),
            }
        }
        Ok(Self { blocks, merged })
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Features of a row.
    pub fn width(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.features.end)
    }

    /// Weight × loss of each block of a row, in order.
    pub fn losses<'a>(
        &'a self,
        output: &'a [f32],
        target: &'a [f32],
    ) -> impl Iterator<Item = f32> + 'a {
        self.blocks.iter().map(|block| block.value(output, target))
    }

    /// Turns a row of the network's output into a reconstruction: each block by what belongs
    /// to its loss.
    ///
    /// # Panics
    /// If the row has another width.
    pub fn apply_output(&self, row: &mut [f32]) {
        for block in &self.merged {
            let values = &mut row[block.features.clone()];
            match block.kind {
                BlockKind::Each(loss) => loss.output_activation().apply(values),
                BlockKind::Choice => {
                    softmax(values);
                }
            }
        }
    }
}

fn can_merge(a: &Block, b: &Block) -> bool {
    a.kind == b.kind
        && a.kind != BlockKind::Choice
        && a.weight == b.weight
        && a.mask.is_none()
        && b.mask.is_none()
}

impl TryFrom<Vec<Block>> for Blocks {
    type Error = Error;

    fn try_from(blocks: Vec<Block>) -> Result<Self, Error> {
        Self::new(blocks)
    }
}

impl From<Blocks> for Vec<Block> {
    fn from(blocks: Blocks) -> Self {
        blocks.blocks
    }
}

/// A value of a category that never comes is taken to come this often.
const LEAST_SHARE: f32 = 1e-7;

fn greatest(values: &[f32]) -> f32 {
    values
        .iter()
        .fold(f32::NEG_INFINITY, |most, &z| most.max(z))
}

/// z → softmax(z), in place; returns the greatest z and Σ e^(z − greatest).
fn softmax(values: &mut [f32]) -> (f32, f32) {
    let most = greatest(values);
    elementwise::map(values, |z| scalar::exp(z - most));
    let sum = elementwise::sum_map(values, |e| e);
    let factor = 1.0 / sum;
    elementwise::map(values, |e| e * factor);
    (most, sum)
}

impl Block {
    /// Whether the block counts for this target.
    pub fn counts(&self, target: &[f32]) -> bool {
        self.mask.is_none_or(|mask| target[mask] <= 0.5)
    }

    /// Weight × loss of its features of a row.
    fn value(&self, output: &[f32], target: &[f32]) -> f32 {
        if !self.counts(target) {
            return 0.0;
        }
        let (output, target) = (
            &output[self.features.clone()],
            &target[self.features.clone()],
        );
        self.weight
            * match self.kind {
                BlockKind::Each(loss) => loss.value(output, target),
                BlockKind::Choice => {
                    let most = greatest(output);
                    let sum = elementwise::sum_map(output, |z| scalar::exp(z - most));
                    let right = elementwise::sum_map2(output, target, |z, t| z * t);
                    most + scalar::ln(sum) - right
                }
            }
    }
}

impl Measure for Blocks {
    fn value_and_gradient(
        &self,
        output: &[f32],
        target: &[f32],
        scale: f32,
        gradient: &mut [f32],
    ) -> f32 {
        let mut sum = 0.0;
        for block in &self.merged {
            let gradient = &mut gradient[block.features.clone()];
            if !block.counts(target) {
                gradient.fill(0.0);
                continue;
            }
            let output = &output[block.features.clone()];
            let target = &target[block.features.clone()];
            let scale = scale * block.weight;
            let value = match block.kind {
                BlockKind::Each(loss) => loss.value_and_gradient(output, target, scale, gradient),
                BlockKind::Choice => {
                    let right = elementwise::sum_map2(output, target, |z, t| z * t);
                    gradient.copy_from_slice(output);
                    let (most, sum) = softmax(gradient);
                    elementwise::zip(gradient, target, |p, t| scale * (p - t));
                    most + scalar::ln(sum) - right
                }
            };
            sum += block.weight * value;
        }
        sum
    }

    fn value(&self, output: &[f32], target: &[f32]) -> f32 {
        self.merged
            .iter()
            .map(|block| block.value(output, target))
            .sum()
    }

    fn floor(&self, target: &[f32]) -> f32 {
        let mut sum = 0.0;
        for block in self.merged.iter().filter(|block| block.counts(target)) {
            if let BlockKind::Each(loss) = block.kind {
                sum += block.weight * loss.floor(&target[block.features.clone()]);
            }
        }
        sum
    }

    fn is_minimised_by_the_mean(&self) -> bool {
        self.merged.iter().all(|block| match block.kind {
            BlockKind::Each(loss) => loss.is_minimised_by_the_mean(),
            BlockKind::Choice => true,
        })
    }

    fn output_of_mean(&self, mean: &mut [f32]) {
        for block in &self.merged {
            let mean = &mut mean[block.features.clone()];
            match block.kind {
                BlockKind::Each(loss) => loss.output_of_mean(mean),
                BlockKind::Choice => mean
                    .iter_mut()
                    .for_each(|value| *value = value.max(LEAST_SHARE).ln()),
            }
        }
    }
}
