//! Labels of models in exports: never among people's, marked in every row, and whole in the lossless file.

use tiebreak_domain::export::{LabelChoice, TiePolicy};
use tiebreak_domain::queue::Place;
use tiebreak_domain::reward::Scorer;
use tiebreak_domain::{ErrorCode, ExportFormat, ExportPlan, Outcome, Reply, Request, Verdict};

use crate::world::{World, answered, preference, trl_rows};

/// Forty pairs, 25 of them judged, and the head's word on all others.
fn world() -> World {
    let world = World::new();
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(40)));
    for _ in 0..25 {
        let item = world.queue(Place::Start, 1).remove(0);
        world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::A))));
    }
    let accept = Request::AcceptModelLabels { above: 0.5, by: Scorer::Head, of: Box::default() };
    let Reply::Count(taken) = world.engine.call(accept).unwrap() else { panic!("a number") };
    assert!(taken > 0, "of the fifteen that nobody judged");
    world
}

fn plan(format: ExportFormat, labels: LabelChoice) -> ExportPlan {
    ExportPlan { labels, ties: Some(TiePolicy::Drop), ..answered(format) }
}

fn rows(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

fn labels(world: &World) -> Vec<tiebreak_store::ModelLabel> {
    tiebreak_store::Reader::open(world.path("p.tiebreak")).unwrap().model_labels().unwrap()
}

#[test]
fn people_stand_alone_unless_models_are_asked_for_and_then_every_row_says_whose_it_is() {
    let world = world();
    let taken = labels(&world).len();
    let people = world.export(ExportFormat::TrlExplicit, "people.jsonl");
    assert!(!people.contains("source") && rows(&people).len() == 25, "{people}");
    let report =
        world.try_export(plan(ExportFormat::TrlExplicit, LabelChoice::BothMarked), "both.jsonl").unwrap();
    assert_eq!(report.counts.judgments, 25, "a model's word is no judgment");
    assert_eq!(report.counts.model_labels, [("model:head@fp64".to_owned(), taken as u64)]);
    let both = rows(&world.read("both.jsonl"));
    let of_people = both.iter().filter(|row| row["source"] == "people").count();
    let of_model = both.iter().filter(|row| row["source"] == "model:head@fp64").count();
    assert_eq!((of_people, of_model, both.len()), (25, taken, 25 + taken));
    assert!(both.iter().all(|row| {
        let is_of_model = row["annotator"] == "model:head@fp64";
        is_of_model == (row["source"] != "people")
    }));
    let manifest: serde_json::Value = serde_json::from_str(&world.read("both.jsonl.manifest.json")).unwrap();
    assert_eq!(manifest["policies"]["labels"], "both_marked");
    assert_eq!(manifest["counts"]["model_labels"]["model:head@fp64"], taken);
    world.try_export(plan(ExportFormat::Kto, LabelChoice::Model), "kto.jsonl").unwrap();
    let kto = rows(&world.read("kto.jsonl"));
    assert_eq!(kto.len(), 2 * taken, "a row for each response");
    assert!(kto.iter().all(|row| row["source"] == "model:head@fp64"));
}

#[test]
fn what_people_say_later_wins_over_a_model_unless_the_model_alone_is_asked_for() {
    let world = world();
    let taken = labels(&world);
    loop {
        let Some(item) = world.queue(Place::Start, 1).pop() else { break };
        world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::B))));
    }
    let report =
        world.try_export(plan(ExportFormat::TrlExplicit, LabelChoice::BothMarked), "both.jsonl").unwrap();
    assert_eq!(report.counts.model_labels, []);
    assert_eq!(
        report.counts.left_out,
        [("a model's label where people judged".to_owned(), taken.len() as u64)]
    );
    world.try_export(plan(ExportFormat::TrlExplicit, LabelChoice::Model), "model.jsonl").unwrap();
    assert_eq!(rows(&world.read("model.jsonl")).len(), taken.len());
}

#[test]
fn a_format_that_cannot_say_whose_word_it_is_takes_people_alone() {
    let world = world();
    for format in [ExportFormat::OpenAi, ExportFormat::Csv] {
        let error = world.try_export(plan(format, LabelChoice::BothMarked), "x.jsonl").unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest, "{format:?}");
    }
}

#[test]
fn the_lossless_file_holds_them_and_brings_them_back() {
    let world = world();
    let before = labels(&world);
    let text = world.export(ExportFormat::Tiebreak, "all.jsonl");
    assert_eq!(text.matches("\"record\":\"model_label\"").count(), before.len());
    let path = world.text("all.jsonl");
    world.create("copy.tiebreak");
    world.import(&path);
    let again = world.export(ExportFormat::Tiebreak, "again.jsonl");
    assert_eq!(again, text, "byte for byte");
    let copy = tiebreak_store::Reader::open(world.path("copy.tiebreak")).unwrap();
    assert_eq!(copy.model_labels().unwrap(), before);
}
