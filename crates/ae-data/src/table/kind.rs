use serde::{Deserialize, Serialize};

use super::{DateFormat, NumberFormat, TimeFormat};

/// What a column's cells are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Numbers.
    Number(NumberFormat),
    /// One of two words: 0 and 1 as a number.
    Boolean {
        /// What is 0.
        no: String,
        /// What is 1.
        yes: String,
    },
    /// One of some values, in ascending order: its place among them as a number, the number of
    /// values for one that is not among them.
    Category {
        /// The values that were found.
        values: Vec<String>,
    },
    /// Points in time: two numbers, day since 1970-01-01 and second of the day.
    DateTime(DateFormat),
    /// The same in every row: kept, not learnt from.
    Constant {
        /// What stands in every row; empty if nothing does.
        value: String,
    },
    /// Names a row: carried along as it is written, not learnt from.
    Id,
    /// When a row is: what windows are ordered by, not learnt from.
    Time(TimeFormat),
    /// Which of several series a row belongs to: not learnt from.
    Group,
    /// The class of a row.
    Label,
    /// Free text: left out.
    Text,
    /// Left out because the user says so.
    Excluded,
}

/// A kind as users write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindName {
    /// [`Kind::Number`]
    Number,
    /// [`Kind::Boolean`]
    Boolean,
    /// [`Kind::Category`]
    Category,
    /// [`Kind::DateTime`]
    DateTime,
    /// [`Kind::Id`]
    Id,
    /// [`Kind::Text`]
    Text,
}

impl KindName {
    /// Every name, as users write it.
    pub const ALL: [(&'static str, Self); 6] = [
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("category", Self::Category),
        ("datetime", Self::DateTime),
        ("id", Self::Id),
        ("text", Self::Text),
    ];

    /// The kind of that name.
    pub fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }
}

impl Kind {
    /// `f32` that a cell of this kind becomes.
    pub fn cells(&self) -> usize {
        match self {
            Self::Number(_) | Self::Boolean { .. } | Self::Category { .. } => 1,
            Self::DateTime(_) => 2,
            Self::Constant { .. }
            | Self::Id
            | Self::Time(_)
            | Self::Group
            | Self::Label
            | Self::Text
            | Self::Excluded => 0,
        }
    }

    /// Whether rows can't be used without it: because it is learnt from, or because rows
    /// can't be put in order without it.
    pub fn is_needed(&self) -> bool {
        self.cells() > 0 || matches!(self, Self::Time(_) | Self::Group)
    }

    /// What to call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Boolean { .. } => "boolean",
            Self::Category { .. } => "category",
            Self::DateTime(_) => "date-time",
            Self::Constant { .. } => "constant",
            Self::Id => "id",
            Self::Time(_) => "time",
            Self::Group => "group",
            Self::Label => "label",
            Self::Text => "text",
            Self::Excluded => "excluded",
        }
    }
}
