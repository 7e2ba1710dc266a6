//! `dist`: what a package of `ae` ships beside the program, made from its own arguments.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use clap_complete::Shell;

/// Arguments of the command.
#[derive(Args)]
pub struct DistArguments {
    /// Where the files are written [default: target/dist]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Writes completions and man pages.
pub fn run(arguments: &DistArguments) -> Result<()> {
    let usual = crate::workspace_root().join("target/dist");
    let into = arguments.into.as_ref().unwrap_or(&usual);
    write(ae_cli::command(), into)?;
    eprintln!("completions and man pages are in {}", into.display());
    Ok(())
}

fn write(mut command: clap::Command, into: &Path) -> Result<()> {
    let completions = into.join("completions");
    fs::create_dir_all(&completions)?;
    let name = command.get_name().to_owned();
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut command, &name, &completions)?;
    }
    let pages = into.join("man");
    fs::create_dir_all(&pages)?;
    clap_mangen::generate_to(command, &pages)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_and_every_command_gets_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let command = clap::Command::new("ae")
            .subcommand(clap::Command::new("train").arg(clap::arg!(--latent <SIZE>)));
        write(command, folder.path()).unwrap();
        for (name, mention) in [
            ("completions/ae.bash", "--latent"),
            ("completions/_ae", "--latent"),
            ("completions/ae.fish", "latent"),
            ("completions/_ae.ps1", "--latent"),
            ("completions/ae.elv", "--latent"),
            ("man/ae.1", "train"),
            ("man/ae-train.1", "latent"),
        ] {
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(text.contains(mention), "{name} lacks {mention}");
        }
    }
}
