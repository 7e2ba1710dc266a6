use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How pictures become rows. A model keeps it, so that other pictures are read in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pictures {
    /// The size they are brought to, whatever their proportions; if not given, all must have one.
    /// Each new pixel is a mean over the old ones that it covers, weighted by their distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resize: Option<Size>,
    /// Grey, or in colour.
    pub colour: Colour,
    /// What is seen through what is transparent.
    pub background: Background,
}

/// The numbers of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// One: of red, green and blue, 0.2126, 0.7152 and 0.0722 (BT.709).
    Grey,
    /// Three: red, green, blue.
    Rgb,
}

impl Colour {
    /// Numbers in a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }

    /// The one with so many.
    pub fn with_channels(channels: usize) -> Option<Self> {
        [Self::Grey, Self::Rgb]
            .into_iter()
            .find(|colour| colour.channels() == channels)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grey => "grey",
            Self::Rgb => "rgb",
        })
    }
}

/// What is behind transparent pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    /// As paper is.
    #[default]
    White,
    /// As a screen is.
    Black,
}

impl Background {
    /// Brightness, from 0 to 1.
    pub fn level(self) -> f32 {
        match self {
            Self::White => 1.0,
            Self::Black => 0.0,
        }
    }
}

/// Pixels across and down; at least 1 of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// Pixels in a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
}

impl Size {
    /// The longest side that is read or made.
    pub const MOST: usize = 65_535;

    pub(super) fn numbers(self, channels: usize) -> usize {
        let numbers = self.width.saturating_mul(self.height);
        numbers.saturating_mul(channels)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sides = text.split_once(['x', 'X', '×']);
        let side = |text: &str| {
            let side = text.trim().parse::<usize>().ok()?;
            (1..=Self::MOST).contains(&side).then_some(side)
        };
        sides
            .and_then(|(width, height)| {
                Some(Self {
                    width: side(width)?,
                    height: side(height)?,
                })
            })
            .ok_or_else(|| {
                let most = Self::MOST;
                format!(
                    "expected WIDTHxHEIGHT in pixels, as 64x48, up to {most} each, found `{text}`"
                )
            })
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}
