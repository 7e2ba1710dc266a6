use std::ops::Range;

/// What a stretch of features means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Numbers without bounds.
    Number,
    /// 0 or 1.
    Binary,
    /// One of them is 1, the others 0.
    Choice,
}

/// Features of one nature that belong to one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Place of the column among the groups.
    pub group: usize,
    /// Which features.
    pub features: Range<usize>,
    /// What they mean.
    pub nature: Nature,
    /// A feature that is 1 where the column's cell is missing: then these say nothing.
    pub indicator: Option<usize>,
}
