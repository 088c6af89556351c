//! Sharing: several stores on one project of a database, as several processes have them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tiebreak_domain::reward::ModelKey;
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, ErrorCode, ItemId, ItemStatus, Outcome, UnixMillis, Verdict,
};
use tiebreak_store::{Change, Reader, Store, StoreError, Wish};

use crate::backend::{Backend, client, on, on_both};
use crate::project::{Project, new_project, pair, prefer};

const NOW: UnixMillis = UnixMillis(1_000);
const LATER: UnixMillis = UnixMillis(9_000);

fn wishes(items: std::ops::RangeInclusive<i64>, most: u32) -> Vec<Wish> {
    items.map(|item| Wish { item: ItemId(item), most }).collect()
}

fn a_claim_takes_what_has_a_place_free_and_no_more() {
    let mut project = Project::with_items(4);
    let (ana, ben) = (project.ana, project.ben);
    let cleo = project.store().annotator(AnnotatorKey([3; 16]), "Cleo").unwrap();
    project.say(ben, 1, prefer(Outcome::A));
    project.say(ben, 2, Verdict::Skipped);
    let store = project.store();
    let mut claim = |who, most, past: &[AnnotatorId], now| {
        let claimed = store.claim(who, &wishes(1..=3, most), 2, past, &[], LATER, now).unwrap();
        claimed.into_iter().map(|item| item.0).collect::<Vec<_>>()
    };
    assert_eq!(claim(ana, 1, &[], NOW), [2, 3], "Ben has judged 1, and passed 2 by");
    assert_eq!(claim(ana, 1, &[], NOW), [2, 3], "what is one's own is no obstacle");
    assert_eq!(claim(cleo, 1, &[], NOW), [0; 0], "2 and 3 are kept for Ana");
    assert_eq!(claim(cleo, 1, &[ben], NOW), [1], "past annotators fill no place");
    assert_eq!(claim(cleo, 2, &[], NOW), [1, 2], "in their order, and not more than asked for");
    assert_eq!(claim(ben, 2, &[], NOW), [3], "he has judged 1, and passed 2 by");
    let dora = project.store().annotator(AnnotatorKey([4; 16]), "Dora").unwrap();
    let store = project.store();
    let mut claim = |most, now| {
        let claimed = store.claim(dora, &wishes(1..=3, most), 2, &[], &[], LATER, now).unwrap();
        claimed.into_iter().map(|item| item.0).collect::<Vec<_>>()
    };
    assert_eq!(claim(2, NOW), [0; 0], "both places of each are taken or kept");
    assert_eq!(claim(1, LATER), [2, 3], "leases end");
}

fn what_is_on_somebodys_screen_stays_kept() {
    let mut project = Project::with_items(2);
    let (ana, ben) = (project.ana, project.ben);
    let store = project.store();
    let one = wishes(1..=1, 1);
    assert_eq!(store.claim(ana, &one, 1, &[], &[], UnixMillis(2_000), NOW).unwrap(), [ItemId(1)]);
    store.claim(ana, &wishes(2..=2, 1), 1, &[], &[ItemId(1)], LATER, UnixMillis(1_900)).unwrap();
    let ben_claims = store.claim(ben, &one, 1, &[], &[], LATER, UnixMillis(2_500)).unwrap();
    assert!(ben_claims.is_empty(), "whoever goes on keeps what is before them");
    project.say(ana, 1, prefer(Outcome::B));
    assert_eq!(project.store().reader().unwrap().leases().unwrap().len(), 1, "a judgment ends its lease");
}

fn what_somebody_said_through_another_process_is_not_offered_to_them_again() {
    let mut project = Project::with_items(3);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    project.say(ana, 2, Verdict::Skipped);
    project.say(ana, 3, prefer(Outcome::A));
    project.say(ana, 3, Verdict::Withdrawn);
    // As a process asks that has not heard of any of it: she came here because the other one was killed.
    let claimed = project.store().claim(ana, &wishes(1..=3, 9), 3, &[], &[], LATER, NOW).unwrap();
    assert_eq!(claimed, [ItemId(3)], "what she took back is open to her again");
}

on_both!(
    a_claim_takes_what_has_a_place_free_and_no_more,
    what_is_on_somebodys_screen_stays_kept,
    what_somebody_said_through_another_process_is_not_offered_to_them_again
);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn many_who_claim_at_a_time_never_take_more_than_is_wanted() {
    on(Backend::Postgres, || {
        const ITEMS: i64 = 12;
        const MOST: u32 = 2;
        let mut project = Project::with_items(ITEMS as usize);
        let people: Vec<AnnotatorId> = (10..18)
            .map(|key| project.store().annotator(AnnotatorKey([key; 16]), &format!("P{key}")).unwrap())
            .collect();
        let judgments = Mutex::new(project);
        std::thread::scope(|scope| {
            for &person in &people {
                let mut store = Store::open(judgments.lock().unwrap().place()).unwrap();
                let judgments = &judgments;
                scope.spawn(move || {
                    for round in 0..ITEMS {
                        let items = (0..3).map(|step| (person.0 + round + step) % ITEMS + 1);
                        let wishes: Vec<Wish> =
                            items.map(|item| Wish { item: ItemId(item), most: MOST }).collect();
                        let claimed = store.claim(person, &wishes, 2, &[], &[], LATER, NOW).unwrap();
                        for item in claimed {
                            let judgment =
                                judgments.lock().unwrap().judgment(person, item.0, prefer(Outcome::A));
                            store.submit(&judgment).unwrap();
                        }
                    }
                });
            }
        });
        let project = judgments.into_inner().unwrap();
        let reader = tiebreak_store::Reader::open(project.place()).unwrap();
        let facets = reader.facets();
        for item in 1..=ITEMS as u32 {
            let said = facets.read().verdicts(item).len();
            assert_eq!(said, MOST as usize, "item {item} was judged {said} times");
        }
        assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    });
}

#[test]
fn two_who_say_something_of_one_item_at_a_time_are_both_kept() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(1);
        let ana = project.ana;
        let judgments: Vec<Vec<_>> =
            (0..4).map(|_| (0..10).map(|_| project.judgment(ana, 1, prefer(Outcome::A))).collect()).collect();
        std::thread::scope(|scope| {
            for judgments in &judgments {
                let mut store = Store::open(project.place()).unwrap();
                scope.spawn(move || {
                    for judgment in judgments {
                        let first = store.submit(judgment).unwrap();
                        assert_eq!(store.submit(judgment).unwrap().revision, first.revision, "sent twice");
                    }
                });
            }
        });
        let reader = tiebreak_store::Reader::open(project.place()).unwrap();
        assert_eq!(reader.info(ana).unwrap().revisions, 40, "none lost, none twice");
        assert_eq!(reader.check().unwrap(), Vec::<String>::new(), "one behind the other");
    });
}

#[test]
fn what_one_process_changes_the_others_follow() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(3);
        let ana = project.ana;
        let other = Store::open(project.place()).unwrap();
        let heard: Arc<Mutex<Vec<Change>>> = Arc::default();
        let hears = Arc::clone(&heard);
        let mut follower =
            other.follow(move |change| hears.lock().unwrap().push(change.clone())).unwrap().unwrap();
        project.say(ana, 2, prefer(Outcome::B));
        wait_until("a judgment", || other.facets().read().progress(ana).judged == 1);
        assert_eq!(other.progress(ana), project.store().progress(ana));
        project.store().set_status(&[(ItemId(3), ItemStatus::Excluded)]).unwrap();
        wait_until("a status", || !other.facets().read().with_status(ItemStatus::Active).contains(3));
        project.import("more.jsonl", &[pair(7), pair(8)]);
        wait_until("an import", || other.facets().read().last_item() == 5);
        let rubric = tiebreak_domain::Rubric { models_visible: true, ..tiebreak_domain::Rubric::default() };
        project.store().set_rubric(&rubric).unwrap();
        wait_until("a rubric", || heard.lock().unwrap().contains(&Change::Rubric));
        let judgment = tiebreak_domain::NewJudgment {
            rubric_version: 2,
            ..project.judgment(ana, 1, prefer(Outcome::A))
        };
        let mut other = other;
        assert_eq!(other.submit(&judgment).unwrap().progress.judged, 2, "judged under the new rubric there");
        let facets = tiebreak_store::Reader::open(project.place()).unwrap().facets();
        assert_eq!(*other.facets().read(), *facets.read(), "as if they had been built anew");
        follower.stop();
    });
}

#[test]
fn a_judgment_that_nobody_told_of_is_found() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(2);
        let ana = project.ana;
        let other = Store::open(project.place()).unwrap();
        let _follower = other.follow(|_| {}).unwrap().unwrap();
        // As if the other process had died between its commit and its telling.
        project
            .home
            .run(&format!(
                "INSERT INTO judgment (id, item_id, annotator_id, revision, verdict, flagged, comment, rubric_version, \
                 origin, recorded_at) VALUES (decode(repeat('ab', 16), 'hex'), 2, {ana}, 1, 'skipped', 0, '', 1, 'label', 5); \
                 INSERT INTO latest SELECT annotator_id, item_id, number, 1 FROM judgment"
            ))
            .unwrap();
        wait_until("a look", || other.facets().read().progress(ana).skipped == 1);
        project.store().progress(ana);
    });
}

#[test]
fn a_judgment_that_was_stored_without_an_answer_is_in_the_sets_when_it_is_sent_again() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(1);
        let ana = project.ana;
        let mut other = Store::open(project.place()).unwrap();
        let judgment = project.judgment(ana, 1, prefer(Outcome::A));
        project.store().submit(&judgment).unwrap();
        let again = other.submit(&judgment).unwrap();
        assert_eq!((again.revision, again.progress.judged), (1, 1), "once, and known");
        assert_eq!(*other.facets().read(), *project.store().facets().read());
    });
}

#[test]
fn whoever_reads_the_log_on_misses_nothing_that_is_committed_late() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(3);
        let (ana, ben) = (project.ana, project.ben);
        let reader = Reader::open(project.place()).unwrap();
        assert_eq!(reader.last_judgment_number().unwrap(), 0);
        let (early, late) =
            (project.judgment(ana, 1, prefer(Outcome::A)), project.judgment(ana, 2, prefer(Outcome::B)));
        let mut other = Store::open(project.place()).unwrap();
        let mut import = other.begin_import().unwrap();
        assert!(import.add_judgment(&early, None).unwrap(), "its number is drawn");
        project.store().submit(&late).unwrap();
        // A program that pulls: from which number on it goes on, and then what there is.
        let pull = |since| {
            let next = reader.last_judgment_number().unwrap();
            (next, reader.items_judged_after(since).unwrap().iter().collect::<Vec<_>>())
        };
        let (next, pulled) = pull(0);
        assert_eq!(pulled, [2], "it waits for no import");
        import.commit().unwrap();
        let (next, pulled) = pull(next);
        assert!(
            pulled.contains(&1),
            "{pulled:?}: what got its number early and was committed late comes too"
        );
        assert_eq!(next, 2, "the log is complete up to its end");
        project.say(ben, 3, prefer(Outcome::Tie));
        assert_eq!(pull(next), (3, vec![3]), "and nothing comes twice without need");
        // What is rolled back holds nobody up.
        let mut import = other.begin_import().unwrap();
        let given_up = project.judgment(ben, 1, prefer(Outcome::A));
        import.add_judgment(&given_up, None).unwrap();
        project.say(ben, 2, prefer(Outcome::A));
        assert_eq!(reader.last_judgment_number().unwrap(), 3);
        drop(import);
        assert_eq!(reader.last_judgment_number().unwrap(), 5, "a number is missing, and stays so");
        // An import that brings in items alone is in nobody's way.
        let mut import = other.begin_import().unwrap();
        let source = import.add_source(&crate::project::new_source("more.jsonl")).unwrap();
        import.add_item(source, &pair(9)).unwrap();
        project.say(ben, 1, prefer(Outcome::B));
        assert_eq!(reader.last_judgment_number().unwrap(), 6);
    });
}

#[test]
fn a_lost_connection_is_made_again_and_nothing_acknowledged_is_lost() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(3);
        let ana = project.ana;
        let reader = project.store().reader().unwrap();
        let other = Store::open(project.place()).unwrap();
        let _follower = other.follow(|_| {}).unwrap().unwrap();
        let is_done = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&is_done);
        let database: String = client().query_one("SELECT current_database()", &[]).unwrap().get(0);
        let schema = project.place().to_string().rsplit('#').next().unwrap().to_owned();
        let cutting = std::thread::Builder::new().name("cutter".to_owned());
        let cutter = cutting
            .spawn(move || {
                let mut client = client();
                while !cut.load(Ordering::Acquire) {
                    // Only the connections of this story: their schema is theirs alone.
                    client
                        .execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 \
                         AND application_name = 'tiebreak' AND pid IN \
                         (SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
                          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $2)",
                            &[&database, &format!("tiebreak_{schema}")],
                        )
                        .unwrap();
                    std::thread::sleep(Duration::from_millis(120));
                }
            })
            .unwrap();
        for round in 0..60 {
            let item = round % 3 + 1;
            let judgment = project.judgment(ana, item, prefer(Outcome::ALL[round as usize % 4]));
            // As a client does: the same judgment again until it is acknowledged.
            let mut tries = 0;
            while let Err(error) = project.store().submit(&judgment) {
                tries += 1;
                assert!(error.is_passing() && tries < 20, "{error:?}");
            }
        }
        is_done.store(true, Ordering::Release);
        cutter.join().unwrap();
        assert_eq!(reader.info(ana).unwrap().revisions, 60, "each once");
        let rebuilt = tiebreak_store::Reader::open(project.place()).unwrap();
        assert_eq!(rebuilt.check().unwrap(), Vec::<String>::new());
        assert_eq!(*project.store().facets().read(), *rebuilt.facets().read());
        wait_until("the other process", || *other.facets().read() == *rebuilt.facets().read());
    });
}

#[test]
fn a_database_that_is_not_there_is_told_without_the_password() {
    let place =
        tiebreak_store::ProjectPlace::from_text("postgres://ana:s3cret@127.0.0.1:1/work#pairs").unwrap();
    let error = Store::open(&place).map(|_| ()).unwrap_err();
    assert!(error.is_passing(), "{error:?}");
    let error = tiebreak_domain::ApiError::from(error);
    assert_eq!(error.code, ErrorCode::Unavailable, "a client asks again");
    assert!(error.message.contains("127.0.0.1:1/work"), "{}", error.message);
    assert!(!format!("{error:?}{place:?}{place}").contains("s3cret"));
    assert!(error.hint.unwrap().contains("server"));
}

#[test]
fn a_project_is_made_once_and_found_by_its_name() {
    on(Backend::Postgres, || {
        let mut project = Project::with_items(1);
        let again = Store::create(project.place(), &new_project()).map(|_| ());
        assert!(matches!(again, Err(StoreError::ExistsInDatabase(_))), "{again:?}");
        project.home.run("UPDATE migration SET blake3 = 'x' WHERE version = 3").unwrap();
        let edited = Store::open(project.place()).map(|_| ()).unwrap_err();
        assert!(edited.to_string().contains("0003_judgment.sql"), "{edited}");
        project.home.run("INSERT INTO migration VALUES (1000, 'later', '')").unwrap();
        let newer = Store::open(project.place()).map(|_| ());
        assert!(matches!(newer, Err(StoreError::TooNew { found: 1000, .. })), "{newer:?}");
        drop(project.store.take());
        project.home.run("DROP TABLE migration").unwrap();
        assert!(matches!(Store::open(project.place()).map(|_| ()), Err(StoreError::NotFound(_))));
    });
}

#[test]
fn a_stretch_is_scored_by_one_program_at_a_time() {
    on(Backend::Postgres, || {
        let project = Project::with_items(1);
        let model = ModelKey("m".into());
        let claims = || Reader::open(project.place()).unwrap().scoring_claims().unwrap().unwrap();
        let (mut one, mut other) = (claims(), claims());
        assert!(one.take(&model, 0).unwrap() && one.take(&model, 1).unwrap() && one.take(&model, 0).unwrap());
        assert!(!other.take(&model, 0).unwrap() && other.take(&model, 2).unwrap());
        assert!(other.take(&ModelKey("n".into()), 0).unwrap(), "by another model is other work");
        one.keep_only(&model, 1).unwrap();
        assert!(other.take(&model, 0).unwrap(), "it was given back, once for all takings");
        assert!(!other.take(&model, 1).unwrap());
        one.give_back().unwrap();
        assert!(other.take(&model, 1).unwrap());
        drop(other);
        let begun = Instant::now();
        while !one.take(&model, 2).unwrap() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the server learns that a connection is gone");
        }
    });
}

#[test]
fn a_file_needs_no_claims() {
    let project = Project::with_items(1);
    assert!(Reader::open(project.place()).unwrap().scoring_claims().unwrap().is_none());
}
