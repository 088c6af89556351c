//! The rules of the network, with a wire held in the test's hand.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use tiebreak_domain::{
    AnnotatorId, Draft, ItemId, JudgmentId, NewJudgment, Origin, ProjectInfo, Rubric, UnixMillis, Verdict,
};

use super::*;

mod projects;

/// The test's hand on the wire.
#[derive(Clone, Default)]
struct Hand(Rc<RefCell<Inside>>);

#[derive(Default)]
struct Inside {
    calls: Vec<(u64, Request)>,
    /// For which project each was meant, the last of them last.
    meant: Vec<Option<ProjectKey>>,
    arrived: VecDeque<Arrived>,
    kept: BTreeMap<String, String>,
    now_ms: u64,
    has_no_room: bool,
    asked_to_sign_in: u32,
    fetched: Vec<String>,
}

impl Wire for Hand {
    fn call(&mut self, number: u64, request: &Request, project: Option<ProjectKey>) {
        let mut inside = self.0.borrow_mut();
        inside.calls.push((number, request.clone()));
        inside.meant.push(project);
    }

    fn arrived(&mut self) -> Option<Arrived> {
        self.0.borrow_mut().arrived.pop_front()
    }

    fn now_ms(&self) -> u64 {
        self.0.borrow().now_ms
    }

    fn wake_after(&mut self, _ms: u64) {}

    fn kept(&self) -> Vec<(String, String)> {
        self.0.borrow().kept.iter().map(|(name, text)| (name.clone(), text.clone())).collect()
    }

    fn keep(&mut self, name: &str, text: &str) -> bool {
        let mut inside = self.0.borrow_mut();
        if !inside.has_no_room {
            inside.kept.insert(name.to_owned(), text.to_owned());
        }
        !inside.has_no_room
    }

    fn forget(&mut self, name: &str) {
        self.0.borrow_mut().kept.remove(name);
    }

    fn fetch_file(&mut self, name: &str) {
        self.0.borrow_mut().fetched.push(name.to_owned());
    }

    fn ask_to_sign_in(&mut self) {
        self.0.borrow_mut().asked_to_sign_in += 1;
    }
}

impl Hand {
    /// What was sent since this was asked last.
    fn calls(&self) -> Vec<(u64, Request)> {
        std::mem::take(&mut self.0.borrow_mut().calls)
    }

    fn answer(&self, call: u64, answer: Answer) {
        self.0.borrow_mut().arrived.push_back(Arrived::Answer { call, answer });
    }

    fn reply(&self, call: u64, reply: Reply) {
        self.answer(call, Answer::reply(Ok(reply)));
    }

    fn kept_names(&self) -> Vec<String> {
        self.0.borrow().kept.keys().cloned().collect()
    }

    fn pass(&self, ms: u64) {
        self.0.borrow_mut().now_ms += ms;
    }
}

const PROJECT: ProjectKey = ProjectKey([7; 16]);

fn info(key: ProjectKey) -> ProjectInfo {
    ProjectInfo {
        path: "p.tiebreak".into(),
        key,
        name: "p".into(),
        rubric: Rubric::default(),
        active_items: 9,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 0,
        revisions: 0,
        annotators: Vec::new(),
        annotator: AnnotatorId(1),
        sources: Vec::new(),
        search_index: tiebreak_domain::project::SearchIndex::default(),
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn judgment(number: u8) -> Request {
    Request::Submit(Box::new(NewJudgment {
        id: JudgmentId([number; 16]),
        item: ItemId(i64::from(number)),
        annotator: AnnotatorId(1),
        verdict: Verdict::Skipped,
        flagged: false,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: 1,
        showing: None,
        origin: Origin::Screen,
        recorded_at: UnixMillis(0),
    }))
}

fn saved(number: u8) -> Reply {
    Reply::Saved {
        judgment: JudgmentId([number; 16]),
        revision: 1,
        annotator: AnnotatorId(1),
        progress: tiebreak_domain::project::Progress::default(),
    }
}

fn drain(http: &mut Http<Hand>) -> Vec<Incoming> {
    std::iter::from_fn(|| http.receive()).collect()
}

fn last_network(incoming: &[Incoming]) -> Option<Network> {
    incoming.iter().rev().find_map(|incoming| match incoming {
        Incoming::Network(network) => Some(network.clone()),
        _ => None,
    })
}

/// A page that has the project open.
fn joined(hand: &Hand) -> Http<Hand> {
    let mut http = Http::new(hand.clone(), true);
    http.send(Ticket(1), Request::Project);
    let calls = hand.calls();
    hand.reply(calls[0].0, Reply::Project(Box::new(info(PROJECT))));
    drain(&mut http);
    http
}

#[test]
fn judgments_go_one_after_the_other_and_a_queue_beside_them() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    http.send(Ticket(3), judgment(2));
    http.send(Ticket(4), Request::Cancel(tiebreak_domain::JobId(1)));
    let calls = hand.calls();
    let sent: Vec<&Request> = calls.iter().map(|(_, request)| request).collect();
    assert_eq!(sent, [&judgment(1), &Request::Cancel(tiebreak_domain::JobId(1))]);
    hand.reply(calls[0].0, saved(1));
    assert_eq!(drain(&mut http), [Incoming::Reply(Ticket(2), Ok(saved(1)))]);
    assert_eq!(hand.calls()[0].1, judgment(2), "the second goes once the first is on the disk");
}

#[test]
fn what_the_network_lost_is_kept_said_and_sent_again_in_order() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    for number in 1..=3 {
        http.send(Ticket(u64::from(number) + 1), judgment(number));
    }
    let calls = hand.calls();
    hand.answer(calls[0].0, Answer::Lost);
    let told = last_network(&drain(&mut http)).expect("the interface is told");
    assert_eq!((told.is_away, told.waiting_judgments), (true, 3));
    assert_eq!(told.words().expect("words").0, "3 judgments wait for the network");
    assert_eq!(hand.kept_names().len(), 3, "all of them are kept in the browser");
    assert_eq!(hand.calls(), [], "nothing is tried before the wait is over");
    hand.pass(FIRST_WAIT_MS);
    drain(&mut http);
    let calls = hand.calls();
    assert_eq!(calls[0].1, judgment(1), "the first is tried first, with the identity it had");
    hand.answer(calls[0].0, Answer::Lost);
    drain(&mut http);
    hand.pass(FIRST_WAIT_MS);
    drain(&mut http);
    assert_eq!(hand.calls(), [], "the second wait is longer than the first");
    hand.pass(FIRST_WAIT_MS);
    for number in 1..=3 {
        drain(&mut http);
        let calls = hand.calls();
        assert_eq!(calls.iter().map(|(_, request)| request.clone()).collect::<Vec<_>>(), [judgment(number)]);
        hand.reply(calls[0].0, saved(number));
    }
    let told = last_network(&drain(&mut http));
    assert_eq!(hand.kept_names(), [] as [String; 0], "what the server has is forgotten here");
    assert_eq!(told, Some(Network::default()), "nothing is said to wait any more");
}

#[test]
fn a_page_that_was_closed_leaves_its_judgments_to_the_next_which_sends_them_before_it_asks_for_items() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    http.send(Ticket(3), judgment(2));
    hand.calls();
    drop(http);
    let mut http = joined(&hand);
    let queue = Request::Rows { view: tiebreak_domain::door::ViewId(1), from: 0, count: 1 };
    http.send(Ticket(2), queue.clone());
    let calls = hand.calls();
    assert_eq!(calls.iter().map(|(_, request)| request.clone()).collect::<Vec<_>>(), [judgment(1)]);
    hand.reply(calls[0].0, saved(1));
    assert_eq!(drain(&mut http), [], "nobody waits for the answer any more");
    let calls = hand.calls();
    assert_eq!(calls.iter().map(|(_, request)| request.clone()).collect::<Vec<_>>(), [judgment(2)]);
    hand.reply(calls[0].0, saved(2));
    drain(&mut http);
    assert_eq!(hand.calls()[0].1, queue);
}

#[test]
fn judgments_of_another_project_stay_where_they_are() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    hand.calls();
    let mut other = Http::new(hand.clone(), true);
    other.send(Ticket(1), Request::Project);
    let calls = hand.calls();
    hand.reply(calls[0].0, Reply::Project(Box::new(info(ProjectKey([8; 16])))));
    drain(&mut other);
    assert_eq!(hand.calls(), [], "its item numbers mean something else here");
    assert_eq!(hand.kept_names().len(), 1);
}

#[test]
fn what_is_refused_for_good_is_put_aside_and_told_and_what_is_refused_for_now_waits() {
    for (code, is_aside) in [(ErrorCode::BadRequest, true), (ErrorCode::Denied, false)] {
        let hand = Hand::default();
        let mut http = joined(&hand);
        http.send(Ticket(2), judgment(1));
        drop(http);
        hand.calls();
        let mut http = joined(&hand);
        let calls = hand.calls();
        hand.answer(calls[0].0, Answer::reply(Err(ApiError::new(code, "no"))));
        let incoming = drain(&mut http);
        assert!(matches!(&incoming[..], [Incoming::Refused(error)] if error.message.ends_with(": no")));
        let names = hand.kept_names();
        assert_eq!(names.len(), 1, "neither is lost");
        assert_eq!(names[0].starts_with("tiebreak.aside."), is_aside, "{names:?}");
    }
}

#[test]
fn a_live_judgment_that_is_refused_stays_kept_until_it_is_saved() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    let calls = hand.calls();
    let full = ApiError::new(ErrorCode::DiskFull, "the disk is full");
    hand.answer(calls[0].0, Answer::reply(Err(full.clone())));
    assert_eq!(drain(&mut http), [Incoming::Reply(Ticket(2), Err(full))]);
    assert_eq!(hand.kept_names().len(), 1);
    http.send(Ticket(3), judgment(1));
    let calls = hand.calls();
    hand.reply(calls[0].0, saved(1));
    drain(&mut http);
    assert_eq!(hand.kept_names(), [] as [String; 0]);
}

#[test]
fn a_draft_that_waits_is_kept_once_and_a_newer_one_takes_its_place() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    let draft = |words: &str| Request::SaveDraft {
        annotator: AnnotatorId(1),
        item: ItemId(1),
        draft: Some(Draft { comment: words.into(), ..Draft::default() }),
    };
    http.send(Ticket(2), draft("one"));
    http.send(Ticket(3), draft("two"));
    assert_eq!(hand.kept_names().len(), 1);
    let calls = hand.calls();
    hand.reply(calls[0].0, Reply::Done);
    drain(&mut http);
    assert_eq!(hand.kept_names().len(), 1, "the newer one is not on the disk yet");
    let calls = hand.calls();
    hand.reply(calls[0].0, Reply::Done);
    drain(&mut http);
    assert_eq!(hand.kept_names(), [] as [String; 0]);
}

#[test]
fn whoever_was_signed_out_is_asked_once_and_everything_goes_on_afterwards() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    http.send(Ticket(3), Request::Templates);
    for (call, _) in hand.calls() {
        hand.answer(call, Answer::SignIn);
    }
    let told = last_network(&drain(&mut http)).expect("the interface is told");
    assert!(told.needs_sign_in && told.words().is_some());
    assert_eq!(hand.0.borrow().asked_to_sign_in, 1);
    hand.pass(60_000);
    drain(&mut http);
    assert_eq!(hand.calls(), [], "nothing is tried meanwhile");
    hand.0.borrow_mut().arrived.push_back(Arrived::SignedIn);
    drain(&mut http);
    assert_eq!(hand.calls().len(), 2);
}

#[test]
fn what_must_not_be_done_twice_is_given_up_where_its_answer_is_lost() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), Request::SetRubric(Box::default()));
    http.send(Ticket(3), Request::Project);
    let calls = hand.calls();
    hand.answer(calls[0].0, Answer::Lost);
    let incoming = drain(&mut http);
    let is_given_up = |incoming: &Incoming| matches!(incoming, Incoming::Reply(Ticket(2), Err(_)));
    assert!(incoming.iter().any(is_given_up), "{incoming:?}");
    hand.pass(FIRST_WAIT_MS);
    drain(&mut http);
    assert_eq!(hand.calls()[0].1, Request::Project);
}

#[test]
fn a_browser_without_room_says_so() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    hand.0.borrow_mut().has_no_room = true;
    http.send(Ticket(2), judgment(1));
    let calls = hand.calls();
    hand.answer(calls[0].0, Answer::Lost);
    let told = last_network(&drain(&mut http)).expect("the interface is told");
    assert!(told.cannot_keep);
    assert!(told.words().expect("words").1.contains("leave this page open"));
}

#[test]
fn settings_belong_to_the_browser_where_the_server_is_another_machine() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    let settings = tiebreak_domain::Settings { text_size: 20.0, ..Default::default() };
    http.send(Ticket(2), Request::SaveSettings(Box::new(settings.clone())));
    http.send(Ticket(3), Request::LoadSettings);
    let expected = Incoming::Reply(Ticket(3), Ok(Reply::Settings(Box::new(settings))));
    assert_eq!(drain(&mut http).pop(), Some(expected));
    assert_eq!(hand.calls(), [], "the server is not asked");
}

#[test]
fn what_the_engine_writes_elsewhere_is_fetched() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    let path = "rubrics/mine.toml".to_owned();
    http.send(Ticket(2), Request::SaveRubric { path, text: String::new(), replace: false });
    let calls = hand.calls();
    hand.reply(calls[0].0, Reply::Done);
    drain(&mut http);
    assert_eq!(hand.0.borrow().fetched, ["mine.toml"]);
}

#[test]
fn statuses_without_a_reply_mean_what_they_mean() {
    assert!(matches!(answer_from_json(401, None, ""), Answer::SignIn));
    assert!(matches!(answer_from_json(429, Some(3), ""), Answer::Later { after_ms: 3000 }));
    assert!(matches!(answer_from_json(503, None, ""), Answer::Lost));
    let Answer::Reply(result) = answer_from_json(200, None, "\"done\"") else { panic!("a reply") };
    assert_eq!(*result, Ok(Reply::Done));
    let Answer::Reply(result) = answer_from_json(413, None, "too large\nby far") else { panic!("a reply") };
    assert_eq!(result.expect_err("refused").message, "the server refused this with status 413: too large");
}
