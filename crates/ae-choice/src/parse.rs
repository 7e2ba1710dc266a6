use crate::{ChoiceError, Entry};

/// Reads `name`, `name:value,value` or `name:key=value,…` against a catalogue.
///
/// Names and keys may be written in either case and with `_` for `-`. Bare values fill the
/// parameters in order; what isn't given keeps its default.
///
/// Returns the entry's index and one value a parameter.
///
/// # Errors
/// An unknown name or key, a value that is no number, out of range, given twice or too many.
pub fn parse(
    kind: &'static str,
    catalogue: &[Entry],
    text: &str,
) -> Result<(usize, Vec<f64>), ChoiceError> {
    let (name, arguments) = match text.split_once(':') {
        Some((name, arguments)) => (name.trim(), arguments.trim()),
        None => (text.trim(), ""),
    };
    let wanted = normalise(name);
    let index = catalogue
        .iter()
        .position(|entry| entry.name == wanted)
        .ok_or_else(|| ChoiceError::unknown_name(kind, name, catalogue))?;
    let values = parse_arguments(kind, &catalogue[index], arguments)?;
    Ok((index, values))
}

fn parse_arguments(
    kind: &'static str,
    entry: &Entry,
    arguments: &str,
) -> Result<Vec<f64>, ChoiceError> {
    let mut values: Vec<Option<f64>> = vec![None; entry.parameters.len()];
    let parts = arguments
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    for (position, part) in parts.enumerate() {
        let (slot, text) = match part.split_once('=') {
            Some((key, text)) => (find_key(kind, entry, key.trim())?, text.trim()),
            None if position < values.len() => (position, part),
            None => {
                return Err(ChoiceError::TooManyValues {
                    kind,
                    name: entry.name,
                    takes: values.len(),
                    found: part.to_owned(),
                });
            }
        };
        let key = entry.parameters[slot].key;
        let value = check(kind, entry, slot, text)?;
        if values[slot].replace(value).is_some() {
            let name = entry.name;
            return Err(ChoiceError::GivenTwice { kind, name, key });
        }
    }
    let with_defaults = values.iter().zip(entry.parameters);
    Ok(with_defaults
        .map(|(value, parameter)| value.unwrap_or(parameter.default))
        .collect())
}

fn find_key(kind: &'static str, entry: &Entry, key: &str) -> Result<usize, ChoiceError> {
    let wanted = normalise(key);
    let position = entry.parameters.iter().position(|p| p.key == wanted);
    position.ok_or_else(|| ChoiceError::UnknownParameter {
        kind,
        name: entry.name,
        found: key.to_owned(),
        known: entry.parameters.iter().map(|p| p.key).collect(),
    })
}

fn check(kind: &'static str, entry: &Entry, slot: usize, text: &str) -> Result<f64, ChoiceError> {
    let parameter = &entry.parameters[slot];
    let (name, key) = (entry.name, parameter.key);
    let found: f64 = text.parse().map_err(|_| ChoiceError::NotANumber {
        kind,
        name,
        key,
        found: text.to_owned(),
    })?;
    // What will be kept is the nearest `f32`: that is what must be in the range, or a value
    // could be accepted that can't be read back.
    let kept = crate::parameter::shortest(found as f32);
    if parameter.range.contains(found) && parameter.range.contains(kept) {
        Ok(kept)
    } else {
        let range = parameter.range;
        Err(ChoiceError::OutOfRange {
            kind,
            name,
            key,
            range,
            found,
        })
    }
}

/// Writes a choice as [`parse`] reads it: parameters at their default are left out unless
/// `all` is asked for.
pub fn write(entry: &Entry, values: &[f64], all: bool) -> String {
    let parts: Vec<String> = entry
        .parameters
        .iter()
        .zip(values)
        .filter(|(parameter, value)| all || parameter.default != **value)
        .map(|(parameter, value)| format!("{}={value}", parameter.key))
        .collect();
    if parts.is_empty() {
        entry.name.to_owned()
    } else {
        format!("{}:{}", entry.name, parts.join(","))
    }
}

fn normalise(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}
