//! UnifiedReward's pairs, by the paths of their media: pictures as `jpg_0`, the preferred one, and `jpg_1`, with
//! `label_0` always 1; videos as `chosen` and `rejected`, which VideoDPO reads, too. A file holds one of both.

use serde::Serialize;
use tiebreak_domain::{Candidate, ExportFormat, Part};

use super::judged::Judged;
use super::output::json_line;
use super::preference::Membership;
use super::turns::{medium, prompt_text};

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    caption: String,
    #[serde(flatten)]
    pair: Pair<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Pair<'a> {
    Pictures { jpg_0: &'a str, jpg_1: &'a str, label_0: u8 },
    Videos { chosen: &'a str, rejected: &'a str },
}

/// A decided pair, the preferred medium first.
pub(super) fn pair_line(
    format: ExportFormat,
    judged: &Judged,
    pair: [(&Candidate, usize); 2],
    annotator: Option<&str>,
    group: Option<&Membership>,
) -> Result<String, String> {
    let of_videos = format == ExportFormat::VideoDpo;
    for (candidate, index) in pair {
        medium(candidate, index)?;
        let is_meant = |part: &Part| match part {
            Part::Image { .. } => !of_videos,
            Part::Video { .. } => of_videos,
            _ => true,
        };
        if !candidate.parts.iter().all(is_meant) {
            let (found, other) =
                if of_videos { ("a picture", "unified-reward") } else { ("a video", "video-dpo") };
            let place = index + 1;
            return Err(format!("candidate {place} is {found}, which the format {other:?} is for"));
        }
    }
    let [(chosen, chosen_place), (rejected, rejected_place)] = pair;
    let (chosen, rejected) = (medium(chosen, chosen_place)?, medium(rejected, rejected_place)?);
    if chosen == rejected {
        return Err("chosen and rejected are the same".to_owned());
    }
    let pair = if of_videos {
        Pair::Videos { chosen, rejected }
    } else {
        Pair::Pictures { jpg_0: chosen, jpg_1: rejected, label_0: 1 }
    };
    Ok(json_line(&Line {
        id: judged.name(),
        caption: prompt_text(&judged.item.item.prompt)?,
        pair,
        annotator,
        group_id: group.map(|group| group.id.as_str()),
        weight: group.and_then(|group| group.weight),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use tiebreak_domain::rubric::StrengthSteps;
    use tiebreak_domain::{ExportFormat, ExportPlan, Outcome, Part};

    #[test]
    fn the_preferred_medium_comes_first_and_each_kind_has_its_own_format() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let said = [judgment(1, 2, vec![outcome("overall", Outcome::B)])];
        let pictures = media_item("a fox", ["a.jpg", "b.jpg"].map(Part::image).to_vec());
        let video = |uri: &str| Part::Video { uri: uri.into() };
        let videos = media_item("a fox runs", vec![video("a.mp4"), video("b.mp4")]);
        let write = |format, item| written(&ExportPlan::new(format), &names, item, &said);
        assert_eq!(
            write(ExportFormat::UnifiedReward, &pictures).lines,
            [r#"{"id":"q1","caption":"a fox","jpg_0":"b.jpg","jpg_1":"a.jpg","label_0":1}"#]
        );
        assert_eq!(
            write(ExportFormat::VideoDpo, &videos).lines,
            [r#"{"id":"q1","caption":"a fox runs","chosen":"b.mp4","rejected":"a.mp4"}"#]
        );
        let refused = |format, item| write(format, item).refused.remove(0).1;
        assert!(refused(ExportFormat::VideoDpo, &pictures).contains("\"unified-reward\""));
        assert!(refused(ExportFormat::UnifiedReward, &videos).contains("\"video-dpo\""));
        assert!(refused(ExportFormat::UnifiedReward, &item(2)).contains("no image"));
    }
}
