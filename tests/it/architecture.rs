//! Who may know whom. Rules that nothing holds wear away.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Each crate with the crates of ours that it may depend on.
const MAY_KNOW: [(&str, &[&str]); 16] = [
    ("tiebreak-domain", &[]),
    ("tiebreak-toml-table", &["tiebreak-domain"]),
    ("tiebreak-formats", &["tiebreak-domain", "tiebreak-media", "tiebreak-toml-table"]),
    ("tiebreak-store", &["tiebreak-domain"]),
    ("tiebreak-media", &["tiebreak-domain"]),
    ("tiebreak-stats", &["tiebreak-domain"]),
    ("tiebreak-math", &[]),
    ("tiebreak-reward", &["tiebreak-domain", "tiebreak-toml-table"]),
    (
        "tiebreak-engine",
        &[
            "tiebreak-domain",
            "tiebreak-formats",
            "tiebreak-store",
            "tiebreak-media",
            "tiebreak-stats",
            "tiebreak-reward",
            "tiebreak-toml-table",
        ],
    ),
    (
        "tiebreak-door",
        &[
            "tiebreak-domain",
            "tiebreak-engine",
            "tiebreak-formats",
            "tiebreak-store",
            "tiebreak-media",
            "tiebreak-stats",
            "tiebreak-reward",
            "tiebreak-toml-table",
        ],
    ),
    (
        "tiebreak-server",
        &[
            "tiebreak-domain",
            "tiebreak-door",
            "tiebreak-engine",
            "tiebreak-formats",
            "tiebreak-store",
            "tiebreak-media",
            "tiebreak-stats",
            "tiebreak-reward",
            "tiebreak-toml-table",
        ],
    ),
    (
        "tiebreak-machine",
        &[
            "tiebreak-domain",
            "tiebreak-engine",
            "tiebreak-formats",
            "tiebreak-store",
            "tiebreak-media",
            "tiebreak-stats",
            "tiebreak-reward",
            "tiebreak-toml-table",
        ],
    ),
    ("tiebreak-ui", &["tiebreak-domain", "tiebreak-math", "tiebreak-stats"]),
    ("tiebreak-web", &["tiebreak-domain", "tiebreak-math", "tiebreak-stats", "tiebreak-ui"]),
    (
        "tiebreak",
        &[
            "tiebreak-domain",
            "tiebreak-door",
            "tiebreak-server",
            "tiebreak-engine",
            "tiebreak-machine",
            "tiebreak-ui",
            "tiebreak-formats",
            "tiebreak-store",
            "tiebreak-media",
            "tiebreak-math",
            "tiebreak-stats",
            "tiebreak-reward",
            "tiebreak-toml-table",
        ],
    ),
    ("", &[]),
];

/// Each foreign name with the only places where it may be written.
const WRITTEN_ONLY_IN: [(&str, &[&str]); 13] = [
    ("egui::", &["ui/"]),
    ("eframe::", &["ui/src/window.rs", "ui/src/web.rs"]),
    ("web_sys::", &["ui/src/web.rs", "ui/src/web/"]),
    ("tauri::", &["src-tauri/"]),
    ("axum::", &["crates/server/"]),
    ("hyper::", &["crates/server/"]),
    ("rusqlite::", &["crates/store/src/sql/", "crates/store/tests/", "crates/store/examples/"]),
    ("postgres::", &["crates/store/"]),
    ("reqwest::", &["crates/media/", "crates/reward/", "crates/server/"]),
    ("ort::", &["crates/reward/"]),
    ("rten::", &["crates/reward/"]),
    ("ratex_layout::", &["crates/math/"]),
    ("rfd::", &["src/window.rs"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn crates_know_only_whom_they_may() {
    for (package, allowed) in MAY_KNOW.iter().filter(|(package, _)| !package.is_empty()) {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--locked",
                "--offline",
                "--edges",
                "normal,build",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ])
            .args(["--package", package])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        for line in tree.lines() {
            let name = line.split_whitespace().next().unwrap_or_default();
            if name.starts_with("tiebreak") && name != *package {
                assert!(allowed.contains(&name), "{package} must not know {name}");
            }
        }
    }
}

#[test]
fn foreign_names_stay_where_they_belong() {
    for path in rust_files(&root()) {
        let inside = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        // Benches measure against what they are named after.
        if inside == "tests/it/architecture.rs" || inside.starts_with("benches/") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (name, places) in WRITTEN_ONLY_IN {
            let is_written = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//") && mentions(line, name)
            });
            assert!(
                !is_written || places.iter().any(|place| inside.starts_with(place)),
                "{name} is written in {inside}, and may be only in {}",
                places.join(" and ")
            );
        }
    }
}

/// Whether a path that begins with this crate's name is written: `rfd::`, but not `tiebreak_rfd::`.
fn mentions(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(place, _)| {
        let before = line[..place].chars().next_back();
        before.is_none_or(|character| !character.is_alphanumeric() && character != '_' && character != ':')
    })
}

/// The text view colours SQL, and its tests hold some.
#[test]
fn sql_is_written_only_in_the_store_and_in_migrations() {
    for path in rust_files(&root()) {
        let inside = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        // Two files of the interface know the words of languages, SQL's among them.
        let elsewhere = ["crates/store/", "benches/", "tests/it/architecture.rs"];
        let of_languages = ["ui/src/document/highlight.rs", "ui/src/document/code_language.rs"];
        if elsewhere.iter().chain(&of_languages).any(|place| inside.starts_with(place)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for sql in ["SELECT ", "INSERT INTO", "PRAGMA ", "CREATE TABLE", "DELETE FROM"] {
            let is_written = text.lines().any(|line| line.contains(&format!("\"{sql}")));
            assert!(!is_written, "SQL is written in {inside}");
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for path in rust_files(&root()) {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 520, "{} has {lines} lines; split it by noun", path.display());
    }
}

/// What a system adds to a page is little; whatever is more belongs where every door has it.
#[test]
fn the_bundle_stays_thin() {
    let files = rust_files(&root()).into_iter();
    let of_bundle = files.filter(|path| path.starts_with(root().join("src-tauri")));
    let lines: usize = of_bundle.map(|path| std::fs::read_to_string(path).unwrap().lines().count()).sum();
    assert!((1..=300).contains(&lines), "src-tauri has {lines} lines");
}

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = ["src", "crates", "ui", "src-tauri/src", "tests", "benches"]
        .iter()
        .map(|name| root.join(name))
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty() || !root.exists(), "no source was found");
    files
}
