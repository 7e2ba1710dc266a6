//! The few charts of the report, drawn as SVG and HTML.
//!
//! `plotters` and `kuva` were tried first. `plotters` writes fixed colours, so a chart cannot
//! follow a dark theme. `kuva` takes any CSS colour, but numbers its clip paths from a counter
//! of the whole process (the same input gives other bytes the second time), writes no
//! `viewBox`, so a chart cannot shrink to a phone, and needs five times the bytes for a scatter.
//! Here the marks are an SVG that stretches with the page, lines and dots keep their width
//! (`vector-effect`), and the words are HTML laid over it, which stay readable at any width.

mod axis;
mod bars;
mod frame;
mod marks;

pub use axis::Axis;
pub use bars::{Bar, bars, share};
pub use frame::{Frame, legend};
pub use marks::{bands, dots, line, segment};
