//! Spans of time as users write them: `90s`, `10min`, `2h`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(Duration);

/// Units with their seconds; the first spelling is the one written back.
const UNITS: [(&[&str], u64); 4] = [
    (&["d"], 86_400),
    (&["h"], 3600),
    (&["min", "m"], 60),
    (&["s"], 1),
];

impl Span {
    /// Its length.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|c: char| c.is_alphabetic() || c == ' ');
        let unit = text[digits.len()..].trim();
        let known = UNITS.iter().find(|(names, _)| names.contains(&unit));
        let amount = digits.parse::<f64>().ok().filter(|amount| *amount > 0.0);
        match (amount, known) {
            (Some(amount), Some((_, seconds))) => {
                Duration::try_from_secs_f64(amount * *seconds as f64)
                    .map(Self)
                    .map_err(|_| format!("`{text}` is too long"))
            }
            _ => Err(format!(
                "expected a time such as 90s, 10min or 2h, found `{text}`"
            )),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let fits = |unit: u64| self.0.subsec_nanos() == 0 && self.0.as_secs().is_multiple_of(unit);
        match UNITS.iter().find(|(_, unit)| fits(*unit)) {
            Some((names, unit)) => write!(f, "{}{}", self.0.as_secs() / unit, names[0]),
            None => write!(f, "{seconds}s"),
        }
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_back() {
        for (text, seconds, written) in [
            ("90s", 90.0, "90s"),
            ("10min", 600.0, "10min"),
            ("10 m", 600.0, "10min"),
            ("1.5h", 5400.0, "90min"),
            ("0.5s", 0.5, "0.5s"),
            ("2d", 172_800.0, "2d"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.duration().as_secs_f64(), seconds, "{text}");
            assert_eq!(span.to_string(), written);
        }
        for text in ["10", "min", "-1h", "5 weeks", ""] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
