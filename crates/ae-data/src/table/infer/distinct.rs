use std::collections::HashMap;

/// Different cells of a column, until there are too many.
pub(crate) struct Distinct {
    counts: Option<HashMap<Box<[u8]>, u64>>,
    limit: usize,
}

impl Distinct {
    pub(super) fn new(limit: usize) -> Self {
        let counts = Some(HashMap::new());
        Self { counts, limit }
    }

    pub(super) fn add(&mut self, cell: &[u8]) {
        let Some(counts) = &mut self.counts else {
            return;
        };
        if let Some(count) = counts.get_mut(cell) {
            *count += 1;
        } else if counts.len() < self.limit {
            counts.insert(cell.into(), 1);
        } else {
            self.counts = None;
        }
    }

    /// How many; `None` if there were too many to count.
    pub(super) fn len(&self) -> Option<usize> {
        self.counts.as_ref().map(HashMap::len)
    }

    /// The cells, in no order.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        self.counts
            .iter()
            .flat_map(HashMap::keys)
            .map(AsRef::as_ref)
    }
}
