//! Parts of a batch: some rows of every input, and outputs put together again.

use super::super::Numbers;
use super::{InputTensor, OutputTensor};

/// How many rows a batch has; 1 where its inputs do not agree on it, so that it is not cut.
pub(super) fn rows_of(inputs: &[InputTensor]) -> usize {
    let rows = |input: &InputTensor| input.shape.first().copied().unwrap_or(1);
    let first = inputs.first().map_or(1, rows);
    if inputs.iter().all(|input| rows(input) == first) { first.max(1) } else { 1 }
}

/// The rows from one number to before another of every input.
pub(super) fn rows_from<'n>(inputs: &[InputTensor<'n>], from: usize, to: usize) -> Vec<InputTensor<'n>> {
    let part = |input: &InputTensor<'n>| {
        let row: usize = input.shape.iter().skip(1).product();
        let mut shape = input.shape.clone();
        if let Some(rows) = shape.first_mut() {
            *rows = to - from;
        }
        let numbers = match &input.numbers {
            Numbers::Whole(numbers) => Numbers::Whole(numbers[from * row..to * row].to_vec()),
            Numbers::Float(numbers) => Numbers::Float(numbers[from * row..to * row].to_vec()),
        };
        InputTensor { name: input.name, shape, numbers }
    };
    inputs.iter().map(part).collect()
}

/// The outputs of two parts as those of one batch.
pub(super) fn joined(first: Vec<OutputTensor>, second: Vec<OutputTensor>) -> Vec<OutputTensor> {
    let join = |(mut first, second): (OutputTensor, OutputTensor)| {
        if let (Some(rows), Some(more)) = (first.shape.first_mut(), second.shape.first()) {
            *rows += more;
        }
        first.numbers.extend(second.numbers);
        first
    };
    first.into_iter().zip(second).map(join).collect()
}
