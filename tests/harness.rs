//! Runs the program in a folder of its own and looks at what it left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder, and the program run in it.
pub struct Place {
    folder: TempDir,
}

/// What a run printed, and how it ended.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    shown: String,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The program, ready to be started here: no variable of the caller's changes what it
    /// does.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ae"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("RAYON_NUM_THREADS")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &str) -> Run {
        let output = self.command(arguments).output().unwrap();
        self.look_at(arguments, output)
    }

    pub fn look_at(&self, arguments: &str, output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let shown = format!(
            "$ ae {arguments}\nexit code {:?}\n--- stdout\n{stdout}--- stderr\n{stderr}--- files\n{}",
            output.status.code(),
            listing(self.folder.path(), 0)
        );
        Run {
            code: output.status.code(),
            stdout,
            stderr,
            shown,
        }
    }
}

fn listing(folder: &Path, depth: usize) -> String {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut text = String::new();
    for entry in entries {
        let size = entry.metadata().map_or(0, |metadata| metadata.len());
        let name = entry.file_name();
        text += &format!(
            "{}{} ({size})\n",
            "  ".repeat(depth),
            name.to_string_lossy()
        );
        if entry.path().is_dir() {
            text += &listing(&entry.path(), depth + 1);
        }
    }
    text
}

impl Run {
    /// It succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.shown);
        self
    }

    /// It failed with this code and said all of these things; it never panicked.
    #[track_caller]
    pub fn fails(self, code: i32, said: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.shown);
        assert!(!self.stderr.contains("panicked"), "{}", self.shown);
        for part in said {
            assert!(
                self.stderr.contains(part),
                "`{part}` not said:\n{}",
                self.shown
            );
        }
        self
    }

    /// It said all of these things on stderr.
    #[track_caller]
    pub fn says(self, said: &[&str]) -> Self {
        for part in said {
            assert!(
                self.stderr.contains(part),
                "`{part}` not said:\n{}",
                self.shown
            );
        }
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}", self.shown))
    }
}

/// A table of numbers on a curve: `rows` rows of x, x², sin x and a mixture.
pub fn curve_csv(rows: usize) -> String {
    let mut text = String::from("x,square,sine,mixture\n");
    for row in 0..rows {
        let x = (row as f64 * 0.731).rem_euclid(4.0) - 2.0;
        text += &format!(
            "{x:.4},{:.4},{:.4},{:.4}\n",
            x * x,
            x.sin(),
            x * x - x.sin()
        );
    }
    text
}
