//! From rows as they stand in the data to features, and back: what `ae-data`'s preprocessing
//! does, as operators. Numbers are scaled in double precision, as there.

use super::graph::{Attribute, Graph, Name, Type};
use super::table::{Column, Columns, Word};
use crate::{Model, ModelError};
use ae_data::scaling::Piece;
use ae_data::{FittedScaling, Layout};

/// A network's input.
pub(super) struct Given {
    /// Rows × features, single precision.
    pub(super) features: Name,
    /// Rows × columns, double precision: 1, or 0 where a cell is missing. `None`: none ever is.
    pub(super) present: Option<Name>,
}

/// How rows come in and go out.
pub(super) enum Form<'a> {
    /// As the network has them.
    Features(usize),
    /// Numbers without holes, in this shape.
    Plain(Vec<usize>, &'a FittedScaling),
    /// The columns of a table.
    Table(Columns<'a>),
}

impl<'a> Form<'a> {
    /// That of a model's rows; `as_features`: of what the network is given in their place.
    pub(super) fn of(model: &'a Model, as_features: bool) -> Result<Self, ModelError> {
        if as_features {
            return Ok(Self::Features(model.autoencoder().features()));
        }
        if model.preprocessing().encoding().is_some() {
            return Ok(Self::Table(Columns::of(model)?));
        }
        let shape = match model.layout() {
            Layout::Image {
                height,
                width,
                channels: 1,
            } => vec![*height, *width],
            Layout::Image {
                height,
                width,
                channels,
            } => vec![*height, *width, *channels],
            layout => match model.windowing() {
                Some(windowing) => {
                    let steps = windowing.length();
                    vec![steps, layout.width() / steps]
                }
                None => vec![layout.width()],
            },
        };
        Ok(Self::Plain(shape, model.scaling()))
    }

    /// Rows come in.
    pub(super) fn come_in(&self, graph: &mut Graph) -> Given {
        match self {
            Self::Features(width) => Given {
                features: graph.input("features", Type::Float, &[*width]),
                present: None,
            },
            Self::Plain(shape, scaling) => {
                let rows = graph.input("rows", Type::Float, shape);
                let cells = shape.iter().product();
                let flat = graph.reshaped(&rows, &[cells]);
                let cells: Vec<usize> = (0..cells).collect();
                Given {
                    features: scaled(graph, scaling, &cells, &flat),
                    present: None,
                }
            }
            Self::Table(columns) => table_in(graph, columns),
        }
    }

    /// Rows of features go out as rows.
    pub(super) fn go_out(&self, graph: &mut Graph, features: &Name) {
        match self {
            Self::Features(width) => {
                graph.output(features, "reconstruction", Type::Float, &[*width]);
            }
            Self::Plain(shape, scaling) => {
                let cells: Vec<usize> = (0..shape.iter().product()).collect();
                let flat = unscaled(graph, scaling, &cells, features);
                let rows = graph.reshaped(&flat, shape);
                graph.output(&rows, "reconstruction", Type::Float, shape);
            }
            Self::Table(columns) => table_out(graph, columns, features),
        }
    }
}

/// Cells of single precision, scaled: rows × cells.
fn scaled(graph: &mut Graph, scaling: &FittedScaling, cells: &[usize], values: &Name) -> Name {
    let values = graph.cast(values, Type::Double);
    let bent = bent(graph, cells, &values, &|cell| {
        scaling.curves().get(cell).map(|curve| curve.pieces())
    });
    let lines = lines(scaling, cells);
    let shift: Vec<f64> = lines.iter().map(|line| line.0).collect();
    let factor: Vec<f64> = lines.iter().map(|line| 1.0 / line.1).collect();
    let shift = graph.constant(&shift, &[1, lines.len()]);
    let factor = graph.constant(&factor, &[1, lines.len()]);
    let centred = graph.op("Sub", &[&bent, &shift]);
    let scaled = graph.op("Mul", &[&centred, &factor]);
    graph.cast(&scaled, Type::Float)
}

/// The way back.
fn unscaled(graph: &mut Graph, scaling: &FittedScaling, cells: &[usize], values: &Name) -> Name {
    let values = graph.cast(values, Type::Double);
    let lines = lines(scaling, cells);
    let shift: Vec<f64> = lines.iter().map(|line| line.0).collect();
    let scale: Vec<f64> = lines.iter().map(|line| line.1).collect();
    let shift = graph.constant(&shift, &[1, lines.len()]);
    let scale = graph.constant(&scale, &[1, lines.len()]);
    let stretched = graph.op("Mul", &[&values, &scale]);
    let bent_back = graph.op("Add", &[&stretched, &shift]);
    let cells = bent(graph, cells, &bent_back, &|cell| {
        scaling.curves().get(cell).map(|curve| curve.pieces_back())
    });
    graph.cast(&cells, Type::Float)
}

/// Shift and scale of each of these cells; one for all, where they are the same.
fn lines(scaling: &FittedScaling, cells: &[usize]) -> Vec<(f64, f64)> {
    let (shift, scale) = (scaling.shift(), scaling.scale());
    match (shift, scale) {
        ([shift], [scale]) => vec![(*shift, *scale)],
        _ => cells
            .iter()
            .map(|cell| (shift[*cell], scale[*cell]))
            .collect(),
    }
}

/// The points and pieces of a curve.
type Pieces<'a> = (&'a [f64], Vec<Piece>);

/// Each cell along its curve, if there is one.
fn bent<'a>(
    graph: &mut Graph,
    cells: &[usize],
    values: &Name,
    curve: &dyn Fn(usize) -> Option<Pieces<'a>>,
) -> Name {
    let curves: Vec<Option<Pieces<'a>>> = cells
        .iter()
        .map(|cell| curve(*cell).filter(|(_, pieces)| !pieces.is_empty()))
        .collect();
    if curves.iter().all(Option::is_none) {
        return values.clone();
    }
    let mut bent = Vec::with_capacity(cells.len());
    for (column, curve) in curves.iter().enumerate() {
        let value = graph.columns(values, &[column]);
        bent.push(match curve {
            Some((points, pieces)) => along(graph, points, pieces, &value),
            None => value,
        });
    }
    graph.beside(&bent)
}

/// The height of a curve at each number.
fn along(graph: &mut Graph, points: &[f64], pieces: &[Piece], value: &Name) -> Name {
    let behind = graph.count("LessOrEqual", points, value);
    let mut table = |of: fn(&Piece) -> f64| {
        let numbers: Vec<f64> = pieces.iter().map(of).collect();
        graph.look_up(&numbers, &behind)
    };
    let (at, height, slope) = (table(|p| p.at), table(|p| p.height), table(|p| p.slope));
    let from = graph.op("Sub", &[value, &at]);
    let up = graph.op("Mul", &[&slope, &from]);
    graph.op("Add", &[&height, &up])
}

/// Stretches of columns side by side, and where in them each feature is.
#[derive(Default)]
struct Blocks {
    names: Vec<Name>,
    width: usize,
}

impl Blocks {
    /// Puts so many columns behind the others; gives the place of the first.
    fn push(&mut self, name: Name, width: usize) -> usize {
        self.names.push(name);
        self.width += width;
        self.width - width
    }
}

fn table_in(graph: &mut Graph, columns: &Columns<'_>) -> Given {
    let (mut blocks, mut holes) = (Blocks::default(), Blocks::default());
    let numbers: Vec<&Column<'_>> = columns.numbers().collect();
    let cells: Vec<usize> = numbers.iter().map(|column| column.cell).collect();
    if !numbers.is_empty() {
        let (values, missing) = numbers_in(graph, columns, &numbers);
        let mut values = scaled(graph, columns.scaling, &cells, &values);
        if let Some(clip) = columns.clip {
            let (low, high) = (graph.number(-clip), graph.number(clip));
            values = graph.op("Clip", &[&values, &low, &high]);
        }
        blocks.push(values, numbers.len());
        holes.push(missing, numbers.len());
    }
    let mut words = Vec::new();
    for column in columns.all.iter() {
        if let Some(word) = &column.word {
            let (values, missing) = word_in(graph, column, word);
            let place = blocks.push(values, word.rows[0].len());
            words.push((place, holes.push(missing, 1)));
        }
    }
    let holes_begin = blocks.width;
    let missing = graph.beside(&holes.names);
    blocks.push(missing.clone(), holes.width);
    let (mut order, mut hole_order) = (Vec::new(), Vec::new());
    let (mut number, mut words) = (0, words.into_iter());
    for column in &columns.all {
        let (place, width, hole) = match &column.word {
            None => {
                number += 1;
                (number - 1, 1, number - 1)
            }
            Some(word) => {
                let (place, hole) = words.next().unwrap_or_default();
                (place, word.rows[0].len(), hole)
            }
        };
        order.extend(place..place + width);
        if column.indicator {
            order.push(holes_begin + hole);
        }
        hole_order.push(hole);
    }
    let all = graph.beside(&blocks.names);
    let missing = graph.columns(&missing, &hole_order);
    let missing = graph.cast(&missing, Type::Double);
    let one = graph.number(1.0f64);
    Given {
        features: graph.columns(&all, &order),
        present: Some(graph.op("Sub", &[&one, &missing])),
    }
}

/// Columns of numbers: rows × columns with holes filled, and 1 where there was one.
fn numbers_in(graph: &mut Graph, columns: &Columns<'_>, numbers: &[&Column<'_>]) -> (Name, Name) {
    let width = numbers.len();
    let mut values = if columns.is_matrix() {
        let rows = graph.input("rows", columns.number_type(), &columns.shape());
        graph.reshaped(&rows, &[width])
    } else {
        let each = numbers
            .iter()
            .map(|column| graph.input(column.name, columns.number_type(), &[1]));
        let each: Vec<Name> = each.collect();
        graph.beside(&each)
    };
    if columns.number_type() == Type::Double {
        let origins: Vec<f64> = numbers.iter().map(|column| column.origin).collect();
        let origins = graph.constant(&origins, &[1, width]);
        let kept = graph.op("Sub", &[&values, &origins]);
        values = graph.cast(&kept, Type::Float);
    }
    let fills: Vec<f32> = numbers.iter().map(|column| column.fill).collect();
    let fills = graph.constant(&fills, &[1, width]);
    let missing = graph.op("IsNaN", &[&values]);
    let filled = graph.op("Where", &[&missing, &fills, &values]);
    (filled, graph.cast(&missing, Type::Float))
}

/// A column of words: rows × its features, and 1 where the cell is missing.
fn word_in(graph: &mut Graph, column: &Column<'_>, word: &Word) -> (Name, Name) {
    let text = graph.input(column.name, Type::Text, &[1]);
    let (keys, places): (Vec<String>, Vec<i64>) = word.places.iter().cloned().unzip();
    let settings = [
        ("keys_strings", Attribute::Texts(&keys)),
        ("values_int64s", Attribute::Integers(&places)),
        ("default_int64", Attribute::Integer(word.otherwise)),
    ];
    let place = graph.op_with("LabelEncoder", &[&text], &settings);
    let width = word.rows[0].len();
    let table = graph.constant(&word.rows.concat(), &[word.rows.len(), width]);
    let flat = graph.list(&[-1]);
    let flat = graph.op("Reshape", &[&place, &flat]);
    let values = graph.op("Gather", &[&table, &flat]);
    let hole = graph.constant(&[word.missing], &[1, 1]);
    let missing = graph.op("Equal", &[&place, &hole]);
    (values, graph.cast(&missing, Type::Float))
}

fn table_out(graph: &mut Graph, columns: &Columns<'_>, features: &Name) {
    let numbers: Vec<&Column<'_>> = columns.numbers().collect();
    if !numbers.is_empty() {
        let cells: Vec<usize> = numbers.iter().map(|column| column.cell).collect();
        let places: Vec<usize> = numbers.iter().map(|column| column.feature).collect();
        let values = graph.columns(features, &places);
        let mut values = unscaled(graph, columns.scaling, &cells, &values);
        if columns.number_type() == Type::Double {
            let origins: Vec<f64> = numbers.iter().map(|column| column.origin).collect();
            let origins = graph.constant(&origins, &[1, origins.len()]);
            let wide = graph.cast(&values, Type::Double);
            values = graph.op("Add", &[&wide, &origins]);
        }
        if columns.is_matrix() {
            let rows = graph.reshaped(&values, &columns.shape());
            graph.output(
                &rows,
                "reconstruction",
                columns.number_type(),
                &columns.shape(),
            );
            return;
        }
        for (place, column) in numbers.iter().enumerate() {
            let value = graph.columns(&values, &[place]);
            graph.output(&value, &back(column), columns.number_type(), &[1]);
        }
    }
    for column in &columns.all {
        if let Some(word) = &column.word {
            let place = likeliest(graph, column, word, features);
            let keys: Vec<i64> = (0..word.answers.len() as i64).collect();
            let settings = [
                ("keys_int64s", Attribute::Integers(&keys)),
                ("values_strings", Attribute::Texts(&word.answers)),
            ];
            let text = graph.op_with("LabelEncoder", &[&place], &settings);
            graph.output(&text, &back(column), Type::Text, &[1]);
        }
    }
}

/// What a column is called that went through the network.
fn back(column: &Column<'_>) -> String {
    format!("reconstruction.{}", column.name)
}

/// The place of the likeliest answer: rows × 1.
fn likeliest(graph: &mut Graph, column: &Column<'_>, word: &Word, features: &Name) -> Name {
    if word.is_one_hot() {
        let answers: Vec<usize> = (column.feature..).take(word.answers.len()).collect();
        let shares = graph.columns(features, &answers);
        return graph.op_with("ArgMax", &[&shares], &[("axis", Attribute::Integer(1))]);
    }
    let share = graph.columns(features, &[column.feature]);
    let half = graph.number(0.5f32);
    let yes = graph.op("GreaterOrEqual", &[&share, &half]);
    graph.cast(&yes, Type::Integer)
}
