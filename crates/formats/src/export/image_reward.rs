//! ImageReward: a prompt, its generated pictures and their ranking, as its `test.json` has it, one JSON object
//! per line. Ranks may repeat; every picture has one, so an order that leaves some out is refused.

use serde::Serialize;
use tiebreak_domain::{ExportPlan, Question};

use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::ranking::{Places, each_order};
use super::turns::{medium, prompt_text};

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    prompt: String,
    generations: Vec<&'a str>,
    ranking: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
}

/// Writes the rankings of one item.
pub(super) fn write(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    each_order(plan, question, judged, output, |ranks, annotator| row(judged, ranks, annotator));
}

fn row(judged: &Judged, ranks: &Places, annotator: Option<&str>) -> Result<String, String> {
    let Some(ranking) = ranks.iter().copied().collect::<Option<Vec<u32>>>() else {
        return Err("the order leaves pictures out, and this format has a rank for each".to_owned());
    };
    let pictures = judged.candidates().iter().enumerate();
    Ok(json_line(&Line {
        id: judged.name(),
        prompt: prompt_text(&judged.item.item.prompt)?,
        generations: pictures.map(|(index, one)| medium(one, index)).collect::<Result<_, String>>()?,
        ranking,
        annotator,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::export::SeveralPolicy;
    use tiebreak_domain::rubric::RankingForm;
    use tiebreak_domain::{ExportFormat, Part};

    #[test]
    fn pictures_are_ranked_by_what_most_say() {
        let names = names(vec![ranking("order", RankingForm::WithTies)]);
        let pictures = media_item("a fox", ["a.webp", "b.webp", "c.webp"].map(Part::image).to_vec());
        let order: [&[&[u8]]; 3] = [&[&[1], &[0, 2]], &[&[0], &[1], &[2]], &[&[1], &[0, 2]]];
        let judgments: Vec<_> =
            order.iter().zip(1..).map(|(order, who)| judgment(who, 3, vec![ranks("order", order)])).collect();
        let mut plan = ExportPlan::new(ExportFormat::ImageReward);
        plan.several = Some(SeveralPolicy::Majority);
        let output = written(&plan, &names, &pictures, &judgments);
        assert_eq!(
            output.lines,
            [r#"{"id":"q1","prompt":"a fox","generations":["a.webp","b.webp","c.webp"],"ranking":[2,1,2]}"#]
        );
        assert_eq!(output.left_out, [("outvoted".to_owned(), 1)]);
        let texts = written(&plan, &names, &item(3), &judgments);
        assert!(texts.refused[0].1.contains("no image"), "{texts:?}");
    }
}
