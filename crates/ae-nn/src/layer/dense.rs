use super::ending::Ending;
use super::{Backward, Block, Compute, Forward, Layer, split, split_mut};
use crate::activation::Activation;
use crate::flat::{FIRST_CACHE, row_chunk_of, slice, slice_mut};
use crate::initialiser::Initialiser;
use ae_tensor::random::Stream;
use ae_tensor::{elementwise, matmul, matmul_then, reduce};
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

/// A fully connected layer with its activation: Y = f(X W + b).
///
/// X is B × inputs, W inputs × outputs, b and Y's rows `outputs` long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dense {
    /// Numbers in a row coming in.
    pub inputs: usize,
    /// Units, numbers in a row going out.
    pub outputs: usize,
    /// f.
    pub activation: Activation,
    /// Where W begins; b begins at 0.
    pub initialiser: Initialiser,
}

impl Dense {
    fn lengths(&self) -> [usize; 2] {
        [self.inputs * self.outputs, self.outputs]
    }

    fn weight<'a>(&self, values: &'a [f32]) -> ArrayView2<'a, f32> {
        ArrayView2::from_shape((self.inputs, self.outputs), values).expect("shaped by lengths()")
    }

    fn ending(&self) -> Ending {
        Ending(self.activation)
    }
}

impl Compute for Dense {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn parameters(&self) -> Vec<Block> {
        vec![
            Block::weight("weight", self.inputs, self.outputs),
            Block::vector("bias", self.outputs),
        ]
    }

    fn cache(&self, rows: usize) -> usize {
        self.ending().cache(rows * self.outputs)
    }

    fn initialise(&self, parameters: &mut [f32], _state: &mut [f32], stream: &mut Stream) {
        let [weight, _bias] = split_mut(parameters, self.lengths());
        self.initialiser
            .fill(self.inputs, self.outputs, weight, stream);
    }

    /// Z = X W + b, Y = f(Z).
    fn forward(&self, pass: Forward<'_>) {
        let [weight, bias] = split(pass.parameters, self.lengths());
        let (ending, cache) = (self.ending(), pass.cache);
        let (mut output, kept) = (pass.output, &*cache);
        matmul_then(
            pass.input,
            self.weight(weight),
            output.view_mut(),
            &|part| {
                let bias = &bias[part.first_column..][..part.columns];
                for rows in part
                    .values
                    .chunks_mut(row_chunk_of(FIRST_CACHE, part.columns))
                {
                    elementwise::zip_rows(rows, bias, |z, b| z + b);
                    ending.apply_early(kept, rows);
                }
            },
        );
        ending.apply_late(cache, slice_mut(&mut output));
    }

    /// dZ = dY ⊙ f′, dW = Xᵀ dZ, db = column sums of dZ, dX = dZ Wᵀ.
    fn backward(&self, pass: Backward<'_>) {
        let [weight, _bias] = split(pass.parameters, self.lengths());
        let [weight_gradient, bias_gradient] = split_mut(pass.gradients, self.lengths());
        let mut gradient = pass.output_gradient;
        self.ending()
            .derive(slice(&pass.output), pass.cache, slice_mut(&mut gradient));
        let weight_gradient =
            ArrayViewMut2::from_shape((self.inputs, self.outputs), weight_gradient)
                .expect("shaped by lengths()");
        matmul(pass.input.t(), gradient.view(), weight_gradient);
        reduce::column_sums(gradient.view(), bias_gradient);
        if let Some(input_gradient) = pass.input_gradient {
            matmul(gradient.view(), self.weight(weight).t(), input_gradient);
        }
    }

    fn products(&self) -> usize {
        self.inputs * self.outputs
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }

    fn followed_by(&self, activation: Activation) -> Option<Layer> {
        let is_free = matches!(self.activation, Activation::Linear(_));
        is_free.then(|| {
            Layer::Dense(Self {
                activation,
                ..self.clone()
            })
        })
    }
}
