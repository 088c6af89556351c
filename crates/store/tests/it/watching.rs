//! What plays: how much of it was seen, what was noted of its moments, and studies that demand to be watched.

use tiebreak_domain::{Candidate, Item, ItemId, NewJudgment, Note, Outcome, Part, Rubric, Verdict, Watched};
use tiebreak_store::StoreError;

use crate::backend::on_both;
use crate::project::{Project, prefer};

/// A project of one pair of videos, which demands that both are seen.
fn of_videos() -> Project {
    let video =
        |uri: &str| Candidate { parts: vec![Part::Video { uri: uri.into() }], ..Candidate::default() };
    let item = Item { candidates: vec![video("a.mp4"), video("b.mp4")], ..Item::default() };
    let mut project = Project::with_items(0);
    project.import("videos.jsonl", &[item]);
    let mut rubric = Rubric::default();
    rubric.video.must_be_seen = true;
    assert_eq!(project.store().set_rubric(&rubric).unwrap(), 2);
    project
}

fn judgment(project: &mut Project, verdict: Verdict, watched: [Watched; 2]) -> NewJudgment {
    let ana = project.ana;
    let mut judgment = project.judgment(ana, 1, verdict);
    judgment.rubric_version = 2;
    let showing = judgment.showing.as_mut().unwrap();
    showing.watched = watched.to_vec();
    showing.submitted_at = judgment.recorded_at;
    judgment
}

fn what_must_be_seen_is_not_judged_before_it_was() {
    let mut project = of_videos();
    let unseen = judgment(&mut project, prefer(Outcome::A), [Watched::ToEnd, Watched::Partly]);
    let refused = project.store().submit(&unseen);
    assert!(matches!(&refused, Err(StoreError::Refused(why)) if why.ends_with("candidate 2")), "{refused:?}");
    for (verdict, watched) in [
        (prefer(Outcome::Unratable), [Watched::Partly, Watched::Partly]),
        (Verdict::Skipped, [Watched::Partly, Watched::Partly]),
        (prefer(Outcome::A), [Watched::ToEnd, Watched::Broken]),
        (prefer(Outcome::B), [Watched::ToEnd, Watched::ToEnd]),
    ] {
        let given = judgment(&mut project, verdict, watched);
        project.store().submit(&given).unwrap();
        let reader = project.store().reader().unwrap();
        let latest = reader.latest(given.annotator, ItemId(1)).unwrap().unwrap();
        assert_eq!(latest.given, given, "and what was seen is kept");
    }
}

fn what_was_said_before_is_said_again_without_watching() {
    let mut project = of_videos();
    let mut again = judgment(&mut project, prefer(Outcome::A), [Watched::Partly, Watched::Partly]);
    again.recorded_at.0 += 1;
    project.store().submit(&again).unwrap();
}

fn notes_on_moments_come_back_and_are_about_what_plays() {
    let mut project = of_videos();
    let note = |candidate, text: &str| Note {
        candidate: Some(candidate),
        part: 0,
        at_us: 1_240_000,
        text: text.into(),
    };
    let mut given = judgment(&mut project, prefer(Outcome::A), [Watched::ToEnd, Watched::ToEnd]);
    given.notes = vec![note(1, "the hand \"melts\", ä"), note(0, "")];
    project.store().submit(&given).unwrap();
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.latest(given.annotator, ItemId(1)).unwrap().unwrap().given, given);
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    let mut stray = judgment(&mut project, prefer(Outcome::B), [Watched::ToEnd, Watched::ToEnd]);
    stray.notes = vec![note(2, "there is no third")];
    assert!(matches!(project.store().submit(&stray), Err(StoreError::Refused(_))));
}

on_both!(
    what_must_be_seen_is_not_judged_before_it_was,
    what_was_said_before_is_said_again_without_watching,
    notes_on_moments_come_back_and_are_about_what_plays,
);
