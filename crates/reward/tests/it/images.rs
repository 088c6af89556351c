//! Images against Pillow: the scores of tools/reference_image.py.

use serde::Deserialize;
use tiebreak_reward::model::{Candidate, Request, RgbImage};

use super::folder::{Folder, data, runtimes, scores};

#[derive(Deserialize)]
struct Case {
    width: u32,
    height: u32,
    resize: String,
    filter: String,
    score: f32,
}

/// The image of tools/reference_image.py.
fn synthetic(width: u32, height: u32) -> RgbImage {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels = pixels.flat_map(|(x, y)| {
        [(x * x * 3 + y * y * 7 + x * y) % 251, ((x * 29) ^ (y * 57)) % 256, (x * y * 11 + x * 5) % 241]
            .map(|value| value as u8)
    });
    RgbImage { width, height, pixels: pixels.collect() }
}

#[test]
fn scores_of_images_equal_those_of_pillow() {
    let cases: Vec<Case> =
        serde_json::from_slice(&std::fs::read(data("image_scores.json")).unwrap()).unwrap();
    for runtime in runtimes() {
        for case in &cases {
            let more = match case.resize.as_str() {
                "shortest_side" => "shortest_side = 11\n",
                "pad" => "pad_colour = [124, 116, 104]\n",
                _ => "",
            };
            let folder = Folder::new(
                &format!(
                    "task = \"score\"\nprecision = \"fp32\"\ninput = \"image\"\n\
                     [files]\nmodel = {{ path = \"image.onnx\", blake3 = \"HASH:image.onnx\" }}\n\
                     [image]\nname = \"pixels\"\nsize = [8, 8]\nresize = \"{}\"\n{more}filter = \"{}\"\n\
                     mean = [0.48145466, 0.4578275, 0.40821073]\nsd = [0.26862954, 0.26130258, 0.27577711]\n\
                     [score]\nname = \"score\"\ndimensions = [\"quality\"]\n",
                    case.resize, case.filter
                ),
                &[("image.onnx", &data("image.onnx"))],
            );
            let mut opened = folder.open(&runtime).unwrap();
            let request = Request::of(Candidate::Image(synthetic(case.width, case.height)));
            let given = scores(&mut opened, &[request])[0].as_ref().unwrap().scores[0];
            assert!(
                (given - case.score).abs() < 1e-2,
                "{} × {}, {}, {}: {given} for {}",
                case.width,
                case.height,
                case.resize,
                case.filter,
                case.score
            );
        }
    }
}
