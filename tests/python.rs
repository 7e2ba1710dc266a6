//! Python with packages that our files are read by, and the scripts in `tests/python`. Used by
//! tests of `ae-model`, too.

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
        let made = root().join("target/python/bin/python");
        let has = |python: &PathBuf| {
            let import = format!("import {modules}");
            let output = Command::new(python).args(["-c", &import]).output();
            output.is_ok_and(|output| output.status.success())
        };
        let found = [made, PathBuf::from("python3")]
            .into_iter()
            .find(has)
            .map(Self);
        if found.is_none() {
            println!("skipped: no Python with {modules} (see .ci/run)");
            let ci = std::env::var_os("CI");
            assert!(ci.is_none(), "no Python with {modules}");
        }
        found
    }

    /// Runs a script of `tests/python` in a folder; it must end well.
    #[track_caller]
    pub fn run(&self, script: &str, folder: &Path, arguments: &[&str]) {
        let script = root().join("tests/python").join(script);
        let output = Command::new(&self.0)
            .arg(script)
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
