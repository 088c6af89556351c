//! Accounts in the project file: an invitation lets one person in, and the audit log only grows.

use tiebreak_domain::{AnnotatorKey, ProjectKey, Role, Rubric, Scope, UnixMillis};
use tiebreak_store::{Audit, Invitation, Joining, NewProject, NewToken, Store, StoreError};

use crate::backend::on_both;
use crate::project::{Project, new_project};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let project = NewProject {
        key: ProjectKey([1; 16]),
        name: "p".into(),
        created_at: UnixMillis(0),
        rubric: Rubric::default(),
        is_sample: false,
    };
    let store = Store::create(folder.path().join("p.tiebreak"), &project).unwrap();
    (folder, store)
}

fn invitation(name: Option<&str>) -> Invitation {
    Invitation {
        role: Role::Lead,
        name: name.map(str::to_owned),
        is_sign_in: false,
        created_at: UnixMillis(0),
        expires_at: UnixMillis(100),
        used_at: None,
    }
}

fn joining(key: u8, name: &str) -> Joining<'_> {
    Joining { key: AnnotatorKey([key; 16]), name, password: None, subject: None }
}

#[test]
fn an_invitation_lets_one_person_in_and_a_refusal_uses_nothing_up() {
    let (_folder, mut store) = store();
    let taken = store.annotator(AnnotatorKey([9; 16]), "Ana").unwrap();
    store.add_invitation(&[1; 32], &invitation(None)).unwrap();
    let refused = store.join(&[1; 32], &joining(2, "Ana"), UnixMillis(5));
    assert!(matches!(refused, Err(StoreError::Refused(_))), "the name is somebody's: {refused:?}");
    let joined = store.join(&[1; 32], &joining(2, "Ben"), UnixMillis(5)).unwrap().expect("still open");
    assert_ne!(joined, taken);
    assert_eq!(store.join(&[1; 32], &joining(3, "Cleo"), UnixMillis(6)).unwrap(), None, "used");
    let reader = store.reader().unwrap();
    assert_eq!(reader.account_of(joined).unwrap().map(|account| account.role), Some(Role::Lead));
    assert_eq!(reader.account_named("Cleo").unwrap(), None);
    store.add_invitation(&[2; 32], &invitation(Some("Ana"))).unwrap();
    assert_eq!(store.join(&[2; 32], &joining(4, ""), UnixMillis(100)).unwrap(), None, "expired");
    store.add_invitation(&[3; 32], &invitation(Some("Ana"))).unwrap();
    let named = store.join(&[3; 32], &joining(4, "Eve"), UnixMillis(7)).unwrap();
    assert_eq!(named, Some(taken), "whom the owner names gets what they judged here");
}

fn a_project_that_becomes_another_keeps_its_accounts() {
    let mut project = Project::with_items(0);
    let store = project.store();
    store.add_invitation(&[1; 32], &invitation(None)).unwrap();
    let cleo = store.join(&[1; 32], &joining(3, "Cleo"), UnixMillis(5)).unwrap().unwrap();
    store.sign_in(&[7; 32], cleo, UnixMillis(5), UnixMillis(1_000)).unwrap();
    store.set_tags(cleo, &["french".to_owned()]).unwrap();
    let other = NewProject { key: ProjectKey([5; 16]), name: "Other".into(), ..new_project() };
    store.adopt(&other).unwrap();
    let reader = store.reader().unwrap();
    let people: Vec<String> = reader.annotators().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(people, ["Cleo"], "who has no account has said nothing and goes");
    assert_eq!(reader.account_of(cleo).unwrap().map(|account| account.role), Some(Role::Lead));
    assert!(reader.signed_in(&[7; 32]).unwrap().is_some(), "nobody is signed out");
    assert_eq!(reader.key_and_tags(cleo).unwrap().1, ["french"]);
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
}

on_both!(a_project_that_becomes_another_keeps_its_accounts);

#[test]
fn shutting_out_ends_sign_ins_and_tokens() {
    let (_folder, mut store) = store();
    store.add_invitation(&[1; 32], &invitation(None)).unwrap();
    let ana = store.join(&[1; 32], &joining(2, "Ana"), UnixMillis(5)).unwrap().unwrap();
    store.sign_in(&[7; 32], ana, UnixMillis(5), UnixMillis(1_000)).unwrap();
    let token = NewToken {
        annotator: ana,
        name: "t".into(),
        scopes: vec![Scope::Judge, Scope::JudgmentsRead],
        created_at: UnixMillis(5),
        expires_at: UnixMillis(1_000),
    };
    store.add_token(&[8; 32], &token).unwrap();
    let reader = store.reader().unwrap();
    assert_eq!(reader.signed_in(&[7; 32]).unwrap().map(|found| found.name), Some("Ana".to_owned()));
    assert_eq!(reader.token(&[8; 32]).unwrap().map(|found| found.token), Some(token));
    store.set_account_disabled(ana, true).unwrap();
    store.set_account_disabled(ana, false).unwrap();
    assert_eq!(reader.signed_in(&[7; 32]).unwrap(), None, "and letting in again revives nothing");
    assert_eq!(reader.token(&[8; 32]).unwrap(), None);
}

#[test]
fn the_audit_log_only_grows() {
    let (folder, mut store) = store();
    let line = Audit {
        id: [1; 16],
        at: UnixMillis(3),
        annotator: None,
        action: "invited".into(),
        about: "x".into(),
        address: "here".into(),
    };
    store.audit(&line).unwrap();
    assert_eq!(store.reader().unwrap().audits(9).unwrap(), [line]);
    let raw = rusqlite::Connection::open(folder.path().join("p.tiebreak")).unwrap();
    for change in ["UPDATE audit SET about = 'y'", "DELETE FROM audit"] {
        let refused = raw.execute(change, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{change}: {refused}");
    }
}
