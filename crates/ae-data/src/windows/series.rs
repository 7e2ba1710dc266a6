use crate::Labels;

/// When each row of a table is, and which of several series it belongs to, in the order of the
/// file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Seconds since 1970 for dates, seconds of the day for times of day, else numbers as they
    /// are in the file. Finite. Without times, rows follow each other as in the file.
    pub times: Option<Vec<f64>>,
    /// The series, one a row. Without groups, all rows are one series.
    pub groups: Option<Labels>,
}

impl Series {
    /// Those of the first rows.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if let Some(times) = &mut self.times {
            times.truncate(rows);
        }
        if let Some(groups) = &mut self.groups {
            groups.ids.truncate(rows);
        }
    }
}
