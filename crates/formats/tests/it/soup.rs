//! No bytes whatever make the reader panic, hang or count wrongly.

use proptest::collection::vec;
use proptest::prelude::*;
use tiebreak_domain::{DataFormat, ImportPlan};
use tiebreak_formats::preview;

use crate::files::{file, gzipped, read_plan};

const FILES: [&str; 18] = [
    "{\"prompt\":\"p\",\"chosen\":\"a b\",\"rejected\":\"a c\"}\n{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\"}\n",
    "{\"chosen\":\"\\n\\nHuman: p\\n\\nAssistant: a\",\"rejected\":\"\\n\\nHuman: p\\n\\nAssistant: b\"}\n",
    "[{\"idx\":0,\"instruction\":\"p\",\"input\":\"\",\"response1\":\"a\",\"response2\":true,\"annotator1\":1}]",
    "{\"data\":[{\"prompt\":[{\"role\":\"user\",\"content\":\"p\"}],\"response_a\":\"a\",\"response_b\":\"b\",\"label\":null}]}",
    "id,prompt,response_a,response_b,winner\n1,\"p\nq\",a,b,A\n2,p,\"c \"\"d\"\"\",e,tie\n",
    "prompt\timage_0\timage_1\np\ta.png\thttps://x.org/b.png\n",
    "{\"record\":\"project\",\"tiebreak\":1,\"key\":\"00000000000000000000000000000000\",\"name\":\"x\",\"created_at\":0,\"rubric\":{\"version\":1,\"questions\":[],\"unratable_reasons\":[]}}\n",
    "{\"conversation_id\":\"c\",\"user_id\":\"u\",\"conversation_history\":[{\"turn\":0,\"role\":\"user\",\"content\":\"p\"},{\"turn\":0,\"role\":\"model\",\"content\":\"a\",\"score\":3,\"if_chosen\":true},{\"turn\":1,\"role\":\"user\",\"content\":\"q\"},{\"turn\":1,\"role\":\"model\",\"content\":\"b\",\"score\":9}]}\n",
    "{\"conversation_id\":\"c\",\"interaction_id\":\"i\",\"turn\":0,\"user_prompt\":\"p\",\"model_response\":\"a\",\"score\":3}\n{\"conversation_id\":\"c\",\"interaction_id\":\"j\",\"turn\":1,\"user_prompt\":\"q\",\"model_response\":\"b\",\"score\":9}\n",
    "{\"filename\":\"f.png\",\"prompt\":\"a b\",\"overall_score\":3,\"regions_marks\":[{\"x\":0.5,\"y\":0.5,\"radius\":0.1}],\"prompt_misalignment_label\":[1,0],\"annotator\":\"ada\"}\n",
    "[{\"prompt\":\"p\",\"image_path\":[\"a.png\",\"b.png\"],\"rank\":[1,2],\"raw_annotations\":[{\"rank\":[2,1],\"user_hash\":\"u\"}]}]",
    "{\"info\":{\"id\":\"x\",\"post\":\"p\"},\"summaries\":[{\"text\":\"a\",\"policy\":\"m\"},{\"text\":\"b\",\"policy\":\"n\"}],\"choice\":0,\"worker\":\"w\",\"extra\":{\"confidence\":2}}\n",
    "{\"message_tree_id\":\"t\",\"prompt\":{\"message_id\":\"m\",\"text\":\"p\",\"role\":\"prompter\",\"replies\":[{\"text\":\"a\",\"role\":\"assistant\",\"rank\":1},{\"text\":\"b\",\"role\":\"assistant\",\"rank\":0}]}}\n",
    "[{\"id\":1,\"data\":{\"prompt\":\"p\",\"a\":\"x\",\"b\":\"y\"},\"annotations\":[{\"completed_by\":2,\"result\":[{\"from_name\":\"q\",\"to_name\":\"q\",\"type\":\"pairwise\",\"value\":{\"selected\":\"left\"}},{\"from_name\":\"r\",\"to_name\":\"a\",\"type\":\"rating\",\"value\":{\"rating\":3}}]}],\"predictions\":[7]}]",
    "{\"data\":{\"prompt\":\"p\",\"items\":[{\"id\":\"x\",\"body\":\"1\"},{\"id\":\"y\",\"body\":\"2\"},{\"id\":\"z\",\"body\":\"3\"}]},\"annotations\":[{\"was_cancelled\":true},{\"result\":[{\"from_name\":\"r\",\"to_name\":\"l\",\"type\":\"ranker\",\"value\":{\"ranker\":{\"1\":[\"x\",\"y\"],\"2\":[\"z\"]}}}]}]}\n{\"data\":{\"prompt\":\"p\",\"items\":[{\"id\":\"x\",\"body\":\"1\"},{\"id\":\"y\",\"body\":\"2\"},{\"id\":\"z\",\"body\":\"3\"}]},\"annotations\":[{\"was_cancelled\":true},{\"result\":[{\"from_name\":\"r\",\"to_name\":\"l\",\"type\":\"ranker\",\"value\":{\"ranker\":{\"1\":[\"x\",\"y\"],\"2\":[\"z\"]}}}]}]}\n",
    "{\"id\":\"r\",\"fields\":{\"prompt\":\"p\",\"a\":\"x\",\"b\":\"y\"},\"metadata\":{},\"suggestions\":{},\"responses\":{\"pref\":[{\"value\":[{\"value\":\"a\",\"rank\":1},{\"value\":\"b\",\"rank\":1}],\"user_id\":\"u\"}]},\"vectors\":{}}\n",
    "{\"text\":\"p\",\"options\":[{\"id\":\"A\",\"text\":\"x\"},{\"id\":\"B\",\"text\":\"y\"},{\"id\":\"tie\",\"text\":\"Tie\"}],\"accept\":[\"A\"],\"answer\":\"accept\",\"_session_id\":\"s\"}\n",
    "prompt,model_a,model_b,response_a,response_b,judge,winner\np,m,n,x,y,Human,-\n",
];

const NAMES: [&str; 60] = [
    "prompt",
    "response",
    "helpfulness",
    "correctness",
    "response_1",
    "response_2",
    "preference_strength",
    "all_preferences_unprocessed",
    "context",
    "response1",
    "individual_preference",
    "instruction",
    "completions",
    "generations",
    "ranking",
    "choices",
    "annotations",
    "labels",
    "completion",
    "label",
    "conversation_history",
    "user_prompt",
    "model_response",
    "rankings",
    "conversation_id",
    "interaction_id",
    "turn",
    "filename",
    "regions_marks",
    "overall_score",
    "prompt_misalignment_label",
    "file_path",
    "human_preference",
    "image_path",
    "rank",
    "raw_annotations",
    "path1",
    "path2",
    "conversation_a",
    "conversation_b",
    "winner",
    "info",
    "summaries",
    "summary",
    "message_tree_id",
    "user_id",
    "data",
    "predictions",
    "fields",
    "responses",
    "suggestions",
    "options",
    "accept",
    "answer",
    "q.responses",
    "q.responses.users",
    "q.suggestion",
    "q.suggestion.agent",
    "a",
    "b",
];

const VALUES: [&str; 32] = [
    "null",
    "true",
    "1",
    "-100",
    "3.5",
    "1e300",
    "\"x\"",
    "\"[1\"",
    "\"[\\\"x\\\",\\\"y\\\"]\"",
    "[]",
    "[1,2]",
    "[\"x\",\"y\"]",
    "[[\"x\"],null]",
    "[{\"turn\":0,\"role\":\"user\",\"content\":\"x\"},{\"turn\":0,\"role\":\"model\",\"content\":\"y\",\"score\":3}]",
    "[{\"response\":\"x\",\"annotations\":{\"a\":{\"Rating\":\"3\"},\"b\":[]}}]",
    "{\"a\":[{}]}",
    "[{\"turn\":0,\"role\":\"user\",\"content\":\"x\"},{\"turn\":0,\"role\":\"model\",\"content\":\"y\",\"score\":3},{\"turn\":1,\"role\":\"user\",\"content\":\"z\"},{\"turn\":1,\"role\":\"model\",\"content\":\"w\",\"if_chosen\":true}]",
    "[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\"}]",
    "[{\"x\":0.5,\"y\":0,\"radius\":0.1,\"annotator\":\"a\"},{\"x\":7}]",
    "{\"id\":\"x\",\"post\":\"p\",\"text\":\"t\",\"axes\":{\"overall\":3,\"b\":[]}}",
    "[{\"text\":\"x\"},{\"text\":\"y\",\"policy\":3}]",
    "[{\"rank\":[1,2],\"user_hash\":\"u\"},{\"rank\":\"x\"},7]",
    "{\"message_id\":\"m\",\"text\":\"x\",\"role\":\"prompter\",\"events\":{\"e\":[{\"type\":\"ranking\",\"ranked_message_ids\":[\"a\",3]}]},\"replies\":[{\"message_id\":\"a\",\"text\":\"y\",\"role\":\"assistant\",\"rank\":0},{\"text\":\"z\",\"role\":\"assistant\",\"replies\":[3]}]}",
    "0",
    "{\"prompt\":\"p\",\"a\":\"x\",\"b\":\"y\"}",
    "{\"prompt\":\"p\",\"items\":[{\"id\":\"x\",\"body\":\"1\"},{\"id\":\"y\",\"body\":\"2\"},{\"id\":\"z\",\"body\":\"3\"}]}",
    "[{\"completed_by\":2,\"result\":[{\"from_name\":\"q\",\"to_name\":\"q\",\"type\":\"pairwise\",\"value\":{\"selected\":\"left\"}},{\"from_name\":\"r\",\"to_name\":\"a\",\"type\":\"rating\",\"value\":{\"rating\":3}}]}]",
    "[{\"was_cancelled\":true},{\"result\":[{\"from_name\":\"r\",\"to_name\":\"l\",\"type\":\"ranker\",\"value\":{\"ranker\":{\"1\":[\"x\",\"y\"],\"2\":[\"z\"]}}}]}]",
    "{\"q\":[{\"value\":[\"b\",\"a\"],\"user_id\":7},{\"value\":{},\"status\":\"draft\"},3],\"r\":{\"value\":1.5,\"agent\":\"m\"}}",
    "[{\"id\":\"A\",\"text\":\"x\"},{\"id\":\"B\",\"text\":\"y\"},{\"id\":\"tie\",\"text\":\"Tie\"}]",
    "[[\"b\",\"a\"],[{\"value\":\"a\",\"rank\":\"x\"}],null]",
    "[\"u\",3]",
];

fn survives(bytes: &[u8]) {
    let data = file("x", bytes);
    let plan = ImportPlan::of_file(&data.path);
    let seen = preview(&plan);
    let read = read_plan(&plan);
    if let Ok(seen) = seen {
        assert!(seen.items.len() <= 20);
    } else {
        assert!(read.error.is_some() || read.items.is_empty(), "a preview fails only where an import does");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..300)) {
        survives(&bytes);
        survives(&gzipped(&bytes));
    }

    #[test]
    fn random_marks(text in "[\\[\\]{}\",:\\\\\n\t;a1Né ]{0,60}") {
        survives(text.as_bytes());
    }

    /// Whatever a row holds, reading it as any format ends in an item or a sentence.
    #[test]
    fn any_row_as_any_format(
        which in 0..DataFormat::ALL.len(),
        fields in vec((prop::sample::select(&NAMES[..]), prop::sample::select(&VALUES[..])), 0..9), rows in 1..4usize,
    ) {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        let data = file("x.jsonl", format!("{{{}}}\n", fields.join(",")).repeat(rows));
        let plan = ImportPlan { format: Some(DataFormat::ALL[which]), ..ImportPlan::of_file(&data.path) };
        let read = read_plan(&plan);
        // A conversation of these values has two turns; and a list that is all there is holds the rows, of which any
        // text may be a record's only field.
        let most = match plan.format {
            Some(DataFormat::Prism) => 2 * rows,
            Some(DataFormat::Argilla) => 4 * rows,
            _ => rows,
        };
        prop_assert!(read.items.len() <= most, "{read:?}");
        prop_assert!(read.items.iter().all(|(_, item, _)| item.refusal().is_none()), "{read:?}");
    }

    #[test]
    fn files_with_some_bytes_changed(
        which in 0..FILES.len(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(), is_cut in any::<bool>(), is_packed in any::<bool>(),
    ) {
        let mut bytes = FILES[which].as_bytes().to_vec();
        if is_packed {
            bytes = gzipped(&bytes);
        }
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes);
    }
}

#[test]
fn the_files_are_good_before_they_are_changed() {
    for bytes in FILES {
        let data = file("x", bytes);
        let read = read_plan(&ImportPlan::of_file(&data.path));
        assert!(read.error.is_none() && read.problems.is_empty(), "{bytes}: {read:?}");
    }
}
