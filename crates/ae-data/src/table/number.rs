use serde::{Deserialize, Serialize};

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct NumberFormat {
    /// Before the decimals: `.` or `,`.
    pub decimal: char,
    /// Between groups of three digits, if anything.
    pub thousands: Option<char>,
    /// What is taken off each number before it is kept as `f32`: 0, but for columns whose
    /// spread `f32` couldn't hold (10⁹ and a little).
    #[serde(skip_serializing_if = "is_zero")]
    pub origin: f64,
    /// Whether every number of the column is whole, with a decimal point or none: then what is
    /// made up for it should be.
    #[serde(skip_serializing_if = "is_false")]
    pub whole: bool,
}

fn is_false(whole: &bool) -> bool {
    !whole
}

fn is_zero(origin: &f64) -> bool {
    *origin == 0.0
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self {
            decimal: '.',
            thousands: None,
            origin: 0.0,
            whole: false,
        }
    }
}

/// What a cell is that should be a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Parsed {
    /// A finite number that `f32` holds.
    Number(f64),
    /// Infinity, by name.
    Infinite,
    /// A finite number beyond 3.4 × 10³⁸.
    TooLarge,
    /// Something else.
    Text,
}

/// Spaces at which no line is broken: what typesetters put between thousands.
const NARROW: [char; 2] = ['\u{a0}', '\u{202f}'];

fn as_space(letter: char) -> char {
    if NARROW.contains(&letter) {
        ' '
    } else {
        letter
    }
}

/// Whether this is a number with something around it: a currency sign, a percent sign, brackets.
pub(crate) fn is_dressed(text: &str) -> bool {
    let signs = |letter: char| letter.is_whitespace() || "$€£¥₹%".contains(letter);
    let inner = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let (sign, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (1, rest),
        None => (0, inner.unwrap_or(text)),
    };
    let number = rest.trim_matches(signs);
    let is_number =
        |format: &NumberFormat| matches!(format.parse(number.as_bytes()), Parsed::Number(_));
    number.len() + sign < text.len() && WRITTEN.iter().any(is_number)
}

/// Ways of writing numbers that are not guessed, but known when they are seen.
pub(crate) const WRITTEN: [NumberFormat; 7] = [
    written('.', None),
    written('.', Some(',')),
    written('.', Some('\'')),
    written('.', Some(' ')),
    NumberFormat::COMMA,
    written(',', Some('\'')),
    written(',', Some(' ')),
];

const fn written(decimal: char, thousands: Option<char>) -> NumberFormat {
    NumberFormat {
        decimal,
        thousands,
        origin: 0.0,
        whole: false,
    }
}

/// Room for a number without its separators; longer cells are no numbers.
const LONGEST: usize = 64;

impl NumberFormat {
    /// Decimal comma, points between the thousands.
    pub(crate) const COMMA: Self = Self {
        decimal: ',',
        thousands: Some('.'),
        origin: 0.0,
        whole: false,
    };

    /// Reads a trimmed cell.
    pub(crate) fn parse(&self, cell: &[u8]) -> Parsed {
        if self.decimal == '.' && self.thousands.is_none() {
            return parse_plain(cell);
        }
        let mut plain = [0; LONGEST];
        match self.plain(cell, &mut plain) {
            Some(length) => parse_plain(&plain[..length]),
            None => parse_infinity(cell),
        }
    }

    /// The cell as the number is kept: less the origin.
    pub(crate) fn parse_kept(&self, cell: &[u8]) -> Result<f32, Parsed> {
        // Nearly always: a plain number, rounded once, from its decimals.
        if self.decimal == '.' && self.thousands.is_none() && self.origin == 0.0 {
            let any = || str::from_utf8(cell).ok()?.parse().ok();
            if let Some(number) = parse_short(cell).or_else(any)
                && f32::is_finite(number)
            {
                return Ok(number);
            }
        }
        match self.parse(cell) {
            Parsed::Number(number) => Ok((number - self.origin) as f32),
            other => Err(other),
        }
    }

    /// Copies the cell with a point for the decimal mark and nothing between the thousands;
    /// `None` where separators stand at other places than between groups of three digits.
    fn plain(&self, cell: &[u8], out: &mut [u8; LONGEST]) -> Option<usize> {
        let text = str::from_utf8(cell).ok()?;
        let (mut length, mut digits, mut grouped, mut decimals) = (0, 0, false, false);
        let mut push = |byte: u8| {
            let place = out.get_mut(length)?;
            *place = byte;
            length += 1;
            Some(())
        };
        for letter in text.chars() {
            // A space that keeps a line together is a space.
            let letter = as_space(letter);
            if Some(letter) == self.thousands.map(as_space) && !decimals {
                // 1 to 3 digits before the first separator, 3 between two.
                if digits == 0 || digits > 3 || (grouped && digits != 3) {
                    return None;
                }
                (grouped, digits) = (true, 0);
            } else if letter == self.decimal && !decimals {
                if grouped && digits != 3 {
                    return None;
                }
                decimals = true;
                push(b'.')?;
            } else {
                digits += usize::from(letter.is_ascii_digit());
                if letter == '.' || letter == ',' || !letter.is_ascii() {
                    return None;
                }
                push(letter as u8)?;
            }
        }
        if grouped && !decimals && digits != 3 {
            return None;
        }
        Some(length)
    }
}

/// A number of up to seven digits without an exponent, as most are. Its digits as a whole number
/// and the power of ten are exact in single precision, so that their quotient is rounded once and
/// correctly (Clinger 1990, "How to Read Floating Point Numbers Accurately"), as the standard
/// library does it, without a look at its UTF-8.
fn parse_short(cell: &[u8]) -> Option<f32> {
    const POWERS: [f32; 8] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
    let (sign, text) = match cell {
        [b'-', text @ ..] => (-1.0, text),
        text => (1.0, text),
    };
    if text.len() > POWERS.len() {
        return None;
    }
    let (mut whole, mut digits, mut point) = (0, 0, None);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                whole = 10 * whole + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if point.is_none() => point = Some(digits),
            _ => return None,
        }
    }
    let decimals = digits - point.unwrap_or(digits);
    (1..POWERS.len())
        .contains(&digits)
        .then(|| sign * whole as f32 / POWERS[decimals])
}

fn parse_plain(cell: &[u8]) -> Parsed {
    let first = cell.iter().find(|byte| !b"+-".contains(byte));
    if !first.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return parse_infinity(cell);
    }
    let text = str::from_utf8(cell).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(number) if (number as f32).is_finite() => Parsed::Number(number),
        Ok(_) => Parsed::TooLarge,
        Err(_) => Parsed::Text,
    }
}

fn parse_infinity(cell: &[u8]) -> Parsed {
    let name = match cell {
        [b'+' | b'-', name @ ..] => name,
        name => name,
    };
    let is = |word: &[u8]| name.eq_ignore_ascii_case(word);
    if is(b"inf") || is(b"infinity") || name == "∞".as_bytes() {
        Parsed::Infinite
    } else {
        Parsed::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn short_numbers_are_what_the_standard_library_reads(
            text in "-?[0-9]{0,5}\\.?[0-9]{0,5}",
        ) {
            let expected = text.parse::<f32>().ok();
            let found = parse_short(text.as_bytes());
            if text.bytes().filter(u8::is_ascii_digit).count() <= 7 {
                prop_assert_eq!(found.map(f32::to_bits), expected.map(f32::to_bits));
            } else {
                prop_assert_eq!(found, None);
            }
        }
    }

    #[test]
    fn spaces_between_thousands_are_all_alike() {
        for thousands in [' ', '\u{a0}', '\u{202f}'] {
            let format = written(',', Some(thousands));
            for text in ["1 234,5", "1\u{a0}234,5", "1\u{202f}234,5"] {
                assert_eq!(
                    format.parse(text.as_bytes()),
                    Parsed::Number(1234.5),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn numbers_in_dress_are_known() {
        for text in [
            "$10.50",
            "10 €",
            "-£3",
            "20%",
            "(5)",
            "($1,234.50)",
            "1.234,5 %",
        ] {
            assert!(is_dressed(text), "{text}");
        }
        for text in [
            "10", "-3", "1,234", "()", "$", "%", "A5%", "5kg", "(a)", "12/3", "",
        ] {
            assert!(!is_dressed(text), "{text}");
        }
    }

    #[test]
    fn separators_stand_between_groups_of_three() {
        let comma = NumberFormat::COMMA;
        let point = NumberFormat {
            thousands: Some(','),
            ..NumberFormat::default()
        };
        for (format, cell, expected) in [
            (comma, "1.234,56", Parsed::Number(1234.56)),
            (comma, "1.234", Parsed::Number(1234.0)),
            (comma, "0,5", Parsed::Number(0.5)),
            (comma, "-1.234.567", Parsed::Number(-1_234_567.0)),
            (comma, "12.34", Parsed::Text),
            (comma, "1.23,4", Parsed::Text),
            (comma, "1,2,3", Parsed::Text),
            (point, "1,234", Parsed::Number(1234.0)),
            (point, "12,000.5", Parsed::Number(12000.5)),
            (point, "1,23", Parsed::Text),
            (point, ",123", Parsed::Text),
            (point, "1e400", Parsed::TooLarge),
            (point, "-inf", Parsed::Infinite),
            (NumberFormat::default(), "1,234", Parsed::Text),
            (NumberFormat::default(), "+1.5e-3", Parsed::Number(0.0015)),
            (NumberFormat::default(), "1e39", Parsed::TooLarge),
        ] {
            assert_eq!(format.parse(cell.as_bytes()), expected, "{cell}");
        }
    }
}
