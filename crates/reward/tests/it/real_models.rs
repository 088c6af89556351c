//! Real models, where they are: the scores and tokens that their makers recorded.

use serde::Deserialize;
use tiebreak_reward::model::{Candidate, Request, RewardModel, RuntimeKind};

use super::folder::{Folder, OPTIONS, data, runtimes, scores, shared};

#[derive(Deserialize)]
struct GoldenScore {
    prompt_tail: String,
    response_a: String,
    response_b: String,
    score_a: f32,
    score_b: f32,
}

#[derive(Deserialize)]
struct GoldenTokens {
    text: [String; 2],
    ids: Vec<u32>,
    type_ids: Vec<u8>,
}

fn harmlessness() -> Option<Folder> {
    let folder = shared("models/minilm-hh-harmless-rm")?;
    Some(Folder::new(
        "task = \"score\"\nprecision = \"fp16\"\ninput = \"text\"\n\
         [files]\nmodel = { path = \"model_fp16.onnx\", blake3 = \"HASH:model_fp16.onnx\" }\n\
         tokenizer = { path = \"tokenizer.json\", blake3 = \"HASH:tokenizer.json\" }\n\
         [text]\nfirst = \"{prompt:last 200}\"\nsecond = \"{response:first 500}\"\nmax_tokens = 128\n\
         pad_id = 0\nids = \"input_ids\"\nmask = \"attention_mask\"\ntypes = \"token_type_ids\"\n\
         [score]\nname = \"logits\"\ndimensions = [\"harmlessness\"]\n",
        &[
            ("model_fp16.onnx", &folder.join("model_fp16.onnx")),
            ("tokenizer.json", &folder.join("tokenizer.json")),
        ],
    ))
}

#[test]
fn a_real_reward_model_gives_the_recorded_tokens_and_scores_on_every_runtime() {
    let (Some(folder), Some(recorded)) = (harmlessness(), shared("models/minilm-hh-harmless-rm")) else {
        return;
    };
    let golden: GoldenTokens =
        serde_json::from_slice(&std::fs::read(recorded.join("golden_tokens.json")).unwrap()).unwrap();
    let cases: Vec<GoldenScore> =
        serde_json::from_slice(&std::fs::read(recorded.join("golden_scores.json")).unwrap()).unwrap();
    // What ONNX Runtime gives with the same weights in float32: tools/reference_text.py.
    let exact: Vec<f32> =
        serde_json::from_slice(&std::fs::read(data("minilm_float32_scores.json")).unwrap()).unwrap();
    let cases = &cases[..exact.len() / 2];
    for runtime in runtimes() {
        let mut opened = folder.open(&runtime).unwrap();
        let [prompt, response] = &golden.text;
        let tokens =
            opened.model.tokens(&Request::text(prompt.as_str(), response.as_str())).unwrap().unwrap();
        assert_eq!((&tokens.ids, &tokens.types), (&golden.ids, &golden.type_ids));
        let requests: Vec<Request> = cases
            .iter()
            .flat_map(|case| {
                [&case.response_a, &case.response_b].map(|response| (&case.prompt_tail, response))
            })
            .map(|(prompt, response)| Request::text(prompt.as_str(), response.as_str()))
            .collect();
        let given: Vec<f32> = requests
            .chunks(4)
            .flat_map(|requests| scores(&mut opened, requests))
            .map(|given| given.unwrap().scores[0])
            .collect();
        let worst = |expected: &mut dyn Iterator<Item = f32>| {
            given.iter().zip(expected).map(|(given, expected)| (given - expected).abs()).fold(0.0, f32::max)
        };
        let from_exact = worst(&mut exact.iter().copied());
        let from_recorded = worst(&mut cases.iter().flat_map(|case| [case.score_a, case.score_b]));
        let kind = runtime.kind();
        eprintln!("{kind}: {from_exact} from float32 with the same weights, {from_recorded} from the record");
        // ONNX Runtime brings the last number to half precision, as the file says, whose steps are 0.002 between 2 and
        // 4; rten computes in float32.
        let halves = if kind == RuntimeKind::Rten { 1e-4 } else { 2e-3 };
        assert!(from_exact < halves, "{kind}: {from_exact}");
        assert!(
            from_recorded < 3e-3,
            "{kind}: the record is of weights before they were halved: {from_recorded}"
        );
    }
}

#[test]
fn a_tokenizer_with_more_tokens_than_a_real_model_is_told() {
    let Some(folder) = harmlessness() else { return };
    let text = std::fs::read_to_string(folder.path().join("tokenizer.json")).unwrap();
    let more = text.replacen("\"[PAD]\":0", "\"[PAD]\":0,\"qqqqqq\":40000", 1);
    assert_ne!(more, text, "the test changes something");
    let (code, what) = folder.with_file("tokenizer.json", more.as_bytes()).fault(&runtimes()[0]);
    assert_eq!(code, "tokenizer_mismatch");
    assert!(what.contains("40000") && what.contains("30522"), "{what}");
}

#[test]
fn heads_over_embeddings_load_and_run() {
    let Some(folder) = shared("models/aesthetic-heads") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let outline = tiebreak_reward::model::Outline::read(&std::fs::read(&path).unwrap()).unwrap();
        let length = outline.inputs[0].shape.as_ref().unwrap()[1].expect("the length is fixed");
        let head = Folder::new(
            &format!(
                "task = \"score\"\nprecision = \"fp32\"\ninput = \"features\"\n\
                 [files]\nmodel = {{ path = \"{name}\", blake3 = \"HASH:{name}\" }}\n\
                 [features]\nname = \"{}\"\ncolumns = [\"x\"]\nlength = {length}\nnormalise = true\n\
                 [score]\nname = \"{}\"\ndimensions = [\"aesthetics\"]\n",
                outline.inputs[0].name, outline.outputs[0].name
            ),
            &[(&name, &path)],
        );
        let mut first = None;
        for runtime in runtimes() {
            let mut opened = RewardModel::open(head.path(), &runtime, OPTIONS).unwrap();
            let numbers: Vec<f32> = (0..length).map(|at| ((at * 31 % 17) as f32 - 8.0) / 8.0).collect();
            let given = scores(&mut opened, &[Request::of(Candidate::Features(numbers.into()))]);
            let score = given[0].as_ref().unwrap().scores[0];
            let expected = *first.get_or_insert(score);
            assert!((score - expected).abs() < 1e-4, "{name}: the runtimes agree: {score} and {expected}");
        }
    }
}
