//! Manual pages.

use super::print;
use crate::failure::Failure;
use std::fs;
use std::path::PathBuf;

/// Writes manual pages, one a command, into a folder: `ae man ~/.local/share/man/man1`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The folder; made if it isn't there.
    folder: PathBuf,
}

pub fn run(arguments: Arguments, _quiet: bool) -> anyhow::Result<()> {
    let folder = &arguments.folder;
    let refused = |error: std::io::Error| {
        let what = format!("{}: can't write manual pages: {error}", folder.display());
        Failure::new(what, "name a folder that you may write to")
    };
    fs::create_dir_all(folder).map_err(refused)?;
    clap_mangen::generate_to(crate::command(), folder).map_err(refused)?;
    print(&format!("manual pages: {}", folder.display()))
}
