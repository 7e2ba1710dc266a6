//! What a setting is drawn from.

use crate::{Setting, SweepError};
use ae_model::Settings;
use serde_json::{Number, Value};

/// The values that a drawn setting may take.
#[derive(Debug, Clone, PartialEq)]
pub enum Spread {
    /// Numbers, evenly or evenly by their ratio.
    Between {
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
        /// Whether equal ratios, not equal differences, are equally likely.
        logarithmic: bool,
        /// Whether they are whole.
        whole: bool,
    },
    /// Any of these.
    Among(Vec<Value>),
}

/// Digits of a drawn number: enough to search with, few enough to read.
const DIGITS: usize = 4;

impl Spread {
    /// As it is written on a command line: `0..0.5`, `log:1e-4..1e-2`, `relu,gelu`. Numbers
    /// are whole where the setting takes no others.
    ///
    /// # Errors
    /// A text that is none of these, or values that the setting can't take.
    pub fn read(setting: &Setting, text: &str) -> Result<Self, SweepError> {
        let refuse = |reason: &str| SweepError::Range {
            setting: setting.name(),
            text: text.to_owned(),
            reason: reason.to_owned(),
        };
        let (logarithmic, range) = match text.strip_prefix("log:") {
            Some(range) => (true, range),
            None => (false, text),
        };
        let Some((low, high)) = range.split_once("..") else {
            let values = setting.read_all(text)?;
            return if values.is_empty() || logarithmic {
                Err(refuse("expected LOW..HIGH"))
            } else {
                Ok(Self::Among(values))
            };
        };
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        let (Some(low), Some(high)) = (number(low), number(high)) else {
            return Err(refuse("expected two numbers"));
        };
        if low >= high {
            return Err(refuse("the first number must be the smaller one"));
        }
        if logarithmic && low <= 0.0 {
            return Err(refuse("a logarithmic range must lie above 0"));
        }
        let whole = takes_whole_only(setting, low, high);
        if whole && (low.fract() != 0.0 || high.fract() != 0.0 || low < 0.0) {
            return Err(refuse("expected whole numbers"));
        }
        let spread = Self::Between {
            low,
            high,
            logarithmic,
            whole,
        };
        if !setting.is_parameter() {
            for share in [0.0, 1.0] {
                setting.set(&Settings::default(), &spread.at(share))?;
            }
        }
        Ok(spread)
    }

    /// The value at a share from 0 to 1 of the way.
    pub fn at(&self, share: f64) -> Value {
        match self {
            Self::Among(values) => {
                let index = (share * values.len() as f64) as usize;
                let value = values.get(index).or(values.last());
                value.cloned().unwrap_or(Value::Null)
            }
            Self::Between {
                low,
                high,
                logarithmic,
                whole,
            } => {
                // Each whole number has an interval of its own that begins at it.
                let end = if *whole { high + 1.0 } else { *high };
                let value = if *logarithmic {
                    (low.ln() + share * (end.ln() - low.ln())).exp()
                } else {
                    low + share * (end - low)
                };
                if *whole {
                    // Rounding must not push a number below its own interval.
                    return Value::from((value + 1e-9).floor().clamp(*low, *high) as u64);
                }
                let value = rounded(value).clamp(*low, *high);
                Number::from_f64(value).map_or(Value::Null, Value::Number)
            }
        }
    }
}

fn rounded(value: f64) -> f64 {
    let text = format!("{value:.*e}", DIGITS - 1);
    text.parse().unwrap_or(value)
}

/// Whether the setting refuses a number between the two because it isn't whole.
fn takes_whole_only(setting: &Setting, low: f64, high: f64) -> bool {
    let middle = f64::midpoint(low, high).floor() + 0.5;
    !setting.is_parameter() && setting.set(&Settings::default(), &middle.into()).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spread(name: &str, text: &str) -> Spread {
        Spread::read(&Setting::named(name).unwrap(), text).unwrap()
    }

    #[test]
    fn ranges_are_covered_from_end_to_end() {
        let rate = spread("lr", "log:1e-4..1e-2");
        let at = |share| rate.at(share).as_f64().unwrap();
        assert_eq!((at(0.0), at(0.5), at(1.0)), (1e-4, 1e-3, 1e-2));
        let dropout = spread("dropout", "0..0.5");
        assert_eq!(dropout.at(0.123_456), json!(0.06173));
    }

    #[test]
    fn whole_settings_get_whole_numbers_equally_often() {
        let latent = spread("latent", "2..5");
        let drawn: Vec<Value> = (0..8)
            .map(|i| latent.at((f64::from(i) + 0.5) / 8.0))
            .collect();
        let expected = [2, 2, 3, 3, 4, 4, 5, 5].map(|n: u64| json!(n));
        assert_eq!(drawn, expected);
        let latent = spread("latent", "log:2..128");
        assert_eq!(
            [0.0, 1.0].map(|share| latent.at(share)),
            [json!(2), json!(128)]
        );
    }

    #[test]
    fn lists_give_each_value_its_share() {
        let activation = spread("activation", "relu,gelu");
        assert_eq!(activation.at(0.49), json!("relu"));
        assert_eq!(activation.at(0.5), json!("gelu"));
        assert_eq!(activation.at(1.0), json!("gelu"));
    }

    #[test]
    fn ranges_that_make_no_sense_are_refused() {
        for (name, text) in [
            ("lr", "1..1"),
            ("lr", "log:0..1"),
            ("lr", "a..b"),
            ("latent", "1.5..3"),
            ("activation", "0..1"),
            ("lr", "log:1e-3"),
        ] {
            let setting = Setting::named(name).unwrap();
            assert!(Spread::read(&setting, text).is_err(), "{name}={text}");
        }
    }
}
