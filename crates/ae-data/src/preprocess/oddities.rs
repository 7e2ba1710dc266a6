use super::Group;
use crate::table::StrangeWords;

/// What rows hold that the training rows did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Oddities {
    /// Rows looked at.
    pub rows: usize,
    /// Rows with a value outside the interval of the training rows.
    pub outside: usize,
    /// Rows with a number that was clipped.
    pub clipped: usize,
    /// A column: cells that were missing there though none was among the training rows.
    pub filled: Vec<usize>,
    /// A column: values that have no feature of their own.
    pub unseen: Vec<usize>,
    /// A column: the first few different words that are none of its known values.
    pub strange: Vec<Vec<String>>,
}

/// Words of a column that are named.
const MOST_NAMED: usize = 3;

impl Oddities {
    /// Takes in those of other rows.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.outside += other.outside;
        self.clipped += other.clipped;
        let columns = self.strange.len().max(other.strange.len());
        self.strange.resize(columns, Vec::new());
        for (own, other) in self.strange.iter_mut().zip(&other.strange) {
            other.iter().for_each(|word| know(own, word));
        }
        for (own, other) in [
            (&mut self.filled, &other.filled),
            (&mut self.unseen, &other.unseen),
        ] {
            own.resize(own.len().max(other.len()), 0);
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        }
    }

    /// Names the words of a table that its columns don't know.
    pub(super) fn name(&mut self, words: &StrangeWords, groups: &[Group]) {
        self.strange.resize(groups.len(), Vec::new());
        let place_of = |cell| groups.partition_point(|group| group.cells.end <= cell);
        for (_, cell, word) in words.iter() {
            if let Some(known) = self.strange.get_mut(place_of(cell)) {
                know(known, word);
            }
        }
    }

    /// In words; `groups` are the columns, where there is a table.
    pub fn warnings(&self, groups: Option<&[Group]>) -> Vec<String> {
        let rows = self.rows;
        let mut warnings = Vec::new();
        if self.outside > 0 {
            let outside = self.outside;
            warnings.push(format!(
                "{outside} of {rows} rows hold values outside the range of the training rows"
            ));
        }
        if self.clipped > 0 {
            let clipped = self.clipped;
            warnings.push(format!(
                "{clipped} of {rows} rows hold values that were clipped"
            ));
        }
        for (place, group) in groups.unwrap_or_default().iter().enumerate() {
            let column = &group.column;
            let unseen = self.unseen.get(place).copied().unwrap_or(0);
            if unseen > 0 {
                let words = self.strange.get(place).map_or(&[][..], Vec::as_slice);
                warnings.push(format!(
                    "column `{column}`: {unseen} of {rows} rows hold values that the model \
                     doesn't know{}; they count as other",
                    in_brackets(words)
                ));
            }
            let filled = self.filled.get(place).copied().unwrap_or(0);
            if filled > 0 {
                let with = match group.kind.as_str() {
                    "number" => "the median of the training rows",
                    "category" => "other",
                    _ => "the mean of the training rows",
                };
                warnings.push(format!(
                    "column `{column}`: missing in {filled} of {rows} rows, though never in \
                     training; taken as {with}"
                ));
            }
        }
        warnings
    }
}

/// Adds a word to the few that are named.
fn know(words: &mut Vec<String>, word: &str) {
    if words.len() < MOST_NAMED && !words.iter().any(|known| known == word) {
        words.push(word.to_owned());
    }
}

/// ` (purple, …)`; nothing of no words.
fn in_brackets(words: &[String]) -> String {
    match words {
        [] => String::new(),
        few if few.len() < MOST_NAMED => format!(" ({})", few.join(", ")),
        some => format!(" ({}, …)", some[..MOST_NAMED - 1].join(", ")),
    }
}
