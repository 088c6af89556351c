//! Merging a copy through the dialog: the path, the waiting, what came of it.

use egui_kittest::kittest::Queryable;
use tiebreak_domain::JobId;
use tiebreak_domain::merge::{MergeConflict, MergeReport};
use tiebreak_domain::second_look::LookReasonKind;

use super::second_look::on_screen;
use super::*;

const JOB: JobId = JobId(4);

/// The dialog with a path typed and Enter pressed, and the merge taken on.
fn merging() -> (egui_kittest::Harness<'static, App>, Remote) {
    let mut bench = Bench::open(saved);
    bench.app.want(Action::Command(Command::ShowMerge));
    let remote = bench.remote.clone();
    let mut screen = on_screen(bench);
    screen.step();
    screen.step();
    screen.get_by_label("The other copy").type_text("/usb/grace.tiebreak");
    screen.step();
    screen.key_press(egui::Key::Enter);
    screen.run_steps(3);
    let sent = remote.sent();
    let (ticket, request) =
        sent.iter().find(|(_, sent)| matches!(sent, Request::StartMerge { .. })).expect("it was sent");
    assert_eq!(*request, Request::StartMerge { path: "/usb/grace.tiebreak".into() });
    remote.reply(*ticket, Ok(Reply::Started(JOB)));
    screen.run_steps(2);
    (screen, remote)
}

#[test]
fn a_merge_tells_what_came_in_and_leads_to_its_conflicts() {
    let (mut screen, remote) = merging();
    screen.get_by_label("Stop");
    let conflict = |item| MergeConflict { item: ItemId(item), annotator: AnnotatorId(1) };
    let report = MergeReport {
        judgments_added: 1_200,
        annotators_added: 1,
        conflicts: vec![conflict(3), conflict(9)],
        ..MergeReport::default()
    };
    remote.event(tiebreak_domain::Event::MergeEnded(JOB, Ok(Box::new(report))));
    screen.run_steps(3);
    screen.get_by_label("done: 1 person, 1,200 judgments came in");
    screen.get_by_label("Look at 2 conflicts").click();
    screen.run_steps(3);
    let filter = remote.sent().into_iter().rev().find_map(|(_, request)| match request {
        Request::SecondLook(filter) => Some(filter),
        _ => None,
    });
    assert_eq!(filter.map(|filter| filter.reasons), Some(vec![LookReasonKind::MergeConflict]));
    assert!(screen.query_by_label("Look at 2 conflicts").is_none(), "the dialog has closed");
}

#[test]
fn a_merge_is_stopped_and_a_refusal_says_why() {
    let (mut screen, remote) = merging();
    screen.get_by_label("Stop").click();
    screen.run_steps(3);
    assert!(
        remote.sent().iter().any(|(_, request)| *request == Request::Cancel(JOB)),
        "it was asked to stop"
    );
    let refusal = ApiError::new(ErrorCode::BadRequest, "this is another project, not a copy of p");
    remote.event(tiebreak_domain::Event::MergeEnded(JOB, Err(refusal)));
    screen.run_steps(3);
    screen.get_by_label("error: This is another project, not a copy of p");
    screen.key_press(egui::Key::Enter);
    screen.run_steps(3);
    screen.get_by_label("The other copy");
}

#[test]
fn a_merge_that_ends_out_of_sight_tells_so() {
    let (mut screen, remote) = merging();
    screen.key_press(egui::Key::Escape);
    screen.run_steps(3);
    assert!(screen.query_by_label("Stop").is_none(), "it goes on without the dialog");
    let report = MergeReport { items_added: 2, ..MergeReport::default() };
    remote.event(tiebreak_domain::Event::MergeEnded(JOB, Ok(Box::new(report))));
    screen.run_steps(3);
    screen.get_by_label("done: 2 items came in");
}
