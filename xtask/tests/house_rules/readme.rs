use std::process::Command;

use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "the first thing that a reader types must work";

/// Commands that cargo itself has.
const CARGO: [&str; 9] = [
    "add", "bench", "build", "clippy", "doc", "fmt", "install", "run", "test",
];

fn check(workspace: &Workspace) -> Vec<String> {
    let Some(readme) = workspace.file("README.md") else {
        return vec!["README.md: missing".to_owned()];
    };
    let mut broken = Vec::new();
    let mut is_code = false;
    for (number, line) in (1..).zip(readme.text.lines()) {
        let line = line.trim_start();
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code && let Some(problem) = problem(workspace, line) {
            broken.push(format!("README.md:{number}: {problem}"));
        }
    }
    broken
}

/// What is wrong with a line of a code block, when it is a command of ours or of cargo.
fn problem(workspace: &Workspace, line: &str) -> Option<String> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["cargo", "xtask", chore, ..] => {
            (!is_chore(chore)).then(|| format!("`cargo xtask` has no command `{chore}`"))
        }
        ["cargo", "install", "--path", folder, ..] => {
            let manifest = format!("{folder}/Cargo.toml");
            (workspace.file(&manifest).is_none()).then(|| format!("no package in `{folder}`"))
        }
        ["cargo", "run", rest @ ..] => {
            let after = rest.iter().skip_while(|word| **word != "--").nth(1)?;
            unknown_command(workspace, after)
        }
        ["cargo", command, ..] => {
            (!CARGO.contains(command)).then(|| format!("`cargo` has no command `{command}`"))
        }
        ["ae", command, ..] => unknown_command(workspace, command),
        _ => None,
    }
}

/// Asks the program itself.
fn is_chore(name: &str) -> bool {
    let help = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([name, "--help"])
        .output();
    help.is_ok_and(|output| output.status.success())
}

/// Each command of `ae` is a file, or a folder, that bears its name.
fn unknown_command(workspace: &Workspace, command: &str) -> Option<String> {
    let name = command.replace('-', "_");
    let (file, folder) = (format!("/{name}.rs"), format!("/{name}/"));
    let bears_name = |path: &str| {
        path.starts_with("crates/ae-cli/src/") && (path.ends_with(&file) || path.contains(&folder))
    };
    let is_known = command.starts_with('-')
        || command == "help"
        || workspace.files.iter().any(|file| bears_name(&file.path));
    (!is_known).then(|| format!("`ae` has no command `{command}`"))
}

#[test]
fn commands_of_the_readme_exist() {
    assert_holds(check, REASON);
}

#[test]
fn commands_that_do_not_exist_are_noticed() {
    assert_says(check, &[], &["README.md: missing"]);
    let readme = "\
cargo nonsense, but not in a block
```sh
cargo xtask fetch-mnist
cargo xtask fetch-moon
$ cargo run -- train mnist --epochs 3
cargo run -- trian mnist
cargo run -- --help
ae inspect model.ae
ae train mnist
cargo install --path crates/ae-cli
cargo install --path crates/ae
cargo test --workspace
cargo tset
```
";
    let sample = [
        ("README.md", readme),
        ("crates/ae-cli/Cargo.toml", ""),
        ("crates/ae-cli/src/commands/train.rs", ""),
    ];
    let expected = [
        "README.md:4: `cargo xtask` has no command `fetch-moon`",
        "README.md:6: `ae` has no command `trian`",
        "README.md:8: `ae` has no command `inspect`",
        "README.md:11: no package in `crates/ae`",
        "README.md:13: `cargo` has no command `tset`",
    ];
    assert_says(check, &sample, &expected);
}
