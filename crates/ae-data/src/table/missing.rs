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
    /// Those that are numbers: `-999` means `-999.0` and `-9.99e2` as well.
    numbers: Vec<f64>,
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
        let numbers = words.iter().filter_map(|word| word.parse().ok());
        Self {
            words,
            begins,
            longest,
            numbers: numbers.filter(|number: &f64| number.is_finite()).collect(),
        }
    }

    /// Whether a trimmed cell is one of them.
    pub(crate) fn contain(&self, cell: &[u8]) -> bool {
        let is = |word: &String| word.as_bytes().eq_ignore_ascii_case(cell);
        if !self.numbers.is_empty() && self.is_number(cell) {
            return true;
        }
        match cell.first() {
            Some(first) => {
                self.begins[usize::from(*first)]
                    && cell.len() <= self.longest
                    && self.words.iter().any(is)
            }
            None => self.words.iter().any(String::is_empty),
        }
    }

    fn is_number(&self, cell: &[u8]) -> bool {
        let begins = matches!(cell.first(), Some(b'0'..=b'9' | b'-' | b'+' | b'.'));
        let number = str::from_utf8(cell).ok().filter(|_| begins);
        let number = number.and_then(|text| text.parse::<f64>().ok());
        number.is_some_and(|number| self.numbers.contains(&number))
    }
}
