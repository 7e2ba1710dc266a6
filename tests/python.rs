//! Python with packages that our files are read by, and the scripts in `tests/python`. Used by
//! tests of `ae-model`, too.
// Not everything is used by both.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has what is asked for.
pub struct Python(PathBuf);

impl Python {
    /// One that has these modules: `target/python`, as `.ci/run` makes it, or the system's; says
    /// so if there is none.
    ///
    /// # Panics
    /// If there is none and `CI` is set: there it must not be skipped silently.
    pub fn find(modules: &str) -> Option<Self> {
        let found = Self::find_if_there(modules);
        let ci = std::env::var_os("CI");
        assert!(found.is_some() || ci.is_none(), "no Python with {modules}");
        found
    }

    /// The same for modules too large to be asked of everyone; `target/peers`, which benchmarks
    /// use, may have them.
    pub fn find_if_there(modules: &str) -> Option<Self> {
        let made = ["python", "peers"].map(|name| root().join("target").join(name));
        let made = made.map(|folder| folder.join("bin/python"));
        let has = |python: &PathBuf| {
            let import = format!("import {modules}");
            let output = Command::new(python).args(["-c", &import]).output();
            output.is_ok_and(|output| output.status.success())
        };
        let system = PathBuf::from("python3");
        let found = made.into_iter().chain([system]).find(has).map(Self);
        if found.is_none() {
            println!("skipped: no Python with {modules} (see .ci/run)");
        }
        found
    }

    /// Runs a script of `tests/python` in a folder; it must end well.
    #[track_caller]
    pub fn run(&self, script: &str, folder: &Path, arguments: &[&str]) {
        let script = root().join("tests/python").join(script);
        self.run_with(folder, script.as_os_str(), arguments);
    }

    /// Runs a program that is given as text.
    #[track_caller]
    pub fn run_text(&self, program: &str, folder: &Path) {
        self.run_with(folder, OsStr::new("-c"), &[program]);
    }

    #[track_caller]
    fn run_with(&self, folder: &Path, first: &OsStr, arguments: &[&str]) {
        let output = Command::new(&self.0)
            .arg(first)
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let problems = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}\n{said}\n{problems}");
    }
}

/// The workspace's folder, from that of one of its crates.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
