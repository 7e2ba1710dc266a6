//! How odd rows are, as operators: what `scoring` does, in double precision as there.

use super::graph::{Graph, Name, Type};
use super::rows::Given;
use crate::scoring::{Groups, Method, Scorer, Spread, Surprising, TINY, WEIGHTS};
use std::ops::Range;

/// Scores of rows with these reconstructions: rows.
pub(super) fn score(graph: &mut Graph, scorer: &Scorer, given: &Given, back: &Name) -> Name {
    let score = match &scorer.method {
        Method::Mse => mse(graph, &scorer.groups, given, back),
        Method::Surprise(fitted) => surprise(graph, &scorer.groups, fitted, given, back),
    };
    graph.cast(&score, Type::Float)
}

/// The p-value of each score, and whether it is beyond the threshold; both are rows × 1.
pub(super) fn judged(graph: &mut Graph, scorer: &Scorer, score: &Name) -> [Name; 2] {
    let calibrated = &scorer.calibrated;
    let ranked = calibrated.ranked();
    let p_values: Vec<f32> = (0..=calibrated.knots.len())
        .map(|below| (1 + ranked.from(below)) as f64 / (1 + calibrated.rows) as f64)
        .map(|p_value| p_value as f32)
        .collect();
    let below = graph.count("Less", &calibrated.knots, score);
    let p_value = graph.look_up(&p_values, &below);
    let (exact, cutoff) = (graph.cast(score, Type::Double), graph.number(scorer.cutoff));
    [p_value, graph.op("Greater", &[&exact, &cutoff])]
}

fn mse(graph: &mut Graph, groups: &Groups, given: &Given, back: &Name) -> Name {
    let errors = graph.op("Sub", &[&given.features, back]);
    let columns = mean_squares(graph, groups, &errors);
    let sum = present_sum(graph, given, &columns);
    let count = match &given.present {
        Some(present) => {
            let (count, one) = (graph.row_sums(present), graph.number(1.0f64));
            graph.op("Max", &[&count, &one])
        }
        None => graph.number(groups.len() as f64),
    };
    graph.op("Div", &[&sum, &count])
}

fn surprise(
    graph: &mut Graph,
    groups: &Groups,
    fitted: &Surprising,
    given: &Given,
    back: &Name,
) -> Name {
    let rarities: Vec<Name> = groups
        .ranges()
        .map(|column| rarity(graph, fitted, column, &given.features))
        .collect();
    let errors = graph.op("Sub", &[&given.features, back]);
    let distances = standard(graph, &fitted.values, &given.features);
    let residuals = standard(graph, &fitted.residuals, &errors);
    let columns = [
        graph.beside(&rarities),
        mean_squares(graph, groups, &distances),
        mean_squares(graph, groups, &residuals),
    ];
    let mut weighted = Vec::new();
    for (part, columns) in columns.iter().enumerate() {
        let sum = present_sum(graph, given, columns);
        let (most, tiny) = (graph.number(f64::from(f32::MAX)), graph.number(TINY));
        let bounded = graph.op("Min", &[&sum, &most]);
        let above = graph.op("Add", &[&bounded, &tiny]);
        let logarithm = graph.op("Log", &[&above]);
        let standard = &fitted.parts[part];
        let median = graph.number(standard.median);
        let factor = graph.number(WEIGHTS[part] / standard.scale);
        let centred = graph.op("Sub", &[&logarithm, &median]);
        weighted.push(graph.op("Mul", &[&centred, &factor]));
    }
    let first = graph.op("Add", &[&weighted[0], &weighted[1]]);
    graph.op("Add", &[&first, &weighted[2]])
}

/// How rare a column's value is; of several features, the rarest: rows × 1.
fn rarity(graph: &mut Graph, fitted: &Surprising, column: Range<usize>, features: &Name) -> Name {
    let mut of_features = Vec::new();
    for feature in column {
        let table = &fitted.rarities[feature];
        let value = graph.columns(features, &[feature]);
        // A number between two knots is beyond both counts alike, a knot itself beyond one more.
        let below = graph.count("Less", &table.knots, &value);
        let up_to = graph.count("LessOrEqual", &table.knots, &value);
        let place = graph.op("Add", &[&below, &up_to]);
        of_features.push(graph.look_up(&table.said, &place));
    }
    let of_features: Vec<&Name> = of_features.iter().collect();
    graph.op("Max", &of_features)
}

/// Numbers in robust standard deviations from the middle: rows × features.
fn standard(graph: &mut Graph, spread: &Spread, numbers: &Name) -> Name {
    let width = spread.centre.len();
    let centre = graph.constant(&spread.centre, &[1, width]);
    let weight = graph.constant(&spread.weight, &[1, width]);
    let centred = graph.op("Sub", &[numbers, &centre]);
    graph.op("Mul", &[&centred, &weight])
}

/// The mean square of each column's numbers: rows × columns.
fn mean_squares(graph: &mut Graph, groups: &Groups, numbers: &Name) -> Name {
    let exact = graph.cast(numbers, Type::Double);
    let squares = graph.op("Mul", &[&exact, &exact]);
    let mut columns = Vec::new();
    let is_plain = groups
        .ranges()
        .enumerate()
        .all(|(place, range)| range == (place..place + 1));
    if is_plain {
        let all: Vec<usize> = (0..groups.len()).collect();
        return graph.columns(&squares, &all);
    }
    for range in groups.ranges() {
        let width = graph.number(range.len() as f64);
        let features: Vec<usize> = range.collect();
        let own = graph.columns(&squares, &features);
        let sum = graph.row_sums(&own);
        columns.push(graph.op("Div", &[&sum, &width]));
    }
    graph.beside(&columns)
}

/// The sum over the columns that are not missing: rows × 1.
fn present_sum(graph: &mut Graph, given: &Given, columns: &Name) -> Name {
    let counted = match &given.present {
        Some(present) => graph.op("Mul", &[columns, present]),
        None => columns.clone(),
    };
    graph.row_sums(&counted)
}
