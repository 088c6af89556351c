//! Projects that an older program made: brought up to date when they are opened, with all that was in them.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, params};
use tiebreak_domain::{
    AnnotatorId, ApiError, ErrorCode, Item, ItemId, Outcome, Preference, Rubric, Strength, Verdict,
};
use tiebreak_store::{Reader, Store, StoreError};

use crate::project::pair;

/// A project of the fourth format, made by its own SQL: two items; item 1 judged A and then B, by far.
fn old_project(path: &Path) -> [Item; 2] {
    let items = [pair(1), pair(2)];
    let connection = Connection::open(path).unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    for (index, name) in
        ["0001_project.sql", "0002_item.sql", "0003_judgment.sql", "0004_search.sql"].iter().enumerate()
    {
        let sql = fs::read_to_string(format!("{folder}/{name}")).unwrap();
        connection.execute_batch(&sql).unwrap();
        let blake3 = blake3::hash(sql.replace("\r\n", "\n").as_bytes()).to_hex().to_string();
        connection
            .execute("INSERT INTO migration VALUES (?1, ?2, ?3)", params![index as i64 + 1, name, blake3])
            .unwrap();
    }
    connection.pragma_update(None, "application_id", i32::from_be_bytes(*b"TieB")).unwrap();
    connection.pragma_update(None, "user_version", 4).unwrap();
    let rubric = r#"{"version":1,"questions":[{"key":"overall","title":"Which is better?",
        "kind":{"kind":"preference","with_strength":true}}],"unratable_reasons":[],"models_visible":false}"#;
    connection.execute("INSERT INTO rubric VALUES (1, ?1)", [rubric]).unwrap();
    connection.execute("INSERT INTO project VALUES (1, ?1, 'Old', 5, 0, 1)", [[9_u8; 16]]).unwrap();
    connection.execute("INSERT INTO annotator VALUES (1, ?1, 'Ana')", [[1_u8; 16]]).unwrap();
    connection.execute("INSERT INTO source VALUES (1, 'a.jsonl', NULL, 0, '', 6)", []).unwrap();
    connection.execute("INSERT INTO source_range VALUES (1, 2, 1)", []).unwrap();
    for (index, item) in items.iter().enumerate() {
        let (key, id) = (item.key().0, index as i64 + 1);
        let candidates: Vec<String> = item.candidates.iter().map(tiebreak_domain::Candidate::text).collect();
        connection
            .execute(
                "INSERT INTO item (id, content_key, source_id, status, prompt, candidates) VALUES (?1, ?2, 1, 'active', ?3, ?4)",
                params![
                    id,
                    key,
                    serde_json::to_string(&item.prompt_text()).unwrap(),
                    serde_json::to_string(&candidates).unwrap()
                ],
            )
            .unwrap();
        connection.execute("INSERT INTO item_key VALUES (?1, ?2)", params![key, id]).unwrap();
    }
    for (number, outcome, strength) in [(1_i64, "a", None), (2, "b", Some("much"))] {
        let supersedes = (number == 2).then_some([1_u8; 16]);
        connection
            .execute(
                "INSERT INTO judgment VALUES (?1, ?2, 1, 1, ?1, ?3, 'judged', 0, '', 1, NULL, 'screen', ?1)",
                params![number, [number as u8; 16], supersedes],
            )
            .unwrap();
        connection
            .execute(
                "INSERT INTO answer VALUES (?1, 'overall', ?2, ?3, NULL)",
                params![number * 64, outcome, strength],
            )
            .unwrap();
    }
    connection.execute("INSERT INTO latest VALUES (1, 1, 2, ?1)", [2 + 4 * 2 + 32 * 3]).unwrap();
    items
}

#[test]
fn a_project_of_the_fourth_format_is_brought_up_to_date_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.tiebreak");
    let items = old_project(&path);
    let error = Reader::open(&path).map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::TooOld(_)), "who only reads changes nothing: {error}");
    let error = ApiError::from(error);
    assert_eq!(error.code, ErrorCode::BadRequest, "and says so: {error}");
    assert!(error.hint.unwrap().contains("open it in the app"), "with what to do");

    let store = Store::open(&path).unwrap();
    let reader = store.reader().unwrap();
    for (index, item) in items.iter().enumerate() {
        assert_eq!(&reader.item(ItemId(index as i64 + 1)).unwrap().item, item, "every item as it was");
    }
    let strong = Preference { strength: Some(Strength::Much), ..Preference::new(Outcome::B) };
    let latest = reader.latest(AnnotatorId(1), ItemId(1)).unwrap().unwrap();
    assert_eq!(latest.given.verdict, Verdict::overall(strong), "the last word as it was");
    assert_eq!(reader.project().unwrap().rubric.questions, Rubric::default().questions, "the same question");
    assert_eq!(reader.check().unwrap(), Vec::<String>::new(), "it is sound");
    drop((reader, store));
    assert!(Reader::open(&path).is_ok(), "now it can be read by whoever only reads");
    let raw = Connection::open(&path).unwrap();
    let ids: Vec<i64> = raw
        .prepare("SELECT id FROM answer ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(ids, [4096, 8192], "there is room for more answers now");
    assert!(raw.execute("UPDATE answer SET reason = 'x'", []).is_err(), "answers are still append-only");
    assert!(raw.execute("DELETE FROM answer", []).is_err(), "and are still not deleted");
}
