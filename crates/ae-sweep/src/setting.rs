//! Settings by name, and their values as users write them.
//!
//! There is no list of settings here: what exists, and what it can be, is asked of
//! [`Settings`]' own way of reading files.

use crate::SweepError;
use ae_model::Settings;
use serde_json::{Map, Value};

/// What may be swept: a setting of a run (`latent`), or one parameter of a choice
/// (`optimizer.lr`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    key: String,
    parameter: Option<String>,
}

/// Short names of what is swept most.
const SHORT: [(&str, &str); 1] = [("lr", "optimizer.lr")];

impl Setting {
    /// The setting of a name.
    ///
    /// # Errors
    /// A name that no setting has, or that of the seed, which has an axis of its own.
    pub fn named(name: &str) -> Result<Self, SweepError> {
        let long = SHORT.iter().find(|(short, _)| *short == name);
        let name = long.map_or(name, |(_, long)| long);
        let (key, parameter) = match name.split_once('.') {
            Some((key, parameter)) => (key, Some(parameter.to_owned())),
            None => (name, None),
        };
        let known = known();
        if !known.iter().any(|known| known == key) {
            let short = SHORT.iter().map(|(short, _)| (*short).to_owned());
            return Err(SweepError::UnknownSetting {
                name: name.to_owned(),
                known: known.into_iter().chain(short).collect(),
            });
        }
        if key == SEED {
            return Err(SweepError::Plan {
                what: "seed: seeds are an axis of their own".to_owned(),
                hint: "write `--seeds 5`: seeds are counted from `--seed` on".to_owned(),
            });
        }
        Ok(Self {
            key: key.to_owned(),
            parameter,
        })
    }

    /// As users write it.
    pub fn name(&self) -> String {
        match &self.parameter {
            Some(parameter) => format!("{}.{parameter}", self.key),
            None => self.key.clone(),
        }
    }

    /// Whether it is one parameter of a choice.
    pub fn is_parameter(&self) -> bool {
        self.parameter.is_some()
    }

    /// `settings` with this one set.
    ///
    /// # Errors
    /// A value it can't take.
    pub fn set(&self, settings: &Settings, value: &Value) -> Result<Settings, SweepError> {
        let refuse = |reason: String| SweepError::Value {
            setting: self.name(),
            value: text(value),
            reason,
        };
        let mut map = to_map(settings);
        let value = match &self.parameter {
            None => value.clone(),
            Some(parameter) => match map.get(&self.key) {
                Some(Value::String(choice)) => with_parameter(choice, parameter, value).into(),
                _ => return Err(refuse(format!("{} is no choice with parameters", self.key))),
            },
        };
        map.insert(self.key.clone(), value);
        serde_json::from_value(Value::Object(map)).map_err(|error| refuse(error.to_string()))
    }

    /// A value as it is written on a command line: `8`, `relu`, `256,64`, `none`.
    ///
    /// # Errors
    /// A text it can't be.
    pub fn read(&self, text: &str) -> Result<Value, SweepError> {
        let literal = serde_json::from_str(text).ok();
        if self.is_parameter() {
            // Which choice it belongs to is known only when a trial is put together.
            return literal
                .filter(Value::is_number)
                .ok_or_else(|| SweepError::Value {
                    setting: self.name(),
                    value: text.to_owned(),
                    reason: "expected a number".to_owned(),
                });
        }
        let string = Value::from(text);
        let readings = literal.into_iter().chain([string]).chain(list(text));
        let mut first_error = None;
        for value in readings {
            match self.set(&Settings::default(), &value) {
                Ok(_) => return Ok(value),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or_else(|| SweepError::Value {
            setting: self.name(),
            value: text.to_owned(),
            reason: "it can't be read".to_owned(),
        }))
    }

    /// Several values: with commas between them, or with semicolons where values have commas
    /// of their own (`none;128;256,64`).
    ///
    /// # Errors
    /// One that it can't be.
    pub fn read_all(&self, text: &str) -> Result<Vec<Value>, SweepError> {
        let separator = if text.contains(';') { ';' } else { ',' };
        let parts = text
            .split(separator)
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.map(|part| self.read(part)).collect()
    }
}

/// The setting that has an axis of its own.
pub(crate) const SEED: &str = "seed";

/// Those that change what is learnt from: the trials of a sweep share their data.
const OF_THE_DATA: [&str; 2] = ["window", "stride"];

/// Every setting that may be swept, or has an axis of its own.
fn known() -> Vec<String> {
    let mut names = Settings::names();
    names.retain(|name| !OF_THE_DATA.contains(&name.as_str()));
    names
}

/// Widths: `none`, `128`, `256,64`.
fn list(text: &str) -> Option<Value> {
    if text == "none" {
        return Some(Value::Array(Vec::new()));
    }
    let items = text
        .split(',')
        .map(|item| serde_json::from_str(item.trim()).ok());
    items.collect::<Option<Vec<Value>>>().map(Value::Array)
}

/// `adam:beta1=0.8` with another `lr`.
fn with_parameter(choice: &str, parameter: &str, value: &Value) -> String {
    let (name, parameters) = choice.split_once(':').unwrap_or((choice, ""));
    let kept = parameters.split(',').filter(|part| {
        let key = part.split_once('=').map_or("", |(key, _)| key);
        !part.is_empty() && key != parameter
    });
    let mut parts: Vec<String> = kept.map(str::to_owned).collect();
    parts.push(format!("{parameter}={value}"));
    format!("{name}:{}", parts.join(","))
}

/// Settings by key. Through text, in which a single-precision 0.1 is written as 0.1.
pub(crate) fn to_map(settings: &Settings) -> Map<String, Value> {
    let text = serde_json::to_string(settings).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// A value as users write it: `relu`, `256,64`, `none`.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(name: &str, text: &str) -> Value {
        Setting::named(name).unwrap().read(text).unwrap()
    }

    #[test]
    fn texts_become_what_the_setting_takes() {
        assert_eq!(read("latent", "8"), json!(8));
        assert_eq!(read("activation", "relu"), json!("relu"));
        assert_eq!(read("hidden", "128"), json!([128]));
        assert_eq!(read("hidden", "none"), json!([]));
        assert_eq!(read("norm", "none"), json!("none"));
        assert_eq!(read("decoder-hidden", "64,32"), json!([64, 32]));
        assert_eq!(read("dropout", "0"), json!(0));
        assert_eq!(read("validate-on-test", "true"), json!(true));
        assert_eq!(read("top-k", "8"), json!(8));
        assert_eq!(read("tied", "true"), json!(true));
        assert_eq!(read("contractive", "0.1"), json!(0.1));
        assert_eq!(read("sparsity", "l1:weight=0.1"), json!("l1:weight=0.1"));
        assert_eq!(read("auxiliary", "0"), json!(0));
        assert_eq!(read("dead-after", "1000"), json!(1000));
        let hidden = Setting::named("hidden").unwrap();
        let all = hidden.read_all("none; 128; 256,64").unwrap();
        assert_eq!(all, [json!([]), json!([128]), json!([256, 64])]);
        assert_eq!(
            hidden.read_all("32,64").unwrap(),
            [json!([32]), json!([64])]
        );
    }

    #[test]
    fn parameters_are_put_into_their_choice() {
        let rate = Setting::named("lr").unwrap();
        assert_eq!(rate.name(), "optimizer.lr");
        let settings = Settings {
            optimizer: "adam:beta1=0.8,lr=0.1".parse().unwrap(),
            ..Settings::default()
        };
        let set = rate.set(&settings, &json!(0.002)).unwrap();
        assert_eq!(set.optimizer.to_string(), "adam:lr=0.002,beta1=0.8");
        let bad = Setting::named("optimizer.speed").unwrap();
        let error = bad.set(&settings, &json!(1)).unwrap_err();
        assert!(
            error.to_string().contains("unknown parameter `speed`"),
            "{error}"
        );
        assert!(
            Setting::named("latent.x")
                .unwrap()
                .set(&settings, &json!(1))
                .is_err()
        );
    }

    #[test]
    fn what_there_is_not_is_refused() {
        let error = Setting::named("latnet").unwrap_err();
        assert_eq!(error.hint().unwrap(), "did you mean `latent`?");
        let error = Setting::named("activation")
            .unwrap()
            .read("rleu")
            .unwrap_err();
        assert!(error.to_string().contains("did you mean `relu`"), "{error}");
        assert!(Setting::named("latent").unwrap().read("many").is_err());
        assert!(Setting::named("seed").is_err());
    }
}
