use crate::tokens;
use crate::workspace::{TextFile, Workspace, assert_holds, assert_says};

const REASON: &str = "what comes from a file or a user may be wrong, and must end in an error \
    that names the place; where a panic is impossible, a line beginning with \
    `// cannot fail: ` on the same or the preceding line says why";

/// The crates that meet the outside.
const EXPOSED: [&str; 4] = [
    "crates/ae-data/src/",
    "crates/ae-model/src/",
    "crates/ae-sweep/src/",
    "crates/ae-cli/src/",
];

const PANICS: [&[&str]; 6] = [
    &[".", "unwrap", "("],
    // The text tells it from the `expect` that a parser may have of its own.
    &[".", "expect", "(", tokens::TEXT],
    &["panic", "!"],
    &["todo", "!"],
    &["unimplemented", "!"],
    &["unreachable", "!"],
];

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    let exposed = |file: &&TextFile| {
        !file.is_test() && EXPOSED.iter().any(|folder| file.path.starts_with(folder))
    };
    for file in workspace.rust().filter(exposed) {
        let tokens = tokens::without_tests(file);
        for pattern in PANICS {
            for line in tokens::find(&tokens, pattern) {
                if !is_justified(&file.text, line) {
                    broken.push(format!("{}:{line}: `{}`", file.path, pattern[..2].concat()));
                }
            }
        }
    }
    broken
}

fn is_justified(text: &str, line: usize) -> bool {
    let mut lines = text.lines().skip(line.saturating_sub(2)).take(line.min(2));
    lines.any(|line| {
        let reason = line
            .split_once("// cannot fail: ")
            .map(|(_, reason)| reason);
        reason.is_some_and(|reason| !reason.trim().is_empty())
    })
}

#[test]
fn outside_input_meets_no_panic() {
    assert_holds(check, REASON);
}

#[test]
fn panics_are_noticed_unless_justified() {
    let source = "\
fn f(x: Option<u8>) {
    x.unwrap();
    x
        .expect(\"a number\");
    // cannot fail: checked by the caller
    x.unwrap();
    x.unwrap(); // cannot fail: the same
    x.unwrap_or(1); // x.unwrap()
    parser.expect(b'{', \"`{`\");
    x.unwrap(); // cannot fail:
    panic!(\"no\");
}
#[cfg(test)]
mod tests {
    fn g(x: Option<u8>) { x.unwrap(); }
}
";
    let sample = [
        ("crates/ae-data/src/csv.rs", source),
        ("crates/ae-data/src/csv/tests.rs", source),
        ("crates/ae-nn/src/lib.rs", source),
    ];
    let expected = [
        "crates/ae-data/src/csv.rs:2: `.unwrap`",
        "crates/ae-data/src/csv.rs:10: `.unwrap`",
        "crates/ae-data/src/csv.rs:4: `.expect`",
        "crates/ae-data/src/csv.rs:11: `panic!`",
    ];
    assert_says(check, &sample, &expected);
}
