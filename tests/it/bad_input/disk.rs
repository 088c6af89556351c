//! A disk that is full, and one that cannot be written. Needs a disk of its own, which only who may mount gets;
//! elsewhere these tests say that they were skipped.

use std::path::PathBuf;
use std::process::Command;

use super::{Program, Ran, assert_told, content, rows, watched};

/// A disk of its own below the program's folder, as `disk/`; gone when it is dropped.
struct Disk {
    program: Program,
    place: PathBuf,
}

impl Disk {
    fn new(size: &str) -> Option<Self> {
        let program = Program::new();
        let place = program.path("disk");
        std::fs::create_dir(&place).unwrap();
        let options = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&place).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { program, place });
        }
        eprintln!("skipped: this user may not mount a small disk");
        None
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let done = Command::new("mount").args(["-o", &options]).arg(&self.place).status().unwrap();
        assert!(done.success());
    }

    /// Takes all the room that is left, but so many bytes.
    fn fill(&self, leaving_bytes: usize) {
        let path = self.place.join("filler");
        let mut bytes = std::fs::read(&path).unwrap_or_default();
        while std::fs::write(&path, &bytes).is_ok() {
            bytes.resize(bytes.len() + 64 * 1024, 0);
        }
        let there = std::fs::metadata(&path).map_or(0, |metadata| metadata.len() as usize);
        std::fs::write(&path, vec![0; there.saturating_sub(leaving_bytes)]).unwrap();
    }

    fn make_room(&self) {
        std::fs::remove_file(self.place.join("filler")).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        watched(&self.program, arguments)
    }

    /// All that a project on the disk holds.
    fn content(&self) -> String {
        std::fs::copy(self.place.join("p.tiebreak"), self.program.path("p.tiebreak")).unwrap();
        content(&self.program)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.place)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "filler")
            .collect();
        names.sort();
        names
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}

#[test]
fn an_import_that_fills_the_disk_changes_nothing_and_can_be_done_again() {
    let Some(disk) = Disk::new("3m") else { return };
    disk.program.write("few.jsonl", rows(20));
    disk.program.write("many.jsonl", rows(30_000));
    disk.program.expect(0, &["import", "disk/p.tiebreak", "few.jsonl", "--create", "--labels", "past"]);
    let before = disk.content();
    let ran = disk.run(&["import", "disk/p.tiebreak", "many.jsonl"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_told(&ran, "the disk is full", "free some space");
    assert_eq!(disk.content(), before);
    disk.program.expect(0, &["check", "disk/p.tiebreak"]);
    disk.remount("size=64m");
    let ran = disk.run(&["import", "disk/p.tiebreak", "many.jsonl"]);
    assert!(ran.code == 0 && ran.stdout.contains("29980 items added, 20 known before"), "{ran:?}");
    disk.program.expect(0, &["check", "disk/p.tiebreak"]);
}

#[test]
fn judging_on_a_full_disk_keeps_what_was_acknowledged_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::new("16m") else { return };
    disk.program.write("pairs.jsonl", rows(3_000));
    disk.program.expect(0, &["import", "disk/p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    disk.fill(3 * 1024 * 1024);
    let ran = disk.run(&["simulate", "disk/p.tiebreak", "--judgments", "3000"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_told(&ran, "the disk is full", "free some space");
    let acknowledged: Vec<&str> = ran.stdout.lines().filter_map(|line| line.strip_prefix("saved ")).collect();
    assert!(acknowledged.len() > 10, "too few to say anything: {ran:?}");
    disk.program.expect(0, &["check", "disk/p.tiebreak"]);
    disk.make_room();
    let ran = disk.run(&["simulate", "disk/p.tiebreak", "--judgments", "5"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    disk.program.expect(0, &["check", "disk/p.tiebreak"]);
    let content = disk.content();
    for id in acknowledged.iter().copied().chain(ran.stdout.lines().map(|line| &line["saved ".len()..])) {
        assert!(content.contains(id), "judgment {id} was acknowledged and is gone");
    }
}

#[test]
fn an_export_to_a_full_disk_leaves_nothing_half_written() {
    let Some(disk) = Disk::new("1m") else { return };
    disk.program.write("pairs.jsonl", rows(2_000));
    disk.program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--labels", "past"]);
    disk.fill(64 * 1024);
    let export = ["export", "p.tiebreak", "disk/out.jsonl", "--format", "tiebreak"];
    let ran = disk.run(&export);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_told(&ran, "disk/out.jsonl", "make room on the disk");
    assert_eq!(disk.names(), Vec::<String>::new());
    disk.make_room();
    disk.remount("size=16m");
    assert_eq!(disk.run(&export).code, 0);
    assert_eq!(disk.names(), ["out.jsonl", "out.jsonl.manifest.json"]);
}

#[test]
fn a_project_is_not_begun_where_there_is_no_room() {
    let Some(disk) = Disk::new("1m") else { return };
    disk.program.write("pairs.jsonl", rows(3));
    disk.fill(0);
    let ran = disk.run(&["import", "disk/new.tiebreak", "pairs.jsonl", "--create"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_told(&ran, "the disk is full", "free some space");
    // The file that says who has it open may stay: it is not locked, so it is in nobody's way.
    assert!(disk.names().iter().all(|name| name == "new.tiebreak.lock"), "{:?}", disk.names());
}

#[test]
fn a_disk_that_cannot_be_written_can_be_looked_at() {
    let Some(disk) = Disk::new("8m") else { return };
    disk.program.write("pairs.jsonl", rows(5));
    disk.program.expect(0, &["import", "disk/p.tiebreak", "pairs.jsonl", "--create", "--labels", "past"]);
    disk.remount("ro");
    disk.program.expect(0, &["info", "disk/p.tiebreak"]);
    disk.program.expect(0, &["check", "disk/p.tiebreak"]);
    disk.program.expect(0, &["export", "disk/p.tiebreak", "out.jsonl", "--format", "hh"]);
    for refused in [
        &["import", "disk/p.tiebreak", "pairs.jsonl"][..],
        &["import", "disk/new.tiebreak", "pairs.jsonl", "--create"],
        &["simulate", "disk/p.tiebreak"],
        &["sample", "disk/sample.tiebreak"],
    ] {
        let ran = disk.run(refused);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_told(&ran, "cannot be written", "a folder that you may write to");
    }
    let ran = disk.run(&["export", "disk/p.tiebreak", "disk/out.jsonl", "--format", "hh"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_told(&ran, "cannot write the export", "a folder that you may write to");
    disk.remount("rw");
    assert_eq!(disk.run(&["simulate", "disk/p.tiebreak", "--judgments", "2"]).code, 0);
}
