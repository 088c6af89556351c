//! The scorer: lanes, cancelling, back-pressure, and what it counts.

use std::time::Duration;

use tiebreak_reward::model::{InputFault, Lane, Request, Scorer, ScorerOptions};

use super::folder::{features_folder, pure, text_folder};

const WORDS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Texts of many lengths, all different.
fn requests(count: usize) -> Vec<Request> {
    let text = |number: usize| {
        let digits = [number % 12, number / 12 % 12, number / 144 % 12, number / 1728 % 12];
        let words: Vec<&str> = digits[..=number % 4].iter().map(|digit| WORDS[*digit]).collect();
        Request::text(WORDS[number % 7], words.join(" "))
    };
    (0..count).map(text).collect()
}

fn scorer(options: ScorerOptions) -> Scorer {
    Scorer::start(text_folder().open(&pure()).unwrap(), options).unwrap()
}

#[test]
fn every_place_gets_its_own_score_whatever_the_order() {
    let requests = requests(500);
    let mut alone = text_folder().open(&pure()).unwrap();
    let scorer = scorer(ScorerOptions { batch_tokens: Some(32), ..ScorerOptions::default() });
    let job = scorer.submit(Lane::Bulk, requests.clone()).unwrap();
    let given = job.collect();
    for (request, given) in requests.iter().zip(&given) {
        let given = given.as_ref().unwrap().as_ref().unwrap();
        let expected = super::folder::scores(&mut alone, std::slice::from_ref(request)).remove(0).unwrap();
        assert!(
            (given.scores[0] - expected.scores[0]).abs() < 1e-5,
            "{request:?}: {given:?} for {expected:?}"
        );
    }
}

#[test]
fn equal_inputs_run_once_and_batches_are_well_filled() {
    let mut doubled = requests(300);
    doubled.extend(requests(300));
    let scorer = scorer(ScorerOptions { batch_tokens: Some(64), ..ScorerOptions::default() });
    let job = scorer.submit(Lane::Bulk, doubled.clone()).unwrap();
    let mut given = 0;
    while job.recv().is_some() {
        given += 1;
    }
    let progress = job.progress().unwrap();
    assert_eq!((given, progress.done, progress.total), (600, 600, 600));
    let single: usize = doubled[..300]
        .iter()
        .map(|request| (scorer.model().input_key(request).unwrap(), request))
        .collect::<std::collections::HashMap<_, _>>()
        .values()
        .map(|request| scorer.model().tokens(request).unwrap().unwrap().ids.len())
        .sum();
    assert_eq!(progress.real_tokens, single as u64, "equal inputs cost nothing");
    let filled = progress.real_tokens as f64 / progress.padded_tokens as f64;
    assert!(filled > 0.97, "sorted by length, little is filled up: {filled}");
    assert!(progress.model_seconds > 0.0 && progress.other_seconds > 0.0, "time is counted: {progress:?}");
}

#[test]
fn what_is_on_the_screen_comes_before_what_waits() {
    // Room for every result, so that the bulk lane has no other reason to stand still.
    let options =
        ScorerOptions { batch_tokens: Some(8), results_capacity: 100_000, ..ScorerOptions::default() };
    let scorer = scorer(options);
    assert_eq!(scorer.sessions(), 2);
    let bulk = scorer.submit(Lane::Bulk, requests(20_000)).unwrap();
    assert!(bulk.recv().is_some(), "both sessions work for the bulk lane");
    let urgent = scorer.submit(Lane::Interactive, requests(2)).unwrap();
    let given = urgent.collect();
    assert!(given.iter().all(Option::is_some));
    let progress = bulk.progress().unwrap();
    assert!(progress.done < progress.total / 2, "the bulk lane is still at work: {progress:?}");
}

#[test]
fn the_bulk_lane_halts_and_the_other_goes_on() {
    let scorer = scorer(ScorerOptions::default());
    scorer.set_bulk_sessions(0);
    let bulk = scorer.submit(Lane::Bulk, requests(10)).unwrap();
    let urgent = scorer.submit(Lane::Interactive, requests(3)).unwrap();
    assert_eq!(urgent.collect().iter().flatten().count(), 3);
    assert_eq!(bulk.progress().unwrap().done, 0, "nobody works for it");
    assert!(bulk.try_recv().is_none());
    scorer.set_bulk_sessions(2);
    assert_eq!(bulk.collect().iter().flatten().count(), 10, "until somebody does again");
}

#[test]
fn results_that_nobody_takes_hold_up_their_own_job_only() {
    let options = ScorerOptions { batch_tokens: Some(8), results_capacity: 16, ..ScorerOptions::default() };
    let scorer = scorer(options);
    let still = scorer.submit(Lane::Bulk, requests(3000)).unwrap();
    let other = scorer.submit(Lane::Bulk, requests(200)).unwrap();
    assert_eq!(other.collect().iter().flatten().count(), 200, "a later job is done meanwhile");
    let done = still.progress().unwrap().done;
    // One batch of each of the two threads may have been on its way when the place was full.
    assert!(done < 16 + 2 * 3000 / 100, "it stands still: {done}");
    assert_eq!(still.collect().iter().flatten().count(), 3000, "and goes on when they are taken");
}

#[test]
fn a_job_that_is_cancelled_or_let_go_of_ends() {
    let scorer = scorer(ScorerOptions { batch_tokens: Some(8), ..ScorerOptions::default() });
    let job = scorer.submit(Lane::Bulk, requests(20_000)).unwrap();
    assert!(job.recv().is_some());
    job.cancel();
    assert!(job.recv().is_none() && job.progress().is_none(), "nothing comes any more");
    drop(scorer.submit(Lane::Bulk, requests(20_000)).unwrap());
    let next = scorer.submit(Lane::Bulk, requests(5)).unwrap();
    assert_eq!(next.collect().iter().flatten().count(), 5, "the threads are free");
    let left = scorer.submit(Lane::Bulk, requests(20_000)).unwrap();
    drop(scorer);
    while left.recv().is_some() {}
}

#[test]
fn a_full_lane_turns_away_and_gives_back() {
    let scorer = scorer(ScorerOptions { queue_capacity: 100, ..ScorerOptions::default() });
    scorer.set_bulk_sessions(0);
    let first = scorer.submit(Lane::Bulk, requests(90)).unwrap();
    let full = scorer.submit(Lane::Bulk, requests(20)).err().unwrap();
    assert_eq!((full.requests.len(), full.waiting), (20, 90));
    assert!(scorer.submit(Lane::Interactive, requests(20)).is_ok(), "the other lane takes all");
    drop(first);
    assert!(scorer.submit(Lane::Bulk, full.requests).is_ok(), "room again");
}

#[test]
fn an_empty_job_and_one_of_faults_end_too() {
    let scorer = scorer(ScorerOptions::default());
    let empty = scorer.submit(Lane::Bulk, Vec::new()).unwrap();
    assert!(empty.recv_timeout(Duration::from_mins(1)).is_none());
    let opened = features_folder("scores", "scores", "scores", "\"a\", \"b\"").open(&pure()).unwrap();
    let features = Scorer::start(opened, ScorerOptions::default()).unwrap();
    let given = features.submit(Lane::Bulk, requests(3)).unwrap().collect();
    let is_wrong =
        |given: &Option<Result<_, InputFault>>| matches!(given, Some(Err(InputFault::WrongKind { .. })));
    assert!(given.iter().all(is_wrong), "{given:?}");
}

#[test]
fn a_batch_is_bounded_by_the_memory_that_the_weights_leave() {
    let opened = text_folder().open(&pure()).unwrap();
    let most = |bytes: u64| opened.model.largest_batch_tokens(bytes, 2);
    assert_eq!(most(0), 1, "a text alone is always tried");
    assert!(
        most(64 << 20) > most(32 << 20) && most(32 << 20) > 1,
        "{} and {}",
        most(64 << 20),
        most(32 << 20)
    );
    assert_eq!(opened.model.largest_batch_tokens(32 << 20, 4), most(32 << 20) / 2, "sessions share it");
}
