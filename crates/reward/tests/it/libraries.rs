//! Libraries that are not ONNX Runtime, or an old one: refused with a reason, and rten runs the model.

use std::path::{Path, PathBuf};
use std::process::Command;

use tiebreak_reward::model::runtime::library::{candidates, probe};
use tiebreak_reward::model::runtime::report::RuntimeReport;
use tiebreak_reward::model::{RuntimeKind, Warning};

use super::folder::{pure, runtimes};

/// A library with an entry point that names a version, or without one; none, saying so, without a C compiler.
fn library(folder: &Path, name: &str, source: &str) -> Option<PathBuf> {
    let (code, path) = (folder.join(format!("{name}.c")), folder.join(format!("libonnxruntime_{name}.so")));
    std::fs::write(&code, source).unwrap();
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&path, &code]).status();
    if !compiled.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no C compiler to make a library with");
        return None;
    }
    Some(path)
}

fn of_version(version: &str) -> String {
    format!(
        "typedef struct {{ const void* (*api)(unsigned); const char* (*version)(void); }} Base;\n\
         static const void* api(unsigned number) {{ return 0; }}\n\
         static const char* version(void) {{ return \"{version}\"; }}\n\
         static Base base = {{ api, version }};\n\
         const Base* OrtGetApiBase(void) {{ return &base; }}\n"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_is_asked_for_its_version_and_an_old_or_strange_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let missing = probe(&place.join("nothing.so")).unwrap_err();
    assert!(
        missing.reason.contains("no such file") && missing.hint.contains("ORT_DYLIB_PATH"),
        "{missing:?}"
    );
    std::fs::write(
        place.join("libonnxruntime.so"),
        "a page that was saved under this name, long enough to be read",
    )
    .unwrap();
    assert!(!probe(&place.join("libonnxruntime.so")).unwrap_err().reason.is_empty());
    let Some(old) = library(place, "old", &of_version("1.23.2")) else { return };
    let refused = probe(&old).unwrap_err();
    assert!(refused.reason.contains("1.23.2") && refused.hint.contains("--upgrade"), "{refused:?}");
    let good = probe(&library(place, "good", &of_version("1.24.0")).unwrap()).unwrap();
    assert_eq!(good.version, "1.24.0");
    let next = probe(&library(place, "next", &of_version("2.0.0")).unwrap()).unwrap_err();
    assert!(next.reason.contains("2.0.0"), "another major version has another interface: {next:?}");
    let other = probe(&library(place, "other", "int answer(void) { return 42; }\n").unwrap()).unwrap_err();
    assert!(other.reason.contains("not ONNX Runtime"), "{other:?}");
    let null = "void* OrtGetApiBase(void) { return 0; }\n";
    let null = probe(&library(place, "null", null).unwrap()).unwrap_err();
    assert!(null.reason.contains("no interface"), "{null:?}");
    let warning = Warning::LibraryRefused(refused);
    assert_eq!(warning.code(), "library_refused");
    assert!(warning.to_string().contains("1.23.2") && !warning.hint().is_empty(), "{warning}");
}

#[test]
fn libraries_are_found_in_python_environments_and_none_twice() {
    let root = tempfile::tempdir().unwrap();
    let capi = root.path().join("capi");
    std::fs::create_dir_all(&capi).unwrap();
    for name in ["libonnxruntime.so.1.24.0", "libonnxruntime_providers_shared.so", "notes.txt"] {
        std::fs::write(capi.join(name), b"").unwrap();
    }
    let found = candidates(&[capi.clone(), capi.join("libonnxruntime.so.1.24.0")]);
    let here: Vec<_> = found.iter().filter(|path| path.starts_with(root.path())).collect();
    assert_eq!(here, [&capi.join("libonnxruntime.so.1.24.0")]);
}

#[test]
fn the_report_says_what_runs_models_and_what_is_missing() {
    let report = RuntimeReport::of(&pure());
    assert_eq!(report.runtime, RuntimeKind::Rten);
    let text = report.lines().join("\n");
    assert!(text.contains("rten") && text.contains("pip install onnxruntime"), "{text}");
    assert!(report.used.is_some_and(|used| !used.is_gpu()) && text.contains("Runs on: CPU"), "{text}");
    if let Some(found) = runtimes().get(1) {
        let report = RuntimeReport::of(found);
        let library = report.library.as_ref().unwrap();
        let text = report.lines().join("\n");
        eprintln!("{text}");
        assert!(text.contains(&library.version) && text.contains(&*library.path.to_string_lossy()), "{text}");
        assert!(!report.library_devices.is_empty(), "the library names the processor at least: {text}");
        let used = report.used.expect("a model runs on something");
        assert!(report.providers.contains(&used), "and what it was run on is offered: {text}");
        let has_card = !report.nvidia_devices.is_empty() || !used.is_gpu() || cfg!(not(target_os = "linux"));
        assert!(has_card, "without a card no card is in use: {text}");
    }
}
