//! The report of models against people: the head, every model and the baselines on the same votes.
//!
//! The head is held against votes by what it said before each was given; a vote that it did not predict, because it
//! was imported or came before learning was turned on, is predicted by a head that learned from the other prompts.
//! A model's confidence comes from its difference by one temperature, fitted on the other half of the prompts. Votes
//! on one prompt go together, so intervals are by prompt.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tiebreak_domain::model_report::{
    Anchoring, CalibrationReport, Contestant, ModelReport, ReportFilter, ReportRow,
};
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::{ApiError, Interval, ItemId, Reply};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_stats::anchoring::{AnchoredVote, anchoring_effect};
use tiebreak_stats::baseline::{Comparison, baselines};
use tiebreak_stats::bootstrap::Plan;
use tiebreak_stats::calibration::{
    Binning, Scored, brier, ece_interval_by_cluster, fit_temperature, logit, nll, reliability, selective,
};
use tiebreak_stats::interval::{REPORT_LEVEL, clustered_share};
use tiebreak_stats::model_agreement::{ScoredChoice, model_agreement_by_cluster};
use tiebreak_stats::{Choice, calibration};

use super::ensembles::VARIANCE_PENALTY;
use super::learned::{Foretold, Learned};
use super::pool::Pool;
use super::said::Said;
use super::votes::{KnownVote, Source};
use super::{THREADS, standing};
use crate::export::target::Target;
use crate::seat::Seat;
use crate::session::Session;
use crate::{failure, models};

const BINS: usize = 10;
const RESAMPLES: usize = 200;
const CURVE_POINTS: usize = 40;
const CONFIDENCES: [f64; 3] = [0.8, 0.9, 0.95];
/// Slices with fewer votes tell nothing.
const LEAST_IN_SLICE: usize = 10;
/// So many slices at most, the largest.
const MOST_SLICES: usize = 12;

impl Session {
    /// How models do against the people.
    pub fn model_report(&self, seat: &Seat, filter: &ReportFilter) -> Result<ModelReport, ApiError> {
        self.for_lead(seat)?;
        let learning = self.learning_rules().unwrap_or_default();
        let reader = self.readers.open()?;
        let said = Said::read(&reader)?;
        let Some(pool) = Pool::read(&reader, &learning, &models::references(&self.shared.host))? else {
            return Ok(nothing("there is no pair in this project"));
        };
        let Some(mut learned) = Learned::new(pool, &self.rubric(), THREADS) else {
            return Ok(nothing("nothing that is asked compares candidates"));
        };
        learned.refit(&said.in_force, THREADS);
        learned.note_superseded(&said.superseded);
        let predictions = reader.predictions()?;
        let slices = match &filter.slice_column {
            Some(column) => slices(&reader, column)?,
            None => HashMap::new(),
        };
        drop(reader);
        let predicted = standing::predicted(&learned, &predictions, &said);
        let curve = standing::curve(&predicted);
        let mut of_head = learned.cross_fitted();
        for predicted in &predicted {
            of_head.insert((predicted.known.judgment, predicted.known.pair), predicted.prediction);
        }
        let mut report = ModelReport {
            curve: curve.clone(),
            next_200: standing::next_200(&curve),
            ..ModelReport::default()
        };
        let rubric = self.rubric();
        for (place, dimension) in learned.dimensions.iter().enumerate() {
            let first = dimension.first_votes();
            let votes: Vec<KnownVote> =
                first.filter(|known| known.is_audit() || !filter.audit_only).cloned().collect();
            let title = rubric.question(&dimension.key).map_or("", |question| question.title.as_str());
            let name = if dimension.key == tiebreak_domain::rubric::OVERALL || title.is_empty() {
                dimension.key.clone()
            } else {
                title.to_owned()
            };
            let of_head = (place == 0).then_some(&of_head);
            let sheet = Sheet { pool: &learned.pool, votes: &votes, dimension: &name, of_head };
            if place == 0 {
                report.votes = votes.len() as u64;
                report.audit_votes = votes.iter().filter(|known| known.is_audit()).count() as u64;
                let unchosen = votes.iter().filter(|known| known.source == Source::Unchosen);
                report.unchosen_votes = unchosen.count() as u64;
                report.anchoring = sheet.anchoring();
            }
            report.rows.extend(sheet.rows(None));
            let mut by_slice: BTreeMap<&str, Vec<KnownVote>> = BTreeMap::new();
            for known in &votes {
                if let Some(slice) = slices.get(&known.item) {
                    by_slice.entry(slice).or_default().push(known.clone());
                }
            }
            let mut by_slice: Vec<(&str, Vec<KnownVote>)> =
                by_slice.into_iter().filter(|(_, votes)| votes.len() >= LEAST_IN_SLICE).collect();
            by_slice.sort_by_key(|(_, votes)| std::cmp::Reverse(votes.len()));
            for (slice, votes) in by_slice.iter().take(MOST_SLICES) {
                let sheet = Sheet { pool: &learned.pool, votes, dimension: &name, of_head };
                report.rows.extend(sheet.rows(Some(slice)));
            }
        }
        let foretold = learned.ratings.iter();
        report.ratings =
            foretold.filter_map(|head| head.report(&learned.pool, &rubric, filter.audit_only)).collect();
        report.remarks = remarks(&report, filter);
        report.remarks.extend(self.surprise_remark()?);
        Ok(report)
    }

    /// Writes the report as a page.
    pub fn save_model_report(
        &self,
        seat: &Seat,
        filter: &ReportFilter,
        path: &std::path::Path,
        replace: bool,
    ) -> Result<Reply, ApiError> {
        let target = Target::new(&self.place, path.to_owned(), replace)?;
        let report = self.model_report(seat, filter)?;
        let page = super::page::html(&report, &self.info(seat)?.name);
        let mut file = target.temporary()?;
        file.write_all(page.as_bytes()).map_err(|error| failure::of_io("write the report", path, &error))?;
        target.place(file, path)?;
        Ok(Reply::Done)
    }
}

fn nothing(remark: &str) -> ModelReport {
    ModelReport { remarks: vec![remark.to_owned()], ..ModelReport::default() }
}

fn remarks(report: &ModelReport, filter: &ReportFilter) -> Vec<String> {
    let mut remarks = Vec::new();
    if report.unchosen_votes > 0 {
        remarks.push(format!(
            "{} votes are on items that no model chose, as labels of data or in the order of the file: what is measured on \
             them holds for all as far as that order says nothing of the items",
            report.unchosen_votes
        ));
    }
    if report.votes > 0 && report.audit_votes == 0 {
        let chosen = if report.unchosen_votes < report.votes {
            ": what was chosen by a model flatters or wrongs models"
        } else {
            ""
        };
        remarks.push(format!("no vote is on an item drawn at random{chosen}"));
    } else if !filter.audit_only && report.audit_votes < report.votes {
        remarks.push(
            "items that were chosen are counted in; what holds for all is measured on items drawn at random alone"
                .to_owned(),
        );
    }
    if report.rows.iter().any(|row| matches!(row.contestant, Contestant::Scorer(Scorer::Ensemble(_)))) {
        remarks.push(format!(
            "models are taken together in standard deviations of the candidates that all of them scored; of their \
             variance {VARIANCE_PENALTY} times is taken off"
        ));
    }
    remarks.push(
        "intervals are Wilson's at 95 %, at the number of votes that those of one prompt are worth together; where \
         every prompt has one vote, that is all of them"
            .to_owned(),
    );
    remarks
}

fn slices(reader: &tiebreak_store::Reader, column: &str) -> Result<HashMap<ItemId, String>, ApiError> {
    let mut slices = HashMap::new();
    reader.each_item(|stored| {
        if let Some(value) = stored.item.metadata.get(column) {
            let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            slices.insert(stored.id, words);
        }
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(slices)
}

/// The votes of one dimension, and what is held against them.
struct Sheet<'a> {
    pool: &'a Pool,
    votes: &'a [KnownVote],
    dimension: &'a str,
    of_head: Option<&'a Foretold>,
}

impl Sheet<'_> {
    fn rows(&self, slice: Option<&str>) -> Vec<ReportRow> {
        if self.votes.is_empty() {
            return Vec::new();
        }
        let mut rows = Vec::new();
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
        if let Some(of_head) = self.of_head {
            let said: Vec<(&KnownVote, Prediction)> = self
                .votes
                .iter()
                .filter_map(|known| Some((known, *of_head.get(&(known.judgment, known.pair))?)))
                .collect();
            let choices: Vec<ScoredChoice> = said
                .iter()
                .map(|(known, said)| ScoredChoice { difference: said.a - said.b, choice: choice(known) })
                .collect();
            let prompts: Vec<u64> = said.iter().map(|(known, _)| self.prompt(known)).collect();
            let agreement = model_agreement_by_cluster(&choices, &prompts, REPORT_LEVEL);
            let scored: Vec<(u64, Scored)> =
                said.iter().filter_map(|(known, said)| self.scored(known, said.a_if_decided())).collect();
            let calibration = slice.is_none().then(|| calibrated(&scored)).flatten();
            if agreement.pairs > 0 {
                rows.push(row(
                    Contestant::Scorer(Scorer::Head),
                    "the head",
                    agreement.pairs,
                    agreement.without_ties,
                    agreement.with_ties,
                    calibration,
                ));
            }
        }
        for scorer in self.pool.scorers.iter().chain(&self.pool.ensembles) {
            let said: Vec<(&KnownVote, f64)> = self
                .votes
                .iter()
                .map(|known| {
                    let score = |row: u32| f64::from(scorer.scores[row as usize]);
                    (known, score(known.vote.a) - score(known.vote.b))
                })
                .filter(|(_, difference)| difference.is_finite())
                .collect();
            if said.is_empty() {
                continue;
            }
            let choices: Vec<ScoredChoice> = said
                .iter()
                .map(|(known, difference)| ScoredChoice { difference: *difference, choice: choice(known) })
                .collect();
            let prompts: Vec<u64> = said.iter().map(|(known, _)| self.prompt(known)).collect();
            let agreement = model_agreement_by_cluster(&choices, &prompts, REPORT_LEVEL);
            let calibration = slice.is_none().then(|| calibrated(&self.cross_tempered(&said))).flatten();
            let name = if scorer.dimension == tiebreak_domain::rubric::OVERALL {
                scorer.name.clone()
            } else {
                format!("{} ({})", scorer.name, scorer.dimension)
            };
            rows.push(row(
                Contestant::Scorer(scorer.scorer.clone()),
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

    /// What votes on one prompt share.
    fn prompt(&self, known: &KnownVote) -> u64 {
        u64::from(self.pool.pairs[known.pair].cluster)
    }

    fn scored(&self, known: &KnownVote, chance_of_a: f64) -> Option<(u64, Scored)> {
        Some((self.prompt(known), Scored { probability: chance_of_a, happened: a_won(known)? }))
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
    fn cross_tempered(&self, said: &[(&KnownVote, f64)]) -> Vec<(u64, Scored)> {
        let is_even = |known: &KnownVote| self.pool.pairs[known.pair].cluster.is_multiple_of(2);
        let fit = |even: bool| {
            let labels: Vec<(f64, bool)> = said
                .iter()
                .filter(|(known, _)| is_even(known) == even)
                .filter_map(|(known, difference)| Some((*difference, a_won(known)?)))
                .collect();
            fit_temperature(&labels).map(|fit| fit.temperature)
        };
        let temperatures = [fit(false), fit(true)];
        said.iter()
            .filter_map(|(known, difference)| {
                let temperature = temperatures[usize::from(!is_even(known))]?;
                self.scored(known, calibration::sigmoid(temperature.apply(*difference)))
            })
            .collect()
    }

    /// Agreement with the head, or else the first model, where scores were in sight and where not.
    fn anchoring(&self) -> Option<Anchoring> {
        let scorer = self.pool.scorers.first();
        let a_is_likelier = |known: &KnownVote| -> Option<bool> {
            let by_model = scorer
                .map(|scorer| scorer.scores[known.vote.a as usize] - scorer.scores[known.vote.b as usize]);
            if let Some(difference) = by_model.filter(|difference| difference.is_finite()) {
                return Some(difference > 0.0);
            }
            let said = self.of_head?.get(&(known.judgment, known.pair))?;
            Some(said.a > said.b)
        };
        let votes: Vec<AnchoredVote> = self
            .votes
            .iter()
            .filter_map(|known| {
                let agrees = a_won(known)? == a_is_likelier(known)?;
                Some(AnchoredVote { scores_were_visible: known.scores_visible, agrees })
            })
            .collect();
        let effect = anchoring_effect(votes, REPORT_LEVEL);
        Some(Anchoring {
            visible: effect.agreement_visible?,
            hidden: effect.agreement_hidden?,
            shift: effect.difference?,
            visible_votes: effect.visible,
            hidden_votes: effect.hidden,
        })
    }
}

fn choice(known: &KnownVote) -> Choice {
    match known.vote.verdict {
        Verdict::A(_) => Choice::A,
        Verdict::Tie => Choice::Tie,
        Verdict::B(_) => Choice::B,
    }
}

fn a_won(known: &KnownVote) -> Option<bool> {
    match known.vote.verdict {
        Verdict::A(_) => Some(true),
        Verdict::B(_) => Some(false),
        Verdict::Tie => None,
    }
}

/// How honest a confidence is; none of too few decided pairs.
fn calibrated(by_prompt: &[(u64, Scored)]) -> Option<CalibrationReport> {
    if by_prompt.len() < BINS {
        return None;
    }
    let scored: Vec<Scored> = by_prompt.iter().map(|(_, scored)| *scored).collect();
    let prompts: Vec<usize> = by_prompt.iter().map(|(prompt, _)| *prompt as usize).collect();
    let confident: Vec<Scored> = scored.iter().copied().map(Scored::as_confidence).collect();
    let plan = Plan { resamples: RESAMPLES, level: REPORT_LEVEL };
    let mut random = StdRng::seed_from_u64(scored.len() as u64);
    let diagram = reliability(&confident, Binning::EqualWidth(BINS), REPORT_LEVEL)?;
    let ece = ece_interval_by_cluster(&confident, &prompts, Binning::EqualWidth(BINS), plan, &mut random)
        .unwrap_or(Interval {
            estimate: diagram.ece,
            low: diagram.ece,
            high: diagram.ece,
            level: REPORT_LEVEL,
        });
    let labels: Vec<(f64, bool)> = scored.iter().map(|one| (logit(one.probability), one.happened)).collect();
    let curve = selective(&confident, CURVE_POINTS)?;
    Some(CalibrationReport {
        ece,
        ece_equal_mass: reliability(&confident, Binning::EqualMass(BINS), REPORT_LEVEL)?.ece,
        brier: brier(&scored)?,
        nll: nll(&scored)?,
        temperature: fit_temperature(&labels).filter(|fit| !fit.is_at_limit).map(|fit| fit.temperature.0),
        bins: diagram
            .bins
            .iter()
            .map(|bin| (bin.mean_probability, bin.observed.estimate, bin.count))
            .collect(),
        risk_coverage: curve.points.iter().map(|point| (point.coverage, point.risk)).collect(),
        aurc: curve.aurc,
        wrong_at: CONFIDENCES
            .iter()
            .filter_map(|confidence| {
                let is_taken = |one: &Scored| one.probability >= *confidence;
                let taken = confident.iter().zip(by_prompt).filter(|(one, _)| is_taken(one));
                let votes = taken.clone().count() as u64;
                let wrong = taken.map(|(one, (prompt, _))| (*prompt, !one.happened));
                clustered_share(wrong, REPORT_LEVEL).map(|wrong| (*confidence, wrong, votes))
            })
            .collect(),
    })
}
