use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "each layer can be used and understood without those above it; \
    `ae-nn` in a program that has its own data, `ae-data` without any network";

/// What each package may depend on, from bottom to top.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("ae-choice", &[]),
    ("ae-tensor", &[]),
    ("ae-nn", &["ae-choice", "ae-tensor"]),
    ("ae-data", &["ae-choice", "ae-tensor"]),
    ("ae-model", &["ae-choice", "ae-tensor", "ae-nn", "ae-data"]),
    (
        "ae-sweep",
        &["ae-choice", "ae-tensor", "ae-nn", "ae-data", "ae-model"],
    ),
    (
        "ae-cli",
        &[
            "ae-choice",
            "ae-tensor",
            "ae-nn",
            "ae-data",
            "ae-model",
            "ae-sweep",
        ],
    ),
    (
        "xtask",
        &[
            "ae-choice",
            "ae-tensor",
            "ae-nn",
            "ae-data",
            "ae-model",
            "ae-sweep",
            "ae-cli",
        ],
    ),
];

fn allowed(package: &str) -> Option<&'static [&'static str]> {
    let mut rows = ALLOWED.iter();
    rows.find_map(|(name, allowed)| (*name == package).then_some(*allowed))
}

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    for package in workspace.packages() {
        let Some(allowed_here) = allowed(package.name()) else {
            broken.push(format!("{}: has no place among the layers", package.name()));
            continue;
        };
        for dependency in package.dependencies() {
            let dependency = dependency.as_str();
            if allowed(dependency).is_some() && !allowed_here.contains(&dependency) {
                broken.push(format!("{} depends on {dependency}", package.name()));
            }
        }
    }
    broken
}

#[test]
fn dependencies_point_down() {
    assert_holds(check, REASON);
}

#[test]
fn a_dependency_that_points_up_or_sideways_is_noticed() {
    let network = "[package]\nname = \"ae-nn\"\n[dependencies]\nae-tensor = \"1\"\n\
        ndarray = \"1\"\n[dev-dependencies]\nae-data = \"1\"\n";
    let stranger = "[package]\nname = \"ae-plots\"\n";
    let sample = [
        ("crates/ae-nn/Cargo.toml", network),
        ("crates/ae-plots/Cargo.toml", stranger),
    ];
    let expected = [
        "ae-nn depends on ae-data",
        "ae-plots: has no place among the layers",
    ];
    assert_says(check, &sample, &expected);
}
