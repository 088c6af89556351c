//! The check: each kind of damage is found and said.

use tiebreak_domain::{Outcome, Verdict};
use tiebreak_store::Reader;

use crate::project::{Project, prefer};

/// The findings after some SQL that no Tiebreak would run.
fn findings(sql: &str) -> Vec<String> {
    let mut project = Project::with_items(3);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    project.say(ana, 1, prefer(Outcome::B));
    project.say(ana, 2, Verdict::Skipped);
    project.store().index_some(3).unwrap();
    let raw = rusqlite::Connection::open(project.path()).unwrap();
    let triggers: Vec<String> = raw
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
    raw.execute_batch(sql).unwrap();
    Reader::open(project.path()).unwrap().check().unwrap()
}

#[test]
fn a_sound_project_has_no_findings() {
    assert!(findings("").is_empty());
}

#[test]
fn each_damage_is_found() {
    for (sql, expected) in [
        ("UPDATE item SET prompt = '[]' WHERE id = 2", "the content of item 2"),
        ("UPDATE item SET prompt = '{' WHERE id = 2", "no JSON"),
        (
            "UPDATE item SET candidates = replace(candidates, 'nswer', 'NSWER') WHERE id = 1",
            "the content of item 1",
        ),
        ("UPDATE item SET candidates = '[]' WHERE id = 2", "item 2 has no candidates"),
        ("UPDATE item_key SET item_id = 7 WHERE item_id = 2", "item 2 is not found by its key"),
        ("DELETE FROM item WHERE id = 2", "item 2 is missing"),
        ("DELETE FROM item WHERE id = 3", "there are 3 keys for 2 items"),
        ("UPDATE item SET source_id = 9 WHERE id = 1", "not among the items of source 9"),
        (
            "DELETE FROM judgment WHERE revision = 1 AND item_id = 1",
            "revision 1 of annotator 1 on item 1 is missing",
        ),
        ("UPDATE judgment SET supersedes = NULL", "does not supersede the one before it"),
        ("UPDATE latest SET state = 1 WHERE item_id = 1", "the last word of annotator 1 on item 1"),
        ("DELETE FROM latest WHERE item_id = 2", "the last word of annotator 1 on item 2"),
        ("INSERT INTO latest VALUES (2, 3, 1, 2)", "3 last words for 2 logs"),
        ("DELETE FROM answer", "has no answers"),
        ("UPDATE answer SET outcome = 'c'", "unknown outcome"),
        ("DELETE FROM showing WHERE id = 2", "points to a missing row of showing"),
        ("UPDATE judgment SET annotator_id = 9 WHERE item_id = 2", "points to a missing row of annotator"),
        ("DELETE FROM project", "no name and rubric"),
        (
            "UPDATE rubric SET body = replace(body, '\"version\":1', '\"version\":2')",
            "says that it is version 2",
        ),
        (
            "UPDATE search_progress SET indexed_through = 1",
            "the search index holds 3 items and should hold 1",
        ),
    ] {
        let findings = findings(sql);
        assert!(findings.iter().any(|finding| finding.contains(expected)), "after {sql}: {findings:?}");
    }
}
