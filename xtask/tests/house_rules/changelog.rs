use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "whoever changes what a user sees has a place to say so";

fn check(workspace: &Workspace) -> Vec<String> {
    let Some(file) = workspace.file("CHANGELOG.md") else {
        return vec!["CHANGELOG.md: missing".to_owned()];
    };
    let is_section = |line: &str| line == "## Unreleased" || line == "## [Unreleased]";
    if file.text.lines().any(is_section) {
        return Vec::new();
    }
    vec!["CHANGELOG.md: no section `## Unreleased`".to_owned()]
}

#[test]
fn changes_have_their_place() {
    assert_holds(check, REASON);
}

#[test]
fn a_missing_change_log_or_section_is_noticed() {
    assert_says(check, &[], &["CHANGELOG.md: missing"]);
    let released = [("CHANGELOG.md", "# Changes\n## 0.1.0\nUnreleased\n")];
    assert_says(
        check,
        &released,
        &["CHANGELOG.md: no section `## Unreleased`"],
    );
    assert_says(check, &[("CHANGELOG.md", "## [Unreleased]\n")], &[]);
}
