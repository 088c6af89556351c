//! AutoArena's head-to-heads, one row for each judgment, as its own download has them: `winner` is `A`, `B`, or `-`
//! for a tie. Both bad is a tie to it, since it knows no other word.

use tiebreak_domain::{Judgment, Question};

use super::arena::{each_vote, models};
use super::judged::Judged;
use super::output::ItemOutput;
use super::table::quoted;
use super::turns::{prompt_text, response_text};

const COLUMNS: [&str; 7] = ["prompt", "model_a", "model_b", "response_a", "response_b", "judge", "winner"];

/// The names of the columns.
pub(super) fn header() -> String {
    COLUMNS.join(",")
}

/// Writes a row for each judgment of one pair.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    each_vote(question, judged, output, |judgment, winner| row(judged, judgment, winner));
}

fn row(judged: &Judged, judgment: &Judgment, winner: &str) -> Result<String, String> {
    let [model_a, model_b] = models(judged)?;
    let winner = match winner {
        "model_a" => "A",
        "model_b" => "B",
        _ => "-",
    };
    let candidates = judged.candidates();
    let fields = [
        prompt_text(&judged.item.item.prompt)?,
        model_a.to_owned(),
        model_b.to_owned(),
        response_text(&candidates[0], 0)?,
        response_text(&candidates[1], 1)?,
        judged.names.annotator(judgment).to_owned(),
        winner.to_owned(),
    ];
    Ok(fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","))
}
