//! Which rows or windows train, which are watched and which are kept for the report.

use crate::{ModelError, Settings};
use ae_data::{DataError, Dataset, Parts, Split, Windows};
use ae_tensor::random::{Purpose, Stream};
use std::ops::Range;

/// Deals the rows of `parts` out as `settings` ask for.
///
/// # Errors
/// Shares that can't be had, or that leave nothing to train on.
pub(crate) fn deal(
    parts: &Parts,
    settings: &Settings,
    warnings: &mut Vec<String>,
) -> Result<Split, ModelError> {
    check_cut(&parts.train, settings)?;
    let (rows, noun) = (parts.train.rows, parts.train.rows_noun());
    let Some(test) = &parts.test else {
        if settings.validate_on_test {
            return Err(ModelError::Settings {
                what: format!(
                    "{} has no test rows of its own to validate on",
                    parts.train.name
                ),
                hint: "leave out `--validate-on-test`; `--validation 0.1` holds rows out"
                    .to_owned(),
            });
        }
        let split = match &parts.train.windows {
            Some(windows) => in_time_order(windows, settings)?,
            None => Split::new(rows, settings.validation, settings.test, settings.seed)?,
        };
        warn_of_few(&split, noun, warnings);
        return Ok(split);
    };
    if settings.test > 0.0 {
        return Err(ModelError::Settings {
            what: format!(
                "{} brings {} test rows of its own, holding out another share of {} is not possible",
                parts.train.name, test.rows, settings.test
            ),
            hint: "leave out `--test`".to_owned(),
        });
    }
    let validation = if settings.validate_on_test {
        0.0
    } else {
        settings.validation
    };
    let mut split = Split::new(rows, validation, 0.0, settings.seed)?;
    split.test = (0..test.rows as u32).collect();
    if settings.validate_on_test {
        split.validation.clone_from(&split.test);
    }
    warn_of_few(&split, noun, warnings);
    Ok(split)
}

/// Below this many rows, an error measured on them says little.
const FEW_ROWS: usize = 30;

fn warn_of_few(split: &Split, noun: &str, warnings: &mut Vec<String>) {
    for (name, rows) in [
        ("training", split.train.len()),
        ("validation", split.validation.len()),
    ] {
        if rows > 0 && rows < FEW_ROWS {
            warnings.push(format!(
                "only {rows} {name} {noun}: what is measured on them says little"
            ));
        }
    }
}

/// Whether data are cut as the settings say.
fn check_cut(dataset: &Dataset, settings: &Settings) -> Result<(), ModelError> {
    let cut = dataset.windows.as_ref().map(Windows::windowing);
    if settings.windowing()? == cut {
        return Ok(());
    }
    Err(ModelError::Settings {
        what: format!("{}: not cut into windows as the settings say", dataset.name),
        hint: "give the data to `Settings::cut` first".to_owned(),
    })
}

/// Deals windows out by time: the last steps of each group are for the test, those before them
/// for validation. A window that reaches over a boundary is left out, so that no step is in two
/// parts. Training windows are shuffled, since others take the first of them for a sample.
fn in_time_order(windows: &Windows, settings: &Settings) -> Result<Split, ModelError> {
    let mut split = Split {
        train: Vec::new(),
        validation: Vec::new(),
        test: Vec::new(),
    };
    let mut boundaries = Vec::new();
    for group in windows.groups() {
        let [validation, test] = [("validation", settings.validation), ("test", settings.test)]
            .map(|(part, share)| steps_of_share(part, share, group.len()));
        let (validation, test) = (validation?, test?);
        let before = group.end.saturating_sub(validation + test).max(group.start);
        boundaries.push((group.end, [before, group.end - test]));
    }
    let mut at = 0;
    for window in 0..windows.count() {
        let places = windows.places(window);
        while places.start >= boundaries[at].0 {
            at += 1;
        }
        let [validation, test] = boundaries[at].1;
        let part = match places {
            Range { end, .. } if end <= validation => &mut split.train,
            Range { start, end } if start >= validation && end <= test => &mut split.validation,
            Range { start, .. } if start >= test => &mut split.test,
            _ => continue,
        };
        part.push(window as u32);
    }
    check_parts(&split, windows, settings)?;
    Stream::new(settings.seed, Purpose::Split, 0).shuffle(&mut split.train);
    Ok(split)
}

fn steps_of_share(part: &'static str, share: f64, steps: usize) -> Result<usize, DataError> {
    match (0.0..1.0).contains(&share) {
        true => Ok((steps as f64 * share).round() as usize),
        false => Err(DataError::Fraction { part, found: share }),
    }
}

/// Whether each part that was asked for has a window.
fn check_parts(split: &Split, windows: &Windows, settings: &Settings) -> Result<(), ModelError> {
    let longest = windows.groups().map(|group| group.len()).max().unwrap_or(0);
    let length = windows.windowing().length();
    let left = 1.0 - settings.validation - settings.test;
    for (part, share, found) in [
        ("validation", settings.validation, &split.validation),
        ("test", settings.test, &split.test),
        ("training", left, &split.train),
    ] {
        if share > 0.0 && found.is_empty() || part == "training" && found.is_empty() {
            return Err(ModelError::Settings {
                what: format!(
                    "no {part} windows: a share of {share:.2} of the longest series, {longest} rows, \
                     has no {length} steps without a gap"
                ),
                hint: "a shorter `--window`, or other shares: `--validation 0.2`, or 0 for none"
                    .to_owned(),
            });
        }
    }
    Ok(())
}
