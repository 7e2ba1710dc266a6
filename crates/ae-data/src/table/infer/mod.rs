//! What a column is, from all of its cells.

mod decide;
mod distinct;
mod profile;

pub(crate) use profile::Profile;

/// What was found out about a column, for the user to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The column.
    pub column: String,
    /// Its kind, as [`Kind::name`](super::Kind::name) calls it.
    pub kind: &'static str,
    /// Why.
    pub why: String,
    /// Missing cells.
    pub missing: u64,
    /// Some different cells.
    pub examples: Vec<String>,
}
