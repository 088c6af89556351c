//! What models said: scores, predictions and labels.

use tiebreak_domain::reward::{ModelKey, Prediction, Scorer};
use tiebreak_domain::{ItemId, Outcome, UnixMillis};
use tiebreak_store::{CandidateScore, ModelLabel, ScoredModel, StoreError, StoredPrediction};

use crate::backend::on_both;
use crate::project::{Project, prefer};

fn model(key: &str) -> ScoredModel {
    ScoredModel {
        key: ModelKey(key.into()),
        name: "small".into(),
        version: "1".into(),
        dimensions: vec!["overall".into()],
        is_judge: None,
    }
}

fn score(item: i64, candidate: u8, value: f32) -> CandidateScore {
    CandidateScore {
        item: ItemId(item),
        candidate,
        input_key: [candidate; 16],
        scores: vec![value],
        embedding: Some(vec![value, -value]),
    }
}

fn scores_come_back_as_the_same_bits_in_the_order_of_the_file() {
    let mut project = Project::with_items(3);
    let scores = [score(2, 1, 0.1), score(1, 0, f32::MIN_POSITIVE), score(2, 0, -3.5)];
    project.store().add_scores(&model("aa"), &scores).unwrap();
    project.store().add_scores(&model("bb"), &[score(2, 0, 9.0)]).unwrap();
    let reader = project.store().reader().unwrap();
    let mut read = Vec::new();
    reader
        .each_score(&ModelKey("aa".into()), |item, candidate, key, scores| {
            read.push((item.0, candidate, key, scores.to_vec()));
        })
        .unwrap();
    let expected =
        [(1, 0, [0; 16], vec![f32::MIN_POSITIVE]), (2, 0, [0; 16], vec![-3.5]), (2, 1, [1; 16], vec![0.1])];
    assert_eq!(read, expected);
    let mut embeddings = Vec::new();
    let take =
        |item: ItemId, candidate, numbers: &[f32]| embeddings.push((item.0, candidate, numbers.to_vec()));
    reader.each_embedding(&ModelKey("bb".into()), take).unwrap();
    assert_eq!(embeddings, [(2, 0, vec![9.0, -9.0])]);
    assert_eq!(reader.score_count(&ModelKey("aa".into())).unwrap(), 3);
    let said = reader.item_scores(ItemId(2)).unwrap();
    let of_item: Vec<_> =
        said.iter().map(|said| (said.model.key.0.as_str(), said.candidates.clone())).collect();
    assert_eq!(of_item, [("aa", vec![(0, vec![-3.5]), (1, vec![0.1])]), ("bb", vec![(0, vec![9.0])])]);
    assert_eq!(reader.scored_models().unwrap(), [model("aa"), model("bb")]);
}

fn whether_a_model_judges_pairs_is_learned_and_not_forgotten() {
    let mut project = Project::with_items(1);
    for (said, known) in
        [(None, None), (Some(true), Some(true)), (None, Some(true)), (Some(false), Some(false))]
    {
        let model = ScoredModel { is_judge: said, ..model("aa") };
        project.store().add_scores(&model, &[score(1, 0, 1.0)]).unwrap();
        let reader = project.store().reader().unwrap();
        assert_eq!(reader.scored_models().unwrap()[0].is_judge, known, "told {said:?}");
        assert_eq!(reader.item_scores(ItemId(1)).unwrap()[0].model.is_judge, known);
    }
}

fn a_score_that_is_no_number_is_refused_and_none_of_its_batch_is_kept() {
    let mut project = Project::with_items(2);
    let refused = project.store().add_scores(&model("aa"), &[score(1, 0, 1.0), score(2, 0, f32::NAN)]);
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(project.store().reader().unwrap().score_count(&ModelKey("aa".into())).unwrap(), 0);
}

fn a_prediction_never_changes() {
    let mut project = Project::with_items(2);
    let ana = project.ana;
    let vote = project.judgment(ana, 1, prefer(Outcome::B));
    project.store().submit(&vote).unwrap();
    let said = Prediction { a: 0.9, tie: 0.04, b: 0.06 };
    let prediction = |a| StoredPrediction {
        judgment: vote.id,
        scorer: Scorer::Head,
        question: "overall".into(),
        pair: None,
        prediction: Prediction { a, ..said },
    };
    project.store().note_predictions(&[prediction(0.9)]).unwrap();
    project.store().note_predictions(&[prediction(0.1)]).unwrap();
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.predictions().unwrap(), [prediction(0.9)], "what was said first stays");
    assert!(project.home.run("UPDATE prediction SET a = 0").is_err(), "the database itself keeps them");
}

fn labels_of_a_model_are_none_of_the_judgments_and_can_be_taken_back() {
    let mut project = Project::with_items(2);
    let label = ModelLabel {
        item: ItemId(2),
        scorer: "head".into(),
        source: "model:head@fp64".into(),
        question: "overall".into(),
        prediction: Prediction { a: 0.97, tie: 0.01, b: 0.02 },
        accepted_at: UnixMillis(7),
    };
    project.store().add_model_labels(std::slice::from_ref(&label)).unwrap();
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.model_labels().unwrap(), [label]);
    let mut votes = 0;
    reader.each_vote(|_| votes += 1).unwrap();
    assert_eq!(votes, 0, "nobody judged anything");
    assert_eq!(project.store().forget_model_labels().unwrap(), 1);
    assert_eq!(project.store().reader().unwrap().model_labels().unwrap(), []);
}

on_both!(
    scores_come_back_as_the_same_bits_in_the_order_of_the_file,
    whether_a_model_judges_pairs_is_learned_and_not_forgotten,
    a_score_that_is_no_number_is_refused_and_none_of_its_batch_is_kept,
    a_prediction_never_changes,
    labels_of_a_model_are_none_of_the_judgments_and_can_be_taken_back,
);
