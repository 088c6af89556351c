//! Rows of chosen and rejected for trainers, with media in the prompt, tools and system messages.

use serde_json::json;

use super::*;

/// A pair with a prompt of its own, of which the second candidate won.
fn pair(prompt: Vec<Part>) -> (Names, StoredItem, [Judgment; 1]) {
    let said =
        |text: &str| Candidate { parts: vec![Part::message("assistant", text)], ..Candidate::default() };
    let item = Item { prompt, candidates: vec![said("A dog."), said("A cat.")], ..Item::default() };
    (template("comparison"), stored(item), [judgment(1, 2, vec![outcome("overall", Outcome::B)])])
}

/// What a format's lines are read as: the prompt, and what won and what lost.
fn read_as(plan_format: ExportFormat, format: DataFormat, item: &StoredItem) -> (Item, [String; 2]) {
    let (names, _, judgments) = pair(Vec::new());
    let output = written(&ExportPlan::new(plan_format), &names, item, &judgments);
    assert_eq!((output.refused, output.left_out), (vec![], vec![]));
    let (item, labels) = read_back(&output.lines, "jsonl", format).remove(0);
    let chosen = usize::from(labels[0].preference().unwrap().outcome == Outcome::B);
    let texts = [chosen, 1 - chosen].map(|place| item.candidates[place].text());
    (item, texts)
}

const WON: [&str; 2] = ["A cat.", "A dog."];

/// What the prompt holds when it was written and read once; it stays so from then on.
#[test]
fn media_of_a_prompt_survive_llama_factory() {
    let text = |text: &str| Part::markdown(text);
    let video = || Part::Video { uri: "2.mp4".into() };
    let audio = || Part::Audio { uri: "3.wav".into() };
    let user = |said: &str| Part::message("user", said);
    for (prompt, expected) in [
        (
            vec![Part::image("1.png"), text("What is this?")],
            vec![user(""), Part::image("1.png"), text("What is this?")],
        ),
        (
            vec![user("See"), Part::image("1.png"), text("and"), video()],
            vec![user("See"), Part::image("1.png"), text("and"), video()],
        ),
        (
            vec![Part::message("system", "Be kind."), user("<audio>What do you hear?"), audio()],
            vec![Part::message("system", "Be kind."), user(""), audio(), text("What do you hear?")],
        ),
        (
            vec![
                user("Hi"),
                Part::message("assistant", "Hello"),
                user(""),
                Part::image("1.png"),
                text("And this?"),
            ],
            vec![
                user("Hi"),
                Part::message("assistant", "Hello"),
                user(""),
                Part::image("1.png"),
                text("And this?"),
            ],
        ),
    ] {
        let (_, item, _) = pair(prompt);
        let (read, won) = read_as(ExportFormat::LlamaFactory, DataFormat::TrlPreference, &item);
        assert_eq!(won, WON);
        assert_eq!(read.prompt, expected);
        let (again, _) = read_as(ExportFormat::LlamaFactory, DataFormat::TrlPreference, &stored(read));
        assert_eq!(again.prompt, expected, "the second time as the first");
    }
}

#[test]
fn images_of_a_prompt_survive_trl() {
    let asked = vec![Part::message("user", ""), Part::image("1.png"), Part::markdown("What is this?")];
    let (_, item, _) = pair(asked.clone());
    for format in [ExportFormat::TrlConversational, ExportFormat::TrlImplicit] {
        let (read, won) = read_as(format, DataFormat::TrlPreference, &item);
        assert_eq!((read.prompt, won), (asked.clone(), WON.map(str::to_owned)), "{format:?}");
    }
}

#[test]
fn open_ai_rows_and_their_tools_come_back() {
    let asked = vec![Part::message("system", "Be kind."), Part::message("user", "What is this?")];
    let (_, mut item, _) = pair(asked.clone());
    let tools = json!([{ "type": "function", "function": { "name": "look" } }]);
    item.item.metadata.insert("tools".into(), tools.clone());
    item.item.metadata.insert("parallel_tool_calls".into(), false.into());
    let (read, won) = read_as(ExportFormat::OpenAi, DataFormat::OpenAi, &item);
    assert_eq!((read.prompt, won), (asked, WON.map(str::to_owned)));
    assert_eq!((&read.metadata["tools"], &read.metadata["parallel_tool_calls"]), (&tools, &false.into()));
    let (read, _) = read_as(ExportFormat::TrlConversational, DataFormat::TrlPreference, &item);
    assert_eq!(read.metadata["tools"], tools);
}
