//! PRISM's files in and out again: conversations of several turns, and what their people say of themselves.

use tiebreak_domain::study::ProfileValue;
use tiebreak_domain::{ErrorCode, ExportFormat, ExportPlan, Person, Reply, Request, StudySetup};

use crate::people::{people, set_study};
use crate::world::World;

const CONVERSATIONS: &str = r#"{"conversation_id":"c1","user_id":"user7","conversation_type":"unguided","opening_prompt":"Hi","conversation_turns":2,"conversation_history":[{"turn":0,"role":"user","content":"Hi"},{"turn":0,"role":"model","content":"a","model_provider":"p","model_name":"m","score":9,"if_chosen":false,"within_turn_id":0},{"turn":0,"role":"model","content":"b","model_provider":"p","model_name":"n","score":81,"if_chosen":true,"within_turn_id":1},{"turn":0,"role":"model","content":"c","model_provider":"q","model_name":"o","score":81,"if_chosen":false,"within_turn_id":2},{"turn":1,"role":"user","content":"And?"},{"turn":1,"role":"model","content":"d","model_provider":"p","model_name":"n","score":30,"if_chosen":false,"within_turn_id":0},{"turn":1,"role":"model","content":"e","model_provider":"p","model_name":"n","score":60,"if_chosen":true,"within_turn_id":1}],"performance_attributes":{"fluency":90},"choice_attributes":{"values":75},"open_feedback":"clear"}
"#;

const SURVEY: &str = r#"{"user_id":"user7","age":"18-24 years old","lm_usecases":{"games":1,"research":0,"other_text":"sums"},"stated_prefs":{"values":50,"safety":101},"location":{"birth_country":"Chad"},"study_locale":"uk"}
"#;

/// A project that asks what PRISM asked.
fn prism_world() -> World {
    let world = World::new();
    world.create("a.tiebreak");
    let Reply::Templates(templates) = world.engine.call(Request::Templates).unwrap() else {
        panic!("no templates")
    };
    let template = templates.into_iter().find(|template| template.id == "prism").unwrap();
    world.project(Request::SetRubric(Box::new(template.rubric)));
    let Reply::StudyTemplates(studies) = world.engine.call(Request::StudyTemplates).unwrap() else {
        panic!("no studies")
    };
    let survey = studies.into_iter().find(|study| study.name == "PRISM survey").unwrap();
    set_study(&world, &StudySetup { consent: String::new(), ..survey });
    world
}

fn person(world: &World, name: &str) -> Person {
    people(world).people.into_iter().find(|person| person.annotator.name == name).unwrap()
}

fn told<'a>(person: &'a Person, field: &str) -> Option<&'a ProfileValue> {
    person.profile.iter().find(|answer| answer.field == field).map(|answer| &answer.value)
}

#[test]
fn turns_and_profiles_come_in_and_go_out_as_they_came() {
    let world = prism_world();
    let report = world.import_with_labels(&world.write("conversations.jsonl", CONVERSATIONS), "past");
    assert_eq!((report.items_added, report.judgments_added), (2, 2), "{report:?}");
    assert_eq!(report.problems, [], "every answer has its question");
    let report = world.import(&world.write("survey.jsonl", SURVEY));
    assert_eq!((report.profiles_added, report.items_added), (1, 0), "{report:?}");
    assert_eq!(world.import(&world.text("survey.jsonl")).profiles_added, 0, "nothing is new the second time");
    let user = person(&world, "user7");
    assert_eq!(told(&user, "age"), Some(&ProfileValue::Choice("18-24".into())));
    assert_eq!(told(&user, "stated_prefs_values"), Some(&ProfileValue::Slider(50)));
    assert_eq!(told(&user, "stated_prefs_safety"), Some(&ProfileValue::Number(101.0)), "kept as it was said");
    assert_eq!(told(&user, "birth_country"), Some(&ProfileValue::Text("Chad".into())));

    let files = ["p.jsonl", "p.utterances.jsonl", "p.survey.jsonl", "p.metadata.jsonl"];
    world.try_export(ExportPlan::new(ExportFormat::Prism), "p.jsonl").unwrap();
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&world.read("p.jsonl")), read(CONVERSATIONS), "the conversation as it came");
    let survey = read(&world.read("p.survey.jsonl"));
    assert_eq!((&survey["age"], &survey["location"]["birth_country"]), (&"18-24".into(), &"Chad".into()));
    assert_eq!((&survey["lm_usecases"]["games"], &survey["lm_usecases"]["research"]), (&1.into(), &0.into()));
    assert_eq!(survey["num_completed_conversations"], 1);
    assert_eq!(world.read("p.utterances.jsonl").lines().count(), 5);
    assert_eq!(world.read("p.metadata.jsonl").lines().count(), 8, "two messages, five replies, the feedback");

    let other = prism_world();
    let written: Vec<String> = files.iter().map(|name| world.read(name)).collect();
    other.import_with_labels(&other.write("p.jsonl", &written[0]), "past");
    other.import(&other.write("p.survey.jsonl", &written[2]));
    let refused = other.try_import(tiebreak_domain::ImportPlan::of_file(other.write("m.jsonl", &written[3])));
    assert_eq!(refused.unwrap_err().code, ErrorCode::BadInput, "detectors judge nothing");
    other.try_export(ExportPlan::new(ExportFormat::Prism), "q.jsonl").unwrap();
    for (name, written) in files.iter().zip(&written) {
        assert_eq!(other.read(&name.replacen('p', "q", 1)), *written, "{name} is the same again");
    }
}

#[test]
fn whoever_sits_here_gets_no_profile_from_a_file() {
    let world = prism_world();
    world.seat("user7");
    let report = world.import(&world.write("survey.jsonl", SURVEY));
    assert_eq!((report.profiles_added, report.rows_refused), (0, 1));
    assert!(report.problems[0].reason.contains("\"user7\" judges in this project"), "{:?}", report.problems);
    assert_eq!(person(&world, "user7").profile, []);
}

#[test]
fn profiles_leave_the_project_through_the_lead_only() {
    let world = prism_world();
    world.import_with_labels(&world.write("conversations.jsonl", CONVERSATIONS), "past");
    world.import(&world.write("survey.jsonl", SURVEY));
    let lead = world.info().annotator;
    world.engine.call(Request::SetLead { annotator: lead, is_lead: true }).unwrap();
    world.try_export(ExportPlan::new(ExportFormat::Prism), "lead.jsonl").unwrap();
    world.seat("Bob");
    world.try_export(ExportPlan::new(ExportFormat::Prism), "bob.jsonl").unwrap();
    let survey = |name: &str| world.read(name);
    assert!(survey("lead.survey.jsonl").contains("Chad"));
    assert!(!survey("bob.survey.jsonl").contains("Chad"), "who the conversations are by is told, no more");
    assert!(survey("bob.survey.jsonl").contains("user7"));
}
