//! What is exported is read back as what it was.

use proptest::prelude::*;
use tiebreak_domain::{Candidate, ExportFormat, ImportPlan, Outcome, Part, Strength, TextFormat};
use tiebreak_formats::{PreferenceRow, preference_line};

use crate::files::{file, read_plan};

fn round_trip(
    format: ExportFormat,
    prompt: &[Part],
    sides: [&[Part]; 2],
) -> (Vec<Part>, Vec<Part>, Vec<Part>) {
    let [chosen, rejected] = sides.map(|parts| Candidate { parts: parts.to_vec(), ..Candidate::default() });
    let row = PreferenceRow {
        prompt,
        chosen: &chosen,
        rejected: &rejected,
        margin: Some(2.0),
        annotator: Some("anna"),
        external_id: Some("x7"),
        tools: None,
        may_call_in_parallel: true,
    };
    let line = preference_line(format, &row).unwrap();
    let data = file("x.jsonl", &line);
    let plan = ImportPlan { text_format: TextFormat::Markdown, ..ImportPlan::of_file(&data.path) };
    let mut read = read_plan(&plan);
    assert!(read.error.is_none() && read.problems.is_empty(), "{line}: {read:?}");
    let (_, item, labels) = read.items.remove(0);
    assert_eq!(labels[0].preference().unwrap().strength, Some(Strength::Clearly), "{line}");
    assert_eq!((labels[0].annotator.as_deref(), item.external_id.as_deref()), (Some("anna"), Some("x7")));
    let chosen = usize::from(labels[0].preference().unwrap().outcome == Outcome::B);
    (item.prompt, item.candidates[chosen].parts.clone(), item.candidates[1 - chosen].parts.clone())
}

fn texts(prompt: &str, chosen: &str, rejected: &str) -> (Vec<Part>, Vec<Part>, Vec<Part>) {
    (vec![Part::markdown(prompt)], vec![Part::markdown(chosen)], vec![Part::markdown(rejected)])
}

fn messages(prompt: &str, chosen: &str, rejected: &str) -> (Vec<Part>, Vec<Part>, Vec<Part>) {
    let side = |text: &str| vec![Part::message("assistant", text)];
    (vec![Part::message("user", prompt)], side(chosen), side(rejected))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn texts_come_back_from_every_format(prompt in "[a-z,{}\"é🦊] {0,2}[a-z\"\\\\ \n]{0,30}[a-z]", chosen in "A[a-z \n\"é]{0,40}", rejected in "B[a-z \n\"é]{0,40}") {
        let given = texts(&prompt, &chosen, &rejected);
        let said = messages(&prompt, &chosen, &rejected);
        let sides = [given.1.as_slice(), given.2.as_slice()];
        prop_assert_eq!(&round_trip(ExportFormat::TrlExplicit, &given.0, sides), &given);
        prop_assert_eq!(&round_trip(ExportFormat::TrlImplicit, &given.0, sides), &given);
        prop_assert_eq!(&round_trip(ExportFormat::TrlConversational, &given.0, sides), &said);
        prop_assert_eq!(&round_trip(ExportFormat::AnthropicHh, &given.0, sides), &said);
    }

    #[test]
    fn conversations_come_back_from_every_format(first in "[a-z\"é\n]{0,20}[a-z]", answer in "[a-z ]{0,20}[a-z]", second in "[a-z]{1,20}") {
        let prompt = [Part::message("user", first), Part::message("assistant", answer), Part::message("user", second)];
        let (chosen, rejected) = ([Part::message("assistant", "yes")], [Part::message("assistant", "no")]);
        for format in [ExportFormat::TrlImplicit, ExportFormat::TrlConversational, ExportFormat::AnthropicHh] {
            let back = round_trip(format, &prompt, [&chosen, &rejected]);
            prop_assert_eq!(back, (prompt.to_vec(), chosen.to_vec(), rejected.to_vec()));
        }
    }
}
