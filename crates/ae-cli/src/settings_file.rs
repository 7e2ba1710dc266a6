//! Settings in TOML: recipes, `--settings FILE`, and the `settings.toml` of a run's folder.

use crate::data_options::SourceArguments;
use crate::failure::Failure;
use ae_model::Settings;
use serde::Deserialize;
use std::path::Path;

/// What to train on and how: a recipe, or a run to repeat.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunSettings {
    /// Name or path of the data.
    pub data: Option<String>,
    /// How it is read.
    pub source: SourceArguments,
    /// A file of weights to begin with, in place of drawn ones.
    pub initial_weights: Option<String>,
    /// How to train.
    pub settings: Settings,
}

/// The keys besides those of [`Settings`].
const DATA: &str = "data";
const SOURCE: &str = "source";
const INITIAL_WEIGHTS: &str = "initial-weights";

impl RunSettings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::Error::from(error).context(place.clone()))?;
        Self::parse(&text, &place)
    }

    /// Reads settings. `place` names the file in errors.
    pub fn parse(text: &str, place: &str) -> anyhow::Result<Self> {
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| Failure::usage(format!("{place}: {error}"), None))?;
        Self::from_table(table, place)
    }

    /// The same, once it is a table.
    pub fn from_table(mut table: toml::Table, place: &str) -> anyhow::Result<Self> {
        let data = take_text(&mut table, DATA, place)?;
        let initial_weights = take_text(&mut table, INITIAL_WEIGHTS, place)?;
        let source = match table.remove(SOURCE) {
            None => SourceArguments::default(),
            Some(value) => read(value, &format!("{place}: source"), &[])?,
        };
        let known = Settings::names();
        let settings = read(toml::Value::Table(table), place, &known)?;
        Ok(Self {
            data,
            source,
            initial_weights,
            settings,
        })
    }

    /// As TOML that [`parse`](Self::parse) reads back.
    pub fn to_toml(&self) -> anyhow::Result<String> {
        Ok(toml::to_string(&self.to_table()?)?)
    }

    /// The same, before it is text.
    pub fn to_table(&self) -> anyhow::Result<toml::Table> {
        let mut table = toml::Table::new();
        for (key, text) in [(DATA, &self.data), (INITIAL_WEIGHTS, &self.initial_weights)] {
            if let Some(text) = text {
                table.insert(key.to_owned(), text.clone().into());
            }
        }
        table.extend(toml::Table::try_from(&self.settings)?);
        let source = toml::Table::try_from(&self.source)?;
        if !source.is_empty() {
            table.insert(SOURCE.to_owned(), source.into());
        }
        Ok(table)
    }
}

fn take_text(table: &mut toml::Table, key: &str, place: &str) -> anyhow::Result<Option<String>> {
    match table.remove(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            let found = other.type_str();
            let message = format!("{place}: {key}: expected a text, found {found}");
            Err(Failure::usage(message, None).into())
        }
    }
}

fn read<'de, T: Deserialize<'de>>(
    value: toml::Value,
    place: &str,
    known: &[String],
) -> anyhow::Result<T> {
    if let toml::Value::Table(table) = &value
        && !known.is_empty()
        && let Some(unknown) = table.keys().find(|key| !known.contains(key))
    {
        let near = ae_choice::suggest(unknown, known.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "known: {DATA}, {SOURCE}, {INITIAL_WEIGHTS}, {}",
                known.join(", ")
            ),
        };
        let message = format!("{place}: unknown setting `{unknown}`");
        return Err(Failure::usage(message, Some(hint)).into());
    }
    value.try_into().map_err(|error: toml::de::Error| {
        let message = error.to_string();
        Failure::usage(format!("{place}: {}", message.trim()), None).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        let mut run = RunSettings {
            data: Some("mnist".to_owned()),
            ..RunSettings::default()
        };
        run.settings.hidden = vec![128, 64];
        run.settings.optimizer = "adam:lr=0.002".parse().unwrap();
        run.settings.loss = Some("bce".parse().unwrap());
        run.initial_weights = Some("weights.safetensors".to_owned());
        run.source.invert = true;
        let text = run.to_toml().unwrap();
        assert!(text.contains("optimizer = \"adam:lr=0.002\""), "{text}");
        assert_eq!(RunSettings::parse(&text, "test").unwrap(), run);
    }

    #[test]
    fn unknown_keys_are_refused_with_a_suggestion() {
        let error = RunSettings::parse("latnet = 3", "a.toml").unwrap_err();
        assert_eq!(error.to_string(), "a.toml: unknown setting `latnet`");
        let error = RunSettings::parse("epochs = \"many\"", "a.toml").unwrap_err();
        assert!(error.to_string().contains("invalid type"), "{error}");
        let error = RunSettings::parse("loss = \"mes\"", "a.toml").unwrap_err();
        assert!(error.to_string().contains("did you mean `mse`"), "{error}");
    }
}
