//! `tiebreak sample`.

use crate::program::Program;

#[test]
fn the_sample_is_made_with_its_images_and_never_over_another_file() {
    let program = Program::new();
    let ran = program.run(&["sample", "try.tiebreak"]);
    if ran.stderr.contains("carries no sample") {
        eprintln!("skipped: the sample's items are not in assets/sample");
        return;
    }
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "try.tiebreak\n"), "{ran:?}");
    program.expect(0, &["check", "try.tiebreak"]);
    let info: serde_json::Value =
        serde_json::from_str(&program.expect(0, &["info", "try.tiebreak", "--json"]).stdout).unwrap();
    assert!(info["active_items"].as_u64().unwrap() >= 40, "{info}");
    assert_eq!(info["is_sample"], true);
    assert_eq!(info["sources"][0]["media_folder"], "try media", "the two can be moved together");
    let again = program.expect(1, &["sample", "try.tiebreak"]);
    assert!(again.stderr.contains("already a file"), "{again:?}");
}
