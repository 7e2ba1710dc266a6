/// What stands for a value that isn't there, in any case of letters, where `--missing` says
/// nothing else: an empty cell, and the words that spreadsheets, databases and statistics
/// programs write.
pub const MISSING: [&str; 13] = [
    "", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "nil", "?", "-", ".", "<na>",
];

/// The words for a missing value.
pub(crate) struct MissingWords<'a> {
    words: &'a [String],
    /// Whether a word begins with this byte, in either case: most cells are told by that.
    begins: [bool; 256],
    /// Bytes of the longest word.
    longest: usize,
}

impl<'a> MissingWords<'a> {
    /// Words in lower case.
    pub(crate) fn new(words: &'a [String]) -> Self {
        let mut begins = [false; 256];
        for first in words.iter().filter_map(|word| word.as_bytes().first()) {
            begins[usize::from(*first)] = true;
            begins[usize::from(first.to_ascii_uppercase())] = true;
        }
        let longest = words.iter().map(String::len).max().unwrap_or(0);
        Self {
            words,
            begins,
            longest,
        }
    }

    /// Whether a trimmed cell is one of them.
    pub(crate) fn contain(&self, cell: &[u8]) -> bool {
        let is = |word: &String| word.as_bytes().eq_ignore_ascii_case(cell);
        match cell.first() {
            Some(first) => {
                self.begins[usize::from(*first)]
                    && cell.len() <= self.longest
                    && self.words.iter().any(is)
            }
            None => self.words.iter().any(String::is_empty),
        }
    }
}
