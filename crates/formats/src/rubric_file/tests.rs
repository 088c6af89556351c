//! Rubric files: every template, every kind of error, and there and back.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use proptest::prelude::*;
use tiebreak_domain::rubric::{
    Anonymise, CandidateCount, Condition, Ends, Entry, MarkShape, QuestionKind, RankingForm, Scale, Scope,
    SpanUnit, StrengthSteps, TextPurpose, VideoRules,
};
use tiebreak_domain::{ExportFormat, Outcome, Question, Rubric, Template};

use super::gallery::FILES;
use super::{RubricFileError, read, templates, write};

const HEAD: &str = "media = \"text\"\ncandidates = 2\n";

/// The lines of all faults, and the first one's words and hint.
fn faults(text: &str) -> (Vec<usize>, String, String) {
    let error: RubricFileError = read(text).unwrap_err();
    let lines = error.faults().iter().map(|fault| fault.line).collect();
    (lines, error.to_string(), error.hint().to_owned())
}

/// Faults of a file whose third line begins a question.
fn faults_of_question(question: &str) -> (Vec<usize>, String, String) {
    faults(&format!("{HEAD}[[question]]\n{question}"))
}

#[test]
fn every_template_is_sound_and_comes_back_as_it_is() {
    for (id, text) in FILES {
        let template = read(text).unwrap_or_else(|error| panic!("{id}: {error}; {:?}", error.faults()));
        assert_eq!(template.rubric.faults(), [], "{id} can be asked");
        let written = write(&template);
        assert_eq!(
            read(&written).unwrap_or_else(|error| panic!("{id}: {error}\n{written}")),
            template,
            "{id}"
        );
        for (what, words) in [
            ("name", &template.rubric.name),
            ("about", &template.about),
            ("collects", &template.collects),
            ("paper", &template.paper),
        ] {
            assert!(!words.trim().is_empty(), "{id} has no {what}");
        }
        assert!(!template.exports.is_empty(), "{id} says what it is exported to");
        for word in &template.exports {
            assert!(ExportFormat::ALL.iter().any(|format| format.word() == word), "{id}: {word} is a format");
        }
        for question in &template.rubric.questions {
            let is_one_of_a_long_list = *id == "visionreward";
            assert!(
                is_one_of_a_long_list || !question.help.is_empty(),
                "{id}: {:?} explains itself",
                question.key
            );
            if let QuestionKind::Rating { scale: Scale::Points { anchors, .. } } = &question.kind {
                let ends = [anchors.first(), anchors.last()];
                assert!(
                    ends.iter().all(|end| !end.unwrap().is_empty()),
                    "{id}: {:?} names its ends",
                    question.key
                );
            }
        }
    }
    let templates = templates();
    assert_eq!(templates.len(), FILES.len(), "none is left out");
    assert_eq!(templates[0].id, "comparison", "the plain one comes first");
    assert!(templates[0].rubric.is_plain_comparison(), "and keeps the screen of its own");
}

#[test]
fn no_file_beside_the_templates_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/rubrics");
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let on_disk: HashSet<String> =
        names.filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect();
    let embedded: HashSet<String> = FILES.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(on_disk, embedded, "the gallery and the folder hold the same");
}

#[test]
fn the_example_of_the_documentation_is_a_rubric_file() {
    let readme = include_str!("../../../../assets/rubrics/README.md");
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let template = read(example).unwrap_or_else(|error| panic!("{error}; {:?}", error.faults()));
    let kinds: HashSet<&str> =
        template.rubric.questions.iter().map(|question| question.kind.word()).collect();
    assert_eq!(kinds.len(), 10, "it shows every kind: {kinds:?}");
}

#[test]
fn an_unknown_key_names_its_line_and_the_nearest_known_one() {
    let (lines, what, hint) =
        faults_of_question("key = \"q\"\ntitle = \"Q\"\nkind = \"steps\"\nrequierd = true\n");
    assert_eq!(lines, [7]);
    assert_eq!(what, "line 7: \"requierd\" is no key of a steps question");
    assert_eq!(hint, "did you mean \"required\"?");
    let steps = "[[question]]\nkey = \"q\"\ntitle = \"Q\"\nkind = \"steps\"\n";
    let (_, what, hint) = faults(&format!("{HEAD}titel_column = \"x\"\n{steps}"));
    assert_eq!(what, "line 3: \"titel_column\" is no key of a rubric file");
    assert_eq!(hint, "did you mean \"type_column\"?");
    let (_, what, _) =
        faults_of_question("key = \"q\"\ntitle = \"Q\"\nkind = \"steps\"\nanchors = [\"a\"]\n");
    assert_eq!(what, "line 7: \"anchors\" is no key of a steps question", "a key of another kind");
}

#[test]
fn a_missing_key_and_a_wrong_type_are_told_with_the_remedy() {
    let (lines, what, hint) =
        faults_of_question("key = \"q\"\nkind = \"steps\"\nrequired = 1\nhelp = [\"x\"]\n");
    assert_eq!(lines, [3, 6, 7], "the question's first line for what is missing");
    assert_eq!(what, "line 3: \"title\" is missing (and 2 more)");
    assert_eq!(hint, "write title = \"…\", what the annotator reads");
    let (_, what, hint) =
        faults_of_question("key = \"q\"\ntitle = \"Q\"\nkind = \"rating\"\nscale = \"likert\"\n");
    assert_eq!(what, "line 7: \"likert\" is no value of \"scale\"");
    assert_eq!(hint, "it is one of: points, stars, slider, yes_no");
    let (_, what, hint) = faults("media = \"text\"\ncandidates = \"two\"\n");
    assert_eq!(what, "line 2: \"candidates\" is a text");
    assert_eq!(hint, "write a whole number, or a list of the least and the most");
    let (_, what, _) = faults("media = \"text\"\ncandidates = [2, 13]\n");
    assert_eq!(what, "line 2: 2 to 13 candidates are not possible");
}

#[test]
fn a_list_of_anchors_of_the_wrong_length_is_refused() {
    let question = "key = \"q\"\ntitle = \"Q\"\nkind = \"rating\"\nscale = \"points\"\npoints = 5\nanchors = [\"a\", \"b\", \"c\", \"d\"]\n";
    let (lines, what, hint) = faults_of_question(question);
    assert_eq!(lines, [9]);
    assert_eq!(what, "line 9: anchors names 4 points, and points = 5");
    assert_eq!(hint, "write 5 names (\"\" for a point without one), or leave points out");
    let (_, what, _) = faults_of_question(
        "key = \"q\"\ntitle = \"Q\"\nkind = \"rating\"\nscale = \"points\"\nanchors = [\"alone\"]\n",
    );
    assert_eq!(what, "line 8: the scale has 1 values, expected 2 to 11");
}

#[test]
fn what_is_wrong_with_the_rubric_is_told_at_its_line() {
    let steps = |key: &str, more: &str| {
        format!("[[question]]\nkey = \"{key}\"\ntitle = \"Q\"\nkind = \"steps\"\n{more}")
    };
    let (lines, what, hint) = faults(&format!("{HEAD}{}{}", steps("q", ""), steps("q", "")));
    assert_eq!((lines, &*what), (vec![8], "line 8: question 1 has the key \"q\" already"));
    assert_eq!(hint, "give every question a key of its own");

    let (first, second) = ("when = { question = \"b\" }\n", "when = { question = \"a\" }\n");
    let (lines, what, hint) = faults(&format!("{HEAD}{}{}", steps("a", first), steps("b", second)));
    assert_eq!(lines, [7], "the second waits for one before it, which is right");
    assert_eq!(what, "line 7: the conditions go round in a circle: a → b → a");
    assert_eq!(hint, "let a question wait for one that stands before it");

    let (_, what, _) = faults(&format!("{HEAD}{}{}", steps("a", first), steps("b", "")));
    assert_eq!(what, "line 7: it waits for \"b\", which comes after it");
    let (_, what, _) = faults(&format!("{HEAD}{}", steps("a", first)));
    assert_eq!(what, "line 7: it waits for \"b\", and there is no such question");

    let pair =
        "media = \"text\"\ncandidates = 3\n[[question]]\nkey = \"q\"\ntitle = \"Q\"\nkind = \"preference\"\n";
    assert_eq!(faults(pair).1, "line 6: \"q\" asks of pairs, and no item of this study is one");
}

#[test]
fn what_is_to_be_hidden_is_read_and_its_faults_are_told_at_their_line() {
    let steps = "[[question]]\nkey = \"q\"\ntitle = \"Q\"\nkind = \"steps\"\n";
    let file = |hidden: &str| format!("{HEAD}[anonymise]\n{hidden}{steps}");
    let template = read(&file("words = \"ChatGPT\"\nin_prompt = true\n")).unwrap();
    let hidden = Anonymise { words: vec!["ChatGPT".into()], known_names: false, in_prompt: true };
    assert_eq!(template.rubric.anonymise, Some(hidden));
    assert_eq!(read(&format!("{HEAD}{steps}")).unwrap().rubric.anonymise, None);
    let (_, what, hint) = faults(&file("known_names = true\nwords = [\"a\", \" \"]\n"));
    assert_eq!((&*what, &*hint), ("line 5: word 2 to be hidden is empty", "leave it out"));
    let (_, what, _) = faults(&file(""));
    assert_eq!(what, "line 3: nothing is to be hidden");
    let (_, what, hint) = faults(&file("word = [\"a\"]\nknown_names = true\n"));
    assert_eq!(what, "line 4: \"word\" is no key of [anonymise]");
    assert_eq!(hint, "did you mean \"words\"?");
}

#[test]
fn a_text_that_is_not_toml_is_told_by_its_line() {
    let (lines, what, hint) = faults("media = \"text\"\nname = HelpSteer\n");
    assert_eq!(lines, [2]);
    assert!(what.starts_with("line 2: this is not TOML: "), "{what}");
    assert_eq!(hint, "a line reads key = value; texts stand in quotation marks, lists in [ and ]");
    let (_, what, hint) = faults(&format!("{HEAD}media = \"image\"\n"));
    assert!(what.starts_with("line 3: this is not TOML: duplicate key"), "{what}");
    assert!(hint.starts_with("write each key once"), "{hint}");
    assert!(read("").is_err(), "an empty file says what it needs");
    assert!(read(&"[".repeat(100_000)).is_err(), "depth is no way to overflow the stack");
}

#[test]
fn yes_and_no_are_the_answers_of_a_yes_or_no_question() {
    let text = format!(
        "{HEAD}[[question]]\nkey = \"a\"\ntitle = \"A\"\nkind = \"rating\"\nscale = \"yes_no\"\n[[question]]\nkey = \"b\"\ntitle = \"B\"\nkind = \"steps\"\nwhen = {{ question = \"a\", is = \"yes\" }}\n"
    );
    let template = read(&text).unwrap();
    assert_eq!(template.rubric.questions[1].when.as_ref().unwrap().is, ["1"]);
    assert!(write(&template).contains("is = [\"yes\"]"), "and are written so");
}

fn words() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 é好\"'\\\\\n\t\r,{}#=\\[\\]\u{7f}]{0,20}"
}

fn titles() -> impl Strategy<Value = String> {
    words().prop_map(|words| format!("T{words}"))
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (titles(), words(), any::<bool>());
    proptest::collection::vec(entry, 1..5).prop_map(|entries| {
        let entry = |(index, (title, group, has_key)): (usize, (String, String, bool))| Entry {
            key: if has_key {
                format!("k{index}")
            } else {
                super::toml_text::key_from_title(&title) + &index.to_string()
            },
            title,
            group,
        };
        entries.into_iter().enumerate().map(entry).collect()
    })
}

fn kinds() -> impl Strategy<Value = (QuestionKind, Vec<Scope>)> {
    let of = |kind: QuestionKind, scope: Scope| (kind, vec![scope]);
    let any_scope = || vec![Scope::Item, Scope::Candidate];
    prop_oneof![
        proptest::sample::select(vec![StrengthSteps::None, StrengthSteps::Optional, StrengthSteps::Scale])
            .prop_map(move |strength| of(
                QuestionKind::Preference { outcomes: vec![Outcome::A, Outcome::Tie, Outcome::B], strength },
                Scope::Pair
            )),
        proptest::sample::select(vec![
            RankingForm::WithTies,
            RankingForm::Strict,
            RankingForm::Best,
            RankingForm::BestWorst
        ])
        .prop_map(move |form| of(QuestionKind::Ranking { form }, Scope::Item)),
        (-5..5i32, proptest::collection::vec(words(), 2..8)).prop_map(move |(from, anchors)| {
            (QuestionKind::Rating { scale: Scale::Points { from, anchors } }, any_scope())
        }),
        (2..10u8)
            .prop_map(move |count| (QuestionKind::Rating { scale: Scale::Stars { count } }, any_scope())),
        (-100..0i32, 1..100i32, words(), words(), any::<bool>()).prop_map(
            move |(from, to, low, high, is_number_hidden)| {
                (
                    QuestionKind::Rating {
                        scale: Scale::Slider { from, to, ends: [low, high], is_number_hidden },
                    },
                    any_scope(),
                )
            }
        ),
        Just((QuestionKind::Rating { scale: Scale::YesNo }, any_scope())),
        entries().prop_map(move |entries| (QuestionKind::Choice { entries }, any_scope())),
        entries().prop_map(move |entries| (QuestionKind::Checklist { entries }, any_scope())),
        (
            proptest::sample::select(vec![
                TextPurpose::Rationale,
                TextPurpose::Critique,
                TextPurpose::Rewrite,
                TextPurpose::Line
            ]),
            any::<bool>()
        )
            .prop_map(move |(purpose, with_confidence)| (
                QuestionKind::Text { purpose, with_confidence },
                any_scope()
            )),
        entries()
            .prop_map(move |labels| (QuestionKind::Marks { shape: MarkShape::Boxes, labels }, any_scope())),
        entries().prop_map(move |labels| (
            QuestionKind::Spans { unit: SpanUnit::Characters, labels },
            any_scope()
        )),
        Just((QuestionKind::Steps, vec![Scope::Candidate])),
        Just((QuestionKind::Segments, vec![Scope::Item])),
    ]
}

prop_compose! {
    fn questions()(kinds in proptest::collection::vec((kinds(), titles(), words(), words(), any::<[bool; 3]>(), any::<prop::sample::Index>()), 1..6)) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        for (number, ((kind, scopes), title, help, group, [required, is_typed, waits], scope)) in kinds.into_iter().enumerate() {
            let mut question = Question::new(&format!("q{number}"), &title, scopes[scope.index(scopes.len())], kind);
            (question.help, question.group, question.required) = (help, group, required);
            if is_typed {
                question.types = vec!["fill".into(), "a \"quoted\" type".into()];
            }
            if waits && let Some(earlier) = questions.last() {
                let is_rating = matches!(earlier.kind, QuestionKind::Rating { .. });
                let is = match &earlier.kind {
                    QuestionKind::Rating { scale } => vec![scale.range().1.to_string()],
                    QuestionKind::Choice { entries } => vec![entries[0].key.clone()],
                    _ => vec![],
                };
                let at_least = is_rating.then_some(-2);
                question.when = Some(Condition { question: earlier.key.clone(), is, at_least, at_most: None });
            }
            questions.push(question);
        }
        questions
    }
}

#[test]
fn the_rules_for_videos_are_read_and_a_fault_in_them_is_told_at_its_line() {
    let file = |rules: &str| {
        format!(
            "media = \"video\"\ncandidates = 2\n[video]\n{rules}\n[[question]]\nkey = \"q\"\ntitle = \"Q\"\nkind = \"preference\"\n"
        )
    };
    let read_rules = read(&file("ends = \"stretch\"\nmust_be_seen = true\npictures_per_second = 8"));
    let read_rules = read_rules.unwrap().rubric.video;
    let pictures_per_second = Some(8);
    assert_eq!(read_rules, VideoRules { ends: Ends::Stretch, must_be_seen: true, pictures_per_second });
    for (rules, line, what) in [
        ("ends = \"hald\"", 4, "hald"),
        ("must_be_seen = 1", 4, "must_be_seen"),
        ("pictures_per_second = 0", 4, "pictures_per_second"),
        ("\nseen = true", 5, "seen"),
    ] {
        let error = read(&file(rules)).unwrap_err();
        let fault = &error.faults()[0];
        assert_eq!((error.faults().len(), fault.line), (1, line), "{error}");
        assert!(fault.what.contains(what), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_template_comes_back_as_it_was(questions in questions(), name in words(), about in words(), reasons in proptest::collection::vec(words(), 0..3), version in 1..9u32, models_visible: bool, hidden in proptest::collection::vec(titles(), 0..3)) {
        let rubric = Rubric {
            version,
            name,
            questions,
            unratable_reasons: reasons,
            models_visible,
            type_column: Some("task".into()),
            shown_metadata: vec!["domain".into()],
            video: VideoRules { ends: if models_visible { Ends::Stretch } else { Ends::Loop }, must_be_seen: models_visible, pictures_per_second: models_visible.then_some(24) },
            anonymise: Some(Anonymise { words: hidden, known_names: true, in_prompt: models_visible }),
        };
        prop_assert_eq!(rubric.faults(), []);
        let template = Template {
            id: String::new(),
            about,
            collects: String::new(),
            paper: "P".into(),
            media: "image".into(),
            exports: vec!["csv".into()],
            candidates: CandidateCount { least: 2, most: 4 },
            rubric,
        };
        let text = write(&template);
        let back = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&back, &template, "{}", text);
        prop_assert_eq!(write(&back), text, "and is written the same again");
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in "(\\[\\[question\\]\\]|[a-z]{1,5} = |\"|'|\\[|\\]|\\{|\\}|[0-9]{1,12}|\n|é|key|kind = \"rating\"|scale = \"points\"){0,30}") {
        if let Err(error) = read(&text) {
            prop_assert!(!error.faults().is_empty(), "an error says at least one thing");
            prop_assert!(error.faults().iter().all(|fault| fault.line >= 1 && fault.line <= text.lines().count() + 1));
        }
    }
}
