//! What the columns of a table were taken for.

use crate::say::say;
use ae_data::Dataset;
use ae_data::table::Guess;
use comfy_table::{Table, presets};

/// Columns in the open: more are a wide table, of which the first say enough.
const SHOWN: usize = 100;

/// Says what was found out about a table's columns, a line each.
pub fn say_columns(dataset: &Dataset, quiet: bool) {
    if quiet || dataset.guesses.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["column", "taken as", "because", "missing", "for example"]);
    for guess in dataset.guesses.iter().take(SHOWN) {
        table.add_row(line(guess));
    }
    say(format_args!("{}", table.trim_fmt()));
    if dataset.guesses.len() > SHOWN {
        say(format_args!("… and {} more", dataset.guesses.len() - SHOWN));
    }
    say(format_args!(
        "`--types COLUMN=TYPE`, `--exclude`, `--id` and `--label` say otherwise"
    ));
}

fn line(guess: &Guess) -> [String; 5] {
    let missing = match guess.missing {
        0 => String::new(),
        missing => missing.to_string(),
    };
    [
        guess.column.clone(),
        guess.kind.to_owned(),
        guess.why.clone(),
        missing,
        guess.examples.join(", "),
    ]
}
