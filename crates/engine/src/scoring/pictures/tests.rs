use std::path::Path;

use tiebreak_domain::learning::Learning;
use tiebreak_domain::{Event, ImportPlan, Part, Request as Call};

use super::*;
use crate::engine::Engine;
use crate::scoring::tests::engine;

/// A grey picture.
fn png(side: u32, grey: u8) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::GrayImage::from_pixel(side, side, image::Luma([grey]));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A project of pairs of pictures: the first and the second of each row.
fn with_pairs(folder: &Path, pairs: &[(&str, &str)]) -> (Engine, Arc<Session>) {
    let (engine, events) = engine(folder);
    let mut rows = String::new();
    for (n, (a, b)) in pairs.iter().enumerate() {
        rows.push_str(&format!("{{\"prompt\":\"cat {n}\",\"image_a\":\"{a}\",\"image_b\":\"{b}\"}}\n"));
    }
    std::fs::write(folder.join("rows.jsonl"), rows).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    engine.call(Call::CreateProject { path: path("p.tiebreak"), name: "Trial".into() }).unwrap();
    engine.call(Call::StartImport(ImportPlan::of_file(path("rows.jsonl")))).unwrap();
    let ended = |event: &Event| matches!(event, Event::ImportEnded(_, Ok(_)));
    while !ended(&events.recv_timeout(std::time::Duration::from_mins(1)).unwrap()) {}
    let session = engine.session().unwrap();
    (engine, session)
}

fn look(session: &Session, cancel: &CancelFlag) -> Described {
    let sources = Sources::new(None);
    let active = session.readers.lend().unwrap().facets().read().with_status(ItemStatus::Active).clone();
    describe(session, &sources, cancel, &active, &mut |done, total| assert!(done <= total)).unwrap()
}

fn kept(session: &Session) -> Vec<(i64, u8)> {
    let mut kept = Vec::new();
    let reader = session.readers.lend().unwrap();
    let take = |item: ItemId, candidate, numbers: &[f32]| {
        assert_eq!(numbers.len(), 15);
        kept.push((item.0, candidate));
    };
    reader.each_embedding(&ModelKey::built_in_pictures(), take).unwrap();
    kept
}

#[test]
fn what_is_read_or_heard_is_no_bare_picture() {
    let of = |parts| is_bare_picture(&Candidate { parts, ..Candidate::default() });
    assert!(
        of(vec![Part::image("a.png")]) && of(vec![Part::plain(" "), Part::Video { uri: "a.mp4".into() }])
    );
    assert!(!of(vec![Part::plain("x"), Part::image("a.png")]), "its text has features of its own");
    assert!(!of(vec![Part::Audio { uri: "a.wav".into() }]) && !of(Vec::new()));
}

#[test]
fn each_picture_is_described_once_and_one_that_cannot_be_read_is_tried_again_when_its_file_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("a.png", &png(300, 40));
    write("b.png", &png(8, 200));
    write("bad.png", &png(64, 9)[..60]);
    let (_engine, session) =
        with_pairs(folder.path(), &[("a.png", "b.png"), ("b.png", "bad.png"), ("gone.png", "a.png")]);
    let cancel = CancelFlag::default();
    let first = look(&session, &cancel);
    assert_eq!((first.count, first.unreadable), (4, 2), "{first:?}");
    assert!(first.problem.is_some_and(|problem| problem.contains("bad.png")), "the first is told by name");
    assert_eq!(kept(&session), [(1, 0), (1, 1), (2, 0), (3, 1)]);
    let of = |item, candidate| {
        let reader = session.readers.lend().unwrap();
        reader.score_of(&ModelKey::built_in_pictures(), ItemId(item), candidate).unwrap().unwrap()
    };
    assert_eq!(of(1, 1).embedding, of(2, 0).embedding, "what two items share");
    let large = of(1, 0).embedding.unwrap();
    assert!((large[14] - 90_000_f32.ln()).abs() < 1e-3, "its own size, however small it was decoded");
    let again = look(&session, &cancel);
    assert_eq!((again.count, again.unreadable), (0, 0), "nothing is tried twice: {again:?}");
    write("gone.png", &png(8, 77));
    let mended = look(&session, &cancel);
    assert_eq!(
        (mended.count, mended.unreadable),
        (1, 0),
        "what came is read, and what is bad stays: {mended:?}"
    );
}

#[test]
fn a_stop_ends_it_and_the_next_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.png", "b.png"] {
        std::fs::write(folder.path().join(name), png(8, 1)).unwrap();
    }
    let (_engine, session) = with_pairs(folder.path(), &[("a.png", "b.png")]);
    let cancel = CancelFlag::default();
    cancel.set();
    assert_eq!(look(&session, &cancel).count, 0);
    assert_eq!(look(&session, &CancelFlag::default()).count, 2);
}

#[test]
fn features_are_worked_out_only_where_they_are_learned_from_and_no_model_embeds() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.png", "b.png"] {
        std::fs::write(folder.path().join(name), png(8, 1)).unwrap();
    }
    let (engine, session) = with_pairs(folder.path(), &[("a.png", "b.png")]);
    let learn_from = |features: FeatureSource| {
        let learning = Learning {
            features,
            columns: vec!["x".into()],
            scores_in_background: false,
            ..Learning::default()
        };
        let study = tiebreak_domain::StudySetup { learning: Some(learning), ..Default::default() };
        engine.call(Call::SetStudy(Box::new(study))).unwrap();
    };
    let cancel = CancelFlag::default();
    learn_from(FeatureSource::ColumnsOnly);
    assert_eq!(look(&session, &cancel).count, 0, "columns are all that is learned from");
    let model = ScoredModel {
        key: ModelKey("m".into()),
        name: "m".into(),
        version: "1".into(),
        dimensions: Vec::new(),
        is_judge: Some(false),
    };
    let embedded = CandidateScore {
        item: ItemId(1),
        candidate: 0,
        input_key: [1; 16],
        scores: Vec::new(),
        embedding: Some(vec![1.0]),
    };
    session.writer.ask(move |store| Ok(store.add_scores(&model, &[embedded])?)).unwrap();
    learn_from(FeatureSource::Automatic);
    assert_eq!(look(&session, &cancel).count, 1, "a model has embedded the other");
    learn_from(FeatureSource::BuiltIn);
    assert_eq!(look(&session, &cancel).count, 1, "whom nobody asks here");
    let reader = session.readers.lend().unwrap();
    let names: Vec<String> = reader.scored_models().unwrap().into_iter().map(|model| model.name).collect();
    assert_eq!(names, ["m"], "what is built in is no model");
    assert!(reader.item_scores(ItemId(1)).unwrap().iter().all(|said| said.model.name == "m"));
}
