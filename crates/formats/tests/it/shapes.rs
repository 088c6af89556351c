//! Every format with several questions, from a file: how it is recognised, what it becomes, who said what.

use tiebreak_domain::answer::StepVerdict;
use tiebreak_domain::{Answer, AnswerValue, DataFormat, ImportPlan, Outcome};
use tiebreak_formats::{Reader, preview};

use crate::files::{Read, file, read};

/// Reads a file that must be recognised as a format and hold no fault.
fn read_as(format: DataFormat, name: &str, text: &str) -> Read {
    let data = file(name, text);
    let seen = preview(&ImportPlan::of_file(&data.path)).unwrap();
    assert_eq!(seen.format, format, "{}", seen.because);
    assert_eq!(Reader::open(&ImportPlan::of_file(&data.path)).unwrap().format(), format);
    let read = read(&data.path);
    assert!(read.error.is_none() && read.problems.is_empty(), "{read:?}");
    assert_eq!(seen.items.len(), read.items.len(), "the preview shows what the import takes");
    read
}

fn ratings(answers: &[Answer]) -> Vec<(&str, Option<u8>, i32)> {
    answers.iter().filter_map(|a| Some((a.question.as_str(), a.candidate, a.value.rating()?))).collect()
}

#[test]
fn help_steer_2_responses_of_one_prompt_are_one_item() {
    let row = |prompt: &str, response: &str, helpfulness: i32| {
        format!(
            "{{\"prompt\":\"{prompt}\",\"response\":\"{response}\",\"helpfulness\":{helpfulness},\"correctness\":4,\"coherence\":4,\"complexity\":1,\"verbosity\":0}}\n"
        )
    };
    let text =
        [row("p", "x", 4), row("p", "y", 2), row("q", "x", 3), row("q", "z", 1), row("r", "w", 0)].concat();
    let read = read_as(DataFormat::HelpSteer2, "validation.jsonl", &text);
    let lines: Vec<_> = read.items.iter().map(|(line, item, _)| (*line, item.candidates.len())).collect();
    assert_eq!(lines, [(1, 2), (3, 2), (5, 1)], "each begins at its first row, and the last is not lost");
    let answers = &read.items[0].2[0].answers;
    assert_eq!(answers.len(), 10, "five ratings of each response, in one vote");
    assert!(ratings(answers).contains(&("helpfulness", Some(0), 4)));
    assert!(ratings(answers).contains(&("helpfulness", Some(1), 2)));
    assert!(ratings(answers).contains(&("verbosity", Some(1), 0)), "nought is a rating");
}

#[test]
fn a_bad_row_between_two_of_one_prompt_keeps_them_apart_and_is_told_in_its_place() {
    let text = "{\"prompt\":\"p\",\"response\":\"x\",\"helpfulness\":4,\"correctness\":4,\"coherence\":4}\nnonsense\n{\"prompt\":\"p\",\"response\":\"y\",\"helpfulness\":2.5,\"correctness\":4,\"coherence\":4}\n";
    let data = file("x.jsonl", text);
    let read = read(&data.path);
    assert_eq!(read.items.len(), 2);
    let problems: Vec<_> =
        read.problems.iter().map(|problem| (problem.line, problem.reason.as_str())).collect();
    assert_eq!(problems[0].0, 2);
    assert_eq!(problems[1], (3, "taken without its vote: \"helpfulness\" is 2.5, expected a whole number"));
}

#[test]
fn preferences_of_help_steer_keep_their_strength_and_their_words() {
    let two = r#"{"split":"train","prompt":"Hi","response_1":"Hello","response_2":"No","preference_strength":-3,"preference_statement":"Response 1 is much better than Response 2","preference_elaboration":"It greets.","three_most_similar_preferences":[{"statement":"s","elaboration":"ok","strength":-2}],"all_preferences_unprocessed":[{"strength":-3,"justification":"clear"},{"strength":0,"justification":"same"}]}"#;
    let read = read_as(DataFormat::HelpSteer2Preference, "preference.jsonl", two);
    let outcomes: Vec<_> = read.items[0].2.iter().map(|label| label.preference().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::A, Outcome::Tie]);
    let three = r#"{"domain":"code","language":"python","context":[{"role":"user","content":"sort a list"}],"response1":"sorted(x)","response2":"x.sort()","overall_preference":-1,"individual_preference":[{"score":-1,"reasoning":"shorter","feedback1":"good","feedback2":"mutates"}]}"#;
    let read = read_as(DataFormat::HelpSteer3, "train.jsonl", three);
    assert_eq!(read.items[0].2[0].answers.len(), 4, "the preference, its reason, and the feedback on each");
    assert_eq!(read.items[0].1.metadata["domain"], "code");
}

#[test]
fn ultra_feedback_has_a_rating_of_each_completion_on_each_aspect() {
    let text = r#"{"source":"sharegpt","instruction":"Trip to Cairo?","models":["gpt-4","starchat"],"correct_answers":["None"],"incorrect_answers":["None"],"completions":[{"model":"gpt-4","principle":"helpfulness","custom_system_prompt":"You are helpful.","response":"Visit Giza.","annotations":{"instruction_following":{"Rating":"2","Rationale":"partial"},"truthfulness":{"Type":["1"],"Rationale":"ok","Rating":"3","Rationale For Rating":"ok"}}},{"model":"starchat","response":"No.","annotations":{}}]}"#;
    let read = read_as(DataFormat::UltraFeedback, "x.jsonl", text);
    let expected = [("instruction_following", Some(0), 2), ("truthfulness", Some(0), 3)];
    assert_eq!(ratings(&read.items[0].2[0].answers), expected);
    assert_eq!(read.items[0].1.candidates[0].model.as_deref(), Some("gpt-4"));
}

#[test]
fn image_lists_and_ranking_lists_become_rankings() {
    let text = r#"[{"id":"000904-0035","prompt":"a fox","generations":["a.webp","b.webp","c.webp","d.webp"],"ranking":[1,2,5,3]},
        {"id":"000904-0035","prompt":"a fox","generations":["a.webp","b.webp","c.webp","d.webp"],"ranking":[1,1,1,2],"annotator":"ann"}]"#;
    let read = read_as(DataFormat::ImageReward, "test.json", text);
    assert_eq!(read.items.len(), 1, "two people's ranks of the same pictures");
    let groups = |label: usize| match &read.items[0].2[label].answers[0].value {
        AnswerValue::Ranking(ranking) => ranking.groups.clone(),
        other => panic!("not a ranking: {other:?}"),
    };
    assert_eq!(groups(0), [vec![0], vec![1], vec![3], vec![2]]);
    assert_eq!(groups(1), [vec![0, 1, 2], vec![3]]);

    let text = r#"{"id":"7","prompt":"p","candidates":["x","y","z"],"models":["m",null,"o"],"question":"order","rankings":[{"annotator":"ann","ranks":[2,1,null]},{"annotator":"bob","ranks":[1,1,3]}]}"#;
    let read = read_as(DataFormat::Ranking, "x.jsonl", text);
    let (_, item, labels) = &read.items[0];
    assert_eq!((item.candidates.len(), labels.len()), (3, 2));
    assert_eq!(labels[0].answers[0].question, "order");
    let AnswerValue::Ranking(ranking) = &labels[0].answers[0].value else { panic!("a ranking") };
    assert_eq!(ranking.places(3), [Some(2), Some(1), None], "who was not placed has no place");

    let kinds = |first: &str, second: &str| {
        let text = format!(r#"{{"prompt":"p","candidates":["{first}","{second}"],"rankings":[]}}"#);
        let read = read_as(DataFormat::Ranking, "x.jsonl", &text);
        read.items[0]
            .1
            .candidates
            .iter()
            .map(|candidate| candidate.parts[0].uri().is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("1.png", "2.png"), [true, true]);
    assert_eq!(kinds("chart.png", "I cannot."), [false, false], "one that ends so is a text among texts");
}

#[test]
fn code_pref_bench_rows_of_one_task_are_one_item() {
    let row = |criterion: &str, votes: &str| {
        format!(
            "{{\"task_id\":\"t1\",\"instruction\":\"sort\",\"choices\":[\"sorted(x)\",\"x.sort()\"],\"gt_choice\":0,\"criterion\":\"{criterion}\",\"annotations\":[{votes}],\"annotators\":[\"ann\",\"bob\"]}}\n"
        )
    };
    let text = row("correctness", "\"codeA\",\"Tie\"") + &row("security", "\"codeB\",\"codeB\"");
    let read = read_as(DataFormat::CodePrefBench, "x.jsonl", &text);
    assert_eq!(read.items.len(), 1);
    let labels = &read.items[0].2;
    let questions: Vec<_> = labels[0].answers.iter().map(|answer| answer.question.as_str()).collect();
    assert_eq!(
        (labels.len(), questions),
        (2, vec!["correctness", "security"]),
        "one vote for each developer"
    );
    let bare = r#"{"task_id":"t1","instruction":"sort a list","choices":["sorted(x)","x.sort()"],"gt_choice":0,"annotations":["codeA","codeA","Tie"]}"#;
    let read = read_as(DataFormat::CodePrefBench, "x.jsonl", bare);
    assert_eq!(read.items[0].2.len(), 3, "numbered where nobody is named");
    assert_eq!(read.items[0].2[2].preference().unwrap().outcome, Outcome::Tie);
}

#[test]
fn arena_tables_and_battles_are_read() {
    let table = "id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n30192,gpt-4,vicuna,\"[\"\"Hi\"\"]\",\"[\"\"Hello\"\"]\",\"[\"\"No\"\"]\",1,0,0\n";
    let read = read_as(DataFormat::ArenaOneHot, "train.csv", table);
    let (_, item, labels) = &read.items[0];
    assert_eq!(item.prompt_text(), "Hi");
    assert_eq!(item.candidates[1].text(), "No");
    assert_eq!(labels[0].preference().unwrap().outcome, Outcome::A);
    let battle = r#"[{"question_id":"q1","model_a":"gpt-4","model_b":"vicuna","winner":"tie (bothbad)","judge":"arena_user_12","conversation_a":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"conversation_b":[{"role":"user","content":"Hi"},{"role":"assistant","content":"No"}],"turn":1,"anony":true,"language":"English","tstamp":1700000000.0}]"#;
    let read = read_as(DataFormat::Arena, "battles.json", battle);
    let label = &read.items[0].2[0];
    assert_eq!(read.items[0].1.external_id.as_deref(), Some("q1"));
    assert_eq!(label.preference().unwrap().outcome, Outcome::BothBad);
    assert_eq!(label.annotator.as_deref(), Some("arena_user_12"));
}

#[test]
fn video_align_has_a_verdict_on_each_dimension() {
    let table = "path_A,path_B,prompt,VQ,MQ,TA,fps_A,num_frames_A,fps_B,num_frames_B\nvideos/1_A.mp4,videos/1_B.mp4,\"A girl sits\",B,same,invalid,24.0,126.0,30.0,152.0\n";
    let read = read_as(DataFormat::VideoAlign, "example.csv", table);
    let (_, item, labels) = &read.items[0];
    assert!(item.has_media());
    let outcomes: Vec<_> = labels[0]
        .answers
        .iter()
        .map(|answer| match &answer.value {
            AnswerValue::Preference(preference) => (answer.question.as_str(), preference.outcome),
            other => panic!("no preference: {other:?}"),
        })
        .collect();
    assert_eq!(outcomes, [("vq", Outcome::B), ("mq", Outcome::Tie), ("ta", Outcome::Unratable)]);
    assert_eq!(item.candidates[1].metadata["num_frames"], 152.0);
}

#[test]
fn stepwise_and_unpaired_rows_are_single_solutions_and_responses() {
    let text = r#"{"prompt":"Which number is larger, 9.8 or 9.11?","completions":["0.8 > 0.11.","So 9.8 is larger."],"labels":[true,false]}"#;
    let read = read_as(DataFormat::Stepwise, "x.jsonl", text);
    let (_, item, labels) = &read.items[0];
    assert_eq!(item.candidates[0].steps().len(), 2);
    let expected = AnswerValue::Steps(vec![Some(StepVerdict::Right), Some(StepVerdict::Wrong)]);
    assert_eq!(labels[0].answers[0].value, expected);

    let text = "{\"prompt\":\"The sky is\",\"completion\":\" blue.\",\"label\":true}\n{\"prompt\":\"The sky is\",\"completion\":\" green.\",\"label\":false}\n{\"prompt\":\"Snow is\",\"completion\":\" white.\",\"label\":true}\n";
    let read = read_as(DataFormat::Kto, "x.jsonl", text);
    let sizes: Vec<_> = read.items.iter().map(|(_, item, _)| item.candidates.len()).collect();
    assert_eq!(sizes, [2, 1], "what belongs together is judged together");
    assert_eq!(
        ratings(&read.items[0].2[0].answers),
        [("acceptable", Some(0), 1), ("acceptable", Some(1), 0)]
    );
}

#[test]
fn prism_is_read_from_either_file() {
    let conversation = r#"{"conversation_id":"c1","user_id":"u1","conversation_type":"values guided","opening_prompt":"Is war ever right?","conversation_turns":2,"conversation_history":[{"turn":0,"role":"user","content":"Is war ever right?"},{"turn":0,"role":"model","content":"No","model_provider":"p","model_name":"m","score":81,"if_chosen":true,"within_turn_id":0},{"turn":0,"role":"model","content":"Yes","model_provider":"p","model_name":"n","score":12,"if_chosen":false,"within_turn_id":1}],"performance_attributes":{"fluency":90},"choice_attributes":{"values":75},"open_feedback":"clear","timing_duration_s":310,"included_in_balanced_subset":true}"#;
    let read = read_as(DataFormat::Prism, "conversations.jsonl", conversation);
    let (_, item, labels) = &read.items[0];
    assert_eq!(item.candidates[1].model.as_deref(), Some("n"));
    assert_eq!(item.metadata["conversation_type"], "values guided");
    let scores = [
        ("score", Some(0), 81),
        ("score", Some(1), 12),
        ("performance_fluency", None, 90),
        ("choice_values", None, 75),
    ];
    assert_eq!(ratings(&labels[0].answers), scores);

    let utterance = |interaction: &str, model: &str, reply: &str, score: i32| {
        format!(
            "{{\"utterance_id\":\"ut\",\"interaction_id\":\"{interaction}\",\"conversation_id\":\"c1\",\"user_id\":\"u1\",\"turn\":0,\"within_turn_id\":0,\"user_prompt\":\"Hi\",\"model_response\":\"{reply}\",\"model_name\":\"{model}\",\"model_provider\":\"p\",\"score\":{score},\"if_chosen\":true}}\n"
        )
    };
    let text = utterance("i1", "m", "x", 81) + &utterance("i1", "n", "y", 5) + &utterance("i2", "m", "x", 40);
    let read = read_as(DataFormat::PrismUtterances, "utterances.jsonl", &text);
    assert_eq!(read.items.len(), 2, "one for each interaction, though the message is the same");
    assert_eq!(ratings(&read.items[0].2[0].answers), [("score", Some(0), 81), ("score", Some(1), 5)]);
    assert_eq!(read.items[0].2[0].annotator.as_deref(), Some("u1"));
}

#[test]
fn prism_conversations_of_several_turns_and_the_files_beside_them() {
    let conversation = r#"{"conversation_id":"c1","user_id":"u1","conversation_type":"unguided","opening_prompt":"Hi","conversation_turns":2,"conversation_history":[{"turn":0,"role":"user","content":"Hi"},{"turn":0,"role":"model","content":"a","model_name":"m","score":9,"if_chosen":false,"within_turn_id":0},{"turn":0,"role":"model","content":"b","model_name":"n","score":81,"if_chosen":true,"within_turn_id":1},{"turn":1,"role":"user","content":"And?"},{"turn":1,"role":"model","content":"c","model_name":"n","score":30,"if_chosen":false},{"turn":1,"role":"model","content":"d","model_name":"n","score":60,"if_chosen":true}],"performance_attributes":{},"choice_attributes":{},"open_feedback":""}"#;
    let read = read_as(DataFormat::Prism, "conversations.jsonl", conversation);
    let turns: Vec<_> = read.items.iter().map(|(line, item, _)| (*line, item.prompt.len())).collect();
    assert_eq!(turns, [(1, 1), (1, 3)], "the second with what was said before it");
    let utterance = |turn: u8, message: &str, reply: &str, chosen: bool| {
        format!(
            "{{\"utterance_id\":\"ut{reply}\",\"interaction_id\":\"i{turn}\",\"conversation_id\":\"c1\",\"user_id\":\"u1\",\"turn\":{turn},\"user_prompt\":\"{message}\",\"model_response\":\"{reply}\",\"score\":50,\"if_chosen\":{chosen}}}\n"
        )
    };
    let text = [
        utterance(0, "Hi", "a", false),
        utterance(0, "Hi", "b", true),
        utterance(1, "And?", "c", false),
        utterance(1, "And?", "d", true),
    ]
    .concat();
    let read = read_as(DataFormat::PrismUtterances, "utterances.jsonl", &text);
    let candidates: Vec<_> = read.items.iter().map(|(_, item, _)| item.candidates.len()).collect();
    assert_eq!(candidates, [2, 2]);
    assert_eq!(read.items[1].1.prompt[1].text(), Some("b"), "the chosen reply");

    let survey = "{\"user_id\":\"u1\",\"age\":\"18-24 years old\",\"stated_prefs\":{\"values\":50}}\n{\"age\":\"x\",\"stated_prefs\":{}}\n";
    let data = file("survey.jsonl", survey);
    let seen = preview(&ImportPlan::of_file(&data.path)).unwrap();
    assert_eq!((seen.format, seen.items.len()), (DataFormat::PrismSurvey, 0), "{}", seen.because);
    let read = crate::files::read(&data.path);
    assert_eq!(read.profiles.len(), 1);
    assert_eq!((read.profiles[0].0, read.profiles[0].1.annotator.as_str()), (1, "u1"));
    assert!(read.problems[0].line == 2 && read.problems[0].reason.starts_with("\"user_id\" is missing"));

    let metadata = "{\"column_id\":\"user_prompt\",\"user_id\":\"u1\",\"conversation_id\":\"c1\",\"pii_flag\":false,\"language_flag\":\"en\",\"moderation_flag\":{}}\n";
    let data = file("metadata.jsonl", metadata);
    let seen = preview(&ImportPlan::of_file(&data.path)).unwrap();
    assert_eq!(seen.format, DataFormat::PrismMetadata);
    assert!(seen.because.contains("nothing of it is taken in"), "{}", seen.because);
    let error = tiebreak_domain::ApiError::from(crate::files::read(&data.path).error.unwrap());
    assert!(error.message.contains("nothing to judge"), "{error:?}");
    assert!(error.hint.unwrap().contains("conversations.jsonl"), "it says what to import instead");
}

#[test]
fn rich_hf_is_known_by_its_marks_and_missed_words() {
    let text = r#"{"filename":"f/1.png","prompt":"a red fox","artifact_score":4,"overall_score":3,"artifact_map":"1-artifact.png","regions_marks":[{"label":"artifact","x":0.5,"y":0.5,"radius":0.1,"annotator":"ada"}],"prompt_words":["a","red","fox"],"prompt_misalignment_label":[1,0,1],"annotator":"ada"}
{"filename":"f/1.png","prompt":"a red fox","artifact_score":5,"overall_score":5,"artifact_map":null,"regions_marks":null,"annotator":"bob"}
{"filename":"f/2.png","prompt":"a red fox","artifact_score":1,"overall_score":1,"regions_marks":[],"annotator":"ada"}"#;
    let read = read_as(DataFormat::RichHf, "richhf.jsonl", text);
    let sizes: Vec<_> =
        read.items.iter().map(|(_, item, labels)| (item.candidates.len(), labels.len())).collect();
    assert_eq!(sizes, [(1, 2), (1, 1)], "two people on one picture, and another picture of the same prompt");
    assert_eq!(read.items[0].2[1].answers.len(), 2, "who was not asked for marks gave none");
    assert_eq!(read.items[1].2[0].answers.len(), 3, "who marked nothing says so");
}

#[test]
fn human_preference_datasets_are_known_apart() {
    let train = r#"[{"prompt":"a fox","human_preference":[1,0],"file_path":["a.jpg","b.jpg"],"user_hash":"9f"},
        {"prompt":"a fox","human_preference":[0,1],"file_path":["a.jpg","b.jpg"],"user_hash":"7a"}]"#;
    let read = read_as(DataFormat::HpdV2, "train.json", train);
    assert_eq!((read.items.len(), read.items[0].2.len()), (1, 2), "two people on one pair");
    assert_eq!(read.items[0].2[1].preference().unwrap().outcome, Outcome::B);
    let test = r#"[{"prompt":"a fox","image_path":["a.jpg","b.jpg","c.jpg"],"rank":[1,2,3],"raw_annotations":[{"rank":[1,2,3],"user_hash":"9f3a"}]}]"#;
    let read = read_as(DataFormat::HpdV2, "test.json", test);
    assert_eq!(read.items[0].2[0].annotator.as_deref(), Some("9f3a"));
    let third = r#"[{"prompt":"a fox","path1":"w.jpg","path2":"l.jpg","confidence":0.95,"model1":"flux","model2":"sd"}]"#;
    let read = read_as(DataFormat::HpdV3, "train.json", third);
    let second = read.items[0].2[0].preference().unwrap().outcome == Outcome::B;
    assert_eq!(read.items[0].1.candidates[usize::from(second)].model.as_deref(), Some("flux"));
    let both = r#"[{"prompt":"a fox","path1":"w.jpg","path2":"l.jpg"},{"prompt":"a fox","path1":"l.jpg","path2":"w.jpg"}]"#;
    let read = read_as(DataFormat::HpdV3, "train.json", both);
    assert_eq!((read.items.len(), read.items[0].2.len()), (1, 2), "two who disagree on one pair");
    let said: Vec<_> = read.items[0].2.iter().map(|label| label.preference().unwrap().outcome).collect();
    assert!(said.contains(&Outcome::A) && said.contains(&Outcome::B), "{said:?}");
}

#[test]
fn neighbours_that_disagree_are_both_read() {
    let row = |label: bool| format!("{{\"prompt\":\"p\",\"completion\":\"x\",\"label\":{label}}}\n");
    let read = read_as(DataFormat::Kto, "kto.jsonl", &(row(true) + &row(false)));
    let values: Vec<_> = read.items[0].2.iter().map(|label| ratings(&label.answers)[0].2).collect();
    assert_eq!((read.items.len(), values), (1, vec![1, 0]));
    let nobody = r#"[{"prompt":"a fox","human_preference":[1,0],"file_path":["a.jpg","b.jpg"]},
        {"prompt":"a fox","human_preference":[0,1],"file_path":["a.jpg","b.jpg"]}]"#;
    let read = read_as(DataFormat::HpdV2, "train.json", nobody);
    assert_eq!((read.items.len(), read.items[0].2.len()), (1, 2));
}

#[test]
fn comparisons_of_summaries_and_their_axes_are_known_apart() {
    let comparison = |worker: &str, choice: u8| {
        format!(
            "{{\"info\":{{\"id\":\"t3_1\",\"post\":\"My cat left.\",\"title\":\"Cat\",\"subreddit\":\"pets\"}},\"summaries\":[{{\"text\":\" Gone.\",\"policy\":\"sup2\",\"note\":\"\"}},{{\"text\":\" Help.\",\"policy\":\"ref\",\"note\":null}}],\"choice\":{choice},\"worker\":\"{worker}\",\"batch\":\"b1\",\"split\":\"train\",\"extra\":{{\"confidence\":8}}}}\n"
        )
    };
    let text = comparison("w1", 0) + &comparison("w2", 1);
    let read = read_as(DataFormat::SummarizeFromFeedback, "batch3.jsonl", &text);
    assert_eq!((read.items.len(), read.items[0].2.len()), (1, 2), "two workers on one pair");
    assert_eq!(read.items[0].2[1].preference().unwrap().outcome, Outcome::B);
    assert_eq!(read.items[0].1.metadata["subreddit"], "pets");
    let axes = r#"{"info":{"id":"t3_1","post":"My cat left."},"summary":{"text":" Gone.","policy":"sup2","note":"short","axes":{"overall":4,"accuracy":7,"coverage":3,"coherence":6}},"worker":"w1","batch":"b1","split":"valid1"}"#;
    let read = read_as(DataFormat::SummarizeAxes, "axis.jsonl", axes);
    assert_eq!(ratings(&read.items[0].2[0].answers).len(), 4);
}

#[test]
fn trees_have_an_item_wherever_there_are_several_answers() {
    let answer = |id: &str, rank: u8| {
        format!(
            r#"{{"message_id":"{id}","parent_id":"m0","text":"text {id}","role":"assistant","rank":{rank},"labels":{{"quality":{{"value":0.5,"count":3}}}},"replies":[]}}"#
        )
    };
    let tree = format!(
        r#"{{"message_tree_id":"t1","tree_state":"ready_for_export","prompt":{{"message_id":"m0","parent_id":null,"text":"Hi","role":"prompter","events":{{"ranking":[{{"type":"ranking","user_id":"u1","ranking":[1,0],"ranked_message_ids":["b","a"],"not_rankable":false}}]}},"replies":[{},{}]}}}}"#,
        answer("a", 1),
        answer("b", 0)
    );
    let read = read_as(DataFormat::Oasst, "trees.jsonl", &tree);
    assert_eq!(read.items[0].1.candidates.len(), 2);
    assert_eq!(read.items[0].2[0].annotator.as_deref(), Some("u1"));
}
