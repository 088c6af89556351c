//! ImageReward: a prompt, its generated pictures and their ranking, as its `test.json` has it, one JSON object
//! per line. Ranks may repeat; every picture has one, so an order that leaves some out is refused.

use serde::Serialize;
use tiebreak_domain::export::SeveralPolicy;
use tiebreak_domain::{ExportPlan, Judgment, Question};

use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::policy::{WAITING, agreed_value, disagreement};
use super::ranking::ranked;
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

type Ranks = Vec<Option<u32>>;

/// Writes the rankings of one item.
pub(super) fn write(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let ranked = ranked(question, judged, output);
    let all = ranked.len() as u64;
    match plan.several {
        _ if ranked.is_empty() => {}
        Some(SeveralPolicy::Each) => {
            for (judgment, ranks) in &ranked {
                output.take(vec![row(judged, ranks, judged.names.known_annotator(judgment))], 1);
            }
        }
        Some(policy @ (SeveralPolicy::Majority | SeveralPolicy::Unanimous)) => {
            let orders: Vec<Ranks> = ranked.iter().map(|(_, ranks)| ranks.clone()).collect();
            match agreed_value(policy, &orders) {
                None => output.leave_out(disagreement(policy), all),
                Some(ranks) => {
                    let agreeing = orders.iter().filter(|order| **order == ranks).count() as u64;
                    output.leave_out("outvoted", all - agreeing);
                    output.take(vec![row(judged, &ranks, None)], agreeing);
                }
            }
        }
        None if all > 1 => output.leave_out(WAITING, all),
        Some(SeveralPolicy::Latest) | None => {
            output.leave_out("an earlier judgment of the item", all - 1);
            let time = |(judgment, _): &&(&Judgment, Ranks)| (judgment.given.recorded_at, judgment.given.id);
            if let Some((_, ranks)) = ranked.iter().max_by_key(time) {
                output.take(vec![row(judged, ranks, None)], 1);
            }
        }
    }
}

fn row(judged: &Judged, ranks: &Ranks, annotator: Option<&str>) -> Result<String, String> {
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
