//! Carrying: a project goes from a file into a database and back, and is the same.

use std::ops::ControlFlow;

use tiebreak_domain::merge::MergeConflict;
use tiebreak_domain::reward::{ModelKey, Prediction, Scorer};
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::study::ProfileValue;
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Draft, Item, ItemId, ItemRole, ItemStatus, Origin, Outcome, Part, Role, Scope,
    StudySetup, UnixMillis, Verdict,
};
use tiebreak_store::{
    Audit, CandidateScore, CarriedTable, Invitation, Joining, Lease, ModelLabel, NewToken, ProjectPlace,
    Reader, ScoredModel, Store, StoreError, StoredOffer, StoredPrediction, Surprise, Vouching, carry,
};

use crate::backend::{Backend, Home, on, on_both};
use crate::late_goodbye;
use crate::project::{Project, new_project, pair, prefer};

/// A project with something in every table, and with what a careless copy would change.
fn full_project() -> Project {
    let mut project = Project::with_items(3);
    let (ana, ben) = (project.ana, project.ben);
    let odd = Item {
        external_id: Some("nul \0, one \u{1}, both \u{1}\0".into()),
        prompt: vec![Part::plain("a \0 in a text")],
        candidates: pair(9).candidates,
        ..Item::default()
    };
    project.import("odd.jsonl", &[odd]);
    project.say(ana, 1, prefer(Outcome::A));
    let mut judgment = project.judgment(ana, 1, prefer(Outcome::Tie));
    judgment.comment = "\0 and \u{1} and 😀".into();
    let said = judgment.id;
    project.store().submit(&judgment).unwrap();
    project.say(ben, 2, Verdict::Skipped);
    let store = project.store();
    store.set_status(&[(ItemId(3), ItemStatus::Excluded)]).unwrap();
    store
        .set_study(&StudySetup { consent: "May we?".into(), ..StudySetup::default() }, UnixMillis(5))
        .unwrap();
    store.set_tags(ana, &["french".to_owned()]).unwrap();
    store.set_item_role(ItemId(2), &ItemRole::Gold { expected: Vec::new() }).unwrap();
    store
        .lease(&[Lease { item: ItemId(2), annotator: ana, expires_at: UnixMillis(99) }], UnixMillis(1))
        .unwrap();
    let model = ScoredModel {
        key: ModelKey("blake3:1".into()),
        name: "m".into(),
        version: "1".into(),
        dimensions: vec!["overall".into()],
        is_judge: Some(true),
    };
    let score = CandidateScore {
        item: ItemId(1),
        candidate: 1,
        input_key: [0; 16],
        scores: vec![-0.0, f32::MIN_POSITIVE],
        embedding: Some(vec![0.1]),
    };
    store.add_scores(&model, &[score]).unwrap();
    let prediction = Prediction { a: 0.1 + 0.2, tie: f64::MIN_POSITIVE / 4.0, b: 1.0 / 3.0 };
    let stored = StoredPrediction {
        judgment: said,
        scorer: Scorer::Head,
        question: "overall".into(),
        pair: Some([0, 2]),
        prediction,
    };
    store.note_predictions(&[stored]).unwrap();
    let label = ModelLabel {
        item: ItemId(3),
        scorer: "head".into(),
        source: "model:head@fp64".into(),
        question: "overall".into(),
        prediction,
        accepted_at: UnixMillis(-7),
    };
    store.add_model_labels(&[label]).unwrap();
    let mut import = store.begin_import().unwrap();
    import.add_conflict(MergeConflict { item: ItemId(1), annotator: ana }).unwrap();
    import.commit().unwrap();
    store.index_some(100).unwrap();
    fill_the_tables_of_people(&mut project);
    project
}

/// Accounts and what is beside the log: drafts, repeats, reviews, profiles.
fn fill_the_tables_of_people(project: &mut Project) {
    let (ana, ben) = (project.ana, project.ben);
    let mut repeat = project.judgment(ana, 1, prefer(Outcome::A));
    let acquisition = &mut repeat.showing.as_mut().expect("judged on a screen").acquisition;
    acquisition.method = AcquisitionMethod::Repeat;
    let mut review = project.judgment(ben, 3, prefer(Outcome::A));
    review.origin = Origin::Review;
    let store = project.store();
    assert!(!store.submit(&repeat).unwrap().is_in_log, "it stands beside the log");
    assert!(!store.submit(&repeat).unwrap().is_in_log, "sent again too");
    let surprise = Surprise { vote: review.id, model_was_wrong: true };
    store.submit_review(&review, Some(surprise)).unwrap();
    let acquisition =
        Acquisition { method: AcquisitionMethod::Gold, score: Some(-0.0), propensity: 1.0 / 3.0 };
    let offer = StoredOffer { annotator: ben, item: ItemId(1), acquisition, scores_visible: true };
    store.note_offers(&[offer]).unwrap();
    let draft = Draft { comment: "so \0 far 😀".into(), ..Draft::default() };
    store.save_draft(ben, ItemId(1), Some(&draft), UnixMillis(7)).unwrap();
    let answers = [
        ("age".to_owned(), Some(ProfileValue::Number(0.1 + 0.2))),
        ("from".to_owned(), Some(ProfileValue::Text(String::new()))),
    ];
    store.save_profile(ana, &answers, Some(true), UnixMillis(6)).unwrap();

    let invitation = Invitation {
        role: Role::Lead,
        name: None,
        is_sign_in: false,
        created_at: UnixMillis(0),
        expires_at: UnixMillis(100),
        used_at: None,
    };
    for hash in [[1; 32], [0; 32]] {
        store.add_invitation(&hash, &invitation).unwrap();
    }
    let joining =
        Joining { key: AnnotatorKey([9; 16]), name: "Cleo", password: None, subject: Some("issuer u-1") };
    let cleo = store.join(&[1; 32], &joining, UnixMillis(5)).unwrap().expect("it is open");
    store.sign_in(&[255; 32], cleo, UnixMillis(5), UnixMillis(i64::MAX)).unwrap();
    let token = NewToken {
        annotator: cleo,
        name: "loop".into(),
        scopes: vec![Scope::Judge, Scope::JudgmentsRead],
        created_at: UnixMillis(5),
        expires_at: UnixMillis(1_000),
    };
    store.add_token(&[2; 32], &token).unwrap();
    let line = Audit {
        id: [3; 16],
        at: UnixMillis(3),
        annotator: Some(cleo),
        action: "joined".into(),
        about: "<b>".into(),
        address: "::1".into(),
    };
    store.audit(&line).unwrap();
    let vouching = Vouching {
        nonce: "n".into(),
        verifier: "v".into(),
        invitation: Some([0; 32]),
        expires_at: UnixMillis(50),
    };
    store.begin_vouching(&[4; 32], &vouching, UnixMillis(1)).unwrap();
}

fn carried(from: &ProjectPlace, to: &ProjectPlace) -> Vec<CarriedTable> {
    carry(from, to, |_| true).unwrap().unwrap()
}

/// Everything that a reader can tell.
fn told(place: &ProjectPlace) -> String {
    let reader = Reader::open(place).unwrap();
    let mut told = Vec::new();
    reader
        .each_item(|item| {
            told.push(format!("{item:?}"));
            ControlFlow::Continue(())
        })
        .unwrap();
    reader
        .each_judgment(|key, judgment| {
            told.push(format!("{key:?} {judgment:?}"));
            ControlFlow::Continue(())
        })
        .unwrap();
    told.push(format!("{:?}", reader.people().unwrap()));
    told.push(format!("{:?}", reader.predictions().unwrap()));
    told.push(format!("{:?} {:?}", reader.model_labels().unwrap(), reader.leases().unwrap()));
    told.push(format!("{:?} {:?}", reader.item_scores(ItemId(1)).unwrap(), reader.sources().unwrap()));
    told.push(format!("{:?} {:?}", reader.studies().unwrap(), reader.item_roles().unwrap()));
    told.push(format!("{:?} {:?}", reader.merge_conflicts().unwrap(), reader.project().unwrap()));
    told.push(format!("{:?} {:?}", reader.repeats(None, None).unwrap(), reader.accounts().unwrap()));
    told.push(format!("{:?} {:?}", reader.tokens().unwrap(), reader.audits(9).unwrap()));
    told.push(format!(
        "{:?} {:?}",
        reader.surprises().unwrap(),
        reader.offer(AnnotatorId(2), ItemId(1)).unwrap()
    ));
    told.push(format!("{:?}", reader.open_invitations(UnixMillis(1)).unwrap()));
    told.push(format!("{:?}", reader.signed_in(&[255; 32]).unwrap().map(|found| found.name)));
    told.join("\n")
}

#[test]
fn a_project_goes_to_a_database_and_back_as_it_is() {
    on(Backend::Postgres, || {
        let there = Home::on(Backend::Postgres);
        let back = Home::on(Backend::Sqlite);
        crate::backend::set(Backend::Sqlite);
        let mut project = full_project();
        project.store.take().unwrap().close().unwrap();
        let sent = carried(project.place(), &there.place);
        let empty: Vec<&str> =
            sent.iter().filter(|table| table.rows == 0).map(|table| table.name.as_str()).collect();
        assert_eq!(empty, [""; 0], "the story has something in every table");
        assert_eq!(carried(&there.place, &back.place), sent, "every table, whichever way");
        assert_eq!(told(&there.place), told(project.place()));
        assert_eq!(told(&back.place), told(project.place()));
        assert_eq!(Reader::open(&back.place).unwrap().check().unwrap(), Vec::<String>::new());

        // The numbers go on where they were.
        project.store = Some(Store::open(&there.place).unwrap());
        let ana = project.ana;
        assert_eq!(project.say(ana, 1, prefer(Outcome::B)).revision, 3);
        project.import("more.jsonl", &[pair(30)]);
        let store = project.store();
        store.index_some(100).unwrap();
        let reader = store.reader().unwrap();
        assert_eq!(reader.check().unwrap(), Vec::<String>::new(), "and what goes on is sound");
    });
}

fn a_file_that_somebody_looks_into_while_it_is_made_is_whole() {
    let mut project = Project::with_items(2_000);
    project.store.take().unwrap().close().unwrap();
    let made = project.home.folder.path().join("made.tiebreak");
    let mut looking = None;
    let carried = carry(project.place(), &ProjectPlace::File(made.clone()), |_| {
        looking.get_or_insert_with(|| {
            let files = std::fs::read_dir(project.home.folder.path()).unwrap();
            let paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
            let part = paths.iter().find(|path| path.extension().is_some_and(|end| end == "part")).unwrap();
            let connection = rusqlite::Connection::open(part).unwrap();
            // Keeps the file's log from being written back at the end.
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).unwrap();
            connection
        });
        true
    });
    assert!(carried.unwrap().is_some() && looking.is_some());
    drop(looking);
    let reader = Reader::open(&made).unwrap();
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    assert_eq!(reader.facets().read().last_item(), 2_000, "nothing stayed in a log that went");
}

on_both!(a_file_that_somebody_looks_into_while_it_is_made_is_whole);

#[test]
fn a_database_that_is_open_is_not_carried_and_nobody_opens_one_that_is() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(2_000);
        let file = ProjectPlace::File(project.home.folder.path().join("carried.tiebreak"));
        let refused = carry(project.place(), &file, |_| true).unwrap_err();
        assert!(
            matches!(&refused, StoreError::OpenInDatabase(who) if who.contains("tiebreak")),
            "{refused:?}"
        );
        let told = tiebreak_domain::ApiError::from(refused);
        assert_eq!(told.code, tiebreak_domain::ErrorCode::AlreadyOpen);
        assert!(told.hint.is_some_and(|hint| hint.contains("servers")), "{}", told.message);
        let reader = Reader::open(project.place()).unwrap();
        drop(project.store.take());
        let carried = carry(project.place(), &file, |_| {
            let kept_out = Store::open(project.place()).map(|_| ());
            assert!(matches!(kept_out, Err(StoreError::BeingMoved(_))), "{kept_out:?}");
            assert!(reader.item(ItemId(1)).is_ok(), "who only reads is in nobody's way");
            true
        });
        assert!(carried.unwrap().is_some());
        let mut again = Store::open(project.place()).unwrap();
        again.annotator(tiebreak_domain::AnnotatorKey([8; 16]), "Cleo").unwrap();
    });
}

#[test]
fn whoever_opens_a_database_as_soon_as_it_was_carried_gets_in() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(2);
        drop(project.store.take());
        let place = late_goodbye::to(project.place());
        let file = ProjectPlace::File(project.home.folder.path().join("carried.tiebreak"));
        assert!(carry(&place, &file, |_| true).unwrap().is_some());
        Store::open(&place).unwrap();
        let refused = carry(&place, &file, |_| true);
        assert!(matches!(refused, Err(StoreError::Exists(_))), "{refused:?}");
        Store::open(&place).unwrap();
    });
}

#[test]
fn nothing_is_replaced_and_a_broken_off_carrying_leaves_nothing() {
    on(Backend::Postgres, || {
        let there = Home::on(Backend::Postgres);
        crate::backend::set(Backend::Sqlite);
        let mut project = Project::with_items(2_000);
        let open = carry(project.place(), &there.place, |_| true).map(|_| ());
        assert!(matches!(open, Err(StoreError::AlreadyOpen(_))), "what is open may change: {open:?}");
        project.store.take().unwrap().close().unwrap();
        assert_eq!(carry(project.place(), &there.place, |_| false).unwrap(), None, "told to stop");
        assert!(matches!(Store::open(&there.place).map(|_| ()), Err(StoreError::NotFound(_))));
        drop(Store::create(&there.place, &new_project()).unwrap());
        let taken = carry(project.place(), &there.place, |_| true).map(|_| ());
        assert!(matches!(taken, Err(StoreError::ExistsInDatabase(_))), "{taken:?}");
        let taken = carry(&there.place, project.place(), |_| true).map(|_| ());
        assert!(matches!(taken, Err(StoreError::Exists(_))), "{taken:?}");
        let stopped = project.home.folder.path().join("stopped.tiebreak");
        let place = ProjectPlace::File(stopped.clone());
        let elsewhere = Home::on(Backend::Postgres);
        carried(project.place(), &elsewhere.place);
        assert_eq!(carry(&elsewhere.place, &place, |_| false).unwrap(), None);
        let left: Vec<_> = std::fs::read_dir(project.home.folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(left, ["trial.tiebreak"], "nothing half-done is left behind");
    });
}
