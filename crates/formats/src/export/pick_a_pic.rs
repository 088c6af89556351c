//! Pick-a-Pic's columns, one line for each vote, as diffusion DPO and PickScore read them: `label_0` and `label_1`
//! are 1 and 0, or half each for a tie, which PickScore keeps and diffusion DPO drops.
//!
//! The data set itself has the bytes of its pictures in `jpg_0` and `jpg_1`. Here they stay where they are:
//! `image_0_url` and `image_1_url` are their paths, from which a loader takes the bytes. Both bad has no place in
//! it.

use serde::Serialize;
use tiebreak_domain::{Judgment, Outcome, Part, Question};

use super::arena::each_outcome;
use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::policy::UNRATABLE;
use super::turns::{medium, prompt_text};

#[derive(Serialize)]
struct Line<'a> {
    ranking_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    caption: String,
    image_0_uid: String,
    image_1_uid: String,
    image_0_url: &'a str,
    image_1_url: &'a str,
    best_image_uid: &'a str,
    label_0: f64,
    label_1: f64,
    are_different: bool,
    has_label: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_0: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_1: Option<&'a str>,
    created_at: String,
}

/// Writes a line for each vote on one pair.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    each_outcome(question, judged, output, |output, judgment, outcome| match outcome {
        Outcome::A => output.take(vec![line(judged, judgment, 1.0)], 1),
        Outcome::B => output.take(vec![line(judged, judgment, 0.0)], 1),
        Outcome::Tie => output.take(vec![line(judged, judgment, 0.5)], 1),
        Outcome::BothBad => output.leave_out("both bad", 1),
        Outcome::Unratable => output.leave_out(UNRATABLE, 1),
    });
}

fn line(judged: &Judged, judgment: &Judgment, label_0: f64) -> Result<String, String> {
    let [first, second] = judged.candidates() else { return Err("the item is no pair".to_owned()) };
    let picture = |index: usize| {
        let candidate = &judged.candidates()[index];
        let uri = medium(candidate, index)?;
        if candidate.parts.iter().any(|part| matches!(part, Part::Video { .. } | Part::Audio { .. })) {
            return Err(format!(
                "candidate {} is no picture, and this format knows pictures only",
                index + 1
            ));
        }
        Ok(uri)
    };
    let key = judged.item.key;
    let [image_0_uid, image_1_uid] = [0, 1].map(|index| format!("{key}-{index}"));
    let best = match label_0 {
        1.0 => image_0_uid.clone(),
        0.0 => image_1_uid.clone(),
        _ => "tie".to_owned(),
    };
    Ok(json_line(&Line {
        ranking_id: judged.name(),
        user_id: judged.names.known_annotator(judgment),
        caption: prompt_text(&judged.item.item.prompt)?,
        image_0_url: picture(0)?,
        image_1_url: picture(1)?,
        image_0_uid,
        image_1_uid,
        best_image_uid: &best,
        label_0,
        label_1: 1.0 - label_0,
        are_different: label_0 != 0.5,
        has_label: true,
        model_0: first.model.as_deref(),
        model_1: second.model.as_deref(),
        created_at: judgment.given.recorded_at.rfc3339(),
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::StrengthSteps;
    use tiebreak_domain::{ExportFormat, ExportPlan, ImportPlan};

    #[test]
    fn votes_are_shares_and_come_back_as_what_they_were() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let pictures = media_item("a red fox", ["a.jpg", "b.jpg"].map(Part::image).to_vec());
        let said: Vec<Judgment> = Outcome::ALL
            .iter()
            .zip(1..)
            .map(|(said, who)| judgment(who, 2, vec![outcome("overall", *said)]))
            .collect();
        let plan = ExportPlan::new(ExportFormat::PickAPic);
        let output = written(&plan, &names, &pictures, &said);
        let shares: Vec<_> = output
            .lines
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|row| (row["label_0"].as_f64(), row["label_1"].as_f64(), row["are_different"].as_bool()))
            .collect();
        let expected = [(1.0, 0.0, true), (0.0, 1.0, true), (0.5, 0.5, false)];
        assert_eq!(shares, expected.map(|(one, other, differ)| (Some(one), Some(other), Some(differ))));
        assert_eq!(output.left_out, [("both bad".to_owned(), 1), ("cannot be judged".to_owned(), 1)]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("votes.jsonl");
        std::fs::write(&path, output.lines.join("\n")).unwrap();
        let reader = crate::Reader::open(&ImportPlan::of_file(path.to_str().unwrap())).unwrap();
        let read: Vec<_> = reader.map(Result::unwrap).collect();
        let votes: Vec<_> = read
            .iter()
            .filter_map(|record| match record {
                crate::Record::Item { item, labels, .. } => {
                    assert_eq!(item.candidates, pictures.item.candidates);
                    labels[0].preference().map(|preference| preference.outcome)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(votes, [Outcome::A, Outcome::B, Outcome::Tie]);
        let videos =
            media_item("a fox", ["a.mp4", "b.mp4"].map(|uri| Part::Video { uri: uri.into() }).to_vec());
        assert!(written(&plan, &names, &videos, &said[..1]).refused[0].1.contains("no picture"));
    }
}
