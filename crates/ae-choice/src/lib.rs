//! Named choices with numeric parameters, written the same way everywhere:
//! `relu`, `gaussian:0.3`, `adam:lr=1e-3,beta1=0.9`.
//!
//! An optimiser, a noise or a schedule is *one struct*, declared with [`choice!`] together
//! with its name, its one-line summary and its parameters (default, range, meaning).
//! All structs of a kind are gathered by [`choices!`] into one enum. From those two places
//! come the parser, the errors (with "did you mean"), the listing, the help text, and the
//! text written to settings and model files, so that they cannot disagree.
//!
//! ```
//! mod shapes {
//!     ae_choice::choice! {
//!         /// A circle.
//!         pub struct Circle = "circle", "round" {
//!             /// Radius, in metres.
//!             radius: "r" = 1.0, in ae_choice::Range::above(0.0), "radius in metres";
//!         }
//!     }
//!     ae_choice::choice! {
//!         /// Nothing at all.
//!         pub struct Point = "point", "has no size" {}
//!     }
//!     pub trait Area { fn area(&self) -> f32; }
//!     impl Area for Circle { fn area(&self) -> f32 { 3.14 * self.radius * self.radius } }
//!     impl Area for Point { fn area(&self) -> f32 { 0.0 } }
//!     ae_choice::choices! {
//!         /// Every shape there is.
//!         pub enum Shape = "shape", dyn Area { Circle(Circle), Point(Point) }
//!     }
//! }
//! use shapes::{Area, Shape};
//! let shape: Shape = "circle:r=2".parse().unwrap();
//! assert_eq!(shape.area(), 12.56);
//! assert_eq!(shape.to_string(), "circle:r=2");
//! let error = "circel".parse::<Shape>().unwrap_err();
//! assert_eq!(error.to_string(), "unknown shape `circel`");
//! assert_eq!(error.hint().unwrap(), "did you mean `circle`? known: circle, point");
//! let error = "circle:-1".parse::<Shape>().unwrap_err();
//! assert_eq!(error.to_string(), "shape circle: r must be in (0, inf), got -1");
//! ```
#![forbid(unsafe_code)]

mod error;
mod macros;
mod parameter;
mod parse;
mod suggest;

pub use error::ChoiceError;
pub use parameter::{Parameter, Range};
pub use parse::{parse, write};
pub use suggest::suggest;

#[doc(hidden)]
pub fn __shortest(value: f32) -> f64 {
    parameter::shortest(value)
}

#[doc(hidden)]
pub use serde;

/// One entry of a kind's catalogue: what `list`, help texts and error messages show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The name users write.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// Its parameters, in the order in which bare values are taken.
    pub parameters: &'static [Parameter],
}

impl Entry {
    /// The entry as users would write it, with every default: `adam:lr=0.001,beta1=0.9`.
    pub fn usage(&self) -> String {
        let defaults: Vec<f64> = self.parameters.iter().map(|p| p.default).collect();
        write(self, &defaults, true)
    }
}

/// A choice: a name with numeric parameters. Implemented by [`choice!`].
pub trait Choice: Sized {
    /// Its line in the catalogue.
    const ENTRY: Entry;
    /// Builds it from one checked value a parameter, in the catalogue's order.
    fn from_values(values: &[f64]) -> Self;
    /// The values it holds, in the catalogue's order.
    fn values(&self) -> Vec<f64>;
}

#[cfg(test)]
mod tests;
