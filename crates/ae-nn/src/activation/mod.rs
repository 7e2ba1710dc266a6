//! Activations: a function of one number and its derivative, side by side, one a file.
//!
//! To add one: write its file after the model of its neighbours, and name it in
//! [`Activation`].

mod elu;
mod gelu;
mod leaky_relu;
mod linear;
mod relu;
mod sigmoid;
mod silu;
mod softplus;
mod tanh;

pub use elu::Elu;
pub use gelu::Gelu;
pub use leaky_relu::LeakyRelu;
pub use linear::Linear;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use softplus::Softplus;
pub use tanh::Tanh;

/// Which of its two ends an activation's derivative is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DerivativeFrom {
    /// From y = f(z): nothing besides the output need be kept.
    Output,
    /// From z: the layer keeps a copy of it.
    Input,
}

/// A function applied to each number of a layer's output.
pub trait Activate: Sync {
    /// z → y = f(z), in place.
    fn apply(&self, values: &mut [f32]);

    /// `gradient` ← `gradient` · f′, where `kept` holds y or z as
    /// [`derivative_from`](Self::derivative_from) says.
    fn apply_derivative(&self, kept: &[f32], gradient: &mut [f32]);

    /// What [`apply_derivative`](Self::apply_derivative) wants to be given.
    fn derivative_from(&self) -> DerivativeFrom;

    /// `gradient` ← `gradient` · f″, from what [`apply_derivative`](Self::apply_derivative) is
    /// given. Where the slope jumps, as a relu's does at 0, f″ is taken as 0.
    fn apply_curvature(&self, kept: &[f32], gradient: &mut [f32]);

    /// The smallest and largest value it can take (or tend to).
    fn range(&self) -> (f32, f32);
}

ae_choice::choices! {
    /// Every activation, as users write it.
    pub enum Activation = "activation", dyn Activate {
        Linear(Linear),
        Relu(Relu),
        LeakyRelu(LeakyRelu),
        Elu(Elu),
        Gelu(Gelu),
        Silu(Silu),
        Sigmoid(Sigmoid),
        Tanh(Tanh),
        Softplus(Softplus),
    }
}
