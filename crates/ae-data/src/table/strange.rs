/// The words in a table's categories that are not among the columns' known values. In a row of
/// numbers each is only "none of those"; this says what was there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StrangeWords {
    /// By row and cell.
    words: Vec<(usize, usize, String)>,
}

impl StrangeWords {
    /// Adds one behind all others.
    pub(crate) fn push(&mut self, row: usize, cell: usize, word: String) {
        debug_assert!(
            self.words
                .last()
                .is_none_or(|last| (last.0, last.1) < (row, cell))
        );
        self.words.push((row, cell, word));
    }

    /// Takes in those of the rows behind `rows` others.
    pub(crate) fn append(&mut self, rows: usize, others: Self) {
        let moved = others.words.into_iter();
        self.words
            .extend(moved.map(|(row, cell, word)| (rows + row, cell, word)));
    }

    /// Those of the given rows, in the given order.
    pub(crate) fn select(&self, rows: &[u32]) -> Self {
        let mut selected = Self::default();
        for (place, row) in rows.iter().enumerate() {
            let row = *row as usize;
            let first = self.words.partition_point(|(other, ..)| *other < row);
            let own = self.words[first..]
                .iter()
                .take_while(|(other, ..)| *other == row);
            for (_, cell, word) in own {
                selected.push(place, *cell, word.clone());
            }
        }
        selected
    }

    /// The word in this cell of a row, if it is a strange one.
    pub fn get(&self, row: usize, cell: usize) -> Option<&str> {
        let place = self
            .words
            .binary_search_by_key(&(row, cell), |(row, cell, _)| (*row, *cell));
        place.ok().map(|place| self.words[place].2.as_str())
    }

    /// All of them, with their rows and cells, in that order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, &str)> {
        let words = self.words.iter();
        words.map(|(row, cell, word)| (*row, *cell, word.as_str()))
    }
}
