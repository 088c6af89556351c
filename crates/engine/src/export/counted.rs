//! Which judgments count in a file that trains.
//!
//! Training items and attention checks were asked to teach and to watch, and their answers are known: they
//! are left out. Where a second look decided an item, its decision stands for the judgments it was about.
//! Tables of every judgment, and the lossless format, hold all of them.

use tiebreak_domain::quality::ItemRole;
use tiebreak_domain::{ExportFormat, Judgment, Origin, Verdict};

/// The judgments of one item that count, and how many do not, with the reason.
pub fn counted(
    format: ExportFormat,
    role: Option<&ItemRole>,
    judgments: &[Judgment],
) -> (Vec<Judgment>, Option<(&'static str, u64)>) {
    if matches!(format, ExportFormat::Csv | ExportFormat::Answers | ExportFormat::Tiebreak) {
        return (judgments.to_vec(), None);
    }
    let all = judgments.len() as u64;
    match role {
        Some(ItemRole::Training { .. }) => return (Vec::new(), Some(("of a training item", all))),
        Some(ItemRole::Attention { .. }) => return (Vec::new(), Some(("of an attention check", all))),
        _ => {}
    }
    let decides = |judgment: &&Judgment| {
        judgment.given.origin == Origin::Review && matches!(judgment.given.verdict, Verdict::Judged { .. })
    };
    let decisions: Vec<Judgment> = judgments.iter().filter(decides).cloned().collect();
    if decisions.is_empty() {
        return (judgments.to_vec(), None);
    }
    let decided = all - decisions.len() as u64;
    (decisions, (decided > 0).then_some(("decided by a second look", decided)))
}
