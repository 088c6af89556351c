//! Embeddings that a model gave, as feature blocks.
//!
//! A response says more beside its prompt: the element-wise product of both (METHODS 3.3, MiniLM response ⊕
//! prompt ⊙ response) lets a linear head learn "fits the question". Each block keeps one scale for all its columns:
//! directions of an embedding are not standardised one by one, since their lengths mean something.

use super::{ColumnKind, FeatureError, FeatureTable};

/// Embeddings of responses, row-major, centred on the pool and of mean square one. With `prompts`, the embedding
/// of each response's prompt in the same form, their product follows as a second block.
pub fn table(width: usize, responses: &[f32], prompts: Option<&[f32]>) -> Result<FeatureTable, FeatureError> {
    let block = block("embedding", width, responses.to_vec())?;
    let Some(prompts) = prompts else { return Ok(block) };
    if prompts.len() != responses.len() {
        return Err(FeatureError::RowCounts { left: responses.len() / width, right: prompts.len() / width });
    }
    let products = prompts.iter().zip(responses).map(|(prompt, response)| prompt * response).collect();
    block.joined(&self::block("prompt ⊙ response", width, products)?)
}

fn block(name: &str, width: usize, values: Vec<f32>) -> Result<FeatureTable, FeatureError> {
    let names = (0..width).map(|index| format!("{name} {index}")).collect();
    Ok(FeatureTable::from_values(names, ColumnKind::Block, values)?.centred())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_stand_beside_responses() {
        let responses = [1.0, 0.0, 0.0, 1.0, 2.0, 2.0];
        let prompts = [1.0, 1.0, 1.0, 1.0, 0.0, 3.0];
        let table = table(2, &responses, Some(&prompts)).unwrap();
        assert_eq!((table.len(), table.width()), (3, 4));
        let square = table.values().iter().map(|value| value * value).sum::<f32>() / 12.0;
        assert!((square - 1.0).abs() < 1e-5, "each block has mean square one");
        assert!((0..4).all(|column| (0..3).map(|row| table.row(row)[column]).sum::<f32>().abs() < 1e-5));
        let mut longer = table.clone();
        longer.append(&[1.0, 0.0, 1.0, 0.0]).unwrap();
        assert_eq!(longer.row(3), table.row(0), "a later candidate joins on the same scale");
        assert!(super::table(2, &responses, Some(&prompts[..4])).is_err());
    }
}
