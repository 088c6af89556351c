//! Models that cannot be used: each is refused with what, where and what to do, nothing of it stays, and the engine
//! goes on. What is wrong with each is tested where it is found, in the reward crate; here it goes through the door.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tiebreak_domain::reward::ModelPlace;
use tiebreak_domain::{ApiError, ErrorCode, Event, Outcome, Reply, Request};

use crate::world::{World, trl_rows};

/// A tiny model of the reward crate's tests.
fn tiny(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reward/tests/data");
    std::fs::read(data.join(name)).unwrap()
}

/// A folder whose manifest names these files by their true hashes.
fn model(world: &World, name: &str, sections: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = world.path(name);
    std::fs::create_dir(&folder).unwrap();
    let mut manifest = format!(
        "format = 1\nname = \"Bad\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"For a test\"\n{sections}[files]\n"
    );
    for (key, bytes) in files {
        let file = if *key == "model" { "model.onnx" } else { "tokenizer.json" };
        std::fs::write(folder.join(file), bytes).unwrap();
        let hash = blake3::hash(bytes).to_hex();
        writeln!(manifest, "{key} = {{ path = \"{file}\", blake3 = \"{hash}\" }}").unwrap();
    }
    std::fs::write(folder.join("reward.toml"), manifest).unwrap();
    folder
}

fn text(world: &World, name: &str, ids: &str, onnx: &[u8], tokenizer: &[u8]) -> PathBuf {
    let sections = format!(
        "task = \"score\"\nprecision = \"fp32\"\ninput = \"text\"\n\
         [text]\nfirst = \"{{prompt}}\"\nsecond = \"{{response}}\"\nmax_tokens = 8\npad_id = 0\nids = \"{ids}\"\n\
         mask = \"mask\"\n[score]\nname = \"logits\"\ndimensions = [\"overall\"]\n"
    );
    model(world, name, &sections, &[("model", onnx), ("tokenizer", tokenizer)])
}

fn features(world: &World, name: &str, onnx: &[u8], length: usize) -> PathBuf {
    let sections = format!(
        "task = \"score\"\nprecision = \"fp32\"\ninput = \"features\"\n\
         [features]\nname = \"x\"\ncolumns = [\"x\"]\nlength = {length}\n[score]\nname = \"score\"\ndimensions = [\"overall\"]\n"
    );
    model(world, name, &sections, &[("model", onnx)])
}

fn add(world: &World, folder: &Path) -> Result<(), ApiError> {
    let place = ModelPlace::Folder(folder.to_string_lossy().into_owned());
    let job = world.start(Request::AddModel(place));
    world.wait(|event| match event {
        Event::InstallEnded(of, result) if of == job => Some(result.map(drop)),
        _ => None,
    })
}

fn names(world: &World) -> Vec<String> {
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    models.models.into_iter().map(|model| model.name).collect()
}

#[test]
fn a_model_that_cannot_be_used_is_not_installed_and_the_engine_goes_on() {
    let world = World::new();
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(12)));
    let before = names(&world);
    let (onnx, tokenizer) = (tiny("text.onnx"), tiny("tokenizer.json"));
    let replaced = |from: &str, to: &str| {
        let text = String::from_utf8(tokenizer.clone()).unwrap();
        assert!(text.contains(from), "the test changes something: {from}");
        text.replace(from, to).into_bytes()
    };
    let larger = replaced("\"twelve\": 15", "\"twelve\": 15, \"thirteen\": 16");
    let other = replaced("\"ids\": [2]", "\"ids\": [5]");
    let html = b"<html><body>404</body></html>";
    let cases = [
        (
            text(&world, "none", "ids", html, &tokenizer),
            "model.onnx is no ONNX file",
            "export the model to ONNX",
        ),
        (text(&world, "cut", "ids", &onnx[..onnx.len() / 2], &tokenizer), "model.onnx is cut off", "again"),
        (features(&world, "unknown", &tiny("unknown.onnx"), 3), "Frobnicate", "standard operators"),
        (text(&world, "names", "input_ids", &onnx, &tokenizer), "no input \"input_ids\"", "manifest"),
        (features(&world, "shapes", &tiny("nan.onnx"), 4), "should have the shape", "sizes in the manifest"),
        (features(&world, "nan", &tiny("nan.onnx"), 3), "NaN or infinity", "precision"),
        (text(&world, "larger", "ids", &onnx, &larger), "token 16 has no row", "tokenizer.json"),
        (text(&world, "special", "ids", &onnx, &other), "\"[CLS]\" as token 5", "tokenizer.json"),
        (
            text(&world, "no-tokenizer", "ids", &onnx, b"{}"),
            "tokenizer.json is no tokenizer",
            "tokenizer.json",
        ),
    ];
    for (folder, what, hint) in cases {
        let error = add(&world, &folder).expect_err(what);
        assert_eq!(error.code, ErrorCode::BadInput, "{error:?}");
        assert!(error.message.contains(what), "{what:?}: {error:?}");
        assert!(error.hint.as_deref().unwrap_or_default().contains(hint), "{hint:?}: {error:?}");
        assert_eq!(names(&world), before, "nothing half-installed after {what:?}");
        world.judge_next(Outcome::A);
    }
    let good = text(&world, "good", "ids", &onnx, &tokenizer);
    add(&world, &good).unwrap();
    assert_eq!(names(&world).len(), before.len() + 1, "a good one still comes");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_model_whose_file_is_bent_after_it_came_is_told_when_it_scores_and_nothing_is_scored() {
    let world = World::new();
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    let folder = text(&world, "good", "ids", &tiny("text.onnx"), &tiny("tokenizer.json"));
    add(&world, &folder).unwrap();
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    let bad = models.models.into_iter().find(|model| model.name == "Bad").unwrap();
    let file = std::fs::File::options().write(true).open(Path::new(&bad.folder).join("model.onnx")).unwrap();
    for (bytes, what) in [(100, "model.onnx is not the file"), (20 << 30, "the limit is")] {
        // A sparse file takes no room, however large it says it is.
        file.set_len(bytes).unwrap();
        let job = world.start(Request::StartScoring { models: vec![bad.key.clone()], keeps_watch: false });
        let error = world.wait(|event| match event {
            Event::ScoringEnded(of, result) if of == job => Some(result.expect_err(what)),
            _ => None,
        });
        assert!(error.message.contains(what), "{error:?}");
        assert!(error.hint.is_some(), "{error:?}");
    }
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    assert!(models.models.iter().all(|model| model.scored == 0));
    world.judge_next(Outcome::A);
}
