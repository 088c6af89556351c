//! Tensors as they travel: as JSON, or behind the JSON as bytes (the protocol's binary tensor data extension).

use serde_json::{Value, json};

use super::error::RemoteError;
use super::metadata::TensorMetadata;

/// A named tensor, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// As the model calls it.
    pub name: String,
    /// Its axes; the first is the batch.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub numbers: Numbers,
}

/// What a tensor holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Tokens and masks; sent in as many bits as the server's model wants.
    Whole(Vec<i32>),
    /// All else.
    Float(Vec<f32>),
}

/// The body of a request: JSON, and what follows it.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// How much of it is JSON, where something follows.
    pub(super) json_bytes: Option<usize>,
}

/// The body that asks for the outputs of some inputs, whose datatypes are those of the server's metadata.
pub(super) fn request(inputs: &[Tensor], outputs: &[String], of: &[TensorMetadata], is_binary: bool) -> Body {
    let mut behind = Vec::new();
    let inputs: Vec<Value> = inputs
        .iter()
        .map(|tensor| {
            let whole_type = of.iter().find(|one| one.name == tensor.name).map(|one| one.datatype.as_str());
            let datatype = match (&tensor.numbers, whole_type) {
                (Numbers::Whole(_), Some("INT32")) => "INT32",
                (Numbers::Whole(_), _) => "INT64",
                (Numbers::Float(_), _) => "FP32",
            };
            let mut value = json!({ "name": tensor.name, "shape": tensor.shape, "datatype": datatype });
            if is_binary {
                let before = behind.len();
                append(&mut behind, &tensor.numbers, datatype);
                value["parameters"] = json!({ "binary_data_size": behind.len() - before });
            } else {
                value["data"] = match &tensor.numbers {
                    Numbers::Whole(numbers) => json!(numbers),
                    Numbers::Float(numbers) => json!(numbers),
                };
            }
            value
        })
        .collect();
    let outputs: Vec<Value> = outputs.iter().map(|name| json!({ "name": name })).collect();
    let mut bytes = json!({ "inputs": inputs, "outputs": outputs }).to_string().into_bytes();
    let json_bytes = is_binary.then_some(bytes.len());
    bytes.append(&mut behind);
    Body { bytes, json_bytes }
}

/// Little-endian, row by row, as the extension says.
fn append(behind: &mut Vec<u8>, numbers: &Numbers, datatype: &str) {
    match numbers {
        Numbers::Whole(numbers) if datatype == "INT32" => {
            behind.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        }
        Numbers::Whole(numbers) => {
            behind.extend(numbers.iter().flat_map(|number| i64::from(*number).to_le_bytes()));
        }
        Numbers::Float(numbers) => behind.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
    }
}

/// The outputs of an answer, in the order in which they were asked for, each for as many candidates as went in.
pub(super) fn answer(json: &[u8], outputs: &[String], batch: usize) -> Result<Vec<Tensor>, RemoteError> {
    let bad = |what: String| RemoteError::BadAnswer { what };
    let value: Value =
        serde_json::from_slice(json).map_err(|error| bad(format!("it is no JSON ({error})")))?;
    let given = value["outputs"].as_array().ok_or_else(|| bad("it holds no outputs".to_owned()))?;
    let read = |name: &String| {
        let output = given.iter().find(|output| output["name"] == name.as_str());
        let output = output.ok_or_else(|| bad(format!("it lacks the output {name:?}")))?;
        let shape: Option<Vec<usize>> = output["shape"].as_array().and_then(|shape| {
            shape.iter().map(|size| size.as_u64().and_then(|size| usize::try_from(size).ok())).collect()
        });
        let shape = shape.filter(|shape| shape.first() == Some(&batch));
        let shape = shape
            .ok_or_else(|| bad(format!("{name:?} is not of shape [{batch}, …]: {}", output["shape"])))?;
        let mut numbers = Vec::new();
        flatten(&output["data"], &mut numbers).ok_or_else(|| bad(format!("{name:?} holds no numbers")))?;
        let wanted = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
        if wanted != Some(numbers.len()) {
            return Err(bad(format!("{name:?} has {} numbers for the shape {shape:?}", numbers.len())));
        }
        Ok(Tensor { name: name.clone(), shape, numbers: Numbers::Float(numbers) })
    };
    outputs.iter().map(read).collect()
}

/// Data may be nested as the shape is, or flat.
fn flatten(value: &Value, into: &mut Vec<f32>) -> Option<()> {
    if let Value::Array(values) = value {
        return values.iter().try_for_each(|value| flatten(value, into));
    }
    let number = value.as_f64()? as f32;
    into.push(number.is_finite().then_some(number)?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_not_believed() {
        let outputs = ["s".to_owned()];
        let read = |text: &str| answer(text.as_bytes(), &outputs, 2);
        let good = r#"{"outputs":[{"name":"x","shape":[1],"data":[9]},{"name":"s","shape":[2,1],"data":[[1],[2.5]]}]}"#;
        assert_eq!(
            read(good).unwrap()[0].numbers,
            Numbers::Float(vec![1.0, 2.5]),
            "nested, and behind another"
        );
        for bad in [
            "",
            "{}",
            r#"{"outputs":[]}"#,
            r#"{"outputs":[{"name":"s","shape":[1,1],"data":[1]}]}"#,
            r#"{"outputs":[{"name":"s","shape":[2,1],"data":[1]}]}"#,
            r#"{"outputs":[{"name":"s","shape":[2,1],"data":[1,null]}]}"#,
            r#"{"outputs":[{"name":"s","shape":[2,1],"data":[1,1e300]}]}"#,
            r#"{"outputs":[{"name":"s","shape":[2,-1],"data":[1,2]}]}"#,
            r#"{"outputs":[{"name":"s","shape":[2,9223372036854775807,9],"data":[1,2]}]}"#,
        ] {
            assert!(matches!(read(bad), Err(RemoteError::BadAnswer { .. })), "{bad}");
        }
    }

    #[test]
    fn binary_numbers_follow_the_json() {
        let tensor = |name: &str, numbers| Tensor { name: name.to_owned(), shape: vec![1, 2], numbers };
        let inputs =
            [tensor("ids", Numbers::Whole(vec![1, -2])), tensor("x", Numbers::Float(vec![0.5, 2.0]))];
        let body = request(&inputs, &[], &[], true);
        let (json, behind) = body.bytes.split_at(body.json_bytes.unwrap());
        let value: Value = serde_json::from_slice(json).unwrap();
        assert_eq!(value["inputs"][0]["parameters"]["binary_data_size"], 16, "64 bits each");
        assert_eq!(behind[8..16], (-2_i64).to_le_bytes());
        assert_eq!(behind[16..20], 0.5_f32.to_le_bytes());
        assert_eq!(behind.len(), 24);
    }
}
