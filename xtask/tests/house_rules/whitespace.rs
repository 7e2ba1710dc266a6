use crate::workspace::{TextFile, Workspace, assert_holds, assert_says};

const REASON: &str = "a change shows only what it changes, in every editor";

/// Files that people write; what programs write may end as it likes.
const WRITTEN: [&str; 10] = [
    ".rs", ".toml", ".md", ".py", ".sh", ".js", ".css", ".html", ".yml", ".ci/run",
];

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    let written = |file: &&TextFile| WRITTEN.iter().any(|end| file.path.ends_with(end));
    for file in workspace.files.iter().filter(written) {
        for (number, line) in (1..).zip(file.text.lines()) {
            if line.ends_with(char::is_whitespace) {
                broken.push(format!("{}:{number}: white space at the end", file.path));
            }
            if file.is_rust() && line.contains('\t') {
                broken.push(format!("{}:{number}: a tab", file.path));
            }
        }
        if !file.text.ends_with('\n') {
            broken.push(format!("{}: no newline at the end", file.path));
        }
    }
    broken
}

#[test]
fn lines_and_files_end_cleanly() {
    assert_holds(check, REASON);
}

#[test]
fn loose_ends_and_tabs_are_noticed() {
    let sample = [
        ("crates/ae-nn/src/lib.rs", "mod a; \n\tmod b;\nmod c;"),
        ("README.md", "# Title\n\ttext\n"),
        ("experiments/results.csv", "a,b \n"),
    ];
    let expected = [
        "crates/ae-nn/src/lib.rs:1: white space at the end",
        "crates/ae-nn/src/lib.rs:2: a tab",
        "crates/ae-nn/src/lib.rs: no newline at the end",
    ];
    assert_says(check, &sample, &expected);
}
