//! Tables: columns of several kinds, and how their cells become numbers.
//!
//! [`Schema`] says what each column is ([`Kind`]) and which words stand for nothing;
//! what it is goes by all cells of a file ([`Guess`]). A row of a table becomes as many `f32` as
//! its kinds have cells: one for a number, a boolean or a category (its place among the known
//! values), two for a date-time (day since 1970 and second of the day), none for what is only
//! carried or left out. A missing cell is NaN.

mod cell;
mod column;
mod datetime;
pub(crate) mod infer;
mod kind;
mod missing;
mod number;
mod overrides;
mod schema;
mod strange;
mod time;

pub use cell::{OTHER, cell_text};
pub use column::Column;
pub use datetime::{DateFormat, DateOrder};
pub use infer::Guess;
pub use kind::{Kind, KindName};
pub use missing::MISSING;
pub(crate) use missing::MissingWords;
pub use number::NumberFormat;
pub(crate) use number::is_dressed;
pub use schema::Schema;
pub use strange::StrangeWords;
pub use time::TimeFormat;

pub(crate) use cell::CellReader;
pub(crate) use datetime::{SECONDS_OF_A_DAY, civil_from_days};
pub(crate) use overrides::Overrides;
