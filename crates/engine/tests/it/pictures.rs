//! Pictures that no model embeds: they are described in the background by what is built in, and heads learn from it.

use tiebreak_domain::learning::{FeatureSource, Learning};
use tiebreak_domain::model_report::{Contestant, ReportFilter};
use tiebreak_domain::queue::Place;
use tiebreak_domain::reward::{Scorer, ScoringReport};
use tiebreak_domain::{Event, Outcome, Reply, Request, StudySetup, Verdict};

use crate::world::{World, preference, until};

const SIDE: u32 = 32;

/// A grey picture by the brightness of each pixel.
fn png(grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::GrayImage::from_fn(SIDE, SIDE, |x, y| image::Luma([grey(x, y)]));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// Stripes of a width, all of one contrast and brightness within an item: the narrower, the sharper.
fn stripes(width: u32, item: usize) -> Vec<u8> {
    let (dark, bright) = (20 + item as u8, 120 + 2 * item as u8);
    png(move |x, _| if (x / width).is_multiple_of(2) { dark } else { bright })
}

fn is_first_sharper(item: usize) -> bool {
    item.is_multiple_of(3)
}

/// Pairs of pictures, one of which is the sharper, and which of them cannot be read.
fn with_pictures(world: &World, count: usize, bad: &[usize]) {
    world.create("p.tiebreak");
    import_pictures(world, count, bad);
}

fn import_pictures(world: &World, count: usize, bad: &[usize]) {
    let mut rows = String::new();
    for item in 1..=count {
        let widths = if is_first_sharper(item) { [1, 8] } else { [8, 1] };
        for (side, width) in ["a", "b"].iter().zip(widths) {
            let mut bytes = stripes(width, item);
            if bad.contains(&item) && *side == "b" {
                bytes.truncate(40);
            }
            world.write(&format!("{item}{side}.png"), bytes);
        }
        rows.push_str(&format!(
            "{{\"prompt\":\"cat {item}\",\"image_a\":\"{item}a.png\",\"image_b\":\"{item}b.png\"}}\n"
        ));
    }
    world.import(&world.write("rows.jsonl", rows));
}

fn learn(world: &World, features: FeatureSource) {
    let learning = Learning { features, scores_in_background: false, ..Learning::default() };
    let study = StudySetup { learning: Some(learning), ..StudySetup::default() };
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
}

fn score(world: &World) -> ScoringReport {
    let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch: false });
    world.wait(|event| match event {
        Event::ScoringEnded(of, result) if of == job => Some(*result.unwrap()),
        _ => None,
    })
}

fn are_learned_from(world: &World) -> bool {
    world.learning_state().features.contains("sharpness and shape of pictures, 15 numbers")
}

#[test]
fn a_head_learns_from_pictures_that_the_sharper_one_is_preferred() {
    let world = World::in_background();
    with_pictures(&world, 60, &[]);
    learn(&world, FeatureSource::Automatic);
    until(|| are_learned_from(&world).then_some(()));
    let mut judged = Vec::new();
    for _ in 0..30 {
        let item = world.queue(Place::Start, 1).remove(0);
        let outcome = if is_first_sharper(item.item.id.0 as usize) { Outcome::A } else { Outcome::B };
        world.submit(world.judgment(&item, Verdict::overall(preference(outcome))));
        judged.push(item.item.id.0);
    }
    until(|| (world.learning_state().votes == 30).then_some(()));
    let open: Vec<i64> = (1..=60).filter(|item| !judged.contains(item)).collect();
    let is_right = |item: &&i64| {
        let said = world.told_lead(**item);
        assert!(said.iter().all(|said| said.scorer == Scorer::Head), "no model has said anything: {said:?}");
        let [first, second] = said[0].scores[..] else { panic!("two candidates: {said:?}") };
        (first > second) == is_first_sharper(**item as usize)
    };
    let right = open.iter().filter(is_right).count();
    assert!(right >= 27, "of thirty pairs that nobody has judged: {right}");
    let Reply::ModelReport(report) =
        world.engine.call(Request::ModelReport(ReportFilter::default())).unwrap()
    else {
        panic!("the report")
    };
    let is_model = |contestant: &Contestant| matches!(contestant, Contestant::Scorer(Scorer::Model(_)));
    assert!(!report.rows.iter().any(|row| is_model(&row.contestant)), "what is built in is no model");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn pictures_that_come_later_are_described_too() {
    let world = World::in_background();
    world.create("p.tiebreak");
    learn(&world, FeatureSource::BuiltIn);
    import_pictures(&world, 4, &[]);
    until(|| are_learned_from(&world).then_some(()));
    assert_eq!(world.learning_state().pairs, 4);
}

#[test]
fn scoring_describes_pictures_once_and_says_which_cannot_be_read() {
    let world = World::new();
    with_pictures(&world, 6, &[4]);
    learn(&world, FeatureSource::BuiltIn);
    let of_pictures = |report: ScoringReport| -> Vec<String> {
        report
            .remarks
            .into_iter()
            .filter(|remark| remark.contains("pictures") && !remark.contains(" ran on "))
            .collect()
    };
    let told = of_pictures(score(&world));
    assert_eq!(told[0], "built-in features of 11 pictures were worked out");
    assert!(
        told[1].starts_with("1 pictures could not be read for them, first: ") && told[1].contains("4b.png"),
        "{told:?}"
    );
    assert_eq!(of_pictures(score(&world)), Vec::<String>::new(), "neither is done twice");
    until(|| are_learned_from(&world).then_some(()));
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    assert!(models.models.iter().all(|model| !model.key.is_hidden()));
}

#[test]
fn where_a_model_embeds_the_pictures_nothing_is_built_in() {
    let world = World::new();
    with_pictures(&world, 6, &[]);
    learn(&world, FeatureSource::Automatic);
    let report = score(&world);
    assert_eq!(report.scored + report.known, 12);
    assert!(
        !report.remarks.iter().any(|remark| remark.contains("built-in features")),
        "{:?}",
        report.remarks
    );
    until(|| world.learning_state().features.contains("Tiebreak small, images").then_some(()));
    assert!(!are_learned_from(&world));
}
