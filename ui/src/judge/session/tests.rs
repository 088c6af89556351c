//! Key by key: what a session does, without a window or an engine.

use tiebreak_domain::{Candidate, Item, ItemKey, ItemStatus, Order, Outcome, SourceId, StoredItem};

use super::*;

fn queued(id: i64, order: [u8; 2]) -> QueuedItem {
    let item = Item {
        candidates: vec![
            Candidate::markdown(format!("{id} first")),
            Candidate::markdown(format!("{id} second")),
        ],
        ..Item::default()
    };
    QueuedItem {
        item: StoredItem {
            id: ItemId(id),
            key: ItemKey([0; 16]),
            source: SourceId(1),
            status: ItemStatus::Active,
            item,
        },
        order: Order::try_from(order.to_vec()).unwrap(),
        acquisition: Acquisition::FILE_ORDER,
        previous: None,
        scores: Vec::new(),
        draft: None,
    }
}

fn setup() -> Setup {
    Setup {
        annotator: AnnotatorId(1),
        rubric: Rubric::default(),
        progress: Progress { judged: 0, skipped: 0, total: 3 },
        session: 9,
        app_version: "test".into(),
        origin: Origin::Screen,
        idle_after_ms: 30_000,
    }
}

fn at(ms: u64) -> Moment {
    Moment {
        now: Now { unix: UnixMillis(ms as i64), monotonic_ms: ms, utc_offset_minutes: 60 },
        random: u128::from(ms) << 20 | 1,
        window: [900.0, 600.0, 1.0],
    }
}

/// A session with three items ready; the second is shown with its sides swapped.
fn started() -> (Session, Outbox) {
    let mut session = Session::new(setup());
    let mut outbox = Outbox::new();
    session.fill(&mut outbox);
    assert!(matches!(&outbox[0].1, Request::Queue(request) if request.place == Place::Start));
    session.ahead_arrived(vec![queued(1, [0, 1]), queued(2, [1, 0]), queued(3, [0, 1])], &at(0), &mut outbox);
    outbox.clear();
    (session, outbox)
}

fn submitted(outbox: &Outbox) -> Vec<NewJudgment> {
    outbox
        .iter()
        .filter_map(|(_, request)| match request {
            Request::Submit(judgment) => Some((**judgment).clone()),
            _ => None,
        })
        .collect()
}

fn shown(session: &Session) -> i64 {
    session.current.as_ref().unwrap().queued.item.id.0
}

#[test]
fn the_side_of_the_screen_becomes_the_candidate_of_the_data() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(10).now, None);
    assert!(session.submit(&at(10), &mut outbox));
    assert_eq!(shown(&session), 2, "the next item is there at once");
    session.choose(Outcome::A, at(20).now, None);
    session.submit(&at(20), &mut outbox);
    let outcomes: Vec<_> =
        submitted(&outbox).iter().map(|judgment| judgment.verdict.preference().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::A, Outcome::B], "the second was shown swapped");
}

#[test]
fn nothing_is_submitted_that_nobody_chose() {
    let (mut session, mut outbox) = started();
    assert!(!session.submit(&at(10), &mut outbox));
    session.choose(Outcome::Unratable, at(10).now, Some(100));
    assert!(!session.submit(&at(10), &mut outbox), "a reason is missing");
    assert_eq!(session.submits_at_ms, None);
    assert!(submitted(&outbox).is_empty());
}

#[test]
fn the_showing_says_what_was_there_and_for_how_long() {
    let (mut session, mut outbox) = started();
    session.input(at(5_000).now);
    session.input(at(100_000).now);
    session.choose(Outcome::Tie, at(100_000).now, None);
    session.submit(&at(101_000), &mut outbox);
    let judgment = &submitted(&outbox)[0];
    let showing = judgment.showing.as_ref().unwrap();
    assert_eq!((showing.active_ms, showing.idle_ms), (5_000 + 30_000 + 1_000, 65_000));
    assert_eq!(showing.first_input_at, Some(UnixMillis(5_000)));
    assert_eq!((showing.shown_at, showing.submitted_at), (UnixMillis(0), UnixMillis(101_000)));
    assert_eq!((showing.utc_offset_minutes, showing.session), (60, 9));
    assert_eq!(showing.order, Order::as_given(2));
}

#[test]
fn undo_returns_to_the_item_and_redo_gives_it_again() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::B, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    session.skip(&at(2), &mut outbox);
    assert_eq!(shown(&session), 3);
    assert!(session.undo(&at(3), &mut outbox), "the skip");
    assert_eq!(shown(&session), 2);
    assert!(session.undo(&at(4), &mut outbox), "the judgment");
    assert_eq!(shown(&session), 1);
    assert_eq!(
        session.plain_preference().map(|preference| preference.outcome),
        Some(Outcome::B),
        "what was chosen is still chosen"
    );
    assert!(!session.undo(&at(5), &mut outbox), "no more to undo");
    assert!(session.redo(&at(6), &mut outbox));
    assert_eq!(shown(&session), 2);
    assert!(session.redo(&at(7), &mut outbox));
    assert_eq!(shown(&session), 3);
    let verdicts: Vec<_> =
        submitted(&outbox).into_iter().map(|judgment| (judgment.item.0, judgment.verdict)).collect();
    let chosen = Verdict::overall(tiebreak_domain::Preference::new(Outcome::B));
    assert_eq!(
        verdicts,
        [
            (1, chosen.clone()),
            (2, Verdict::Skipped),
            (2, Verdict::Withdrawn),
            (1, Verdict::Withdrawn),
            (1, chosen),
            (2, Verdict::Skipped)
        ]
    );
    let ids: std::collections::HashSet<_> = submitted(&outbox).iter().map(|judgment| judgment.id).collect();
    assert_eq!(ids.len(), 6, "each revision is its own");
}

#[test]
fn a_vote_that_is_changed_after_the_models_word_was_told_is_not_blind() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    session.reveal(ItemId(1));
    session.undo(&at(2), &mut outbox);
    session.choose(Outcome::B, at(3).now, None);
    session.submit(&at(3), &mut outbox);
    session.choose(Outcome::B, at(4).now, None);
    session.submit(&at(4), &mut outbox);
    let showings = submitted(&outbox);
    let seen: Vec<_> = showings
        .iter()
        .map(|judgment| (judgment.item.0, judgment.showing.as_ref().map(|showing| showing.scores_visible)))
        .collect();
    assert_eq!(seen, [(1, Some(false)), (1, None), (1, Some(true)), (2, Some(false))]);
}

#[test]
fn undoing_a_skip_brings_back_what_was_begun() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    if let Some(shown) = &mut session.current {
        shown.draft.comment = "so far ".into();
    }
    session.skip(&at(2), &mut outbox);
    let skip = submitted(&outbox).pop().unwrap();
    session.saved(skip.id, Progress { judged: 0, skipped: 1, total: 3 });
    assert_eq!(shown(&session), 2);
    session.undo(&at(3), &mut outbox);
    let draft = session.current.as_ref().unwrap().draft.clone();
    assert_eq!(
        (session.plain_preference().map(|preference| preference.outcome), draft.comment.as_str()),
        (Some(Outcome::A), "so far ")
    );
    outbox.clear();
    session.tick(&at(4), &mut outbox);
    let kept = Request::SaveDraft { annotator: AnnotatorId(1), item: ItemId(1), draft: Some(draft) };
    assert!(outbox.iter().any(|(_, request)| *request == kept), "and it is on the disk again: {outbox:?}");
}

#[test]
fn what_is_given_again_from_elsewhere_is_behind_as_it_was_said() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    session.undo(&at(2), &mut outbox);
    session.forth(&at(3), &mut outbox);
    assert_eq!(shown(&session), 2, "the item that was taken back is behind");
    assert!(session.redo(&at(4), &mut outbox));
    assert_eq!(shown(&session), 2);
    session.back(&at(5), &mut outbox);
    let before = session.current.as_ref().and_then(|shown| shown.queued.previous.clone());
    let said = before.and_then(|judgment| judgment.given.verdict.preference().map(|said| said.outcome));
    assert_eq!((shown(&session), said), (1, Some(Outcome::A)));
    session.back(&at(6), &mut outbox);
    assert_eq!(shown(&session), 1, "it is behind once");
}

#[test]
fn undoing_a_change_brings_back_what_was_said_before() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    session.back(&at(2), &mut outbox);
    session.choose(Outcome::Tie, at(3).now, None);
    session.submit(&at(3), &mut outbox);
    session.undo(&at(4), &mut outbox);
    let last = submitted(&outbox).pop().unwrap();
    assert_eq!(last.verdict.preference().unwrap().outcome, Outcome::A);
}

#[test]
fn what_undo_brings_back_was_said_under_its_own_rubric() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    let first = session.setup.rubric.version;
    session.set_rubric(Rubric { version: first + 1, ..Rubric::default() });
    session.back(&at(2), &mut outbox);
    session.choose(Outcome::Tie, at(3).now, None);
    session.submit(&at(3), &mut outbox);
    session.undo(&at(4), &mut outbox);
    let versions: Vec<_> = submitted(&outbox).iter().map(|judgment| judgment.rubric_version).collect();
    assert_eq!(versions, [first, first + 1, first]);
}

#[test]
fn a_new_judgment_ends_what_can_be_done_again() {
    let (mut session, mut outbox) = started();
    session.skip(&at(1), &mut outbox);
    session.undo(&at(2), &mut outbox);
    session.choose(Outcome::A, at(3).now, None);
    session.submit(&at(3), &mut outbox);
    assert!(!session.redo(&at(4), &mut outbox));
}

#[test]
fn going_back_keeps_drafts_and_stores_nothing() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::B, at(1).now, None);
    session.forth(&at(2), &mut outbox);
    assert_eq!(shown(&session), 2);
    session.back(&at(3), &mut outbox);
    assert_eq!(shown(&session), 1);
    assert_eq!(session.plain_preference().map(|preference| preference.outcome), Some(Outcome::B));
    assert!(submitted(&outbox).is_empty());
    outbox.clear();
    session.back(&at(4), &mut outbox);
    assert!(
        matches!(&outbox[0].1, Request::Queue(request) if request.place == Place::Before(ItemId(1))),
        "further back only the engine knows"
    );
}

#[test]
fn an_unchanged_judgment_is_not_stored_again() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    session.back(&at(2), &mut outbox);
    assert!(session.submit(&at(3), &mut outbox));
    assert_eq!(shown(&session), 2, "Enter goes on");
    assert_eq!(submitted(&outbox).len(), 1);
}

#[test]
fn auto_advance_waits_for_its_grace_and_a_change_of_mind_restarts_it() {
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(0).now, Some(500));
    assert!(!session.tick(&at(499), &mut outbox));
    session.choose(Outcome::B, at(499).now, Some(500));
    assert!(!session.tick(&at(998), &mut outbox));
    assert!(session.tick(&at(999), &mut outbox));
    assert_eq!(submitted(&outbox)[0].verdict.preference().unwrap().outcome, Outcome::B);
    assert!(!session.tick(&at(5_000), &mut outbox), "the next item waits for its own choice");
}

#[test]
fn saved_is_said_when_it_is() {
    use crate::judge::saving::SavedState;
    let (mut session, mut outbox) = started();
    assert_eq!(session.saving.state(), SavedState::Nothing);
    session.skip(&at(1), &mut outbox);
    assert_eq!(session.saving.state(), SavedState::Saving(1));
    let id = submitted(&outbox)[0].id;
    session.not_saved(id, ApiError::new(tiebreak_domain::ErrorCode::DiskFull, "the disk is full"));
    assert_eq!(session.saving.state(), SavedState::Failed(1));
    outbox.clear();
    session.retry(&mut outbox);
    assert_eq!(submitted(&outbox)[0].id, id, "the same judgment, so that it is stored once");
    session.saved(id, Progress { judged: 0, skipped: 1, total: 3 });
    assert_eq!(session.saving.state(), SavedState::Saved);
    assert_eq!(session.progress.skipped, 1);
}

#[test]
fn what_is_sent_again_is_never_the_last_word_over_what_was_said_later() {
    use crate::judge::saving::SavedState;
    let full = || ApiError::new(tiebreak_domain::ErrorCode::DiskFull, "the disk is full");
    let progress = Progress { judged: 1, skipped: 0, total: 3 };
    let (mut session, mut outbox) = started();
    session.choose(Outcome::A, at(1).now, None);
    session.submit(&at(1), &mut outbox);
    let first = submitted(&outbox)[0].id;
    session.not_saved(first, full());
    session.back(&at(2), &mut outbox);
    session.choose(Outcome::B, at(3).now, None);
    outbox.clear();
    session.submit(&at(3), &mut outbox);
    let sent: Vec<_> = submitted(&outbox).iter().map(|judgment| judgment.id).collect();
    assert_eq!((sent.len(), sent[0]), (2, first), "in the order in which they were given");
    session.not_saved(first, full());
    session.saved(sent[1], progress);
    assert_eq!(session.saving.state(), SavedState::Saved, "the later one stands for both");
    outbox.clear();
    session.retry(&mut outbox);
    assert!(submitted(&outbox).is_empty());
    session.undo(&at(4), &mut outbox);
    let taken_back = submitted(&outbox)[0].id;
    session.not_saved(taken_back, full());
    session.choose(Outcome::Tie, at(5).now, None);
    session.submit(&at(5), &mut outbox);
    session.not_saved(submitted(&outbox)[2].id, full());
    session.not_saved(taken_back, full());
    outbox.clear();
    session.retry(&mut outbox);
    let again = submitted(&outbox);
    assert_eq!((again.len(), again[0].id), (2, taken_back), "oldest first");
}

#[test]
fn the_end_is_the_end_only_when_nothing_is_left() {
    let (mut session, mut outbox) = started();
    for ms in 1..=3 {
        session.skip(&at(ms), &mut outbox);
    }
    assert!(session.current.is_none());
    assert!(!session.is_done(), "the engine has not said so yet");
    session.ahead_arrived(vec![], &at(4), &mut outbox);
    assert!(session.is_done());
    session.items_changed(&mut outbox);
    session.ahead_arrived(vec![queued(4, [0, 1])], &at(5), &mut outbox);
    assert_eq!(shown(&session), 4, "an import brought more");
}

#[test]
fn after_the_skipped_items_come_those_that_opened_meanwhile() {
    let (mut session, mut outbox) = started();
    for ms in 1..=3 {
        session.skip(&at(ms), &mut outbox);
    }
    for skip in submitted(&outbox) {
        session.saved(skip.id, Progress { judged: 0, skipped: 3, total: 3 });
    }
    session.ahead_arrived(vec![], &at(4), &mut outbox);
    session.begin_round(Round::Skipped, &mut outbox);
    session.ahead_arrived(vec![queued(1, [0, 1]), queued(2, [0, 1])], &at(5), &mut outbox);
    session.ahead_arrived(vec![], &at(6), &mut outbox);
    outbox.clear();
    session.skip(&at(7), &mut outbox);
    assert_eq!(
        (shown(&session), session.round),
        (2, Round::Open),
        "the last one, and open ones are asked for"
    );
    let places = |outbox: &Outbox| -> Vec<Place> {
        let place =
            |request: &Request| if let Request::Queue(asked) = request { Some(asked.place) } else { None };
        outbox.iter().filter_map(|(_, request)| place(request)).collect()
    };
    assert_eq!(places(&outbox), [Place::Start]);
    session.ahead_arrived(vec![], &at(8), &mut outbox);
    session.skip(&at(9), &mut outbox);
    assert!(session.is_done());
    outbox.clear();
    session.items_changed(&mut outbox);
    assert_eq!(places(&outbox), [Place::Start], "an import brought more");
    session.ahead_arrived(vec![queued(4, [0, 1])], &at(10), &mut outbox);
    assert_eq!(shown(&session), 4);
}

#[test]
fn scores_that_were_seen_are_remembered_though_they_are_gone_when_it_is_come_back_to() {
    let mut session = Session::new(setup());
    let mut outbox = Outbox::new();
    session.fill(&mut outbox);
    let said = tiebreak_domain::reward::ItemScores {
        scorer: tiebreak_domain::reward::Scorer::Head,
        name: "head".into(),
        dimension: "overall".into(),
        scores: vec![Some(1.0), Some(0.0)],
    };
    let seen = QueuedItem { scores: vec![said], ..queued(1, [0, 1]) };
    session.ahead_arrived(vec![seen, queued(2, [0, 1]), queued(3, [0, 1])], &at(0), &mut outbox);
    session.skip(&at(1), &mut outbox);
    session.go_arrived(vec![queued(1, [0, 1])], &at(2));
    session.choose(Outcome::A, at(3).now, None);
    session.submit(&at(3), &mut outbox);
    session.choose(Outcome::A, at(4).now, None);
    session.submit(&at(4), &mut outbox);
    let seen = submitted(&outbox).into_iter().filter_map(|judgment| {
        let showing = judgment.showing?;
        Some((judgment.item.0, showing.scores_visible))
    });
    assert_eq!(seen.collect::<Vec<_>>(), [(1, true), (1, true), (2, false)]);
}
