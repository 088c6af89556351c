//! The models that come with the sample project: their files are what their manifests say, are small, load in the
//! runtime that is always there, and tell one candidate from another.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use rten::{Model, Value};
use rten_tensor::{AsView, Layout, NdTensor};
use tiebreak_reward::model::Manifest;
use tokenizers::Tokenizer;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/models")
}

fn manifest_of(folder: &Path) -> Manifest {
    Manifest::read(&fs::read_to_string(folder.join("reward.toml")).unwrap()).expect("the manifest is right")
}

fn run(model: &Model, inputs: Vec<(&str, Value)>, output: &str) -> Vec<f32> {
    let inputs =
        inputs.into_iter().map(|(name, value)| (model.node_id(name).unwrap(), value.into())).collect();
    let outputs = model.run(inputs, &[model.node_id(output).unwrap()], None).expect("the model runs");
    let value: NdTensor<f32, 2> = outputs.into_iter().next().unwrap().try_into().unwrap();
    assert_eq!(value.size(0), 1, "one candidate went in");
    value.to_vec()
}

#[test]
fn files_are_what_the_manifests_say_and_small() {
    let mut total_bytes = 0;
    for name in ["tiebreak-small", "tiebreak-small-image"] {
        let folder = models().join(name);
        for file in manifest_of(&folder).files.all() {
            let bytes = fs::read(folder.join(&file.path)).unwrap();
            assert_eq!(blake3::hash(&bytes).to_hex().as_str(), file.blake3, "{name}: {}", file.path);
        }
        for entry in fs::read_dir(&folder).unwrap() {
            let bytes = entry.unwrap().metadata().unwrap().len();
            assert!(bytes <= 2_000_000, "{name} holds a file of {bytes} bytes");
            total_bytes += bytes;
        }
        assert!(folder.join("CARD.md").is_file(), "{name} says how far to trust it");
    }
    assert!(total_bytes <= 5_000_000, "the sample models take {total_bytes} bytes");
}

#[test]
fn the_text_model_tells_responses_apart() {
    let folder = models().join("tiebreak-small");
    let manifest = manifest_of(&folder);
    let model = Model::load_file(folder.join(&manifest.files.model.path)).expect("rten loads it");
    let tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).unwrap();
    let score = |prompt: &str, response: &str, filling: usize| {
        let tokens = tokenizer.encode((prompt, response), true).unwrap();
        let mut ids: Vec<i32> = tokens.get_ids().iter().map(|id| *id as i32).collect();
        let mut mask = vec![1; ids.len()];
        ids.resize(ids.len() + filling, 0);
        mask.resize(ids.len(), 0);
        let inputs = || {
            let row = |values: &[i32]| NdTensor::from_data([1, values.len()], values.to_vec()).into();
            vec![("input_ids", row(&ids)), ("attention_mask", row(&mask))]
        };
        let embedding = run(&model, inputs(), "embedding");
        assert_eq!(embedding.len(), manifest.embedding.as_ref().unwrap().length);
        let length = embedding.iter().map(|value| value * value).sum::<f32>().sqrt();
        let wanted = if response.is_empty() { 0.0 } else { 1.0 };
        assert!((length - wanted).abs() < 0.01, "the embedding of {response:?} has length {length}");
        run(&model, inputs(), "score")[0]
    };
    let prompt = "How do I boil an egg?";
    let answer = "Put it into boiling water for eight minutes, then into cold water.";
    let good = score(prompt, answer, 0);
    assert!((good - score(prompt, answer, 7)).abs() < 1e-4, "filling changes nothing");
    assert!((good - score(prompt, "No.", 0)).abs() > 1e-3, "another response has another score");
    assert!((good - score("Tell me a joke", answer, 0)).abs() > 1e-4, "the prompt counts");
    assert!(score("", "", 0).is_finite() && score(prompt, "", 3).is_finite(), "empty texts have a score");
}

#[test]
fn the_image_model_measures_what_its_card_says() {
    let folder = models().join("tiebreak-small-image");
    let manifest = manifest_of(&folder);
    let model = Model::load_file(folder.join(&manifest.files.model.path)).expect("rten loads it");
    let image = manifest.input.image().unwrap();
    let (width, height) = (image.width, image.height);
    let pixels = |pixel: &dyn Fn(usize, usize, usize) -> f32| {
        let tensor: NdTensor<f32, 4> =
            NdTensor::from_fn([1, 3, height, width], |[_, channel, y, x]| pixel(channel, y, x));
        vec![("pixel_values", tensor.into())]
    };
    let score = |pixel: &dyn Fn(usize, usize, usize) -> f32| run(&model, pixels(pixel), "score")[0];
    let grey = score(&|_, _, _| 0.5);
    // Contrast of a half-black picture is 0.5 and nothing else is there but one edge: 5 x 0.5 and a little.
    let halves = score(&|_, _, x| if x < width / 2 { 0.0 } else { 1.0 });
    let board = score(&|_, y, x| ((x + y) % 2) as f32);
    let red = score(&|channel, _, _| if channel == 0 { 1.0 } else { 0.0 });
    assert!(grey.abs() < 0.02, "a grey picture has none of the three, not {grey}");
    assert!((2.5..2.9).contains(&halves), "half black, half white: {halves}");
    assert!((board - (2.5 + 5.0 * 4.0)).abs() < 0.05, "a chessboard has the highest sharpness: {board}");
    // Means of R - G and (R + G) / 2 - B are 1 and 0.5: 2.5 x 0.3 x the root of 1.25.
    assert!((red - 0.8385).abs() < 0.02, "an even red is colourful: {red}");
    assert_eq!(run(&model, pixels(&|_, _, _| 0.3), "embedding").len(), manifest.embedding.unwrap().length);
}
