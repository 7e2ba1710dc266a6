//! An encoder and a decoder.

use crate::activation::{Activation, Linear};
use crate::constraint::{self, Constraint};
use crate::loss::{Blocks, Loss, Measure};
use crate::network::{Network, Scratch};
use crate::{Error, Layer};
use ae_tensor::parallel;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

/// Multiply-adds that take longer than to wake the thread pool, which takes some ten
/// microseconds.
const WORTH_WAKING: usize = 1024 * 1024;

/// A network with a waist: the encoder makes the code, the decoder makes a reconstruction
/// of it. Both can be taken apart and put together again.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoencoder {
    network: Network,
    encoder_layers: usize,
    output: Activation,
    /// What is applied instead of one activation, a block of features at a time.
    blocks: Option<Blocks>,
}

impl Autoencoder {
    /// An encoder and a decoder put together. `output` is applied to what the decoder
    /// gives: linear, or what belongs to a loss on logits.
    ///
    /// # Errors
    /// If the decoder doesn't take what the encoder gives, or doesn't give as many numbers
    /// as the encoder takes.
    pub fn from_parts(
        encoder: &Network,
        decoder: &Network,
        output: Activation,
    ) -> Result<Self, Error> {
        Self::from_network(encoder.then(decoder)?, encoder.layers().len(), output)
    }

    /// A whole network whose first `encoder_layers` layers make the code; `output` as in
    /// [`from_parts`](Self::from_parts).
    ///
    /// # Errors
    /// If the network doesn't give as many numbers as it takes, has no layer on either
    /// side of the code, or draws a code anywhere but at the end of an encoder that says from what.
    pub fn from_network(
        network: Network,
        encoder_layers: usize,
        output: Activation,
    ) -> Result<Self, Error> {
        let (features, found) = (network.inputs(), network.outputs());
        check_width("numbers in a reconstruction", features, found)?;
        if encoder_layers == 0 {
            let what = "the number of encoder layers";
            return Err(Error::Zero { what });
        }
        if encoder_layers >= network.layers().len() {
            let what = "the number of decoder layers";
            return Err(Error::Zero { what });
        }
        let is_drawn = |layer: &Layer| matches!(layer, Layer::GaussianCode(_));
        let drawn = network.layers().iter().position(is_drawn);
        if let Some(layer) = drawn.filter(|layer| *layer == 0 || layer + 1 != encoder_layers) {
            return Err(Error::CodeDrawn {
                layer,
                encoder_layers,
            });
        }
        Ok(Self {
            network,
            encoder_layers,
            output,
            blocks: None,
        })
    }

    /// The same with an output that differs from block to block, as their losses ask for.
    ///
    /// # Errors
    /// Blocks of another width than a row, or an output activation besides.
    pub fn with_output_blocks(self, blocks: Blocks) -> Result<Self, Error> {
        check_width(
            "features in the blocks of the loss",
            self.features(),
            blocks.width(),
        )?;
        let linear = Activation::Linear(Linear {});
        if self.output != linear {
            return Err(Error::OutputActivation {
                loss: "of blocks".to_owned(),
                own: linear.to_string(),
                found: self.output.to_string(),
            });
        }
        let blocks = Some(blocks);
        Ok(Self { blocks, ..self })
    }

    /// The blocks that make the output, if it isn't one activation.
    pub fn output_blocks(&self) -> Option<&Blocks> {
        self.blocks.as_ref()
    }

    /// What it is trained on: the losses of its blocks, or else `loss`.
    pub fn measure<'a>(&'a self, loss: &'a Loss) -> &'a dyn Measure {
        match &self.blocks {
            Some(blocks) => blocks,
            None => &**loss,
        }
    }

    /// Turns rows of logits into reconstructions.
    pub fn apply_output(&self, mut logits: ArrayViewMut2<f32>) {
        for mut row in logits.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                match &self.blocks {
                    Some(blocks) => blocks.apply_output(row),
                    None => self.output.apply(row),
                }
            }
        }
    }

    /// Whether it is a dictionary of features: see
    /// [`Architecture::top_k`](crate::Architecture::top_k).
    pub fn is_dictionary(&self) -> bool {
        constraint::is_dictionary(&self.network)
    }

    /// Begins a dictionary around `centre`, a row; anything else stays as it is.
    ///
    /// # Errors
    /// A centre of another width than a row.
    pub fn centre_on(&mut self, centre: &[f32]) -> Result<(), Error> {
        check_width("numbers in the centre", self.features(), centre.len())?;
        constraint::centre_dictionary(&mut self.network, centre);
        Ok(())
    }

    /// How many numbers training moves, those that are copies of others left out.
    pub fn free_parameters(&self, tied: bool) -> usize {
        let constraints = constraint::of(self, tied).unwrap_or_default();
        let copies = constraints.iter().filter_map(Constraint::copy);
        self.network.parameter_count() - copies.map(|copy| copy.len()).sum::<usize>()
    }

    /// Numbers in a row.
    pub fn features(&self) -> usize {
        self.network.inputs()
    }

    /// # Errors
    /// Rows of another width.
    pub(crate) fn check_features(&self, found: usize) -> Result<(), Error> {
        check_width("features", self.features(), found)
    }

    /// Numbers in the code.
    pub fn latent(&self) -> usize {
        self.network.layers()[self.encoder_layers - 1].outputs()
    }

    /// The whole network, whose output is a reconstruction before
    /// [`output_activation`](Self::output_activation).
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The same, to be trained or read into.
    pub fn network_mut(&mut self) -> &mut Network {
        &mut self.network
    }

    /// How many of the network's layers make the code.
    pub fn encoder_layers(&self) -> usize {
        self.encoder_layers
    }

    /// What turns the network's output into a reconstruction.
    pub fn output_activation(&self) -> Activation {
        self.output
    }

    /// A copy of the encoder alone.
    pub fn encoder(&self) -> Network {
        self.network.part(0..self.encoder_layers)
    }

    /// A copy of the decoder alone.
    pub fn decoder(&self) -> Network {
        self.network
            .part(self.encoder_layers..self.network.layers().len())
    }

    /// "784-128-32-128-784", "28x28x1-14x14x8-32-…": the widths of the layers that change it,
    /// or the sizes of images, each after it has been made larger or smaller.
    pub fn shape(&self) -> String {
        let layers = self.network.layers();
        let mut shape = match layers[0].images() {
            Some([image, _]) => image.to_string(),
            None => self.features().to_string(),
        };
        for (index, layer) in layers.iter().enumerate() {
            let is_resized = layers.get(index + 1).is_some_and(|next| next.resizes());
            match layer.images() {
                Some([_, image]) if !is_resized => shape += &format!("-{image}"),
                // The means and variances of a code that is drawn are no width of their own.
                None if matches!(layers.get(index + 1), Some(Layer::GaussianCode(_))) => {}
                None if matches!(layer, Layer::Dense(_) | Layer::GaussianCode(_)) => {
                    shape += &format!("-{}", layer.outputs())
                }
                _ => {}
            }
        }
        shape
    }

    /// Name of a block of the network: `encoder.0.weight`, `decoder.1.bias`.
    pub fn block_name(&self, layer: usize, block: &str) -> String {
        match layer.checked_sub(self.encoder_layers) {
            Some(layer) => format!("decoder.{layer}.{block}"),
            None => format!("encoder.{layer}.{block}"),
        }
    }

    /// Rows × features → rows × latent.
    ///
    /// # Errors
    /// Rows of another width.
    pub fn encode(&self, rows: ArrayView2<f32>) -> Result<Array2<f32>, Error> {
        self.fresh(Leg::Encode, rows)
    }

    /// Rows × latent → rows × features.
    ///
    /// # Errors
    /// Codes of another width.
    pub fn decode(&self, codes: ArrayView2<f32>) -> Result<Array2<f32>, Error> {
        self.fresh(Leg::Decode, codes)
    }

    /// Rows × features → rows × features, through the code.
    ///
    /// # Errors
    /// Rows of another width.
    pub fn reconstruct(&self, rows: ArrayView2<f32>) -> Result<Array2<f32>, Error> {
        self.fresh(Leg::Reconstruct, rows)
    }

    /// One of the three ways through, into a buffer of the caller's; allocates nothing once
    /// `scratch` has seen a batch of this size.
    ///
    /// # Errors
    /// Rows in, or room for rows out, of another width.
    ///
    /// # Panics
    /// If there isn't as much room as there are rows.
    pub fn run(
        &self,
        leg: Leg,
        rows: ArrayView2<f32>,
        mut output: ArrayViewMut2<f32>,
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        let (features, latent) = (self.features(), self.latent());
        let (from, to) = match leg {
            Leg::Encode => ((features, "features"), latent),
            Leg::Decode => ((latent, "numbers in the code"), features),
            Leg::Reconstruct | Leg::Logits => ((features, "features"), features),
        };
        check_width(from.1, from.0, rows.ncols())?;
        check_width("numbers in a row of the result", to, output.ncols())?;
        assert_eq!(rows.nrows(), output.nrows(), "a result for each row");
        let all = self.network.layers().len();
        let layers = match leg {
            Leg::Encode => 0..self.encoder_layers,
            Leg::Decode => self.encoder_layers..all,
            Leg::Reconstruct | Leg::Logits => 0..all,
        };
        let finish = match leg {
            Leg::Decode | Leg::Reconstruct => self.output,
            Leg::Encode | Leg::Logits => Activation::Linear(Linear {}),
        };
        let at_a_time = self.network.rows_at_a_time(&layers);
        let parts = rows.axis_chunks_iter(Axis(0), at_a_time);
        let outputs = output.axis_chunks_iter_mut(Axis(0), at_a_time);
        self.in_pool(rows.nrows(), || {
            for (part, mut out) in parts.zip(outputs) {
                self.network
                    .infer_then(layers.clone(), part, out.view_mut(), scratch, finish);
                if matches!(leg, Leg::Decode | Leg::Reconstruct) && self.blocks.is_some() {
                    self.apply_output(out);
                }
            }
        });
        Ok(())
    }

    /// Runs `work`, which takes so many rows through, on a thread of the pool: from outside,
    /// each of its parallel loops would wake the pool anew. One row, and work that is
    /// over before the pool would be awake, stays on the calling thread.
    pub fn in_pool<R: Send>(&self, rows: usize, work: impl FnOnce() -> R + Send) -> R {
        let layers = self.network.layers().iter();
        let of_a_row: usize = layers.map(|layer| layer.products()).sum();
        let products = rows.saturating_mul(of_a_row);
        if rows > 1 && products >= WORTH_WAKING && parallel::threads() > 1 {
            parallel::install(work)
        } else {
            work()
        }
    }

    fn fresh(&self, leg: Leg, rows: ArrayView2<f32>) -> Result<Array2<f32>, Error> {
        let width = match leg {
            Leg::Encode => self.latent(),
            _ => self.features(),
        };
        let mut output = Array2::zeros((rows.nrows(), width));
        self.run(leg, rows, output.view_mut(), &mut Scratch::default())?;
        Ok(output)
    }
}

/// Which way through an autoencoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// Row to code.
    Encode,
    /// Code to reconstruction.
    Decode,
    /// Row to reconstruction.
    Reconstruct,
    /// Row to reconstruction, before the output activation: what a loss wants.
    Logits,
}

fn check_width(what: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::Width {
            what,
            expected,
            found,
        })
    }
}
