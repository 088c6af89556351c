//! What an ONNX file says of itself, read without a runtime: inputs, outputs, operators, where weights lie.
//!
//! A walk over the protobuf wire format that copies no weights. It comes before any runtime sees the file, so
//! that a wrong name, a cut-off file or a path that leads elsewhere is told alike on every machine. The numbers
//! of the fields are those of `onnx.proto`.

use std::collections::{BTreeSet, HashMap};

/// An input or output of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// What it holds, as `TensorProto.DataType` counts.
    pub element: u64,
    /// Its axes, where the file says; none for an axis of any length.
    pub shape: Option<Vec<Option<u64>>>,
}

/// What an ONNX file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it takes, without weights.
    pub inputs: Vec<Port>,
    /// What it gives.
    pub outputs: Vec<Port>,
    /// The operators it uses, with their domain where it is not ONNX's own.
    pub operators: BTreeSet<String>,
    /// Files beside it that hold weights.
    pub data_files: BTreeSet<String>,
    /// The shapes of the weights.
    weights: HashMap<String, Vec<u64>>,
    /// Nodes as (operator, inputs, outputs), for following names.
    nodes: Vec<(String, Vec<String>, Vec<String>)>,
}

/// Why a file has no outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutlineFault {
    /// It is something else.
    NotOnnx(String),
    /// It ends too early.
    Truncated(String),
}

/// Graphs within graphs, deeper than any exporter nests them.
const MAX_DEPTH: usize = 16;

impl Outline {
    /// Reads a file's bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, OutlineFault> {
        if bytes.is_empty() {
            return Err(OutlineFault::NotOnnx("it is empty".to_owned()));
        }
        let mut outline = Self::default();
        let (mut has_version, mut has_graph) = (false, false);
        for field in fields(bytes) {
            let field = field.map_err(|fault| match fault {
                // A file of another kind seldom gets through its first fields.
                Wire::Cut(missing) if has_version => {
                    OutlineFault::Truncated(format!("{missing} more bytes are announced"))
                }
                Wire::Cut(_) | Wire::Broken => {
                    OutlineFault::NotOnnx("its bytes are no protobuf message".to_owned())
                }
            })?;
            match (field.number, field.value) {
                (1, Value::Number(_)) => has_version = true,
                (7, Value::Bytes(graph)) => {
                    has_graph = true;
                    outline.graph(graph, 0).map_err(|fault| match fault {
                        Wire::Cut(_) => OutlineFault::Truncated("its graph ends too early".to_owned()),
                        Wire::Broken => OutlineFault::NotOnnx("its graph cannot be read".to_owned()),
                    })?;
                }
                _ => {}
            }
        }
        match (has_version, has_graph) {
            (true, true) => {}
            (true, false) => return Err(OutlineFault::Truncated("it has no graph".to_owned())),
            (false, _) => return Err(OutlineFault::NotOnnx("it names no version of the format".to_owned())),
        }
        let weights = &outline.weights;
        outline.inputs.retain(|input| !weights.contains_key(&input.name));
        Ok(outline)
    }

    /// How many numbers the model keeps of each token, as its matrices have it: the largest of their smaller sides. 0
    /// where it has none.
    pub fn width(&self) -> u64 {
        let matrices = self.weights.values().filter(|shape| shape.len() == 2);
        matrices.filter_map(|shape| shape.iter().min().copied()).max().unwrap_or(0)
    }

    /// How many rows the table has in which the ids of an input are looked up, if that can be seen.
    pub fn rows_looked_up(&self, ids: &str) -> Option<u64> {
        let through = ["Cast", "Identity", "DequantizeLinear"];
        let mut names = vec![ids];
        let mut at = 0;
        while at < names.len() {
            let name = names[at];
            let casts = self.nodes.iter().filter(|(operator, inputs, _)| {
                through.contains(&operator.as_str()) && inputs.first().is_some_and(|input| input == name)
            });
            for output in casts.flat_map(|(_, _, outputs)| outputs) {
                if !names.contains(&output.as_str()) {
                    names.push(output);
                }
            }
            at += 1;
        }
        let looks_up = |(operator, inputs, _): &&(String, Vec<String>, Vec<String>)| {
            operator == "Gather" && inputs.get(1).is_some_and(|input| names.contains(&input.as_str()))
        };
        let mut table = self.nodes.iter().find(looks_up)?.1.first()?;
        // Weights of half the size are brought to full size between the file and the look-up.
        for _ in 0..4 {
            if let Some(shape) = self.weights.get(table) {
                return shape.first().copied();
            }
            let (_, inputs, _) = self.nodes.iter().find(|(operator, _, outputs)| {
                through.contains(&operator.as_str()) && outputs.contains(table)
            })?;
            table = inputs.first()?;
        }
        None
    }

    fn graph(&mut self, bytes: &[u8], depth: usize) -> Result<(), Wire> {
        if depth > MAX_DEPTH {
            return Err(Wire::Broken);
        }
        for field in fields(bytes) {
            let field = field?;
            let Value::Bytes(value) = field.value else { continue };
            match field.number {
                1 => self.node(value, depth)?,
                5 => self.weight(value, depth)?,
                11 if depth == 0 => self.inputs.push(port(value)?),
                12 if depth == 0 => self.outputs.push(port(value)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn node(&mut self, bytes: &[u8], depth: usize) -> Result<(), Wire> {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        let (mut operator, mut domain) = (String::new(), String::new());
        for field in fields(bytes) {
            let field = field?;
            let Value::Bytes(value) = field.value else { continue };
            match field.number {
                1 => inputs.push(text(value)),
                2 => outputs.push(text(value)),
                4 => operator = text(value),
                5 => self.attribute(value, depth)?,
                7 => domain = text(value),
                _ => {}
            }
        }
        let is_standard = domain.is_empty() || domain == "ai.onnx";
        self.operators.insert(if is_standard { operator.clone() } else { format!("{domain}.{operator}") });
        if depth == 0 {
            self.nodes.push((operator, inputs, outputs));
        }
        Ok(())
    }

    fn attribute(&mut self, bytes: &[u8], depth: usize) -> Result<(), Wire> {
        for field in fields(bytes) {
            let field = field?;
            let Value::Bytes(value) = field.value else { continue };
            match field.number {
                5 | 10 => self.weight(value, depth + 1)?,
                6 | 11 => self.graph(value, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn weight(&mut self, bytes: &[u8], depth: usize) -> Result<(), Wire> {
        let (mut name, mut shape) = (String::new(), Vec::new());
        for field in fields(bytes) {
            let field = field?;
            match (field.number, field.value) {
                (1, Value::Number(axis)) => shape.push(axis),
                (1, Value::Bytes(axes)) => shape.extend(numbers(axes)?),
                (8, Value::Bytes(value)) => name = text(value),
                (13, Value::Bytes(entry)) => {
                    if let (key, location) = entry_of(entry)?
                        && key == "location"
                    {
                        self.data_files.insert(location);
                    }
                }
                _ => {}
            }
        }
        if depth == 0 {
            self.weights.insert(name, shape);
        }
        Ok(())
    }
}

/// The name of a type of number, as `TensorProto.DataType` counts.
pub fn element_name(element: u64) -> String {
    let known = [
        "nothing", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "text", "bool",
        "float16", "float64", "uint32", "uint64",
    ];
    let name = usize::try_from(element).ok().and_then(|at| known.get(at));
    name.map_or_else(|| format!("numbers of type {element}"), |name| (*name).to_owned())
}

fn port(bytes: &[u8]) -> Result<Port, Wire> {
    let mut port = Port { name: String::new(), element: 0, shape: None };
    for field in fields(bytes) {
        let field = field?;
        match (field.number, field.value) {
            (1, Value::Bytes(name)) => port.name = text(name),
            (2, Value::Bytes(kind)) => {
                for field in fields(kind) {
                    let field = field?;
                    if let (1, Value::Bytes(tensor)) = (field.number, field.value) {
                        tensor_type(tensor, &mut port)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(port)
}

fn tensor_type(bytes: &[u8], port: &mut Port) -> Result<(), Wire> {
    for field in fields(bytes) {
        let field = field?;
        match (field.number, field.value) {
            (1, Value::Number(element)) => port.element = element,
            (2, Value::Bytes(shape)) => {
                let mut axes = Vec::new();
                for field in fields(shape) {
                    let field = field?;
                    if let (1, Value::Bytes(axis)) = (field.number, field.value) {
                        axes.push(fixed_length(axis)?);
                    }
                }
                port.shape = Some(axes);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The length of an axis, if it has one. Some exporters write 0 or −1 for any.
fn fixed_length(bytes: &[u8]) -> Result<Option<u64>, Wire> {
    let mut length = None;
    for field in fields(bytes) {
        let field = field?;
        if let (1, Value::Number(number)) = (field.number, field.value) {
            length = Some(number).filter(|number| (1..1 << 40).contains(number));
        }
    }
    Ok(length)
}

fn entry_of(bytes: &[u8]) -> Result<(String, String), Wire> {
    let mut entry = (String::new(), String::new());
    for field in fields(bytes) {
        let field = field?;
        match (field.number, field.value) {
            (1, Value::Bytes(key)) => entry.0 = text(key),
            (2, Value::Bytes(value)) => entry.1 = text(value),
            _ => {}
        }
    }
    Ok(entry)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A list of numbers, packed.
fn numbers(mut bytes: &[u8]) -> Result<Vec<u64>, Wire> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        let (number, length) = varint(bytes)?;
        numbers.push(number);
        bytes = &bytes[length..];
    }
    Ok(numbers)
}

/// What is wrong with a message.
#[derive(Debug)]
enum Wire {
    /// So many bytes are announced and not there.
    Cut(u64),
    /// It is no message.
    Broken,
}

enum Value<'b> {
    Number(u64),
    Bytes(&'b [u8]),
    /// Four or eight bytes that nothing here reads.
    Fixed,
}

struct Field<'b> {
    number: u64,
    value: Value<'b>,
}

/// The fields of a message, in their order; ends after the first fault.
fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<Field<'_>, Wire>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = next_field(&mut rest);
        if field.is_err() {
            rest = &[];
        }
        Some(field)
    })
}

fn next_field<'b>(rest: &mut &'b [u8]) -> Result<Field<'b>, Wire> {
    let (tag, length) = varint(rest)?;
    *rest = &rest[length..];
    let number = tag >> 3;
    if number == 0 {
        return Err(Wire::Broken);
    }
    let value = match tag & 7 {
        0 => {
            let (value, length) = varint(rest)?;
            *rest = &rest[length..];
            Value::Number(value)
        }
        1 => {
            take(rest, 8)?;
            Value::Fixed
        }
        2 => {
            let (length, prefix) = varint(rest)?;
            *rest = &rest[prefix..];
            Value::Bytes(take(rest, length)?)
        }
        5 => {
            take(rest, 4)?;
            Value::Fixed
        }
        _ => return Err(Wire::Broken),
    };
    Ok(Field { number, value })
}

fn take<'b>(rest: &mut &'b [u8], length: u64) -> Result<&'b [u8], Wire> {
    let available = rest.len() as u64;
    if length > available {
        return Err(Wire::Cut(length - available));
    }
    let (taken, after) = rest.split_at(usize::try_from(length).map_err(|_| Wire::Broken)?);
    *rest = after;
    Ok(taken)
}

/// A number and how many bytes it takes.
fn varint(bytes: &[u8]) -> Result<(u64, usize), Wire> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((number, at + 1));
        }
    }
    Err(if bytes.len() < 10 { Wire::Cut(1) } else { Wire::Broken })
}
