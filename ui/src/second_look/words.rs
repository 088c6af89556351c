//! What the second look says in words: reasons, and answers as the reviewer's screen has them.

use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::{Entry, QuestionKind, Scale};
use tiebreak_domain::second_look::{LookItem, LookReason, LookReasonKind};
use tiebreak_domain::{AnnotatorId, AnswerValue, Judgment, Outcome, Preference, Rubric, Verdict};

use crate::form::counted;
use crate::judge::question::Asked;

/// Every reason that can be asked for, as the filter calls it.
pub const FILTERS: [(Option<LookReasonKind>, &str); 9] = [
    (None, "Every reason"),
    (Some(LookReasonKind::Flagged), "Flagged"),
    (Some(LookReasonKind::PeopleDisagree), "People disagree"),
    (Some(LookReasonKind::SelfDisagrees), "One person, two answers"),
    (Some(LookReasonKind::MergeConflict), "Merge conflicts"),
    (Some(LookReasonKind::ModelDisagrees), "A model was surprised"),
    (Some(LookReasonKind::ModelWasWrong), "To train on: a model was wrong"),
    (Some(LookReasonKind::ModelsDisagree), "Models disagree"),
    (Some(LookReasonKind::Drawn), "Drawn at random"),
];

/// The one word on an item's badge: its first reason.
pub fn badge(look: &LookItem, reviewer: AnnotatorId) -> &'static str {
    match look.reasons.first() {
        Some(LookReason::Flagged(_)) => "flag",
        Some(LookReason::PeopleDisagree) | None => "people",
        Some(LookReason::SelfDisagrees(annotator)) if *annotator == reviewer => "yourself",
        Some(LookReason::SelfDisagrees(_)) => "one person",
        Some(LookReason::MergeConflict(_)) => "merge",
        Some(LookReason::ModelDisagrees(_)) => "model",
        Some(LookReason::ModelWasWrong(_)) => "train on",
        Some(LookReason::ModelsDisagree) => "models",
        Some(LookReason::Drawn) => "random",
    }
}

/// Every reason in a sentence that gives no answer away and names nobody.
pub fn sentence(look: &LookItem) -> String {
    let mut said: Vec<String> = Vec::new();
    for kind in FILTERS.iter().filter_map(|(kind, _)| *kind) {
        let count = look.reasons.iter().filter(|reason| reason.kind() == kind).count() as u64;
        if count == 0 {
            continue;
        }
        said.push(match kind {
            LookReasonKind::Flagged => format!("Flagged by {}", counted(count, "person", "people")),
            LookReasonKind::PeopleDisagree => {
                format!("{} disagree", counted(judged(&look.judgments), "person", "people"))
            }
            LookReasonKind::SelfDisagrees if count == 1 => "Two answers of one person differ".to_owned(),
            LookReasonKind::SelfDisagrees => format!("{count} people each gave two answers that differ"),
            LookReasonKind::MergeConflict => "Judged by the same person in two copies".to_owned(),
            LookReasonKind::ModelDisagrees => "A model held a vote for unlikely".to_owned(),
            LookReasonKind::ModelWasWrong => "A model was wrong: a pair to train on".to_owned(),
            LookReasonKind::ModelsDisagree => "Models contradict each other".to_owned(),
            LookReasonKind::Drawn => "Drawn at random".to_owned(),
        });
    }
    said.join(" · ")
}

/// What a reviewer's decision means for another's vote that a model held for unlikely: told once the decision is given,
/// never before.
pub fn verdict_on_model(
    look: &LookItem,
    rubric: &Rubric,
    reviewer: AnnotatorId,
    decision: &Verdict,
) -> Option<&'static str> {
    let is_borne_out = look.flags.iter().find_map(|flag| {
        let flagged = look.judgments.iter().find(|judgment| judgment.given.id == flag.judgment)?;
        flag.is_borne_out(rubric, &flagged.given.verdict, reviewer, decision)
    })?;
    Some(if is_borne_out {
        "The model was wrong here: a pair to train on"
    } else {
        "The model was right to be surprised: the vote was likely a slip"
    })
}

fn judged(judgments: &[Judgment]) -> u64 {
    let is_judged = |judgment: &&Judgment| matches!(judgment.given.verdict, Verdict::Judged { .. });
    judgments.iter().filter(is_judged).count() as u64
}

/// An answer in words, by the letters on the reviewer's screen.
pub fn answer(value: &AnswerValue, kind: Option<&QuestionKind>, asked: &Asked<'_>) -> String {
    match value {
        AnswerValue::Preference(preference) => preference_words(preference, asked),
        AnswerValue::Ranking(ranking) => ranking_words(ranking, asked),
        AnswerValue::Rating(value) => rating_words(*value, kind),
        AnswerValue::Choice(key) => title(key, kind),
        AnswerValue::Checklist(keys) if keys.is_empty() => "None".to_owned(),
        AnswerValue::Checklist(keys) => {
            keys.iter().map(|key| title(key, kind)).collect::<Vec<_>>().join(", ")
        }
        AnswerValue::Text(text) => match text.confidence {
            Some(confidence) => format!("{} ({confidence} % sure)", text.text),
            None => text.text.clone(),
        },
        AnswerValue::Marks(marks) => counted(marks.len() as u64, "mark", "marks"),
        AnswerValue::Spans(spans) => counted(spans.len() as u64, "span", "spans"),
        AnswerValue::Steps(steps) => {
            let words = steps.iter().map(|step| step.map_or("–", |step| step.word()));
            words.collect::<Vec<_>>().join(", ")
        }
        AnswerValue::Segments(segments) => counted(segments.len() as u64, "segment", "segments"),
    }
}

fn preference_words(preference: &Preference, asked: &Asked<'_>) -> String {
    let outcome = match asked.order().screen_from_outcome(preference.outcome) {
        Outcome::A => "A",
        Outcome::B => "B",
        Outcome::Tie => "Tie",
        Outcome::BothBad => "Both bad",
        Outcome::Unratable => "Cannot judge",
    };
    let strength = preference.strength.map(|strength| strength.word().to_owned());
    let more = strength.or_else(|| preference.reason.clone());
    more.map_or_else(|| outcome.to_owned(), |more| format!("{outcome}, {more}"))
}

fn ranking_words(ranking: &Ranking, asked: &Asked<'_>) -> String {
    let letters = |group: &Vec<u8>| {
        let letters: Vec<String> = group.iter().map(|index| asked.letter(*index).to_string()).collect();
        letters.join(" = ")
    };
    let mut words = ranking.groups.iter().map(letters).collect::<Vec<_>>().join(" > ");
    if let Some(worst) = ranking.worst {
        words.push_str(&format!(", worst {}", asked.letter(worst)));
    }
    words
}

fn rating_words(value: i32, kind: Option<&QuestionKind>) -> String {
    let Some(QuestionKind::Rating { scale }) = kind else { return value.to_string() };
    match scale {
        Scale::YesNo => if value == 1 { "Yes" } else { "No" }.to_owned(),
        Scale::Points { from, anchors } => {
            let place = usize::try_from(value.saturating_sub(*from)).ok();
            match place.and_then(|place| anchors.get(place)).filter(|anchor| !anchor.is_empty()) {
                Some(anchor) => format!("{value}, {anchor}"),
                None => value.to_string(),
            }
        }
        Scale::Stars { count } => format!("{value} of {count} stars"),
        Scale::Slider { .. } => value.to_string(),
    }
}

fn title(key: &str, kind: Option<&QuestionKind>) -> String {
    let entries: &[Entry] = match kind {
        Some(QuestionKind::Choice { entries } | QuestionKind::Checklist { entries }) => entries,
        _ => &[],
    };
    entries.iter().find(|entry| entry.key == key).map_or_else(|| key.to_owned(), |entry| entry.title.clone())
}
