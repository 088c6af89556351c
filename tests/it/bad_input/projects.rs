//! Files that are no project of this program, or are somebody else's at the moment.

use std::io::{BufRead, BufReader};

use super::{Precious, Program, assert_told, noise, rows, watched};

const LANDED: &str = include_str!("../../../migrations/landed.txt");

/// Every command refuses the file for this reason, not a byte of it changes, and nothing is left beside it.
fn refused_by_all(program: &Program, file: &str, message: &str, hint: &str) {
    let before = std::fs::read(program.path(file)).unwrap();
    for arguments in [
        &["info", file][..],
        &["check", file],
        &["import", file, "good.jsonl"],
        &["import", file, "good.jsonl", "--create"],
        &["simulate", file],
        &["export", file, "out.jsonl", "--format", "hh"],
    ] {
        let ran = watched(program, arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        assert_told(&ran, message, hint);
        assert!(std::fs::read(program.path(file)).unwrap() == before, "{arguments:?} changed it");
    }
    let beside: Vec<String> = std::fs::read_dir(program.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(file) && name != file)
        .collect();
    assert!(beside.is_empty(), "left beside it: {beside:?}");
}

#[test]
fn what_is_no_project_is_left_alone() {
    let Precious { program, .. } = Precious::new();
    let project = std::fs::read(program.path("p.tiebreak")).unwrap();
    // The database header: application_id is four bytes at offset 68 (SQLite file format, section 1.3).
    let mut foreign = project.clone();
    foreign[68..72].fill(0);
    program.write("foreign.tiebreak", foreign);
    program.write("garbage.tiebreak", noise(50_000));
    program.write("text.tiebreak", rows(100));
    program.write("nothing.tiebreak", "");
    for file in ["foreign.tiebreak", "garbage.tiebreak", "text.tiebreak", "nothing.tiebreak"] {
        refused_by_all(&program, file, "the file is not a Tiebreak project", "nothing was changed");
    }
    for command in ["info", "check", "simulate"] {
        let ran = watched(&program, &[command, "home"]);
        assert_eq!(ran.code, 1, "a folder or nothing: {ran:?}");
        assert!(!ran.stderr.contains("panicked") && ran.stderr.starts_with("error: "), "{ran:?}");
    }
}

#[test]
fn a_project_of_a_newer_program_is_left_alone() {
    let Precious { program, .. } = Precious::new();
    let mut newer = std::fs::read(program.path("p.tiebreak")).unwrap();
    // user_version is a big-endian integer at offset 60 (SQLite file format, section 1.3).
    newer[60..64].copy_from_slice(&9_999_i32.to_be_bytes());
    program.write("newer.tiebreak", newer);
    refused_by_all(
        &program,
        "newer.tiebreak",
        "the project was made by a newer Tiebreak: its format is 9999",
        "update Tiebreak",
    );
}

#[test]
fn a_project_made_by_an_edited_migration_is_left_alone() {
    let Precious { program, .. } = Precious::new();
    let mut edited = std::fs::read(program.path("p.tiebreak")).unwrap();
    let (name, hash) = LANDED.lines().next().unwrap().split_once(' ').unwrap();
    let place = edited.windows(hash.len()).position(|bytes| bytes == hash.as_bytes()).unwrap();
    edited[place] = if edited[place] == b'0' { b'1' } else { b'0' };
    program.write("edited.tiebreak", edited);
    let message = format!("the project was migrated by another text of {name}");
    refused_by_all(&program, "edited.tiebreak", &message, "nothing was changed");
}

#[test]
fn a_project_file_that_was_cut_is_called_damaged() {
    let Precious { program, .. } = Precious::new();
    program.write("many.jsonl", rows(500));
    program.expect(0, &["import", "p.tiebreak", "many.jsonl"]);
    let whole = std::fs::read(program.path("p.tiebreak")).unwrap();
    for (file, length) in [("half.tiebreak", whole.len() / 2), ("odd.tiebreak", 8_192 * 2 + 77)] {
        program.write(file, &whole[..length]);
        for command in ["info", "check", "simulate"] {
            let ran = watched(&program, &[command, file]);
            assert_eq!(ran.code, 1, "{command} {length}: {ran:?}");
            let said = if ran.stderr.is_empty() { &ran.stdout } else { &ran.stderr };
            assert!(
                ["damaged", "malformed", "not a Tiebreak project", "invalid page"]
                    .iter()
                    .any(|word| said.contains(word)),
                "{command} {length}: {ran:?}"
            );
        }
    }
}

#[test]
fn a_project_that_is_being_judged_can_be_looked_at_and_not_changed() {
    let Precious { program, .. } = Precious::new();
    program.write("many.jsonl", rows(20_000));
    program.expect(0, &["import", "p.tiebreak", "many.jsonl", "--no-labels"]);
    let mut judging = program.command(&["simulate", "p.tiebreak", "--judgments", "20000"]).spawn().unwrap();
    let mut lines = BufReader::new(judging.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    // Read on, so that the one who judges never waits.
    let rest = std::thread::Builder::new()
        .name("reads-on".into())
        .spawn(move || lines.map_while(Result::ok).count());
    for arguments in [&["import", "p.tiebreak", "good.jsonl"][..], &["simulate", "p.tiebreak"]] {
        let ran = watched(&program, arguments);
        assert_eq!(ran.code, 4, "{arguments:?}: {ran:?}");
        let process = format!("(process {})", judging.id());
        assert_told(&ran, "the project is open in another window", "close it there first");
        assert!(ran.stderr.contains(&process), "{process}: {ran:?}");
    }
    program.expect(0, &["info", "p.tiebreak"]);
    program.expect(0, &["check", "p.tiebreak"]);
    let exported = super::content(&program);
    assert!(exported.contains(&first["saved ".len()..]), "what was acknowledged is in it");
    assert!(judging.try_wait().unwrap().is_none(), "it was judged all the while");
    judging.kill().unwrap();
    judging.wait().unwrap();
    assert!(rest.unwrap().join().unwrap() > 0);
    // What was written meanwhile holds together by itself.
    let ran = watched(&program, &["import", "copy.tiebreak", "all.jsonl", "--create"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    program.expect(0, &["check", "p.tiebreak"]);
}
