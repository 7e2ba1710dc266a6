//! Numbers as people read them: three significant digits, thousands set off by commas.

/// Significant digits shown.
const DIGITS: i32 = 3;

/// `value` with three significant digits: `0.0913`, `12.5`, `12,346`, `1.23e-5`.
pub fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return not_finite(value).to_owned();
    }
    // Rounded first: 0.9996 has the magnitude of 1.00.
    let rounded = format!("{value:.*e}", DIGITS as usize - 1);
    let magnitude: i32 = rounded
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    match magnitude {
        ..=-5 | 7.. => rounded,
        3.. => grouped(value),
        _ => format!("{value:.*}", (DIGITS - 1 - magnitude).max(0) as usize),
    }
}

/// `value` to a hundredth of the `spread` of its like: 2,010 and 2,012 are told apart where
/// all values are near 2,011. With three significant digits where there is no spread.
pub fn within(value: f64, spread: f64) -> String {
    let decimals = 2.0 - spread.log10().floor();
    if !value.is_finite() || !decimals.is_finite() || value == 0.0 {
        return significant(value);
    }
    if decimals > 4.0 || value.abs() >= 1e7 {
        // Rows are in single precision: seven digits at most.
        let digits = (value.abs().log10().floor() + decimals).clamp(2.0, 6.0) as usize;
        return format!("{value:.digits$e}");
    }
    let decimals = decimals.max(0.0) as usize;
    let text = match decimals {
        0 => grouped(value),
        _ => format!("{value:.decimals$}"),
    };
    // A value rounded to 0 has no sign.
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|letter| "0.".contains(letter)) => zero.to_owned(),
        _ => text,
    }
}

/// A count: `60,000`.
pub fn count(value: usize) -> String {
    grouped(value as f64)
}

/// `one` or `many` behind its number: `1 row`, `10,000 rows`.
pub fn counted(value: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A share of 1: `93.2 %`. Close to 1 it keeps the digits that tell it from 100 %.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return not_finite(share).to_owned();
    }
    let decimals = match share.abs() {
        0.0 | 1.0 => 0,
        ..0.0995 => 2,
        0.9995..1.0 => 3,
        0.995..1.0 => 2,
        0.9995.. => 0,
        _ => 1,
    };
    format!("{:.decimals$}\u{a0}%", 100.0 * share)
}

fn not_finite(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "not a number",
        _ if value > 0.0 => "infinite",
        _ => "-infinite",
    }
}

/// Rounded to a whole number, in groups of three digits.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_whatever_the_size() {
        for (value, text) in [
            (0.0, "0"),
            (0.0913, "0.0913"),
            (0.09, "0.0900"),
            (0.99951, "1.00"),
            (-0.5, "-0.500"),
            (12.345, "12.3"),
            (999.6, "1,000"),
            (12_345.6, "12,346"),
            (1.2345e7, "1.23e7"),
            (0.000_123_4, "0.000123"),
            (0.000_012_34, "1.23e-5"),
            (f64::NAN, "not a number"),
            (f64::NEG_INFINITY, "-infinite"),
        ] {
            assert_eq!(significant(value), text);
        }
    }

    #[test]
    fn digits_follow_the_spread() {
        for (value, spread, text) in [
            (2010.26, 3.0, "2010.26"),
            (463.4, 110.0, "463"),
            (46_340.7, 2e4, "46,341"),
            (0.0012, 1.0, "0.00"),
            (-0.0012, 1.0, "0.00"),
            (-0.4, 500.0, "0"),
            (-0.000_361_2, 0.0007, "-3.61e-4"),
            (0.1366, 0.0, "0.137"),
            (3.2e9, 1.0, "3.200000e9"),
            (3.014e8, 1e6, "3.0140e8"),
            (0.123_456, 1e-5, "1.234560e-1"),
            (0.0, 1e-5, "0"),
            (0.0, 1.0, "0"),
            (f64::NAN, 1.0, "not a number"),
            (0.5, f64::NAN, "0.500"),
        ] {
            assert_eq!(within(value, spread), text, "{value} {spread}");
        }
    }

    #[test]
    fn shares_never_round_up_to_everything() {
        for (share, text) in [
            (0.0, "0\u{a0}%"),
            (0.0512, "5.12\u{a0}%"),
            (0.932, "93.2\u{a0}%"),
            (0.9971, "99.71\u{a0}%"),
            (0.99993, "99.993\u{a0}%"),
            (1.0, "100\u{a0}%"),
            (-0.25, "-25.0\u{a0}%"),
            (2.5, "250\u{a0}%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn counts_in_groups() {
        assert_eq!(count(7), "7");
        assert_eq!(count(60_000), "60,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(1000, "row", "rows"), "1,000 rows");
    }
}
