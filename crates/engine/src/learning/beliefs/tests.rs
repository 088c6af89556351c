use std::sync::Arc;

use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    JudgmentId, NewJudgment, Origin, Outcome, Preference, Request as Call, Showing, UnixMillis, Verdict,
};

use super::{ItemId, ItemStatus, RoaringBitmap};
use crate::scoring::tests::{engine, with_rows};

#[test]
fn heads_fitted_for_a_question_are_kept_until_something_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 12);
    let session = engine.session().unwrap();
    let fitted = || session.fitted_for_a_question().unwrap().expect("there are pairs");
    let first = fitted();
    assert!(Arc::ptr_eq(&first, &fitted()), "nothing changed, and nothing is fitted anew");
    let annotator = session.seat().annotator;
    let request = QueueRequest { annotator, place: Place::Start, count: 1, except: Vec::new() };
    let queued = session.queue(&request).unwrap().remove(0);
    let judgment = NewJudgment {
        notes: Vec::new(),
        id: JudgmentId([7; 16]),
        item: queued.item.id,
        annotator,
        verdict: Verdict::overall(Preference::new(Outcome::A)),
        flagged: false,
        comment: String::new(),
        rubric_version: 1,
        showing: Some(Showing {
            watched: Vec::new(),
            order: queued.order.clone(),
            models_visible: false,
            scores_visible: false,
            shown_at: UnixMillis(3),
            first_input_at: None,
            submitted_at: UnixMillis(5),
            active_ms: 2,
            idle_ms: 0,
            utc_offset_minutes: 0,
            app_version: "9.9.9".into(),
            session: 1,
            acquisition: queued.acquisition.clone(),
            window: [0.0, 0.0, 1.0],
        }),
        origin: Origin::Screen,
        recorded_at: UnixMillis(5),
    };
    session.submit(judgment).unwrap();
    let voted = fitted();
    assert!(!Arc::ptr_eq(&first, &voted), "a vote is a change");
    assert_eq!((first.main().votes.len(), voted.main().votes.len()), (0, 1));
    let excluded = vec![(ItemId(12), ItemStatus::Excluded)];
    session.writer.ask(move |store| Ok(store.set_status(&excluded)?)).unwrap();
    assert_eq!(
        (voted.pool.items.len(), fitted().pool.items.len()),
        (12, 11),
        "and so is an item that is asked no more"
    );
    let change = session.learning.kept.change();
    session.learning.kept.forget();
    session.learning.kept.keep(change, RoaringBitmap::new(), Some(voted));
    assert!(session.learning.kept.lock().is_none(), "what changed during the fit is not in it");
    drop(session);
    engine.call(Call::CloseProject).unwrap();
}
