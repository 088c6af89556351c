//! What a pool takes in.

use tiebreak_domain::Part;
use tiebreak_store::{CandidateScore, ScoredModel};

use super::*;
use crate::scoring::tests::{engine, with_rows};

/// Every pair of so many answers to one question.
fn pairs(question: usize, answers: usize) -> Vec<Item> {
    let answer = |number: usize| Candidate::markdown(format!("Answer {number} to {question}"));
    let pair = |one: usize, other: usize| Item {
        prompt: vec![Part::markdown(format!("Question {question}?"))],
        candidates: vec![answer(one), answer(other)],
        ..Item::default()
    };
    (0..answers).flat_map(|one| (one + 1..answers).map(move |other| pair(one, other))).collect()
}

#[test]
fn candidates_that_pairs_share_take_room_once() {
    let mut different = Different::default();
    for item in (0..30).flat_map(|question| pairs(question, 8)) {
        different.add(&item, &[]);
    }
    assert_eq!((different.items, different.candidates.len(), different.one_in()), (30 * 28, 30 * 8, 1));
    let of = |candidates: u64, items: u64| {
        let key = |number: u64| {
            let mut key = [0; 16];
            key[..8].copy_from_slice(&number.to_le_bytes());
            key
        };
        Different { candidates: (0..candidates).map(key).collect(), items }.one_in()
    };
    assert_eq!(of(100_000, 1_000_000), 1, "a million pairs of a hundred thousand candidates are all planned");
    assert_eq!(of(400_000, 200_000), 3, "of too many candidates a third of the prompts");
    assert_eq!(of(1_000, 5_000_000), 3, "and of too many items too");
}

#[test]
fn what_is_taken_of_too_many_are_whole_prompts() {
    let items: Vec<Vec<Item>> = (0..300).map(|question| pairs(question, 4)).collect();
    let taken = items.iter().filter(|of_prompt| of_prompt.iter().any(|item| is_taken(item, 3)));
    assert!(taken.clone().all(|of_prompt| of_prompt.iter().all(|item| is_taken(item, 3))));
    assert!((70..130).contains(&taken.count()), "about a third");
    assert!(items.iter().flatten().all(|item| is_taken(item, 1)));
}

#[test]
fn scores_are_held_against_what_their_maker_measured() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 4);
    let session = engine.session().unwrap();
    let model = |key: &str| ScoredModel {
        key: ModelKey(key.to_owned()),
        name: key.to_owned(),
        version: "1".to_owned(),
        dimensions: vec!["overall".to_owned()],
        is_judge: Some(false),
    };
    let scores: Vec<CandidateScore> = (1..=4)
        .map(|number| CandidateScore {
            item: ItemId((number + 1) / 2),
            candidate: 1 - number as u8 % 2,
            input_key: [number as u8; 16],
            scores: vec![number as f32],
            embedding: None,
        })
        .collect();
    for key in ["measured", "unknown"] {
        let (model, scores) = (model(key), scores.clone());
        session.writer.ask(move |store| Ok(store.add_scores(&model, &scores)?)).unwrap();
    }
    let reference = Reference { mean: vec![2.0], sd: vec![4.0] };
    let references = References::from([(ModelKey("measured".to_owned()), reference)]);
    let reader = session.readers.lend().unwrap();
    let pool = Pool::read(&reader, &Learning::default(), &references).unwrap().unwrap();
    let members: Vec<Vec<f32>> = pool
        .scorers
        .iter()
        .map(|scorer| scorer.member.iter().copied().filter(|score| score.is_finite()).collect())
        .collect();
    assert_eq!(members[0], [-0.25, 0.0, 0.25, 0.5]);
    let mean: f32 = members[1].iter().sum();
    assert!(mean.abs() < 1e-6, "of a maker who says nothing, against the pool: {:?}", members[1]);
}

#[test]
fn whether_a_model_judges_pairs_is_what_the_project_says_and_else_what_it_scored() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 4);
    let session = engine.session().unwrap();
    let rows = |candidates: &[u8]| -> Vec<CandidateScore> {
        let of_item = |item: i64| {
            candidates.iter().map(move |candidate| CandidateScore {
                item: ItemId(item),
                candidate: *candidate,
                input_key: [item as u8; 16],
                scores: vec![item as f32],
                embedding: None,
            })
        };
        (1..=4).flat_map(of_item).collect()
    };
    for (key, is_judge, candidates) in [
        ("a judge", Some(true), &[0_u8][..]),
        ("a judge that scored both by mistake", Some(true), &[0, 1]),
        ("a scorer that got no further than the first", Some(false), &[0]),
        ("an old judge", None, &[0]),
        ("an old scorer", None, &[0, 1]),
    ] {
        let model = ScoredModel {
            key: ModelKey(key.to_owned()),
            name: key.to_owned(),
            version: "1".to_owned(),
            dimensions: vec!["overall".to_owned()],
            is_judge,
        };
        let rows = rows(candidates);
        session.writer.ask(move |store| Ok(store.add_scores(&model, &rows)?)).unwrap();
    }
    let reader = session.readers.lend().unwrap();
    let pool = Pool::read(&reader, &Learning::default(), &References::new()).unwrap().unwrap();
    let judges: Vec<&str> = pool.judges.iter().map(|judge| judge.name.as_str()).collect();
    assert_eq!(judges, ["a judge", "a judge that scored both by mistake", "an old judge"]);
    let scorers: Vec<&str> = pool.scorers.iter().map(|scorer| scorer.name.as_str()).collect();
    assert_eq!(scorers, ["a scorer that got no further than the first", "an old scorer"]);
}

#[test]
fn a_prior_is_one_column_more_and_nothing_else() {
    let items = crate::learning::tests::items(4, 2);
    let plain = Pool::of_items(&items);
    let lengths = plain.lengths.clone();
    let (width, rows) = (plain.table.width(), plain.table.len());
    let with_prior = plain.with_prior("length", &lengths);
    assert_eq!((with_prior.table.width(), with_prior.table.len()), (width + 1, rows));
    let columns = with_prior.table.columns();
    let scorers: Vec<_> = columns.iter().filter(|column| column.kind == ColumnKind::Scorer).collect();
    assert_eq!(scorers.len(), 1, "heads start from it alone");
    let last = |row: usize| with_prior.table.row(row)[width];
    assert!(last(1) > last(0), "the longer answer has the larger number");
}

#[test]
fn an_item_is_of_whatever_takes_the_longest() {
    let candidate = |parts: Vec<Part>| Candidate { parts, ..Candidate::default() };
    let image = Part::Image { uri: "a.png".into() };
    let video = Part::Video { uri: "a.mp4".into() };
    let of = |candidates: Vec<Candidate>| Medium::of(&Item { candidates, ..Item::default() });
    let text = Candidate::markdown("words".to_owned());
    assert_eq!(of(vec![text.clone(), text.clone()]), Medium::Text);
    assert_eq!(of(vec![text.clone(), candidate(vec![image.clone()])]), Medium::Image);
    assert_eq!(of(vec![candidate(vec![image, video]), text]), Medium::Video);
}
