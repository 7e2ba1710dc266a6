use super::distinct::Distinct;
use crate::source::CellProblem;
use crate::table::missing::MissingWords;
use crate::table::number::{Parsed, WRITTEN, is_dressed};
use crate::table::{DateFormat, DateOrder, KindName, NumberFormat, Overrides};

/// Different words that are kept: a category of more is none.
pub(super) const MOST_WORDS: usize = 10_000;

/// Different numbers that are kept, for columns that turn out to hold words too: a column of
/// measurements soon has more.
const MOST_NUMBERS: usize = 256;

/// Examples that are shown.
const EXAMPLES: usize = 3;

/// What all cells of a column have in common, seen one after the other.
pub(crate) struct Profile {
    pub(super) name: String,
    pub(super) format: NumberFormat,
    /// Nobody said how numbers are written, and commas don't separate the fields.
    pub(super) may_be_comma: bool,
    pub(super) cells: u64,
    pub(super) missing: u64,
    pub(super) numbers: u64,
    pub(super) range: (f64, f64),
    /// Digits alone, maybe with a sign.
    pub(super) all_whole: bool,
    /// Digits that a number would lose: `007`, or more than 15 of them.
    pub(super) loses_digits: bool,
    /// `0` and `1` alone.
    pub(super) only_bits: bool,
    /// 0, 1, 2, … or 1, 2, 3, …
    pub(super) counts_rows: bool,
    /// Cells that are no numbers, and how many of them another format could read.
    pub(super) texts: u64,
    pub(super) readable: u64,
    pub(super) comma_numbers: u64,
    /// A number such as `2.5`, in which a point can't stand between thousands.
    pub(super) has_point: bool,
    /// A cell with a point in it, in a number of either kind.
    pub(super) shows_point: bool,
    pub(super) dates: [bool; 4],
    pub(super) has_time: bool,
    pub(super) separator: u8,
    pub(super) length: u64,
    pub(super) has_space: bool,
    pub(super) words: Distinct,
    pub(super) seen_numbers: Distinct,
    pub(super) first_text: Option<(u64, String)>,
    pub(super) first_bad: Option<(u64, CellProblem)>,
    pub(super) examples: Vec<String>,
}

/// The orders of a date's parts, in the order of [`Profile::dates`].
pub(super) const ORDERS: [Option<DateOrder>; 4] = [
    Some(DateOrder::YearMonthDay),
    Some(DateOrder::DayMonthYear),
    Some(DateOrder::MonthDayYear),
    None,
];

impl Profile {
    pub(crate) fn new(name: &str, delimiter: u8, overrides: &Overrides) -> Self {
        // Of a column that is to be a category, all values are wanted.
        let is_category = overrides.kind_of(name) == Some(KindName::Category);
        let many = overrides.kind_of(name).is_some() || looks_like_an_id(name);
        Self {
            name: name.to_owned(),
            format: overrides.format,
            may_be_comma: !overrides.format_given && delimiter != b',',
            cells: 0,
            missing: 0,
            numbers: 0,
            range: (f64::INFINITY, f64::NEG_INFINITY),
            all_whole: true,
            loses_digits: false,
            only_bits: true,
            counts_rows: true,
            texts: 0,
            readable: 0,
            comma_numbers: 0,
            has_point: false,
            shows_point: false,
            dates: [true; 4],
            has_time: false,
            separator: 0,
            length: 0,
            has_space: false,
            words: Distinct::new(if is_category { usize::MAX } else { MOST_WORDS }),
            seen_numbers: Distinct::new(match many {
                _ if is_category => usize::MAX,
                true => MOST_WORDS,
                false => MOST_NUMBERS,
            }),
            first_text: None,
            first_bad: None,
            examples: Vec::new(),
        }
    }

    /// Takes in the next cell.
    pub(crate) fn add(&mut self, cell: &[u8], line: u64, missing: &MissingWords<'_>) {
        let cell = cell.trim_ascii();
        self.cells += 1;
        if missing.contain(cell) {
            self.missing += 1;
            self.counts_rows = false;
            return;
        }
        if self.examples.len() < EXAMPLES {
            let example = CellProblem::token(cell);
            if !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
        match self.format.parse(cell) {
            Parsed::Number(number) => self.add_number(cell, number),
            Parsed::Text => self.add_text(cell, line),
            bad => {
                let problem = || (line, CellProblem::of_number(cell, bad));
                self.first_bad.get_or_insert_with(problem);
                self.seen_numbers.add(cell);
            }
        }
    }

    fn add_number(&mut self, cell: &[u8], number: f64) {
        self.numbers += 1;
        self.range = (self.range.0.min(number), self.range.1.max(number));
        self.only_bits &= matches!(cell, b"0" | b"1");
        self.seen_numbers.add(cell);
        let digits = cell.strip_prefix(b"-").unwrap_or(cell);
        let whole = digits.iter().all(u8::is_ascii_digit);
        if whole {
            self.loses_digits |= digits.len() > 15 || (digits.len() > 1 && digits[0] == b'0');
            let start = number - (self.cells - 1) as f64;
            self.counts_rows &= start == 0.0 || start == 1.0;
        } else {
            self.counts_rows = false;
            self.shows_point = true;
            if self.may_be_comma && !self.has_point {
                let comma = NumberFormat::COMMA.parse(cell);
                self.has_point = !matches!(comma, Parsed::Number(_));
            }
        }
        self.all_whole &= whole;
        // Of dates, only times and days have no letter; none is a number.
        self.dates = [false; 4];
    }

    fn add_text(&mut self, cell: &[u8], line: u64) {
        self.texts += 1;
        self.counts_rows = false;
        let token = || (line, CellProblem::token(cell));
        self.first_text.get_or_insert_with(token);
        self.length += cell.len() as u64;
        self.has_space |= cell.contains(&b' ');
        self.words.add(cell);
        // Words that don't begin as numbers do are none, and nearly all texts are such.
        if !cell[0].is_ascii_alphabetic() {
            let is_number = |format: &NumberFormat| matches!(format.parse(cell), Parsed::Number(_));
            let is_comma = is_number(&NumberFormat::COMMA);
            let is_readable = is_comma
                || WRITTEN.iter().any(is_number)
                || str::from_utf8(cell).is_ok_and(is_dressed);
            self.comma_numbers += u64::from(is_comma);
            self.shows_point |= is_comma && cell.contains(&b'.');
            self.readable += u64::from(is_readable);
        }
        self.add_date(cell);
    }

    fn add_date(&mut self, cell: &[u8]) {
        for (possible, order) in self.dates.iter_mut().zip(ORDERS) {
            if *possible {
                let moment = DateFormat { order, time: true }.parse(cell);
                *possible = moment.is_some();
                self.has_time |= moment.is_some_and(|moment| moment.timed);
            }
        }
        if self.separator == 0 {
            let mark = cell.iter().find(|byte| !byte.is_ascii_digit());
            self.separator = mark.copied().unwrap_or(0);
        }
    }
}

/// Names that databases give to what numbers their rows.
pub(super) fn looks_like_an_id(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let words = [
        "id", "uuid", "guid", "key", "index", "idx", "rowid", "row", "nr", "rownames",
    ];
    let last = name.rsplit(['_', '-', ' ', '.']).next().unwrap_or_default();
    words.contains(&name.as_str()) || ["id", "uuid", "guid", "key"].contains(&last)
}
