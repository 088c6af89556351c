//! The Human Preference Datasets. HPDv2 has the pictures of a prompt with everyone's ranks under
//! `raw_annotations`, whose each is told by a hash and never by name; `rank` orders them by the mean of those, with
//! equal ranks for equal means. HPDv3 has the preferred picture as `path1` and the other one as `path2`.

use serde::Serialize;
use tiebreak_domain::{Candidate, Question};

use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::preference::Membership;
use super::ranking::ranked;
use super::turns::{medium, prompt_text};

#[derive(Serialize)]
struct Ranked<'a> {
    id: String,
    prompt: String,
    image_path: Vec<&'a str>,
    rank: Vec<u32>,
    raw_annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
struct Annotation<'a> {
    rank: Vec<u32>,
    user_hash: &'a str,
}

#[derive(Serialize)]
struct Pair<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    prompt: String,
    path1: &'a str,
    path2: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model1: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model2: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

/// Writes the ranks of one item.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let ranked = ranked(question, judged, output);
    if ranked.is_empty() {
        return;
    }
    let annotation = |(judgment, ranks): &(&'_ tiebreak_domain::Judgment, Vec<Option<u32>>)| {
        let rank: Option<Vec<u32>> = ranks.iter().copied().collect();
        let rank = rank.ok_or("the order leaves pictures out, and this format has a rank for each")?;
        Ok(Annotation { rank, user_hash: judged.names.hash(judgment) })
    };
    let annotations: Result<Vec<Annotation>, String> = ranked.iter().map(annotation).collect();
    let row = annotations.and_then(|raw_annotations| {
        let pictures = judged.candidates().iter().enumerate();
        Ok(json_line(&Ranked {
            id: judged.name(),
            prompt: prompt_text(&judged.item.item.prompt)?,
            image_path: pictures.map(|(index, one)| medium(one, index)).collect::<Result<_, String>>()?,
            rank: rank_of_all(&raw_annotations),
            raw_annotations,
        }))
    });
    output.take(vec![row], ranked.len() as u64);
}

/// The ranks of the sums of everyone's ranks, which are those of their means.
fn rank_of_all(annotations: &[Annotation]) -> Vec<u32> {
    let pictures = annotations.first().map_or(0, |first| first.rank.len());
    let sums: Vec<u32> =
        (0..pictures).map(|picture| annotations.iter().map(|one| one.rank[picture]).sum()).collect();
    sums.iter().map(|sum| 1 + sums.iter().filter(|other| *other < sum).count() as u32).collect()
}

/// A decided pair, the preferred picture first.
pub(super) fn pair_line(
    judged: &Judged,
    pair: [(&Candidate, usize); 2],
    annotator: Option<&str>,
    group: Option<&Membership>,
) -> Result<String, String> {
    let [(chosen, chosen_place), (rejected, rejected_place)] = pair;
    Ok(json_line(&Pair {
        id: judged.item.item.external_id.as_deref(),
        prompt: prompt_text(&judged.item.item.prompt)?,
        path1: medium(chosen, chosen_place)?,
        path2: medium(rejected, rejected_place)?,
        model1: chosen.model.as_deref(),
        model2: rejected.model.as_deref(),
        annotator,
        group_id: group.map(|group| group.id.as_str()),
        weight: group.and_then(|group| group.weight),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use tiebreak_domain::rubric::{RankingForm, StrengthSteps};
    use tiebreak_domain::{ExportFormat, ExportPlan, Outcome, Part};

    #[test]
    fn the_rank_of_all_goes_by_the_mean() {
        let names = names(vec![ranking("order", RankingForm::WithTies)]);
        let pictures = media_item("a fox", ["a.jpg", "b.jpg", "c.jpg"].map(Part::image).to_vec());
        let order: [&[&[u8]]; 2] = [&[&[1], &[0], &[2]], &[&[1], &[2], &[0]]];
        let judgments: Vec<_> =
            order.iter().zip(1..).map(|(order, who)| judgment(who, 3, vec![ranks("order", order)])).collect();
        let output = written(&ExportPlan::new(ExportFormat::HpdV2), &names, &pictures, &judgments);
        assert_eq!(
            output.lines,
            [
                r#"{"id":"q1","prompt":"a fox","image_path":["a.jpg","b.jpg","c.jpg"],"rank":[2,1,2],"raw_annotations":[{"rank":[2,1,3],"user_hash":"hash of ada"},{"rank":[3,1,2],"user_hash":"hash of bob"}]}"#
            ]
        );
    }

    #[test]
    fn the_preferred_picture_comes_first() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let pictures = media_item("a fox", ["a.jpg", "b.jpg"].map(Part::image).to_vec());
        let said = [judgment(1, 2, vec![outcome("overall", Outcome::B)])];
        let plan = ExportPlan::new(ExportFormat::HpdV3);
        let output = written(&plan, &names, &pictures, &said);
        assert_eq!(output.lines, [r#"{"id":"q1","prompt":"a fox","path1":"b.jpg","path2":"a.jpg"}"#]);
        assert!(written(&plan, &names, &item(2), &said).refused[0].1.contains("no image"));
    }
}
