//! What is exported is read back as what was said: the rubrics are those that come with the program, the
//! judgments as the screen makes them, and the way back is the importer's.
#![allow(clippy::unwrap_used)]

use tiebreak_domain::answer::{Mark, MarkForm, Span, StepVerdict};
use tiebreak_domain::export::{NeutralSteps, RatingPolicy, SeveralPolicy};
use tiebreak_domain::{
    Answer, AnswerValue, Candidate, DataFormat, ExportFormat, ExportPlan, ImportPlan, Item, Judgment,
    Outcome, Part, StoredItem,
};

mod tools;
mod trainers;

use super::judged::Names;
use super::testing::*;
use crate::{Label, Reader, Record};

/// The rubric of a template, and people.
fn template(id: &str) -> Names {
    let template = crate::rubric_file::templates().into_iter().find(|template| template.id == id).unwrap();
    let mut names = names(Vec::new());
    names.rubrics = [(1, template.rubric)].into();
    names
}

/// Items and labels that the importer finds in the exported lines, told by it to be of the format.
fn read_back(lines: &[String], extension: &str, format: DataFormat) -> Vec<(Item, Vec<Label>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("x.{extension}"));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let mut reader = Reader::open(&ImportPlan::of_file(path.to_str().unwrap())).unwrap();
    assert_eq!(reader.format(), format, "it is recognised: {lines:?}");
    let mut read = Vec::new();
    for record in &mut reader {
        match record.unwrap() {
            Record::Item { item, labels, .. } => read.push((item, labels)),
            other => panic!("expected an item, found {other:?} in {lines:?}"),
        }
    }
    read
}

/// Exports, and reads what came back.
fn round(
    plan: &ExportPlan,
    names: &Names,
    item: &StoredItem,
    judgments: &[Judgment],
) -> Vec<(Item, Vec<Label>)> {
    round_of_items(plan, names, &[(item.clone(), judgments.to_vec())])
}

/// Exports several items, and reads what came back.
fn round_of_items(
    plan: &ExportPlan,
    names: &Names,
    items: &[(StoredItem, Vec<Judgment>)],
) -> Vec<(Item, Vec<Label>)> {
    let output = written_items(plan, names, items);
    assert_eq!(output.refused, [], "nothing is refused");
    assert_eq!(output.left_out, [], "nothing is left out");
    let mut lines: Vec<String> = super::header(plan.format, names).into_iter().collect();
    lines.extend(output.lines);
    let format = DataFormat::ALL.into_iter().find(|format| format.word() == plan.format.word()).unwrap();
    read_back(&lines, plan.format.extension(), format)
}

/// Answers by question and candidate, so that their order does not count.
fn sorted(mut answers: Vec<Answer>) -> Vec<Answer> {
    answers.sort_by(|one, other| (&one.question, one.candidate).cmp(&(&other.question, other.candidate)));
    answers
}

/// What a project that asks the same takes of labels.
fn fitted(names: &Names, labels: Vec<Label>) -> Vec<Label> {
    let fit = |label: Label| Label { answers: names.rubrics[&1].fitted(label.answers), ..label };
    labels.into_iter().map(fit).collect()
}

/// Every annotator's answers as given and as read, question by question.
fn assert_same(given: &[Judgment], read: &[Label]) {
    let people = ["ada", "bob", "cy", "dee", "eve"];
    assert_eq!(given.len(), read.len(), "one label for each judgment: {read:?}");
    for (judgment, label) in given.iter().zip(read) {
        let name = people[judgment.given.annotator.0 as usize - 1];
        assert_eq!(label.annotator.as_deref().unwrap_or(name), name, "whose it is");
        let said = judgment.given.verdict.answers().to_vec();
        assert_eq!(sorted(label.answers.clone()), sorted(said), "what {name} said");
    }
}

/// The importer's names for questions that a single preference and its words have in HelpSteer's files.
fn renamed(mut judgments: Vec<Judgment>, names: &[(&str, &str)]) -> Vec<Judgment> {
    for judgment in &mut judgments {
        let tiebreak_domain::Verdict::Judged { answers } = &mut judgment.given.verdict else { continue };
        for answer in answers {
            if let Some((_, to)) = names.iter().find(|(from, _)| *from == answer.question) {
                answer.question = (*to).to_owned();
            }
        }
    }
    judgments
}

#[test]
fn help_steer_2_ratings() {
    let names = template("helpsteer2");
    let answers = |shift: i32| {
        let keys = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];
        keys.iter().zip(0..).flat_map(|(key, value)| rates(key, &[(value + shift) % 5, value % 5])).collect()
    };
    let judgments = [judgment(1, 2, answers(1))];
    let read = round(&ExportPlan::new(ExportFormat::HelpSteer2), &names, &item(2), &judgments);
    assert_eq!(read.len(), 1, "neighbouring rows of one prompt are one item");
    assert_eq!(read[0].0.candidates, item(2).item.candidates);
    assert_same(&judgments, &read[0].1);
}

#[test]
fn help_steer_preferences_with_their_words() {
    let said = |key: &str, why: &str| {
        vec![
            judgment(1, 2, vec![prefers(key, -3), writes(why, None, "clear")]),
            judgment(2, 2, vec![prefers(key, 1), writes(why, None, "shorter")]),
            judgment(3, 2, vec![prefers(key, 0), writes(why, None, "same")]),
        ]
    };
    for (format, id, key, why) in [
        (ExportFormat::HelpSteer2Preference, "helpsteer2", "preference", "justification"),
        (ExportFormat::HelpSteer3, "helpsteer3", "overall_preference", "reasoning"),
    ] {
        let judgments = said(key, why);
        let read = round(&ExportPlan::new(format), &template(id), &item(2), &judgments);
        assert_same(&renamed(judgments, &[(key, "overall"), (why, "rationale")]), &read[0].1);
    }
}

#[test]
fn ultra_feedback() {
    let keys = ["instruction_following", "honesty", "truthfulness", "helpfulness", "overall_score"];
    let mut answers: Vec<Answer> =
        keys.iter().zip(1..).flat_map(|(key, value)| rates(key, &[value, 3, 1])).collect();
    let kinds =
        template("ultrafeedback").question("truthfulness_type").unwrap().kind.entries().unwrap().to_vec();
    for candidate in 0..3 {
        let checked = AnswerValue::Checklist(vec![kinds[usize::from(candidate)].key.clone()]);
        answers.push(said("truthfulness_type", Some(candidate), checked));
    }
    answers.push(writes("critique", Some(1), "more detail"));
    for key in ["instruction_following", "honesty", "truthfulness_type", "truthfulness", "helpfulness"] {
        answers.push(writes(&format!("{key}_rationale"), Some(2), &format!("about {key}")));
    }
    let judgments = [judgment(1, 3, answers)];
    let plan = ExportPlan::new(ExportFormat::UltraFeedback);
    let read = round(&plan, &template("ultrafeedback"), &item(3), &judgments);
    assert_eq!(read[0].0.candidates.len(), 3);
    let names = template("ultrafeedback");
    assert_same(&judgments, &fitted(&names, read[0].1.clone()));
}

/// A candidate that says nothing is written as nothing, and read back as that.
#[test]
fn an_empty_response_comes_back_from_every_format_of_texts() {
    let mut silent = item(2);
    silent.item.prompt = vec![Part::message("user", "Why?")];
    silent.item.candidates[0].parts = vec![Part::message("assistant", "since")];
    silent.item.candidates[1].parts = vec![Part::message("assistant", "")];
    for (candidate, model) in silent.item.candidates.iter_mut().zip(["gpt-4", "vicuna"]) {
        candidate.model = Some(model.into());
    }
    let prefer = |key: &str| vec![judgment(1, 2, vec![outcome(key, Outcome::A)])];
    let scored = |key: &str| vec![judgment(1, 2, rates(key, &[4, 1]))];
    let attributes = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];
    let attributes = vec![judgment(1, 2, attributes.iter().flat_map(|key| rates(key, &[4, 1])).collect())];
    let cases = [
        (ExportFormat::TrlConversational, "comparison", prefer("overall")),
        (ExportFormat::TrlImplicit, "comparison", prefer("overall")),
        (ExportFormat::AnthropicHh, "comparison", prefer("overall")),
        (ExportFormat::Kto, "comparison", prefer("overall")),
        (ExportFormat::Arena, "mt-bench", prefer("winner")),
        (ExportFormat::ArenaOneHot, "mt-bench", prefer("winner")),
        (ExportFormat::Prism, "prism", scored("score")),
        (ExportFormat::HelpSteer2, "helpsteer2", attributes),
        (ExportFormat::UltraFeedback, "ultrafeedback", scored("honesty")),
    ];
    for (format, id, judgments) in cases {
        let mut plan = ExportPlan::new(format);
        let names = template(id);
        if id == "mt-bench" {
            plan.question = Some("winner".into());
        }
        let mut lines: Vec<String> = super::header(format, &names).into_iter().collect();
        let output = written(&plan, &names, &silent, &judgments);
        assert_eq!(output.refused, [], "{format:?}");
        lines.extend(output.lines);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("x.{}", format.extension()));
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        let mut reader = Reader::open(&ImportPlan::of_file(path.to_str().unwrap())).unwrap();
        let Some(Ok(Record::Item { item, .. })) = reader.next() else { panic!("{format:?}: {lines:?}") };
        assert_eq!(item.candidates.len(), 2, "{format:?}: {lines:?}");
        let silent = item.candidates.iter().filter(|candidate| candidate.is_empty_response()).count();
        assert_eq!(silent, 1, "{format:?}: {lines:?}");
    }
    let chosen = vec![judgment(1, 2, vec![outcome("overall", Outcome::B)])];
    for format in [ExportFormat::TrlConversational, ExportFormat::Kto, ExportFormat::LlamaFactory] {
        let output = written(&ExportPlan::new(format), &template("comparison"), &silent, &chosen);
        assert!(
            output.lines.is_empty() && !output.refused.is_empty(),
            "nobody learns to say nothing: {format:?}"
        );
    }
}

#[test]
fn image_reward_rankings_of_each_annotator() {
    let names = template("imagereward");
    let pictures = media_item("a fox", ["a.webp", "b.webp", "c.webp", "d.webp"].map(Part::image).to_vec());
    let judgments = [
        judgment(1, 4, vec![ranks("ranking", &[&[2], &[0, 3], &[1]])]),
        judgment(2, 4, vec![ranks("ranking", &[&[0, 1, 2, 3]])]),
    ];
    let plan =
        ExportPlan { several: Some(SeveralPolicy::Each), ..ExportPlan::new(ExportFormat::ImageReward) };
    let read = round(&plan, &names, &pictures, &judgments);
    assert_eq!(read[0].0.candidates, pictures.item.candidates);
    let labels: Vec<Label> = read.into_iter().flat_map(|(_, labels)| labels).collect();
    assert_same(&judgments, &labels);
}

#[test]
fn prism_conversations() {
    let names = template("prism");
    let answers = |best: i32| {
        let mut answers = rates("score", &[best, 40, 7]);
        answers.push(said("performance_fluency", None, AnswerValue::Rating(90)));
        answers.push(said("choice_values", None, AnswerValue::Rating(12)));
        answers.push(writes("open_feedback", None, "kind, and \"brief\""));
        answers
    };
    let mut item = item(3);
    item.item.candidates[0].model = Some("m".into());
    let judgments = [judgment(1, 3, answers(81)), judgment(2, 3, answers(100))];
    let plan = ExportPlan::new(ExportFormat::Prism);
    let read = round(&plan, &names, &item, &judgments);
    assert_eq!(read.len(), 2, "one conversation for each person");
    assert_eq!(read[0].0.candidates[0].model.as_deref(), Some("m"));
    let labels: Vec<Label> = read.into_iter().flat_map(|(_, labels)| labels).collect();
    assert_same(&judgments, &fitted(&names, labels));
    let utterances = &written(&plan, &names, &item, &judgments[..1]).beside["utterances.jsonl"];
    let read = read_back(utterances, "jsonl", DataFormat::PrismUtterances);
    assert_eq!(read.len(), 1, "utterances of one turn are one item");
    assert_eq!(sorted(read[0].1[0].answers.clone()), rates("score", &[81, 40, 7]));
}

#[test]
fn prism_conversations_of_several_turns() {
    let names = template("prism");
    let mut first = item(3);
    first.item.prompt = vec![Part::message("user", "Hi")];
    let mut second = item(2);
    second.item.prompt = vec![
        Part::message("user", "Hi"),
        Part::message("assistant", "text 2"),
        Part::message("user", "Why?"),
    ];
    second.item.candidates[0] = Candidate { model: Some("m".into()), ..Candidate::markdown("because") };
    for one in [&mut first, &mut second] {
        one.item.metadata.insert("conversation_id".into(), "c1".into());
        one.item.metadata.insert("conversation_type".into(), "unguided".into());
    }
    let said = vec![judgment(1, 3, rates("score", &[10, 20, 90])), {
        let mut answers = rates("score", &[77, 30]);
        answers.push(said("performance_fluency", None, AnswerValue::Rating(90)));
        answers.push(writes("open_feedback", None, "kind"));
        judgment(1, 2, answers)
    }];
    let items = [(first.clone(), vec![said[0].clone()]), (second.clone(), vec![said[1].clone()])];
    let plan = ExportPlan::new(ExportFormat::Prism);
    let read = round_of_items(&plan, &names, &items);
    let names_read: Vec<_> = read.iter().filter_map(|(item, _)| item.external_id.as_deref()).collect();
    assert_eq!(names_read, ["c1", "c1:1"]);
    assert_eq!(read[1].0.prompt, second.item.prompt, "with what the conversation went on with");
    let texts = |item: &Item| item.candidates.iter().map(Candidate::text).collect::<Vec<_>>();
    assert_eq!((texts(&read[0].0), texts(&read[1].0)), (texts(&first.item), texts(&second.item)));
    assert_eq!(read[1].0.metadata["conversation_type"], "unguided");
    let labels: Vec<Label> = read.into_iter().flat_map(|(_, labels)| labels).collect();
    assert_same(&said, &fitted(&names, labels));

    let utterances = &written_items(&plan, &names, &items).beside["utterances.jsonl"];
    let read = read_back(utterances, "jsonl", DataFormat::PrismUtterances);
    assert_eq!(read[1].0.prompt, second.item.prompt, "the other file says the same");
    assert_eq!(sorted(read[1].1[0].answers.clone()), rates("score", &[77, 30]));
}

#[test]
fn rich_hf_rows_of_each_annotator() {
    let names = template("richhf");
    let picture = media_item("a red fox", vec![Part::image("fox.png")]);
    let answers = |score: i32, marks: Vec<Mark>, missed: Vec<Span>| {
        let keys = ["artifact_score", "misalignment_score", "aesthetics_score", "overall_score"];
        let mut answers: Vec<Answer> = keys.iter().flat_map(|key| rates(key, &[score])).collect();
        answers.push(said("regions", Some(0), AnswerValue::Marks(marks)));
        answers.push(said("misaligned_words", None, AnswerValue::Spans(missed)));
        answers
    };
    let mark =
        |label: &str, form| Mark { part: 0, x: 0.1, y: 0.37, form, label: Some(label.into()), at_us: None };
    let marks =
        vec![mark("artifact", MarkForm::Radius(0.05)), mark("misalignment", MarkForm::Size([0.3, 0.21]))];
    let red = Span { part: 0, start: 2, end: 5, label: None };
    let judgments =
        [judgment(1, 1, answers(4, marks, vec![red])), judgment(2, 1, answers(1, vec![], vec![]))];
    let plan = ExportPlan { ratings: Some(RatingPolicy::Each), ..ExportPlan::new(ExportFormat::RichHf) };
    let read = round(&plan, &names, &picture, &judgments);
    assert_eq!(read.len(), 1, "rows of one picture are one item");
    assert_eq!(read[0].0.candidates, picture.item.candidates);
    assert_same(&judgments, &read[0].1);
    let alone = round(&ExportPlan::new(ExportFormat::RichHf), &names, &picture, &judgments[1..]);
    assert_same(&judgments[1..], &alone[0].1);
}

#[test]
fn hpd_v2_ranks_of_each_annotator() {
    let names = template("imagereward");
    let pictures = media_item("a fox", ["a.jpg", "b.jpg", "c.jpg"].map(Part::image).to_vec());
    let judgments = [
        judgment(1, 3, vec![ranks("ranking", &[&[2], &[0, 1]])]),
        judgment(2, 3, vec![ranks("ranking", &[&[1], &[0], &[2]])]),
    ];
    let mut read = round(&ExportPlan::new(ExportFormat::HpdV2), &names, &pictures, &judgments);
    assert_eq!(read[0].0.candidates, pictures.item.candidates);
    for label in &mut read[0].1 {
        let hash = label.annotator.take().unwrap();
        label.annotator = Some(hash.strip_prefix("hash of ").expect("no name is written").to_owned());
    }
    assert_same(&judgments, &read[0].1);
}

#[test]
fn hpd_v3_pairs() {
    let names = template("comparison");
    let pictures = media_item("a fox", ["a.jpg", "b.jpg"].map(Part::image).to_vec());
    let judgments = [judgment(1, 2, vec![outcome("overall", Outcome::B)])];
    let read = round(&ExportPlan::new(ExportFormat::HpdV3), &names, &pictures, &judgments);
    let (item, labels) = &read[0];
    let preferred = usize::from(labels[0].preference().unwrap().outcome == Outcome::B);
    assert_eq!(item.candidates[preferred], pictures.item.candidates[1]);
}

#[test]
fn code_pref_bench_votes() {
    let judgments = [Outcome::A, Outcome::Tie, Outcome::B]
        .iter()
        .zip(1..)
        .map(|(said, who)| judgment(who, 2, vec![outcome("security", *said)]))
        .collect::<Vec<_>>();
    let plan =
        ExportPlan { question: Some("security".into()), ..ExportPlan::new(ExportFormat::CodePrefBench) };
    let read = round(&plan, &template("codeprefbench"), &item(2), &judgments);
    assert_same(&judgments, &read[0].1);
}

#[test]
fn video_align_sheets_with_ratings() {
    let videos = ["v/1_A.mp4", "v/1_B.mp4"].map(|uri| Part::Video { uri: uri.into() });
    let mut item = media_item("A girl, \"sitting\"", videos.to_vec());
    item.item.candidates[0].metadata.insert("fps".into(), 24.0.into());
    let mut answers = vec![outcome("vq", Outcome::B), outcome("mq", Outcome::Tie), outcome("ta", Outcome::A)];
    for (key, values) in [("mos_vq", [4, 5]), ("mos_mq", [3, 3]), ("mos_ta", [5, 1])] {
        answers.extend(rates(key, &values));
    }
    let judgments = [judgment(1, 2, answers)];
    let plan = ExportPlan::new(ExportFormat::VideoAlign);
    let read = round(&plan, &template("videoreward"), &item, &judgments);
    let parts = |candidates: &[Candidate]| candidates.iter().map(|one| one.parts.clone()).collect::<Vec<_>>();
    assert_eq!(parts(&read[0].0.candidates), parts(&item.item.candidates));
    assert_same(&judgments, &read[0].1);
}

#[test]
fn stepwise_labels() {
    let mut item = item(1);
    item.item.candidates = vec![Candidate::markdown("one\n\ntwo\n\nthree")];
    let (right, wrong) = (Some(StepVerdict::Right), Some(StepVerdict::Wrong));
    let judgments =
        [judgment(1, 1, vec![said("steps", Some(0), AnswerValue::Steps(vec![right, right, wrong]))])];
    let plan =
        ExportPlan { neutral_steps: Some(NeutralSteps::Wrong), ..ExportPlan::new(ExportFormat::Stepwise) };
    let read = round(&plan, &template("process-supervision"), &item, &judgments);
    assert_eq!(read[0].0.candidates[0].steps(), ["one", "two", "three"]);
    assert_same(&judgments, &read[0].1);
}

#[test]
fn unpaired_rows_become_a_label_for_each_completion() {
    let plan = ExportPlan::new(ExportFormat::Kto);
    let names = template("comparison");
    let judgments = [judgment(1, 2, vec![outcome("overall", Outcome::B)])];
    let read = round(&plan, &names, &item(2), &judgments);
    let (item, labels) = &read[0];
    let texts: Vec<String> = item.candidates.iter().map(Candidate::text).collect();
    assert_eq!(texts, ["text 1", "text 0"], "neighbouring rows of one prompt are one item, the chosen first");
    assert_eq!(
        labels[0].answers,
        rates("acceptable", &[1, 0]),
        "the chosen one true, the rejected one false"
    );
}

/// Votes on whole conversations, whose second turns differ because the first answers did.
#[test]
fn battles_as_lines_and_as_a_table() {
    let names = template("mt-bench");
    let mut item = item(2);
    item.item.prompt = vec![Part::message("user", "Hi, \"you\"")];
    for (candidate, model) in item.item.candidates.iter_mut().zip(["gpt-4", "vicuna"]) {
        let text = candidate.text();
        candidate.model = Some(model.into());
        candidate.parts = vec![
            Part::message("assistant", text),
            Part::message("user", "And?"),
            Part::message("assistant", format!("more of {model}")),
        ];
    }
    let said = [Outcome::A, Outcome::B, Outcome::Tie, Outcome::BothBad];
    let judgments: Vec<Judgment> =
        said.iter().zip(1..).map(|(said, who)| judgment(who, 2, vec![outcome("winner", *said)])).collect();
    for format in [ExportFormat::Arena, ExportFormat::ArenaOneHot] {
        let read = round(&ExportPlan::new(format), &names, &item, &judgments);
        assert_eq!(read.len(), 1, "a battle and its judges");
        assert_eq!(read[0].0.prompt, item.item.prompt);
        assert_eq!(read[0].0.candidates, item.item.candidates);
        assert_same(&judgments, &fitted(&names, read[0].1.clone()));
    }
}

#[test]
fn every_template_can_be_written_in_the_formats_it_names() {
    for template in crate::rubric_file::templates() {
        for word in &template.exports {
            let format = ExportFormat::from_word(word)
                .unwrap_or_else(|| panic!("{}: no format is called {word:?}", template.id));
            assert!(format.fits(&template.rubric.questions), "{} cannot be written as {word}", template.id);
        }
        let fits = |format: &&ExportFormat| format.fits(&template.rubric.questions);
        assert!(ExportFormat::ALL.iter().filter(fits).count() >= 3, "{} can be written somehow", template.id);
    }
}
