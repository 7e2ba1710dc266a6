use super::{KindName, MISSING, NumberFormat};
use crate::SourceOptions;
use crate::source::CsvError;

/// What the user says about the columns of a table, checked.
pub(crate) struct Overrides {
    pub(crate) types: Vec<(String, KindName)>,
    pub(crate) format: NumberFormat,
    /// Whether the user said how numbers are written: then nothing is guessed.
    pub(crate) format_given: bool,
    /// Words for nothing, in lower case.
    pub(crate) missing: Vec<String>,
}

impl Overrides {
    pub(crate) fn new(options: &SourceOptions) -> Result<Self, CsvError> {
        let mut types = Vec::new();
        for (column, kind) in &options.types {
            let found = KindName::find(kind).ok_or_else(|| CsvError::UnknownKind {
                column: column.clone(),
                found: kind.clone(),
            })?;
            types.push((column.clone(), found));
        }
        let decimal = options.decimal.unwrap_or('.');
        if !matches!(decimal, '.' | ',') || options.thousands == Some(decimal) {
            return Err(CsvError::Decimal);
        }
        // Who names the decimal mark frees the other one for the thousands.
        let freed = options
            .decimal
            .map(|mark| if mark == ',' { '.' } else { ',' });
        let missing = match &options.missing {
            Some(words) => {
                let words: Vec<&str> = words.iter().map(|word| word.trim()).collect();
                // `+unknown` comes besides the usual ones.
                let added = words.first().and_then(|first| first.strip_prefix('+'));
                let usual = if added.is_some() { &MISSING[..] } else { &[""] };
                let first = added.or(words.first().copied());
                let words = first.into_iter().chain(words.iter().skip(1).copied());
                let usual = usual.iter().copied();
                usual.chain(words).map(str::to_lowercase).collect()
            }
            None => MISSING.map(str::to_owned).to_vec(),
        };
        Ok(Self {
            types,
            format: NumberFormat {
                decimal,
                thousands: options.thousands.or(freed),
                origin: 0.0,
                whole: false,
            },
            format_given: options.decimal.is_some() || options.thousands.is_some(),
            missing,
        })
    }

    pub(crate) fn kind_of(&self, column: &str) -> Option<KindName> {
        let mut types = self.types.iter();
        types
            .find(|(name, _)| name == column)
            .map(|(_, kind)| *kind)
    }
}
