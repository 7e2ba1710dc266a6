use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "a file that fits in the head is changed with confidence; one that does \
    not holds two things, and files of nothing but tests are where they belong";

/// Lines, tests beside the code included.
const MOST: usize = 450;

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    for file in workspace.rust().filter(|file| !file.is_test()) {
        let lines = file.text.lines().count();
        if lines > MOST {
            broken.push(format!(
                "{}: {lines} lines, at most {MOST} allowed",
                file.path
            ));
        }
    }
    broken
}

#[test]
fn files_stay_small() {
    assert_holds(check, REASON);
}

#[test]
fn a_long_file_is_noticed_and_tests_may_be_long() {
    let long = "\n".repeat(451);
    let sample = [
        ("crates/ae-nn/src/long.rs", long.as_str()),
        ("crates/ae-nn/src/short.rs", &long[..450]),
        ("crates/ae-nn/src/layer/tests.rs", &long),
        ("crates/ae-nn/tests/gradients.rs", &long),
        ("README.md", &long),
    ];
    let expected = ["crates/ae-nn/src/long.rs: 451 lines, at most 450 allowed"];
    assert_says(check, &sample, &expected);
}
