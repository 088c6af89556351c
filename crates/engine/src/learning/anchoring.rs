//! What showing scores before the vote does: agreement with a model among those who saw its scores, against those from
//! whom they were hidden.
//!
//! That means something only where chance decided who saw them. It is drawn once for each item and annotator, by the
//! project's key, so that whoever comes back to an item finds it as it was, and so that the draw is known afterwards.
//! Held against each other are people's own first votes from the time in which scores were shown, as far as their
//! showing was as the draw has it: labels of data, second looks, votes from before and revisions were seen or not seen
//! for other reasons.

use tiebreak_domain::assignment::mixed;
use tiebreak_domain::model_report::Anchoring;
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, Judgment, Origin, ProjectKey, UnixMillis};
use tiebreak_stats::anchoring::{AnchoredVote, anchoring_effect};
use tiebreak_stats::interval::REPORT_LEVEL;
use tiebreak_store::Reader;

use super::learned::{Foretold, Learned, is_about};
use super::votes::{KnownVote, votes_of};

/// Apart from every other order that is made of the same numbers.
const ARM: u64 = 0x5EE4_0412_1DDE_4A27;

/// Whether scores are hidden from somebody on an item, where they are hidden from this share.
pub fn is_hidden(project: ProjectKey, annotator: AnnotatorId, item: ItemId, share: f64) -> bool {
    let halves = project
        .0
        .chunks_exact(8)
        .map(|half| u64::from_le_bytes(half.try_into().expect("a key has sixteen bytes")));
    let numbers = [ARM, annotator.0.unsigned_abs(), item.0.unsigned_abs()];
    let drawn =
        halves.chain(numbers).fold(0, |drawn, number| mixed(drawn ^ mixed(number)).wrapping_add(number));
    ((mixed(drawn) >> 11) as f64 / (1_u64 << 53) as f64) < share
}

/// The first votes that chance decided the showing of, of those whose votes are in force.
pub fn randomised(
    reader: &Reader,
    judgments: &[Judgment],
    project: ProjectKey,
    share: f64,
) -> Result<Vec<Judgment>, ApiError> {
    let shown_at = |judgment: &Judgment| {
        let showing = judgment.given.showing.as_ref()?;
        showing.scores_visible.then_some(showing.shown_at)
    };
    let own = |judgment: &&Judgment| judgment.given.origin == Origin::Screen;
    if !judgments.iter().filter(own).any(|judgment| shown_at(judgment).is_some()) {
        return Ok(Vec::new());
    }
    let mut first_votes = Vec::new();
    for judgment in judgments.iter().filter(own) {
        let first = if judgment.revision == 1 {
            Some(judgment.clone())
        } else {
            reader.first_judged(judgment.given.annotator, judgment.given.item)?
        };
        first_votes.extend(first.filter(|first| first.given.origin == Origin::Screen));
    }
    let shown: Vec<UnixMillis> = first_votes.iter().filter_map(shown_at).collect();
    let (Some(from), Some(to)) = (shown.iter().min().copied(), shown.iter().max().copied()) else {
        return Ok(Vec::new());
    };
    first_votes.retain(|judgment| {
        let Some(showing) = &judgment.given.showing else { return false };
        let is_hidden = is_hidden(project, judgment.given.annotator, judgment.given.item, share);
        (from..=to).contains(&showing.shown_at) && showing.scores_visible != is_hidden
    });
    Ok(first_votes)
}

/// How agreement with the model differs in these votes: with the first that scores what the main question asks, or else
/// with the head. None where there are not both kinds of votes.
pub fn effect(learned: &Learned, of_head: &Foretold, votes: &[Judgment]) -> Option<Anchoring> {
    let (pool, key) = (&learned.pool, &learned.main().key);
    let is_asked = |dimension: &str| is_about(key, dimension);
    let scorer = pool.scorers.iter().find(|scorer| is_asked(&scorer.dimension));
    let judge = pool.judges.iter().find(|judge| is_asked(&judge.dimension));
    let difference = |known: &KnownVote| -> Option<f64> {
        let by_scorer = scorer.map(|scorer| {
            f64::from(scorer.scores[known.vote.a as usize] - scorer.scores[known.vote.b as usize])
        });
        let by_model = by_scorer.or_else(|| judge.map(|judge| judge.logit(known.pair)));
        if let Some(difference) = by_model {
            return difference.is_finite().then_some(difference);
        }
        let said = of_head.get(&(known.judgment, known.pair))?;
        Some(said.a - said.b)
    };
    let known = votes.iter().flat_map(|judgment| votes_of(pool, judgment, key, learned.main().form));
    let votes: Vec<AnchoredVote> = known
        .filter_map(|known| {
            // A model that holds both for equal has no side to agree with.
            let difference = difference(&known).filter(|difference| *difference != 0.0)?;
            let agrees = known.vote.verdict.a_won()? == (difference > 0.0);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tiebreak_domain::learning::{Learning, Policy};
    use tiebreak_domain::model_report::ReportFilter;
    use tiebreak_domain::queue::{Place, QueueRequest};
    use tiebreak_domain::reward::ModelKey;
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Outcome, Request as Call, StudySetup, Verdict};
    use tiebreak_store::{CandidateScore, ScoredModel};

    use super::*;
    use crate::learning::tests::{judgment, preferred};
    use crate::scoring::tests::{engine, with_rows};

    #[test]
    fn the_draw_is_one_for_each_item_and_annotator_and_has_its_share() {
        let key = ProjectKey([7; 16]);
        let hidden = |key, annotator, share| -> Vec<bool> {
            (1..=2_000).map(|item| is_hidden(key, AnnotatorId(annotator), ItemId(item), share)).collect()
        };
        let count = |drawn: &[bool]| drawn.iter().filter(|is_hidden| **is_hidden).count();
        let some = hidden(key, 1, 0.3);
        assert_eq!(some, hidden(key, 1, 0.3), "whoever comes back finds it as it was");
        assert!((530..=670).contains(&count(&some)), "{}", count(&some));
        assert_eq!([count(&hidden(key, 1, 0.0)), count(&hidden(key, 1, 1.0))], [0, 2_000]);
        let wider = hidden(key, 1, 0.5);
        assert!(some.iter().zip(&wider).all(|(some, wider)| *wider || !some), "a larger share adds to it");
        let differ = |other: &[bool]| some.iter().zip(other).filter(|(one, other)| one != other).count();
        for other in [hidden(key, 2, 0.3), hidden(ProjectKey([8; 16]), 1, 0.3)] {
            assert!((700..=980).contains(&differ(&other)), "another draw: {}", differ(&other));
        }
    }

    /// Sixty pairs of which a model prefers the first of the odd ones and the second of the even ones, and of every
    /// tenth neither.
    fn scored(folder: &std::path::Path) -> (crate::Engine, std::sync::Arc<crate::session::Session>) {
        let (engine, events) = engine(folder);
        with_rows(&engine, &events, folder, 60);
        let session = engine.session().unwrap();
        let model = ScoredModel {
            key: ModelKey("a model".into()),
            name: "a model".into(),
            version: "1".into(),
            dimensions: vec!["style".into(), "overall".into()],
            is_judge: Some(false),
        };
        let said = |item: i64, candidate: u8| {
            let first = if item % 10 == 0 {
                0.0
            } else if item % 2 == 1 {
                1.0
            } else {
                -1.0
            };
            // What it says of style is the opposite.
            let overall = if candidate == 0 { first } else { 0.0 };
            CandidateScore {
                item: ItemId(item),
                candidate,
                input_key: [item as u8; 16],
                scores: vec![-overall, overall],
                embedding: None,
            }
        };
        let rows: Vec<_> = (1..=60).flat_map(|item| [said(item, 0), said(item, 1)]).collect();
        session.writer.ask(move |store| Ok(store.add_scores(&model, &rows)?)).unwrap();
        (engine, session)
    }

    #[test]
    fn only_what_chance_hid_is_held_against_what_was_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, session) = scored(folder.path());
        let seat = session.seat();
        let annotator = seat.annotator;
        let follows = |item: i64| if item % 2 == 1 { Outcome::A } else { Outcome::B };
        let submit = |number: i64, item: i64, said: Verdict, is_visible: bool| {
            let mut vote = judgment(number, annotator.0, item, said, AcquisitionMethod::FileOrder);
            let showing = vote.given.showing.as_mut().unwrap();
            showing.scores_visible = is_visible;
            showing.shown_at = UnixMillis(number.min(100));
            session.submit(&seat, vote.given).unwrap();
        };
        // Before anything was shown everybody went against the model.
        for item in 1..=10 {
            submit(item, item, preferred(follows(item).swapped()), false);
        }
        let learning = Learning {
            policy: Policy::Assigned,
            scores_visible: true,
            hidden_share: 0.5,
            scores_in_background: false,
            ..Learning::default()
        };
        let study = StudySetup { learning: Some(learning), ..StudySetup::default() };
        engine.call(Call::SetStudy(Box::new(study))).unwrap();
        let offered = |place: Place, count: u32| {
            let request = QueueRequest { annotator, place, count, except: Vec::new() };
            let offered = session.queue(&seat, &request).unwrap();
            // Audits come in between the others, wherever chance has them.
            let seen = offered.into_iter().map(|item| (item.item.id.0, !item.scores.is_empty()));
            seen.collect::<BTreeMap<i64, bool>>().into_iter().collect::<Vec<(i64, bool)>>()
        };
        let drawn = offered(Place::Start, 50);
        assert_eq!(drawn, offered(Place::Start, 50), "it is drawn once");
        let seen = drawn.iter().filter(|(_, is_visible)| *is_visible).count();
        assert!((12..=38).contains(&seen), "about half of fifty: {seen}");
        // Whoever skips an item and comes back finds it as it was.
        let (skipped, _) = *drawn.iter().find(|(_, is_visible)| *is_visible).unwrap();
        submit(100, skipped, Verdict::Skipped, true);
        assert_eq!(offered(Place::At(ItemId(skipped)), 1), [(skipped, true)]);
        // Who sees the scores follows them, and who does not goes against them.
        for (item, is_visible) in &drawn {
            let said = if *is_visible { follows(*item) } else { follows(*item).swapped() };
            submit(100 + item, *item, preferred(said), *is_visible);
        }
        // What is changed afterwards was no first vote.
        let (hidden, _) = *drawn.iter().find(|(item, is_visible)| !is_visible && item % 10 != 0).unwrap();
        submit(1_000, hidden, preferred(follows(hidden)), true);
        let report = session.model_report(&seat, &ReportFilter::default()).unwrap();
        let anchoring = report.anchoring.expect("there are both kinds");
        let with_side = |visible: bool| {
            drawn.iter().filter(|(item, is_visible)| *is_visible == visible && item % 10 != 0).count() as u64
        };
        assert_eq!(anchoring.visible_votes, with_side(true), "where the model has a side");
        assert_eq!(anchoring.hidden_votes, with_side(false), "and none from before anything was shown");
        assert_eq!((anchoring.visible.estimate, anchoring.hidden.estimate), (1.0, 0.0));
        drop(session);
        engine.call(Call::CloseProject).unwrap();
    }
}
