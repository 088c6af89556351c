//! Folders with something wrong: each is refused with a code word, a sentence and a remedy, and nothing panics.

use std::fs;

use tiebreak_reward::model::{Candidate, InputFault, Request};

use super::folder::{OPTIONS, data, features_folder, pure, runtimes, scores, text_folder};

#[test]
fn what_is_wrong_with_a_folder_is_told() {
    let runtime = pure();
    let empty = tempfile::tempdir().unwrap();
    let error = tiebreak_reward::model::RewardModel::open(empty.path(), &runtime, OPTIONS).err().unwrap();
    assert_eq!(error.code(), "manifest_missing");

    let (code, what) = text_folder().with("max_tokens", "max_tokns").fault(&runtime);
    assert_eq!(code, "manifest_wrong");
    assert!(what.starts_with("reward.toml, line"), "{what}");

    let folder = text_folder();
    let mut bytes = fs::read(folder.path().join("text.onnx")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(folder.path().join("text.onnx"), &bytes).unwrap();
    let (code, what) = folder.fault(&runtime);
    assert_eq!(code, "hash_mismatch", "one bit");
    assert!(what.contains("text.onnx"), "{what}");

    fs::remove_file(folder.path().join("text.onnx")).unwrap();
    assert_eq!(folder.fault(&runtime).0, "file_missing");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let folder = text_folder();
    fs::remove_file(folder.path().join("text.onnx")).unwrap();
    std::os::unix::fs::symlink(data("text.onnx"), folder.path().join("text.onnx")).unwrap();
    assert_eq!(folder.fault(&pure()).0, "path_leaves_folder");
}

#[test]
fn a_model_far_larger_than_memory_is_refused_unread() {
    let folder = text_folder();
    let file = fs::File::options().write(true).open(folder.path().join("text.onnx")).unwrap();
    // A sparse file: it takes no room, and reading it would take minutes.
    file.set_len(20 << 30).unwrap();
    let (code, what) = folder.fault(&pure());
    assert_eq!(code, "model_too_large");
    assert!(
        what.contains("20481 MiB") && what.contains("40961 MiB") && what.contains("limit is 4096 MiB"),
        "{what}"
    );
}

#[test]
fn what_is_no_onnx_file_is_told_on_every_runtime() {
    for runtime in runtimes() {
        let fault = |bytes: &[u8]| text_folder().with_file("text.onnx", bytes).fault(&runtime).0;
        assert_eq!(fault(b""), "not_onnx");
        assert_eq!(fault(b"<html><body>404</body></html>"), "not_onnx");
        assert_eq!(fault(&[0x80; 300]), "not_onnx");
        assert_eq!(fault(b"PK\x03\x04\x00\x00\x00\x00\x08\x00"), "not_onnx");
        let whole = fs::read(data("text.onnx")).unwrap();
        assert_eq!(fault(&whole[..whole.len() / 2]), "model_truncated");
        let (code, what) = features_folder("unknown", "score", "score", "\"a\"").fault(&runtime);
        assert_eq!(code, "unknown_operator", "{what}");
        assert!(what.contains("Frobnicate"), "{what}");
    }
}

#[test]
fn no_damage_to_a_file_ends_the_process() {
    let runtime = pure();
    let whole = fs::read(data("text.onnx")).unwrap();
    let tokenizer = fs::read(data("tokenizer.json")).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] = bytes[at].wrapping_add(0x55);
        // It opens, if a weight was hit, or is refused; either way it comes back.
        let _ = text_folder().with_file("text.onnx", &bytes).open(&runtime);
    }
    for at in (0..tokenizer.len()).step_by(101) {
        let mut bytes = tokenizer.clone();
        bytes[at] = b'7';
        let _ = text_folder().with_file("tokenizer.json", &bytes).open(&runtime);
    }
}

#[test]
fn names_and_shapes_that_do_not_fit_are_told_on_every_runtime() {
    for runtime in runtimes() {
        let (code, what) = text_folder().with("ids = \"ids\"", "ids = \"input_ids\"").fault(&runtime);
        assert_eq!(code, "input_missing");
        assert!(what.contains("ids, mask"), "what there is instead: {what}");
        assert_eq!(text_folder().with("mask = \"mask\"\n", "").fault(&runtime).0, "input_not_given");
        let (code, what) = text_folder().with("\"logits\"", "\"score\"").fault(&runtime);
        assert_eq!(code, "output_missing");
        assert!(what.contains("logits, tokens"), "{what}");
        assert_eq!(text_folder().with("length = 4", "length = 5").fault(&runtime).0, "wrong_shape");
        assert_eq!(
            text_folder().with("pooling = \"mean\"", "pooling = \"none\"").fault(&runtime).0,
            "wrong_shape"
        );
        let features = features_folder("scores", "scores", "scores", "\"a\", \"b\", \"c\"");
        assert_eq!(features.fault(&runtime).0, "wrong_shape", "three dimensions of two");
        let features =
            features_folder("scores", "scores", "scores", "\"a\", \"b\"").with("length = 3", "length = 4");
        assert_eq!(features.fault(&runtime).0, "wrong_shape");
    }
}

#[test]
fn a_tokenizer_of_another_model_is_told() {
    let runtime = pure();
    let tokenizer = fs::read_to_string(data("tokenizer.json")).unwrap();
    let larger = tokenizer.replace("\"twelve\": 15", "\"twelve\": 15, \"thirteen\": 16");
    let (code, what) = text_folder().with_file("tokenizer.json", larger.as_bytes()).fault(&runtime);
    assert_eq!(code, "tokenizer_mismatch");
    assert!(what.contains("token 16") && what.contains("table of 16"), "{what}");
    let (code, what) = text_folder()
        .with_file("tokenizer.json", tokenizer.replace("\"ids\": [2]", "\"ids\": [16]").as_bytes())
        .fault(&runtime);
    assert_eq!(code, "tokenizer_mismatch", "a special token beyond the table: {what}");
    let (code, what) = text_folder()
        .with_file("tokenizer.json", tokenizer.replace("\"ids\": [2]", "\"ids\": [5]").as_bytes())
        .fault(&runtime);
    assert_eq!(code, "wrong_special_token");
    assert!(what.contains("[CLS]") && what.contains("token 5") && what.contains("\"two\""), "{what}");
    assert_eq!(text_folder().with("pad_id = 0", "pad_id = 99").fault(&runtime).0, "tokenizer_mismatch");
    assert_eq!(text_folder().with_file("tokenizer.json", b"{}").fault(&runtime).0, "tokenizer_unreadable");
    assert_eq!(text_folder().with("max_tokens = 8", "max_tokens = 3").fault(&runtime).0, "too_few_tokens");
}

#[test]
fn numbers_that_are_none_are_told() {
    for runtime in runtimes() {
        let folder = features_folder("nan", "score", "score", "\"a\"");
        assert_eq!(folder.fault(&runtime).0, "not_finite", "the trial input gives NaN");
        // The same for one input of several: the others keep their scores.
        let mut opened =
            features_folder("scores", "scores", "scores", "\"a\", \"b\"").open(&runtime).unwrap();
        let request = |number: f32| Request::of(Candidate::Features(vec![number, 0.0, number].into()));
        let given = scores(&mut opened, &[request(1.0), request(f32::MAX), request(2.0)]);
        assert_eq!(given[1], Err(InputFault::NotFinite));
        assert_eq!(given[2].as_ref().unwrap().scores, [6.0, 10.0]);
    }
}
