//! Files of published data sets, brought into a project made from the template of their study: their votes are
//! answers to the template's questions, without a mapping by hand, and the same format gives them back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::program::Program;

/// Imports rows into a project of a template, expecting that every vote finds its question.
fn imported(template: &str, rows: &[Value]) -> Program {
    let program = Program::new();
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    program.write("data.jsonl", lines);
    let arguments =
        ["import", "p.tiebreak", "data.jsonl", "--create", "--rubric", template, "--labels", "past"];
    let ran = program.expect(0, &arguments);
    assert!(!ran.stderr.contains("without its vote"), "{template}: {ran:?}");
    // A second time nothing is new: the file is known by its content.
    let again = program.expect(0, &["import", "p.tiebreak", "data.jsonl", "--labels", "past"]);
    assert!(!again.stdout.contains("taken in"), "{template}: {again:?}");
    program.expect(0, &["check", "p.tiebreak"]);
    program
}

/// The rows of an export of a project.
fn exported(program: &Program, project: &str, format: &str, more: &[&str]) -> Vec<Value> {
    program.expect(0, &[&["export", project, "out.jsonl", "--format", format, "--replace"], more].concat());
    program.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The keys of the questions that were answered.
fn answered(program: &Program) -> BTreeSet<String> {
    program.expect(0, &["export", "p.tiebreak", "all.jsonl", "--format", "tiebreak", "--replace"]);
    let text = program.read("all.jsonl");
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let answers = records
        .filter(|record| record["record"] == "judgment")
        .flat_map(|record| record["answers"].as_array().unwrap().clone());
    answers.map(|answer| answer["question"].as_str().unwrap().to_owned()).collect()
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Whether everything that the original says is said again. What annotators said may come in another order.
fn says(again: &Value, original: &Value) -> bool {
    match (again, original) {
        (Value::Object(again), Value::Object(original)) => {
            original.iter().all(|(key, value)| again.get(key).is_some_and(|again| says(again, value)))
        }
        (Value::Array(again), Value::Array(original)) if original.iter().all(Value::is_object) => {
            let mut left: Vec<&Value> = again.iter().collect();
            original.iter().all(|value| {
                let place = left.iter().position(|again| says(again, value));
                place.map(|place| left.swap_remove(place)).is_some()
            }) && left.is_empty()
        }
        (Value::Number(again), Value::Number(original)) => again.as_f64() == original.as_f64(),
        _ => again == original,
    }
}

/// A conversation of PRISM is one person's, so that an item that several judged has several, and what they are
/// called is the export's to say.
fn without_id(row: &Value) -> Value {
    let mut row = row.clone();
    row.as_object_mut().unwrap().remove("conversation_id");
    row
}

/// Exports what was imported, holds it against the original, and takes it round once more.
fn round(template: &str, format: &str, rows: &[Value], more: &[&str]) -> Program {
    let program = imported(template, rows);
    let first = exported(&program, "p.tiebreak", format, more);
    assert_eq!(first.len(), rows.len(), "{format}: {first:#?}");
    for (again, original) in first.iter().zip(rows) {
        assert!(says(again, &without_id(original)), "{format} gave {again:#}\nof {original:#}");
    }
    let lines = program.read("out.jsonl");
    program.write("again.jsonl", &lines);
    let create =
        ["import", "q.tiebreak", "again.jsonl", "--create", "--rubric", template, "--labels", "past"];
    program.expect(0, &create);
    for (second, first) in exported(&program, "q.tiebreak", format, more).iter().zip(&first) {
        assert!(says(second, &without_id(first)), "{format} gave {second:#}\nof its own {first:#}");
    }
    program
}

#[test]
fn help_steer_2_ratings() {
    let row = |prompt: &str, response: &str, ratings: [i32; 5]| {
        let [helpfulness, correctness, coherence, complexity, verbosity] = ratings;
        json!({
            "prompt": prompt, "response": response, "helpfulness": helpfulness, "correctness": correctness,
            "coherence": coherence, "complexity": complexity, "verbosity": verbosity,
        })
    };
    let rows = [
        row("Why is the sky blue?", "Scattering.", [3, 4, 4, 1, 0]),
        row("Why is the sky blue?", "It reflects the sea.", [0, 0, 3, 1, 1]),
        row("Hi\n<extra_id_1>Assistant\nHello\n<extra_id_1>User\nBye", "See you.", [4, 4, 4, 0, 0]),
        row("Hi\n<extra_id_1>Assistant\nHello\n<extra_id_1>User\nBye", "No.", [1, 2, 2, 0, 0]),
    ];
    let program = round("helpsteer2", "helpsteer2", &rows, &[]);
    let attributes = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];
    assert_eq!(answered(&program), keys(&attributes));
}

#[test]
fn help_steer_2_preferences_beside_the_ratings() {
    let rows = [json!({
        "split": "train", "prompt": "Why?", "response_1": "Because.", "response_2": "No idea.",
        "preference_strength": -2, "preference_statement": "Response 1 is better than Response 2",
        "all_preferences_unprocessed": [
            {"strength": -3, "justification": "It answers."},
            {"strength": -2, "justification": "The other says nothing."},
            {"strength": -1, "justification": "Both are short."},
        ],
    })];
    let program = round("helpsteer2", "helpsteer2-preference", &rows, &[]);
    assert_eq!(answered(&program), keys(&["preference", "justification"]));
    // The ratings of the same pair are in another file, and by the same annotators: neither file takes the
    // answers of the other out of force.
    let ratings: String = ["Because.", "No idea."]
        .iter()
        .map(|response| {
            let row = json!({
                "prompt": "Why?", "response": response, "helpfulness": [4, 3, 2], "correctness": [4, 3, 3],
                "coherence": [4, 4, 4], "complexity": [1, 1, 1], "verbosity": [0, 1, 0],
            });
            format!("{row}\n")
        })
        .collect();
    program.write("ratings.jsonl", ratings);
    let ran = program.expect(0, &["import", "p.tiebreak", "ratings.jsonl", "--labels", "past"]);
    assert!(ran.stdout.contains("3 judgments taken in"), "{ran:?}");
    let again = exported(&program, "p.tiebreak", "helpsteer2-preference", &[]);
    assert!(says(&again[0], &rows[0]), "the preferences are still in force: {again:#?}");
    let rated = exported(&program, "p.tiebreak", "helpsteer2", &["--ratings", "each"]);
    let mut helpful: Vec<i64> = rated.iter().filter_map(|row| row["helpfulness"].as_i64()).collect();
    helpful.sort_unstable();
    assert_eq!(helpful, [2, 2, 3, 3, 4, 4]);
    let ran = program.expect(0, &["import", "p.tiebreak", "ratings.jsonl", "--labels", "past"]);
    assert!(!ran.stdout.contains("taken in"), "and nothing comes twice: {ran:?}");
    program.expect(0, &["check", "p.tiebreak"]);
}

#[test]
fn help_steer_3() {
    let rows = [
        json!({
            "domain": "code", "language": "python",
            "context": [
                {"role": "user", "content": "Sort a list."},
                {"role": "assistant", "content": "Which?"},
                {"role": "user", "content": "Any."},
            ],
            "response1": "sorted(x)", "response2": "x.sort()", "overall_preference": 2,
            "individual_preference": [
                {"score": 2, "reasoning": "In place.", "feedback1": "Copies.", "feedback2": "Short."},
                {"score": 3, "reasoning": "Shorter.", "feedback1": "Fine.", "feedback2": "Mutates."},
                {"score": 1, "reasoning": "Taste.", "feedback1": "Safe.", "feedback2": "Fast."},
            ],
        }),
        json!({
            "domain": "general", "language": "english", "context": [{"role": "user", "content": "Why?"}],
            "response1": "Because.", "response2": "No.", "overall_preference": -3,
            "individual_preference": [
                {"score": -3, "reasoning": "It answers.", "feedback1": "Short.", "feedback2": "Wrong."},
            ],
        }),
    ];
    let program = round("helpsteer3", "helpsteer3", &rows, &[]);
    assert_eq!(answered(&program), keys(&["feedback", "overall_preference", "reasoning"]));
}

#[test]
fn ultra_feedback() {
    let completion = |model: &str, response: &str, ratings: [i32; 4], kinds: &[&str], score: i32| {
        let [instruction, honesty, truthfulness, helpfulness] = ratings.map(|rating| rating.to_string());
        let mut completion = json!({
            "model": model, "principle": "helpfulness", "custom_system_prompt": "Be kind.",
            "response": response, "overall_score": score, "critique": format!("{model} could say more."),
            "annotations": {
                "instruction_following": {"Rating": instruction}, "honesty": {"Rating": honesty},
                "truthfulness": {"Rating": truthfulness}, "helpfulness": {"Rating": helpfulness},
            },
        });
        if !kinds.is_empty() {
            completion["annotations"]["truthfulness"]["Type"] = json!(kinds);
        }
        completion
    };
    let rows = [json!({
        "source": "sharegpt", "instruction": "Plan a trip to Egypt.", "models": ["gpt-4", "llama", "mpt"],
        "correct_answers": ["None"], "incorrect_answers": ["Mars"],
        "completions": [
            completion("gpt-4", "Giza first.", [5, 5, 5, 4], &[], 9),
            completion("llama", "Luxor, on Mars.", [3, 2, 1, 2], &["1", "3"], 3),
            completion("mpt", "No.", [1, 4, 4, 1], &["2"], 1),
        ],
    })];
    let program = round("ultrafeedback", "ultrafeedback", &rows, &[]);
    let expected = [
        "instruction_following",
        "honesty",
        "truthfulness",
        "truthfulness_type",
        "helpfulness",
        "overall_score",
        "critique",
    ];
    assert_eq!(answered(&program), keys(&expected));
}

#[test]
fn image_reward() {
    let rows = [
        json!({"id": "000904", "prompt": "a fox", "generations": ["a.webp", "b.webp", "c.webp", "d.webp"], "ranking": [2, 1, 4, 2]}),
        json!({"id": "000905", "prompt": "a hare", "generations": ["e.webp", "f.webp"], "ranking": [2, 1]}),
    ];
    let program = round("imagereward", "imagereward", &rows, &[]);
    assert_eq!(answered(&program), keys(&["ranking"]));
}

#[test]
fn code_pref_bench_one_criterion_after_the_other() {
    let row = |task: &str, criterion: &str, votes: [&str; 3]| {
        json!({
            "task_id": task, "instruction": format!("Do {task}."), "choices": [format!("{task}()"), format!("{task}(1)")],
            "gt_choice": 1, "criterion": criterion, "annotations": votes, "annotators": ["ann", "bob", "cy"],
        })
    };
    let criteria = ["correctness", "efficiency", "security", "preference"];
    let votes = [["codeA", "codeB", "Tie"], ["Tie", "Tie", "codeA"], ["codeB", "codeB", "codeB"]];
    // As the study has it: all tasks by one criterion, then all by the next.
    let rows: Vec<Value> = criteria
        .iter()
        .enumerate()
        .flat_map(|(place, criterion)| {
            ["sort", "find"]
                .iter()
                .enumerate()
                .map(move |(task, name)| row(name, criterion, votes[(place + task) % 3]))
        })
        .collect();
    let program = imported("codeprefbench", &rows);
    assert_eq!(answered(&program), keys(&criteria));
    for (place, criterion) in criteria.iter().enumerate() {
        let again = exported(&program, "p.tiebreak", "codeprefbench", &["--question", criterion]);
        let originals = &rows[place * 2..place * 2 + 2];
        assert_eq!(again.len(), 2, "{criterion}");
        for (again, original) in again.iter().zip(originals) {
            assert!(says(again, original), "{criterion}: {again:#}\nof {original:#}");
        }
    }
}

#[test]
fn prism() {
    let reply = |model: &str, content: &str, score: i32, is_chosen: bool, place: usize| {
        json!({
            "turn": 0, "role": "model", "content": content, "model_name": model, "model_provider": "maker",
            "score": score, "if_chosen": is_chosen, "within_turn_id": place,
        })
    };
    let rows = [
        json!({
            "conversation_id": "c1", "user_id": "user1", "conversation_type": "values guided",
            "opening_prompt": "Is war ever right?",
            "conversation_history": [
                {"turn": 0, "role": "user", "content": "Is war ever right?"},
                reply("m1", "Never.", 81, true, 0),
                reply("m2", "Sometimes.", 3, false, 1),
                reply("m3", "It depends.", 40, false, 2),
            ],
            "performance_attributes": {"fluency": 90, "factuality": 70, "values": 55, "safety": 100},
            "choice_attributes": {"values": 75, "helpfulness": 10},
            "open_feedback": "Clear, and \"brief\".",
        }),
        json!({
            "conversation_id": "c2", "user_id": "user2", "conversation_type": "unguided",
            "opening_prompt": "Tell a joke.",
            "conversation_history": [
                {"turn": 0, "role": "user", "content": "Tell a joke."},
                reply("m1", "No.", 5, false, 0),
                reply("m2", "Knock, knock.", 60, true, 1),
            ],
            "performance_attributes": {"creativity": 12},
            "choice_attributes": {"diversity": 3},
            "open_feedback": "Ha.",
        }),
    ];
    let program = round("prism", "prism", &rows, &[]);
    let expected = [
        "score",
        "performance_fluency",
        "performance_factuality",
        "performance_values",
        "performance_safety",
        "performance_creativity",
        "choice_values",
        "choice_helpfulness",
        "choice_diversity",
        "open_feedback",
    ];
    assert_eq!(answered(&program), keys(&expected));
}
