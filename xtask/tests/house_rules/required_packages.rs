use crate::tokens;
use crate::workspace::{Package, TextFile, Workspace, assert_holds, assert_says};

const REASON: &str = "these packages are what the project promises to be built on: each must \
    do real work, not only stand in a manifest";

const REQUIRED: [&str; 7] = [
    "ndarray",
    "rayon",
    "rand",
    "thiserror",
    "clap",
    "csv",
    "proptest",
];

/// The one that is for tests alone.
const FOR_TESTS: &str = "proptest";

fn check(workspace: &Workspace) -> Vec<String> {
    let packages = workspace.packages();
    let is_unused = |required: &&str| {
        let mut packages = packages.iter();
        !packages.any(|package| uses(workspace, package, required))
    };
    let unused = REQUIRED.into_iter().filter(is_unused);
    unused.map(|name| format!("no crate uses {name}")).collect()
}

/// Whether the package depends on `required` and its code has a path beginning with it.
fn uses(workspace: &Workspace, package: &Package, required: &str) -> bool {
    let for_tests = required == FOR_TESTS;
    let mentions = |file: &TextFile| {
        let tokens = if for_tests {
            tokens::all(file)
        } else if file.is_test() {
            Vec::new()
        } else {
            tokens::without_tests(file)
        };
        !tokens::find(&tokens, &[required, ":", ":"]).is_empty()
    };
    let folder = format!("{}/", package.folder);
    let mut files = workspace
        .rust()
        .filter(|file| file.path.starts_with(&folder));
    package.dependencies().iter().any(|name| name == required) && files.any(mentions)
}

#[test]
fn required_packages_do_real_work() {
    assert_holds(check, REASON);
}

#[test]
fn a_package_in_name_only_is_noticed() {
    let manifest = "[package]\nname = \"sample\"\n[dependencies]\nndarray = \"1\"\nrayon = \"1\"\n\
        thiserror = \"1\"\nclap = \"1\"\ncsv = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n";
    let source = "use ndarray::Array2;\nuse rand::Rng;\n#[derive(thiserror::Error)]\nstruct E;\n\
        use clap::Parser;\n// csv::Reader\n#[cfg(test)]\nmod tests { use rayon::join; }\n";
    let sample = [
        ("crates/sample/Cargo.toml", manifest),
        ("crates/sample/src/lib.rs", source),
        ("crates/sample/tests/all.rs", "use proptest::prelude::*;\n"),
    ];
    let expected = [
        "no crate uses rayon",
        "no crate uses rand",
        "no crate uses csv",
    ];
    assert_says(check, &sample, &expected);
}
