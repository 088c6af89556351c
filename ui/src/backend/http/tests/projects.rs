//! Judgments go to the project that they were given in, and an older one of an item never comes after a newer.

use super::*;

const OTHER: ProjectKey = ProjectKey([8; 16]);

/// A later judgment of the first item.
fn newer(number: u8) -> Request {
    let Request::Submit(mut given) = judgment(number) else { unreachable!("judgments are submitted") };
    given.item = ItemId(1);
    Request::Submit(given)
}

fn other_project() -> Answer {
    Answer::reply(Err(ApiError::new(ErrorCode::OtherProject, "another project is open here now")))
}

fn requests(calls: &[(u64, Request)]) -> Vec<Request> {
    calls.iter().map(|(_, request)| request.clone()).collect()
}

fn full() -> Answer {
    Answer::reply(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full")))
}

#[test]
fn another_project_waits_until_every_judgment_is_stored() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    http.send(Ticket(3), judgment(2));
    http.send(Ticket(4), Request::CloseProject);
    http.send(Ticket(5), Request::SetAnnotator { name: "Ben".into() });
    for expected in [judgment(1), judgment(2), Request::CloseProject] {
        let calls = hand.calls();
        assert_eq!(requests(&calls), [expected]);
        hand.reply(calls[0].0, Reply::Done);
        drain(&mut http);
    }
}

#[test]
fn what_was_given_in_another_project_than_the_server_has_stays_in_the_browser_until_it_is_back() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    http.send(Ticket(3), judgment(2));
    assert_eq!(hand.0.borrow().meant, [None, Some(PROJECT)], "the server can tell");
    let calls = hand.calls();
    hand.answer(calls[0].0, other_project());
    let incoming = drain(&mut http);
    let is_told = |incoming: &Incoming| matches!(incoming, Incoming::Refused(error) if error.hint.is_some());
    assert!(incoming.iter().any(is_told), "{incoming:?}");
    let calls = hand.calls();
    assert_eq!(requests(&calls), [Request::Project], "nothing more is sent before it is known what is open");
    hand.reply(calls[0].0, Reply::Project(Box::new(info(OTHER))));
    let incoming = drain(&mut http);
    let is_told = |incoming: &Incoming| matches!(incoming, Incoming::Event(Event::ProjectChanged(info)) if info.key == OTHER);
    assert!(incoming.iter().any(is_told), "{incoming:?}");
    assert_eq!(requests(&hand.calls()), [], "the other project gets none of them");
    assert_eq!(hand.kept_names().len(), 2, "and none is lost");
    let queue = Request::Rows { view: tiebreak_domain::door::ViewId(1), from: 0, count: 1 };
    http.send(Ticket(4), queue.clone());
    let calls = hand.calls();
    assert_eq!((requests(&calls), hand.0.borrow().meant.last()), (vec![queue], Some(&Some(OTHER))));
    hand.reply(calls[0].0, Reply::Done);
    http.send(Ticket(5), Request::Project);
    let calls = hand.calls();
    hand.reply(calls[0].0, Reply::Project(Box::new(info(PROJECT))));
    for number in [1, 2] {
        drain(&mut http);
        let calls = hand.calls();
        assert_eq!(requests(&calls), [judgment(number)]);
        hand.reply(calls[0].0, saved(number));
    }
    drain(&mut http);
    assert_eq!(hand.kept_names(), [] as [String; 0]);
}

#[test]
fn what_was_begun_while_the_network_was_away_is_not_sent_to_another_project() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    let calls = hand.calls();
    hand.answer(calls[0].0, Answer::Lost);
    hand.0.borrow_mut().arrived.push_back(Arrived::EventsMissed);
    drain(&mut http);
    hand.pass(FIRST_WAIT_MS);
    drain(&mut http);
    let calls = hand.calls();
    assert_eq!(requests(&calls), [Request::Project]);
    hand.reply(calls[0].0, Reply::Project(Box::new(info(OTHER))));
    drain(&mut http);
    assert_eq!(requests(&hand.calls()), []);
    assert_eq!(hand.kept_names().len(), 1);
}

#[test]
fn a_judgment_that_was_refused_for_now_goes_before_a_newer_one_of_its_item() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    hand.answer(hand.calls()[0].0, full());
    drain(&mut http);
    http.send(Ticket(3), newer(2));
    let calls = hand.calls();
    assert_eq!(requests(&calls), [judgment(1)]);
    hand.answer(calls[0].0, full());
    drain(&mut http);
    let calls = hand.calls();
    assert_eq!(requests(&calls), [newer(2)], "it does not stand in the way either");
    hand.reply(calls[0].0, saved(2));
    drain(&mut http);
    assert_eq!(hand.kept_names(), [] as [String; 0], "the next page would send the older one last");
}

#[test]
fn judgments_that_are_sent_again_keep_their_order() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    for number in [1, 2] {
        http.send(Ticket(u64::from(number) + 1), newer(number));
    }
    for _ in 0..2 {
        hand.answer(hand.calls()[0].0, full());
        drain(&mut http);
    }
    http.send(Ticket(4), newer(1));
    http.send(Ticket(5), newer(2));
    for number in [1, 2] {
        let calls = hand.calls();
        assert_eq!(requests(&calls), [newer(number)]);
        hand.reply(calls[0].0, saved(number));
        drain(&mut http);
    }
    assert_eq!(hand.kept_names(), [] as [String; 0]);
}

#[test]
fn room_for_a_draft_is_none_for_a_judgment_that_had_none() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    hand.0.borrow_mut().has_no_room = true;
    http.send(Ticket(2), judgment(1));
    hand.0.borrow_mut().has_no_room = false;
    http.send(Ticket(3), Request::SaveDraft { annotator: AnnotatorId(1), item: ItemId(2), draft: None });
    let calls = hand.calls();
    hand.answer(calls[0].0, Answer::Lost);
    assert!(last_network(&drain(&mut http)).expect("the interface is told").cannot_keep);
    hand.pass(FIRST_WAIT_MS);
    drain(&mut http);
    hand.reply(hand.calls()[0].0, saved(1));
    assert_eq!(last_network(&drain(&mut http)), Some(Network::default()), "it is stored now");
}

#[test]
fn the_project_is_asked_for_once_however_often_events_were_missed() {
    let hand = Hand::default();
    let mut http = joined(&hand);
    http.send(Ticket(2), judgment(1));
    hand.answer(hand.calls()[0].0, Answer::Lost);
    for _ in 0..50 {
        hand.0.borrow_mut().arrived.push_back(Arrived::EventsMissed);
    }
    drain(&mut http);
    hand.pass(FIRST_WAIT_MS);
    drain(&mut http);
    let calls = hand.calls();
    assert_eq!(requests(&calls), [Request::Project]);
    hand.reply(calls[0].0, Reply::Project(Box::new(info(PROJECT))));
    drain(&mut http);
    assert_eq!(requests(&hand.calls()), [judgment(1)]);
}
