use serde::{Deserialize, Serialize};

use super::Kind;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, once in a table.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
}
