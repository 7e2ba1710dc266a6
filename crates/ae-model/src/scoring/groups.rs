use std::ops::Range;

/// Which features of an encoded row belong to one column of the data: each column is a
/// stretch of one or several features. A number is one feature, a one-hot category one
/// feature for each of its values. A column counts once in a score, however wide it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// Where each group ends; the first begins at 0.
    ends: Vec<usize>,
}

impl Groups {
    /// Every feature is a column of its own, as in a table of numbers.
    pub fn single(features: usize) -> Self {
        Self {
            ends: (1..=features).collect(),
        }
    }

    /// Groups of these widths, side by side; `None` if one of them is 0.
    pub fn from_widths(widths: &[usize]) -> Option<Self> {
        let mut end = 0usize;
        let ends = widths.iter().map(|&width| {
            end = end.checked_add(width).filter(|_| width > 0)?;
            Some(end)
        });
        ends.collect::<Option<_>>().map(|ends| Self { ends })
    }

    /// How many features each group has.
    pub fn widths(&self) -> Vec<usize> {
        self.ranges().map(|range| range.len()).collect()
    }

    /// The features of each group, in order.
    pub fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start..end)
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Features in all.
    pub fn features(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }
}
