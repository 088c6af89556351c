//! What people say of themselves, as PRISM's survey has it: a line for each person, fields nested as that file
//! nests them. It is the way back of `StudySetup::fitted`.

use serde_json::{Map, Value, json};
use tiebreak_domain::person::ProfileAnswer;
use tiebreak_domain::study::{ProfileKind, ProfileValue};
use tiebreak_domain::{AnnotatorId, StudySetup};

use super::judged::Names;

/// Names under which the survey nests others.
const GROUPS: [&str; 7] = [
    "stated_prefs",
    "order_stated_prefs",
    "lm_usecases",
    "order_lm_usecases",
    "religion",
    "ethnicity",
    "location",
];
/// Fields that stand under `location`, whatever they are called.
const PLACES: [&str; 2] = ["birth_country", "reside_country"];
/// What the survey counts itself, so that an answer of that name is not written twice.
pub(super) const COUNTED: &str = "num_completed_conversations";

/// The survey's row of a person who completed so many conversations.
pub(super) fn row(names: &Names, annotator: AnnotatorId, conversations: u64) -> Map<String, Value> {
    let name = names.annotators.get(&annotator).map_or("", String::as_str);
    let mut row = Map::new();
    row.insert("user_id".to_owned(), name.into());
    row.insert(COUNTED.to_owned(), conversations.into());
    // It is by this that the file is told, also where nobody was asked anything.
    row.insert(GROUPS[0].to_owned(), json!({}));
    for answer in names.profiles.get(&annotator).into_iter().flatten() {
        put(&mut row, &names.study, answer);
    }
    row
}

fn put(row: &mut Map<String, Value>, study: &StudySetup, answer: &ProfileAnswer) {
    let field = answer.field.as_str();
    if row.get(field).is_some_and(|there| !there.is_object()) {
        return;
    }
    let value = match &answer.value {
        ProfileValue::Text(text) | ProfileValue::Choice(text) => text.as_str().into(),
        ProfileValue::Number(number) => json!(number),
        ProfileValue::Slider(place) => (*place).into(),
        ProfileValue::Choices(chosen) => {
            for (key, is_chosen) in choices(study, field, chosen) {
                nested(row, field).insert(key, u8::from(is_chosen).into());
            }
            return;
        }
    };
    let under = GROUPS.iter().find_map(|group| Some((*group, field.strip_prefix(group)?.strip_prefix('_')?)));
    match under {
        _ if PLACES.contains(&field) => drop(nested(row, "location").insert(field.to_owned(), value)),
        Some((group, key)) => drop(nested(row, group).insert(key.to_owned(), value)),
        None if GROUPS.contains(&field) => {
            nested(row, field).insert("self_described".to_owned(), value);
        }
        None => drop(row.insert(field.to_owned(), value)),
    }
}

/// Every entry that could be chosen, and whether it was; only those chosen where the study has no such field.
fn choices(study: &StudySetup, field: &str, chosen: &[String]) -> Vec<(String, bool)> {
    match study.field(field).map(|field| &field.kind) {
        Some(ProfileKind::Choices { entries }) => {
            entries.iter().map(|entry| (entry.key.clone(), chosen.contains(&entry.key))).collect()
        }
        _ => chosen.iter().map(|key| (key.clone(), true)).collect(),
    }
}

fn nested<'a>(row: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let inner = row.entry(name).or_insert_with(|| json!({}));
    if !inner.is_object() {
        *inner = json!({ "self_described": inner.take() });
    }
    inner.as_object_mut().expect("it was made an object just now")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::names;
    use super::*;
    use tiebreak_domain::UnixMillis;
    use tiebreak_domain::rubric::Entry;
    use tiebreak_domain::study::ProfileField;

    /// The fields of the survey that comes with the program, so far as their kinds differ.
    fn study() -> StudySetup {
        let entries = |keys: &[&str]| {
            keys.iter()
                .map(|key| Entry { key: (*key).into(), title: (*key).into(), ..Entry::default() })
                .collect()
        };
        let field = |key: &str, kind| ProfileField::new(key, key, kind);
        let (low_title, high_title) = (String::new(), String::new());
        let slider = ProfileKind::Slider { lowest: 0, highest: 100, low_title, high_title };
        StudySetup {
            profile: vec![
                field("age", ProfileKind::Choice { entries: entries(&["18-24"]) }),
                field("stated_prefs_values", slider),
                field("lm_usecases", ProfileKind::Choices { entries: entries(&["games", "research"]) }),
                field("religion", ProfileKind::Text),
                field("birth_country", ProfileKind::Text),
                field("self_description", ProfileKind::Text),
            ],
            ..StudySetup::default()
        }
    }

    #[test]
    fn a_profile_is_nested_as_the_survey_has_it_and_comes_back() {
        let said = [
            ("age", ProfileValue::Choice("18-24".into())),
            ("birth_country", ProfileValue::Text("Chad".into())),
            ("height", ProfileValue::Number(1.5)),
            ("lm_usecases", ProfileValue::Choices(vec!["research".into()])),
            ("religion", ProfileValue::Text("none".into())),
            ("self_description", ProfileValue::Text("\"kind\"".into())),
            ("stated_prefs_values", ProfileValue::Slider(50)),
        ];
        let answer = |(field, value): &(&str, ProfileValue)| ProfileAnswer {
            field: (*field).into(),
            value: value.clone(),
            answered_at: UnixMillis(1),
        };
        let mut names = names(Vec::new());
        names.study = study();
        names.profiles.insert(AnnotatorId(1), said.iter().map(answer).collect());
        let mut row = row(&names, AnnotatorId(1), 3);
        let expected = json!({
            "user_id": "ada", "num_completed_conversations": 3, "stated_prefs": {"values": 50},
            "age": "18-24", "location": {"birth_country": "Chad"}, "height": 1.5,
            "lm_usecases": {"games": 0, "research": 1}, "religion": {"self_described": "none"},
            "self_description": "\"kind\"",
        });
        assert_eq!(Value::Object(row.clone()), expected);
        row.remove("user_id");
        row.remove(COUNTED);
        let mut back = names.study.fitted(&row);
        back.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(back, said.map(|(field, value)| (field.to_owned(), value)));
    }

    #[test]
    fn what_the_survey_says_itself_is_not_said_twice() {
        let mut names = names(Vec::new());
        let field = "user_id".to_owned();
        let value = ProfileValue::Text("somebody else".into());
        names
            .profiles
            .insert(AnnotatorId(1), vec![ProfileAnswer { field, value, answered_at: UnixMillis(1) }]);
        assert_eq!(row(&names, AnnotatorId(1), 0)["user_id"], "ada");
    }
}
