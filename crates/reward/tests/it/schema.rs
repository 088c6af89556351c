//! The schema for editors names the keys that the reader knows, no more and no fewer.

use std::collections::BTreeSet;
use std::path::Path;

use tiebreak_reward::model::Manifest;

/// The keys that the reader names when it meets one that it does not know.
fn known_keys(text: &str) -> BTreeSet<String> {
    let error = Manifest::read(text).unwrap_err();
    let fault = error.faults().iter().find(|fault| fault.what.starts_with("\"qqqqqqqqqqqq\"")).unwrap();
    fault.hint.trim_start_matches("its keys are: ").split(", ").map(str::to_owned).collect()
}

#[test]
fn the_schema_and_the_reader_know_the_same_keys() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/reward.schema.json");
    let schema: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let keys = |table: &serde_json::Value| -> BTreeSet<String> {
        assert_eq!(table["additionalProperties"], false, "unknown keys are errors here too");
        table["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let inputs = "input = \"features\"\ntask = \"pairwise\"\n";
    assert_eq!(keys(&schema), known_keys(&format!("qqqqqqqqqqqq = 1\n{inputs}")));
    for (section, input) in [
        ("files", "text"),
        ("text", "text"),
        ("image", "image"),
        ("video", "video"),
        ("features", "features"),
        ("score", "text"),
        ("embedding", "text"),
        ("reference", "text"),
        ("remote", "text"),
    ] {
        let text = format!("input = \"{input}\"\ntask = \"pairwise\"\n[{section}]\nqqqqqqqqqqqq = 1\n");
        assert_eq!(keys(&schema["properties"][section]), known_keys(&text), "[{section}]");
    }
    assert_eq!(
        keys(&schema["$defs"]["file"]),
        known_keys("input = \"text\"\n[files]\nmodel = { qqqqqqqqqqqq = 1 }\n")
    );
}
