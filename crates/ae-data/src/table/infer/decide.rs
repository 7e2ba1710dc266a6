use super::Guess;
use super::profile::{MOST_WORDS, ORDERS, Profile, looks_like_an_id};
use crate::source::{CellProblem, CsvError};
use crate::table::{DateFormat, DateOrder, Kind, KindName, NumberFormat, TimeFormat};

/// Up to so many different words are a category whatever the number of rows.
const FEW_WORDS: usize = 50;

/// Rows from which "no two alike" means something.
const ENOUGH_ROWS: u64 = 20;

/// Characters of a cell beyond which it is prose.
const PROSE: u64 = 40;

/// Words for yes and no.
const PAIRS: [(&str, &str); 5] = [
    ("false", "true"),
    ("no", "yes"),
    ("f", "t"),
    ("n", "y"),
    ("off", "on"),
];

/// Largest share of a column's size that its spread may fall to before `f32` keeps too few of
/// its digits: with 24 bits, a ten-thousandth leaves 11 of them.
const LEAST_SPREAD: f64 = 1e-4;

/// Why a column is what the user calls it.
const SAID: &str = "as you say";

type Decision = Result<(Kind, String), CsvError>;

impl Profile {
    /// What the column is, as the user says or else as its cells say.
    pub(crate) fn decide(self, said: Option<KindName>) -> Result<(Kind, Guess), CsvError> {
        let (kind, why) = match said {
            Some(name) => (self.forced(name)?, SAID.to_owned()),
            None => self.inferred()?,
        };
        Ok(self.guess(kind, why))
    }

    /// How the column writes the times of rows.
    pub(crate) fn decide_time(self) -> Result<(Kind, Guess), CsvError> {
        let format = match self.date() {
            Some((Kind::DateTime(format), _)) => TimeFormat::Date(format),
            _ if self.is_comma() => TimeFormat::Number(NumberFormat::COMMA),
            _ if self.texts == 0 && self.numbers > 0 => {
                self.check_finite()?;
                TimeFormat::Number(self.format)
            }
            _ => return Err(self.wrong_kind("a date, a time or a number that grows with time")),
        };
        Ok(self.guess(Kind::Time(format), SAID.to_owned()))
    }

    fn guess(self, kind: Kind, why: String) -> (Kind, Guess) {
        let guess = Guess {
            kind: kind.name(),
            column: self.name,
            why,
            missing: self.missing,
            examples: self.examples,
        };
        (kind, guess)
    }

    fn forced(&self, name: KindName) -> Result<Kind, CsvError> {
        Ok(match name {
            KindName::Number => {
                let comma = self.texts > 0 && self.is_comma();
                if let Some((line, text)) = self.first_text.as_ref().filter(|_| !comma) {
                    return Err(self.cell_error(*line, CellProblem::Text(text.clone())));
                }
                self.check_finite()?;
                self.number(comma)
            }
            KindName::Boolean => match (self.boolean(), self.only_bits && self.texts == 0) {
                (Some(kind), _) => kind,
                (None, true) => bits(),
                (None, false) => return Err(self.wrong_kind("a boolean")),
            },
            KindName::Category => Kind::Category {
                values: self.values(),
            },
            KindName::DateTime => match self.date() {
                Some((kind, _)) => kind,
                None => return Err(self.wrong_kind("a date or a time")),
            },
            KindName::Id => Kind::Id,
            KindName::Text => Kind::Text,
        })
    }

    fn inferred(&self) -> Decision {
        let filled = self.cells - self.missing;
        if filled == 0 {
            let value = String::new();
            let why = "every cell is missing".to_owned();
            return Ok((Kind::Constant { value }, why));
        }
        if 2 * (self.numbers + 1) > self.texts {
            self.check_finite()?;
        }
        if self.texts == 0 {
            return Ok(self.numeric());
        }
        if self.is_comma() {
            let why = "every cell is a number with a decimal comma".to_owned();
            return Ok((self.number(true), why));
        }
        if let Some((kind, why)) = self.date() {
            return Ok((kind, why));
        }
        self.check_almost_numbers()?;
        Ok(self.worded())
    }

    fn numeric(&self) -> (Kind, String) {
        let (low, high) = self.range;
        let different = self.seen_numbers.len();
        let all_differ = different.is_none_or(|count| count as u64 == self.cells - self.missing);
        let is_named_id = looks_like_an_id(&self.name) && self.all_whole;
        if self.counts_rows && self.is_unnamed() {
            return (Kind::Id, "has no name and counts the rows".to_owned());
        }
        if low == high && self.missing == 0 && different == Some(1) {
            let value = self.examples.first().cloned().unwrap_or_default();
            return (Kind::Constant { value }, "the same in every row".to_owned());
        }
        if is_named_id && all_differ && self.cells > 1 {
            return (
                Kind::Id,
                "whole numbers, no two alike, and its name".to_owned(),
            );
        }
        if self.loses_digits && self.all_whole {
            let why = "digits that a number would lose";
            return match different {
                Some(count) if count <= FEW_WORDS && !(all_differ && self.cells >= ENOUGH_ROWS) => {
                    let values = self.values();
                    (Kind::Category { values }, format!("{count} values, {why}"))
                }
                _ => (Kind::Id, why.to_owned()),
            };
        }
        if self.only_bits {
            return (bits(), "0 and 1".to_owned());
        }
        let mut why = if self.all_whole {
            "every cell is a whole number".to_owned()
        } else {
            "every cell is a number".to_owned()
        };
        if self.counts_rows && self.cells >= ENOUGH_ROWS {
            why += "; it counts the rows: `--id` would carry it along instead";
        }
        (self.number(false), why)
    }

    fn worded(&self) -> (Kind, String) {
        let filled = self.cells - self.missing;
        let is_id = looks_like_an_id(&self.name);
        let different = match (self.words.len(), self.seen_numbers.len()) {
            (Some(words), Some(numbers)) => words + numbers,
            _ if is_id
                || !self.has_space && self.words.len().is_none_or(|n| n as u64 == filled) =>
            {
                return (
                    Kind::Id,
                    "words without spaces, too many to count".to_owned(),
                );
            }
            _ => {
                return (
                    Kind::Text,
                    format!("more than {MOST_WORDS} different values, or words among numbers"),
                );
            }
        };
        if different == 1 && self.missing == 0 {
            let value = self.examples.first().cloned().unwrap_or_default();
            return (Kind::Constant { value }, "the same in every row".to_owned());
        }
        if let Some(kind) = self.boolean() {
            return (kind, "two words for no and yes".to_owned());
        }
        let all_differ = different as u64 == filled;
        if all_differ && filled > 1 && (is_id || filled >= ENOUGH_ROWS && !self.has_space) {
            return (Kind::Id, "no two cells alike".to_owned());
        }
        let is_prose = self.length > PROSE * self.texts && different > 2;
        let mostly_differ = 2 * different as u64 > filled && filled >= ENOUGH_ROWS;
        if is_prose || different > FEW_WORDS && mostly_differ || all_differ && mostly_differ {
            let why = format!("{different} different values in {filled} cells");
            return (Kind::Text, why);
        }
        let values = self.values();
        (
            Kind::Category { values },
            format!("{different} different values"),
        )
    }

    /// Refuses a column of numbers but for a few cells, which would become a category of
    /// measurements: a line of units, a typing error, separators nobody told us of.
    fn check_almost_numbers(&self) -> Result<(), CsvError> {
        let Some((line, text)) = &self.first_text else {
            return Ok(());
        };
        let filled = self.cells - self.missing;
        let written_otherwise = self.readable == self.texts;
        let few = self.words.len().is_some_and(|words| words <= 3) || 20 * self.texts <= filled;
        let mostly_numbers = 2 * self.numbers >= filled && few;
        // Codes such as `1`, `2`, `A`: few, and the words are no exceptions.
        let coded = self.all_whole
            && 20 * self.texts > filled
            && self
                .seen_numbers
                .len()
                .is_some_and(|n| 2 * n as u64 <= self.numbers);
        if written_otherwise || mostly_numbers && !coded {
            return Err(self.cell_error(*line, CellProblem::Text(text.clone())));
        }
        Ok(())
    }

    fn check_finite(&self) -> Result<(), CsvError> {
        match &self.first_bad {
            Some((line, problem)) => Err(self.cell_error(*line, problem.clone())),
            None => Ok(()),
        }
    }

    fn cell_error(&self, line: u64, problem: CellProblem) -> CsvError {
        CsvError::Cell {
            line,
            column: self.name.clone(),
            problem,
            is_known: false,
        }
    }

    fn wrong_kind(&self, expected: &'static str) -> CsvError {
        let example = self.examples.first().cloned().unwrap_or_default();
        let (line, found) = self.first_text.clone().unwrap_or((1, example));
        self.cell_error(line, CellProblem::Kind { found, expected })
    }

    fn is_comma(&self) -> bool {
        self.may_be_comma
            && !self.has_point
            && self.comma_numbers > 0
            && self.comma_numbers == self.texts
            && self.first_bad.is_none()
    }

    fn number(&self, comma: bool) -> Kind {
        let mut format = if comma {
            // A point is between thousands only where it was seen there.
            NumberFormat {
                thousands: self.shows_point.then_some('.'),
                ..NumberFormat::COMMA
            }
        } else {
            self.format
        };
        let (low, high) = self.range;
        let size = low.abs().max(high.abs());
        if !comma && high > low && high - low < LEAST_SPREAD * size {
            format.origin = low;
        }
        format.whole = !comma && self.all_whole;
        Kind::Number(format)
    }

    fn boolean(&self) -> Option<Kind> {
        if self.numbers > 0 || self.words.len()? > 6 {
            return None;
        }
        let mut words: Vec<String> = self.values();
        words
            .iter_mut()
            .for_each(|word| *word = word.to_lowercase());
        words.sort_unstable();
        words.dedup();
        let is = |pair: &&(&str, &str)| words == [pair.0, pair.1];
        PAIRS.iter().find(is)?;
        // As the file writes them: the first in order of each is kept.
        let written = |word: &str| {
            let mut values = self.values().into_iter();
            values.find(|value| value.eq_ignore_ascii_case(word))
        };
        Some(Kind::Boolean {
            no: written(&words[0])?,
            yes: written(&words[1])?,
        })
    }

    fn date(&self) -> Option<(Kind, String)> {
        let [first, day_first, month_first, alone] = self.dates;
        if self.numbers > 0 || self.texts == 0 || self.first_bad.is_some() {
            return None;
        }
        let place = match (first, day_first, month_first, alone) {
            (true, ..) => 0,
            // `01/02/2024` can be either: the slash is American more often than not.
            (_, true, true, _) if self.separator == b'/' => 2,
            (_, true, ..) => 1,
            (_, _, true, _) => 2,
            (.., true) => 3,
            _ => return None,
        };
        let order = ORDERS[place];
        let why = match order {
            Some(DateOrder::YearMonthDay) => "every cell is a date, year first",
            Some(DateOrder::DayMonthYear) if month_first => {
                "every cell is a date; taken as day, month, year"
            }
            Some(DateOrder::DayMonthYear) => "every cell is a date, day first",
            Some(DateOrder::MonthDayYear) if day_first => {
                "every cell is a date; taken as month, day, year"
            }
            Some(DateOrder::MonthDayYear) => "every cell is a date, month first",
            None => "every cell is a time of day",
        };
        let time = self.has_time;
        Some((Kind::DateTime(DateFormat { order, time }), why.to_owned()))
    }

    /// The different cells, in ascending order: as numbers if all are, else as text.
    fn values(&self) -> Vec<String> {
        let cells = self.words.cells().chain(self.seen_numbers.cells());
        let mut values: Vec<String> = cells
            .map(|cell| String::from_utf8_lossy(cell).into_owned())
            .collect();
        values.sort_unstable();
        let number = |value: &String| value.parse::<f64>().ok();
        if values.iter().all(|value| number(value).is_some()) {
            values.sort_by(|a, b| {
                let (a, b) = (number(a).unwrap_or(0.0), number(b).unwrap_or(0.0));
                a.total_cmp(&b)
            });
        }
        values
    }

    /// Named by its place only.
    fn is_unnamed(&self) -> bool {
        self.name == "column 1"
    }
}

fn bits() -> Kind {
    Kind::Boolean {
        no: "0".to_owned(),
        yes: "1".to_owned(),
    }
}
