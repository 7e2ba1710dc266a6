//! What is wrong with data before any model is trained on them. One small function a finding, in
//! `ROWS` (of whole rows) or `COLUMNS` (of the columns of a table).

mod columns;
mod rows;

use crate::evaluation::{Finding, Severity};
use ae_data::{Dataset, Kind, Layout, Parts};

/// What there is to look at.
struct Facts<'a> {
    train: &'a Dataset,
    test: Option<&'a Dataset>,
    /// Columns that are learnt from; none of images.
    columns: Vec<Column>,
}

/// A column's cells.
struct Column {
    name: String,
    kind: Kind,
    /// What it holds in each row, NaN for a missing cell: a number, the place of a word, or
    /// seconds since 1970.
    values: Vec<f64>,
}

/// Everything that is looked for in whole rows. To add one: a function, and its name here.
const ROWS: &[fn(&Facts<'_>) -> Option<Finding>] = &[
    rows::tested_on_what_was_learnt,
    rows::repeated,
    rows::few,
    rows::rare_class,
];

/// Everything that is looked for in each column. To add one: a function, and its name here.
const COLUMNS: &[fn(&Facts<'_>) -> Vec<Finding>] = &[
    columns::gives_the_label_away,
    columns::stands_for_nothing,
    columns::repeats_another,
    columns::nearly_constant,
    columns::mostly_holes,
];

/// Looks through data, the gravest findings first.
///
/// # Panics
/// Never: rows of any kind will do.
pub fn checkup(parts: &Parts) -> Vec<Finding> {
    let train = &parts.train;
    let facts = Facts {
        train,
        test: parts.test.as_ref(),
        columns: columns_of(train),
    };
    let of_rows = ROWS.iter().filter_map(|find| find(&facts));
    let of_columns = COLUMNS.iter().flat_map(|find| find(&facts));
    let mut findings: Vec<Finding> = of_rows.chain(of_columns).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

const SECONDS_A_DAY: f64 = 86_400.0;

fn columns_of(dataset: &Dataset) -> Vec<Column> {
    let value = |row, cell| f64::from(dataset.value(row, cell));
    let numbers = |cell: usize| (0..dataset.rows).map(move |row| value(row, cell)).collect();
    let moments = |day: usize| {
        let moment = move |row| SECONDS_A_DAY * value(row, day) + value(row, day + 1);
        (0..dataset.rows).map(moment).collect()
    };
    match &dataset.layout {
        _ if dataset.windows.is_some() => Vec::new(),
        Layout::Image { .. } => Vec::new(),
        Layout::Columns(names) => {
            let columns = names.iter().enumerate().map(|(place, name)| Column {
                name: name.clone(),
                kind: Kind::Number(ae_data::table::NumberFormat::default()),
                values: numbers(place),
            });
            columns.collect()
        }
        Layout::Table(schema) => {
            let placed = schema
                .placed()
                .filter(|(_, column)| column.kind.cells() > 0);
            let columns = placed.map(|(place, column)| Column {
                name: column.name.clone(),
                kind: column.kind.clone(),
                values: match column.kind {
                    Kind::DateTime(_) => moments(place),
                    _ => numbers(place),
                },
            });
            columns.collect()
        }
    }
}

impl Column {
    /// How many cells hold something.
    fn filled(&self) -> usize {
        self.values.iter().filter(|value| !value.is_nan()).count()
    }

    /// Whether cells are numbers on a scale, not places of a category or parts of a date.
    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number(_))
    }

    /// The different values of filled cells in ascending order, with how often each stands.
    fn counts(&self) -> Vec<(f64, usize)> {
        let mut sorted: Vec<f64> = self
            .values
            .iter()
            .copied()
            .filter(|v| !v.is_nan())
            .collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let runs = sorted.chunk_by(|a, b| a == b);
        runs.map(|run| (run[0], run.len())).collect()
    }

    /// What a value of the column says.
    fn text(&self, value: f64) -> String {
        let cells = match self.kind {
            Kind::DateTime(_) => [
                value.div_euclid(SECONDS_A_DAY),
                value.rem_euclid(SECONDS_A_DAY),
            ],
            _ => [value, 0.0],
        };
        ae_data::table::cell_text(&self.kind, &cells.map(|cell| cell as f32))
    }

    /// The words that its values are the places of; of numbers and times none.
    fn words(&self) -> &[String] {
        match &self.kind {
            Kind::Category { values } => values,
            _ => &[],
        }
    }
}

fn finding(severity: Severity, title: &str, detail: String, hint: String) -> Finding {
    Finding {
        severity,
        title: title.to_owned(),
        detail,
        hint,
    }
}
