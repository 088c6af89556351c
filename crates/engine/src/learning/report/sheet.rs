//! One question, on all items or on one slice: everybody who is held against its votes.

use tiebreak_domain::model_report::{CalibrationReport, Contestant, ReportRow};
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_stats::Choice;
use tiebreak_stats::baseline::{Comparison, baselines};
use tiebreak_stats::calibration::{Scored, sigmoid};
use tiebreak_stats::interval::{REPORT_LEVEL, clustered_share};
use tiebreak_stats::model_agreement::{ModelAgreement, ScoredChoice, model_agreement_by_cluster};

use super::calibration::calibrated;
use crate::learning::learned::Foretold;
use crate::learning::pool::Pool;
use crate::learning::sharpness::{deviation, sharpness};
use crate::learning::votes::KnownVote;

/// The votes of one dimension, and what is held against them.
pub(super) struct Sheet<'a> {
    pub pool: &'a Pool,
    pub votes: &'a [KnownVote],
    pub dimension: &'a str,
    pub of_head: &'a Foretold,
}

/// A model, several together, or a judge of pairs, and what it says of a vote's pair.
struct Said<'a> {
    scorer: &'a Scorer,
    name: &'a str,
    dimension: &'a str,
    /// How large its differences are where votes do not say what they mean.
    deviation: f64,
    differences: Vec<(&'a KnownVote, f64)>,
}

impl<'a> Sheet<'a> {
    /// Everybody who is held against the votes, the baselines last.
    pub fn rows(&self, slice: Option<&str>) -> Vec<ReportRow> {
        if self.votes.is_empty() {
            return Vec::new();
        }
        let row = |contestant, name: &str, votes, accuracy, accuracy_with_ties, calibration| ReportRow {
            contestant,
            name: name.to_owned(),
            dimension: self.dimension.to_owned(),
            slice: slice.map(str::to_owned),
            votes,
            accuracy,
            accuracy_with_ties,
            calibration,
        };
        let mut rows: Vec<ReportRow> = self
            .head()
            .map(|found| {
                let (agreement, calibration) = found;
                row(
                    Contestant::Scorer(Scorer::Head),
                    "the head",
                    agreement.pairs,
                    agreement.without_ties,
                    agreement.with_ties,
                    calibration,
                )
            })
            .into_iter()
            .collect();
        for said in self.models() {
            let agreement = self.agreement(&said.differences);
            let calibration = calibrated(&self.cross_tempered(&said));
            let name = if said.dimension == tiebreak_domain::rubric::OVERALL {
                said.name.to_owned()
            } else {
                format!("{} ({})", said.name, said.dimension)
            };
            rows.push(row(
                Contestant::Scorer(said.scorer.clone()),
                &name,
                agreement.pairs,
                agreement.without_ties,
                agreement.with_ties,
                calibration,
            ));
        }
        let comparisons: Vec<Comparison> = self.votes.iter().map(|known| self.comparison(known)).collect();
        let easy = baselines(&comparisons, REPORT_LEVEL);
        let first: Vec<ScoredChoice> =
            self.votes.iter().map(|known| ScoredChoice { difference: 1.0, choice: choice(known) }).collect();
        let prompts: Vec<u64> = self.votes.iter().map(|known| self.prompt(known)).collect();
        let first = model_agreement_by_cluster(&first, &prompts, REPORT_LEVEL);
        // Whether a rule that decides one way was right, of the decided votes that it says something of.
        let share = |rule: &dyn Fn(&Comparison) -> Option<bool>| {
            let decided = comparisons.iter().zip(&prompts).filter(|(one, _)| one.choice.is_decided());
            let told =
                decided.filter_map(|(one, prompt)| Some((*prompt, rule(one)? == (one.choice == Choice::A))));
            clustered_share(told, REPORT_LEVEL)
        };
        let longer = share(&|one| (one.length_a != one.length_b).then_some(one.length_a > one.length_b));
        let left = share(&|one| one.a_was_first);
        rows.push(row(Contestant::Longer, "longer wins", easy.of_unequal_length, longer, None, None));
        rows.push(row(
            Contestant::First,
            "first of the data wins",
            first.decided,
            first.without_ties,
            None,
            None,
        ));
        if easy.of_known_order > 0 {
            rows.push(row(Contestant::Left, "left wins", easy.of_known_order, left, None, None));
        }
        rows
    }

    /// The head by what it said of votes it had not seen; none where it said nothing.
    fn head(&self) -> Option<(ModelAgreement, Option<CalibrationReport>)> {
        let said: Vec<(&KnownVote, Prediction)> = self
            .votes
            .iter()
            .filter_map(|known| Some((known, *self.of_head.get(&(known.judgment, known.pair))?)))
            .collect();
        let differences: Vec<(&KnownVote, f64)> =
            said.iter().map(|(known, said)| (*known, said.a - said.b)).collect();
        let scored: Vec<(u64, Scored)> =
            said.iter().filter_map(|(known, said)| self.scored(known, said.a_if_decided())).collect();
        let agreement = self.agreement(&differences);
        (agreement.pairs > 0).then(|| (agreement, calibrated(&scored)))
    }

    /// Models, what they say together, and judges of pairs, so far as they say something of these votes.
    fn models(&self) -> Vec<Said<'a>> {
        let known_of = |difference: &dyn Fn(&KnownVote) -> f64| -> Vec<(&'a KnownVote, f64)> {
            let all = self.votes.iter().map(|known| (known, difference(known)));
            all.filter(|(_, difference)| difference.is_finite()).collect()
        };
        let scorers = self.pool.scorers.iter().chain(&self.pool.ensembles).map(|scorer| {
            let score = |row: u32| f64::from(scorer.scores[row as usize]);
            Said {
                scorer: &scorer.scorer,
                name: &scorer.name,
                dimension: &scorer.dimension,
                deviation: deviation(&scorer.scores),
                differences: known_of(&|known| score(known.vote.a) - score(known.vote.b)),
            }
        });
        let judges = self.pool.judges.iter().map(|judge| Said {
            scorer: &judge.scorer,
            name: &judge.name,
            dimension: &judge.dimension,
            deviation: judge.deviation(),
            differences: known_of(&|known| judge.logit(known.pair)),
        });
        scorers.chain(judges).filter(|said| !said.differences.is_empty()).collect()
    }

    fn agreement(&self, said: &[(&KnownVote, f64)]) -> ModelAgreement {
        let choices: Vec<ScoredChoice> = said
            .iter()
            .map(|(known, difference)| ScoredChoice { difference: *difference, choice: choice(known) })
            .collect();
        let prompts: Vec<u64> = said.iter().map(|(known, _)| self.prompt(known)).collect();
        model_agreement_by_cluster(&choices, &prompts, REPORT_LEVEL)
    }

    /// What votes on one prompt share.
    fn prompt(&self, known: &KnownVote) -> u64 {
        u64::from(self.pool.pairs[known.pair].cluster)
    }

    fn scored(&self, known: &KnownVote, chance_of_a: f64) -> Option<(u64, Scored)> {
        Some((self.prompt(known), Scored { probability: chance_of_a, happened: known.vote.verdict.a_won()? }))
    }

    fn comparison(&self, known: &KnownVote) -> Comparison {
        let length = |row: u32| self.pool.lengths[row as usize] as u64;
        Comparison {
            length_a: length(known.vote.a),
            length_b: length(known.vote.b),
            a_was_first: known.a_was_left,
            choice: choice(known),
        }
    }

    /// Differences as probabilities, by the temperature that the other half of the prompts asks for.
    fn cross_tempered(&self, said: &Said<'_>) -> Vec<(u64, Scored)> {
        let is_even = |known: &KnownVote| self.pool.pairs[known.pair].cluster.is_multiple_of(2);
        let of_half = |even: bool| {
            let half = said.differences.iter().filter(|(known, _)| is_even(known) == even);
            let labels: Vec<(f64, bool)> = half
                .filter_map(|(known, difference)| Some((*difference, known.vote.verdict.a_won()?)))
                .collect();
            sharpness(&labels, said.deviation)
        };
        let by_other = [of_half(false), of_half(true)];
        let differences = said.differences.iter();
        differences
            .filter_map(|(known, difference)| {
                self.scored(known, sigmoid(difference * by_other[usize::from(!is_even(known))]))
            })
            .collect()
    }
}

fn choice(known: &KnownVote) -> Choice {
    match known.vote.verdict {
        Verdict::A(_) => Choice::A,
        Verdict::Tie => Choice::Tie,
        Verdict::B(_) => Choice::B,
    }
}
