//! What a project asks: set, changed, refused; answers and drafts under it.

use tiebreak_domain::queue::Place;
use tiebreak_domain::rubric::{QuestionKind, Scale, Scope};
use tiebreak_domain::{
    Answer, AnswerValue, Draft, ErrorCode, Event, ExportFormat, Outcome, Question, Reply, Request, Rubric,
    Verdict,
};

use crate::world::{World, trl_rows};

fn stars() -> Rubric {
    let scale = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
    let question = Question::new("helpful", "How helpful is it?", Scope::Candidate, scale);
    Rubric { questions: vec![question], shown_metadata: vec!["task".into()], ..Rubric::default() }
}

fn rated(values: &[i32]) -> Verdict {
    let answer = |(candidate, &value): (usize, &i32)| Answer {
        question: "helpful".into(),
        candidate: Some(candidate as u8),
        value: AnswerValue::Rating(value),
    };
    Verdict::Judged { answers: values.iter().enumerate().map(answer).collect() }
}

fn with_rows(rubric: Rubric) -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    world.judge_next(Outcome::A);
    let info = world.project(Request::SetRubric(Box::new(rubric)));
    assert_eq!(info.rubric.version, 2, "one more than before");
    world
}

#[test]
fn a_rubric_that_changes_is_told_and_asked_from_then_on() {
    let world = with_rows(stars());
    let told = world.wait(|event| match event {
        Event::ProjectChanged(info) if info.rubric.version == 2 => Some(info.rubric),
        _ => None,
    });
    assert_eq!(told, Rubric { version: 2, ..stars() });
    let item = world.queue(Place::Start, 1).remove(0);
    let judgment = |values: &[i32]| tiebreak_domain::NewJudgment {
        rubric_version: 2,
        ..world.judgment(&item, rated(values))
    };
    let error = world.refused(Request::Submit(Box::new(judgment(&[3]))));
    assert_eq!(error.code, ErrorCode::BadRequest);
    assert!(error.message.contains("How helpful is it?"), "it names the question: {}", error.message);
    world.submit(judgment(&[3, 5]));
    let error = world.refused(Request::SetRubric(Box::new(Rubric { questions: vec![], ..stars() })));
    assert_eq!(error.code, ErrorCode::BadInput, "nothing can be asked by it");
    assert!(error.hint.is_some(), "and it says how to mend it: {error:?}");
    assert_eq!(world.info().rubric.version, 2, "what was refused changes nothing");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn all_rubrics_and_their_answers_come_back_byte_for_byte() {
    let world = with_rows(stars());
    let item = world.queue(Place::Start, 1).remove(0);
    let mut judgment = world.judgment(&item, rated(&[1, 4]));
    judgment.rubric_version = 2;
    world.submit(judgment);
    // The first again, under a number of its own.
    world.project(Request::SetRubric(Box::default()));
    let first = world.export(ExportFormat::Tiebreak, "first.jsonl");
    let copy = World::new();
    copy.create("copy.tiebreak");
    let report = copy.import(&world.text("first.jsonl"));
    assert_eq!(report.rows_refused, 0, "{:?}", report.problems);
    assert_eq!(copy.export(ExportFormat::Tiebreak, "second.jsonl"), first);
    assert_eq!(copy.info().rubric.version, 3);
    assert_eq!(copy.check(), Vec::<String>::new());
    let other = World::new();
    other.create("other.tiebreak");
    other.import(&other.write("rows.jsonl", trl_rows(1)));
    let report = other.import(&world.text("first.jsonl"));
    assert_eq!((report.judgments_added, report.rows_refused), (2, 0), "{:?}", report.problems);
    assert_eq!(other.info().rubric.version, 1, "what holds something keeps what it asks");
    assert_eq!(other.check(), Vec::<String>::new());
}

#[test]
fn a_draft_is_offered_again_until_its_judgment_is_stored() {
    let world = with_rows(stars());
    let item = world.queue(Place::Start, 1).remove(0);
    let Verdict::Judged { answers } = rated(&[2]) else { unreachable!() };
    let draft = Draft { answers, comment: "half way".into(), notes: Vec::new(), flagged: false };
    let save = |draft| Request::SaveDraft { annotator: world.info().annotator, item: item.item.id, draft };
    assert_eq!(world.engine.call(save(Some(draft.clone()))).unwrap(), Reply::Done);
    // As after a crash: by another program, from the disk.
    let path = world.text("a.tiebreak");
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path });
    assert_eq!(world.queue(Place::Start, 1).remove(0).draft, Some(draft));
    let mut judgment = world.judgment(&item, rated(&[2, 2]));
    judgment.rubric_version = 2;
    world.submit(judgment);
    assert_eq!(world.queue(Place::At(item.item.id), 1).remove(0).draft, None);
}

#[test]
fn columns_that_the_rubric_shows_are_there_before_the_vote_and_no_others() {
    let world = World::new();
    world.create("a.tiebreak");
    let row =
        r#"{"prompt":"Q?","chosen":"one","rejected":"two","task":"fill","kind":"x","secret":"model-x"}"#;
    world.import(&world.write("rows.jsonl", format!("{row}\n")));
    let rubric = Rubric { type_column: Some("kind".into()), ..stars() };
    world.project(Request::SetRubric(Box::new(rubric)));
    let metadata = world.queue(Place::Start, 1).remove(0).item.item.metadata;
    assert_eq!(metadata.keys().collect::<Vec<_>>(), ["task", "kind"]);
}

#[test]
fn every_rubric_that_comes_with_the_program_can_be_asked_and_written() {
    let world = World::new();
    let Reply::Templates(templates) = world.engine.call(Request::Templates).unwrap() else { unreachable!() };
    assert!(!templates.is_empty());
    for template in templates {
        assert_eq!(template.rubric.faults(), [], "{}", template.id);
        let text = match world.engine.call(Request::WriteRubric(Box::new(template.clone()))).unwrap() {
            Reply::Text(text) => text,
            other => panic!("{other:?}"),
        };
        match world.engine.call(Request::ReadRubric { text }).unwrap() {
            Reply::Template(read) => assert_eq!(read.rubric, template.rubric, "{}", template.id),
            other => panic!("{other:?}"),
        }
    }
    let error = world.refused(Request::ReadRubric { text: "questions = nonsense".into() });
    assert_eq!(error.code, ErrorCode::BadInput);
    assert!(error.message.contains("line 1"), "{}", error.message);
}

#[test]
fn a_rubric_file_is_written_whole_and_read_as_it_was_written() {
    let world = World::new();
    let path = world.text("own.toml");
    let text = "# mine\nname = \"Own\"\n".to_owned();
    let save =
        |text: &str, replace| Request::SaveRubric { path: path.clone(), text: text.to_owned(), replace };
    assert_eq!(world.engine.call(save(&text, false)).unwrap(), Reply::Done);
    let error = world.refused(save("other", false));
    assert_eq!(error.code, ErrorCode::Exists, "nothing is written over unasked: {error:?}");
    let open = |path: &str| Request::OpenRubric { path: path.to_owned() };
    assert_eq!(world.engine.call(open(&path)).unwrap(), Reply::Text(text), "with its comments");
    assert_eq!(world.engine.call(save("other", true)).unwrap(), Reply::Done);
    assert_eq!(world.engine.call(open(&path)).unwrap(), Reply::Text("other".to_owned()));
    assert_eq!(world.refused(open(&world.text("gone.toml"))).code, ErrorCode::NotFound);
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    let error = world.refused(open(&path));
    assert!(error.message.contains("not text") && error.hint.is_some(), "{error:?}");
    std::fs::write(&path, vec![b'#'; 1024 * 1024 + 1]).unwrap();
    assert_eq!(world.refused(open(&path)).code, ErrorCode::BadInput, "a file without end is not read");
}
