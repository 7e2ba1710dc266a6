use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What the user may say about a source. Each format uses what concerns it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceOptions {
    /// Where fetched data sets live, `datasets` by default.
    pub folder: PathBuf,
    /// Swaps the lines and columns of images (EMNIST comes that way).
    pub transpose: bool,
    /// Turns dark pixels bright and bright ones dark.
    pub invert: bool,
    /// Which array of an npz file to read.
    pub member: Option<String>,
    /// Whether a CSV file's first record names the columns; guessed if not given.
    pub header: Option<bool>,
    /// What separates the fields of a CSV file; guessed if not given. One byte of ASCII.
    pub delimiter: Option<u8>,
    /// Where the classes are: a column of a CSV file, an array of an npz file, and for images
    /// a file of labels.
    pub label: Option<String>,
    /// Columns of a CSV file to leave out.
    pub exclude: Vec<String>,
    /// At most this many rows of each part, from the start.
    pub limit: Option<NonZeroUsize>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("datasets"),
            transpose: false,
            invert: false,
            member: None,
            header: None,
            delimiter: None,
            label: None,
            exclude: Vec::new(),
            limit: None,
        }
    }
}

impl SourceOptions {
    /// Options that were given though they say nothing about a source of this kind.
    pub(super) fn idle(&self, kind: &str) -> Vec<&'static str> {
        let options: [(&'static str, bool, &[&str]); 5] = [
            ("member", self.member.is_some(), &["npz"]),
            ("header", self.header.is_some(), &["CSV"]),
            ("delimiter", self.delimiter.is_some(), &["CSV"]),
            ("exclude", !self.exclude.is_empty(), &["CSV"]),
            ("label", self.label.is_some(), &["CSV", "IDX", "npy", "npz"]),
        ];
        let idle = options
            .into_iter()
            .filter(|(_, given, kinds)| *given && !kinds.contains(&kind));
        idle.map(|(name, ..)| name).collect()
    }
}
