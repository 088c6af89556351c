//! The report of models against people: the head, every model and the baselines on the same votes.
//!
//! The head is held against votes by what it said before each was given; a vote that it did not predict, because it
//! was imported or came before learning was turned on, is predicted by a head that learned from the other prompts.
//! A model's confidence comes from its difference by one temperature, fitted on the other half of the prompts. Votes
//! on one prompt go together, so intervals are by prompt.

mod calibration;
mod sheet;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use tiebreak_domain::model_report::{Contestant, ModelReport, ReportFilter};
use tiebreak_domain::reward::Scorer;
use tiebreak_domain::{ApiError, ItemId, Reply};

use super::ensembles::VARIANCE_PENALTY;
use super::learned::Learned;
use super::pool::Pool;
use super::said::Said;
use super::votes::{KnownVote, Source};
use super::{THREADS, anchoring, standing};
use crate::export::target::Target;
use crate::seat::Seat;
use crate::session::Session;
use crate::{failure, models};
use sheet::Sheet;

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
        let first_votes = anchoring::randomised(&reader, &said.in_force, self.key(), learning.hidden_share)?;
        drop(reader);
        let predicted = standing::predicted(&learned, &predictions, &said);
        let curve = standing::curve(&predicted);
        let mut report = ModelReport {
            curve: curve.clone(),
            next_200: standing::next_200(&curve, said.in_force.len() as u64),
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
            let mut of_head = learned.cross_fitted(dimension);
            if place == 0 {
                for predicted in &predicted {
                    let of_vote = (predicted.known.judgment, predicted.known.pair);
                    of_head.insert(of_vote, predicted.prediction);
                }
                report.votes = votes.len() as u64;
                report.audit_votes = votes.iter().filter(|known| known.is_audit()).count() as u64;
                let unchosen = votes.iter().filter(|known| known.source == Source::Unchosen);
                report.unchosen_votes = unchosen.count() as u64;
                report.anchoring = anchoring::effect(&learned, &of_head, &first_votes);
            }
            let sheet = Sheet { pool: &learned.pool, votes: &votes, dimension: &name, of_head: &of_head };
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
                let sheet = Sheet { pool: &learned.pool, votes, dimension: &name, of_head: &of_head };
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
            "models are taken together in standard deviations of what their makers measured, or else of this project; \
             of their variance {VARIANCE_PENALTY} times is taken off"
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
