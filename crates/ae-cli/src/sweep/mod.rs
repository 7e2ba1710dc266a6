//! Sweeps, as far as the program sees them: plans in files, what is seen while they run, the
//! folder they leave.

mod campaign;
mod folder;
mod pictures;
mod plan;
mod progress;
mod shard;
mod tell;
mod time;

pub use campaign::{Campaign, of_trials};
pub use folder::{Folder, collect};
pub use pictures::Pictures;
pub use plan::{Plan, Search, first_plan};
use progress::Progress;
pub use shard::Shard;
pub use tell::tell;
pub use time::Span;
