//! VideoAlign: a pair of videos with a verdict on visual quality, motion quality and text alignment, as the CSV
//! that its reward model is trained on (`path_A,path_B,prompt,VQ,MQ,TA,fps_A,…`).
//!
//! The dimensions are the rubric's preference questions `vq`, `mq` and `ta`; ratings of single videos under
//! `mos_vq`, `vq_mos` and so on become `MOS_A_VQ` to `MOS_B_TA`. A verdict is `A`, `B`, `same` or `invalid`: what
//! nobody was asked, what cannot be judged, and what several annotators do not agree on is invalid. Frame rates
//! and counts come from the data, and are empty where it has none.

use serde_json::Value;
use tiebreak_domain::export::{BothBadPolicy, RatingPolicy, SeveralPolicy, VIDEO_DIMENSIONS};
use tiebreak_domain::{AnswerValue, ExportPlan, Judgment, Outcome};

use super::help_steer2::rating_from;
use super::judged::{Judged, Names, answer_to};
use super::output::ItemOutput;
use super::policy::{UNANSWERED, WAITING, agreed_value};
use super::table::quoted;
use super::turns::{medium, prompt_text};

/// The keys of the questions, and the names of the columns.
const DIMENSIONS: [(&str, &str); 3] =
    [(VIDEO_DIMENSIONS[0], "VQ"), (VIDEO_DIMENSIONS[1], "MQ"), (VIDEO_DIMENSIONS[2], "TA")];

/// Whether a judgment calls both videos bad in any of the three.
pub(super) fn has_both_bad(judgment: &Judgment) -> bool {
    DIMENSIONS.iter().any(|(key, _)| outcome(judgment, key) == Some(Outcome::BothBad))
}

/// The names of the columns: with ratings where the rubric asks for any, with `annotator` never, since rows of
/// single annotators would be read as different pairs.
pub(super) fn header(names: &Names) -> String {
    let mut columns: Vec<String> =
        ["path_A", "path_B", "prompt", "VQ", "MQ", "TA", "fps_A", "num_frames_A", "fps_B", "num_frames_B"]
            .map(str::to_owned)
            .to_vec();
    if let Some(ratings) = ratings(names) {
        let of_side =
            |side: &str| ratings.iter().map(move |(_, column)| format!("MOS_{side}_{column}")).collect();
        columns.extend(["A", "B"].map(of_side).into_iter().flat_map(|of_side: Vec<String>| of_side));
    }
    columns.join(",")
}

/// The rating question of each dimension, and its column; none where the rubric has no ratings.
fn ratings(names: &Names) -> Option<Vec<(Option<String>, &'static str)>> {
    let questions = names.candidate_ratings();
    let question = |dimension: &str| {
        let keys = ["mos_", "rating_", "score_"].map(|word| format!("{word}{dimension}"));
        let other = ["_mos", "_rating", "_score"].map(|word| format!("{dimension}{word}"));
        let is_meant = |key: &str| keys.iter().chain(&other).any(|meant| meant == key);
        questions.iter().find(|question| is_meant(&question.key)).map(|question| question.key.clone())
    };
    let ratings = DIMENSIONS.map(|(key, column)| (question(key), column));
    ratings.iter().any(|(key, _)| key.is_some()).then(|| ratings.to_vec())
}

/// Writes the row of one pair, or one for each annotator.
pub(super) fn write(plan: &ExportPlan, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let is_asked = |judgment: &&Judgment| DIMENSIONS.iter().any(|(key, _)| outcome(judgment, key).is_some());
    let (asked, others): (Vec<_>, Vec<_>) = answered.into_iter().partition(is_asked);
    output.leave_out(UNANSWERED, others.len() as u64);
    let all = asked.len() as u64;
    let is_open = |judgment: &&Judgment| plan.both_bad.is_none() && has_both_bad(judgment);
    if asked.iter().any(is_open) {
        output.leave_out(WAITING, all);
        return;
    }
    match plan.several {
        _ if asked.is_empty() => {}
        Some(SeveralPolicy::Each) => {
            for judgment in asked {
                output.take(vec![row(plan, judged, &[judgment])], 1);
            }
        }
        Some(SeveralPolicy::Majority | SeveralPolicy::Unanimous) => {
            let has_ratings = ratings(judged.names).is_some();
            if has_ratings
                && all > 1
                && !matches!(plan.ratings, Some(RatingPolicy::Mean | RatingPolicy::Median))
            {
                output.leave_out(WAITING, all);
            } else {
                output.take(vec![row(plan, judged, &asked)], all);
            }
        }
        None if all > 1 => output.leave_out(WAITING, all),
        Some(SeveralPolicy::Latest) | None => {
            output.leave_out("an earlier judgment of the item", all - 1);
            let latest = asked.iter().max_by_key(|judgment| (judgment.given.recorded_at, judgment.given.id));
            output.take(latest.map(|judgment| row(plan, judged, &[judgment])).into_iter().collect(), 1);
        }
    }
}

fn row(plan: &ExportPlan, judged: &Judged, judgments: &[&Judgment]) -> Result<String, String> {
    let [first, second] = judged.candidates() else { return Err("the item is no pair".to_owned()) };
    let mut fields = vec![
        medium(first, 0)?.to_owned(),
        medium(second, 1)?.to_owned(),
        prompt_text(&judged.item.item.prompt)?,
    ];
    fields.extend(DIMENSIONS.map(|(key, _)| verdict(plan, judgments, key).to_owned()));
    for (index, side) in ["A", "B"].into_iter().enumerate() {
        fields.push(figure(judged, index, "fps", side));
        fields.push(figure(judged, index, "num_frames", side));
    }
    if let Some(ratings) = ratings(judged.names) {
        for index in 0..2 {
            fields.extend(ratings.iter().map(|(key, _)| {
                let rating = key.as_ref().and_then(|key| rating_from(plan.ratings, judgments, key, index));
                rating.map(|rating| rating.to_string()).unwrap_or_default()
            }));
        }
    }
    Ok(fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","))
}

fn outcome(judgment: &Judgment, key: &str) -> Option<Outcome> {
    match &answer_to(judgment, key, None)?.value {
        AnswerValue::Preference(preference) => Some(preference.outcome),
        _ => None,
    }
}

/// What the annotators agree on. Both bad is a vote like the others where it is not a tie by the plan's word, so that
/// leaving it out never makes a winner of what few said.
fn verdict(plan: &ExportPlan, judgments: &[&Judgment], key: &str) -> &'static str {
    let said: Vec<Outcome> = judgments
        .iter()
        .filter_map(|judgment| match (outcome(judgment, key)?, plan.both_bad) {
            (Outcome::Unratable, _) => None,
            (Outcome::BothBad, Some(BothBadPolicy::AsTie)) => Some(Outcome::Tie),
            (outcome, _) => Some(outcome),
        })
        .collect();
    match agreed_value(plan.several.unwrap_or(SeveralPolicy::Unanimous), &said) {
        Some(Outcome::A) => "A",
        Some(Outcome::B) => "B",
        Some(Outcome::Tie) => "same",
        Some(Outcome::BothBad | Outcome::Unratable) | None => "invalid",
    }
}

/// A number of a video, from the candidate's metadata (`fps`) or the item's (`fps_A`).
fn figure(judged: &Judged, index: usize, name: &str, side: &str) -> String {
    let of_candidate = judged.candidates()[index].metadata.get(name);
    let given = of_candidate.or_else(|| judged.item.item.metadata.get(&format!("{name}_{side}")));
    match given {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::StrengthSteps;
    use tiebreak_domain::{ExportFormat, Part, StoredItem};

    fn videos() -> StoredItem {
        let mut item = media_item(
            "A girl, sitting",
            vec![Part::Video { uri: "v/1_A.mp4".into() }, Part::Video { uri: "v/1_B.mp4".into() }],
        );
        item.item.metadata.insert("fps_A".into(), 24.0.into());
        item.item.candidates[1].metadata.insert("num_frames".into(), 152.into());
        item
    }

    fn dimensions() -> Vec<tiebreak_domain::Question> {
        ["vq", "mq", "ta"].map(|key| preference(key, StrengthSteps::None)).to_vec()
    }

    fn sheet(who: i64, outcomes: [Outcome; 3]) -> Judgment {
        let answers = ["vq", "mq", "ta"]
            .into_iter()
            .zip(outcomes)
            .map(|(key, said)| super::super::testing::outcome(key, said));
        judgment(who, 2, answers.collect())
    }

    /// Worked by hand: of three annotators two say B for VQ; MQ has one vote each for A, B and same; TA has A
    /// twice and one that cannot be judged, which is no vote.
    #[test]
    fn a_sheet_of_three_dimensions_by_hand() {
        use Outcome::{A, B, Tie, Unratable};
        let judgments = [sheet(1, [B, A, A]), sheet(2, [B, B, A]), sheet(3, [A, Tie, Unratable])];
        let mut plan = ExportPlan::new(ExportFormat::VideoAlign);
        plan.several = Some(SeveralPolicy::Majority);
        let names = names(dimensions());
        assert_eq!(header(&names), "path_A,path_B,prompt,VQ,MQ,TA,fps_A,num_frames_A,fps_B,num_frames_B");
        assert_eq!(
            written(&plan, &names, &videos(), &judgments).lines,
            ["v/1_A.mp4,v/1_B.mp4,\"A girl, sitting\",B,invalid,A,24.0,,,152"]
        );
        plan.several = Some(SeveralPolicy::Each);
        let each = written(&plan, &names, &videos(), &judgments).lines;
        assert!(each[2].contains(",A,same,invalid,"), "each by himself: {each:?}");
    }

    /// Two of three call both bad in VQ, one prefers A; in MQ one each says tie, both bad and B; in TA two say A.
    #[test]
    fn both_bad_is_a_vote_before_it_is_left_out() {
        use Outcome::{A, B, BothBad, Tie};
        let judgments =
            [sheet(1, [BothBad, Tie, A]), sheet(2, [BothBad, BothBad, A]), sheet(3, [A, B, BothBad])];
        let names = names(dimensions());
        let line = |both_bad, several| {
            let plan = ExportPlan {
                both_bad: Some(both_bad),
                several: Some(several),
                ..ExportPlan::new(ExportFormat::VideoAlign)
            };
            written(&plan, &names, &videos(), &judgments).lines.remove(0)
        };
        let majority = line(BothBadPolicy::Drop, SeveralPolicy::Majority);
        assert!(majority.contains(",invalid,invalid,A,"), "one of three is no winner: {majority}");
        let as_tie = line(BothBadPolicy::AsTie, SeveralPolicy::Majority);
        assert!(as_tie.contains(",same,same,A,"), "{as_tie}");
        let unanimous = line(BothBadPolicy::Drop, SeveralPolicy::Unanimous);
        assert!(unanimous.contains(",invalid,invalid,invalid,"), "{unanimous}");
    }

    #[test]
    fn ratings_stand_behind_and_both_bad_is_asked() {
        let mut questions = dimensions();
        questions.extend(["mos_vq", "mos_ta"].map(|key| rating(key, 1, 5)));
        let names = names(questions);
        assert!(
            header(&names).ends_with("num_frames_B,MOS_A_VQ,MOS_A_MQ,MOS_A_TA,MOS_B_VQ,MOS_B_MQ,MOS_B_TA")
        );
        use Outcome::{A, BothBad, Tie};
        let mut given = sheet(1, [A, BothBad, Tie]);
        if let tiebreak_domain::Verdict::Judged { answers } = &mut given.given.verdict {
            answers.extend(rates("mos_vq", &[4, 2]));
            answers.extend(rates("mos_ta", &[3, 3]));
        }
        let mut plan = ExportPlan::new(ExportFormat::VideoAlign);
        let judgments = [given];
        assert_eq!(written(&plan, &names, &videos(), &judgments).left_out, [(WAITING.to_owned(), 1)]);
        plan.both_bad = Some(BothBadPolicy::AsTie);
        let lines = written(&plan, &names, &videos(), &judgments).lines;
        assert!(lines[0].ends_with(",A,same,same,24.0,,,152,4,,3,2,,3"), "{lines:?}");
        plan.both_bad = Some(BothBadPolicy::Drop);
        assert!(written(&plan, &names, &videos(), &judgments).lines[0].contains(",A,invalid,same,"));
    }
}
