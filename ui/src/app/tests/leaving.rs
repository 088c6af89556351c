//! Leaving a project, or the seat in it: what was begun comes first, and nothing is judged in between.

use super::*;

fn sent(bench: &Bench) -> Vec<Request> {
    bench.remote.sent().into_iter().map(|(_, request)| request).collect()
}

fn place(sent: &[Request], is_it: impl Fn(&Request) -> bool) -> usize {
    sent.iter().position(is_it).unwrap_or_else(|| panic!("it was sent: {sent:?}"))
}

/// A comment is begun on the first item.
fn begun() -> Bench {
    let mut bench = Bench::open(saved);
    bench.keys("c");
    bench.frame(Vec::new());
    bench.frame(vec![Event::Text("half a word".into())]);
    bench.frame(Vec::new());
    bench
}

/// Whether a request is the one that is looked for.
type Sent = fn(&Request) -> bool;

#[test]
fn what_was_begun_is_kept_before_the_project_or_the_seat_is_left() {
    let leaving: [(Action, Sent); 4] = [
        (Action::Command(Command::CloseProject), |request| *request == Request::CloseProject),
        (Action::Command(Command::OpenSample), |request| *request == Request::OpenSample),
        (
            Action::OpenAny("/other.tiebreak".into()),
            |request| matches!(request, Request::OpenProject { path } if path.starts_with("/other")),
        ),
        (Action::SetAnnotator("Ben".into()), |request| matches!(request, Request::SetAnnotator { .. })),
    ];
    for (leaving, is_it) in leaving {
        let mut bench = begun();
        bench.app.want(leaving);
        bench.frame(Vec::new());
        let sent = sent(&bench);
        let draft = place(
            &sent,
            |request| matches!(request, Request::SaveDraft { draft: Some(draft), .. } if draft.comment == "half a word"),
        );
        assert!(draft < place(&sent, is_it), "{sent:?}");
    }
}

#[test]
fn nothing_is_judged_while_another_project_is_opened_and_all_goes_on_where_it_cannot_be() {
    let mut bench = Bench::open(|_| None);
    bench.keys("1 Enter");
    bench.app.want(Action::Command(Command::OpenSample));
    bench.frame(Vec::new());
    bench.keys("1 Enter");
    assert_eq!(bench.judgments().len(), 1, "the second would be stored in the other project");
    let all = bench.remote.sent();
    let (submit, judgment) = all
        .iter()
        .find_map(|(ticket, request)| match request {
            Request::Submit(judgment) => Some((*ticket, judgment.clone())),
            _ => None,
        })
        .unwrap();
    let (open, _) = all.iter().find(|(_, request)| *request == Request::OpenSample).unwrap();
    bench.remote.reply(submit, saved(&judgment).unwrap());
    bench.remote.reply(*open, Err(ApiError::new(ErrorCode::Damaged, "the file is damaged")));
    bench.frame(Vec::new());
    assert_eq!((bench.shown(), bench.saved_state()), (2, SavedState::Saved));
    bench.keys("1 Enter");
    assert_eq!(bench.judgments().len(), 2);
}

#[test]
fn what_was_asked_of_one_project_is_not_offered_in_another() {
    let mut bench = Bench::open(saved);
    let before = bench.app.desk().unwrap().session_number;
    bench.app.update_project(ProjectInfo { key: ProjectKey([2; 16]), name: "other".into(), ..info() });
    let desk = bench.app.desk().unwrap();
    assert_eq!(desk.info.name, "other", "another project is another desk");
    assert!(desk.session.current.is_none(), "its items mean something else");
    assert_ne!(desk.session_number, before, "a late answer to the one is none to the other");
    assert!(bench.app.notices.list().iter().any(|notice| notice.message.ends_with(": other")));
}

#[test]
fn an_event_of_another_project_is_not_believed_before_it_was_asked() {
    let mut bench = Bench::open(saved);
    let asked = |bench: &Bench| sent(bench).iter().filter(|request| **request == Request::Project).count();
    let before = asked(&bench);
    let other = ProjectInfo { key: ProjectKey([2; 16]), name: "other".into(), ..info() };
    bench.remote.event(tiebreak_domain::Event::ProjectChanged(Box::new(other)));
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    assert_eq!(asked(&bench), before + 1);
    assert_eq!(bench.app.desk().unwrap().info.name, "p");
}
