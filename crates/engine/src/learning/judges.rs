//! Judges of pairs: models that hold two candidates against each other. They give a pair a logit and no candidate a
//! score, so that what they say is kept pair by pair.
//!
//! A head takes it as an offset of the pair: what the judge says already is not learned again. The judge's scale is
//! the temperature that the votes ask for, as of any model ([`sharpness`]); where several judges know a pair, their
//! mean counts, since they would say the same thing twice.

use tiebreak_domain::reward::{ItemScores, Scorer};
use tiebreak_reward::learn::head::Vote;
use tiebreak_reward::learn::ordinal::Verdict;

use super::learned::is_about;
use super::pool::{Pool, PoolItem};
use super::sharpness::sharpness;

/// A model whose logits of pairs are in the pool.
pub struct PoolJudge {
    /// Who.
    pub scorer: Scorer,
    /// What people call it.
    pub name: String,
    /// About what.
    pub dimension: String,
    /// The logit that the first of each pair is the better one; not a number where it was not asked.
    pub logits: Vec<f32>,
}

impl PoolJudge {
    /// What it says of a pair; not a number where it says nothing.
    pub fn logit(&self, pair: usize) -> f64 {
        f64::from(self.logits[pair])
    }

    /// How large its logits are: the root of their mean square; 1 where all are zero.
    pub fn deviation(&self) -> f64 {
        let known = self.logits.iter().filter(|logit| logit.is_finite()).map(|logit| f64::from(*logit));
        let (count, squares) =
            known.fold((0_usize, 0.0), |(count, squares), logit| (count + 1, squares + logit * logit));
        let mean = squares / count.max(1) as f64;
        if mean > 0.0 { mean.sqrt() } else { 1.0 }
    }

    /// How much one of its logits comes to, by the votes that are known of pairs.
    pub fn sharpness(&self, votes: impl Iterator<Item = (usize, Verdict)>) -> f64 {
        let labels: Vec<(f64, bool)> = votes
            .filter_map(|(pair, verdict)| Some((self.logit(pair), verdict.a_won()?)))
            .filter(|(logit, _)| logit.is_finite())
            .collect();
        sharpness(&labels, self.deviation())
    }

    /// What it says of an item's two candidates, half of the logit for the one and half against the other; none
    /// where it says nothing.
    pub fn scores(&self, item: &PoolItem) -> Option<ItemScores> {
        if item.candidates != 2 {
            return None;
        }
        let half = self.logit(item.first_pair as usize) / 2.0;
        half.is_finite().then(|| ItemScores {
            scorer: self.scorer.clone(),
            name: self.name.clone(),
            dimension: self.dimension.clone(),
            scores: vec![Some(half), Some(-half)],
        })
    }
}

/// What the judges of a question add to each pair, on the logit scale, by the scale that votes on pairs ask for; none
/// where there is no such judge.
pub fn offsets(pool: &Pool, question: &str, votes: &[(usize, Vote)]) -> Option<Vec<f32>> {
    let about: Vec<&PoolJudge> =
        pool.judges.iter().filter(|judge| is_about(question, &judge.dimension)).collect();
    if about.is_empty() {
        return None;
    }
    let (mut sums, mut counts) = (vec![0.0_f32; pool.pairs.len()], vec![0_u32; pool.pairs.len()]);
    for judge in about {
        let scale = judge.sharpness(votes.iter().map(|(pair, vote)| (*pair, vote.verdict))) as f32;
        for ((sum, count), logit) in sums.iter_mut().zip(&mut counts).zip(&judge.logits) {
            if logit.is_finite() {
                *sum += scale * logit;
                *count += 1;
            }
        }
    }
    Some(sums.into_iter().zip(counts).map(|(sum, count)| sum / count.max(1) as f32).collect())
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::reward::ModelKey;
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Outcome, Rubric};

    use super::super::learned::Learned;
    use super::super::tests::{items, judgment, preferred};
    use super::*;

    fn judge(logits: Vec<f32>) -> PoolJudge {
        let (scorer, name) = (Scorer::Model(ModelKey("judge".into())), "judge".into());
        PoolJudge { scorer, name, dimension: "overall".into(), logits }
    }

    /// Heads over pairs of which a judge holds every third for the first's.
    fn heads(count: i64) -> Learned {
        let mut pool = Pool::of_items(&items(count, 2));
        let logits = (0..count).map(|pair| if pair % 3 == 0 { 2.0 } else { -2.0 }).collect();
        pool.judges.push(judge(logits));
        Learned::new(pool, &Rubric::default(), 1).expect("the rubric compares candidates")
    }

    #[test]
    fn a_head_starts_from_what_a_judge_says_of_each_pair() {
        let mut heads = heads(120);
        let chance = |heads: &Learned, pair: usize| heads.prediction_of_pair(pair).a_if_decided();
        assert!(chance(&heads, 0) > 0.55 && chance(&heads, 1) < 0.45, "one deviation, before any vote");
        // People decide as the judge does, nine times of ten, whatever the texts are like.
        let votes: Vec<_> = (1..=100)
            .map(|number| {
                let is_a = ((number - 1) % 3 == 0) != (number % 10 == 0);
                let outcome = if is_a { Outcome::A } else { Outcome::B };
                judgment(number, 1, number, preferred(outcome), AcquisitionMethod::Random)
            })
            .collect();
        heads.refit(&votes, 1);
        let unseen: Vec<f64> = (100..120).map(|pair| chance(&heads, pair)).collect();
        for (at, chance) in unseen.iter().enumerate() {
            assert_eq!(*chance > 0.5, (100 + at) % 3 == 0, "the judge is followed: {unseen:?}");
        }
        let foretold = heads.cross_fitted(heads.main());
        let right = heads.main().votes.iter().filter(|known| {
            let said = foretold[&(known.judgment, known.pair)];
            (said.a > said.b) == (known.vote.verdict == Verdict::A(None))
        });
        assert!(right.count() >= 85, "and where heads have not seen the prompt");
        let item = heads.pool.items[0].id;
        let said = heads.scores(item).remove(0);
        let [Some(first), Some(second)] = said.scores[..] else { panic!("both have a score") };
        assert!(first > second, "what is told of the candidates holds the judge's word too");
        let predicted = heads.predictions(item).remove(0).prediction;
        assert!((predicted.a - heads.prediction_of_pair(0).a).abs() < 1e-3, "as of the pair");
        // A vote that comes in moves what is believed from where the judge puts it.
        let before = chance(&heads, 105);
        heads.take_in(&judgment(200, 1, 106, preferred(Outcome::A), AcquisitionMethod::Random));
        let known = heads.main().votes.last().expect("it was taken in");
        assert!((known.vote.offset - heads.main().offset(105)).abs() < 1e-12);
        assert!(chance(&heads, 105) > before);
    }

    #[test]
    fn the_scale_is_what_votes_ask_for_and_a_deviation_before() {
        let said = judge(vec![2.0; 100]);
        let votes = |wrong: usize, count: usize| {
            (0..count).map(move |at| (at, if at < wrong { Verdict::B(None) } else { Verdict::A(None) }))
        };
        assert!((said.sharpness(votes(5, 20)) - 0.5).abs() < 1e-12, "too few votes");
        assert!((said.sharpness(votes(0, 100)) - 0.5).abs() < 1e-12, "always right is not sure without end");
        let fitted = said.sharpness(votes(25, 100));
        assert!((2.0 * fitted - 3.0_f64.ln()).abs() < 1e-3, "three of four: {fitted}");
        assert!(said.sharpness(votes(90, 100)) < 0.05, "one that votes do not bear out counts for nothing");
    }
}
