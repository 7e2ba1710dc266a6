//! Several widths as one value of an option.

/// Widths or channels, as `128,64`; `none` for no layer.
#[derive(Debug, Clone)]
pub struct Widths(pub Vec<usize>);

impl std::str::FromStr for Widths {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        let width = |part: &str| match part.trim().parse::<usize>() {
            Ok(width) if width > 0 => Ok(width),
            _ => Err(format!(
                "expected whole numbers above 0 with commas between them, found `{part}`"
            )),
        };
        text.split(',')
            .map(width)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
