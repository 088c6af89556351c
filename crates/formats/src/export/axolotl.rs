//! The rows that axolotl reads, type by type, and the part of its configuration that names the file and its type.
//!
//! `chat_template.default` has whole conversations before the answers; the types that put a chat format around bare
//! texts know one question and one answer, and a system message in `system`. ORPO and the reward model read the same
//! apart. `zephyr.nectar` ranks answers, and axolotl takes the one with the *highest* rank as chosen and the next
//! one as rejected (`prompt_strategies/dpo/zephyr.py`), so that here, unlike in Nectar itself, 1 is the worst.

use serde_json::{Map, Value, json};
use tiebreak_domain::export::AxolotlType;
use tiebreak_domain::{Candidate, ExportPlan, Part, Question};

use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::preference::{Membership, PreferenceRow, conversational};
use super::ranking::{Places, each_order};
use super::turns::{Turn, bare_text, check_end, check_turns, messages, refuse_media, response_text, turns};

/// The row of a decided pair as one line; the rules of every pair were held against it before.
pub(super) fn preference_line(
    kind: AxolotlType,
    row: &PreferenceRow,
    group: Option<&Membership>,
) -> Result<String, String> {
    let mut line = match kind {
        AxolotlType::ChatTemplate => {
            let (prompt, chosen, rejected) = conversational(row)?;
            let only = |mut side: Value| side.get_mut(0).map(Value::take).unwrap_or_default();
            json!({ "messages": prompt.unwrap_or_default(), "chosen": only(chosen), "rejected": only(rejected) })
        }
        _ => texts(kind, row)?,
    };
    if line["chosen"] == line["rejected"] && line.get("chosen").is_some() {
        return Err("chosen and rejected are the same".to_owned());
    }
    let beside = [
        ("annotator", row.annotator.map(Value::from)),
        ("id", row.external_id.map(Value::from)),
        ("group_id", group.map(|group| group.id.as_str().into())),
        ("weight", group.and_then(|group| group.weight).map(Value::from)),
    ];
    for (name, value) in beside {
        if let Some(value) = value {
            line[name] = value;
        }
    }
    Ok(json_line(&line))
}

/// The types that are made of one question and one answer on each side.
fn texts(kind: AxolotlType, row: &PreferenceRow) -> Result<Value, String> {
    let chosen = bare_text(&row.chosen.parts, "assistant", "the chosen side")?;
    let rejected = bare_text(&row.rejected.parts, "assistant", "the rejected side")?;
    if kind == AxolotlType::Orpo {
        return orpo(row.prompt, &chosen, &rejected);
    }
    let (system, asked) = asked(row.prompt)?;
    let conversation = |answer: &str| messages(&[("user", asked.clone()), ("assistant", answer.to_owned())]);
    let mut line = match kind {
        AxolotlType::Argilla => {
            json!({ "instruction": asked, "chosen_response": chosen, "rejected_response": rejected })
        }
        AxolotlType::Icr | AxolotlType::RewardModel => {
            json!({ "input": asked, "chosen": chosen, "rejected": rejected })
        }
        AxolotlType::Intel => json!({ "question": asked, "chosen": chosen, "rejected": rejected }),
        AxolotlType::PromptPairs => json!({ "prompt": asked, "chosen": chosen, "rejected": rejected }),
        AxolotlType::Ultra => {
            let (chosen, rejected) = (conversation(&chosen), conversation(&rejected));
            json!({ "prompt": asked, "chosen": chosen, "rejected": rejected })
        }
        AxolotlType::ArgillaChat if system.is_some() => {
            return Err("the prompt has a system message, which this type of axolotl cannot say".to_owned());
        }
        AxolotlType::ArgillaChat => {
            json!({ "chosen": conversation(&chosen), "rejected": conversation(&rejected) })
        }
        _ => return Err(format!("{} has no rows of chosen and rejected", kind.name())),
    };
    // The reward model looks for it in every row.
    let system = system.or((kind == AxolotlType::RewardModel).then(String::new));
    if let Some(system) = system {
        line["system"] = system.into();
    }
    Ok(line)
}

/// Conversations that are the same up to their last turn. Of a single question `prompt` says it, too.
fn orpo(prompt: &[Part], chosen: &str, rejected: &str) -> Result<Value, String> {
    let (system, asked) = conversation(prompt)?;
    let side = |answer: &str| {
        let mut said = asked.clone();
        said.push(("assistant", answer.to_owned()));
        messages(&said)
    };
    let mut line = Map::new();
    line.extend(system.map(|system| ("system".to_owned(), system.into())));
    if let [(_, asked)] = asked.as_slice() {
        line.insert("prompt".to_owned(), asked.as_str().into());
    }
    line.insert("chosen".to_owned(), side(chosen));
    line.insert("rejected".to_owned(), side(rejected));
    Ok(line.into())
}

/// The system message, and the turns behind it.
fn conversation(prompt: &[Part]) -> Result<(Option<String>, Vec<Turn<'_>>), String> {
    refuse_media(prompt, "the prompt")?;
    let mut turns = turns(prompt, "user");
    check_turns(&turns, "the prompt")?;
    check_end(&turns, "user", "the prompt")?;
    let has_system = turns.first().is_some_and(|(role, _)| *role == "system");
    let system = has_system.then(|| turns.remove(0).1);
    match turns.first() {
        Some((role, _)) if *role != "user" => Err("the prompt begins with the assistant".to_owned()),
        _ => Ok((system, turns)),
    }
}

/// The system message and the only question.
pub(super) fn asked(prompt: &[Part]) -> Result<(Option<String>, String), String> {
    let (system, mut turns) = conversation(prompt)?;
    match turns.len() {
        1 => Ok((system, turns.remove(0).1)),
        count => Err(format!(
            "the prompt is a conversation of {count} turns, and this type of axolotl knows one; export \"axolotl\""
        )),
    }
}

/// An unpaired row: the prompt, and with it a system message, and the completion.
pub(super) fn completion(
    prompt: &[Part],
    candidate: &Candidate,
    index: usize,
) -> Result<[Option<String>; 3], String> {
    let (system, asked) = asked(prompt)?;
    Ok([system, Some(asked), Some(response_text(candidate, index)?)])
}

/// Writes the ranked answers of one item.
pub(super) fn write_ranked(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    each_order(plan, question, judged, output, |ranks, annotator| ranked(judged, ranks, annotator));
}

fn ranked(judged: &Judged, ranks: &Places, annotator: Option<&str>) -> Result<String, String> {
    let item = &judged.item.item;
    let (system, asked) = asked(&item.prompt)?;
    if system.is_some() {
        return Err("the prompt has a system message, which this type of axolotl cannot say".to_owned());
    }
    let worst = ranks.iter().flatten().max().copied().unwrap_or_default();
    let mut answers: Vec<(u32, String)> = Vec::new();
    for (index, (candidate, rank)) in item.candidates.iter().zip(ranks).enumerate() {
        // Whoever was not placed is neither better nor worse than anybody.
        let Some(rank) = rank else { continue };
        answers.push((worst + 1 - rank, response_text(candidate, index)?));
    }
    let mut ranks: Vec<u32> = answers.iter().map(|(rank, _)| *rank).collect();
    ranks.sort_unstable_by(|one, other| other.cmp(one));
    match ranks.as_slice() {
        [] | [_] => return Err("fewer than two answers have a rank".to_owned()),
        [best, next, ..] if best == next => {
            return Err("the best two are equal, and axolotl would take one of them as rejected".to_owned());
        }
        _ => {}
    }
    let answers: Vec<Value> =
        answers.into_iter().map(|(rank, answer)| json!({ "answer": answer, "rank": rank })).collect();
    let mut line = json!({ "prompt": asked, "answers": answers, "id": judged.name() });
    if let Some(annotator) = annotator {
        line["annotator"] = annotator.into();
    }
    Ok(json_line(&line))
}

/// The part of a configuration that trains on a file.
pub(super) fn configuration(kind: AxolotlType, file_name: &str) -> String {
    let head = match kind {
        AxolotlType::Orpo => {
            "rl: orpo\norpo_alpha: 0.1\nremove_unused_columns: false\nchat_template: chatml\n"
        }
        AxolotlType::Kto => {
            "# The manifest's class_balance names weights that bring both kinds to the same.\nrl: kto\nkto_desirable_weight: 1.0\nkto_undesirable_weight: 1.0\nremove_unused_columns: false\n"
        }
        AxolotlType::RewardModel => "reward_model: true\nchat_template: tokenizer_default\n",
        AxolotlType::Stepwise => "process_reward_model: true\n",
        AxolotlType::Nectar => {
            "# Ranks count from the worst: axolotl takes the answer with the highest rank as chosen.\nrl: dpo\n"
        }
        _ => "rl: dpo\n",
    };
    let mut text =
        format!("# To go into an axolotl configuration; the path starts where axolotl does.\n{head}");
    if let Some(twin) = kind.llama3() {
        text.push_str(&format!("# {twin} has the same columns.\n"));
    }
    let path = serde_json::to_string(file_name).expect("a text is JSON, and YAML");
    text.push_str(&format!("datasets:\n  - path: {path}\n    ds_type: json\n    split: train\n"));
    text.push_str(&format!("    type: {}\n", kind.name()));
    if kind == AxolotlType::ChatTemplate {
        text.push_str(
            "    field_messages: messages\n    field_chosen: chosen\n    field_rejected: rejected\n",
        );
        text.push_str("    message_property_mappings:\n      role: role\n      content: content\n");
    }
    if kind == AxolotlType::Stepwise {
        text.push_str("    step_separator: \"\\n\"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::{RankingForm, StrengthSteps};
    use tiebreak_domain::{ExportFormat, Outcome};

    fn row(kind: AxolotlType, prompt: &[Part]) -> Result<Value, String> {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let mut item = item(2);
        item.item.prompt = prompt.to_vec();
        let said = [judgment(1, 2, vec![outcome("overall", Outcome::B)])];
        let output = written(&ExportPlan::new(ExportFormat::Axolotl(kind)), &names, &item, &said);
        match output.refused.first() {
            Some((_, reason)) => Err(reason.clone()),
            None => Ok(serde_json::from_str(&output.lines[0]).unwrap()),
        }
    }

    #[test]
    fn every_type_has_its_columns() {
        let asked = [Part::message("system", "Be kind."), Part::message("user", "Why?")];
        let told = |kind| {
            let mut row = row(kind, &asked).unwrap();
            row.as_object_mut().unwrap().shift_remove("id");
            row.to_string()
        };
        let user = r#"{"role":"user","content":"Why?"}"#;
        let said = |text: &str| format!(r#"{{"role":"assistant","content":"{text}"}}"#);
        let (won, lost) = (said("text 1"), said("text 0"));
        let system = r#"{"role":"system","content":"Be kind."}"#;
        let expected = [
            (
                AxolotlType::ChatTemplate,
                format!(r#"{{"messages":[{system},{user}],"chosen":{won},"rejected":{lost}}}"#),
            ),
            (
                AxolotlType::Argilla,
                r#"{"instruction":"Why?","chosen_response":"text 1","rejected_response":"text 0","system":"Be kind."}"#.into(),
            ),
            (
                AxolotlType::Icr,
                r#"{"input":"Why?","chosen":"text 1","rejected":"text 0","system":"Be kind."}"#.into(),
            ),
            (
                AxolotlType::Intel,
                r#"{"question":"Why?","chosen":"text 1","rejected":"text 0","system":"Be kind."}"#.into(),
            ),
            (
                AxolotlType::PromptPairs,
                r#"{"prompt":"Why?","chosen":"text 1","rejected":"text 0","system":"Be kind."}"#.into(),
            ),
            (
                AxolotlType::Ultra,
                format!(r#"{{"prompt":"Why?","chosen":[{user},{won}],"rejected":[{user},{lost}],"system":"Be kind."}}"#),
            ),
            (
                AxolotlType::Orpo,
                format!(r#"{{"system":"Be kind.","prompt":"Why?","chosen":[{user},{won}],"rejected":[{user},{lost}]}}"#),
            ),
        ];
        for (kind, line) in expected {
            assert_eq!(told(kind), line, "{kind:?}");
        }
        let bare = row(AxolotlType::RewardModel, &asked[1..]).unwrap();
        assert_eq!(bare["system"], "", "axolotl looks for it in every row");
        let chat = row(AxolotlType::ArgillaChat, &asked[1..]).unwrap();
        assert_eq!(chat["rejected"][1]["content"], "text 0");
        assert!(row(AxolotlType::ArgillaChat, &asked).unwrap_err().contains("system message"));
    }

    #[test]
    fn a_conversation_needs_a_type_that_knows_one() {
        let asked =
            [Part::message("user", "Hi"), Part::message("assistant", "Hello"), Part::message("user", "Why?")];
        assert_eq!(row(AxolotlType::ChatTemplate, &asked).unwrap()["messages"].as_array().unwrap().len(), 3);
        let orpo = row(AxolotlType::Orpo, &asked).unwrap();
        assert_eq!((orpo["chosen"].as_array().unwrap().len(), orpo.get("prompt")), (4, None));
        for kind in [AxolotlType::Ultra, AxolotlType::Icr, AxolotlType::RewardModel] {
            assert!(row(kind, &asked).unwrap_err().contains("conversation of 3 turns"), "{kind:?}");
        }
        let picture = [Part::image("1.png"), Part::message("user", "What?")];
        assert!(row(AxolotlType::Icr, &picture).is_err_and(|refused| refused.contains("medium")));
    }

    #[test]
    fn the_highest_rank_of_nectar_is_the_best() {
        let names = names(vec![ranking("order", RankingForm::WithTies)]);
        let plan = ExportPlan::new(ExportFormat::Axolotl(AxolotlType::Nectar));
        let said = |order: &[&[u8]]| [judgment(1, 3, vec![ranks("order", order)])];
        let output = written(&plan, &names, &item(3), &said(&[&[2], &[0, 1]]));
        assert_eq!(
            output.lines,
            [
                r#"{"prompt":"Why?","answers":[{"answer":"text 0","rank":1},{"answer":"text 1","rank":1},{"answer":"text 2","rank":2}],"id":"q1"}"#
            ]
        );
        let tie = written(&plan, &names, &item(3), &said(&[&[0, 2], &[1]]));
        assert!(tie.refused[0].1.contains("best two are equal"), "{tie:?}");
    }

    #[test]
    fn unpaired_rows_are_bare_texts_with_a_label() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let mut item = item(2);
        item.item.prompt.insert(0, Part::message("system", "Be kind."));
        item.item.prompt[1] = Part::message("user", "Why?");
        let said = [judgment(1, 2, vec![outcome("overall", Outcome::A)])];
        let output = written(&ExportPlan::new(ExportFormat::Axolotl(AxolotlType::Kto)), &names, &item, &said);
        assert_eq!(
            output.lines[0],
            r#"{"system":"Be kind.","prompt":"Why?","completion":"text 0","label":true,"id":"q1"}"#
        );
        assert_eq!((output.lines.len(), output.labels), (2, [1, 1]));
    }

    #[test]
    fn a_configuration_names_the_file_and_its_type() {
        let text = configuration(AxolotlType::Intel, "my \"pairs\".jsonl");
        assert!(text.contains("rl: dpo\n# llama3.intel has the same columns.\n"), "{text}");
        assert!(text.contains("  - path: \"my \\\"pairs\\\".jsonl\"\n    ds_type: json\n"), "{text}");
        assert!(text.ends_with("    type: chatml.intel\n"), "{text}");
        assert!(configuration(AxolotlType::RewardModel, "x").contains("reward_model: true\n"));
        assert!(configuration(AxolotlType::ChatTemplate, "x").contains("    field_chosen: chosen\n"));
    }
}
