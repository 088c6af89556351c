//! Files: locks, newer and damaged projects, full disks.

use tiebreak_domain::{ApiError, ErrorCode, Outcome};
use tiebreak_store::{Reader, Store, StoreError};

use crate::project::{Project, new_project, pair, prefer};

#[test]
fn a_project_is_open_for_writing_once_and_for_reading_always() {
    let mut project = Project::with_items(1);
    let path = project.path();
    match Store::open(&path).map(|_| ()) {
        Err(error @ StoreError::AlreadyOpen(_)) => {
            let error = ApiError::from(error);
            assert_eq!(error.code, ErrorCode::AlreadyOpen);
            assert!(error.message.contains(&std::process::id().to_string()), "{}", error.message);
        }
        other => panic!("opened twice: {other:?}"),
    }
    let (ana, reader) = (project.ana, Reader::open(&path).unwrap());
    project.say(ana, 1, prefer(Outcome::A));
    assert!(
        reader.latest(ana, tiebreak_domain::ItemId(1)).unwrap().is_some(),
        "reads what is written meanwhile"
    );
    drop(reader);
    project.store.take().unwrap().close().unwrap();
    let left: Vec<_> = std::fs::read_dir(project.home.folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(left, ["trial.tiebreak"], "nothing else is left behind");
    Reader::open(&path).unwrap();
    let store = Store::open(&path).unwrap();
    assert_eq!(store.info(ana).unwrap().judgments, 1, "it is all there");
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "Dear all").unwrap();
    assert!(matches!(Store::create(&path, &new_project()), Err(StoreError::Exists(_))));
    assert!(matches!(Store::open(&path), Err(StoreError::Damaged(_))), "no project");
    assert!(matches!(Reader::open(&path), Err(StoreError::Damaged(_))));
    assert_eq!(std::fs::read(&path).unwrap(), b"Dear all");
    assert!(matches!(
        Store::open(folder.path().join("none.tiebreak").as_path()),
        Err(StoreError::NotFound(_))
    ));
    assert!(matches!(
        Reader::open(folder.path().join("none.tiebreak").as_path()),
        Err(StoreError::NotFound(_))
    ));
}

#[test]
fn another_programs_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("songs.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE song (name TEXT)").unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let error = Store::open(&path).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("not a Tiebreak project"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_newer_project_and_an_edited_migration_are_refused() {
    let mut project = Project::with_items(1);
    project.store = None;
    let raw = rusqlite::Connection::open(project.path()).unwrap();
    let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    raw.pragma_update(None, "user_version", 1_000).unwrap();
    let error = ApiError::from(Store::open(project.path()).map(|_| ()).unwrap_err());
    assert_eq!(error.code, ErrorCode::TooNew);
    assert!(error.hint.unwrap().contains("update"), "it says what to do");
    assert!(matches!(Reader::open(project.path()), Err(StoreError::TooNew { found: 1_000, .. })));
    raw.pragma_update(None, "user_version", version).unwrap();
    Store::open(project.path()).unwrap();
    raw.execute("UPDATE migration SET blake3 = 'other' WHERE version = 1", []).unwrap();
    assert!(matches!(Store::open(project.path()), Err(StoreError::Damaged(_))));
}

#[test]
fn a_truncated_project_is_damaged_not_a_panic() {
    let mut project = Project::with_items(300);
    project.store.take().unwrap().close().unwrap();
    let bytes = std::fs::read(project.path()).unwrap();
    for length in [bytes.len() / 2, bytes.len() / 10, 8192, 100, 10] {
        std::fs::write(project.path(), &bytes[..length]).unwrap();
        match Reader::open(project.path()).and_then(|reader| reader.check()) {
            Ok(findings) => assert!(!findings.is_empty(), "{length} bytes of {} pass the check", bytes.len()),
            Err(error) => assert_eq!(ApiError::from(error).code, ErrorCode::Damaged),
        }
    }
}

#[test]
fn a_full_disk_says_so_and_loses_nothing() {
    let mut project = Project::with_items(5);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    project.store().limit_pages(1).unwrap();
    let items: Vec<_> = (10..3_000).map(pair).collect();
    let mut import = project.store().begin_import().unwrap();
    let source = import.add_source(&crate::project::new_source("more.jsonl")).unwrap();
    let failed = items.iter().find_map(|item| import.add_item(source, item).err()).expect("no room");
    assert_eq!(ApiError::from(failed).code, ErrorCode::DiskFull);
    drop(import);
    let info = project.store().info(ana).unwrap();
    assert_eq!((info.active_items, info.judgments, info.sources.len()), (5, 1, 1));
    assert!(project.store().reader().unwrap().check().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let mut project = Project::with_items(2);
    project.store.take().unwrap().close().unwrap();
    let folder = project.home.folder.path().to_owned();
    let allow = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    let ignores_modes = std::fs::write(folder.join("probe"), "").is_ok();
    if ignores_modes {
        eprintln!("skipped: this user may write anywhere");
    } else {
        assert!(matches!(Store::open(project.path()), Err(StoreError::ReadOnly(_))));
        assert!(Reader::open(project.path()).unwrap().check().unwrap().is_empty());
    }
    allow(0o755);
}
