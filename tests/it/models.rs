//! Reward models from outside: doctor, adding and removing, scoring, the report, and replaying labels.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::program::Program;

/// The model that comes with the program, as a folder.
fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/models/tiebreak-small")
}

/// Copies it under another version, which makes it another model.
fn own_model(program: &Program, name: &str) -> PathBuf {
    let folder = program.path(name);
    std::fs::create_dir(&folder).unwrap();
    for file in ["model.onnx", "tokenizer.json", "reward.toml"] {
        std::fs::copy(bundled().join(file), folder.join(file)).unwrap();
    }
    change(&folder, "version = \"1\"", "version = \"own\"");
    change(&folder, "name = \"Tiebreak small\"", "name = \"Own\"");
    folder
}

fn change(folder: &Path, from: &str, to: &str) {
    let path = folder.join("reward.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// Pairs of which the longer, politer one was chosen; several share a prompt.
fn labelled(count: usize) -> String {
    (1..=count).fold(String::new(), |mut rows, n| {
        let (good, bad) = (format!("Please take step {n} slowly, and look twice"), format!("No {n}"));
        writeln!(rows, "{{\"prompt\":\"Question {}?\",\"chosen\":\"{good}\",\"rejected\":\"{bad}\"}}", n / 2)
            .unwrap();
        rows
    })
}

#[test]
fn doctor_says_what_runs_models_and_which_there_are() {
    let program = Program::new();
    let ran = program.expect(0, &["doctor"]);
    assert!(ran.stdout.contains("runtime: ") && ran.stdout.contains("computes on: CPU"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Tiebreak small 1, reads texts"), "{}", ran.stdout);
    let says_ffmpeg =
        ran.stdout.contains("videos: ffmpeg ") || ran.stdout.contains("advice: to play videos, install it");
    assert!(says_ffmpeg, "{}", ran.stdout);
    let json: serde_json::Value =
        serde_json::from_str(&program.expect(0, &["doctor", "--json"]).stdout).unwrap();
    assert!(json["models"].as_array().unwrap().len() >= 2, "{json}");
}

#[test]
fn a_library_that_is_none_is_refused_with_its_reason_and_models_run_all_the_same() {
    let program = Program::new();
    program.write("libonnxruntime.so", "this is no library");
    let output = program
        .command(&["doctor"])
        .env("ORT_DYLIB_PATH", program.path("libonnxruntime.so"))
        .output()
        .unwrap();
    let ran = crate::program::ran(output);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("not taken: ") && ran.stdout.contains("libonnxruntime.so"), "{}", ran.stdout);
}

#[test]
fn a_model_is_added_listed_and_removed_and_one_that_came_along_stays() {
    let program = Program::new();
    let folder = own_model(&program, "own");
    program.expect(0, &["models", "add", folder.to_str().unwrap()]);
    let listed = program.expect(0, &["models", "list"]).stdout;
    assert!(listed.contains("Own own") && listed.contains("Tiebreak small 1"), "{listed}");
    program.expect(0, &["models", "add", folder.to_str().unwrap()]);
    assert_eq!(program.expect(0, &["models", "list"]).stdout, listed, "the same again is the same");
    program.expect(0, &["models", "remove", "Own"]);
    assert!(!program.expect(0, &["models", "list"]).stdout.contains("Own own"));
    let stays = program.expect(1, &["models", "remove", "Tiebreak small"]);
    assert!(stays.stderr.contains("came with the program"), "{}", stays.stderr);
}

#[test]
fn what_is_no_model_is_refused_with_the_reason_and_leaves_nothing() {
    let program = Program::new();
    let refused = |name: &str, expected: &str| {
        let folder = program.path(name);
        let ran = program.expect(1, &["models", "add", folder.to_str().unwrap()]);
        assert!(ran.stderr.contains(expected) && ran.stderr.contains("hint: "), "{name}: {}", ran.stderr);
        let listed = program.expect(0, &["models", "list"]).stdout;
        assert!(!listed.contains("Own"), "nothing half-installed: {listed}");
    };
    std::fs::create_dir(program.path("empty")).unwrap();
    refused("empty", "reward.toml");
    let bent = own_model(&program, "bent");
    std::fs::write(bent.join("model.onnx"), "not a model at all").unwrap();
    refused("bent", "model.onnx");
    let wrong = own_model(&program, "wrong");
    change(&wrong, "task = \"score\"", "task = \"scare\"");
    refused("wrong", "line ");
    let outside = own_model(&program, "outside");
    change(&outside, "path = \"model.onnx\"", "path = \"../own/model.onnx\"");
    refused("outside", "..");
    let address = program.expect(1, &["models", "add", "http://127.0.0.1:9/reward.toml"]);
    assert!(address.stderr.contains("127.0.0.1"), "{}", address.stderr);
}

#[test]
fn a_project_is_scored_once_and_reported_beside_what_needs_no_model() {
    let program = Program::new();
    program.write("rows.jsonl", labelled(60));
    program.expect(0, &["import", "p.tiebreak", "rows.jsonl", "--create", "--labels", "people"]);
    let scored = program.expect(0, &["score", "p.tiebreak", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&scored.stdout).unwrap();
    assert_eq!((&report["scored"], &report["refused_count"]), (&120.into(), &0.into()), "{report}");
    let again = program.expect(0, &["score", "p.tiebreak"]).stdout;
    assert!(again.starts_with("0 candidates scored, 120 known before"), "{again}");
    let told = program.expect(0, &["report", "p.tiebreak", "--html", "report.html"]).stdout;
    for who in ["the head", "Tiebreak small", "longer wins", "first of the data wins"] {
        assert!(told.contains(who), "{who}: {told}");
    }
    assert!(program.read("report.html").contains("<svg"), "with its plots");
    let there = program.expect(1, &["report", "p.tiebreak", "--html", "report.html"]);
    assert!(there.stderr.contains("already a file"), "{}", there.stderr);
    program.expect(0, &["check", "p.tiebreak"]);
}

#[test]
fn labels_are_replayed_over_a_grid_with_intervals_and_a_plot() {
    let program = Program::new();
    program.write("rows.jsonl", labelled(160));
    program.expect(0, &["import", "p.tiebreak", "rows.jsonl", "--create", "--labels", "people"]);
    program.write(
        "grid.toml",
        "seeds = 2\nbudget = 40\nwarm_up = 10\npriors = [false, true]\nscorer = \"length\"\n",
    );
    let grid = ["simulate", "p.tiebreak", "--grid", "grid.toml", "--out", "found"];
    let told = program.expect(0, &grid).stdout;
    assert!(told.contains("greedy_information (with prior)") && told.contains("longer wins 1.000"), "{told}");
    let found: serde_json::Value = serde_json::from_str(&program.read("found/simulation.json")).unwrap();
    assert_eq!(
        found["arms"].as_array().unwrap().len(),
        4,
        "random and greedy, each without and with the prior"
    );
    assert!(program.read("found/curves.csv").lines().count() > 8);
    assert!(program.read("found/curves.svg").starts_with("<svg"));
    assert!(program.expect(1, &grid).stderr.contains("already a file"), "nothing is replaced unasked");
    let with = |line: &str| {
        let usual = "policies = [\"random\"]\nseeds = 2\nbudget = 20\nwarm_up = 10\npriors = [false]\n";
        program.write("grid.toml", format!("{usual}{line}\n"));
        [&grid[..], &["--force"]].concat()
    };
    let nobody = program.expect(1, &with("features = \"embedding:Nobody\"")).stderr;
    assert!(nobody.contains("\"Nobody\"") && nobody.contains("there is none"), "{nobody}");
    program.expect(0, &["score", "p.tiebreak"]);
    let nobody = program.expect(1, &with("features = \"embedding:Nobody\"")).stderr;
    assert!(nobody.contains("there is Tiebreak small"), "{nobody}");
    let nobody = program.expect(1, &with("scorer = \"Nobody\"")).stderr;
    assert!(nobody.contains("there is Tiebreak small, length"), "{nobody}");
    let told = program
        .expect(0, &with("features = \"embedding:Tiebreak small\"\nscorer = \"Tiebreak small\""))
        .stdout;
    assert!(
        told.contains("features: Tiebreak small, 128 numbers") && told.contains("scorer: Tiebreak small")
    );
    assert!(!told.contains("second look"), "nothing was turned around: {told}");
    program.expect(0, &with("flips = [0.1]"));
    let found: serde_json::Value = serde_json::from_str(&program.read("found/simulation.json")).unwrap();
    let trial = &found["second_looks"][0];
    assert_eq!(trial["votes"], 160, "{trial}");
    assert!(trial["lift_at_top"]["estimate"].as_f64().unwrap() > 3.0, "turned votes come first: {trial}");
    program.write("grid.toml", "seeds = 2\nbugdet = 40\n");
    let wrong = program.expect(1, &[&grid[..], &["--force"]].concat());
    assert!(wrong.stderr.contains("line 2") && wrong.stderr.contains("bugdet"), "{}", wrong.stderr);
}

/// Elsewhere the keyring of whoever runs the tests would be asked.
#[cfg(target_os = "linux")]
#[test]
fn a_token_without_a_keyring_is_refused_with_what_to_do_and_not_repeated() {
    use std::io::Write as _;

    let program = Program::new();
    let folder = own_model(&program, "far");
    change(&folder, "[score]", "[remote]\naddress = \"https://gpu.example\"\nmodel = \"far\"\n\n[score]");
    program.expect(0, &["models", "add", folder.to_str().unwrap()]);
    let mut child = program
        .command(&["models", "token", "Own"])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"open-sesame\n").unwrap();
    let ran = crate::program::ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("system's keyring: there is none that answers"), "{ran:?}");
    assert!(ran.stderr.contains("hint: ") && ran.stderr.contains("TIEBREAK_SCORER_TOKEN"), "{ran:?}");
    assert!(!format!("{ran:?}").contains("sesame"), "{ran:?}");
    let here = program.expect(1, &["models", "token", "Tiebreak small", "--forget"]);
    assert!(here.stderr.contains("runs here and needs no token"), "{here:?}");
}
