//! What a shell needs to complete `ae`'s arguments.

use crate::recipe::RECIPES;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use std::io::{self, Write};

/// Writes what a shell needs to complete this program's commands, options and the names they take.
///
/// For bash: `ae completions bash > ~/.local/share/bash-completion/completions/ae`. For zsh, a file
/// `_ae` in a folder of $fpath; for fish: `~/.config/fish/completions/ae.fish`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Whose.
    shell: Shell,
}

pub fn run(arguments: Arguments, _quiet: bool) -> anyhow::Result<()> {
    let mut command = crate::command().mut_subcommands(|command| {
        let has_recipes = command
            .get_arguments()
            .any(|argument| argument.get_id() == "recipe");
        match has_recipes {
            true => command.mut_arg("recipe", |recipe| {
                recipe.value_parser(PossibleValuesParser::new(
                    RECIPES.iter().map(|recipe| recipe.name),
                ))
            }),
            false => command,
        }
    });
    let name = command.get_name().to_owned();
    // The generator takes no error from what it writes to; a closed pipe must not end in a panic.
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut text);
    Ok(io::stdout().lock().write_all(&text)?)
}
