//! Whose the votes of an import are, and what becomes of those that disagree.

use tiebreak_domain::ExportFormat;
use tiebreak_domain::import::ImportReport;

use crate::world::World;

/// The votes in force: whose each is, its outcome and its revision.
fn votes(world: &World) -> Vec<(String, String, String)> {
    let name = format!("votes {}.csv", world.info().judgments);
    let table = if world.path(&name).exists() {
        world.read(&name)
    } else {
        world.export(ExportFormat::Answers, &name)
    };
    let mut lines = table.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let places = ["annotator", "value", "revision"].map(place);
    let mut votes: Vec<_> =
        lines.map(|row| (row[places[0]].clone(), row[places[1]].clone(), row[places[2]].clone())).collect();
    votes.sort();
    votes
}

fn imported(file: &str, rows: &str) -> (World, String, ImportReport) {
    let world = World::new();
    world.create("a.tiebreak");
    let path = world.write(file, rows);
    let report = world.import_with_labels(&path, "past");
    (world, path, report)
}

const X: &str = "{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\"}\n";
const Y: &str = "{\"prompt\":\"p\",\"chosen\":\"y\",\"rejected\":\"x\"}\n";
const OTHER: &str = "{\"prompt\":\"q\",\"chosen\":\"x\",\"rejected\":\"y\"}\n";

#[test]
fn nameless_votes_on_one_item_are_different_peoples() {
    let (world, path, report) = imported("rows.jsonl", &[X, OTHER, Y, X].concat());
    assert_eq!((report.items_added, report.judgments_added, report.problems.len()), (2, 4, 0), "{report:?}");
    let all = votes(&world);
    assert!(all.iter().all(|(_, _, revision)| revision == "1"), "nobody took anything back: {all:?}");
    let of =
        |name: &str| all.iter().filter(|(who, ..)| who == name).map(|(_, said, _)| said).collect::<Vec<_>>();
    assert_eq!((of("past").len(), of("past 2").len(), of("past 3").len()), (2, 1, 1), "{all:?}");
    assert!(of("past").contains(&of("past 3")[0]) && of("past 2") != of("past 3"), "two against one");
    let again = world.import_with_labels(&path, "past");
    assert_eq!((again.items_added, again.judgments_added), (0, 0), "the same file again adds nothing");
    assert_eq!(votes(&world), all);
}

#[test]
fn a_row_without_end_is_no_crowd_without_end() {
    let (world, _, report) = imported("rows.jsonl", &X.repeat(1_002));
    assert_eq!((report.judgments_added, report.problems.len()), (1_000, 2));
    assert_eq!(report.problems[0].line, 1_001);
    assert!(report.problems[0].reason.starts_with("taken without its vote: "), "{:?}", report.problems[0]);
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn somebody_who_votes_twice_changes_their_mind_and_it_is_told() {
    let named = |row: &str| row.replace("\"prompt\"", "\"annotator\":\"ann\",\"prompt\"");
    let (world, path, report) = imported("rows.jsonl", &[named(X), named(Y)].concat());
    let told = "\"ann\" voted otherwise on this item before; the last vote counts";
    assert_eq!((report.problems[0].line, report.problems[0].reason.as_str()), (2, told));
    assert_eq!((report.judgments_added, report.problems.len()), (2, 1));
    let [(who, _, revision)] = votes(&world).try_into().unwrap();
    assert_eq!((who.as_str(), revision.as_str()), ("ann", "2"));
    assert_eq!(world.import_with_labels(&path, "past").judgments_added, 0);
    let (_, _, back) = imported("rows.jsonl", &[named(X), named(Y), named(X)].concat());
    assert!(
        back.problems[1].reason.starts_with("taken without its vote: \"ann\" voted so before"),
        "{back:?}"
    );
    let (_, _, same) = imported("rows.jsonl", &[named(X), named(X)].concat());
    assert_eq!((same.judgments_added, same.problems.len()), (1, 0), "the same again says nothing new");
}

#[test]
fn neighbours_of_battles_without_judges_are_both_kept() {
    let row = |winner: &str| {
        format!(
            "{{\"model_a\":\"m\",\"model_b\":\"n\",\"winner\":\"{winner}\",\"conversation_a\":[{{\"role\":\"user\",\"content\":\"Hi\"}},{{\"role\":\"assistant\",\"content\":\"Hello\"}}],\"conversation_b\":[{{\"role\":\"user\",\"content\":\"Hi\"}},{{\"role\":\"assistant\",\"content\":\"No\"}}]}}\n"
        )
    };
    let (world, path, report) = imported("battles.jsonl", &[row("model_a"), row("model_b")].concat());
    assert_eq!((report.items_added, report.judgments_added), (1, 2), "{report:?}");
    let expected = [("past", "a"), ("past 2", "b")];
    let found: Vec<_> = votes(&world).into_iter().map(|(who, said, _)| (who, said)).collect();
    assert_eq!(found, expected.map(|(who, said)| (who.to_owned(), said.to_owned())));
    assert_eq!(world.import_with_labels(&path, "past").judgments_added, 0);
    let two = [row("model_a"), row("model_b")].concat().replace("\"winner\"", "\"judge\":\"ann\",\"winner\"");
    let (world, _, report) = imported("battles.jsonl", &two);
    assert_eq!(report.problems.len(), 1, "the second of one name is not dropped unsaid: {report:?}");
    assert_eq!(votes(&world), [("ann".to_owned(), "b".to_owned(), "2".to_owned())]);
}

#[test]
fn nameless_video_rows_that_disagree_are_different_peoples() {
    let header = "path_A,path_B,prompt,VQ,MQ,TA,Overall,fps_A,num_frames_A,fps_B,num_frames_B\n";
    let row = |said: &str| format!("1_A.mp4,1_B.mp4,A girl sits,A,A,A,{said},,,,\n");
    let (world, path, report) = imported("v.csv", &[header.to_owned(), row("A"), row("B")].concat());
    assert_eq!((report.items_added, report.judgments_added), (1, 2), "{report:?}");
    assert_eq!(votes(&world).len(), 2);
    assert_eq!(world.import_with_labels(&path, "past").judgments_added, 0);
}

#[test]
fn a_model_that_judges_is_no_person() {
    let row = |judge: &str, winner: &str| {
        format!(
            "{{\"model_a\":\"m\",\"model_b\":\"n\",\"winner\":\"{winner}\",\"judge\":{judge},\"conversation_a\":[{{\"role\":\"user\",\"content\":\"Hi\"}},{{\"role\":\"assistant\",\"content\":\"Hello\"}}],\"conversation_b\":[{{\"role\":\"user\",\"content\":\"Hi\"}},{{\"role\":\"assistant\",\"content\":\"No\"}}]}}\n"
        )
    };
    let rows = [row("\"ann\"", "model_b"), row("[\"gpt-4\",\"pair-v2\"]", "model_a")].concat();
    let (world, path, report) = imported("battles.jsonl", &rows);
    assert_eq!(
        (report.judgments_added, report.model_labels_added, report.problems.len()),
        (1, 1, 0),
        "{report:?}"
    );
    assert_eq!(votes(&world), [("ann".to_owned(), "b".to_owned(), "1".to_owned())]);
    let arena = world.export(ExportFormat::Arena, "arena.jsonl");
    assert!(!arena.contains("pair-v2"), "people alone are exported as people: {arena}");
    let labels = tiebreak_store::Reader::open(world.path("a.tiebreak")).unwrap().model_labels().unwrap();
    assert_eq!((labels.len(), labels[0].source.as_str()), (1, "model:gpt-4 pair-v2"));
    assert_eq!((labels[0].prediction.a, labels[0].prediction.b), (1.0, 0.0));
    let again = world.import_with_labels(&path, "past");
    assert_eq!((again.model_labels_added, again.problems.len()), (0, 0), "the same file again adds nothing");
    let other = world.write("more.jsonl", row("[\"claude\",\"pair-v2\"]", "tie"));
    let more = world.import_with_labels(&other, "past");
    assert_eq!((more.model_labels_added, more.problems.len()), (0, 1), "the item keeps the label it has");
}
