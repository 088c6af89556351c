//! A model that holds two candidates against each other, from its logits to the report.

use tiebreak_domain::filter::{BeliefFilter, BeliefKind, ItemState};
use tiebreak_domain::model_report::{Contestant, ReportFilter};
use tiebreak_domain::reward::{ItemScores, Scorer as Who};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{ItemFilter, Outcome, Reply};
use tiebreak_store::ScoredModel;

use super::*;
use crate::learning::tests::{judgment, preferred};

/// Says of each input a logit that its tokens give, whatever they mean.
struct Judge;

impl ModelSession for Judge {
    fn run(&mut self, inputs: &[InputTensor], _: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let [rows, length] = inputs[0].shape[..] else { panic!("ids have two axes") };
        let Numbers::Whole(ids) = &inputs[0].numbers else { panic!("ids are whole") };
        let logit = |row: &[i32]| {
            let sum = row.iter().fold(7_u64, |sum, id| tiebreak_domain::assignment::mixed(sum ^ *id as u64));
            ((sum % 2_001) as f32 - 1_000.0) / 250.0
        };
        let numbers = ids.chunks(length).map(logit).collect();
        Ok(vec![OutputTensor { shape: vec![rows, 1], numbers }])
    }

    fn kind(&self) -> RuntimeKind {
        RuntimeKind::Rten
    }

    fn provider(&self) -> Provider {
        Provider::Cpu
    }
}

/// The small model's tokenizer under a manifest that reads both answers, with such a judge for its session.
fn judge(session: &Session) -> (ShelvedModel, OpenedModel) {
    let reads_text = |model: &ShelvedModel| {
        model.manifest.as_ref().is_ok_and(|manifest| matches!(manifest.input, Input::Text(_)))
    };
    let small = shelf(&session.shared.host).unwrap().into_iter().find(reads_text).unwrap();
    let source = std::fs::read_to_string(small.folder.join("reward.toml")).unwrap();
    let (kept, _) = source.split_once("[embedding]").expect("the small model gives an embedding");
    let source = kept
        .replace("task = \"score\"", "task = \"pairwise\"")
        .replace("{response:first 4000}", "{response_a:first 2000} or {response_b:first 2000}");
    let manifest = Manifest::read(&source).unwrap();
    let sessions: Vec<Box<dyn ModelSession>> = vec![Box::new(Judge)];
    let opened = RewardModel::open_remote(&small.folder, manifest.clone(), sessions).unwrap();
    (ShelvedModel { key: ModelKey("a judge".into()), manifest: Ok(manifest), ..small }, opened)
}

#[test]
fn a_judge_of_pairs_has_its_row_its_word_and_its_offset() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 90);
    let session = engine.session().unwrap();
    let (model, opened) = judge(&session);
    let manifest = model.manifest.clone().unwrap();
    let scorer = Scorer::start(opened, ScorerOptions::default()).unwrap();
    let cancel = CancelFlag::default();
    let mut run = Run::new(&session.shared, &session, JobId(1), &cancel);
    let mut work = run.work(scorer, &model, &manifest, 90).unwrap();
    run.score_items(&mut work, &manifest, &(1..=90).collect()).unwrap();
    assert_eq!(run.report().scored, 90, "one number for each pair");
    let mut logits = vec![f32::NAN; 91];
    let reader = session.readers.lend().unwrap();
    reader.each_score(&model.key, |item, _, _, scores| logits[item.0 as usize] = scores[0]).unwrap();
    drop(reader);
    // People decide as it does, nine times of ten.
    let seat = session.seat();
    for item in 1..=60_i64 {
        let is_a = (logits[item as usize] > 0.0) != (item % 10 == 0);
        let said = preferred(if is_a { Outcome::A } else { Outcome::B });
        let vote = judgment(item, seat.annotator.0, item, said, AcquisitionMethod::Random);
        session.submit(&seat, vote.given).unwrap();
    }
    let by = Who::Model(model.key.clone());
    let report = session.model_report(&seat, &ReportFilter::default()).unwrap();
    let row = |who: &Who| {
        let contestant = Contestant::Scorer(who.clone());
        let row = report.rows.iter().find(|row| row.contestant == contestant);
        row.unwrap_or_else(|| panic!("{who:?} has no row in {:?}", report.rows))
    };
    assert_eq!(row(&by).votes, 60);
    let right = row(&by).accuracy.expect("it was right or wrong").estimate;
    assert!((right - 0.9).abs() < 0.04, "{right}");
    assert!(row(&by).calibration.is_some(), "and as sure as it was");
    let of_head = row(&Who::Head).accuracy.expect("the head was right or wrong").estimate;
    assert!(of_head > 0.8, "heads start from it: {of_head}");

    let belief = Some(BeliefFilter { kind: BeliefKind::Sure, by: by.clone(), percent: 80 });
    let filter = ItemFilter { state: ItemState::Open, belief, ..ItemFilter::default() };
    let sure = session.find_all(&seat, &filter).unwrap();
    let logit = |item: u32| logits[item as usize].abs();
    let of_sure = sure.iter().map(logit).fold(f32::INFINITY, f32::min);
    let unsure = (61..=90).filter(|item| !sure.contains(*item)).map(logit).fold(0.0, f32::max);
    assert!(!sure.is_empty() && sure.len() < 30 && of_sure > unsure, "where its logits are large: {sure:?}");
    let taken = session.accept_model_labels(&seat, 0.8 - 1e-9, &by, &filter).unwrap();
    assert_eq!(taken, Reply::Count(sure.len()));
    let labels = session.readers.lend().unwrap().model_labels().unwrap();
    for label in &labels {
        assert_eq!(
            label.prediction.a > 0.5,
            logits[label.item.0 as usize] > 0.0,
            "for the side that it is for"
        );
    }
    drop(session);
    engine.call(Call::CloseProject).unwrap();
}

#[test]
fn what_a_judge_says_is_told_of_both_and_its_features_are_no_candidates() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 6);
    let session = engine.session().unwrap();
    let model = ScoredModel {
        key: ModelKey("a judge".into()),
        name: "a judge".into(),
        version: "1".into(),
        dimensions: vec!["overall".into()],
        is_judge: Some(true),
    };
    let rows: Vec<CandidateScore> = (1..=6)
        .map(|item| CandidateScore {
            item: ItemId(item),
            candidate: 0,
            input_key: [item as u8; 16],
            scores: vec![item as f32 - 3.5],
            embedding: Some(vec![item as f32; 4]),
        })
        .collect();
    session.writer.ask(move |store| Ok(store.add_scores(&model, &rows)?)).unwrap();
    let learning = tiebreak_domain::learning::Learning { scores_in_background: false, ..Default::default() };
    let study = tiebreak_domain::StudySetup { learning: Some(learning), ..Default::default() };
    engine.call(Call::SetStudy(Box::new(study))).unwrap();
    let seat = session.seat();
    let vote = judgment(1, seat.annotator.0, 1, preferred(Outcome::A), AcquisitionMethod::Random);
    session.submit(&seat, vote.given).unwrap();
    let told = || -> Vec<ItemScores> {
        match session.item_scores(&seat, seat.annotator, ItemId(1)).unwrap() {
            Reply::ItemScores(scores) => scores,
            other => panic!("expected scores, found {other:?}"),
        }
    };
    let of_judge = |said: &ItemScores| matches!(said.scorer, Who::Model(_));
    let deadline = Instant::now() + Duration::from_mins(1);
    // The worker reads the pool in its own time.
    let scores = loop {
        let scores: Vec<ItemScores> = told().into_iter().filter(of_judge).collect();
        if scores.iter().any(|said| said.scores.iter().all(Option::is_some)) {
            break scores;
        }
        assert!(Instant::now() < deadline, "{scores:?}");
        std::thread::sleep(LOOK_EVERY);
    };
    let expected = vec![Some(-1.25), Some(1.25)];
    assert_eq!(scores.iter().map(|said| &said.scores).collect::<Vec<_>>(), [&expected], "once, and of both");
    let Reply::Learning(state) = session.learning_state() else { panic!("how learning stands") };
    assert!(state.features.contains("style and words"), "a pair's embedding is of no candidate: {state:?}");
    drop(session);
    engine.call(Call::CloseProject).unwrap();
}
