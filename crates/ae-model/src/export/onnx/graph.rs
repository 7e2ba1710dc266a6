//! A graph under construction: operators that take and give named values.
//!
//! Field numbers are those of [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

use super::protobuf::Message;

/// The format of the file; 7 is of 2020, as is the set of operators, so that runtimes of any age
/// in use read them.
pub const IR_VERSION: i64 = 7;

/// Version of the operators.
pub const OPSET: i64 = 13;

/// Version of those of `ai.onnx.ml`, which turn words into numbers.
pub const DOMAIN_VERSION: i64 = 2;

const DOMAIN: &str = "ai.onnx.ml";

/// What a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Single precision.
    Float = 1,
    /// Whole numbers of 64 bits.
    Integer = 7,
    /// Words.
    Text = 8,
    /// Yes or no.
    Truth = 9,
    /// Double precision.
    Double = 11,
}

impl Type {
    /// As ONNX Runtime calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Integer => "int64",
            Self::Text => "string",
            Self::Truth => "bool",
            Self::Double => "double",
        }
    }
}

/// An input or an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Type,
    /// Its shape without the first side, which is the number of rows.
    pub shape: Vec<usize>,
}

/// A value by its name.
pub(super) type Name = String;

/// A setting of an operator.
pub(super) enum Attribute<'a> {
    Float(f32),
    Integer(i64),
    Integers(&'a [i64]),
    Text(&'a str),
    Texts(&'a [String]),
}

/// Constant numbers.
pub(super) trait Element: Copy {
    const TYPE: Type;
    fn write(self, bytes: &mut Vec<u8>);
}

macro_rules! elements {
    ($( $number:ty: $kind:ident ),+) => {
        $( impl Element for $number {
            const TYPE: Type = Type::$kind;
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        } )+
    };
}

elements!(f32: Float, f64: Double, i64: Integer);

#[derive(Default)]
pub(super) struct Graph {
    message: Message,
    values: usize,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
}

impl Graph {
    /// Rows of this shape come in.
    pub(super) fn input(&mut self, name: &str, kind: Type, shape: &[usize]) -> Name {
        let port = port(name, kind, shape);
        self.message.message(11, &described(&port));
        self.inputs.push(port);
        name.to_owned()
    }

    /// A value goes out, as rows of this shape.
    pub(super) fn output(&mut self, value: &Name, name: &str, kind: Type, shape: &[usize]) {
        self.node("Identity", &[value], &[name], &[]);
        let port = port(name, kind, shape);
        self.message.message(12, &described(&port));
        self.outputs.push(port);
    }

    /// Numbers that are part of the file; no side means a single number.
    pub(super) fn constant<T: Element>(&mut self, values: &[T], shape: &[usize]) -> Name {
        let name = self.fresh("constant");
        let mut bytes = Vec::with_capacity(size_of_val(values));
        values.iter().for_each(|value| value.write(&mut bytes));
        let mut tensor = Message::default();
        for side in shape {
            tensor.integer(1, *side as i64);
        }
        tensor.integer(2, T::TYPE as i64);
        tensor.text(8, &name);
        tensor.bytes(9, &bytes);
        self.message.message(5, &tensor);
        name
    }

    /// A single number.
    pub(super) fn number<T: Element>(&mut self, value: T) -> Name {
        self.constant(&[value], &[])
    }

    /// A row of numbers.
    pub(super) fn list(&mut self, values: &[i64]) -> Name {
        self.constant(values, &[values.len()])
    }

    /// What an operator makes of values.
    pub(super) fn op(&mut self, kind: &str, inputs: &[&Name]) -> Name {
        self.op_with(kind, inputs, &[])
    }

    /// The same with settings.
    pub(super) fn op_with(
        &mut self,
        kind: &str,
        inputs: &[&Name],
        attributes: &[(&str, Attribute<'_>)],
    ) -> Name {
        let name = self.fresh(kind);
        self.node(kind, inputs, &[&name], attributes);
        name
    }

    /// What an operator makes of values that gives two.
    pub(super) fn op_of_two(&mut self, kind: &str, inputs: &[&Name]) -> [Name; 2] {
        let names = [self.fresh(kind), self.fresh(kind)];
        self.node(kind, inputs, &names.each_ref().map(String::as_str), &[]);
        names
    }

    /// The same numbers as another type.
    pub(super) fn cast(&mut self, value: &Name, to: Type) -> Name {
        self.op_with("Cast", &[value], &[("to", Attribute::Integer(to as i64))])
    }

    /// The same numbers in another shape, behind the number of rows.
    pub(super) fn reshaped(&mut self, value: &Name, shape: &[usize]) -> Name {
        let sides = shape.iter().map(|side| *side as i64);
        // 0: the number of rows, as it was.
        let sides: Vec<i64> = std::iter::once(0).chain(sides).collect();
        let shape = self.list(&sides);
        self.op("Reshape", &[value, &shape])
    }

    /// Side by side: rows of one behind the rows of another.
    pub(super) fn beside(&mut self, values: &[Name]) -> Name {
        match values {
            [only] => only.clone(),
            _ => {
                let values: Vec<&Name> = values.iter().collect();
                self.op_with("Concat", &values, &[("axis", Attribute::Integer(1))])
            }
        }
    }

    /// Some columns of rows.
    pub(super) fn columns(&mut self, value: &Name, columns: &[usize]) -> Name {
        let columns: Vec<i64> = columns.iter().map(|column| *column as i64).collect();
        let columns = self.list(&columns);
        let axis = [("axis", Attribute::Integer(1))];
        self.op_with("Gather", &[value, &columns], &axis)
    }

    /// Rows added up: rows × 1.
    pub(super) fn row_sums(&mut self, value: &Name) -> Name {
        let axis = self.list(&[1]);
        self.op("ReduceSum", &[value, &axis])
    }

    /// How many of `knots` a number is beyond by `comparison` (knot, number): rows × 1.
    pub(super) fn count<T: Element>(
        &mut self,
        comparison: &str,
        knots: &[T],
        numbers: &Name,
    ) -> Name {
        let knots = self.constant(knots, &[1, knots.len()]);
        let beyond = self.op(comparison, &[&knots, numbers]);
        let ones = self.cast(&beyond, Type::Integer);
        self.row_sums(&ones)
    }

    /// The numbers of a table at these places, in the shape of the places.
    pub(super) fn look_up<T: Element>(&mut self, table: &[T], places: &Name) -> Name {
        let table = self.constant(table, &[table.len()]);
        self.op("Gather", &[&table, places])
    }

    /// The file's bytes. `about`: what it is, for who opens it.
    pub(super) fn finish(mut self, name: &str, about: &[(&str, String)]) -> Vec<u8> {
        self.message.text(2, name);
        let mut model = Message::default();
        model.integer(1, IR_VERSION);
        model.text(2, env!("CARGO_PKG_NAME"));
        model.text(3, env!("CARGO_PKG_VERSION"));
        model.message(7, &self.message);
        for (domain, version) in [("", OPSET), (DOMAIN, DOMAIN_VERSION)] {
            let mut operators = Message::default();
            operators.text(1, domain);
            operators.integer(2, version);
            model.message(8, &operators);
        }
        for (key, value) in about {
            let mut entry = Message::default();
            entry.text(1, key);
            entry.text(2, value);
            model.message(14, &entry);
        }
        model.into_bytes()
    }

    /// A name that no column of a table has.
    fn fresh(&mut self, kind: &str) -> Name {
        self.values += 1;
        format!("ae/{kind}/{}", self.values)
    }

    fn node(
        &mut self,
        kind: &str,
        inputs: &[&Name],
        outputs: &[&str],
        attributes: &[(&str, Attribute<'_>)],
    ) {
        let mut node = Message::default();
        for input in inputs {
            node.text(1, input);
        }
        for output in outputs {
            node.text(2, output);
        }
        node.text(3, outputs[0]);
        node.text(4, kind);
        for (name, value) in attributes {
            node.message(5, &attribute(name, value));
        }
        if kind == "LabelEncoder" {
            node.text(7, DOMAIN);
        }
        self.message.message(1, &node);
    }
}

fn attribute(name: &str, value: &Attribute<'_>) -> Message {
    let mut message = Message::default();
    message.text(1, name);
    let kind = match value {
        Attribute::Float(value) => {
            message.float(2, *value);
            1
        }
        Attribute::Integer(value) => {
            message.integer(3, *value);
            2
        }
        Attribute::Text(value) => {
            message.text(4, value);
            3
        }
        Attribute::Integers(values) => {
            values.iter().for_each(|value| message.integer(8, *value));
            7
        }
        Attribute::Texts(values) => {
            values.iter().for_each(|value| message.text(9, value));
            8
        }
    };
    message.integer(20, kind);
    message
}

fn port(name: &str, kind: Type, shape: &[usize]) -> Port {
    Port {
        name: name.to_owned(),
        kind,
        shape: shape.to_vec(),
    }
}

fn described(port: &Port) -> Message {
    let mut batch = Message::default();
    batch.text(2, "rows");
    let mut shape = Message::default();
    shape.message(1, &batch);
    for side in &port.shape {
        let mut length = Message::default();
        length.integer(1, *side as i64);
        shape.message(1, &length);
    }
    let mut tensor = Message::default();
    tensor.integer(1, port.kind as i64);
    tensor.message(2, &shape);
    let mut kind = Message::default();
    kind.message(1, &tensor);
    let mut value = Message::default();
    value.text(1, &port.name);
    value.message(2, &kind);
    value
}
