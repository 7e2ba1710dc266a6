//! The order of rows in time, and where it has gaps.

use std::ops::Range;

use super::Series;

/// A step this many times the median is a gap.
const GAP: f64 = 1.5;

/// The same where steps are irregular: there, a step of a few medians is ordinary.
const GAP_OF_IRREGULAR: f64 = 10.0;

/// Steps are irregular if more than this share of them would be gaps. A sensor that misses a
/// reading now and then stays below, events as they happen are far above.
const IRREGULAR: f64 = 0.05;

/// Rows in the order of time, group after group.
pub(super) struct Ordered {
    /// Numbers of the rows.
    pub(super) order: Vec<u32>,
    /// The places of each group.
    pub(super) groups: Vec<Range<u32>>,
    /// The places between two gaps.
    pub(super) stretches: Vec<Range<u32>>,
    /// Rows earlier than the row of their group before them in the file.
    out_of_order: usize,
    /// Rows at the same time as another of their group.
    simultaneous: usize,
}

impl Ordered {
    pub(super) fn new(series: Option<&Series>, rows: u32) -> Self {
        let groups = series.and_then(|series| series.groups.as_ref());
        let times = series.and_then(|series| series.times.as_deref());
        let group = |row: u32| groups.map_or(0, |groups| groups.ids[row as usize]);
        let time = |row: u32| times.map_or(0.0, |times| times[row as usize]);
        let mut order: Vec<u32> = (0..rows).collect();
        order.sort_by_key(|row| group(*row));
        let by_group = order.chunk_by(|a, b| group(*a) == group(*b));
        let mut bounds = Vec::new();
        let mut start = 0;
        let mut out_of_order = 0;
        for rows in by_group {
            let end = start + rows.len() as u32;
            bounds.push(start..end);
            start = end;
            let pairs = rows.windows(2);
            out_of_order += pairs.filter(|pair| time(pair[1]) < time(pair[0])).count();
        }
        for bounds in &bounds {
            let rows = &mut order[bounds.start as usize..bounds.end as usize];
            rows.sort_by(|a, b| time(*a).total_cmp(&time(*b)));
        }
        let sorted: Option<Vec<f64>> = times.map(|_| order.iter().map(|row| time(*row)).collect());
        let (stretches, simultaneous) = match sorted {
            Some(times) => (stretches(&times, &bounds), simultaneous(&times, &bounds)),
            None => (bounds.clone(), 0),
        };
        Self {
            order,
            groups: bounds,
            stretches,
            out_of_order,
            simultaneous,
        }
    }

    /// Whether the rows are in this order already.
    pub(super) fn is_sorted(&self) -> bool {
        self.order.iter().zip(0..).all(|(row, place)| *row == place)
    }

    /// Rows of the longest stretch without a gap.
    pub(super) fn longest(&self) -> usize {
        self.stretches.iter().map(Range::len).max().unwrap_or(0)
    }

    /// What the user should know, with windows of this length.
    pub(super) fn notes(&self, length: usize) -> Vec<String> {
        let mut notes = Vec::new();
        if self.out_of_order > 0 {
            notes.push(format!(
                "{} rows are earlier than the row before them: sorted by time",
                self.out_of_order
            ));
        }
        if self.simultaneous > 0 {
            notes.push(format!(
                "{} rows are at the same time as the row before them: kept in the order of the \
                 file; `--group` tells series apart",
                self.simultaneous
            ));
        }
        let gaps = self.stretches.len() - self.groups.len();
        if gaps > 0 {
            notes.push(format!("{gaps} gaps in time, which no window crosses"));
        }
        let short = self.stretches.iter().filter(|s| s.len() < length);
        let rows: usize = short.map(Range::len).sum();
        if rows > 0 {
            notes.push(format!(
                "{rows} rows stand in stretches of fewer than {length} steps: no window covers them"
            ));
        }
        notes
    }
}

/// Steps between neighbours of one group, with the place behind each.
fn steps<'a>(times: &'a [f64], groups: &'a [Range<u32>]) -> impl Iterator<Item = (u32, f64)> + 'a {
    groups.iter().flat_map(|group| {
        let behind = group.clone().skip(1);
        behind.map(|place| (place, times[place as usize] - times[place as usize - 1]))
    })
}

fn stretches(times: &[f64], groups: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut positive: Vec<f64> = steps(times, groups)
        .map(|(_, step)| step)
        .filter(|step| *step > 0.0)
        .collect();
    if positive.is_empty() {
        return groups.to_vec();
    }
    let middle = positive.len() / 2;
    let (_, median, _) = positive.select_nth_unstable_by(middle, f64::total_cmp);
    let median = *median;
    let long = positive.iter().filter(|step| **step > GAP * median).count();
    let is_irregular = long as f64 > IRREGULAR * positive.len() as f64;
    let longest = median * if is_irregular { GAP_OF_IRREGULAR } else { GAP };
    let mut gaps = steps(times, groups).filter(|(_, step)| *step > longest);
    let mut gap = gaps.next();
    let mut stretches = Vec::new();
    for group in groups {
        let mut start = group.start;
        while let Some((place, _)) = gap.filter(|(place, _)| *place < group.end) {
            stretches.push(start..place);
            start = place;
            gap = gaps.next();
        }
        stretches.push(start..group.end);
    }
    stretches
}

fn simultaneous(times: &[f64], groups: &[Range<u32>]) -> usize {
    steps(times, groups)
        .filter(|(_, step)| *step == 0.0)
        .count()
}
