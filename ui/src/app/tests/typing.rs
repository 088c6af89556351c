//! What is typed goes where it belongs: into the field that a key opens, and into none that is not there any more.

use tiebreak_domain::rubric::{QuestionKind, Scope, StrengthSteps, TextPurpose};
use tiebreak_domain::{AnswerValue, Candidate, Part, Question};

use super::looking::pictures;
use super::questions;
use super::second_look::looking;
use super::*;

/// Whether the letter of a key comes behind it, as from a window, or before it, as from a browser.
#[derive(Clone, Copy, Debug)]
enum From {
    Window,
    Browser,
}

pub(super) fn press(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

/// Keys with their letters, all within one frame.
fn typed(from: From, keys: &[(Key, &str)]) -> Vec<Event> {
    let events = keys.iter().flat_map(|(key, letter)| {
        let (key, letter) = (press(*key, Modifiers::NONE), Event::Text((*letter).to_owned()));
        match from {
            From::Window => [key, letter],
            From::Browser => [letter, key],
        }
    });
    events.collect()
}

/// A pair of videos.
pub(super) fn videos(id: i64) -> QueuedItem {
    let mut queued = queued(id);
    for (index, candidate) in queued.item.item.candidates.iter_mut().enumerate() {
        *candidate = Candidate {
            parts: vec![Part::Video { uri: format!("{id}-{index}.mp4") }],
            ..Candidate::default()
        };
    }
    queued
}

fn frames(bench: &mut Bench, events: Vec<Event>) {
    bench.frame(events);
    for _ in 0..4 {
        bench.frame(Vec::new());
    }
}

#[test]
fn what_is_typed_in_the_frame_that_opens_the_comment_is_in_the_comment() {
    for from in [From::Window, From::Browser] {
        for word in [[(Key::U, "u"), (Key::Num2, "2")], [(Key::C, "c"), (Key::C, "c")]] {
            let mut bench = Bench::open(saved);
            let mut events = typed(from, &[(Key::Num1, "1"), (Key::C, "c")]);
            events.extend(typed(from, &word));
            events.push(press(Key::Enter, Modifiers::COMMAND));
            frames(&mut bench, events);
            let judgments = bench.judgments();
            assert_eq!(judgments.iter().map(outcome).collect::<Vec<_>>(), [Some(Outcome::A)], "{from:?}");
            assert_eq!(judgments[0].comment, word.map(|(_, letter)| letter).concat(), "{from:?}");
        }
    }
}

#[test]
fn what_is_typed_in_the_frame_that_leaves_the_comment_is_in_the_comment_and_no_command() {
    for from in [From::Window, From::Browser] {
        let mut bench = Bench::open(saved);
        frames(&mut bench, typed(from, &[(Key::C, "c")]));
        let mut events = typed(from, &[(Key::U, "u"), (Key::T, "t")]);
        events.push(press(Key::Escape, Modifiers::NONE));
        frames(&mut bench, events);
        let draft = questions::draft(&bench);
        assert_eq!(draft.comment, "ut", "{from:?}");
        bench.keys("Enter");
        assert!(bench.judgments().is_empty(), "{from:?}: T is no tie there");
        bench.keys("2 Enter");
        assert_eq!(bench.judgments().iter().map(outcome).collect::<Vec<_>>(), [Some(Outcome::B)], "{from:?}");
    }
}

#[test]
fn keys_that_are_named_by_other_letters_than_they_type_open_the_comment_too() {
    for from in [From::Window, From::Browser] {
        for before in [&[][..], &[(Key::Num1, "1")]] {
            let mut bench = Bench::open(saved);
            let mut events = typed(from, before);
            events.extend(typed(from, &[(Key::C, "ψ"), (Key::U, "θ"), (Key::I, "ι")]));
            frames(&mut bench, events);
            let comment = bench
                .app
                .desk()
                .and_then(|desk| desk.session.current.as_ref())
                .map(|shown| &shown.draft.comment);
            assert_eq!(comment.map(String::as_str), Some("θι"), "{from:?} after {before:?}");
        }
    }
}

#[test]
fn a_comment_may_be_opened_in_the_frame_in_which_its_item_comes() {
    let mut bench = Bench::open(saved);
    let mut events = vec![press(Key::Num1, Modifiers::NONE), press(Key::Enter, Modifiers::NONE)];
    events.extend(typed(From::Window, &[(Key::C, "c"), (Key::S, "s"), (Key::O, "o")]));
    frames(&mut bench, events);
    let shown = bench.app.desk().and_then(|desk| desk.session.current.as_ref()).unwrap();
    assert_eq!((shown.queued.item.id, shown.draft.comment.as_str()), (ItemId(2), "so"));
}

#[test]
fn a_comment_on_nothing_takes_no_letters_from_what_is_typed_elsewhere() {
    let mut bench = Bench::open(saved);
    looking(&mut bench, &[7]);
    bench.keys("1 Enter");
    assert_eq!(bench.shown(), 0, "the list is at its end");
    bench.keys("c Ctrl+K");
    bench.frame(Vec::new());
    frames(&mut bench, typed(From::Window, &[(Key::E, "e"), (Key::X, "x")]));
    let dialog = format!("{:?}", bench.app.dialog);
    assert!(dialog.contains("\"ex\""), "{dialog}");
}

#[test]
fn nothing_is_sought_where_there_are_no_texts() {
    let mut bench = Bench::over(info(), pictures, saved);
    bench.keys("Ctrl+F F3 c");
    bench.frame(Vec::new());
    frames(&mut bench, typed(From::Window, &[(Key::S, "s"), (Key::O, "o")]));
    bench.keys("Escape");
    bench.keys("1 Enter");
    assert_eq!(bench.judgments()[0].comment, "so");
}

#[test]
fn a_command_takes_nothing_away_from_what_is_typed() {
    for command in ["Ctrl+U", "Ctrl+W", "Ctrl+H", "Ctrl+K"] {
        let mut bench = Bench::open(saved);
        bench.keys("c");
        bench.frame(Vec::new());
        bench.keys("words");
        // In the middle, so that both what is before and what is behind could be lost.
        bench.keys("ArrowLeft ArrowLeft");
        let comment = |bench: &Bench| questions::draft(bench).comment;
        assert_eq!(comment(&bench), "words");
        if command == "Ctrl+W" {
            bench.keys(command);
            let sent = bench.remote.sent();
            let kept = sent.iter().rev().find_map(|(_, request)| match request {
                Request::SaveDraft { draft, .. } => draft.as_ref(),
                _ => None,
            });
            assert_eq!(kept.map(|draft| draft.comment.as_str()), Some("words"), "{command}");
        } else {
            frames(&mut bench, Vec::new());
            bench.keys(command);
            frames(&mut bench, Vec::new());
            assert!(bench.app.dialog.is_some(), "{command} is a command");
            assert_eq!(comment(&bench), "words", "{command}");
        }
    }
}

/// Items of which a preference is asked, and then why.
fn asking_why() -> Bench {
    let kind = QuestionKind::Text { purpose: TextPurpose::Rationale, with_confidence: false };
    let why = Question::new("why", "why", Scope::Item, kind);
    questions::bench(vec![questions::preference("overall", StrengthSteps::None), why], questions::pairs)
}

fn why(answers: &[tiebreak_domain::Answer]) -> Option<&str> {
    answers.iter().find_map(|answer| match &answer.value {
        AnswerValue::Text(text) => Some(text.text.as_str()),
        _ => None,
    })
}

#[test]
fn the_keys_leave_a_text_with_its_item() {
    for from in [From::Window, From::Browser] {
        let mut bench = asking_why();
        bench.keys("1 good Ctrl+Enter");
        frames(&mut bench, typed(from, &[(Key::Num1, "1")]));
        let draft = questions::draft(&bench);
        assert_eq!((bench.shown(), draft.answers.len(), why(&draft.answers)), (2, 1, None), "{from:?}");
        bench.keys("bad Ctrl+Z");
        bench.frame(Vec::new());
        let said = questions::draft(&bench);
        assert!(!why(&said.answers).unwrap_or_default().contains("good"), "{said:?}");
    }
}

#[test]
fn what_is_typed_in_the_frame_in_which_an_item_is_left_belongs_to_that_item() {
    for from in [From::Window, From::Browser] {
        let mut bench = asking_why();
        bench.keys("1 so");
        let mut events = typed(from, &[(Key::N, "n"), (Key::O, "o")]);
        events.push(press(Key::Enter, Modifiers::COMMAND));
        events.extend(typed(from, &[(Key::Num2, "2")]));
        frames(&mut bench, events);
        let judgments = bench.judgments();
        assert_eq!(why(judgments[0].verdict.answers()), Some("sono"), "{from:?}");
        let draft = questions::draft(&bench);
        assert_eq!((draft.answers.len(), why(&draft.answers)), (1, None), "{from:?}: the key chose");
    }
}

#[test]
fn nothing_submits_itself_behind_a_dialog_or_a_field() {
    for words in ["5", "5 Escape", "Shift+C", "c", "Ctrl+F", "F1", "Ctrl+K"] {
        let items = if words == "Shift+C" { videos } else { queued };
        let mut bench = Bench::over(info(), items, saved);
        bench.app.want(Action::Command(Command::ToggleAutoAdvance));
        frames(&mut bench, Vec::new());
        bench.keys("1");
        bench.keys(words);
        for _ in 0..4 {
            questions::wait(&mut bench, 400);
        }
        assert_eq!((bench.shown(), bench.judgments().len()), (1, 0), "after {words}");
    }
    let mut bench = Bench::open(saved);
    bench.app.want(Action::Command(Command::ToggleAutoAdvance));
    frames(&mut bench, Vec::new());
    bench.keys("1 5");
    questions::wait(&mut bench, 600);
    bench.keys("2");
    questions::wait(&mut bench, 600);
    questions::wait(&mut bench, 600);
    let judgments = bench.judgments();
    let said: Vec<_> = judgments.iter().map(|judgment| (judgment.item, outcome(judgment))).collect();
    assert_eq!(said, [(ItemId(1), Some(Outcome::Unratable))]);
}

#[test]
fn a_note_that_is_being_written_goes_with_its_item() {
    for leaving in ["Ctrl+Enter", "skip"] {
        let mut bench = Bench::over(info(), videos, saved);
        bench.keys("1");
        bench.keys("Shift+C");
        bench.frame(Vec::new());
        bench.keys("melts");
        if leaving == "skip" {
            bench.app.want(Action::Command(Command::Skip));
        } else {
            let mut events = typed(From::Window, &[(Key::S, "s"), (Key::O, "o")]);
            events.push(press(Key::Enter, Modifiers::COMMAND));
            bench.frame(events);
        }
        frames(&mut bench, Vec::new());
        let judgments = bench.judgments();
        let notes: Vec<_> = judgments[0].notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(notes, [if leaving == "skip" { "melts" } else { "meltsso" }], "by {leaving}");
        assert_eq!((bench.shown(), questions::draft(&bench).notes.len()), (2, 0), "by {leaving}");
    }
}
