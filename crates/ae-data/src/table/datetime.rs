use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// How a column writes points in time. Times with an offset are taken to UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DateFormat {
    /// The order of year, month and day; `None` for times of day alone.
    pub order: Option<DateOrder>,
    /// Whether any cell has a time of day.
    pub time: bool,
}

/// The order of a date's parts. A year comes first with four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 2024-01-31
    YearMonthDay,
    /// 31.01.2024
    DayMonthYear,
    /// 01/31/2024
    MonthDayYear,
}

pub(crate) const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// A point in time: days since 1970-01-01, and seconds since midnight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) day: i64,
    pub(crate) second: f64,
    /// Whether the time of day was written.
    pub(crate) timed: bool,
}

impl DateFormat {
    /// Reads a trimmed cell.
    pub(crate) fn parse(&self, cell: &[u8]) -> Option<Moment> {
        let Some(order) = self.order else {
            let (second, rest) = time(cell)?;
            return rest.is_empty().then_some(Moment {
                day: 0,
                second,
                timed: true,
            });
        };
        let (day, rest) = date(cell, order)?;
        let rest = match rest {
            [] => {
                return Some(Moment {
                    day,
                    second: 0.0,
                    timed: false,
                });
            }
            [b'T' | b't' | b' ', rest @ ..] => rest.trim_ascii_start(),
            _ => return None,
        };
        let (second, rest) = time(rest)?;
        let second = second - offset(rest.trim_ascii_start())?;
        let days = (second / SECONDS_OF_A_DAY).floor();
        Some(Moment {
            day: day + days as i64,
            second: second - days * SECONDS_OF_A_DAY,
            timed: true,
        })
    }

    /// A point in time in ISO 8601: `2024-01-31`, `2024-01-31 09:30:00`, `09:30:00`.
    pub(crate) fn text(&self, day: f64, second: f64) -> String {
        let mut second = second.round();
        let mut day = day.round();
        if !(0.0..SECONDS_OF_A_DAY).contains(&second) {
            day += (second / SECONDS_OF_A_DAY).floor();
            second = second.rem_euclid(SECONDS_OF_A_DAY);
        }
        let mut text = String::new();
        if self.order.is_some() {
            let (year, month, day) = civil_from_days(day as i64);
            let _ = write!(text, "{year:04}-{month:02}-{day:02}");
        }
        if self.time {
            let second = second as i64;
            let separator = if text.is_empty() { "" } else { " " };
            let (hours, minutes) = (second / 3600, second / 60 % 60);
            let _ = write!(
                text,
                "{separator}{hours:02}:{minutes:02}:{:02}",
                second % 60
            );
        }
        text
    }
}

/// A number of `least` to `most` digits at the start.
fn digits(text: &[u8], least: usize, most: usize) -> Option<(i64, usize, &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count < least || count > most {
        return None;
    }
    let (number, rest) = text.split_at(count);
    let add = |sum: i64, digit: &u8| sum * 10 + i64::from(digit - b'0');
    Some((number.iter().fold(0, add), count, rest))
}

fn date(text: &[u8], order: DateOrder) -> Option<(i64, &[u8])> {
    let (first, first_length, rest) = digits(text, 1, 4)?;
    let (separator, rest) = rest.split_first()?;
    if !b"-/.".contains(separator) {
        return None;
    }
    let (second, _, rest) = digits(rest, 1, 2)?;
    let (again, rest) = rest.split_first()?;
    if again != separator {
        return None;
    }
    let (third, third_length, rest) = digits(rest, 1, 4)?;
    let (year, month, day) = match order {
        DateOrder::YearMonthDay if first_length == 4 && third_length <= 2 => (first, second, third),
        DateOrder::DayMonthYear if first_length <= 2 => {
            (full_year(third, third_length)?, second, first)
        }
        DateOrder::MonthDayYear if first_length <= 2 => {
            (full_year(third, third_length)?, first, second)
        }
        _ => return None,
    };
    let is_day = (1..=12).contains(&month) && day >= 1 && day <= days_of_month(year, month);
    is_day.then(|| (days_from_civil(year, month, day), rest))
}

/// Two digits are a year from 1970 to 2069 (POSIX has 1969 to 2068; one rule is as good).
fn full_year(year: i64, length: usize) -> Option<i64> {
    match length {
        4 => Some(year),
        2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fff`.
fn time(text: &[u8]) -> Option<(f64, &[u8])> {
    let (hours, _, rest) = digits(text, 1, 2)?;
    let rest = rest.strip_prefix(b":")?;
    let (minutes, _, mut rest) = digits(rest, 2, 2)?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let mut seconds = (hours * 3600 + minutes * 60) as f64;
    if let Some(after) = rest.strip_prefix(b":") {
        let (whole, _, after) = digits(after, 2, 2)?;
        if whole > 60 {
            return None;
        }
        seconds += whole as f64;
        rest = after;
        if let [b'.' | b',', after @ ..] = rest {
            let (fraction, length, after) = digits(after, 1, 12)?;
            seconds += fraction as f64 / 10f64.powi(length as i32);
            rest = after;
        }
    }
    Some((seconds, rest))
}

/// Seconds that `Z`, `+02:00`, `+0200` or `+02` is ahead of UTC; 0 for nothing.
fn offset(text: &[u8]) -> Option<f64> {
    let (sign, rest) = match text {
        [] | [b'Z' | b'z'] => return Some(0.0),
        [b'+', rest @ ..] => (1.0, rest),
        [b'-', rest @ ..] => (-1.0, rest),
        _ => return None,
    };
    let hours = digits(rest.get(..2)?, 2, 2)?.0;
    let minutes = match &rest[2..] {
        [] => 0,
        [b':', minutes @ ..] | minutes => {
            let (minutes, _, after) = digits(minutes, 2, 2)?;
            if !after.is_empty() {
                return None;
            }
            minutes
        }
    };
    Some(sign * (hours * 3600 + minutes * 60) as f64)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar: whole 400-year eras of 146,097
/// days, years that begin in March (so that a leap day ends one), and the usual polynomial for
/// the days before a month.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - DAYS_TO_1970
}

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// Year, month and day of a day since 1970-01-01.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_five_centuries_comes_back() {
        for day in -100_000..100_000 {
            let (year, month, of_month) = civil_from_days(day);
            assert_eq!(days_from_civil(year, month, of_month), day);
        }
        assert_eq!(civil_from_days(0), (1970, 1, 1));
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
    }

    #[test]
    fn the_usual_ways_to_write_a_moment() {
        let read = |order, text: &str| {
            let format = DateFormat { order, time: true };
            let moment = format.parse(text.as_bytes())?;
            Some(format.text(moment.day as f64, moment.second))
        };
        use DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};
        for (order, text, expected) in [
            (Some(YearMonthDay), "2024-02-29", "2024-02-29 00:00:00"),
            (
                Some(YearMonthDay),
                "2024-01-05 10:00",
                "2024-01-05 10:00:00",
            ),
            (
                Some(YearMonthDay),
                "2024-01-05T23:30:01.250Z",
                "2024-01-05 23:30:01",
            ),
            (
                Some(YearMonthDay),
                "2024-01-01T00:30:00+02:00",
                "2023-12-31 22:30:00",
            ),
            (Some(DayMonthYear), "31.01.2024", "2024-01-31 00:00:00"),
            (Some(MonthDayYear), "1/31/24", "2024-01-31 00:00:00"),
            (None, "9:05", "09:05:00"),
        ] {
            assert_eq!(read(order, text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-1",
            "1.5",
            "2024-01-05 25:00",
        ] {
            assert_eq!(read(Some(YearMonthDay), text), None, "{text}");
        }
    }
}
