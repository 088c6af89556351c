//! Accounts in a project: an invitation lets one person in, and the audit log only grows.

use tiebreak_domain::{AnnotatorKey, ProjectKey, Role, Rubric, Scope, UnixMillis};
use tiebreak_store::{Audit, Invitation, Joining, NewProject, NewToken, Store, StoreError};

use crate::backend::{Home, on_both};
use crate::project::{Project, new_project};

fn store() -> (Home, Store) {
    let home = Home::new();
    let project = NewProject {
        key: ProjectKey([1; 16]),
        name: "p".into(),
        created_at: UnixMillis(0),
        rubric: Rubric::default(),
        is_sample: false,
    };
    let store = Store::create(&home.place, &project).unwrap();
    (home, store)
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

fn an_invitation_lets_one_person_in_and_a_refusal_uses_nothing_up() {
    let (_home, mut store) = store();
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

fn a_namesake_whom_a_provider_vouches_for_gets_a_number() {
    let (_home, mut store) = store();
    for (key, expected) in [(1, "Ana"), (2, "Ana 2"), (3, "Ana 3")] {
        store.add_invitation(&[key; 32], &invitation(None)).unwrap();
        let subject = format!("u-{key}");
        let vouched = Joining { subject: Some(&subject), ..joining(key, "Ana") };
        let joined = store.join(&[key; 32], &vouched, UnixMillis(5)).unwrap().expect("still open");
        let account = store.reader().unwrap().account_named(expected).unwrap().expect("by that name");
        assert_eq!(account.annotator, joined);
    }
}

fn open_invitations_are_told_until_they_are_followed_withdrawn_or_expire() {
    let (_home, mut store) = store();
    let of = |name: &str, from: i64| Invitation {
        created_at: UnixMillis(from),
        expires_at: UnixMillis(from + 100),
        ..invitation(Some(name))
    };
    for (hash, name, from) in [(1, "Ana", 0), (2, "Ben", 10), (3, "Cleo", 20), (4, "Dan", 30)] {
        store.add_invitation(&[hash; 32], &of(name, from)).unwrap();
    }
    let link = Invitation { is_sign_in: true, ..of("Olga", 40) };
    store.add_invitation(&[5; 32], &link).unwrap();
    store.join(&[2; 32], &joining(2, ""), UnixMillis(50)).unwrap().expect("still open");
    assert!(store.withdraw_invitation(&[3; 32]).unwrap());
    assert!(!store.withdraw_invitation(&[3; 32]).unwrap(), "it is gone");
    assert!(!store.withdraw_invitation(&[2; 32]).unwrap(), "it was followed, which stays known");
    let reader = store.reader().unwrap();
    let open = |now| -> Vec<String> {
        let open = reader.open_invitations(UnixMillis(now)).unwrap();
        assert!(open.iter().all(|(hash, _)| [[1; 32], [4; 32]].contains(hash)));
        open.into_iter().filter_map(|(_, invitation)| invitation.name).collect()
    };
    assert_eq!(open(99), ["Dan", "Ana"], "the newest first, and no link of a terminal");
    assert_eq!(open(100), ["Dan"], "expired");
    assert_eq!(store.join(&[3; 32], &joining(3, ""), UnixMillis(50)).unwrap(), None, "withdrawn");
}

fn somebody_was_last_seen_by_whichever_browser_was_last_there() {
    let (_home, mut store) = store();
    store.add_invitation(&[1; 32], &invitation(None)).unwrap();
    let ana = store.join(&[1; 32], &joining(2, "Ana"), UnixMillis(5)).unwrap().unwrap();
    let reader = store.reader().unwrap();
    let seen = || reader.last_seen().unwrap().get(&ana).copied();
    assert_eq!(seen(), None);
    for (hash, at) in [(7, 5), (8, 9)] {
        store.sign_in(&[hash; 32], ana, UnixMillis(at), UnixMillis(1_000)).unwrap();
    }
    assert_eq!(seen(), Some(UnixMillis(9)));
    store.note_seen(&[7; 32], UnixMillis(40)).unwrap();
    assert_eq!(seen(), Some(UnixMillis(40)));
    store.sign_out(&[7; 32]).unwrap();
    assert_eq!(seen(), Some(UnixMillis(9)), "a browser that signed out is forgotten");
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

fn shutting_out_ends_sign_ins_and_tokens() {
    let (_home, mut store) = store();
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

fn the_audit_log_only_grows() {
    let (home, mut store) = store();
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
    for change in ["UPDATE audit SET about = 'y'", "DELETE FROM audit"] {
        let refused = home.run(change).unwrap_err();
        assert!(refused.contains("append-only"), "{change}: {refused}");
    }
}

on_both!(
    an_invitation_lets_one_person_in_and_a_refusal_uses_nothing_up,
    a_namesake_whom_a_provider_vouches_for_gets_a_number,
    open_invitations_are_told_until_they_are_followed_withdrawn_or_expire,
    somebody_was_last_seen_by_whichever_browser_was_last_there,
    a_project_that_becomes_another_keeps_its_accounts,
    shutting_out_ends_sign_ins_and_tokens,
    the_audit_log_only_grows,
);
