//! The second look by keys: a list in, reviews out, and nothing given away before it was asked for.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tiebreak_domain::answer::TextAnswer;
use tiebreak_domain::rubric::{QuestionKind, Scope, TextPurpose};
use tiebreak_domain::second_look::{LookFilter, LookItem, LookReason, LookReasonKind, SecondLook};
use tiebreak_domain::{
    Answer, AnswerValue, Judgment, JudgmentId, Origin, Preference, Question, Showing, Strength,
};

use super::*;
use crate::desk::View;

fn look(item: i64, judgments: Vec<Judgment>) -> LookItem {
    LookItem {
        item: ItemId(item),
        prompt: format!("Question {item}?"),
        reasons: vec![LookReason::PeopleDisagree],
        judgments,
        derived: Vec::new(),
        repeats: Vec::new(),
        is_reviewed: false,
        flags: Vec::new(),
        model_was_wrong: None,
    }
}

fn judgment(item: i64, annotator: i64, preference: Preference) -> Judgment {
    let given = NewJudgment {
        id: JudgmentId([annotator as u8; 16]),
        item: ItemId(item),
        annotator: AnnotatorId(annotator),
        verdict: Verdict::overall(preference),
        flagged: true,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: 1,
        showing: Some(Showing {
            order: Order::as_given(2),
            models_visible: false,
            scores_visible: false,
            shown_at: UnixMillis(0),
            first_input_at: None,
            submitted_at: UnixMillis(1),
            active_ms: 1,
            idle_ms: 0,
            utc_offset_minutes: 0,
            app_version: "test".into(),
            session: 1,
            acquisition: Acquisition::FILE_ORDER,
            window: [1.0; 3],
            watched: Vec::new(),
        }),
        origin: Origin::Screen,
        recorded_at: UnixMillis(1),
    };
    Judgment { given, revision: 1, supersedes: None }
}

fn filters(remote: &Remote) -> Vec<LookFilter> {
    let sent = remote.sent().into_iter();
    sent.filter_map(
        |(_, request)| if let Request::SecondLook(filter) = request { Some(filter) } else { None },
    )
    .collect()
}

/// Answers the latest request for a list.
fn list(remote: &Remote, items: Vec<LookItem>) {
    let sent = remote.sent();
    let (ticket, _) =
        sent.iter().rev().find(|(_, request)| matches!(request, Request::SecondLook(_))).unwrap();
    let look = SecondLook { total: items.len() as u64, items };
    remote.reply(*ticket, Ok(Reply::SecondLook(Box::new(look))));
}

pub(super) fn frames(bench: &mut Bench) {
    for _ in 0..4 {
        bench.frame(Vec::new());
    }
}

/// A second look at these items.
pub(super) fn looking(bench: &mut Bench, items: &[i64]) {
    bench.keys("Ctrl+3");
    list(&bench.remote, items.iter().map(|item| look(*item, Vec::new())).collect());
    frames(bench);
}

/// Items that Ada judged before: for A, with A on the left.
fn judged(id: i64) -> QueuedItem {
    let previous = Some(judgment(id, 1, Preference::new(Outcome::A)));
    QueuedItem { previous, order: Order::as_given(2), ..queued(id) }
}

#[test]
fn a_review_is_given_by_the_keys_of_judging() {
    let mut bench = Bench::open(saved);
    looking(&mut bench, &[7, 9]);
    assert_eq!(bench.shown(), 7, "the first of the list");
    bench.keys("1");
    bench.keys("Enter");
    assert_eq!(bench.shown(), 9, "the next is there in the frame of the key");
    bench.keys("3 Enter");
    let judgments = bench.judgments();
    let said: Vec<_> = judgments.iter().map(|said| (said.item.0, outcome(said), said.origin)).collect();
    assert_eq!(
        said,
        [(7, Some(Outcome::A), Origin::Review), (9, Some(Outcome::Tie), Origin::Review)],
        "each is a review, and nothing else was sent"
    );
    assert_eq!(bench.shown(), 0, "the list is at its end");
    assert_eq!(bench.app.desk().map(|desk| desk.second_look.open_count()), Some(0));
    bench.keys("u");
    assert_eq!(bench.shown(), 9, "a decision can be taken back");
    assert_eq!(bench.app.desk().map(|desk| desk.second_look.open_count()), Some(1));
}

#[test]
fn the_annotators_own_work_waits_and_goes_on() {
    let mut bench = Bench::open(saved);
    bench.keys("2");
    looking(&mut bench, &[7]);
    bench.keys("1 Enter");
    bench.keys("Ctrl+1");
    assert_eq!(bench.shown(), 1, "the item that was left");
    bench.keys("Enter");
    let last = bench.judgments().pop().unwrap();
    assert_eq!(
        (last.item, outcome(&last), last.origin),
        (ItemId(1), Some(Outcome::B), Origin::Screen),
        "what was chosen is still chosen, and is no review"
    );
}

#[test]
fn an_earlier_answer_is_not_given_away_and_is_kept_by_one_key() {
    let mut bench = Bench::over(info(), judged, saved);
    looking(&mut bench, &[7, 8]);
    let shown = bench.app.desk().unwrap().session.current.clone().unwrap();
    assert!(shown.draft.is_empty(), "nothing of it is on the screen: {:?}", shown.draft);
    assert_eq!(shown.queued.order.indices(), [1, 0], "the sides are exchanged");
    bench.keys("r");
    let kept = bench.judgments().pop().unwrap();
    assert_eq!(
        (outcome(&kept), kept.origin),
        (Some(Outcome::A), Origin::Review),
        "the same answer, as a review"
    );
    assert!(!kept.flagged, "what is decided needs no other look");
    assert_eq!(bench.shown(), 8);
    bench.keys("2 Enter u");
    let undone = bench.judgments().pop().unwrap();
    assert_eq!(
        (outcome(&undone), undone.origin),
        (Some(Outcome::A), Origin::Screen),
        "undoing a review leaves what was said before"
    );
}

#[test]
fn a_second_person_sees_the_sides_the_other_way_round_than_the_vote_in_question() {
    let mut bench = Bench::open(saved);
    bench.keys("Ctrl+3");
    let vote = |item: i64, annotator: i64, order: Vec<u8>| {
        let mut vote = judgment(item, annotator, Preference::new(Outcome::A));
        vote.given.showing.as_mut().unwrap().order = Order::try_from(order).unwrap();
        vote
    };
    let surprising = |item: i64, order: Vec<u8>| {
        let votes = vec![vote(item, 3, vec![1, 0]), vote(item, 2, order)];
        let reasons = vec![LookReason::PeopleDisagree, LookReason::ModelDisagrees(AnnotatorId(2))];
        LookItem { reasons, ..look(item, votes) }
    };
    let only = look(9, vec![vote(9, 2, vec![0, 1])]);
    list(&bench.remote, vec![surprising(7, vec![0, 1]), surprising(8, vec![1, 0]), only]);
    frames(&mut bench);
    let order = |bench: &Bench| {
        let desk = bench.app.desk().unwrap();
        desk.session.current.as_ref().unwrap().queued.order.indices().to_vec()
    };
    // The queue would show 7 and 9 as given and 8 swapped.
    assert_eq!((bench.shown(), order(&bench)), (7, vec![1, 0]));
    bench.keys("s");
    assert_eq!((bench.shown(), order(&bench)), (8, vec![0, 1]));
    bench.keys("s");
    assert_eq!((bench.shown(), order(&bench)), (9, vec![1, 0]), "the only vote is the one in question");
    bench.keys("ArrowLeft");
    assert_eq!((bench.shown(), order(&bench)), (8, vec![0, 1]), "and it stays so");
}

#[test]
fn an_answer_that_cannot_be_kept_as_it_was_says_why() {
    let mut bench = Bench::open(saved);
    let told = |bench: &Bench| -> Vec<String> {
        bench.app.notices.list().iter().map(|notice| notice.message.clone()).collect()
    };
    looking(&mut bench, &[7]);
    bench.keys("r");
    assert_eq!(told(&bench), ["There is no answer of yours to keep"]);
    let kind = QuestionKind::Text { purpose: TextPurpose::Line, with_confidence: false };
    let why = Question::new("why", "Why?", Scope::Item, kind);
    let asked = Rubric::default().questions.remove(0);
    let rubric = Rubric { questions: vec![asked, why], ..Rubric::default() };
    let mut bench = Bench::over(ProjectInfo { rubric, ..info() }, judged, saved);
    looking(&mut bench, &[7]);
    bench.keys("r");
    assert_eq!((bench.judgments().len(), bench.shown()), (0, 7));
    assert_eq!(told(&bench), ["Your answer is filled in; something is asked now that it does not say"]);
}

#[test]
fn an_item_is_made_gold_by_the_answers_on_the_screen() {
    let mut bench = Bench::open(saved);
    looking(&mut bench, &[8]);
    let roles = |bench: &Bench| -> Vec<Request> {
        let sent = bench.remote.sent().into_iter().map(|(_, request)| request);
        sent.filter(|request| matches!(request, Request::SetItemRole { .. })).collect()
    };
    bench.keys("Shift+G");
    frames(&mut bench);
    bench.keys("Ctrl+Enter");
    assert_eq!(roles(&bench), [], "nothing is expected before something is answered");
    bench.keys("Escape 1 Shift+G");
    frames(&mut bench);
    bench.keys("Ctrl+Enter");
    let expected = Verdict::overall(Preference::new(Outcome::B)).answers().to_vec();
    let role = tiebreak_domain::quality::ItemRole::Gold { expected };
    let made = Request::SetItemRole { item: ItemId(8), role };
    assert_eq!(roles(&bench), [made], "the left side, which is the second candidate");
    assert_eq!(bench.judgments(), [], "and nothing was decided by it");
}

#[test]
fn passing_an_item_by_says_nothing() {
    let mut bench = Bench::over(info(), judged, saved);
    looking(&mut bench, &[7, 9]);
    bench.keys("s");
    assert_eq!(bench.shown(), 9);
    assert_eq!(bench.judgments(), [], "no skip takes the place of an answer");
    bench.keys("ArrowLeft");
    assert_eq!(bench.shown(), 7, "and it can be gone back to");
}

#[test]
fn a_review_that_could_not_be_stored_is_kept_when_the_view_changes() {
    let mut is_full = true;
    let mut bench = Bench::open(move |judgment| {
        if std::mem::take(&mut is_full) {
            return Some(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full")));
        }
        saved(judgment)
    });
    looking(&mut bench, &[7]);
    bench.keys("1 Enter");
    bench.keys("Ctrl+1");
    frames(&mut bench);
    assert!(bench.app.has_refused_judgments(), "it lives in this window only");
    bench.app.want(Action::RetrySaving);
    frames(&mut bench);
    assert!(!bench.app.has_refused_judgments());
    let judgments = bench.judgments();
    assert_eq!(judgments[0].id, judgments[1].id, "the same review, so that it is stored once");
}

#[test]
fn what_the_waiting_session_could_not_store_is_not_called_saved() {
    let mut bench = Bench::open(|judgment| match judgment.origin {
        Origin::Review => Some(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full"))),
        _ => saved(judgment),
    });
    looking(&mut bench, &[7]);
    bench.keys("1 Enter");
    bench.keys("Ctrl+1");
    frames(&mut bench);
    bench.keys("1 Enter");
    frames(&mut bench);
    assert!(bench.says("1 not saved: try again"), "the bar knows of both");
    bench.app.want(Action::Command(Command::CloseProject));
    frames(&mut bench);
    assert!(bench.says("1 judgment is not saved"));
    assert!(!bench.says("Everything is saved"));
}

#[test]
fn a_list_for_an_older_question_is_passed_over() {
    let mut bench = Bench::open(saved);
    bench.keys("Ctrl+3");
    let (old, _) = bench.remote.sent().pop().unwrap();
    bench.app.want(Action::LookAgain(Some(LookReasonKind::Flagged)));
    bench.frame(Vec::new());
    assert_eq!(filters(&bench.remote).pop().unwrap().reasons, [LookReasonKind::Flagged]);
    let late = SecondLook { total: 1, items: vec![look(5, Vec::new())] };
    bench.remote.reply(old, Ok(Reply::SecondLook(Box::new(late))));
    frames(&mut bench);
    assert_eq!(bench.shown(), 0, "it was asked for another reason since");
    list(&bench.remote, vec![look(6, Vec::new())]);
    frames(&mut bench);
    assert_eq!(bench.shown(), 6);
}

#[test]
fn somebody_else_sitting_down_ends_the_second_look() {
    let mut bench = Bench::open(saved);
    looking(&mut bench, &[7]);
    let grace = Annotator { id: AnnotatorId(2), name: "Grace".into(), ..info().annotators[0].clone() };
    let info = ProjectInfo { annotators: vec![grace], annotator: AnnotatorId(2), ..info() };
    bench.remote.event(tiebreak_domain::Event::ProjectChanged(Box::new(info)));
    frames(&mut bench);
    assert_eq!(bench.app.desk().map(|desk| desk.view), Some(View::Judge));
    bench.keys("1 Enter");
    let last = bench.judgments().pop().unwrap();
    assert_eq!((last.annotator, last.origin), (AnnotatorId(2), Origin::Screen));
}

/// The same app, with what is on the screen by its names.
pub(super) fn on_screen(bench: Bench) -> Harness<'static, App> {
    Harness::builder().with_size([1280.0, 860.0]).with_context_setup(theme::install).build_ui_state(
        |ui, app: &mut App| {
            app.logic(&ui.ctx().clone());
            app.ui(ui);
        },
        bench.app,
    )
}

#[test]
fn what_was_said_and_by_whom_is_shown_on_demand() {
    let mut info = info();
    info.annotators.push(Annotator {
        id: AnnotatorId(2),
        name: "Grace".into(),
        ..info.annotators[0].clone()
    });
    let mut bench = Bench::over(info, queued, saved);
    bench.keys("Ctrl+3");
    let much = Preference { strength: Some(Strength::Much), ..Preference::new(Outcome::B) };
    let said = |item| vec![judgment(item, 2, much.clone()), judgment(item, 1, Preference::new(Outcome::Tie))];
    list(&bench.remote, vec![look(7, said(7)), look(8, said(8))]);
    frames(&mut bench);
    let mut screen = on_screen(bench);
    let has = |screen: &Harness<'static, App>, label: &str| screen.query_by_label(label).is_some();
    screen.run();
    assert!(has(&screen, "Question 8?, 2 people disagree"), "the row names the item and its reason");
    let top = |row: &str| screen.get_by_label(row).rect();
    let (first, second) = (top("Question 7?, Being looked at"), top("Question 8?, 2 people disagree"));
    assert!(second.top() >= first.bottom(), "rows stand below one another: {first} {second}");
    assert!(!has(&screen, "B, much"), "no answer before it is asked for");
    screen.key_press(egui::Key::O);
    screen.run();
    assert!(has(&screen, "B, much") && has(&screen, "Person 1"), "the answers, side by side");
    assert!(!has(&screen, "Grace"), "and not who gave them");
    screen.key_press_modifiers(Modifiers::SHIFT, egui::Key::O);
    screen.run();
    assert!(has(&screen, "Grace"), "until that is asked for too");
    screen.get_by_label("Question 8?, 2 people disagree").click();
    screen.run();
    assert!(!has(&screen, "Grace") && !has(&screen, "Person 1"), "the next item gives nothing away either");
    screen.key_press(egui::Key::O);
    screen.run();
    assert!(has(&screen, "A, much"), "by the letters of this screen, whose sides are the other way round");
}

#[test]
fn an_empty_list_and_a_refusal_say_so() {
    let mut bench = Bench::open(saved);
    looking(&mut bench, &[]);
    let remote = bench.remote.clone();
    let mut screen = on_screen(bench);
    screen.run();
    screen.get_by_label("Nothing needs another look");
    screen.get_by_label("Look again").click();
    screen.run();
    let (ticket, _) =
        remote.sent().into_iter().rev().find(|(_, sent)| matches!(sent, Request::SecondLook(_))).unwrap();
    remote.reply(ticket, Err(ApiError::new(ErrorCode::Denied, "this is for whoever leads the study")));
    screen.run();
    screen.get_by_label("This is for whoever leads the study");
}

#[test]
fn whether_a_surprised_model_was_right_is_told_only_after_the_decision() {
    let mut bench = Bench::open(saved);
    bench.keys("Ctrl+3");
    let flagged = |item: i64| {
        let vote = judgment(item, 2, Preference::new(Outcome::A));
        let flag = tiebreak_domain::second_look::ModelFlag {
            judgment: vote.given.id,
            item: ItemId(item),
            annotator: AnnotatorId(2),
            question: "overall".into(),
            pair: [0, 1],
            scorer: tiebreak_domain::reward::Scorer::Head,
            name: "head".into(),
            prediction: tiebreak_domain::reward::Prediction { a: 0.05, tie: 0.05, b: 0.9 },
            probability: 0.05,
            p_value: 0.01,
            severity: 2.9,
            raised_at: UnixMillis(0),
        };
        let reasons = vec![LookReason::ModelDisagrees(AnnotatorId(2))];
        LookItem { flags: vec![flag], reasons, ..look(item, vec![vote]) }
    };
    list(&bench.remote, vec![flagged(7), flagged(9)]);
    frames(&mut bench);
    let told = |bench: &Bench| -> Vec<String> {
        bench.app.notices.list().iter().map(|notice| notice.message.clone()).collect()
    };
    let why = "A model held a vote for unlikely";
    let rows = bench.painted().into_iter().filter(|(words, _)| words.contains(why)).count();
    assert_eq!(rows, 1, "the row of the other item says why, and nothing of this one does");
    assert!(
        told(&bench).iter().all(|words| !words.contains("model")),
        "nothing is given away: {:?}",
        told(&bench)
    );
    // Item 7 is shown in the order B, A: the left one is the data's second.
    let shown = bench.app.desk().unwrap().session.current.clone().unwrap();
    let key = if shown.queued.order.candidate_at(0) == 0 { "1 Enter" } else { "2 Enter" };
    bench.keys(key);
    frames(&mut bench);
    assert!(told(&bench).iter().any(|words| words.contains("a pair to train on")), "{:?}", told(&bench));
    let shown = bench.app.desk().unwrap().session.current.clone().unwrap();
    let key = if shown.queued.order.candidate_at(0) == 0 { "2 Enter" } else { "1 Enter" };
    bench.keys(key);
    frames(&mut bench);
    assert!(told(&bench).iter().any(|words| words.contains("likely a slip")), "{:?}", told(&bench));
}

#[test]
fn what_was_said_hides_the_words_that_the_study_hides() {
    let anonymise =
        tiebreak_domain::rubric::Anonymise { known_names: true, in_prompt: true, words: Vec::new() };
    let kind = QuestionKind::Text { purpose: TextPurpose::Line, with_confidence: false };
    let why = Question { required: false, ..Question::new("why", "Why?", Scope::Item, kind) };
    let rubric = Rubric { anonymise: Some(anonymise), questions: vec![why], ..Rubric::default() };
    let mut bench = Bench::over(ProjectInfo { rubric, ..info() }, queued, saved);
    bench.keys("Ctrl+3");
    let mut said = judgment(7, 2, Preference::new(Outcome::B));
    let text = TextAnswer { text: "ChatGPT made this up".into(), confidence: None };
    let answer = Answer { question: "why".into(), candidate: None, value: AnswerValue::Text(text) };
    said.given.verdict = Verdict::Judged { answers: vec![answer] };
    let asked = LookItem {
        prompt: "Are you ChatGPT?".into(),
        reasons: vec![LookReason::PeopleDisagree, LookReason::Drawn],
        ..look(7, vec![said])
    };
    let other = LookItem { item: ItemId(8), prompt: "And you?".into(), ..asked.clone() };
    list(&bench.remote, vec![asked, other]);
    frames(&mut bench);
    bench.keys("O");
    frames(&mut bench);
    assert!(bench.says("▮▮▮ made this up"), "{:?}", bench.painted());
    assert!(bench.says("Are you ▮▮▮?") && bench.says("1 person disagree · Drawn at random"));
    assert!(!bench.says("ChatGPT"), "nowhere is the name");
}
