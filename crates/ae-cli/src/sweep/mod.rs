//! Sweeps, as far as the program sees them: plans in files, what is seen while they run, the
//! folder they leave.

mod folder;
mod plan;
mod progress;
mod shard;
mod time;

pub use folder::{Folder, collect};
pub use plan::{Plan, Search, first_plan};
pub use progress::Progress;
pub use shard::Shard;
pub use time::Span;
