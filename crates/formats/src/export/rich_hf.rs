//! RichHF: for each picture its scores, its marks with a heat map for each label, and which words of the
//! prompt it misses. The fields are those of RichHF-18K as lines of JSON, with the marks themselves besides.
//!
//! Scores stand under the keys of the rubric's ratings, with `_score` behind them where they lack it; means and
//! medians keep their fractions. Maps are named as they lie in the folder of pictures. Of each word of the
//! prompt, `prompt_misalignment_label` is 0 where more than half of those who were asked miss it in the
//! picture, and 1 where not.

use serde_json::{Map, Value, json};
use tiebreak_domain::answer::{Mark, MarkForm, Span};
use tiebreak_domain::export::RatingPolicy;
use tiebreak_domain::rubric::{QuestionKind, Scope};
use tiebreak_domain::{AnswerValue, ExportPlan, Judgment, Part, Question};

use super::heat_map::heat_map;
use super::help_steer2::rating_from;
use super::judged::{Judged, Names, answer_to, rating_of};
use super::output::{ItemOutput, Picture};
use super::policy::WAITING;
use super::turns::medium;
use crate::words::words_of;

/// Writes a row for each picture of one item.
pub(super) fn write(plan: &ExportPlan, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let ratings = judged.names.candidate_ratings();
    let is_rated = |judgment: &&&Judgment| {
        ratings.iter().any(|question| rating_of(judgment, &question.key, 0).is_some())
    };
    let rated = answered.iter().filter(is_rated).count();
    let groups: Vec<(Option<&str>, Vec<&Judgment>)> = match plan.ratings {
        _ if answered.is_empty() => Vec::new(),
        Some(RatingPolicy::Each) => {
            answered.into_iter().map(|one| (judged.names.known_annotator(one), vec![one])).collect()
        }
        None if rated > 1 => {
            output.leave_out(WAITING, answered.len() as u64);
            Vec::new()
        }
        // What one person said is that person's, though nobody asked whose it is.
        _ if answered.len() == 1 => vec![(judged.names.known_annotator(answered[0]), answered)],
        _ => vec![(None, answered)],
    };
    let is_split = groups.len() > 1 || plan.ratings == Some(RatingPolicy::Each);
    for (group, (annotator, judgments)) in groups.iter().enumerate() {
        let mut pictures = Vec::new();
        let rows: Vec<Result<String, String>> = (0..judged.candidates().len())
            .map(|index| {
                let tag = if is_split { format!("-{}", group + 1) } else { String::new() };
                row(plan, judged, index, *annotator, judgments, &tag, &mut pictures)
            })
            .collect();
        if rows.iter().all(Result::is_ok) {
            output.pictures.append(&mut pictures);
        }
        output.take(rows, judgments.len() as u64);
    }
}

fn row(
    plan: &ExportPlan,
    judged: &Judged,
    index: usize,
    annotator: Option<&str>,
    judgments: &[&Judgment],
    tag: &str,
    pictures: &mut Vec<Picture>,
) -> Result<String, String> {
    let item = &judged.item.item;
    let mut row = Map::new();
    row.insert("filename".to_owned(), medium(&item.candidates[index], index)?.into());
    row.insert("prompt".to_owned(), item.prompt_text().into());
    for question in judged.names.candidate_ratings() {
        let rating = rating_from(plan.ratings, judgments, &question.key, index);
        let suffix = if question.key.ends_with("_score") { "" } else { "_score" };
        row.insert(format!("{}{suffix}", question.key), rating.into());
    }
    for question in marks_questions(judged.names) {
        let said = marks(judgments, question, index);
        for label in labels(question) {
            let of_label: Vec<Vec<&Mark>> = said
                .iter()
                .map(|(_, marks)| marks.iter().filter(|mark| mark.label.as_deref() == label).collect())
                .collect();
            let name = label.unwrap_or(&question.key);
            if said.is_empty() {
                row.insert(format!("{name}_map"), Value::Null);
                continue;
            }
            let file: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            let file = format!("{}-{}-{file}{tag}.png", judged.item.key, index + 1);
            row.insert(format!("{name}_map"), file.clone().into());
            pictures.push(Picture { name: file, png: heat_map(size(judged, index), &of_label) });
        }
        let names = judged.names;
        let listed: Vec<Value> = said
            .iter()
            .flat_map(|(judgment, marks)| marks.iter().map(|mark| mark_json(mark, names.annotator(judgment))))
            .collect();
        // Nobody was asked, or somebody was and found nothing.
        let listed = if said.is_empty() { Value::Null } else { listed.into() };
        row.insert(format!("{}_marks", question.key), listed);
    }
    if let Some((words, labels)) = misaligned_words(judged, judgments) {
        row.insert("prompt_words".to_owned(), words.into());
        row.insert("prompt_misalignment_label".to_owned(), labels.into());
    }
    if let Some(annotator) = annotator {
        row.insert("annotator".to_owned(), annotator.into());
    }
    Ok(Value::Object(row).to_string())
}

fn marks_questions(names: &Names) -> Vec<&Question> {
    let is_of_candidates = |question: &&Question| {
        question.scope == Scope::Candidate && matches!(question.kind, QuestionKind::Marks { .. })
    };
    names.questions().into_iter().filter(is_of_candidates).collect()
}

/// What a mark can say; a bare mark if nothing.
fn labels(question: &Question) -> Vec<Option<&str>> {
    match question.kind.entries() {
        Some(entries) if !entries.is_empty() => {
            entries.iter().map(|entry| Some(entry.key.as_str())).collect()
        }
        _ => vec![None],
    }
}

/// Who marked what on a picture. Who answered without a mark says that nothing is wrong.
fn marks<'a>(
    judgments: &[&'a Judgment],
    question: &Question,
    index: usize,
) -> Vec<(&'a Judgment, &'a [Mark])> {
    let marks = |judgment: &&'a Judgment| match &answer_to(judgment, &question.key, Some(index as u8))?.value
    {
        AnswerValue::Marks(marks) => Some((*judgment, marks.as_slice())),
        _ => None,
    };
    judgments.iter().filter_map(marks).collect()
}

fn mark_json(mark: &Mark, annotator: &str) -> Value {
    // Through text, so that 0.1 stays 0.1 and does not become the nearest of all longer numbers.
    let number = |value: f32| value.to_string().parse::<f64>().map_or(Value::Null, Value::from);
    let (x, y) = (number(mark.x), number(mark.y));
    match mark.form {
        MarkForm::Radius(radius) => {
            json!({ "label": mark.label, "x": x, "y": y, "radius": number(radius), "annotator": annotator })
        }
        MarkForm::Size([width, height]) => json!({
            "label": mark.label, "x": x, "y": y, "width": number(width), "height": number(height),
            "annotator": annotator
        }),
    }
}

/// The size of a picture, if its metadata tells.
fn size(judged: &Judged, index: usize) -> Option<[u32; 2]> {
    let metadata = &judged.candidates()[index].metadata;
    let side = |name: &str| metadata.get(name)?.as_u64()?.try_into().ok();
    Some([side("width")?, side("height")?])
}

/// The prompt's words, and of each whether the picture shows it (1) or misses it (0).
fn misaligned_words(judged: &Judged, judgments: &[&Judgment]) -> Option<(Vec<String>, Vec<u8>)> {
    let questions = judged.names.questions();
    let question = questions.into_iter().find(|question| {
        question.scope == Scope::Item && matches!(question.kind, QuestionKind::Spans { .. })
    })?;
    let spans: Vec<&[Span]> = judgments
        .iter()
        .filter_map(|judgment| match &answer_to(judgment, &question.key, None)?.value {
            AnswerValue::Spans(spans) => Some(spans.as_slice()),
            _ => None,
        })
        .collect();
    if spans.is_empty() {
        return None;
    }
    let mut words = Vec::new();
    let mut labels = Vec::new();
    for (part, text) in judged.item.item.prompt.iter().map(Part::text).enumerate() {
        for (start, end, word) in text.map(words_of).unwrap_or_default() {
            let misses = |spans: &&&[Span]| {
                spans.iter().any(|span| {
                    usize::from(span.part) == part && (span.start as usize) < end && start < span.end as usize
                })
            };
            let missing = spans.iter().filter(misses).count();
            words.push(word);
            labels.push(u8::from(missing * 2 <= spans.len()));
        }
    }
    Some((words, labels))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::ExportFormat;
    use tiebreak_domain::rubric::{MarkShape, SpanUnit};

    fn rich_names() -> Names {
        let labels = entries(&["artifact", "misalignment"]);
        names(vec![
            Question::new(
                "regions",
                "R",
                Scope::Candidate,
                QuestionKind::Marks { shape: MarkShape::Both, labels },
            ),
            Question::new(
                "words",
                "W",
                Scope::Item,
                QuestionKind::Spans { unit: SpanUnit::Words, labels: vec![] },
            ),
            rating("overall_score", 1, 5),
        ])
    }

    fn point(label: &str) -> Mark {
        Mark { part: 0, x: 0.1, y: 0.5, form: MarkForm::Radius(0.05), label: Some(label.into()), at_us: None }
    }

    #[test]
    fn scores_marks_maps_and_missed_words() {
        let picture = media_item("a réd fox", vec![Part::image("fox.png")]);
        let answers = |score: i32, marks: Vec<Mark>, spans: Vec<Span>| {
            let given = vec![
                said("regions", Some(0), AnswerValue::Marks(marks)),
                said("words", None, AnswerValue::Spans(spans)),
            ];
            [given, rates("overall_score", &[score])].concat()
        };
        let red = Span { part: 0, start: 2, end: 5, label: None };
        let judgments = [
            judgment(1, 1, answers(2, vec![point("artifact")], vec![red.clone()])),
            judgment(2, 1, answers(3, vec![], vec![red])),
        ];
        let mut plan = ExportPlan::new(ExportFormat::RichHf);
        plan.ratings = Some(RatingPolicy::Mean);
        let row = rows(&plan, &rich_names(), &picture, &judgments).remove(0);
        let key = "01".repeat(16);
        assert_eq!(
            row,
            json!({
                "filename": "fox.png", "prompt": "a réd fox", "overall_score": 2.5,
                "artifact_map": format!("{key}-1-artifact.png"),
                "misalignment_map": format!("{key}-1-misalignment.png"),
                "regions_marks": [{"label": "artifact", "x": 0.1, "y": 0.5, "radius": 0.05, "annotator": "ada"}],
                "prompt_words": ["a", "réd", "fox"], "prompt_misalignment_label": [1, 0, 1],
            })
        );
        let output = written(&plan, &rich_names(), &picture, &judgments);
        assert_eq!(output.pictures.len(), 2, "a map for each label");
        assert_ne!(output.pictures[0].png, output.pictures[1].png, "one has a mark, the other none");
        plan.ratings = Some(RatingPolicy::Each);
        let each = written(&plan, &rich_names(), &picture, &judgments);
        assert_eq!((each.lines.len(), each.pictures.len()), (2, 4));
        assert_eq!(each.pictures[3].name, format!("{key}-1-misalignment-2.png"));
    }

    #[test]
    fn a_word_is_missed_if_more_than_half_miss_it() {
        let picture = media_item("a fox", vec![Part::image("fox.png")]);
        let misses = |who: i64, is_missed: bool| {
            let span = Span { part: 0, start: 2, end: 5, label: None };
            let spans = if is_missed { vec![span] } else { Vec::new() };
            judgment(who, 1, vec![said("words", None, AnswerValue::Spans(spans))])
        };
        let plan = ExportPlan::new(ExportFormat::RichHf);
        let labels = |judgments: &[Judgment]| {
            rows(&plan, &rich_names(), &picture, judgments).remove(0)["prompt_misalignment_label"].clone()
        };
        assert_eq!(labels(&[misses(1, true), misses(2, false)]), json!([1, 1]), "half is not more than half");
        assert_eq!(labels(&[misses(1, true), misses(2, true), misses(3, false)]), json!([1, 0]));
    }

    #[test]
    fn what_nobody_was_asked_is_not_said() {
        let picture = media_item("a fox", vec![Part::image("fox.png")]);
        let judgments = [judgment(1, 1, rates("overall_score", &[4]))];
        let row = rows(&ExportPlan::new(ExportFormat::RichHf), &rich_names(), &picture, &judgments).remove(0);
        assert_eq!(row["artifact_map"], Value::Null, "no map of marks that nobody was asked for");
        assert_eq!(row["regions_marks"], Value::Null, "and no list of them");
        assert_eq!(row["annotator"], "ada", "what one person said is that person's");
        assert!(row.get("prompt_misalignment_label").is_none());
    }
}
