use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "a path of one machine means nothing on another";

/// Put together here so that this file does not break its own rule.
const PATHS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/tmp/", "target")];

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    for file in &workspace.files {
        for (number, line) in (1..).zip(file.text.lines()) {
            for path in PATHS.iter().filter(|path| line.contains(**path)) {
                broken.push(format!("{}:{number}: `{path}`", file.path));
            }
        }
    }
    broken
}

#[test]
fn no_file_knows_a_machine() {
    assert_holds(check, REASON);
}

#[test]
fn a_machines_paths_are_noticed() {
    let line = format!("one\n{}main\n", PATHS[0]);
    let sample = [
        ("README.md", line.as_str()),
        ("CHANGELOG.md", "network/layer\n"),
    ];
    assert_says(check, &sample, &[&format!("README.md:2: `{}`", PATHS[0])]);
}
