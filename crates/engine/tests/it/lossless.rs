//! Lossless export and import: the same project, byte for byte; and two projects joined.

use proptest::prelude::*;
use tiebreak_domain::person::{People, ProfileAnswer};
use tiebreak_domain::quality::{QualityRules, Repeats};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::study::{Arms, ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{
    AnnotatorKey, ErrorCode, ExportFormat, ItemId, ItemRole, ItemStatus, Outcome, Pin, Preference,
    QueuedItem, Reply, Request, Strength, StudySetup, Verdict,
};

use crate::world::{World, preference, trl_rows};

/// What somebody does with an item.
#[derive(Clone, Debug)]
struct Deed {
    annotator: usize,
    item: usize,
    verdict: u8,
    flagged: bool,
    comment: String,
}

/// A project to be.
#[derive(Clone, Debug)]
struct Plot {
    texts: Vec<(String, String, String, Option<String>)>,
    deeds: Vec<Deed>,
    statuses: Vec<(usize, bool)>,
    /// Who judges which item again, and how; where nothing is in force it is an ordinary judgment.
    repeats: Vec<(usize, usize, u8)>,
    study: Option<Study>,
}

/// What a study adds.
#[derive(Clone, Debug)]
struct Study {
    consent: String,
    /// What people say of themselves: a number, words.
    profiles: Vec<(usize, i32, Option<String>)>,
    roles: Vec<(usize, u8)>,
    changes: bool,
}

fn plot() -> impl Strategy<Value = Plot> {
    let text = prop_oneof![
        "[a-z]{1,8}",
        "\\PC{1,12}",
        Just("zero\u{200d}width \u{202e}rtl 🏳️‍🌈 \u{1F468}\u{200D}\u{1F469} a\u{301}\u{0}\n\ttab \"quoted\" \\ </s>".to_owned()),
    ];
    let row = (text.clone(), text.clone(), text.clone(), proptest::option::of(text.clone()));
    let deed =
        (0..3_usize, 0..8_usize, 0..8_u8, any::<bool>(), prop_oneof![Just(String::new()), text.clone()])
            .prop_map(|(annotator, item, verdict, flagged, comment)| Deed {
                annotator,
                item,
                verdict,
                flagged,
                comment,
            });
    (
        proptest::collection::vec(row, 1..8),
        proptest::collection::vec(deed, 0..14),
        proptest::collection::vec((0..8_usize, any::<bool>()), 0..3),
        proptest::collection::vec((0..3_usize, 0..8_usize, 0..8_u8), 0..5),
        proptest::option::of(study(text.boxed())),
    )
        .prop_map(|(texts, deeds, statuses, repeats, study)| Plot {
            texts,
            deeds,
            statuses,
            repeats,
            study,
        })
}

fn study(text: BoxedStrategy<String>) -> impl Strategy<Value = Study> {
    let profile = (0..3_usize, -5..200_i32, proptest::option::of(text.clone()));
    (
        text,
        proptest::collection::vec(profile, 0..4),
        proptest::collection::vec((0..8_usize, 0..3_u8), 0..4),
        any::<bool>(),
    )
        .prop_map(|(consent, profiles, roles, changes)| Study { consent, profiles, roles, changes })
}

fn verdict(number: u8) -> Verdict {
    match number {
        0 => Verdict::Skipped,
        1 => Verdict::Withdrawn,
        2 => Verdict::overall(preference(Outcome::Unratable)),
        3 => Verdict::overall(Preference { strength: Some(Strength::Much), ..preference(Outcome::A) }),
        number => Verdict::overall(preference(Outcome::ALL[usize::from(number) % 4])),
    }
}

const NAMES: [&str; 3] = ["Ada", "Bob", "Zoë 🦊"];

/// A judgment of an item that was offered again unannounced.
fn repeat(world: &World, item: &mut QueuedItem, verdict: Verdict) -> Request {
    item.acquisition.method = AcquisitionMethod::Repeat;
    Request::Submit(Box::new(world.judgment(item, verdict)))
}

fn setup(consent: &str) -> StudySetup {
    let number = ProfileKind::Number { lowest: None, highest: Some(150.5) };
    StudySetup {
        consent: consent.into(),
        profile: vec![
            ProfileField::new("age", "Your age", number),
            ProfileField::new("note", "A note", ProfileKind::Text),
        ],
        arms: Some(Arms { names: vec!["plain".into(), "hints".into()], block_size: 2, seed: u64::MAX }),
        tags: vec!["law".into(), "medicine".into()],
        ..StudySetup::default()
    }
}

/// Sets the study up as somebody who then leads it.
fn set_up(world: &World, study: &Study, count: usize) {
    world.seat(NAMES[0]);
    world.engine.call(Request::SetStudy(Box::new(setup(&study.consent)))).unwrap();
    for (annotator, age, note) in &study.profiles {
        let annotator = world.seat(NAMES[*annotator]);
        let answers = vec![
            ("age".to_owned(), Some(ProfileValue::Number(f64::from(*age) / 1.5))),
            ("note".to_owned(), note.clone().map(ProfileValue::Text)),
        ];
        world.engine.call(Request::SaveProfile { annotator, answers, consents: Some(true) }).unwrap();
        let tags = vec![["law", "medicine"][*age as usize % 2].to_owned()];
        world.engine.call(Request::SetTags { annotator, tags }).unwrap();
    }
    for (item, role) in &study.roles {
        let expected = verdict(3 + role).answers().to_vec();
        let role = match role {
            0 => ItemRole::Training { expected, explanation: study.consent.clone() },
            1 => ItemRole::Gold { expected },
            _ => ItemRole::Attention { expected },
        };
        let item = ItemId((item % count) as i64 + 1);
        world.engine.call(Request::SetItemRole { item, role }).unwrap();
    }
    if study.changes {
        let quality = QualityRules {
            gold_rate: Some(0.1),
            repeats: Some(Repeats { rate: 0.25, after: 7 }),
            ..QualityRules::default()
        };
        world.engine.call(Request::SetStudy(Box::new(StudySetup { quality, ..setup("") }))).unwrap();
    }
    let annotator = world.seat(NAMES[0]);
    world.engine.call(Request::SetLead { annotator, is_lead: true }).unwrap();
}

/// What the door says of a study: the study, its people by their keys, and what items are for.
type Told = (
    StudySetup,
    Vec<(AnnotatorKey, Vec<ProfileAnswer>, Option<String>, Vec<String>, bool)>,
    Vec<(ItemId, ItemRole)>,
);

fn told(world: &World) -> Told {
    let Reply::Study(study) = world.engine.call(Request::Study).unwrap() else { unreachable!() };
    let Reply::People(people) = world.engine.call(Request::People).unwrap() else { unreachable!() };
    let People { people, .. } = *people;
    let mut people: Vec<_> = people
        .into_iter()
        .filter(|one| one.consented_at.is_some() || one.annotator.judged + one.annotator.skipped > 0)
        .map(|one| (one.annotator.key, one.profile, one.arm, one.tags, one.is_lead))
        .collect();
    people.sort_by_key(|one| one.0);
    let Reply::ItemRoles(roles) = world.engine.call(Request::ItemRoles).unwrap() else { unreachable!() };
    (*study, people, roles)
}

/// Lives the plot through the door.
fn play(world: &World, plot: &Plot) {
    world.create("a.tiebreak");
    let rows: String = plot
        .texts
        .iter()
        .enumerate()
        .map(|(n, (prompt, first, second, extra))| {
            let mut row = serde_json::json!({
                "prompt": prompt, "chosen": format!("{n} {first}"), "rejected": format!("{n}. {second}"),
                "score": 0.1 + n as f64,
            });
            if let Some(extra) = extra {
                row["nested"] = serde_json::json!({ "note": extra, "list": [1, null, 2.5e-7, extra] });
            }
            format!("{row}\n")
        })
        .collect();
    let report = world.import_with_labels(&world.write("rows.jsonl", rows), "Früher");
    let count = report.items_added as usize;
    if count == 0 {
        return;
    }
    for deed in &plot.deeds {
        let annotator = world.seat(NAMES[deed.annotator]);
        let place = Place::At(ItemId((deed.item % count) as i64 + 1));
        let request = QueueRequest { annotator, place, count: 1, except: vec![] };
        let Reply::Items(items) = world.engine.call(Request::Queue(request)).unwrap() else { unreachable!() };
        let mut judgment = world.judgment(&items[0], verdict(deed.verdict));
        judgment.flagged = deed.flagged;
        judgment.comment.clone_from(&deed.comment);
        if let Err(error) = world.engine.call(Request::Submit(Box::new(judgment))) {
            assert_eq!(error.message, "there is nothing to take back");
        }
    }
    for &(annotator, item, number) in &plot.repeats {
        world.seat(NAMES[annotator]);
        let mut items = world.queue(Place::At(ItemId((item % count) as i64 + 1)), 1);
        if let Err(error) = world.engine.call(repeat(world, &mut items[0], verdict(number))) {
            assert_eq!(error.message, "there is nothing to take back");
        }
    }
    if let Some(study) = &plot.study {
        set_up(world, study, count);
    }
    for (item, is_deleted) in &plot.statuses {
        let status = if *is_deleted { ItemStatus::Deleted } else { ItemStatus::Excluded };
        world.engine.call(Request::SetStatus(vec![(ItemId((item % count) as i64 + 1), status)])).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_project_comes_back_byte_for_byte(plot in plot()) {
        let world = World::new();
        play(&world, &plot);
        let first = world.export(ExportFormat::Tiebreak, "first.jsonl");
        // With other random numbers, as on another machine: a new key must not be somebody's in the file.
        let copy = world.beside();
        copy.create("copy.tiebreak");
        let report = copy.import(&world.text("first.jsonl"));
        prop_assert_eq!(report.rows_refused, 0, "{:?}", report.problems);
        let second = copy.export(ExportFormat::Tiebreak, "second.jsonl");
        prop_assert_eq!(first, second);
        prop_assert_eq!(copy.check(), Vec::<String>::new());
        let (original, copied) = (world.info(), copy.info());
        prop_assert_eq!((original.key, &original.name), (copied.key, &copied.name));
        prop_assert_eq!(original.judgments, copied.judgments);
        prop_assert!(copied.current_annotator().is_some(), "somebody sits here after it");
        world.seat(NAMES[0]);
        prop_assert_eq!(told(&world), told(&copy), "the study and its people");
        // Into itself it brings nothing.
        let again = world.import(&world.text("first.jsonl"));
        prop_assert_eq!((again.items_added, again.judgments_added, again.rows_refused), (0, 0, 0));
        prop_assert_eq!(world.export(ExportFormat::Tiebreak, "third.jsonl"), copy.read("second.jsonl"));
    }
}

#[test]
fn two_projects_are_joined() {
    let first = World::new();
    first.create("a.tiebreak");
    first.import(&first.write("rows.jsonl", trl_rows(3)));
    first.judge_next(Outcome::A);
    let second = first.beside();
    second.create("b.tiebreak");
    second.import(&second.write("rows.jsonl", trl_rows(5)));
    second.judge_next(Outcome::B);
    second.export(ExportFormat::Tiebreak, "b.jsonl");
    let report = first.import(&first.text("b.jsonl"));
    assert_eq!((report.items_added, report.items_known, report.judgments_added), (2, 3, 1), "{report:?}");
    let info = first.info();
    assert_eq!(info.name, "Trial", "it stays what it is");
    let people: Vec<(&str, u64)> =
        info.annotators.iter().map(|one| (one.name.as_str(), one.judged)).collect();
    assert_eq!(people, [("Ada", 1), ("Ada (2)", 1)], "two people of one name stay two");
    assert_eq!(first.check(), Vec::<String>::new());
}

#[test]
fn an_empty_project_that_is_served_takes_a_file_in_and_keeps_its_accounts() {
    let first = World::new();
    first.create("a.tiebreak");
    first.import(&first.write("rows.jsonl", trl_rows(2)));
    first.judge_next(Outcome::A);
    first.export(ExportFormat::Tiebreak, "a.jsonl");
    let served = first.beside();
    served.create("served.tiebreak");
    let owner = served.engine.offer_owner_link().unwrap();
    let cookie = served.engine.enter(&owner, "here").unwrap();
    let caller = served.engine.known_by_cookie(&cookie).unwrap().unwrap().caller;
    let accounts = served.engine.accounts(&caller).unwrap();
    served.import(&served.text("a.jsonl"));
    assert_eq!(served.engine.accounts(&caller).unwrap(), accounts, "whoever brought it is not shut out");
    assert!(served.engine.known_by_cookie(&cookie).unwrap().is_some(), "nor signed out");
    let info = served.info();
    assert_eq!((info.key, info.judgments), (first.info().key, 1));
    let people: Vec<(&str, u64)> =
        info.annotators.iter().map(|one| (one.name.as_str(), one.judged)).collect();
    assert_eq!(people, [("Ada", 0), ("Ada (2)", 1)], "two people of one name stay two");
    assert_eq!(served.check(), Vec::<String>::new());
}

#[test]
fn a_broken_record_is_explained_and_the_rest_comes_in() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    world.judge_next(Outcome::A);
    let text = world.export(ExportFormat::Tiebreak, "out.jsonl");
    let broken: String = text
        .lines()
        .map(|line| {
            if line.contains("Question 1?") {
                "{\"record\":\"item\"}\n".to_owned()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let copy = World::new();
    copy.create("copy.tiebreak");
    let report = copy.import(&copy.write("broken.jsonl", broken));
    assert_eq!(report.items_added, 2);
    assert_eq!(report.rows_refused, 2, "the item, and the judgment about it: {:?}", report.problems);
    let newer = text.replacen("\"tiebreak\":3", "\"tiebreak\":4", 1);
    let error =
        copy.try_import(tiebreak_domain::ImportPlan::of_file(copy.write("newer.jsonl", newer))).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooNew, "{error:?}");
}

#[test]
fn who_said_nothing_is_not_part_of_a_project() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(2)));
    world.seat("Bob");
    world.judge_next(Outcome::A);
    world.seat("Ada");
    let text = world.export(ExportFormat::Tiebreak, "out.jsonl");
    let people: Vec<&str> = text.lines().filter(|line| line.contains("\"record\":\"annotator\"")).collect();
    assert!(people.len() == 1 && people[0].contains("Bob"), "{people:?}");
}

/// A project with a study: Bob, who has a PIN, was drawn into an arm, judged an item twice, and leads; another item
/// is a gold item.
fn studied() -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    let annotator = world.seat("Bob");
    let mut item = world.judge_next(Outcome::A);
    world.engine.call(repeat(&world, &mut item, Verdict::overall(preference(Outcome::B)))).unwrap();
    world.engine.call(Request::SetStudy(Box::new(setup("Do you agree?")))).unwrap();
    let answers = vec![("age".to_owned(), Some(ProfileValue::Number(41.0)))];
    world.engine.call(Request::SaveProfile { annotator, answers, consents: Some(true) }).unwrap();
    let role = ItemRole::Gold { expected: verdict(4).answers().to_vec() };
    world.engine.call(Request::SetItemRole { item: ItemId(2), role }).unwrap();
    let pin = Some(Pin("2468".into()));
    world.engine.call(Request::SetPin { annotator, current: None, pin }).unwrap();
    world.engine.call(Request::SetLead { annotator, is_lead: true }).unwrap();
    world
}

#[test]
fn a_study_goes_along_and_pins_stay_behind() {
    let world = studied();
    let text = world.export(ExportFormat::Tiebreak, "first.jsonl");
    let kinds = |kind: &str| {
        text.lines().filter(|line| line.starts_with(&format!("{{\"record\":\"{kind}\""))).count()
    };
    assert_eq!((kinds("study"), kinds("role"), kinds("repeat"), kinds("judgment")), (1, 1, 1, 1), "{text}");
    for left_behind in ["\"pin", "salt", "2468", "expires_at"] {
        assert!(!text.contains(left_behind), "{left_behind} stays: {text}");
    }
    let copy = world.beside();
    copy.create("copy.tiebreak");
    copy.import(&world.text("first.jsonl"));
    copy.seat("Bob");
    let Reply::People(people) = copy.engine.call(Request::People).unwrap() else { unreachable!() };
    let bob = people.people.iter().find(|one| one.annotator.name == "Bob").unwrap();
    assert!(bob.is_lead && !bob.has_pin && bob.arm.is_some(), "{bob:?}");
    assert_eq!(bob.profile[0].value, ProfileValue::Number(41.0));
    assert_eq!(told(&copy), told(&world));
    let Reply::Quality(quality) = copy.engine.call(Request::Quality).unwrap() else { unreachable!() };
    assert_eq!((quality.annotators[0].repeats.right, quality.annotators[0].repeats.total), (0, 1));
    assert_eq!(copy.info().judgments, 1, "a repeat takes no judgment's place");
    assert_eq!(copy.export(ExportFormat::Tiebreak, "second.jsonl"), text);
}

#[test]
fn a_project_with_a_study_of_its_own_keeps_it_and_learns_of_people() {
    let world = studied();
    world.export(ExportFormat::Tiebreak, "a.jsonl");
    let own = world.beside();
    own.create("own.tiebreak");
    own.import(&own.write("rows.jsonl", trl_rows(3)));
    let study = StudySetup { name: "Ours".into(), ..StudySetup::default() };
    own.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    let role = ItemRole::Attention { expected: verdict(5).answers().to_vec() };
    own.engine.call(Request::SetItemRole { item: ItemId(2), role: role.clone() }).unwrap();
    let report = own.import(&own.text("a.jsonl"));
    assert_eq!(
        (report.judgments_added, report.rows_refused),
        (2, 0),
        "the judgment and its repeat: {report:?}"
    );
    let (study, people, roles) = told(&own);
    assert_eq!(study.name, "Ours");
    assert_eq!(roles, [(ItemId(2), role)], "what an item is for here stays");
    let bob = people.iter().find(|(_, profile, ..)| !profile.is_empty()).unwrap();
    assert!(bob.2.is_some() && !bob.4, "nobody comes to lead: {bob:?}");
    assert_eq!(own.import(&own.text("a.jsonl")).judgments_added, 0, "and nothing comes twice");
    assert_eq!(own.check(), Vec::<String>::new());
}

#[test]
fn files_without_studies_are_still_read() {
    let world = studied();
    let text = world.export(ExportFormat::Tiebreak, "first.jsonl");
    let is_old = |line: &&str| {
        !["study", "role", "repeat"].iter().any(|kind| line.contains(&format!("\"record\":\"{kind}\"")))
    };
    let old: String = text
        .lines()
        .filter(is_old)
        .map(|line| match line.find(",\"is_lead\"").filter(|_| line.contains("\"record\":\"annotator\"")) {
            Some(end) => format!("{}}}\n", &line[..end]),
            None => format!("{line}\n"),
        })
        .collect::<String>()
        .replacen("\"tiebreak\":3", "\"tiebreak\":1", 1);
    let copy = world.beside();
    copy.create("copy.tiebreak");
    let report = copy.import(&copy.write("old.jsonl", old));
    assert_eq!((report.items_added, report.judgments_added, report.rows_refused), (3, 1, 0), "{report:?}");
    assert_eq!(told(&copy).0, StudySetup::default(), "nothing is made up");
}

#[test]
fn a_repeat_of_nothing_is_refused_and_the_rest_comes_in() {
    let world = studied();
    let text = world.export(ExportFormat::Tiebreak, "first.jsonl");
    let place = text.find("\"repeat_of\":\"").unwrap() + "\"repeat_of\":\"".len();
    let mut broken = text.clone();
    broken.replace_range(place..place + 32, &"0".repeat(32));
    let copy = world.beside();
    copy.create("copy.tiebreak");
    let report = copy.import(&copy.write("broken.jsonl", broken));
    assert_eq!((report.judgments_added, report.rows_refused), (1, 1), "{report:?}");
    assert!(report.problems[0].reason.contains("is not there"), "{report:?}");
}
