//! Every template, as its annotators use it: a project is made from it, its items are answered through the
//! interface by keys alone, the file is opened again, exported, made a study, imported into another project, and
//! compared.

use std::collections::BTreeSet;
use std::path::Path;

use tiebreak_domain::quality::Repeats;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::rubric::{MarkShape, QuestionKind, RankingForm, Scale, Slot};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::study::{Arms, ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{
    DataFormat, ItemId, ItemRole, JudgmentId, Question, Reply, Request, Rubric, StudySetup, Template,
    UnixMillis,
};
use tiebreak_engine::Engine;

use crate::desk::{Desk, host};
use crate::program::Program;

/// How many items of each template are answered.
const ITEMS: usize = 3;
/// Formats whose rows are held against what comes back from them. The others are trainers' formats, which say
/// less than was answered, or tables of everything.
const COMES_BACK: [&str; 13] = [
    "helpsteer2-preference",
    "helpsteer3",
    "ultrafeedback",
    "ranking",
    "imagereward",
    "hpdv2",
    "hpdv3",
    "richhf",
    "prism",
    "arena",
    "arena-one-hot",
    "codeprefbench",
    "stepwise",
];
/// More keys than any item of a template asks for.
const MOST_KEYS: usize = 2_000;

/// The templates that come with the program.
pub fn templates() -> Vec<Template> {
    let engine = Engine::new(host(), |_| ());
    let Reply::Templates(templates) = engine.call(Request::Templates).unwrap() else {
        panic!("no templates")
    };
    assert!(templates.len() > 30, "the studies that ask people have their templates");
    templates
}

/// Items such as the template asks for: so many candidates, its media, and every type in turn.
fn rows(template: &Template) -> String {
    let types: BTreeSet<_> = template.rubric.questions.iter().flat_map(|question| &question.types).collect();
    let types: Vec<_> = types.into_iter().collect();
    let (least, most) = (template.candidates.least, template.candidates.most);
    // Two, because some questions are asked of pairs only; four; and as few as there may be.
    let counts = [2.clamp(least, most), 4.clamp(least, most), least];
    let mut rows = String::new();
    for item in 0..ITEMS.max(types.len()) {
        let candidate = |index: u8| match template.media.as_str() {
            "text" => format!("First step {item}.{index}.\n\nSecond step, with some words.\n\nThe end."),
            _ => format!("{item}-{index}.png"),
        };
        let candidates: Vec<_> = (0..counts[item % counts.len()]).map(candidate).collect();
        let turn = |role: &str, text: &str| serde_json::json!({"role": role, "content": text});
        let is_cut = |question: &Question| question.kind == QuestionKind::Segments;
        let prompt = if template.rubric.questions.iter().any(is_cut) {
            serde_json::json!([
                turn("user", &format!("Question {item}?")),
                turn("assistant", "An answer."),
                turn("user", "And then?"),
            ])
        } else {
            format!("Question {item}?").into()
        };
        let mut row = serde_json::json!({"id": format!("item-{item}"), "prompt": prompt});
        row["models"] = serde_json::json!((0..candidates.len()).map(|n| format!("m{n}")).collect::<Vec<_>>());
        let column = if template.media == "text" { "responses" } else { "images" };
        row[column] = serde_json::json!(candidates);
        if let (Some(column), false) = (&template.rubric.type_column, types.is_empty()) {
            row[column] = serde_json::json!(types[item % types.len()]);
        }
        rows.push_str(&format!("{row}\n"));
    }
    rows
}

/// Answers the question that the keys are at, as somebody would who knows the keys.
fn answer(desk: &mut Desk, question: &Question, slot: Slot, rubric: &Rubric) {
    let shown = desk.shown().unwrap();
    let item = &shown.queued.item.item;
    let (candidates, item_number) = (item.candidates.len(), shown.queued.item.id.0);
    let steps = slot.candidate.map_or(0, |index| item.candidates[usize::from(index)].steps().len());
    // Not the same for everyone: other items and candidates get other answers.
    let number = item_number + i64::from(slot.candidate.unwrap_or_default());
    let second = if number % 2 == 0 { "2" } else { "1" };
    match &question.kind {
        QuestionKind::Ranking { form } => {
            let placed = match form {
                RankingForm::Best => 1,
                RankingForm::BestWorst => 2,
                RankingForm::WithTies | RankingForm::Strict => candidates,
            };
            for place in (1..=placed).rev() {
                desk.keys(&place.to_string());
            }
        }
        QuestionKind::Rating { scale: Scale::YesNo } => {
            desk.keys(if item_number % 2 == 0 { "Y" } else { "N" })
        }
        QuestionKind::Preference { .. } | QuestionKind::Rating { .. } => desk.keys(second),
        QuestionKind::Choice { .. } => desk.keys("1"),
        QuestionKind::Checklist { .. } => desk.keys("1 2"),
        QuestionKind::Text { .. } if rubric_text_is_there(desk, slot, rubric) => desk.keys("8"),
        QuestionKind::Text { .. } => {
            desk.text(&format!("Because of {}", question.key));
            desk.keys("Tab");
        }
        QuestionKind::Marks { shape, labels } => {
            if !labels.is_empty() {
                desk.keys("1");
            }
            desk.keys("ArrowRight ArrowDown Enter");
            if *shape == MarkShape::Boxes {
                desk.keys("ArrowRight ArrowDown Enter");
            }
            desk.keys("Escape");
        }
        QuestionKind::Spans { labels, .. } => {
            if !labels.is_empty() {
                desk.keys("1");
            }
            desk.keys("ArrowRight Space");
        }
        QuestionKind::Steps => (0..steps).for_each(|_| desk.keys("1")),
        QuestionKind::Segments => {
            desk.keys("Space ArrowDown ArrowDown Space");
            desk.text("To learn more");
            desk.keys("Escape");
        }
    }
}

/// Whether a text was given already, so that it is its confidence that is asked for.
fn rubric_text_is_there(desk: &Desk, slot: Slot, rubric: &Rubric) -> bool {
    slot.answer(rubric, &desk.shown().unwrap().draft.answers).is_some()
}

/// Answers every question of the item on the screen, required or not, and submits it.
fn answer_item(desk: &mut Desk, rubric: &Rubric) -> Result<(), String> {
    let id = desk.shown().unwrap().queued.item.id;
    for _ in 0..MOST_KEYS {
        let shown = desk.shown().unwrap();
        let item = &shown.queued.item.item;
        let open = rubric.slots(item, &shown.draft.answers);
        let is_complete = |slot: &Slot| {
            let question = &rubric.questions[slot.question];
            slot.answer(rubric, &shown.draft.answers)
                .is_some_and(|answer| answer.value.is_complete(&question.kind, item, slot.candidate))
        };
        if open.iter().all(is_complete) {
            desk.keys("Enter");
            desk.wait("the next item", |desk| desk.shown().is_none_or(|shown| shown.queued.item.id != id));
            return Ok(());
        }
        if let Some(question) = desk.session().unwrap().plain_question().cloned() {
            answer(desk, &question, open[0], rubric);
            continue;
        }
        match shown.sheet.active_slot() {
            Some(slot) if open.contains(&slot) && !is_complete(&slot) => {
                answer(desk, &rubric.questions[slot.question].clone(), slot, rubric);
            }
            _ => desk.keys("Tab"),
        }
    }
    let shown = desk.shown().unwrap();
    Err(format!("the keys did not get through, at {:?}: {:?}", shown.sheet.active(), shown.draft.answers))
}

/// Makes a study of a project that was answered: two versions, of which the second asks for repeats; a profile with
/// an arm and a tag; an item of every role, whose right answers are those that were given; every item judged again;
/// and somebody who leads.
fn study(path: &Path) {
    let engine = Engine::new(host(), |_| ());
    let Reply::Project(info) =
        engine.call(Request::OpenProject { path: path.display().to_string() }).unwrap()
    else {
        panic!("no project")
    };
    let annotator = info.annotator;
    let queued = |item: u64| {
        let place = Place::At(ItemId(item as i64));
        let request = QueueRequest { annotator, place, count: 1, except: Vec::new() };
        match engine.call(Request::Queue(request)).unwrap() {
            Reply::Items(mut items) => items.remove(0),
            other => panic!("expected an item, found {other:?}"),
        }
    };
    let mut judged = Vec::new();
    for item in 1..=info.active_items {
        let given = queued(item).previous.unwrap().given;
        let mut again = given.clone();
        again.id = JudgmentId(given.id.0.map(|byte| !byte));
        again.recorded_at = UnixMillis(given.recorded_at.0 + 1_000);
        again.showing.as_mut().unwrap().acquisition.method = AcquisitionMethod::Repeat;
        engine.call(Request::Submit(Box::new(again))).unwrap();
        judged.push(given);
    }
    for (place, given) in judged.iter().enumerate() {
        let expected = given.verdict.answers().to_vec();
        let role = match place {
            0 => ItemRole::Training { expected, explanation: "It says *why*.".into() },
            1 => ItemRole::Gold { expected },
            _ => ItemRole::Attention { expected },
        };
        engine.call(Request::SetItemRole { item: given.item, role }).unwrap();
    }
    let number = ProfileKind::Number { lowest: Some(18.0), highest: None };
    let mut study = StudySetup {
        name: "A trial".into(),
        consent: "Do you agree?".into(),
        profile: vec![
            ProfileField::new("age", "Your age", number),
            ProfileField::new("note", "A note", ProfileKind::Text),
        ],
        arms: Some(Arms { names: vec!["plain".into(), "hints".into()], block_size: 2, seed: 5 }),
        tags: vec!["law".into()],
        ..StudySetup::default()
    };
    engine.call(Request::SetStudy(Box::new(study.clone()))).unwrap();
    study.quality.repeats = Some(Repeats { rate: 0.1, after: 3 });
    engine.call(Request::SetStudy(Box::new(study))).unwrap();
    let answers = vec![
        ("age".to_owned(), Some(ProfileValue::Number(30.5))),
        ("note".to_owned(), Some(ProfileValue::Text("ä \"quoted\"".into()))),
    ];
    engine.call(Request::SaveProfile { annotator, answers, consents: Some(true) }).unwrap();
    engine.call(Request::SetTags { annotator, tags: vec!["law".into()] }).unwrap();
    engine.call(Request::SetLead { annotator, is_lead: true }).unwrap();
    engine.call(Request::CloseProject).unwrap();
}

/// What the lossless file has to hold of the study, beside the answers.
const OF_STUDY: [&str; 9] = [
    "{\"record\":\"study\",",
    "\"version\":2,",
    "\"is_lead\":true",
    "\"arm\":\"",
    "\"value\":{\"number\":30.5}",
    "\"role\":\"training\"",
    "\"role\":\"gold\"",
    "\"role\":\"attention\"",
    "{\"record\":\"repeat\",",
];

/// Imports what was exported into another project that asks the same: it is recognised, and every vote in it is
/// taken in.
fn comes_back(program: &Program, id: &str, format: &str) -> Result<(), String> {
    let project = format!("{format}.tiebreak");
    let import = ["import", project.as_str(), "study.out", "--create", "--rubric", id, "--labels", "past"];
    let ran = program.run(&[&import[..], &["--json"]].concat());
    let preview = program.run(&["import", "--preview", "study.out", "--json"]);
    let report = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    let title = DataFormat::ALL
        .into_iter()
        .find(|known| known.word() == format)
        .map(|known| serde_json::to_value(known).unwrap_or_default());
    if Some(&report(&preview.stdout)["format"]) != title.as_ref() {
        return Err(format!("what was exported as {format:?} is not recognised: {}", preview.stdout));
    }
    let report = report(&ran.stdout);
    let has_votes = report["judgments_added"].as_u64().unwrap_or_default() > 0;
    if ran.code != 0 || !has_votes || report["problems"] != serde_json::json!([]) {
        return Err(format!(
            "what was exported as {format:?} did not come back: {}{}",
            ran.stdout, ran.stderr
        ));
    }
    Ok(())
}

/// What keeps a template from being used so, in a sentence; none if nothing does.
fn fault(template: &Template) -> Result<(), String> {
    let program = Program::new();
    let id = template.id.as_str();
    program.write("data.jsonl", rows(template));
    program.expect(0, &["import", "p.tiebreak", "data.jsonl", "--create", "--no-labels", "--rubric", id]);
    let mut desk = Desk::open(&program.path("p.tiebreak"));
    let rubric = desk.session().unwrap().setup.rubric.clone();
    let mut answered = 0;
    while desk.shown().is_some() {
        answer_item(&mut desk, &rubric)?;
        answered += 1;
    }
    desk.wait_until_saved();
    drop(desk);
    if answered < ITEMS || rubric.questions != template.rubric.questions {
        return Err(format!("{answered} items were asked {:?}", rubric.name));
    }
    fault_of_exports(&program, template)?;
    study(&program.path("p.tiebreak"));
    program.expect(0, &["check", "p.tiebreak"]);
    program.expect(0, &["export", "p.tiebreak", "first.jsonl", "--format", "tiebreak"]);
    program.expect(0, &["import", "q.tiebreak", "first.jsonl", "--create"]);
    program.expect(0, &["export", "q.tiebreak", "second.jsonl", "--format", "tiebreak"]);
    let (first, second) = (program.read("first.jsonl"), program.read("second.jsonl"));
    if first != second {
        return Err("what was exported did not come back the same".to_owned());
    }
    if let Some(missing) = OF_STUDY.iter().find(|part| !first.contains(**part)) {
        return Err(format!("the study is not whole, it lacks {missing}"));
    }
    let is_there = |question: &&Question| first.contains(&format!("{{\"question\":\"{}\"", question.key));
    match rubric.questions.iter().find(|question| !is_there(question)) {
        Some(question) => Err(format!("nobody was asked {:?}", question.key)),
        None => Ok(()),
    }
}

/// What keeps it from being written in the formats that it names.
fn fault_of_exports(program: &Program, template: &Template) -> Result<(), String> {
    let questions = &template.rubric.questions;
    let compares = |question: &&Question| {
        matches!(question.kind, QuestionKind::Preference { .. } | QuestionKind::Ranking { .. })
    };
    let rates = |question: &&Question| matches!(question.kind, QuestionKind::Rating { .. });
    let pairs = questions.iter().find(compares).or_else(|| questions.iter().find(rates));
    for format in &template.exports {
        let mut arguments =
            vec!["export", "p.tiebreak", "study.out", "--format", format.as_str(), "--replace"];
        arguments.extend([
            "--ties",
            "drop",
            "--both-bad",
            "drop",
            "--strength",
            "ignore",
            "--several",
            "each",
        ]);
        arguments.extend(["--n-way", "adjacent", "--ratings", "each", "--neutral-steps", "right"]);
        arguments.extend(["--rewrites", "chosen"]);
        let mut ran = program.run(&arguments);
        if ran.code != 0 {
            // Several questions would do: it wants to be told which.
            arguments.extend(pairs.iter().flat_map(|question| ["--question", question.key.as_str()]));
            ran = program.run(&arguments);
        }
        if ran.code != 0 || program.read("study.out").trim().is_empty() {
            return Err(format!("the export {format:?} gave nothing: {}{}", ran.stdout, ran.stderr));
        }
        // Ranks that were made of ratings are ranks, and come back as no ratings.
        let ranks = |question: &Question| matches!(question.kind, QuestionKind::Ranking { .. });
        let says_as_much = format != "ranking" || questions.iter().any(ranks);
        if says_as_much && COMES_BACK.contains(&format.as_str()) {
            comes_back(program, &template.id, format)?;
        }
    }
    Ok(())
}

#[test]
fn every_template_is_answered_by_keys_and_comes_back_from_its_export() {
    let faults: Vec<_> = templates()
        .iter()
        .filter_map(|template| fault(template).err().map(|fault| format!("{}: {fault}", template.id)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
