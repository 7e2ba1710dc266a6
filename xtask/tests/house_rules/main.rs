//! The project's house rules, run as plain tests.
//!
//! One file per rule: its reason, its `check`, the test that the workspace holds to it, and
//! the proof that it notices a small bad sample. A new rule is one file and one line here.
#![forbid(unsafe_code)]

mod tokens;
mod workspace;

mod changelog;
mod file_access;
mod layers;
mod length;
mod machine_paths;
mod panics;
mod readme;
mod required_packages;
mod unsafe_code;
mod whitespace;
