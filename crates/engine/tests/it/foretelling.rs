//! What is learned from ratings, and what several models say together: both among the scores after the vote, and
//! both held against people.

use std::time::{Duration, Instant};

use tiebreak_domain::learning::Learning;
use tiebreak_domain::model_report::{Contestant, ModelReport, ReportFilter};
use tiebreak_domain::queue::Place;
use tiebreak_domain::reward::{Combination, ItemScores, ModelPlace, Scorer};
use tiebreak_domain::rubric::{QuestionKind, Scale, Scope};
use tiebreak_domain::{
    Answer, AnswerValue, Event, ItemId, NewJudgment, Question, Reply, Request, Rubric, StudySetup, Verdict,
};

use crate::world::{World, preference};

const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/models/tiebreak-small");

/// Pairs of which one is long and polite, the first of every second.
fn world(count: usize) -> World {
    let rows: String = (1..=count)
        .map(|n| {
            let good = format!("Please see step {n}, which is explained at length and with care");
            let bad = format!("No {n}");
            let (a, b) = if n % 2 == 0 { (&good, &bad) } else { (&bad, &good) };
            format!("{{\"prompt\":\"Question {n}?\",\"response_a\":\"{a}\",\"response_b\":\"{b}\"}}\n")
        })
        .collect();
    let world = World::new();
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", rows));
    world
}

fn learns(world: &World) {
    let learning = Some(Learning { scores_in_background: false, ..Learning::default() });
    world.engine.call(Request::SetStudy(Box::new(StudySetup { learning, ..StudySetup::default() }))).unwrap();
}

fn report(world: &World) -> ModelReport {
    match world.engine.call(Request::ModelReport(ReportFilter::default())).unwrap() {
        Reply::ModelReport(report) => *report,
        other => panic!("expected the report, found {other:?}"),
    }
}

/// What is said of an item, once somebody of this kind says something.
fn scores(world: &World, item: ItemId, who: &Scorer) -> Vec<ItemScores> {
    let started = Instant::now();
    let ask = Request::ItemScores { annotator: world.info().annotator, item };
    loop {
        if let Reply::ItemScores(scores) = world.engine.call(ask.clone()).unwrap()
            && scores.iter().any(|scores| scores.scorer == *who)
        {
            return scores;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "the worker comes to it in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn ratings_teach_a_head_that_foretells_better_than_a_mean() {
    let world = world(40);
    let scale = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
    let question = Question::new("helpful", "How helpful is it?", Scope::Candidate, scale);
    let rubric = Rubric { questions: vec![question], ..Rubric::default() };
    world.project(Request::SetRubric(Box::new(rubric)));
    learns(&world);
    let mut last = ItemId(0);
    for number in 0..30 {
        let item = world.queue(Place::Start, 1).remove(0);
        last = item.item.id;
        let (good, bad) = (4 + number % 2, 1 + number % 2);
        let values = if last.0 % 2 == 0 { [good, bad] } else { [bad, good] };
        let answer = |(candidate, value)| Answer {
            question: "helpful".into(),
            candidate: Some(candidate),
            value: AnswerValue::Rating(value),
        };
        let answers = (0..).zip(values).map(answer).collect();
        let judgment = world.judgment(&item, Verdict::Judged { answers });
        world.submit(NewJudgment { rubric_version: 2, ..judgment });
    }
    let said = scores(&world, last, &Scorer::RatingHead);
    let rating = said.iter().find(|scores| scores.scorer == Scorer::RatingHead).unwrap();
    let values: Vec<f64> = rating.scores.iter().map(|score| score.unwrap()).collect();
    let (good, bad) = if last.0 % 2 == 0 { (values[0], values[1]) } else { (values[1], values[0]) };
    assert_eq!(rating.dimension, "helpful");
    assert!((3.5..=5.0).contains(&good) && (1.0..=2.5).contains(&bad), "on the scale: {values:?}");
    let report = report(&world);
    let row = &report.ratings[0];
    assert_eq!((row.dimension.as_str(), row.ratings), ("How helpful is it?", 60));
    assert!(row.error.low <= row.error.estimate && row.error.estimate <= row.error.high);
    assert!(row.error.estimate < 0.8, "half a star is the noise: {:?}", row.error);
    assert!((row.overall_mean_error.estimate - 1.5).abs() < 0.1, "all are 1.5 from 3: {row:?}");
    assert!((row.item_mean_error.estimate - 3.0).abs() < 1e-9, "the other of the pair is 3 away: {row:?}");
    assert!(row.correlation.unwrap().estimate > 0.8, "{:?}", row.correlation);
}

#[test]
fn candidates_that_stand_alone_teach_the_head_of_ratings_too() {
    let rows: String = (1..=40)
        .map(|n| {
            let text = match n % 2 {
                0 => format!("Please see step {n}, which is explained at length and with care"),
                _ => format!("No {n}"),
            };
            format!("{{\"prompt\":\"Question {n}?\",\"candidates\":[\"{text}\"]}}\n")
        })
        .collect();
    let world = World::new();
    world.create("p.tiebreak");
    let scale = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
    let question = Question::new("helpful", "How helpful is it?", Scope::Candidate, scale);
    let rubric = Rubric { questions: vec![question], ..Rubric::default() };
    world.project(Request::SetRubric(Box::new(rubric)));
    world.import(&world.write("rows.jsonl", rows));
    learns(&world);
    let mut items = Vec::new();
    for number in 0..30 {
        let item = world.queue(Place::Start, 1).remove(0);
        items.push(item.item.id);
        let value = if item.item.id.0 % 2 == 0 { 4 + number % 2 } else { 1 + number % 2 };
        let value = AnswerValue::Rating(value);
        let answers = vec![Answer { question: "helpful".into(), candidate: Some(0), value }];
        let judgment = world.judgment(&item, Verdict::Judged { answers });
        world.submit(NewJudgment { rubric_version: 2, ..judgment });
    }
    let expected = |item: ItemId| {
        let said = scores(&world, item, &Scorer::RatingHead);
        said.iter().find(|scores| scores.scorer == Scorer::RatingHead).unwrap().scores[0].unwrap()
    };
    let good = items.iter().copied().find(|item| item.0 % 2 == 0).unwrap();
    let bad = items.iter().copied().find(|item| item.0 % 2 == 1).unwrap();
    assert!(expected(good) > 3.5 && expected(bad) < 2.5, "{} and {}", expected(good), expected(bad));
    let report = report(&world);
    assert_eq!(report.ratings[0].ratings, 30, "and the report holds them against people");
    assert_eq!(world.learning_state().pairs, 0, "there is no pair among them");
}

#[test]
fn two_models_of_one_dimension_are_told_together_beside_each_alone() {
    let world = world(20);
    let copy = world.folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(BUNDLED).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    let manifest = std::fs::read_to_string(copy.join("reward.toml")).unwrap();
    std::fs::write(copy.join("reward.toml"), manifest.replace("Tiebreak small", "Its copy")).unwrap();
    learns(&world);
    let place = ModelPlace::Folder(copy.to_str().unwrap().to_owned());
    let job = world.start(Request::AddModel(place));
    world.wait(|event| match event {
        Event::InstallEnded(ended, result) if ended == job => Some(result.unwrap()),
        _ => None,
    });
    let item = world.queue(Place::Start, 1).remove(0);
    world.submit(world.judgment(&item, Verdict::overall(preference(tiebreak_domain::Outcome::A))));
    let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch: false });
    world.wait(|event| matches!(event, Event::ScoringEnded(ended, _) if ended == job).then_some(()));
    let said = scores(&world, item.item.id, &Scorer::Ensemble(Combination::WorstCase));
    let of = |combination| {
        let scorer = Scorer::Ensemble(combination);
        &said.iter().find(|scores| scores.scorer == scorer).unwrap().scores
    };
    assert_eq!(of(Combination::Mean), of(Combination::UncertaintyWeighted), "a model and its copy agree");
    assert!(of(Combination::Mean).iter().all(Option::is_some));
    let report = report(&world);
    let row = |name: &str| report.rows.iter().find(|row| row.name.starts_with(name)).unwrap();
    for name in ["mean of 2 models", "worst case of 2 models", "mean less variance of 2 models"] {
        assert_eq!(row(name).accuracy, row("Its copy").accuracy, "{name}");
        assert!(matches!(row(name).contestant, Contestant::Scorer(Scorer::Ensemble(_))));
    }
    assert!(report.remarks.iter().any(|remark| remark.contains("taken together")), "how, is told");
}
