//! Items that could not be had, and items that were passed by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A project of three items, which cannot be read while the second is set.
fn bench() -> (Bench, Arc<AtomicBool>) {
    let is_broken = Arc::new(AtomicBool::new(true));
    let broken = Arc::clone(&is_broken);
    let mut judged = Vec::new();
    let (backend, remote) = Scripted::new(move |request| match request {
        Request::LoadSettings => Some(Ok(Reply::Settings(Box::default()))),
        Request::OpenProject { .. } | Request::Project => {
            Some(Ok(Reply::Project(Box::new(ProjectInfo { active_items: 3, ..info() }))))
        }
        Request::Queue(_) if broken.load(Ordering::Relaxed) => {
            Some(Err(ApiError::new(ErrorCode::System, "the disk does not answer").hint("connect it again")))
        }
        Request::Queue(queue) => {
            let open = (1..=3).map(ItemId).filter(|id| !queue.except.contains(id) && !judged.contains(id));
            Some(Ok(Reply::Items(open.map(|id| queued(id.0)).collect())))
        }
        Request::Submit(judgment) => {
            judged.push(judgment.item);
            let progress = Progress { judged: judged.len() as u64, skipped: 0, total: 3 };
            let (judgment, annotator) = (judgment.id, judgment.annotator);
            Some(Ok(Reply::Saved { judgment, revision: 1, annotator, progress }))
        }
        _ => Some(Ok(Reply::Done)),
    });
    (Bench::on(backend, remote), is_broken)
}

#[test]
fn a_queue_that_could_not_be_read_says_so_and_is_asked_again() {
    let (mut bench, is_broken) = bench();
    assert!(bench.says("The next items could not be read") && bench.says("The disk does not answer"));
    let asked = |bench: &Bench| {
        let sent = bench.remote.sent();
        sent.iter().filter(|(_, request)| matches!(request, Request::Queue(_))).count()
    };
    assert_eq!(asked(&bench), 1, "not over and over by itself");
    is_broken.store(false, Ordering::Relaxed);
    let again = questions::drawing::places(&mut bench, egui::accesskit::Role::Button, "Try again");
    questions::drawing::click(&mut bench, again[0].center());
    bench.frame(Vec::new());
    assert_eq!(bench.shown(), 1);
}

#[test]
fn what_was_passed_by_is_told_at_the_end_and_gone_back_to() {
    let (mut bench, is_broken) = bench();
    is_broken.store(false, Ordering::Relaxed);
    bench.app.want(Action::AskAgain);
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    bench.keys("1 Enter 1 Enter");
    bench.frame(Vec::new());
    assert_eq!(bench.shown(), 3);
    bench.app.want(Action::Command(Command::Forth));
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    assert!(bench.says("That is all for now"), "{:?}", bench.painted());
    bench.app.want(Action::BeginRound(crate::judge::session::Round::Open));
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    assert_eq!(bench.shown(), 3);
}

#[test]
fn a_vote_given_after_the_models_word_is_not_called_blind() {
    let mut bench = Bench::open(saved);
    let settings = Settings { tells_beliefs: true, ..Settings::default() };
    bench.app.want(Action::Settings(Box::new(settings)));
    bench.frame(Vec::new());
    bench.keys("1 Enter");
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    let told = bench.app.notices.list().iter().map(|notice| notice.message.clone()).collect::<Vec<_>>();
    assert!(!told.is_empty(), "the word was told");
    bench.keys("u 2 Enter");
    let judgments = bench.judgments();
    let seen = judgments.iter().filter_map(|judgment| judgment.showing.as_ref());
    assert_eq!(seen.map(|showing| showing.scores_visible).collect::<Vec<_>>(), [false, true]);
}
