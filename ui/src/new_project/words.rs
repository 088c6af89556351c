//! What the gallery and the previews say of a template, in words.

use tiebreak_domain::ExportFormat;
use tiebreak_domain::rubric::{
    CandidateCount, MarkShape, Question, QuestionKind, RankingForm, Scale, Scope, SpanUnit, StrengthSteps,
    TextPurpose,
};

/// What the gallery can be narrowed to: the word of a rubric file, and what people read.
pub const MEDIA: [(&str, &str); 3] = [("text", "Texts"), ("image", "Images"), ("video", "Videos")];

/// What is compared.
pub fn media(word: &str) -> &str {
    let sounds = ("audio", "Sounds");
    MEDIA.iter().chain([&sounds]).find(|(known, _)| *known == word).map_or(word, |(_, title)| title)
}

/// How many candidates an item has.
pub fn candidates(count: CandidateCount) -> String {
    match (count.least, count.most) {
        (1, 1) => "one candidate".to_owned(),
        (2, 2) => "pairs".to_owned(),
        (least, most) if least == most => format!("{least} candidates"),
        (least, most) => format!("{least} to {most} candidates"),
    }
}

/// The formats a template is best exported to.
pub fn exports(words: &[String]) -> String {
    let title = |word: &String| {
        ExportFormat::from_word(word).map_or_else(|| word.clone(), |format| format.title().to_owned())
    };
    words.iter().map(title).collect::<Vec<_>>().join(", ")
}

/// What kind of answer a question takes, and when it is asked.
pub fn question(question: &Question) -> String {
    let mut words = vec![kind(&question.kind)];
    words.extend(match question.scope {
        Scope::Candidate => Some("for each candidate".to_owned()),
        Scope::Item | Scope::Pair => None,
    });
    words.extend((!question.required).then(|| "may be left out".to_owned()));
    if !question.types.is_empty() {
        words.push(format!("for items of type {}", question.types.join(", ")));
    }
    if let Some(when) = &question.when {
        let mut says = Vec::new();
        if !when.is.is_empty() {
            says.push(format!("is {}", when.is.join(" or ")));
        }
        says.extend(when.at_least.map(|least| format!("is at least {least}")));
        says.extend(when.at_most.map(|most| format!("is at most {most}")));
        let says = if says.is_empty() { "is answered".to_owned() } else { says.join(" and ") };
        words.push(format!("asked when {} {says}", when.question));
    }
    words.join(" · ")
}

fn kind(kind: &QuestionKind) -> String {
    match kind {
        QuestionKind::Preference { strength, .. } => match strength {
            StrengthSteps::None => "Preference".to_owned(),
            StrengthSteps::Optional => "Preference, with a strength if one likes".to_owned(),
            StrengthSteps::Scale => "Preference on seven steps from A to B".to_owned(),
        },
        QuestionKind::Ranking { form } => match form {
            RankingForm::WithTies => "Ranking, ties allowed",
            RankingForm::Strict => "Ranking without ties",
            RankingForm::Best => "The best of all",
            RankingForm::BestWorst => "The best and the worst of all",
        }
        .to_owned(),
        QuestionKind::Rating { scale } => match scale {
            Scale::Points { from, anchors } => {
                format!("Rating from {from} to {}", from + anchors.len() as i32 - 1)
            }
            Scale::Stars { count } => format!("{count} stars"),
            Scale::Slider { from, to, is_number_hidden: true, .. } => {
                format!("Slider from {from} to {to}, without its number")
            }
            Scale::Slider { from, to, .. } => format!("Slider from {from} to {to}"),
            Scale::YesNo => "Yes or no".to_owned(),
        },
        QuestionKind::Choice { entries } => format!("One of {}", entries.len()),
        QuestionKind::Checklist { entries } => format!("Any of {}", entries.len()),
        QuestionKind::Text { purpose, with_confidence } => {
            let words = match purpose {
                TextPurpose::Rationale => "Words: why",
                TextPurpose::Critique => "Words: what could be better",
                TextPurpose::Rewrite => "A better response",
                TextPurpose::Line => "One line",
            };
            let sure = if *with_confidence { ", and how sure one is" } else { "" };
            format!("{words}{sure}")
        }
        QuestionKind::Marks { shape, labels } => {
            let words = match shape {
                MarkShape::Points => "Points on the image",
                MarkShape::Boxes => "Boxes on the image",
                MarkShape::Both => "Points and boxes on the image",
            };
            with_labels(words, labels.len())
        }
        QuestionKind::Spans { unit, labels } => {
            let words = match unit {
                SpanUnit::Characters => "Stretches of text",
                SpanUnit::Words => "Words of the text",
            };
            with_labels(words, labels.len())
        }
        QuestionKind::Steps => "Each step right, neutral or wrong".to_owned(),
        QuestionKind::Segments => "Segments of the conversation by goal".to_owned(),
    }
}

fn with_labels(words: &str, labels: usize) -> String {
    if labels == 0 { words.to_owned() } else { format!("{words}, with {labels} labels") }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::rubric::Condition;

    use super::*;

    #[test]
    fn a_question_says_what_it_takes_and_when_it_is_asked() {
        let scale = Scale::Points { from: 1, anchors: vec![String::new(); 5] };
        let mut asked = Question::new("q", "Q", Scope::Candidate, QuestionKind::Rating { scale });
        assert_eq!(question(&asked), "Rating from 1 to 5 · for each candidate");
        asked.required = false;
        asked.when =
            Some(Condition { question: "first".into(), is: vec![], at_least: Some(2), at_most: Some(3) });
        assert_eq!(
            question(&asked),
            "Rating from 1 to 5 · for each candidate · may be left out · \
             asked when first is at least 2 and is at most 3"
        );
    }

    #[test]
    fn formats_go_by_their_titles_and_strangers_by_their_words() {
        let known = ExportFormat::AnthropicHh;
        let words = [known.word().to_owned(), "papyrus".to_owned()];
        assert_eq!(exports(&words), format!("{}, papyrus", known.title()));
        assert_eq!(candidates(CandidateCount { least: 2, most: 12 }), "2 to 12 candidates");
    }
}
