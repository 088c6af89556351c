//! The formats of other annotation tools, with everything that they can say.

use serde_json::Value;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope, StrengthSteps, TextPurpose};
use tiebreak_domain::{Context, ContextKind, Preference, Question};

use super::*;
use crate::export::{Snippet, header};

fn choice(key: &str, several: bool) -> Question {
    let entries = entries(&["formal", "casual"]);
    let kind = if several { QuestionKind::Checklist { entries } } else { QuestionKind::Choice { entries } };
    Question::new(key, key, Scope::Item, kind)
}

fn everything() -> Names {
    names(vec![
        preference("overall", StrengthSteps::Optional),
        preference("style", StrengthSteps::None),
        ranking("order", RankingForm::WithTies),
        rating("quality", 1, 5),
        rating("effort", 0, 3),
        choice("tone", false),
        choice("faults", true),
        text("critique", TextPurpose::Critique, Scope::Candidate),
        text("rationale", TextPurpose::Rationale, Scope::Pair),
    ])
}

fn answers(outcome_of_overall: Outcome, faults: &[&str]) -> Vec<Answer> {
    let mut answers = vec![match outcome_of_overall {
        Outcome::B => prefers("overall", 2),
        other => outcome("overall", other),
    }];
    answers.push(outcome("style", Outcome::A));
    answers.push(ranks("order", if outcome_of_overall == Outcome::Tie { &[&[0, 1]] } else { &[&[1], &[0]] }));
    answers.extend(rates("quality", &[4, 1]));
    answers.extend(rates("effort", &[0, 3]));
    answers.push(said("tone", None, AnswerValue::Choice("formal".into())));
    let faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
    answers.push(said("faults", None, AnswerValue::Checklist(faults)));
    answers.push(writes("critique", Some(1), "Too short."));
    answers.push(writes("rationale", None, "It says \"why\".\n\nAnd more."));
    answers
}

/// A pair of conversations with models, metadata and a text beside it.
fn pair() -> StoredItem {
    let mut item = item(2);
    item.item.prompt =
        vec![Part::message("user", "Hi"), Part::message("assistant", "Hello"), Part::message("user", "Why?")];
    item.item.context = vec![Context {
        kind: ContextKind::Reference,
        title: "reference".into(),
        parts: vec![Part::image("source.png")],
    }];
    item.item.candidates[0].model = Some("m".into());
    item.item.metadata.insert("lang".into(), "en".into());
    item
}

#[test]
fn label_studio_and_argilla_say_everything_that_was_answered() {
    let names = everything();
    let outcomes = [Outcome::B, Outcome::Tie, Outcome::BothBad, Outcome::Unratable];
    let judgments: Vec<Judgment> = outcomes
        .iter()
        .zip(1..)
        .map(|(outcome, who)| {
            judgment(who, 2, answers(*outcome, if who == 1 { &["formal"] } else { &["formal", "casual"] }))
        })
        .chain([judgment(5, 2, vec![])])
        .collect();
    for format in [ExportFormat::LabelStudio, ExportFormat::Argilla] {
        let read = round(&ExportPlan::new(format), &names, &pair(), &judgments);
        let (item, labels) = &read[0];
        assert_eq!(item, &pair().item, "{format:?}");
        assert!(labels[4].is_skip && labels[4].answers.is_empty(), "{format:?}: {labels:?}");
        assert_eq!(labels[4].annotator.as_deref(), Some("eve"));
        assert_same(&judgments[..4], &fitted(&names, labels[..4].to_vec()));
    }
}

#[test]
fn orders_of_several_pictures_come_back_from_label_studio_and_argilla() {
    let pictures = media_item("a fox", ["a.png", "b.png", "c.png"].map(Part::image).to_vec());
    for (form, order) in [
        (RankingForm::WithTies, ranks("order", &[&[2], &[0, 1]])),
        (RankingForm::Strict, ranks("order", &[&[1], &[2], &[0]])),
    ] {
        let names = names(vec![ranking("order", form)]);
        let judgments = [judgment(1, 3, vec![order])];
        for format in [ExportFormat::LabelStudio, ExportFormat::Argilla] {
            let read = round(&ExportPlan::new(format), &names, &pictures, &judgments);
            assert_eq!(read[0].0.candidates, pictures.item.candidates, "{format:?}");
            assert_same(&judgments, &fitted(&names, read[0].1.clone()));
        }
    }
    let names = names(vec![ranking("order", RankingForm::BestWorst)]);
    let ends = tiebreak_domain::answer::Ranking { groups: vec![vec![1]], worst: Some(2) };
    let judgments = [judgment(1, 3, vec![said("order", None, AnswerValue::Ranking(ends))])];
    let read = round(&ExportPlan::new(ExportFormat::LabelStudio), &names, &pictures, &judgments);
    assert_same(&judgments, &fitted(&names, read[0].1.clone()));
}

#[test]
fn a_labeling_configuration_has_an_object_or_a_control_for_every_name() {
    let names = everything();
    let judgments =
        [judgment(1, 2, answers(Outcome::B, &["formal"])), judgment(2, 2, answers(Outcome::Tie, &[]))];
    let output = written(&ExportPlan::new(ExportFormat::LabelStudio), &names, &pair(), &judgments);
    let mut snippet = Snippet::of(ExportFormat::LabelStudio).unwrap();
    output.lines.iter().for_each(|line| snippet.see(line));
    let config = snippet.text("tasks.json", &names);
    let row: Value = serde_json::from_str(&output.lines[0]).unwrap();
    for name in row["data"].as_object().unwrap().keys().filter(|name| *name != "id") {
        assert!(config.contains(&format!("value=\"${name}\"")), "{name} is shown: {config}");
    }
    for result in
        row["annotations"].as_array().unwrap().iter().flat_map(|one| one["result"].as_array().unwrap())
    {
        let control = format!("name=\"{}\" toName=", result["from_name"].as_str().unwrap());
        assert!(config.contains(&control), "{control}: {config}");
        let about = result["to_name"].as_str().unwrap();
        assert!(config.contains(&format!("name=\"{about}\"")), "{about}: {config}");
    }
    assert!(config.contains("<Paragraphs name=\"prompt\"") && config.contains("<Image name=\"reference\""));
    assert!(config.contains("<Number name=\"effort_b\" toName=\"b\" min=\"0\" max=\"3\"/>"), "{config}");
    assert_eq!(row["annotations"][0].get("completed_by"), None, "Label Studio refuses whom it does not know");
    assert_eq!(snippet.too_large(1_000), None);
    assert!(snippet.too_large(60_000_000).unwrap().contains("50 MB"), "it is said and not cut");
}

#[test]
fn a_question_never_takes_the_name_of_what_is_shown() {
    let names = names(vec![preference("b", StrengthSteps::None)]);
    for format in [ExportFormat::LabelStudio, ExportFormat::Argilla] {
        let (refused, _) = crate::export::refusal(&ExportPlan::new(format), &names).unwrap();
        assert!(refused.contains("field \"b\" of its own"), "{refused}");
    }
    assert_eq!(crate::export::refusal(&ExportPlan::new(ExportFormat::LabelStudio), &everything()), None);
}

#[test]
fn what_such_a_tool_cannot_show_is_refused_and_what_it_cannot_say_is_counted() {
    let mut mixed = pair();
    mixed.item.candidates[1].parts.push(Part::image("1.png"));
    let said = [judgment(1, 2, answers(Outcome::B, &[]))];
    for format in [ExportFormat::LabelStudio, ExportFormat::Argilla] {
        let output = written(&ExportPlan::new(format), &everything(), &mixed, &said);
        assert!(output.refused[0].1.contains("candidate 2 holds a medium beside other things"), "{output:?}");
    }
    let names = names(vec![Question::new("steps", "steps", Scope::Candidate, QuestionKind::Steps)]);
    let steps = AnswerValue::Steps(vec![Some(tiebreak_domain::answer::StepVerdict::Right)]);
    let said = [judgment(1, 1, vec![super::said("steps", Some(0), steps)])];
    let output = written(&ExportPlan::new(ExportFormat::Argilla), &names, &item(1), &said);
    assert_eq!(output.left_out, [("no answer of a kind that this format knows".to_owned(), 1)]);
}

#[test]
fn prodigy_choices_of_each_annotator() {
    let names = names(vec![preference("overall", StrengthSteps::Optional)]);
    let mut silent = item(2);
    silent.item.candidates[1].model = Some("m".into());
    let reason =
        Preference { reason: Some("rejected in Prodigy".into()), ..Preference::new(Outcome::Unratable) };
    let judgments = [
        judgment(1, 2, vec![prefers("overall", -3)]),
        judgment(2, 2, vec![outcome("overall", Outcome::Tie)]),
        judgment(3, 2, vec![outcome("overall", Outcome::BothBad)]),
        judgment(4, 2, vec![said("overall", None, AnswerValue::Preference(reason))]),
        judgment(5, 2, vec![]),
    ];
    let read = round(&ExportPlan::new(ExportFormat::Prodigy), &names, &silent, &judgments);
    assert_eq!(read.len(), 1, "the lines of one item are one item");
    let (item, labels) = &read[0];
    assert_eq!(item.candidates, silent.item.candidates);
    assert!(labels[4].is_skip);
    assert_same(&judgments[..4], &labels[..4]);
    let best = names_of_best();
    let three = [judgment(1, 3, vec![ranks("best", &[&[2]])])];
    let read = round(&ExportPlan::new(ExportFormat::Prodigy), &best, &super::item(3), &three);
    assert_same(&three, &fitted(&best, read[0].1.clone()));
}

fn names_of_best() -> Names {
    names(vec![ranking("best", RankingForm::Best)])
}

#[test]
fn auto_arena_head_to_heads() {
    let names = names(vec![preference("overall", StrengthSteps::None)]);
    let mut battle = item(2);
    battle.item.prompt = vec![Part::markdown("Why, \"really\"?")];
    battle.item.external_id = None;
    for (candidate, model) in battle.item.candidates.iter_mut().zip(["gpt-4", "vicuna"]) {
        candidate.model = Some(model.into());
    }
    let said = [Outcome::A, Outcome::B, Outcome::Tie];
    let judgments: Vec<Judgment> =
        said.iter().zip(1..).map(|(said, who)| judgment(who, 2, vec![outcome("overall", *said)])).collect();
    let plan = ExportPlan::new(ExportFormat::AutoArena);
    let read = round(&plan, &names, &battle, &judgments);
    assert_eq!(
        (read[0].0.prompt.clone(), read[0].0.candidates.clone()),
        (battle.item.prompt.clone(), battle.item.candidates.clone())
    );
    assert_same(&judgments, &read[0].1);
    let bad = [judgment(1, 2, vec![outcome("overall", Outcome::BothBad)])];
    assert!(written(&plan, &names, &battle, &bad).lines[0].ends_with(",ada,-"), "it knows no other word");
    assert_eq!(
        header(plan.format, &names).unwrap(),
        "prompt,model_a,model_b,response_a,response_b,judge,winner"
    );
}
