use super::picture::{Background, Colour, Pictures, Size};
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
    /// Columns of a CSV file that name its rows: carried along, not learnt from.
    pub id: Vec<String>,
    /// Columns of a CSV file and what they are: `number`, `boolean`, `category`, `datetime`,
    /// `id`, `text`; found out from all of their cells if not given.
    pub types: Vec<(String, String)>,
    /// The column of a CSV file that says when each row is: not learnt from.
    pub time: Option<String>,
    /// The column of a CSV file that tells several series apart: not learnt from.
    pub group: Option<String>,
    /// Words for a missing value besides an empty cell, in any case of letters;
    /// [`MISSING`](crate::table::MISSING) if not given, and besides them where the first word
    /// begins with `+`.
    pub missing: Option<Vec<String>>,
    /// The decimal mark of a CSV file's numbers, `.` or `,`: the other may then stand between
    /// thousands. If not given, a point, or a comma where every number of a column has one.
    pub decimal: Option<char>,
    /// What stands between the thousands of a CSV file's numbers.
    pub thousands: Option<char>,
    /// How a CSV file's text is encoded, by its name on the web or `latin-1`; UTF-8, or what
    /// its first bytes say, if not given.
    pub encoding: Option<String>,
    /// What stands around a CSV field that holds the delimiter: a double quote if not given.
    pub quote: Option<u8>,
    /// What the lines of a CSV file begin with that are no records; guessed if not given.
    pub comment: Option<u8>,
    /// The size that pictures are brought to; if not given, all must have one.
    pub resize: Option<Size>,
    /// Whether pictures are grey or in colour; grey if not given and all of them are.
    pub colour: Option<Colour>,
    /// What is behind transparent pixels of pictures: white if not given.
    pub background: Option<Background>,
    /// Leaves damaged pictures out, and says so, in place of an error.
    pub skip_damaged: bool,
    /// How pictures are read where the four above don't say: as those a model was trained on.
    pub pictures: Option<Pictures>,
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
            id: Vec::new(),
            types: Vec::new(),
            time: None,
            group: None,
            missing: None,
            decimal: None,
            thousands: None,
            encoding: None,
            quote: None,
            comment: None,
            resize: None,
            colour: None,
            background: None,
            skip_damaged: false,
            pictures: None,
            limit: None,
        }
    }
}

impl SourceOptions {
    /// What to say of options that were given though they say nothing about a source of this
    /// kind.
    pub(super) fn idle(&self, kind: &str, name: &str) -> Vec<String> {
        const CSV: &[&str] = &["CSV"];
        const PICTURES: &[&str] = &["pictures"];
        let options: [(&'static str, bool, &[&str]); 19] = [
            ("member", self.member.is_some(), &["npz"]),
            ("header", self.header.is_some(), CSV),
            ("delimiter", self.delimiter.is_some(), CSV),
            ("exclude", !self.exclude.is_empty(), CSV),
            ("id", !self.id.is_empty(), CSV),
            ("types", !self.types.is_empty(), CSV),
            ("time", self.time.is_some(), CSV),
            ("group", self.group.is_some(), CSV),
            ("missing", self.missing.is_some(), CSV),
            ("decimal", self.decimal.is_some(), CSV),
            ("thousands", self.thousands.is_some(), CSV),
            ("encoding", self.encoding.is_some(), CSV),
            ("quote", self.quote.is_some(), CSV),
            ("comment", self.comment.is_some(), CSV),
            ("resize", self.resize.is_some(), PICTURES),
            ("colour", self.colour.is_some(), PICTURES),
            ("background", self.background.is_some(), PICTURES),
            ("skip-damaged", self.skip_damaged, PICTURES),
            ("label", self.label.is_some(), &["CSV", "IDX", "npy", "npz"]),
        ];
        let idle = options
            .into_iter()
            .filter(|(_, given, kinds)| *given && !kinds.contains(&kind));
        idle.map(|(option, ..)| format!("{name}: `{option}` says nothing about {kind}: ignored"))
            .collect()
    }
}
