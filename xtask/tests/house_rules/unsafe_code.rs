use crate::tokens;
use crate::workspace::{Workspace, assert_holds, assert_says};

const REASON: &str = "memory safety is argued in one crate, beside the kernels that need it, \
    and the compiler guards the others";

const KERNELS: &str = "crates/ae-tensor/";

/// Tests that count allocations: an allocator cannot be written without.
const COUNTING: &str = "/tests/allocations.rs";

const FORBID: [&str; 8] = ["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"];

fn check(workspace: &Workspace) -> Vec<String> {
    let mut broken = Vec::new();
    let elsewhere = workspace
        .rust()
        .filter(|file| !file.path.starts_with(KERNELS) && !file.path.ends_with(COUNTING));
    for file in elsewhere {
        let tokens = tokens::all(file);
        for line in tokens::find(&tokens, &["unsafe"]) {
            broken.push(format!("{}:{line}: `unsafe`", file.path));
        }
        let is_root = file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs");
        if is_root && tokens::find(&tokens, &FORBID).is_empty() {
            broken.push(format!("{}: lacks `{}`", file.path, FORBID.concat()));
        }
    }
    broken
}

#[test]
fn unsafe_lives_with_the_kernels() {
    assert_holds(check, REASON);
}

#[test]
fn unsafe_elsewhere_and_an_unguarded_crate_are_noticed() {
    let sample = [
        ("crates/ae-tensor/src/lib.rs", "unsafe fn f() {}\n"),
        (
            "crates/ae-nn/src/lib.rs",
            "#![forbid(unsafe_code)]\n// unsafe\n",
        ),
        ("crates/ae-nn/src/layer.rs", "\nunsafe fn f() {}\n"),
        ("crates/ae-nn/tests/allocations.rs", "unsafe fn f() {}\n"),
        (
            "crates/ae-cli/src/main.rs",
            "//! #![forbid(unsafe_code)]\nfn main() {}\n",
        ),
    ];
    let expected = [
        "crates/ae-nn/src/layer.rs:2: `unsafe`",
        "crates/ae-cli/src/main.rs: lacks `#![forbid(unsafe_code)]`",
    ];
    assert_says(check, &sample, &expected);
}
