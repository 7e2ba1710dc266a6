//! The files that the rules look at.

use std::fs;
use std::path::Path;

/// A text file of the workspace.
pub struct TextFile {
    /// Relative to the root, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl TextFile {
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file holds nothing but tests.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
    }
}

/// All text files, in the order of their paths.
pub struct Workspace {
    pub files: Vec<TextFile>,
}

/// What is built, fetched or made by running, at any depth.
const NOT_OURS: [&str; 4] = [".git", "target", "runs", "node_modules"];

impl Workspace {
    /// Reads the workspace in which this test stands.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut files = Vec::new();
        gather(&root, "", &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(!files.is_empty(), "no files found under {}", root.display());
        Self { files }
    }

    /// A sample, given as paths and texts.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
        }
    }

    pub fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    pub fn rust(&self) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The packages of the workspace: their folders and parsed manifests.
    pub fn packages(&self) -> Vec<Package<'_>> {
        self.files.iter().filter_map(Package::of).collect()
    }
}

/// A package of the workspace.
pub struct Package<'a> {
    pub folder: &'a str,
    manifest: toml::Table,
}

impl<'a> Package<'a> {
    fn of(file: &'a TextFile) -> Option<Self> {
        let folder = file.path.strip_suffix("/Cargo.toml")?;
        let is_member = folder == "xtask" || folder.starts_with("crates/");
        is_member.then(|| Self {
            folder,
            manifest: toml::from_str(&file.text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.path)),
        })
    }

    pub fn name(&self) -> &str {
        self.manifest["package"]["name"]
            .as_str()
            .expect("a package has a name")
    }

    /// Names of all dependencies: of the code, of the tests, of build scripts, and of each
    /// of these for single targets.
    pub fn dependencies(&self) -> Vec<String> {
        let targets = self
            .manifest
            .get("target")
            .and_then(|value| value.as_table());
        let tables = targets.into_iter().flat_map(|targets| targets.values());
        let tables = tables.filter_map(|value| value.as_table());
        let mut names = Vec::new();
        for table in std::iter::once(&self.manifest).chain(tables) {
            for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
                let section = table.get(section).and_then(|value| value.as_table());
                for (key, value) in section.into_iter().flatten() {
                    let renamed = value.get("package").and_then(|value| value.as_str());
                    names.push(renamed.unwrap_or(key).to_owned());
                }
            }
        }
        names
    }
}

fn gather(folder: &Path, prefix: &str, files: &mut Vec<TextFile>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{prefix}: {error}"));
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{prefix}: {error}"));
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            let is_fetched = prefix == "datasets/";
            if !is_fetched && !NOT_OURS.contains(&name.as_str()) {
                gather(&entry.path(), &format!("{path}/"), files);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(TextFile { path, text });
        }
    }
}

/// A rule: says for each place that breaks it where it is and what is wrong.
pub type Check = fn(&Workspace) -> Vec<String>;

/// Fails with every place in the workspace that breaks the rule, and with the rule's reason.
pub fn assert_holds(check: Check, reason: &str) {
    let broken = check(&Workspace::read());
    assert!(
        broken.is_empty(),
        "{} places break a house rule:\n  {}\nreason: {reason}",
        broken.len(),
        broken.join("\n  ")
    );
}

/// Asserts exactly what the rule says about a sample.
pub fn assert_says(check: Check, sample: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(check(&Workspace::of(sample)), expected);
}

#[test]
fn the_workspace_is_read_whole_and_without_what_is_not_ours() {
    let workspace = Workspace::read();
    for path in [
        "Cargo.toml",
        ".ci/run",
        "datasets/manifest.toml",
        "crates/ae-choice/src/lib.rs",
    ] {
        assert!(workspace.file(path).is_some(), "{path}");
    }
    let foreign = |file: &&TextFile| {
        file.path.starts_with("target/") || file.path.starts_with("datasets/mnist/")
    };
    assert!(workspace.files.iter().find(foreign).is_none());
    assert!(
        workspace
            .packages()
            .iter()
            .any(|package| package.name() == "ae-choice")
    );
}

#[test]
fn dependencies_of_every_kind_are_seen() {
    let manifest = "
        [package]
        name = \"sample\"
        [dependencies]
        a = \"1\"
        b = { package = \"renamed\", version = \"1\" }
        [dev-dependencies]
        c = \"1\"
        [target.'cfg(unix)'.build-dependencies]
        d = \"1\"
    ";
    let workspace = Workspace::of(&[("crates/sample/Cargo.toml", manifest)]);
    let packages = workspace.packages();
    assert_eq!(packages[0].folder, "crates/sample");
    assert_eq!(packages[0].dependencies(), ["a", "renamed", "c", "d"]);
}
